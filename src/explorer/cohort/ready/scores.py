"""Scores that the catalogue knows, told by their whole name; and those it does not, to be described."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from explorer.cohort.cells import NO_NAME
from explorer.cohort.instruments import catalogue
from explorer.cohort.mapping.guess import ALIASES
from explorer.cohort.mapping.model import NOT_SAID, Scale
from explorer.cohort.mapping.visits import plain
from explorer.cohort.ready.plan import printable

AROUND = re.compile(r"\b(?:total|overall|sum|score|subscore|value|analysis|at|on|nrs|numerical rating scale|0 \d+)\b")
UNSURE = "adas cog"  # 11, 13 and 14 items are in use, over different ranges.


def known_score(*texts: str) -> str | None:
    """Return the code of the catalogue's score that one of these texts names; None where none does.

    Only a whole name counts: "EASI total score" is EASI, "EASI head score" and "EASI-75 response" are not.
    """
    for text in texts:
        words = plain(text)
        for tried in (words, " ".join(AROUND.sub(" ", words).split())):
            if tried in _names():
                return _names()[tried]
    return None


@cache
def _names() -> dict[str, str]:
    named = {words: code for words, code in ALIASES.items() if words != UNSURE}
    for code, instrument in catalogue().items():
        written = re.sub(r"\(.*?\)", " ", instrument.name)
        named |= {plain(text): code for text in (code, code.replace("_", ""), instrument.name, written)}
    return named


def described(code: str, name: str, values: Iterable[float]) -> Scale:
    """Propose a score with the range that was seen; which way is better is left for the user to say."""
    held = [0.0, *values]
    low, high = min(held), max(held)
    own = re.sub(r"\W+", "_", code.upper()).strip("_")[:60] or "SCORE"
    own = f"{own}_SCORE" if own.lower() in NO_NAME else own
    return Scale(
        code=own,
        name=printable(name),
        range_min=low,
        range_max=high if high > low else low + 1,
        direction=NOT_SAID,
    )
