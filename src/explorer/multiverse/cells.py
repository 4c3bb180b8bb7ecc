"""What the studies of a plan ask of the patients: arrays by window and cell, a cell being patients who are alike in all of it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.cohort.tables import Cohort, Memo
from explorer.multiverse.many import ManyWindows, many_windows
from explorer.multiverse.plan import Plan
from explorer.study.eligibility import BaselineScore, Criterion, FollowUpScores, PatientReport
from explorer.study.lint import beginnings
from explorer.study.response import Leaf, Reported
from explorer.study.study import Study
from explorer.study.truth import TRUE, Truth

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Column = npt.NDArray[Any]
Known = Callable[[Hashable, Callable[[], Any]], Any]
"""Gives what is asked under a name, or has it computed."""

ALONE = 2_000
"""Up to so many patients each is a cell: finding those alike would cost more than it saves."""
AT_ONCE = 4_000_000
"""Windows times patients that are looked at in one step."""
REMEMBERED = 600_000_000
"""Bytes of columns that are remembered with a cohort, at one byte for each patient and window."""
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


def each_patient(cohort: Cohort, plan: Plan, sums: Sequence[str]) -> Iterator[Cells]:
    """Give every patient of a small cohort as a cell, a number of windows at a time (see `alike.cells_of`)."""
    step = max(1, AT_ONCE // max(1, cohort.n_patients))
    known = Remembered(cohort, min(step, len(plan.windows)))
    met = known.whatever_the_windows(plan)
    for start in range(0, len(plan.windows), step):
        windows = plan.windows[start : start + step]
        yield patients(cohort, plan, many_windows(cohort, windows), sums, met, known.under(windows))


class Remembered:
    """Columns of a cohort (what one criterion or simple rule says of every patient), kept for the next run.

    Parameters
    ----------
    cohort : Cohort
    at_once : int
        Windows that one column is about.
    """

    def __init__(self, cohort: Cohort, at_once: int) -> None:
        most = int(np.clip(REMEMBERED // max(1, cohort.n_patients * at_once), 64, 1000))
        self._cohort, self._memo = cohort, cohort.derived("columns of many windows", lambda: Memo(most))

    def under(self, windows: Sequence[Study]) -> Known:
        """Return what gives a column under some windows, by its name, or has it judged."""
        key = tuple((of.index, of.index_drug, of.baseline, of.follow_up, of.after_stop) for of in windows)
        return lambda what, judge: self._memo.get((what, key), judge)

    def whatever_the_windows(self, plan: Plan) -> Mapping[Criterion, Bools]:
        """Say who meets the criteria that no window changes."""
        many, known = many_windows(self._cohort, plan.windows[:1]), self.under(plan.windows[:1])
        return {
            each: known(("alone", each), partial(_meets, each, many))
            for each in plan.paths.criteria
            if not isinstance(each, AT_A_VISIT)
        }


def judged_anew(what: Hashable, judge: Callable[[], Column]) -> Column:
    """Judge a column without looking whether it is known."""
    return judge()


def patients(
    cohort: Cohort,
    plan: Plan,
    many: ManyWindows,
    sums: Sequence[str],
    met: Mapping[Criterion, Bools] = MappingProxyType({}),
    known: Known = judged_anew,
) -> Cells:
    """Return every patient as a cell, under the windows looked through.

    Parameters
    ----------
    met : mapping of criterion to array of bool
        Criteria already judged.
    known : callable
        Gives what is asked under a name, or has it judged.
    """
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
            np.broadcast_to(met[each] if each in met else known(("meets", each), partial(_meets, each, many)), shape)
            for each in plan.paths.criteria
        ],
        leaves={leaf: known(("truth", leaf), partial(leaf.met_by, many)) for leaf in plan.leaves},
        carried={leaf: known(("carried", leaf), partial(leaf.met_by, later)) for leaf in plan.leaves}
        if plan.carries_forward
        else {},
        left={
            asked: known(("left", asked), partial(many.left_early, *asked))
            for asked in (_asked(plan) if failing.any() else ())
        },
        began={leaf: _beginnings(leaf, many, 0) for leaf in scored},
        able={leaf: _beginnings(leaf, many, 1) for leaf in scored},
        change={code: changes_summed(many, code) for code in sums},
    )


def _meets(criterion: Criterion, many: ManyWindows) -> Bools:
    met: Bools = criterion.met_by(many) == TRUE
    return met


def _asked(plan: Plan) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the instruments and items of the rules, each pair once."""
    return list(dict.fromkeys((rule.instruments(), rule.items()) for rule in plan.rules))


def _beginnings(leaf: Leaf, many: ManyWindows, which: int) -> Flag:
    instrument = many.instrument(leaf.instrument)  # type: ignore[union-attr]  # reports have none, and are left out

    def begun(patients: slice) -> Floats:
        return beginnings(leaf, instrument, many.baseline(instrument.code)[:, patients])[which].astype(float)

    return Flag(begun(slice(ALONE)), lambda: begun(slice(None)))


def changes_summed(many: ManyWindows, code: str) -> Sums:
    """Return what is to be summed of the change of a score, every patient a cell."""
    change = many.follow_up(code) - many.baseline(code)
    both = ~np.isnan(change)
    n = both.sum(axis=1)
    held = np.where(both, change, 0.0)
    centre = held.sum(axis=1) / np.maximum(n, 1)
    about = np.where(both, held - centre[:, np.newaxis], 0.0)
    return Sums(both.astype(float), about, about * about, centre)
