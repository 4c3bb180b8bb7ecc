"""Visits in headings and labels: which part of "EASI week 4" is the visit, and which day that is."""

from __future__ import annotations

import re
from typing import NamedTuple

DAYS = {"week": 7.0, "day": 1.0, "month": 30.4375, "year": 365.25}
SPELLINGS = {"week": "weeks?|wks?|w", "month": "months?|mon|mo|m", "day": "days?|d", "year": "years?|yrs?|y"}
NUMBERED = [
    *((re.compile(rf"(?<![a-z])(?:{words})\s*0*(\d{{1,4}})(?!\d)"), DAYS[unit]) for unit, words in SPELLINGS.items()),
    *((re.compile(rf"(?<!\w)0*(\d{{1,3}})\s*(?:{words})(?!\w)"), DAYS[unit]) for unit, words in SPELLINGS.items()),
]
BASELINE = re.compile(r"(?<!\w)(?:at )?(?:baseline|base|bsl|bl|pre|before|admission|start|initial)(?!\w)")
NAMED = re.compile(
    r"(?<!\w)(?:at )?(?:(?:visit|vis|v|t|time)\s*\d{1,3}|post|after|end|final|last|follow ?up|fu|discharge)(?!\w)"
)


class Visit(NamedTuple):
    """A visit found in a heading: its words, its day if that can be known, and what is left of the heading."""

    label: str
    day: int | None
    stem: str


def plain(heading: str) -> str:
    """Write a heading in lower case, with blanks where it has dots, dashes or underscores."""
    return re.sub(r"[\W_]+", " ", heading.lower()).strip()


def visit_in(heading: str) -> Visit | None:
    """Find the visit in a heading or a label; None where it names none.

    Months count 30.4375 days, years 365.25. "Visit 2" or "end" is a visit whose day cannot be known.
    """
    text = plain(heading)
    for pattern, length in NUMBERED:
        if found := pattern.search(text):
            return _visit(text, found, round(int(found[1]) * length))
    if found := BASELINE.search(text):
        return _visit(text, found, 0)
    found = NAMED.search(text)
    return _visit(text, found, None) if found else None


def _visit(text: str, found: re.Match[str], day: int | None) -> Visit:
    stem = " ".join((text[: found.start()] + " " + text[found.end() :]).split())
    return Visit(found[0], day, stem)
