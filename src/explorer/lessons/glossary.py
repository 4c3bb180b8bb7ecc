"""The terms that the app uses, each explained in one to three sentences (`data/lessons/glossary.md`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from explorer.bundled import DATA
from explorer.lessons.entries import Entry, entries

FILE = DATA / "lessons" / "glossary.md"
FIELDS = ("Also", "Pages", "See", "Source")
PAGES = ("overview", "eligibility", "change", "response", "multiverse", "left_open", "compare", "safety", "evidence")
"""Pages that a term may be used on, by the stems of their files."""
MOST_SENTENCES = 3
SENTENCE = re.compile(r"[.!?](?=\s|$)")


@dataclass(frozen=True)
class Term:
    """A term and what it means.

    Attributes
    ----------
    name : str
    meaning : str
        One to three sentences of plain text.
    also : tuple of str
        Other names of the same.
    pages : tuple of str
        Where in the app it is used.
    see : tuple of str
        Related terms.
    source : (str, str), optional
        Who defines it so, and where that stands; none where the app itself does.
    """

    name: str
    meaning: str
    also: tuple[str, ...]
    pages: tuple[str, ...]
    see: tuple[str, ...]
    source: tuple[str, str] | None

    def says(self, word: str) -> bool:
        """Say whether a search for a word finds this term, by its names or its meaning."""
        wanted = word.strip().casefold()
        return any(wanted in text.casefold() for text in (self.name, *self.also, self.meaning))


@cache
def glossary() -> Mapping[str, Term]:
    """Return the terms that come with the explorer, by name, in alphabetical order."""
    return load(FILE)


def load(file: Path) -> Mapping[str, Term]:
    """Read and check a glossary.

    Raises
    ------
    EntryError
        Where an entry is not as it must be; says file and line.
    """
    found = entries(file, FIELDS)
    names = {entry.title for entry in found}
    terms = [_term(entry, names) for entry in found]
    return {term.name: term for term in sorted(terms, key=lambda term: term.name.casefold())}


def find(name: str) -> Term | None:
    """Return the term of a name, however it is written and whichever of its names it is."""
    wanted = name.strip().casefold()
    return next((t for t in glossary().values() if wanted in map(str.casefold, (t.name, *t.also))), None)


def used_on(page: str) -> tuple[Term, ...]:
    """Return the terms that a page uses, by the stem of its file."""
    return tuple(term for term in glossary().values() if page in term.pages)


def _term(entry: Entry, names: set[str]) -> Term:
    meaning = " ".join(entry.text.split())
    if len(SENTENCE.findall(meaning)) > MOST_SENTENCES:
        raise entry.wrong(f"has more than {MOST_SENTENCES} sentences", "Keep what a reader needs first.")
    for field, known in (("Pages", PAGES), ("See", names)):
        if unknown := [each for each in entry.listed(field) if each not in known]:
            raise entry.wrong(f"there is no '{unknown[0]}' to point to", "Correct its name.", field)
    return Term(entry.title, meaning, entry.listed("Also"), entry.listed("Pages"), entry.listed("See"), entry.source())
