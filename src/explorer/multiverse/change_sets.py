"""The different samples of changes that the definitions of a multiverse look at, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from explorer.analysis.facts import CohortFacts
from explorer.multiverse.many import many_windows
from explorer.multiverse.plan import Plan, planned
from explorer.multiverse.run import Multiverse
from explorer.study.eligibility import Criterion
from explorer.study.truth import TRUE

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class ChangeSets:
    """Samples of the change of one score.

    Attributes
    ----------
    instrument : str
    changes : array of float, (sets, patients)
        Follow-up minus baseline, in points; NaN for patients who are not eligible or lack a score. No two sets are
        alike in both patients and changes.
    invented : array of bool, one entry per set
        Whether hypothetical additions are among the eligible patients, so that nothing is to be tested.
    which : array of int, one entry per study
        The set of each study; -1 where the study cannot be computed.
    """

    instrument: str
    changes: Floats
    invented: Bools
    which: Places

    def __len__(self) -> int:
        return len(self.changes)

    def sample(self, number: int) -> Floats:
        """Return the changes of a set without the missing ones, in the order of the patients."""
        changes = self.changes[number]
        there: Floats = changes[~np.isnan(changes)]
        return there

    def spread(self, values: Floats) -> Floats:
        """Return for each study what was computed on its set; NaN where it has none."""
        spread: Floats = np.append(values, np.nan)[self.which]
        return spread


def change_sets(multiverse: Multiverse, instrument: str) -> ChangeSets:
    """Gather the different samples of the change of a score.

    Definitions that differ in the rule, its denominator, a threshold or what becomes of unknown outcomes look at one
    sample, and so do windows and criteria that come to the same patients and scores.
    """
    good = np.flatnonzero(multiverse.problem == "")
    which = np.full(len(multiverse), -1, np.intp)
    gathered = _Gathered()
    if len(good):
        plan = planned(multiverse.listing.rows(good))
        pair, of_pair = np.unique(plan.window * len(plan.steps) + plan.eligibility, return_inverse=True)
        window, eligibility = pair // len(plan.steps), pair % len(plan.steps)
        numbers = np.empty(len(pair), np.intp)
        for at in np.unique(window).tolist():
            here = np.flatnonzero(window == at)
            numbers[here] = _of_window(multiverse, plan, at, eligibility[here].tolist(), instrument, gathered)
        which[good] = numbers[of_pair]
    changes = np.array(gathered.rows).reshape(-1, multiverse.cohort.n_patients)
    return ChangeSets(instrument, changes, np.array(gathered.invented, bool), which)


@dataclass
class _Gathered:
    """Samples seen so far, by their bytes."""

    numbers: dict[tuple[bytes, bool], int] = field(default_factory=dict)
    rows: list[Floats] = field(default_factory=list)
    invented: list[bool] = field(default_factory=list)

    def number(self, changes: Floats, invented: bool) -> int:
        key = (changes.tobytes(), invented)
        if key not in self.numbers:
            self.numbers[key] = len(self.rows)
            self.rows.append(changes)
            self.invented.append(invented)
        return self.numbers[key]


def _of_window(
    multiverse: Multiverse, plan: Plan, window: int, eligibilities: Sequence[int], code: str, gathered: _Gathered
) -> list[int]:
    """Give numbers to the samples under one choice of windows, for several sets of criteria."""
    cohort = multiverse.cohort
    facts = many_windows(cohort, [plan.windows[window]]).views[0]
    # Adding 0 makes a negative zero positive, so that equal changes have equal bytes.
    change = facts.follow_up(code) - facts.baseline(code) + 0.0
    entering = np.ones(cohort.n_patients, bool) if facts.study.hypothetical else ~cohort.hypothetical
    met: dict[Criterion, Bools] = {}
    numbers = []
    for eligibility in eligibilities:
        eligible = _meeting(facts, plan.paths.up_to(plan.steps[eligibility][-1]), entering, met)
        invented = bool((eligible & cohort.hypothetical).any())
        numbers.append(gathered.number(np.where(eligible, change, np.nan), invented))
    return numbers


def _meeting(facts: CohortFacts, criteria: Sequence[Criterion], entering: Bools, met: dict[Criterion, Bools]) -> Bools:
    """Say who of those entering meets all criteria, judging each but once."""
    left = entering
    for criterion in criteria:
        if criterion not in met:
            met[criterion] = criterion.met_by(facts) == TRUE
        left = left & met[criterion]
    return left
