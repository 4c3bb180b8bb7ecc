"""A broken lesson says file, line and why; the others stay."""

import pytest

from explorer.bundled import bundled_cohort
from explorer.lessons.expression import LessonError
from explorer.lessons.key import key, reached, unfit
from explorer.lessons.names import FIGURES as NAMED
from explorer.lessons.quantities import FUNCTIONS, results
from explorer.lessons.shelf import FOLDER, read_folder, read_lesson, shelf
from explorer.lessons.wording import FORMS
from explorer.study.presets import AS_PUBLISHED, PRESETS
from explorer.ui.lesson_figures import FIGURES
from tests.pages.cohorts import HARD

FILE = "01-drawn.md"
WHOLE = """+++
schema = 1
title = "Drawn"
about = "For a test."
minutes = 5
study = "as-published"
rests_on = "published"
sources = ["https://doi.org/10.1136/bmj.n71"]
notes = "None."

[studies.observed]
from = "as-published"
missing = {kind = "observed"}

[[questions]]
ask = "How many?"

[[questions.options]]
text = "Many"
holds = "response.n_evaluable == 47"
feedback = "Yes."

[[questions.options]]
text = "Few"
holds = "response.n_evaluable < 47"
feedback = '''
No:
holds = "this stands within a text and is no field"
'''

[questions.reveal]
text = "{response:share}"

[goal]
text = "Fewer than half."
holds = "response.rate < 0.5"
now = "{response:share}"
reached = "Well."
study = "bsa-50"
+++
A vignette.
"""


def line(text, part):
    return next(number for number, each in enumerate(text.split("\n"), 1) if part in each)


def test_a_whole_lesson_is_read():
    lesson = read_lesson(FILE, WHOLE)
    assert (lesson.slug, lesson.title, lesson.vignette) == ("drawn", "Drawn", "A vignette.")
    assert lesson.studies["observed"] == AS_PUBLISHED.replace(missing="observed")
    seen = results(lesson, bundled_cohort())
    assert key(lesson, 0, seen) == 0
    assert not reached(lesson, seen)
    assert reached(lesson, seen.by(PRESETS["bsa-50"].study))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("minutes = 5", "minutes = 'five'", "minutes: it must be a whole number."),
        ("minutes = 5", "minutes = 50", "minutes: it must be at most 30."),
        ("minutes = 5", "minutes = []", "minutes: it must be a whole number."),
        ('title = "Drawn"', 'title = ""', "title: it is empty."),
        ('title = "Drawn"', "title = 7", "title: it must be a text in quotation marks."),
        ('sources = ["https://doi.org/10.1136/bmj.n71"]', "sources = []", "sources: there are 0, and at least 1 are"),
        ('feedback = "Yes."', 'feedbak = "Yes."', "feedbak: there is no such field. Perhaps: feedback."),
        ("minutes = 5", "minuts = 5", "minuts: there is no such field. Perhaps: minutes"),
        ('title = "Drawn"', 'titel = "Drawn"', "title: it is missing."),
        ("response.n_evaluable < 47", "response.n_evaluable << 47", "not allowed"),
        ("response.n_evaluable == 47", "(response.n_evaluable == 47", "cannot be read"),
        ("https://doi.org/10.1136/bmj.n71", "javascript:alert(1)", "is no address"),
        ('kind = "observed"', 'kind = "guessed"', "guessed"),
        ('from = "as-published"', 'from = "as-printed"', "no preset 'as-printed'"),
        ('text = "{response:share}"', 'text = "{response:shar}"', "no way to write"),
        ('rests_on = "published"', 'rests_on = "belief"', "rests_on: it must be 'published', 'definition' or"),
        ("schema = 1", "schema = 2", "schema: it must be 1."),
        ("minutes = 5", "minutes = ", "no TOML"),
        ('title = "Drawn"', 'title = "Drawn"\nslug = "other"', "'slug' is not written"),
    ],
)
def test_a_broken_lesson_says_line_and_why(old, new, said):
    text = WHOLE.replace(old, new)
    with pytest.raises(LessonError) as caught:
        read_lesson(FILE, text)
    assert said in str(caught.value)
    # A field that is missing has no line; a study is named by the line of its table.
    where = "[studies.observed]" if new.startswith(("kind", "from")) else new.splitlines()[-1]
    number = 1 if "titel" in new else line(text, where)
    assert f"{FILE}, line {number}" in str(caught.value)


@pytest.mark.parametrize("text", ["", "# Heading\n", "+++\ntitle = 'x'\n", "\n+++\n+++\n"])
def test_a_file_without_a_header_says_how_it_begins_and_ends(text):
    with pytest.raises(LessonError, match=r"01-drawn\.md, line 1: .*\+\+\+"):
        read_lesson(FILE, text)


@pytest.mark.parametrize("name", ["drawn.md", "1-drawn.md", "01-Drawn.md", "01-.md", "01-a b.md"])
def test_a_file_is_called_by_number_and_address(name):
    with pytest.raises(LessonError, match="01-which-denominator"):
        read_lesson(name, WHOLE)


def test_a_header_may_be_written_on_windows():
    assert read_lesson(FILE, "\ufeff" + WHOLE.replace("\n", "\r\n")).slug == "drawn"


def test_two_options_that_hold_or_none_are_refused_with_their_line():
    both = WHOLE.replace("response.n_evaluable < 47", "response.n_evaluable > 1")
    none = WHOLE.replace("response.n_evaluable == 47", "response.n_evaluable == 46")
    for text, said in ((both, "options 1 and 2 hold"), (none, "no option holds")):
        lesson = read_lesson(FILE, text)
        with pytest.raises(LessonError, match=rf"line {line(text, '[[questions.options]]') - 3}.*{said}"):
            key(lesson, 0, results(lesson, bundled_cohort()))


FIGURE = 'text = "{response:share}"\nfigures = ["FIGURE"]'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("response.n_evaluable < 47", "response.n_evaluble < 47", "Perhaps: n_evaluable"),
        ("response.n_evaluable < 47", "respons.n_evaluable < 47", "Perhaps: response"),
        ("response.n_evaluable < 47", "response.rate.n < 47", "no 'n' in a single value"),
        ("response.n_evaluable < 47", "response.rate + 47", "is no condition"),
        ("response.n_evaluable < 47", "change.IGAA.p_t < 47", "Perhaps: IGA"),
        ("response.n_evaluable < 47", "change.IGA.p_tt < 47", "Perhaps: p_t"),
        ("response.n_evaluable < 47", "safety.events[0].n < 47", "no 'n' here"),
        ("response.n_evaluable < 47", "response.by_rule[40].n_onyl < 4", "Perhaps: n_only"),
        ("response.n_evaluable < 47", "intervall_low(6, 6) < 47", "Perhaps: interval_low"),
        ("response.n_evaluable < 47", "interval_low(6) < 47", "does not take 1 value"),
        ("response.n_evaluable < 47", "under('observd').response.rate < 47", "Perhaps: observed"),
        ("response.n_evaluable < 47", "published('improvd') < 47", "Perhaps: improved"),
        ("response.n_evaluable < 47", "n_counts('improvd', 47) < 47", "Perhaps: improved"),
        ("response.n_evaluable < 47", "mean_of_percents('BSAA') < 47", "Perhaps: BSA"),
        ("response.n_evaluable < 47", "n_definitions('smal') < 47", "Perhaps: small"),
        ("response.n_evaluable < 47", "lowest_rate('small').rat < 47", "Perhaps: rate"),
        ("response.n_evaluable < 47", "highest_subgroup(5).rat < 47", "Perhaps: rate"),
        ("response.n_evaluable < 47", "draws_low('respons.rate') < 47", "Perhaps: response"),
        ("response.n_evaluable < 47", "every_draw('response.rate')", "is no condition"),
        ('feedback = "Yes."', 'feedback = "{respons.rate}"', "Perhaps: response"),
        ('text = "Many"', 'text = "{respons.rate}"', "Perhaps: response"),
        ('ask = "How many?"', 'ask = "{response}"', "no single quantity"),
        ('now = "{response:share}"', 'now = "{response.rate:share}"', "cannot be a share"),
        ('text = "{response:share}"', FIGURE.replace("FIGURE", "respons"), "Perhaps: response"),
        ('text = "{response:share}"', FIGURE.replace("FIGURE", "change"), "needs a score"),
        ('text = "{response:share}"', FIGURE.replace("FIGURE", "change:BSAA"), "Perhaps: BSA"),
        ('text = "{response:share}"', FIGURE.replace("FIGURE", "parts:BSA"), "takes nothing after a colon"),
        ('text = "{response:share}"', FIGURE.replace("FIGURE", "multiverse:huge"), "There are: small"),
        ('study = "bsa-50"', 'study = "bsa-5"', "Perhaps: bsa-50"),
        ('reached = "Well."', 'reached = "Well."\nfigure = "respons"', "Perhaps: response"),
    ],
)
def test_a_slip_in_a_name_is_found_when_the_file_is_read_and_said_with_its_line(old, new, said):
    text = WHOLE.replace(old, new)
    with pytest.raises(LessonError, match=rf"{FILE}, line {line(text, new.splitlines()[-1])}: .*{said}"):
        read_lesson(FILE, text)


def test_every_slip_of_a_file_is_said_at_once():
    text = WHOLE.replace('feedback = "Yes."', 'feedback = "{respons.rate}"').replace('"bsa-50"', '"bsa-5"')
    with pytest.raises(LessonError) as caught:
        read_lesson(FILE, text)
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize("slip", ["a { alone", "{respons.rate}", "{response.rate:precent}", "{response.rate"])
def test_a_slip_in_the_vignette_is_said_with_its_own_line(slip):
    text = WHOLE.replace("A vignette.", f"\nA vignette.\n\nOf {{response:share}}, {slip}\n\nIts end.")
    with pytest.raises(LessonError, match=rf"{FILE}, line {line(text, slip)}: "):
        read_lesson(FILE, text)


def test_what_only_the_loaded_cohort_says_is_left_to_it():
    text = WHOLE.replace("minutes", 'needs = "any cohort"\nminutes').replace("response.n_evaluable < 47", "HERE")
    for condition in ("change.PASI.p_t < 1", "subgroups['age']['old'].rate < 1", "mean_of_percents('PASI') < 1"):
        assert read_lesson(FILE, text.replace("HERE", condition)).questions
    with pytest.raises(LessonError, match="Perhaps: p_t"):
        read_lesson(FILE, text.replace("HERE", "change.PASI.p_tt < 1"))


def test_a_vignette_is_short_and_no_feedback_stands_twice():
    assert read_lesson(FILE, WHOLE.replace("A vignette.", " ".join(["word"] * 120))).vignette
    long = WHOLE.replace("A vignette.", " ".join(["word"] * 121))
    with pytest.raises(LessonError, match=rf"line {line(long, 'word')}: vignette: it has 121 words; at most 120"):
        read_lesson(FILE, long)
    twice = (
        WHOLE.replace('feedback = "Yes."', 'feedback = "For all."')
        .replace("\nNo:\n", "\nfor all.\n")
        .replace('holds = "this stands within a text and is no field"\n', "")
    )
    with pytest.raises(LessonError, match=r"questions\.1\.options: the feedback of option 2 is that of option 1"):
        read_lesson(FILE, twice)


def test_a_title_stands_once(tmp_path):
    for name in ("01-drawn.md", "02-other.md"):
        (tmp_path / name).write_text(WHOLE, "utf-8")
    held = read_folder(tmp_path)
    assert list(held.lessons) == ["drawn"]
    assert held.broken == (
        f"02-other.md, line {line(WHOLE, 'title = ')}: 01-drawn.md has the same title; give it another.",
    )


def test_the_figures_that_a_file_may_name_are_those_that_are_drawn():
    assert NAMED.keys() == FIGURES.keys()


def test_a_broken_file_leaves_the_others_alone(tmp_path):
    (tmp_path / "01-drawn.md").write_text(WHOLE, "utf-8")
    (tmp_path / "02-drawn.md").write_text(WHOLE, "utf-8")
    (tmp_path / "03-broken.md").write_text("nothing", "utf-8")
    (tmp_path / "04-binary.md").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "My lesson.md").write_text(WHOLE, "utf-8")
    (tmp_path / "README.md").write_text("no lesson", "utf-8")
    held = read_folder(tmp_path)
    assert list(held.lessons) == ["drawn"]
    assert [problem.split(":")[0].split(",")[0] for problem in held.broken] == [
        "02-drawn.md",
        "03-broken.md",
        "04-binary.md",
        "My lesson.md",
    ]


def test_a_sequence_leaves_out_what_there_is_not():
    first, second, *_ = shelf().lessons
    assert [each.slug for each in shelf().named(f"{second}, {first},{second},nothing")] == [second, first]


def test_a_lesson_on_the_published_cohort_is_not_offered_for_another():
    lesson = read_lesson(FILE, WHOLE)
    assert "another one is loaded" in unfit(lesson, HARD["scores only"]())
    general = read_lesson(FILE, WHOLE.replace("minutes", 'needs = "any cohort"\nminutes'))
    assert "cannot be computed here" in unfit(general, HARD["scores only"]())
    assert unfit(general, bundled_cohort()) == ""


def test_the_folder_holds_what_the_documentation_shows():
    shown = (FOLDER.parents[1] / "docs" / "lessons.md").read_text("utf-8").split("```")[1].strip("\n")
    assert read_lesson(FILE, shown).questions


def test_the_documentation_names_everything_a_lesson_may_use():
    documented = (FOLDER.parents[1] / "docs" / "lessons.md").read_text("utf-8")
    for name in FUNCTIONS:
        assert f"`{name}(" in documented, name
    for name in (*FIGURES, *FORMS.keys() - {"plain"}):
        assert f"`{name}" in documented or f":{name}}}" in documented, name
