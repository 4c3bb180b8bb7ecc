"""The lessons that are there: read from their folder, in the order of their files, the broken ones apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from explorer.bundled import DATA
from explorer.lessons.expression import LessonError, suggested
from explorer.lessons.header import BODY, Parts, Place, line_of, taken_apart
from explorer.lessons.lesson import Goal, Lesson, Option, Question, Reveal, lesson_of
from explorer.lessons.names import check_names
from explorer.lessons.wording import MisreadError

FOLDER = DATA / "lessons"
NAME = re.compile(r"\d{2}-([a-z0-9]+(?:-[a-z0-9]+)*)\.md")
OURS = ("slug", "file", BODY)
NO_LESSONS = ("README.md", "glossary.md", "guide.md")
"""What else stands in the folder."""


@dataclass(frozen=True)
class Shelf:
    """Lessons by their addresses, in order, and what is wrong with the others."""

    lessons: dict[str, Lesson]
    broken: tuple[str, ...]

    def named(self, slugs: str) -> tuple[Lesson, ...]:
        """Return the lessons of an address: one, or several with commas between; those that there are."""
        asked = dict.fromkeys(slug.strip() for slug in slugs.split(","))
        return tuple(self.lessons[slug] for slug in asked if slug in self.lessons)


@cache
def shelf() -> Shelf:
    """Return the lessons that come with the explorer, read once per process."""
    return read_folder(FOLDER)


def read_folder(folder: Path) -> Shelf:
    """Read every lesson of a folder; a broken one is said to be so and leaves the others alone."""
    lessons: dict[str, Lesson] = {}
    broken: list[str] = []
    for path in sorted(folder.glob("*.md")):
        if path.name in NO_LESSONS:
            continue
        try:
            lesson = read_lesson(path.name, _text(path))
            _check_apart(lesson, lessons)
        except LessonError as error:
            broken.append(str(error))
        else:
            lessons[lesson.slug] = lesson
    return Shelf(lessons, tuple(broken))


def _check_apart(lesson: Lesson, others: Mapping[str, Lesson]) -> None:
    if lesson.slug in others:
        raise LessonError(f"{lesson.file}: {others[lesson.slug].file} has the same name; give it another.")
    for other in others.values():
        if other.title.casefold() == lesson.title.casefold():
            with lesson.at("title"):
                raise LessonError(f"{other.file} has the same title; give it another.")


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise LessonError(f"{path.name}: the file cannot be read as text in UTF-8.") from error


def read_lesson(file: str, text: str) -> Lesson:
    """Read one lesson.

    Parameters
    ----------
    file : str
        The file's name, which gives the lesson its address.
    text : str
        What the file holds (see docs/lessons.md).

    Raises
    ------
    LessonError
        With the file, the line and what is wrong; a line of text for each problem.
    """
    named = NAME.fullmatch(file)
    if named is None:
        raise LessonError(f"{file}: a lesson is called as 01-which-denominator.md: two digits, then small letters.")
    parts = taken_apart(text, file)
    for name in OURS:
        if name in parts.fields:
            raise LessonError(f"{file}, line {line_of(parts.lines, (name,))}: '{name}' is not written in the header.")
    fields = {**parts.fields, "slug": named[1], "file": file, BODY: parts.body}
    try:
        lesson = lesson_of(fields, parts.lines)
    except ValidationError as error:
        raise LessonError("\n".join(_problems(error, parts, file))) from error
    check_names(lesson)
    return lesson


def _problems(error: ValidationError, parts: Parts, file: str) -> Iterator[str]:
    for each in error.errors():
        place = each["loc"]
        name = ".".join(str(part + 1 if isinstance(part, int) else part) for part in place)
        line = line_of(parts.lines, (*place, *_row(each, parts)))
        yield f"{file}, line {line}: {name}: {_in_words(each).rstrip('.')}."


def _row(problem: ErrorDetails, parts: Parts) -> Place:
    """Say on which line of the body a text cannot be read; nothing for a text of the header, which is one field."""
    cause = getattr(problem.get("ctx", {}).get("error"), "__cause__", None)
    if problem["loc"] != (BODY,) or not isinstance(cause, MisreadError):
        return ()
    return (parts.body[: cause.at].count("\n"),)


def _in_words(problem: ErrorDetails) -> str:
    kind, limits = problem["type"], problem.get("ctx", {})
    if kind == "extra_forbidden":
        return f"there is no such field.{_known_fields(problem['loc'])}"
    if kind == "value_error":
        return str(limits["error"])
    return KINDS[kind](limits) if kind in KINDS else f"this cannot be read ({problem['msg']})"


def _known_fields(place: Place) -> str:
    table = tuple(part for part in place[:-1] if isinstance(part, str))
    fields = {field.alias or name for name, field in TABLES[table].model_fields.items()} if table in TABLES else set()
    return suggested(str(place[-1]), sorted(fields - set(OURS)))


TABLES: Mapping[Place, type[BaseModel]] = MappingProxyType(
    {
        (): Lesson,
        ("questions",): Question,
        ("questions", "options"): Option,
        ("questions", "reveal"): Reveal,
        ("goal",): Goal,
    }
)
"""What each table of a header is read as."""

KINDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = MappingProxyType(
    {
        "missing": lambda _: "it is missing",
        "string_type": lambda _: "it must be a text in quotation marks",
        **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), lambda _: "it must be a whole number"),
        "tuple_type": lambda _: "it must be a list in square brackets, or tables in double ones",
        **dict.fromkeys(("model_type", "mapping_type", "dict_type"), lambda _: "it must be a table"),
        "literal_error": lambda limits: f"it must be {limits['expected']}",
        "string_too_short": lambda _: "it is empty",
        "string_too_long": lambda limits: f"it is too long: at most {limits['max_length']} letters are read",
        "too_short": lambda limits: (
            f"there are {limits['actual_length']}, and at least {limits['min_length']} are needed"
        ),
        "too_long": lambda limits: f"there are more than {limits['max_length']}",
        "greater_than_equal": lambda limits: f"it must be at least {limits['ge']}",
        "less_than_equal": lambda limits: f"it must be at most {limits['le']}",
    }
)
"""What is wrong with a field, by the name that the reader of the header has for it."""
