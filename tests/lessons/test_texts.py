"""What the bundled lessons claim beside their keys: whose figures they quote, whom they cite, and how they ask."""

import csv
import re
from collections import Counter
from functools import cache

import pytest

from explorer.bundled import DATA, bundled_cohort
from explorer.lessons.citations import citation, citations, cited
from explorer.lessons.expression import holds
from explorer.lessons.key import key, said
from explorer.lessons.quantities import known, results, studies_of
from explorer.lessons.shelf import FOLDER, shelf
from explorer.study.presets import PRESETS

LESSONS = shelf().lessons
QUESTIONS = [(slug, place) for slug, lesson in LESSONS.items() for place in range(len(lesson.questions))]
README = (FOLDER / "README.md").read_text("utf-8")
GLOSSARY = (FOLDER / "glossary.md").read_text("utf-8")
EVIDENCE = DATA / "evidence"

QUOTED = [
    ("another-trial", "L006", ("value", "comparator_value")),
    ("another-trial", "L012", ("value", "comparator_value")),
    ("conjunctivitis-again", "L026", ("value", "comparator_value")),
    ("why-the-first-stopped", "L060", ("value", "comparator_value")),
    ("why-the-first-stopped", "L062", ("value", "n_evaluable")),
    ("two-prescriptions", "L113", ("value",)),
]
"""Figures of other studies that a lesson prints: the row of the evidence they are from, and its columns."""
ADVICE = re.compile(
    r"\b(recommend to|we recommend|we advise|you should (take|stop|start|switch)|best drug)\b", re.IGNORECASE
)
TYPED = re.compile(r"\d+(?:\.\d+)? %")
NO_RESULTS = {"95 %", "50 %"}
"""Percentages that are no result: the level of an interval, and a line that is asked about."""


@cache
def rows(name):
    with (EVIDENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def texts(lesson):
    """All that a reader or a teacher can see of a lesson."""
    yield from (lesson.title, lesson.about, lesson.vignette, lesson.notes)
    for question in lesson.questions:
        yield from (question.ask, question.reveal.text)
        for option in question.options:
            yield from (option.text, option.feedback)
    if lesson.goal:
        yield from filter(None, (lesson.goal.text, lesson.goal.now, lesson.goal.reached, lesson.goal.hint))


def seen(slug):
    return results(LESSONS[slug], bundled_cohort())


@pytest.mark.parametrize(("slug", "row", "columns"), QUOTED)
def test_figures_of_other_studies_are_those_of_the_evidence(slug, row, columns):
    whole = " ".join(texts(LESSONS[slug]))
    held = next(each for each in rows("literature.csv") if each["row_id"] == row)
    assert held["source_url"] in LESSONS[slug].sources
    for column in columns:
        assert re.search(rf"(?<![\d.]){re.escape(held[column])}(?!\.?\d)", whole), held[column]


@pytest.mark.parametrize("slug", LESSONS)
def test_every_source_has_a_citation(slug):
    assert set(LESSONS[slug].sources) <= set(citations())


def test_an_address_without_a_citation_stands_for_itself():
    unlisted, listed = "https://example.org/unlisted", "https://doi.org/10.1093/aje/kwm324"
    assert citation(unlisted) == cited(unlisted) == unlisted
    assert cited(listed) == f"{citation(listed)}. {listed}"
    assert citation(listed).startswith("Suissa S.")


def test_every_citation_is_of_a_source_that_a_lesson_names():
    assert set(citations()) == {address for lesson in LESSONS.values() for address in lesson.sources}


def test_a_source_that_is_not_of_the_evidence_is_a_paper_with_its_place():
    tables = [rows(path.name) for path in EVIDENCE.glob("*.csv")]
    clinical = {row["source_url"] for table in tables for row in table} | {preset.url for preset in PRESETS.values()}
    method = {address: said for address, said in citations().items() if address not in clinical}
    for said_of_it in method.values():
        assert re.search(r"[A-Z][a-z-]+ [A-Z]+\b.*\. .*(19|20)\d\d", said_of_it)


def test_citations_of_studies_agree_with_the_evidence():
    held = {row["source_url"]: row for row in rows("literature.csv") if row["first_author"]}
    both = [(held[address], said_of_it) for address, said_of_it in citations().items() if address in held]
    assert len(both) >= 4
    for row, said_of_it in both:
        assert said_of_it.startswith(row["first_author"])
        assert row["year"] in said_of_it


def test_the_readme_lists_every_lesson_with_its_title_and_on_what_its_answers_rest():
    listed = re.findall(r"^\| (\d\d) (.+?) \|.*\| ([a-z, ]+) \|$", README, re.MULTILINE)
    assert [(number, title, set(rest.split(", "))) for number, title, rest in listed] == [
        (lesson.file[:2], lesson.title, {lesson.rests(question) for question in lesson.questions})
        for lesson in LESSONS.values()
    ]


@pytest.mark.parametrize("slug", LESSONS)
def test_a_lesson_is_short_and_ends_in_something_to_try(slug):
    lesson = LESSONS[slug]
    assert 5 <= lesson.minutes <= 10
    assert 2 <= len(lesson.questions) <= 3
    assert lesson.goal is not None


@pytest.mark.parametrize("slug", LESSONS)
def test_a_lesson_gives_no_advice(slug):
    assert not ADVICE.search(" ".join(texts(LESSONS[slug])))


@pytest.mark.parametrize(("slug", "place"), QUESTIONS)
def test_what_is_revealed_is_computed_and_not_typed(slug, place):
    typed = re.sub(r"\{[^{}]*\}", "", LESSONS[slug].questions[place].reveal.text)
    assert set(TYPED.findall(typed)) <= NO_RESULTS


@pytest.mark.parametrize(("slug", "place"), QUESTIONS)
def test_the_page_says_which_answer_is_right_and_the_text_only_why(slug, place):
    feedback = [option.feedback for option in LESSONS[slug].questions[place].options]
    assert not [text for text in feedback if re.match(r"(right|correct|yes|no|wrong|not so)[.:,]", text, re.IGNORECASE)]


@pytest.mark.parametrize("slug", LESSONS)
def test_no_figure_is_shown_twice_in_a_lesson(slug):
    reveals = [question.reveal for question in LESSONS[slug].questions]
    shown = [(figure, reveal.study) for reveal in reveals for figure in reveal.figures]
    assert len(shown) == len(set(shown)) > 0


def test_the_right_answer_has_no_favourite_letter_and_does_not_stand_out_by_its_length():
    letters, longest = Counter(), 0
    for slug, place in QUESTIONS:
        here, right = seen(slug), key(LESSONS[slug], place, seen(slug))
        lengths = [len(said(LESSONS[slug], each.text, here)) for each in LESSONS[slug].questions[place].options]
        letters[right] += 1
        longest += lengths[right] == max(lengths)
    assert max(letters.values()) <= len(QUESTIONS) / 2
    assert longest <= len(QUESTIONS) / 2


@pytest.mark.parametrize("slug", LESSONS)
def test_the_line_of_a_goal_follows_the_definition(slug):
    lesson, studies = LESSONS[slug], studies_of(LESSONS[slug], bundled_cohort())
    lines = {
        said(lesson, lesson.goal.now, seen(slug).by(known(studies, name))) for name in (lesson.study, lesson.goal.study)
    }
    assert len(lines) == 2


def right(slug, place):
    return LESSONS[slug].questions[place].options[key(LESSONS[slug], place, seen(slug))]


def test_an_interval_is_argued_from_the_changes_it_is_of_and_not_from_two_printed_means():
    """The printed means may be of different patients: twice their difference lies outside the interval of some draws."""
    here, question = seen("not-significant"), LESSONS["not-significant"].questions[0]
    apart = "published('iga_baseline') - published('iga_follow_up')"
    assert holds(f"some_draw('change.IGA.ci_low > -2 * 0.41') and 0.40 < {apart} < 0.42", here)
    assert holds("every_draw('change.IGA.ci_low <= 2 * change.IGA.mean_change')", here)
    assert "published" not in right("not-significant", 0).text + right("not-significant", 0).feedback
    assert "paired t test" in question.ask
    for counted in ("n_baseline", "n_followup", "n_paired"):
        assert f"{{change.IGA.{counted}}}" in question.reveal.text


@pytest.mark.parametrize(
    ("slug", "quantity", "condition"),
    [
        ("which-denominator", "response.n_among - response.n_unknown", "response.n_unknown"),
        ("conjunctivitis-again", "cohort.n_eligible - safety", "safety.carry_over.conjunctivitis.resolved"),
    ],
)
def test_a_count_that_the_paper_does_not_print_is_called_invented_where_it_stands(slug, quantity, condition):
    assert holds(f"draws_low('{condition}') < draws_high('{condition}')", seen(slug))
    feedback = [option.feedback for option in LESSONS[slug].questions[0].options if quantity in option.feedback]
    assert len(feedback) == 1
    assert "invented cohort" in feedback[0]


def test_the_count_behind_a_printed_percentage_is_said_with_its_if():
    question = LESSONS["which-denominator"].questions[0]
    assert "If all of them are below the" in right("which-denominator", 0).feedback
    assert "only if all prior users are below the line" in question.reveal.text


def test_scores_alone_may_make_some_of_the_responders_or_all():
    here = seen("which-rule-carried-it")
    for case in ("<", "=="):
        assert holds(
            f"""some_draw('under("scores").response.n_responders {case} response.n_responders')""",
            here,
        )
    assert right("which-rule-carried-it", 1).text == "It cannot be told: in some of them, or in all"


def test_cohorts_that_agree_each_in_its_own_reading_differ_by_one_reading():
    lesson, here = LESSONS["what-is-not-printed"], seen("what-is-not-printed")
    rule, ours = (lesson.studies["one-reading"].response.rule, PRESETS["as-published"].study.response.rule)
    assert (rule.count, rule.rules) == (1, ours.rules)
    fixed = 'under("one-reading").response.n_responders'
    assert holds(f"draws_low('{fixed}') < draws_high('{fixed}')", here)
    assert "one-reading" in lesson.goal.reached


PROOF_BY_AGREEMENT = re.compile(r"(paper|they|agree\w*)[^.;]{0,40} pins? \w*\s?\w*\s?down", re.IGNORECASE)


@pytest.mark.parametrize(
    "text", [*[" ".join(texts(lesson)) for lesson in LESSONS.values()], GLOSSARY], ids=[*LESSONS, "glossary"]
)
def test_agreement_among_made_cohorts_is_not_called_proof(text):
    assert not PROOF_BY_AGREEMENT.search(text)
