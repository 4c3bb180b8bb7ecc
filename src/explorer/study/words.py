"""How numbers, dates and lists are spelt in the sentences of a study."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date


def listing(parts: Sequence[str], conjunction: str = "and") -> str:
    """Join parts as a sentence does: "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {conjunction} {parts[-1]}"


def numbered(parts: Sequence[str]) -> str:
    """Put a number before parts that may hold commas: "(1) a, (2) b and (3) c"; a single one stays bare."""
    if len(parts) < 2:
        return "".join(parts)
    return listing([f"({place}) {part}" for place, part in enumerate(parts, start=1)])


def spelt(number: float) -> str:
    """Write a number without needless digits: 50, 0.1, 1000000."""
    return str(int(number)) if float(number).is_integer() else f"{number:.10g}"


def counted(number: float, noun: str) -> str:
    """Put a noun into the plural where there is not exactly one: "1 point", "4 points"."""
    return f"{spelt(number)} {noun}" if number == 1 else f"{spelt(number)} {noun}s"


def dated(day: date) -> str:
    """Write a date as 1 January 2019."""
    return f"{day.day} {day:%B %Y}"


def limits(low: str | None, high: str | None) -> str:
    """Say closed limits of which one may be absent: "from 2 to 3", "of at least 2", "of at most 3"."""
    if low is not None and high is not None:
        return f"of {low}" if low == high else f"from {low} to {high}"
    return f"of at least {low}" if low is not None else f"of at most {high}"
