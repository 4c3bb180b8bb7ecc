"""A lesson file taken apart: the TOML header between `+++` lines, the text below, and the line of every field."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from explorer.lessons.expression import LessonError

FENCE = "+++"
BODY = "vignette"
"""The field of a lesson that the text below the header is."""
LONGEST = 60_000
"""Characters of a lesson file that are read."""

Place = tuple[str | int, ...]
"""Where a field stands: names of tables and fields, and places in lists, from the top."""

TABLE = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]\]?\s*(#.*)?$")
FIELD = re.compile(r"\s*([\w-]+)\s*=")


@dataclass(frozen=True)
class Parts:
    """What a lesson file consists of.

    Attributes
    ----------
    fields : mapping
        The header, as TOML.
    body : str
        The text below the header.
    lines : mapping of Place to int
        The line, from 1, of every table and field of the header, and of every line of the body: `("vignette", 0)` is its
        first.
    """

    fields: Mapping[str, Any]
    body: str
    lines: Mapping[Place, int]


def taken_apart(text: str, file: str) -> Parts:
    """Take a lesson file apart.

    Raises
    ------
    LessonError
        Where there is no header, or it is no TOML.
    """
    if len(text) > LONGEST:
        raise LessonError(f"{file}: the file has {len(text)} characters; a lesson has at most {LONGEST}.")
    lines = text.replace("\r\n", "\n").removeprefix("\ufeff").split("\n")
    if lines[0].rstrip() != FENCE:
        raise LessonError(f"{file}, line 1: a lesson begins with a line {FENCE}, then its header.")
    end = next((place for place, line in enumerate(lines[1:], 1) if line.rstrip() == FENCE), None)
    if end is None:
        raise LessonError(f"{file}, line 1: the header has no end; close it with a line {FENCE}.")
    # An empty line takes the place of the fence, so that TOML counts lines as the file does.
    header = ["", *lines[1:end]]
    places = dict(_places(header)) | dict(_body_places(lines, end + 1))
    return Parts(_toml("\n".join(header), file), "\n".join(lines[end + 1 :]).strip(), places)


def _body_places(lines: list[str], start: int) -> Iterator[tuple[Place, int]]:
    first = next((at for at in range(start, len(lines)) if lines[at].strip()), start)
    yield (BODY,), first + 1
    for row in range(len(lines) - first):
        yield (BODY, row), first + row + 1


def _toml(header: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(header)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        line = f", line {at[1]}" if at else ""
        raise LessonError(f"{file}{line}: the header is no TOML: {error}.") from error


def line_of(lines: Mapping[Place, int], place: Place) -> int:
    """Return the line of a field, or of the nearest table around it; 1 where none is known."""
    return next((lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines), 1)


def _places(header: list[str]) -> Iterator[tuple[Place, int]]:
    """Follow tables and fields through the lines of a header, texts of several lines left out."""
    counts: dict[str, int] = {}
    table: Place = ()
    quotes = ""
    for number, line in enumerate(header, 1):
        if not quotes:
            if found := TABLE.match(line):
                table = _table(found[2].split("."), found[1] == "[[", counts)
                yield table, number
            elif found := FIELD.match(line):
                yield (*table, found[1]), number
        quotes = _still_open(line, quotes)


def _table(names: list[str], listed: bool, counts: dict[str, int]) -> Place:
    """Say which table a heading opens: a new one of a list, or one within the last of a list."""
    if listed:
        path = ".".join(names)
        for inner in [each for each in counts if each.startswith(f"{path}.")]:
            del counts[inner]
        counts[path] = counts.get(path, -1) + 1
    place: list[str | int] = []
    for depth, name in enumerate(names, 1):
        place.append(name)
        if (path := ".".join(names[:depth])) in counts:
            place.append(counts[path])
    return tuple(place)


def _still_open(line: str, quotes: str) -> str:
    """Return the triple quotes in which a line ends; empty outside texts of several lines."""
    for mark in re.findall(r'"""|\'\'\'', line):
        if not quotes:
            quotes = mark
        elif quotes == mark:
            quotes = ""
    return quotes
