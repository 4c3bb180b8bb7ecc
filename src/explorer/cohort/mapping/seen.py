"""What can be seen of a column before anything is known of it: its words, its kind of values, how it varies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from explorer.cohort.cells import NO_NUMBER
from explorer.cohort.mapping.columns import CODED, NO, YES, as_text
from explorer.cohort.mapping.visits import plain

NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d+)?|[.,]\d+)(?:[eE][+-]?\d+)?")
WITH_UNIT = re.compile(r"[+-]?\d+(?:[.,]\d+)?\s*([A-Za-z%µ°][^\d,_=/-]{0,11}(?:\^?\d+)?)")
DATE = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?:[T ].*)?|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{4}"
)
E_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
PHONE = re.compile(r"\+?[\d(][\d ()/.-]{7,}\d")


SAY_MISSING = frozenset(NO_NUMBER)


def _says_missing(text: str) -> bool:
    """Say whether a text is a code for missing, or such codes joined as "na_na"."""
    return text in SAY_MISSING or ("_" in text and SAY_MISSING.issuperset(text.split("_")))


@dataclass(frozen=True)
class Seen:
    """A column as it stands in the file.

    Attributes
    ----------
    name : str
    cells : Series
        Raw cells.
    label : str
        Written-out label, where the format has one.
    values : mapping
        Labels of values, where the format has them.
    """

    name: str
    cells: pd.Series
    label: str
    values: Mapping[Any, str]

    @cached_property
    def words(self) -> str:
        """The heading in lower case, blanks between its words; the label stands behind it."""
        return plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", self.name) + " " + self.label)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How often each distinct text stands in the column, codes for missing left out."""
        codes, uniques = pd.factorize(self.cells)
        held = pd.Series(codes[codes >= 0]).value_counts()
        texts = {at: as_text(value) for at, value in enumerate(uniques)}
        total: dict[str, int] = {}
        for at, count in held.items():
            text = texts[int(str(at))]
            if text and not _says_missing(text.lower()):
                total[text] = total.get(text, 0) + int(count)
        return total

    @property
    def filled(self) -> int:
        """Number of cells that hold something."""
        return sum(self.counts.values())

    def share(self, pattern: re.Pattern[str]) -> float:
        """Share of filled cells that are wholly of a pattern."""
        met = sum(count for text, count in self.counts.items() if pattern.fullmatch(text))
        return met / self.filled if self.filled else 0.0

    @cached_property
    def numeric(self) -> bool:
        """Whether at least four in five cells are numbers, units behind them allowed."""
        return self.share(NUMBER) + self.share(WITH_UNIT) >= 0.8

    @cached_property
    def dated(self) -> bool:
        """Whether the column holds dates."""
        return pd.api.types.is_datetime64_any_dtype(self.cells) or self.share(DATE) >= 0.6

    @cached_property
    def coded(self) -> bool:
        """Whether every cell is a code with its label, like "1_yes"."""
        return len(self.counts) > 0 and self.share(CODED) == 1 and not self.dated

    @cached_property
    def yes_no(self) -> bool:
        """Whether every cell is a yes or a no, and not merely 0 or 1."""
        texts = {
            (found[2] if self.coded and (found := CODED.fullmatch(text)) else text).lower() for text in self.counts
        }
        return bool(texts) and texts <= YES | NO and not texts <= {"0", "1", "1.0", "0.0"}

    @cached_property
    def numbers(self) -> list[float]:
        """The distinct numbers."""
        return [float(text.replace(",", ".")) for text in self.counts if NUMBER.fullmatch(text)]

    @cached_property
    def units(self) -> tuple[str, ...]:
        """Units typed behind numbers, if they are but a few."""
        found = {match[1].strip() for text in self.counts if (match := WITH_UNIT.fullmatch(text))}
        return tuple(sorted(found, key=len, reverse=True)) if len(found) <= 3 else ()

    def named(self, pattern: str) -> bool:
        """Say whether the heading has these words."""
        return re.search(rf"(?<!\w)(?:{pattern})(?!\w)", self.words) is not None

    def constant_by(self, who: pd.Series) -> bool:
        """Say whether the column has one value per patient."""
        told = self.cells.notna().to_numpy()
        each = pd.Series(pd.factorize(self.cells[told])[0]).groupby(who[told].to_numpy()).nunique()
        return bool((each <= 1).all())
