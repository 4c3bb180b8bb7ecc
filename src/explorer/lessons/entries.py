"""Texts that a teacher can write: headed entries with a few `Name: value` lines, then plain Markdown.

```
## Term
Also: another name
Source: who | https://...

What it means.
```
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from explorer.errors import ExplorerError, Problem

HEADING = "## "
FIELD = re.compile(r"([A-Z][a-z]+): *(.*)")
SOURCE = re.compile(r"(\S.*\S) \| (https?://\S+)")


class EntryError(ExplorerError):
    """A text that is not written as it must be: names file, line, reason and remedy."""


@dataclass(frozen=True)
class Entry:
    """One entry of a file.

    Attributes
    ----------
    file : str
    line : int
        Of its heading, counted from 1.
    title : str
    fields : mapping of str to (int, str)
        Line and value by name.
    text : str
        Markdown.
    """

    file: str
    line: int
    title: str
    fields: Mapping[str, tuple[int, str]]
    text: str

    def value(self, name: str) -> str:
        """Return the value of a field, empty where it is not given."""
        return self.fields.get(name, (0, ""))[1]

    def listed(self, name: str) -> tuple[str, ...]:
        """Return the parts of a field that holds a list."""
        return tuple(part.strip() for part in self.value(name).split(",") if part.strip())

    def source(self) -> tuple[str, str] | None:
        """Return who a text rests on and where that stands; None where no source is given.

        Raises
        ------
        EntryError
            Where the field does not read "who | https://...".
        """
        if not (given := self.value("Source")):
            return None
        if not (found := SOURCE.fullmatch(given)):
            raise self.wrong(f"the source '{given}' cannot be read", "Write: who | https://...", "Source")
        return found[1], found[2]

    def wrong(self, what: str, remedy: str, field: str | None = None) -> EntryError:
        """Return the error that says what is wrong with this entry, or with one of its fields."""
        line = self.fields[field][0] if field else self.line
        return EntryError(str(Problem(f"{self.file}, line {line}", f"“{self.title}”: {what}", remedy)))


def entries(file: Path, known: Collection[str]) -> tuple[Entry, ...]:
    """Read the entries of a file.

    Parameters
    ----------
    file : Path
        UTF-8.
    known : collection of str
        The names that fields may have.

    Raises
    ------
    EntryError
        Where an entry has no text, an unknown field, a field twice or the heading of another entry.
    """
    found = tuple(_entries(file.name, file.read_text(encoding="utf-8").splitlines()))
    seen: set[str] = set()
    for entry in found:
        _check(entry, known)
        if entry.title.casefold() in seen:
            raise entry.wrong("stands there twice", "Put the two together.")
        seen.add(entry.title.casefold())
    return found


def _check(entry: Entry, known: Collection[str]) -> None:
    if unknown := [name for name in entry.fields if name not in known]:
        raise entry.wrong(f"there is no field '{unknown[0]}'", f"There are: {', '.join(known)}.", unknown[0])
    if not entry.text:
        raise entry.wrong("has no text", "Write it below an empty line.")
    if not entry.title:
        raise entry.wrong("an entry has no heading", "Write it after the two number signs.")


def _entries(file: str, lines: list[str]) -> Iterator[Entry]:
    starts = [at for at, line in enumerate(lines) if line.rstrip() == HEADING.rstrip() or line.startswith(HEADING)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield _entry(file, start, lines[start:end])


def _entry(file: str, start: int, lines: list[str]) -> Entry:
    title, fields, at = lines[0].removeprefix(HEADING.rstrip()).strip(), {}, 1
    while at < len(lines) and (found := FIELD.fullmatch(lines[at].rstrip())):
        if found[1] in fields:
            problem = Problem(f"{file}, line {start + at + 1}", f"“{title}”: '{found[1]}' is given twice", "Keep one.")
            raise EntryError(str(problem))
        fields[found[1]] = (start + at + 1, found[2])
        at += 1
    return Entry(file, start + 1, title, fields, "\n".join(lines[at:]).strip())
