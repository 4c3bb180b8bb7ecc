"""The lessons that are there: read from their folder, in the order of their files, the broken ones apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from explorer.bundled import DATA
from explorer.lessons.expression import LessonError
from explorer.lessons.header import Parts, Place, line_of, taken_apart
from explorer.lessons.lesson import Lesson, lesson_of

FOLDER = DATA / "lessons"
NAME = re.compile(r"\d{2}-([a-z0-9]+(?:-[a-z0-9]+)*)\.md")
OURS = ("slug", "file", "vignette")


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
    for path in sorted(folder.glob("[0-9]*.md")):
        try:
            lesson = read_lesson(path.name, _text(path))
            if lesson.slug in lessons:
                raise LessonError(f"{path.name}: {lessons[lesson.slug].file} has the same name; give it another.")
        except LessonError as error:
            broken.append(str(error))
        else:
            lessons[lesson.slug] = lesson
    return Shelf(lessons, tuple(broken))


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
    fields = {**parts.fields, "slug": named[1], "file": file, "vignette": parts.body}
    try:
        return lesson_of(fields, parts.lines)
    except ValidationError as error:
        raise LessonError("\n".join(_problems(error, parts, file))) from error


def _problems(error: ValidationError, parts: Parts, file: str) -> Iterator[str]:
    for each in error.errors():
        place: Place = each["loc"]
        said = each["msg"].removeprefix("Value error, ").rstrip(".")
        name = ".".join(str(part + 1 if isinstance(part, int) else part) for part in place)
        yield f"{file}, line {line_of(parts.lines, place)}: {name}: {said}."
