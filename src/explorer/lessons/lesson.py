"""A lesson as its file has it: questions with their options, a goal to try, and the studies it speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr

from explorer.errors import DefinitionError
from explorer.lessons.expression import LessonError, parsed
from explorer.lessons.header import Place, line_of
from explorer.lessons.wording import check
from explorer.study.presets import PRESETS
from explorer.study.study import Study

RestsOn = Literal["published", "definition", "draws"]
DEFAULT = "default"
"""The name of the study that a cohort is analysed under when no other is asked for."""


def _condition(text: str) -> str:
    try:
        parsed(text)
    except LessonError as error:
        raise ValueError(str(error)) from error
    return text


def _wording(text: str) -> str:
    try:
        check(text)
    except LessonError as error:
        raise ValueError(str(error)) from error
    return text


def _study(fields: object) -> object:
    """Read a study of a lesson: what is not written is taken from the preset it names."""
    if not isinstance(fields, dict):
        return fields
    own = {name: value for name, value in fields.items() if name != "from"}
    base = fields.get("from", "as-published")
    if base not in PRESETS:
        raise ValueError(f"there is no preset '{base}'; there are: {', '.join(PRESETS)}")
    try:
        return Study.from_dict(PRESETS[base].study.to_dict() | own)
    except DefinitionError as error:
        raise ValueError(str(error)) from error


def _address(text: str) -> str:
    if not text.startswith("https://") or any(letter in text for letter in ' <>"()'):
        raise ValueError(f"'{text}' is no address; a source is given as https://...")
    return text


Condition = Annotated[str, Field(min_length=1), AfterValidator(_condition)]
Wording = Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(_wording)]
Short = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_wording)]
LessonStudy = Annotated[Study, BeforeValidator(_study)]
Source = Annotated[str, AfterValidator(_address)]


class Written(BaseModel):
    """A part of a lesson file: frozen, and without any field but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


MOST_WORDS = 120
"""Words of a vignette: who has to read more before the first question does not read it."""


def _brief(text: str) -> str:
    if (words := len(text.split())) > MOST_WORDS:
        raise ValueError(f"it has {words} words; at most {MOST_WORDS} stand before the first question")
    return text


def _each_its_own(options: tuple[Option, ...]) -> tuple[Option, ...]:
    """Refuse options that say the same: feedback explains one answer, so a second with it was forgotten."""
    for name in ("text", "feedback"):
        texts = [getattr(option, name).casefold() for option in options]
        if twice := next((at for at, text in enumerate(texts) if text in texts[:at]), None):
            raise ValueError(
                f"the {name} of option {twice + 1} is that of option {texts.index(texts[twice]) + 1} as well"
            )
    return options


class Option(Written):
    """One answer: its words, the condition under which it is the right one, and what is said to who chose it."""

    text: Wording
    holds: Condition
    feedback: Wording


class Reveal(Written):
    """What is shown after the answer: words, the definition the app is set to, and figures by their names."""

    text: Wording
    study: str | None = None
    figures: Annotated[tuple[str, ...], Field(max_length=2)] = ()


class Question(Written):
    """A question that is answered before anything is revealed."""

    ask: Wording
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=6), AfterValidator(_each_its_own)]
    reveal: Reveal
    rests_on: RestsOn | None = None


class Goal(Written):
    """What to try with the sidebar, and what is drawn beside it.

    `study` names one definition that reaches it, for the test alone.
    """

    text: Wording
    holds: Condition
    now: Wording
    reached: Wording
    study: str
    figure: str = "response"
    hint: Wording | None = None


class Lesson(Written):
    """A lesson file.

    Attributes
    ----------
    slug : str
        Its address: the file's name without number and ending.
    file : str
        The file's name, for messages.
    vignette : str
        What is told before the first question, as Markdown.
    """

    schema_: Annotated[Literal[1], Field(alias="schema")]
    slug: str
    file: str
    title: Short
    about: Short
    minutes: Annotated[int, Field(ge=1, le=30)]
    study: str
    rests_on: RestsOn
    needs: Literal["reconstruction", "any cohort"] = "reconstruction"
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    notes: Annotated[str, Field(min_length=1)]
    studies: Annotated[Mapping[str, LessonStudy], Field(max_length=12)] = {}
    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=5)]
    goal: Goal | None = None
    vignette: Annotated[Wording, AfterValidator(_brief)]
    _lines: Mapping[Place, int] = PrivateAttr(default_factory=dict)

    @contextmanager
    def at(self, *place: str | int) -> Iterator[None]:
        """Say of what goes wrong inside in which file and line it stands."""
        try:
            yield
        except LessonError as error:
            line = line_of(self._lines, place)
            raise type(error)(f"{self.file}, line {line}: {error}") from error

    def rests(self, question: Question) -> RestsOn:
        """Return on what the key of a question rests."""
        return question.rests_on or self.rests_on


def lesson_of(fields: Mapping[str, Any], lines: Mapping[Place, int]) -> Lesson:
    """Build a lesson from checked fields, with the lines that its messages name."""
    built = Lesson.model_validate(dict(fields))
    built._lines = dict(lines)
    return built
