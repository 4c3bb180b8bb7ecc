"""Patients who are alike in everything the studies ask, counted as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.cohort.tables import Cohort
from explorer.multiverse.many import ManyWindows, many_windows
from explorer.multiverse.plan import Plan
from explorer.study.eligibility import BaselineScore, Criterion, FollowUpScores, PatientReport
from explorer.study.lint import beginnings
from explorer.study.response import Leaf, Reported
from explorer.study.truth import TRUE, Truth

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

ALONE = 2_000
"""Up to so many patients each is a cell: finding those alike would cost more than it saves."""
AT_ONCE = 4_000_000
"""Windows times patients that are looked at in one step."""
CODES = 2**62
AT_A_VISIT = (BaselineScore, FollowUpScores, PatientReport)
"""Criteria that depend on the windows."""


@dataclass(frozen=True, eq=False)
class Sums:
    """Of the change of one score, per window and cell: patients with both scores, and sums about a centre.

    Attributes
    ----------
    n, first, second : array of float, (windows, cells)
        Patients with both scores, the sum of their changes minus the centre, and the sum of its squares.
    centre : array of float, (windows,)
        Mean change of the cohort, so that no digits are lost where a large mean meets a small spread.
    """

    n: Floats
    first: Floats
    second: Floats
    centre: Floats


@dataclass(frozen=True, eq=False)
class Flag:
    """How many patients of each cell have something, (windows, cells): among the first few, or among all."""

    first_few: Floats
    everybody: Callable[[], Floats]


@dataclass(frozen=True, eq=False)
class Cells:
    """What the studies ask of the patients, under some of the plan's windows: arrays of (windows, cells).

    Attributes
    ----------
    failing : array of bool, (windows, 1)
        Whether leaving the index drug early is a failure.
    weight : array of float
        Patients in each cell.
    enters, invented : array of bool
        Who can be analysed at all, and who of them is a hypothetical addition.
    criteria : list of array of bool
        Who meets each criterion of the plan.
    leaves, carried : mapping of rule to array of int8
        The truth of each simple rule, and with missing scores carried forward.
    left : mapping of (instruments, items) to array of bool
        Who left the index drug before the last score or answer of a rule on those.
    began, able : mapping of rule to Flag
        Who has a baseline as a simple rule asks, and who of them could meet it from there.
    change : mapping of instrument to Sums
    """

    failing: Bools
    weight: Floats
    enters: Bools
    invented: Bools
    criteria: list[Bools]
    leaves: Mapping[Leaf, Truth]
    carried: Mapping[Leaf, Truth]
    left: Mapping[tuple[tuple[str, ...], tuple[str, ...]], Bools]
    began: Mapping[Leaf, Flag]
    able: Mapping[Leaf, Flag]
    change: Mapping[str, Sums]


def cells_of(cohort: Cohort, plan: Plan, sums: Sequence[str]) -> Iterator[Cells]:
    """Give the cells of a cohort, a number of windows at a time.

    Parameters
    ----------
    cohort : Cohort
    plan : Plan
    sums : sequence of str
        Instruments whose change is to be summed.
    """
    step = max(1, AT_ONCE // max(1, cohort.n_patients)) if cohort.n_patients <= ALONE else 1
    met = _whatever_the_windows(cohort, plan)
    for start in range(0, len(plan.windows), step):
        each = patients(cohort, plan, many_windows(cohort, plan.windows[start : start + step]), sums, met)
        yield each if cohort.n_patients <= ALONE else _alike(each)


def _whatever_the_windows(cohort: Cohort, plan: Plan) -> dict[Criterion, Bools]:
    """Say who meets the criteria that no window changes."""
    many = many_windows(cohort, plan.windows[:1])
    return {each: each.met_by(many) == TRUE for each in plan.paths.criteria if not isinstance(each, AT_A_VISIT)}


def patients(
    cohort: Cohort, plan: Plan, many: ManyWindows, sums: Sequence[str], met: Mapping[Criterion, Bools] | None = None
) -> Cells:
    """Return every patient as a cell, under the windows looked through; `met` are criteria already judged."""
    held = met or {}
    failing = np.array([[view.study.after_stop == "failure"] for view in many.views])
    shape = (len(many.views), cohort.n_patients)
    enters = np.ones(cohort.n_patients, bool) if plan.listing.grid.base.hypothetical else ~cohort.hypothetical
    later = many.carrying_forward()
    scored = [leaf for leaf in plan.leaves if not isinstance(leaf, Reported)]
    return Cells(
        failing=failing,
        weight=np.ones(shape),
        enters=np.broadcast_to(enters, shape),
        invented=np.broadcast_to(enters & cohort.hypothetical, shape),
        criteria=[
            np.broadcast_to(held[each] if each in held else each.met_by(many) == TRUE, shape)
            for each in plan.paths.criteria
        ],
        leaves={leaf: leaf.met_by(many) for leaf in plan.leaves},
        carried={leaf: leaf.met_by(later) for leaf in plan.leaves} if plan.carries_forward else {},
        left={asked: many.left_early(*asked) for asked in (_asked(plan) if failing.any() else ())},
        began={leaf: _beginnings(leaf, many, 0) for leaf in scored},
        able={leaf: _beginnings(leaf, many, 1) for leaf in scored},
        change={code: _sums(many.follow_up(code) - many.baseline(code)) for code in sums},
    )


def _asked(plan: Plan) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the instruments and items of the rules, each pair once."""
    return list(dict.fromkeys((rule.instruments(), rule.items()) for rule in plan.rules))


def _beginnings(leaf: Leaf, many: ManyWindows, which: int) -> Flag:
    instrument = many.instrument(leaf.instrument)  # type: ignore[union-attr]  # reports have none, and are left out

    def begun(patients: slice) -> Floats:
        return beginnings(leaf, instrument, many.baseline(instrument.code)[:, patients])[which].astype(float)

    return Flag(begun(slice(ALONE)), lambda: begun(slice(None)))


def _sums(change: Floats) -> Sums:
    both = ~np.isnan(change)
    n = both.sum(axis=1)
    held = np.where(both, change, 0.0)
    centre = held.sum(axis=1) / np.maximum(n, 1)
    about = np.where(both, held - centre[:, np.newaxis], 0.0)
    return Sums(both.astype(float), about, about * about, centre)


def _alike(each: Cells) -> Cells:
    """Put together patients who are alike; for one window."""
    columns = [each.enters, each.invented, *each.criteria, *each.leaves.values(), *each.carried.values()]
    cell, first = _numbered([column[0] for column in (*columns, *each.left.values())])
    n = len(first)

    def summed(values: Floats) -> Floats:
        return _row(np.bincount(cell, values[0], n))

    def few(flag: Flag) -> Flag:
        return Flag(_row(np.bincount(cell[:ALONE], flag.first_few[0], n)), lambda: summed(flag.everybody()))

    def one(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return values[:, first]

    return Cells(
        failing=each.failing,
        weight=_row(np.bincount(cell, minlength=n)),
        enters=one(each.enters),
        invented=one(each.invented),
        criteria=[one(column) for column in each.criteria],
        leaves={leaf: one(truth) for leaf, truth in each.leaves.items()},
        carried={leaf: one(truth) for leaf, truth in each.carried.items()},
        left={asked: one(left) for asked, left in each.left.items()},
        began={leaf: few(asked) for leaf, asked in each.began.items()},
        able={leaf: few(able) for leaf, able in each.able.items()},
        change={
            code: Sums(summed(sums.n), summed(sums.first), summed(sums.second), sums.centre)
            for code, sums in each.change.items()
        },
    )


def _row(counts: npt.NDArray[Any]) -> Floats:
    return counts.astype(float)[np.newaxis]


def _numbered(columns: Sequence[npt.NDArray[Any]]) -> tuple[Ints, Ints]:
    """Return the number of each row among the different ones, and where each is first; columns hold 0, 1 or 2."""
    code, largest = np.zeros(len(columns[0]), np.int64), 1
    for column in columns:
        if largest * 3 >= CODES:
            code, seen = pd.factorize(code)
            largest = len(seen)
        code = code * 3 + column
        largest *= 3
    number, seen = pd.factorize(code)
    first = np.empty(len(seen), np.int64)
    first[number[::-1]] = np.arange(len(number))[::-1]
    return number, first
