"""Which of two numbers in a written date is the month, as far as the dates of a file tell."""

from __future__ import annotations

import re
from collections.abc import Iterable

from explorer.cohort.mapping.model import DateOrder, Role
from explorer.cohort.mapping.seen import Seen

TWO_NUMBERS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}(?!\d)")
DATES: frozenset[Role] = frozenset({"index_date", "birth_date", "date", "start", "end"})
"""Roles whose cells are read as dates."""


def order_in(columns: Iterable[Seen]) -> DateOrder | None:
    """Return the order of the first column in which a number above 12 tells; None where none does."""
    for seen in columns:
        first, second = (max((part[at] for part in _parts(seen)), default=0) for at in (0, 1))
        if first > 12 or second > 12:
            return "dmy" if first > 12 else "mdy"
    return None


def mixable(seen: Seen) -> bool:
    """Say whether a column has dates of which only somebody who knows the file can tell day and month."""
    return bool(_parts(seen))


def _parts(seen: Seen) -> list[tuple[int, int]]:
    return [(int(found[1]), int(found[2])) for text in seen.counts if (found := TWO_NUMBERS.match(text))]
