"""What every lesson that comes with the explorer must bear: one right answer, computed, and honest about its ground."""

import re

import pytest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.charts.figure import Figure
from explorer.lessons.expression import AbsentError
from explorer.lessons.key import key, keys_over_draws, reached, said, unfit, verdicts
from explorer.lessons.quantities import known, results, studies_of
from explorer.lessons.shelf import FOLDER, shelf
from explorer.ui.lesson_figures import drawn
from tests.lessons.moved import moved
from tests.lessons.reading_age import grade

LESSONS = shelf().lessons
QUESTIONS = [(slug, place) for slug, lesson in LESSONS.items() for place in range(len(lesson.questions))]


def over_draws(slug, place):
    """What all reconstructions say together does not follow the cohort that is loaded."""
    question = LESSONS[slug].questions[place]
    return LESSONS[slug].rests(question) == "draws" and any("draw" in option.holds for option in question.options)


HARDEST = 12
"""School years by Flesch and Kincaid."""
NAMES = re.compile(
    r"dupilumab|tralokinumab|conjunctivitis|reconstructions?|denominators?|confidence|interval|percentages?|definitions?",
    re.IGNORECASE,
)
"""Words that readers of these lessons know, and that would count as hard for their syllables."""


def seen(slug):
    return results(LESSONS[slug], bundled_cohort())


def test_every_file_is_a_lesson():
    assert shelf().broken == ()
    assert len(LESSONS) == len(list(FOLDER.glob("[0-9]*.md"))) > 0


@pytest.mark.parametrize("slug", LESSONS)
def test_a_lesson_can_be_done_with_the_bundled_cohort(slug):
    assert unfit(LESSONS[slug], bundled_cohort()) == ""


@pytest.mark.parametrize("slug", LESSONS)
def test_every_text_can_be_computed(slug):
    lesson, here = LESSONS[slug], seen(slug)
    for text in texts(lesson):
        assert "{" not in said(lesson, text, here)


def texts(lesson):
    yield lesson.vignette
    yield lesson.notes
    for question in lesson.questions:
        yield question.ask
        yield question.reveal.text
        for option in question.options:
            yield from (option.text, option.feedback)
    if lesson.goal is not None:
        yield from filter(None, (lesson.goal.text, lesson.goal.now, lesson.goal.reached, lesson.goal.hint))


@pytest.mark.parametrize("slug", LESSONS)
def test_the_vignette_is_short(slug):
    assert len(said(LESSONS[slug], LESSONS[slug].vignette, seen(slug)).split()) < 120


@pytest.mark.parametrize("slug", LESSONS)
def test_the_texts_read_easily(slug):
    lesson, here = LESSONS[slug], seen(slug)
    whole = " ".join(plain(said(lesson, text, here)) for text in texts(lesson) if text != lesson.notes)
    assert grade(whole) <= HARDEST


def plain(text):
    """Text without markup; what is no sentence by itself ends as one, and known names count as short words."""
    text = NAMES.sub("word", re.sub(r"[*_`#“”]", "", text)).strip()
    return text if text.endswith((".", "?", "!")) else f"{text}."


@pytest.mark.parametrize(("slug", "place"), QUESTIONS)
def test_every_option_has_words_and_feedback_of_its_own(slug, place):
    options = LESSONS[slug].questions[place].options
    here = seen(slug)
    for kind in ("text", "feedback"):
        assert len({said(LESSONS[slug], getattr(option, kind), here) for option in options}) == len(options)


@pytest.mark.parametrize(("slug", "place"), QUESTIONS)
def test_an_answer_rests_on_what_the_lesson_says(slug, place):
    lesson = LESSONS[slug]
    question = lesson.questions[place]
    if lesson.rests(question) == "draws":
        for name in ("draws_low", "draws_high"):
            assert name in question.reveal.text
    else:
        assert keys_over_draws(lesson, place) == {key(lesson, place, seen(slug))}


@pytest.mark.parametrize(("slug", "place"), [each for each in QUESTIONS if not over_draws(*each)])
def test_the_key_moves_when_the_data_move(slug, place):
    """What a definition does holds whatever the data are; then the numbers revealed move."""
    lesson = LESSONS[slug]
    here = outcome(lesson, place, bundled_cohort())
    assert any(outcome(lesson, place, cohort) != here for cohort in moved().values())


def outcome(lesson, place, cohort):
    """The verdicts on a question; of one that rests on a definition, with what is revealed."""
    here, question = results(lesson, cohort), lesson.questions[place]
    try:
        found = verdicts(lesson, place, here)
        return found, said(lesson, question.reveal.text, here) if lesson.rests(question) == "definition" else ""
    except AbsentError:
        return None


@pytest.mark.parametrize("slug", [slug for slug, lesson in LESSONS.items() if lesson.goal])
def test_a_goal_is_open_at_first_and_can_be_reached(slug):
    lesson, cohort = LESSONS[slug], bundled_cohort()
    last = lesson.questions[-1].reveal.study or lesson.study
    studies = studies_of(lesson, cohort)
    assert not reached(lesson, results(lesson, cohort, known(studies, last)))
    assert reached(lesson, results(lesson, cohort, known(studies, lesson.goal.study)))


@pytest.mark.parametrize("slug", LESSONS)
def test_every_figure_can_be_drawn_of_the_definition_it_is_shown_for(slug):
    lesson, cohort = LESSONS[slug], bundled_cohort()
    studies = studies_of(lesson, cohort)
    for question in lesson.questions:
        analysis = analyse(cohort, known(studies, question.reveal.study or lesson.study))
        for name in question.reveal.figures:
            assert isinstance(drawn(name, analysis), Figure)
    if lesson.goal is not None:
        assert drawn(lesson.goal.figure, analyse(cohort, known(studies, lesson.goal.study))).title
