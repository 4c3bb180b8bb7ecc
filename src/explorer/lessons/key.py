"""Which option of a question is the right one: computed from the loaded cohort, never read from the file."""

from __future__ import annotations

from explorer.cohort.tables import Cohort
from explorer.lessons.draws import all_in_its_reading, draws, in_its_reading, readings
from explorer.lessons.expression import AbsentError, LessonError, holds
from explorer.lessons.lesson import Lesson
from explorer.lessons.quantities import Results, known, results, studies_of
from explorer.lessons.wording import filled
from explorer.reconstruction.facts import is_rebuilt_from_publication


def key(lesson: Lesson, question: int, seen: Results) -> int:
    """Return the place of the option that holds.

    Parameters
    ----------
    question : int
        Its place in the lesson, from 0.
    seen : Results
        Of the cohort, under the lesson's study.

    Raises
    ------
    LessonError
        Where a condition cannot be computed, or not exactly one of them holds.
    """
    found = [place for place, met in enumerate(verdicts(lesson, question, seen)) if met]
    with lesson.at("questions", question, "options"):
        if len(found) != 1:
            said = "no option holds" if not found else f"options {' and '.join(str(at + 1) for at in found)} hold"
            raise LessonError(f"question {question + 1}: {said}; exactly one must.")
    return found[0]


def verdicts(lesson: Lesson, question: int, seen: Results) -> tuple[bool, ...]:
    """Say of each option of a question whether its condition is met."""
    met = []
    for place, option in enumerate(lesson.questions[question].options):
        with lesson.at("questions", question, "options", place, "holds"):
            met.append(holds(option.holds, seen))
    return tuple(met)


def suits(lesson: Lesson, cohort: Cohort) -> bool:
    """Say at a glance whether a lesson is about such a cohort; only `unfit` looks whether its questions have answers."""
    return lesson.needs == "any cohort" or is_rebuilt_from_publication(cohort)


def unfit(lesson: Lesson, cohort: Cohort) -> str:
    """Say why a lesson cannot be done with a cohort; empty where it can."""
    if not suits(lesson, cohort):
        return "It asks about the published cohort, and another one is loaded."
    try:
        seen = results(lesson, cohort)
        for place in range(len(lesson.questions)):
            key(lesson, place, seen)
        if lesson.needs == "any cohort":
            _every_text(lesson, seen)
    except LessonError as error:
        return f"Its questions have no answer in this cohort. {error}"
    return ""


def _every_text(lesson: Lesson, seen: Results) -> None:
    """Raise LessonError where a text asks for what a cohort lacks, before a learner is halfway through."""
    said(lesson, lesson.vignette, seen, "vignette")
    for place, question in enumerate(lesson.questions):
        said(lesson, question.ask, seen, "questions", place, "ask")
        said(lesson, question.reveal.text, seen, "questions", place, "reveal", "text")
        for at, option in enumerate(question.options):
            said(lesson, f"{option.text} {option.feedback}", seen, "questions", place, "options", at)


def reached(lesson: Lesson, seen: Results) -> bool:
    """Say whether the goal of a lesson is reached; not where it asks for what the definition does not give."""
    if lesson.goal is None:
        return False
    try:
        with lesson.at("goal", "holds"):
            return holds(lesson.goal.holds, seen)
    except AbsentError:
        return False


def keys_over_draws(lesson: Lesson, question: int) -> set[int]:
    """Return the options that hold in any reconstruction, each looked at by its own reading of “improved”.

    A single one says that the published figures, or the definition, decide the answer, and not invented data.
    """
    found = set()
    for cohort, reading in zip(draws(), readings(), strict=True):
        studies = studies_of(lesson, cohort)
        study = in_its_reading(known(studies, lesson.study), reading)
        found.add(key(lesson, question, Results(cohort, study, all_in_its_reading(studies, reading), one_of_many=True)))
    return found


def said(lesson: Lesson, text: str, seen: Results, *place: str | int) -> str:
    """Return a text of a lesson with its quantities; where it fails, with the line of its place."""
    with lesson.at(*place):
        return filled(text, seen)
