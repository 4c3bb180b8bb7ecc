"""Lessons on paper: questions to answer by hand, and the key, computed from the loaded data, on a page of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from explorer.analysis.analyse import Analysis
from explorer.export.report import Report, Section
from explorer.export.report_blocks import Block, Words, paragraphs
from explorer.lessons.citations import cited
from explorer.lessons.key import key, said
from explorer.lessons.lesson import Lesson
from explorer.lessons.quantities import Results, results
from explorer.study.words import dated

LETTERS = "ABCDEF"
HOW_SURE = "I am:   guessing   /   fairly sure   /   sure"


@dataclass(frozen=True, eq=False)
class Handout(Report):
    """A report that asks; its label says, on every page, that the cohort is not made of patients."""

    heading: str = "Handout"

    @property
    def title(self) -> str:
        """The lesson's title, or that there are several."""
        return self.heading

    @property
    def about(self) -> list[tuple[str, str]]:
        """What the questions are about, and the day."""
        return [
            ("Cohort", self.analysis.cohort.metadata.title),
            ("Made on", dated(self.made)),
            ("Name", "________________________"),
        ]


def handout(lessons: Sequence[Lesson], analysis: Analysis, made: date) -> Handout:
    """Put a handout together.

    Parameters
    ----------
    lessons : sequence of Lesson
        At least one; each can be done with the cohort.
    analysis : Analysis
        Of the cohort that the questions are about.
    made : date
        The day that stands in it.

    Raises
    ------
    LessonError
        Where a text or a key cannot be computed from this cohort.
    """
    seen = [(lesson, results(lesson, analysis.cohort)) for lesson in lessons]
    alone = len(lessons) == 1
    asked = [
        Section("Questions" if alone else lesson.title, "", tuple(_questions(lesson, here))) for lesson, here in seen
    ]
    keys = [block for lesson, here in seen for block in _key(lesson, here)]
    heading = lessons[0].title if alone else f"{len(lessons)} lessons"
    return Handout(analysis, made, (*asked, Section("Key", "", tuple(keys), new_page=True)), heading)


def _questions(lesson: Lesson, seen: Results) -> Iterator[Block]:
    yield from paragraphs(_plain(said(lesson, lesson.vignette, seen, "vignette")))
    for place, question in enumerate(lesson.questions):
        yield Words(f"{place + 1}. {_plain(said(lesson, question.ask, seen, 'questions', place, 'ask'))}")
        options = (
            f"{LETTERS[at]}.  {_plain(said(lesson, option.text, seen, 'questions', place, 'options', at))}"
            for at, option in enumerate(question.options)
        )
        yield Words("\n".join(options))
        yield Words(HOW_SURE, remark=True)
    if lesson.goal is not None:
        yield Words(f"To try in the app: {_plain(said(lesson, lesson.goal.text, seen, 'goal', 'text'))}")


def _key(lesson: Lesson, seen: Results) -> Iterator[Block]:
    yield Words(f"{lesson.title} (definition “{seen.study.name}”, {seen.study.fingerprint})")
    for place, question in enumerate(lesson.questions):
        holds = key(lesson, place, seen)
        yield Words(f"{place + 1}. {LETTERS[holds]} holds.")
        for at, option in enumerate(question.options):
            feedback = _plain(said(lesson, option.feedback, seen, "questions", place, "options", at))
            yield Words(f"{LETTERS[at]}.  {feedback}", remark=at != holds)
        yield Words(_plain(said(lesson, question.reveal.text, seen, "questions", place, "reveal", "text")))
    yield Words("\n".join(("Sources:", *(cited(address) for address in lesson.sources))))


def _plain(text: str) -> str:
    """Take the marks of emphasis off a text, and join its lines."""
    parts = (" ".join(part.split()) for part in text.split("\n\n"))
    return "\n\n".join(parts).replace("**", "").replace("*", "").replace("`", "")
