"""Patients of a large cohort who are alike, put together; what a changed rule leaves as it was is remembered.

A column is what one criterion or simple rule says of every patient under one window. Columns are judged once and
numbered in groups: whom the criteria let in, and one group for each score or answer that rules ask for. When one threshold
changes, only its own columns are judged again and only its own group is numbered again.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.cohort.tables import Cohort
from explorer.multiverse import cells
from explorer.multiverse.cells import Cells, Flag, Known, Remembered, Sums, changes_summed, patients
from explorer.multiverse.many import ManyWindows, many_windows
from explorer.multiverse.plan import Plan

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Column = npt.NDArray[Any]

DENSE = 2_000_000
"""Combinations up to which each has a place of its own in a table, which is faster than looking them up."""
CODES = 2**62


@dataclass(frozen=True, eq=False)
class Alike:
    """The number of each patient among those who differ in some columns, and how many different ones there are."""

    number: npt.NDArray[np.int32]
    n: int

    @cached_property
    def first(self) -> Ints:
        """The first patient of each number."""
        first = np.empty(self.n, np.int64)
        first[self.number[::-1]] = np.arange(len(self.number) - 1, -1, -1)
        return first

    def summed(self, values: Floats) -> Floats:
        """Sum values of patients by number."""
        sums: Floats = np.bincount(self.number, values, self.n).astype(float)
        return sums


def cells_of(cohort: Cohort, plan: Plan, sums: Sequence[str]) -> Iterator[Cells]:
    """Give the cells of a cohort, a number of windows at a time.

    Parameters
    ----------
    cohort : Cohort
    plan : Plan
    sums : sequence of str
        Instruments whose change is to be summed.
    """
    if cohort.n_patients <= cells.ALONE:
        return cells.each_patient(cohort, plan, sums)
    return _put_together(cohort, plan, sums)


def _put_together(cohort: Cohort, plan: Plan, sums: Sequence[str]) -> Iterator[Cells]:
    """Give the cells of a large cohort, one window at a time."""
    remembered = Remembered(cohort, 1)
    met = remembered.whatever_the_windows(plan)
    asked = tuple(plan.paths.criteria), plan.listing.grid.base.hypothetical
    for window in plan.windows:
        many, known = many_windows(cohort, [window]), remembered.under([window])
        yield _Window(patients(cohort, plan, many, (), met, known), many, known, asked).cells(sums)


@dataclass(frozen=True, eq=False)
class _Window:
    """Every patient as a cell under one window, to be put together.

    Attributes
    ----------
    asked : hashable
        What the sums of changes depend on besides the window: the criteria, and whether additions enter.
    """

    each: Cells
    many: ManyWindows
    known: Known
    asked: Hashable

    @cached_property
    def who(self) -> Alike:
        """Who is told apart by the criteria."""
        each = self.each
        found: Alike = self.known(("who", self.asked), lambda: numbered([each.enters, each.invented, *each.criteria]))
        return found

    @cached_property
    def alike(self) -> Alike:
        """Who is told apart by anything."""
        return together([self.who, *_groups(self.each, self.known)])

    def cells(self, sums: Sequence[str]) -> Cells:
        each = self.each
        return replace(
            each,
            weight=np.bincount(self.alike.number, minlength=self.alike.n).astype(float)[np.newaxis],
            enters=self._one(each.enters),
            invented=self._one(each.invented),
            criteria=[self._one(column) for column in each.criteria],
            leaves={leaf: self._one(truth) for leaf, truth in each.leaves.items()},
            carried={leaf: self._one(truth) for leaf, truth in each.carried.items()},
            left={asked: self._one(left) for asked, left in each.left.items()},
            began={leaf: self._flag(asked) for leaf, asked in each.began.items()},
            able={leaf: self._flag(able) for leaf, able in each.able.items()},
            change={code: self._sums(code) for code in sums},
        )

    def _one(self, values: Column) -> Column:
        return values[:, self.alike.first]

    def _flag(self, flag: Flag) -> Flag:
        first = np.bincount(self.alike.number[: flag.first_few.shape[1]], flag.first_few[0], self.alike.n)
        return Flag(first.astype(float)[np.newaxis], lambda: self.alike.summed(flag.everybody()[0])[np.newaxis])

    def _sums(self, code: str) -> Sums:
        of = self.known(("sums", code, self.asked), partial(_summed, self.who, self.many, code))
        return Sums(self._spread(of.n), self._spread(of.first), self._spread(of.second), of.centre)

    def _spread(self, by_who: Floats) -> Floats:
        """Put what belongs to those whom the criteria do not tell apart into one of their cells.

        Changes are summed over whom the criteria let in, whatever the rules say of them.
        """
        whole = np.zeros((1, self.alike.n))
        whole[0, self._place] = by_who
        return whole

    @cached_property
    def _place(self) -> Ints:
        place = np.empty(self.who.n, np.int64)
        place[self.who.number[self.alike.first]] = np.arange(self.alike.n)
        return place


def _summed(who: Alike, many: ManyWindows, code: str) -> Sums:
    each = changes_summed(many, code)
    return Sums(who.summed(each.n[0]), who.summed(each.first[0]), who.summed(each.second[0]), each.centre)


def _groups(each: Cells, known: Known) -> Iterator[Alike]:
    """Yield the numbers of the patients by what is asked of each score and answer, and by whether they left early."""
    columns: dict[Hashable, dict[Hashable, Column]] = {}
    for kind, truths in (("truth", each.leaves), ("carried", each.carried)):
        for leaf, truth in truths.items():
            columns.setdefault((leaf.instruments(), leaf.items()), {})[kind, leaf] = truth
    columns["left"] = {("left", asked): left for asked, left in each.left.items()}
    for group in columns.values():
        if group:
            yield known(("group", tuple(group)), partial(numbered, list(group.values())))


def numbered(columns: Iterable[Column]) -> Alike:
    """Give patients numbers by columns that hold 0, 1 or 2, one row each."""
    whole = [column[0] for column in columns]
    code, n = np.zeros(len(whole[0]), np.int32), 1
    for column in whole:
        if n * 3 > DENSE:
            code, n = _dense(code, n)
        code, n = code * np.int32(3) + column, n * 3
    return Alike(*_dense(code, n))


def _dense(code: npt.NDArray[np.int32], n: int) -> tuple[npt.NDArray[np.int32], int]:
    """Replace the codes below n by numbers of those that occur, in their order."""
    seen = np.zeros(n, bool)
    seen[code] = True
    places = np.cumsum(seen, dtype=np.int32) - np.int32(1)
    return places[code], int(places[-1]) + 1


def together(groups: Sequence[Alike]) -> Alike:
    """Give patients numbers by several groups at once."""
    code, n = groups[0].number.astype(np.int64), groups[0].n
    for group in groups[1:]:
        if n * group.n >= CODES:
            code, n = _looked_up(code)
        code, n = code * group.n + group.number, n * group.n
    number, n = _looked_up(code)
    return Alike(number.astype(np.int32), n)


def _looked_up(code: Ints) -> tuple[Ints, int]:
    number, seen = pd.factorize(code)
    return number, len(seen)
