"""Cells that are signs, as + and ++: given words, because a spreadsheet would take them for formulas."""

from __future__ import annotations

import re

import pandas as pd

from explorer.cohort.cells import FORMULA
from explorer.cohort.mapping.columns import as_text
from explorer.cohort.mapping.seen import Seen

PLUSES = re.compile(r"\(?\+{1,5}\)?")
POSITIVE = frozenset({"pos", "pos.", "positive", "positiv"})


def words_for_signs(seen: Seen) -> dict[str, str]:
    """Say what signs stand for, where a column holds nothing else: "+" is 1+, "++" 2+, "(+)" (1+), "-" negative.

    Returns
    -------
    dict of str to str
        Empty where the column holds anything but signs.
    """
    if not seen.filled or seen.share(PLUSES) < 1:
        return {}
    minus = {text: "negative" for text in ("-", "--") if text in _texts(seen)}
    return {text: text.replace("+" * text.count("+"), f"{text.count('+')}+") for text in seen.counts} | minus


def minus_in_doubt(seen: Seen) -> bool:
    """Say whether "-" stands beside "pos" and nothing else, so that it may mean negative."""
    return bool(seen.counts) and {text.lower() for text in seen.counts} <= POSITIVE and "-" in _texts(seen)


def formulas(seen: Seen) -> list[str]:
    """Return the texts of a column that a spreadsheet would take for formulas."""
    return [text for text in seen.counts if re.search(FORMULA, text)]


def _texts(seen: Seen) -> set[str]:
    return {as_text(value) for value in pd.unique(seen.cells.dropna())}
