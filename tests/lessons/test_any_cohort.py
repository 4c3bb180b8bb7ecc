"""Lessons that ask nothing about the paper: they run on cohorts of other drugs and scores, and name none of their own."""

import re

import pytest

from explorer.charts.figure import Figure
from explorer.lessons.key import key, said, suits, unfit
from explorer.lessons.quantities import results
from explorer.lessons.shelf import shelf
from explorer.ui.lesson_figures import drawn
from tests.pages.cohorts import all_missing, one_patient
from tests.tables import cohort

LESSONS = shelf().lessons
GENERAL = {slug: lesson for slug, lesson in LESSONS.items() if lesson.needs == "any cohort"}
OURS = re.compile(
    r"published\(|draws_|_draw\(|dupilumab|tralokinumab|eczema|skin|BSA|PPNRS|IGA|prior user", re.IGNORECASE
)
"""What only the bundled cohort has."""


def psoriasis():
    """Thirty people with PASI, of whom every third was not scored again; women first, and half of the scored improved."""
    ids = [f"P{number:02d}" for number in range(30)]
    scores = [f"{name}|0|PASI|{20 + place % 7}" for place, name in enumerate(ids)]
    scores += [f"{name}|84|PASI|{2 if place % 2 else 18}" for place, name in enumerate(ids) if place % 3]
    sexes = ["female" if place < 15 else "male" for place in range(30)]
    return cohort(
        patients="\n".join(
            ["patient_id|age|sex", *(f"{name}|{30 + place}|{sexes[place]}" for place, name in enumerate(ids))]
        ),
        assessments="\n".join(["patient_id|day|instrument|score", *scores]),
        index_drug="secukinumab",
        prior_drug=None,
        synthetic=False,
    )


def whole(lesson):
    yield from (lesson.title, lesson.about, lesson.vignette)
    for question in lesson.questions:
        yield from (question.ask, question.reveal.text)
        for option in question.options:
            yield from (option.text, option.holds, option.feedback)
    yield from filter(
        None, (lesson.goal.text, lesson.goal.holds, lesson.goal.now, lesson.goal.reached, lesson.goal.hint)
    )


def test_some_lessons_are_for_any_cohort():
    assert {"many-definitions", "subgroup-hunting", "missing-outcomes", "give-or-take"} <= set(GENERAL)


@pytest.mark.parametrize("slug", GENERAL)
def test_they_can_be_done_with_a_cohort_of_another_disease(slug):
    assert unfit(LESSONS[slug], psoriasis()) == ""


@pytest.mark.parametrize("slug", GENERAL)
def test_they_speak_of_nothing_that_is_the_bundled_cohorts_own(slug):
    assert not [text for text in whole(LESSONS[slug]) if OURS.search(text)]


@pytest.mark.parametrize("slug", GENERAL)
def test_the_line_of_their_goal_can_be_written_for_another_cohort(slug):
    lesson = LESSONS[slug]
    assert "{" not in said(lesson, lesson.goal.now, results(lesson, psoriasis()))


@pytest.mark.parametrize("slug", GENERAL)
def test_their_figures_are_drawn_of_another_cohort(slug):
    lesson, here = LESSONS[slug], results(LESSONS[slug], psoriasis())
    for name in [*(figure for question in lesson.questions for figure in question.reveal.figures), lesson.goal.figure]:
        assert isinstance(drawn(name, here.analysis), Figure)


def test_the_missing_are_counted_in_the_cohort_that_is_loaded():
    """Ten of thirty were not scored again; of the twenty others the ten with an odd number fell from 20 or more to 2."""
    lesson = LESSONS["missing-outcomes"]
    told = said(lesson, lesson.questions[0].reveal.text, results(lesson, psoriasis()))
    assert re.sub(r"\s+", " ", told).startswith(
        "In this cohort 10 of 30 responded if the unknown count as no, 10 of 20 if they are left out, and 20 of 30"
    )


def test_the_interval_is_that_of_the_cohort_that_is_loaded():
    """Wilson of 10 of the 20 scored again, by hand: 0.5 less and more 1.96 / 1.192 * sqrt(0.0125 + 0.0024) = 0.2007."""
    lesson, held = LESSONS["give-or-take"], results(LESSONS["give-or-take"], psoriasis())
    assert said(lesson, lesson.questions[0].options[key(lesson, 0, held)].text, held) == "30 to 70 %"


@pytest.mark.parametrize("slug", GENERAL)
def test_a_cohort_without_an_answer_is_refused_and_told_why(slug):
    assert suits(LESSONS[slug], all_missing())
    assert "no answer in this cohort" in unfit(LESSONS[slug], all_missing())


def test_a_lesson_whose_texts_cannot_be_computed_is_not_begun():
    """One patient makes no subgroup of five, though the questions alone could be answered."""
    assert "no subgroup with so many patients" in unfit(LESSONS["subgroup-hunting"], one_patient())
