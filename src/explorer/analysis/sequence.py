"""The way from the prior drug to the index drug: why the first was left, how the switch was made, how it went on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.analysis.analyse import Analysis
from explorer.analysis.description import NEVER, NOT_RECORDED, ONGOING, STOPPED, WHY_STOPPED, why_stopped
from explorer.analysis.facts import CohortFacts
from explorer.analysis.scores import Floats
from explorer.cohort.schemas import STOP_REASONS

Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]
T = TypeVar("T")

LEVELS = (*STOP_REASONS, NOT_RECORDED, ONGOING)
"""Why a course ended, inadequate response and intolerance first."""
GAP, SAME_DAY, OVERLAP, UNKNOWN_SWITCH = "after a gap", "same day", "overlapping", "no switch"
SWITCHES = (GAP, SAME_DAY, OVERLAP, UNKNOWN_SWITCH)
STILL_ON, COMPLETED, NOT_STARTED = "still on it", "completed", "never started"
OUTCOMES = (STILL_ON, *STOPPED[:4], COMPLETED, NOT_STARTED)
"""How the index drug went: the groups of `STOPPED`, a course completed as planned apart."""
BANDS = {
    "overlap of more than 28 days": -np.inf,
    "overlap of 1 to 28 days": -28,
    "same day": 0,
    "gap of 1 to 14 days": 1,
    "15 to 28 days": 15,
    "29 to 56 days": 29,
    "57 to 84 days": 57,
    "85 to 182 days": 85,
    "more than 182 days": 183,
}
"""Days from the last dose of the prior drug to the first of the index drug, by the lowest day of each band."""


@dataclass(frozen=True)
class Bar:
    """How many patients are in one category, and how many of these are hypothetical additions."""

    label: str
    group: str
    n: int
    n_hypothetical: int


@dataclass(frozen=True)
class Bars:
    """Categories in a fixed order.

    Attributes
    ----------
    n : int
        Patients in all categories together.
    n_hypothetical : int
        Of these, hypothetical additions.
    bars : tuple of Bar
        The categories; those that nobody in the whole cohort is in may be left out.
    most : int
        The longest bar that the whole cohort gives: the same whatever the definitions, so that axes stay put.
    """

    n: int
    n_hypothetical: int
    bars: tuple[Bar, ...]
    most: int

    def in_group(self, group: str) -> int:
        """How many patients are in the categories of a group."""
        return sum(bar.n for bar in self.bars if bar.group == group)

    def hypothetical_in_group(self, group: str) -> int:
        """How many of these are hypothetical additions."""
        return sum(bar.n_hypothetical for bar in self.bars if bar.group == group)


@dataclass(frozen=True)
class Path:
    """Patients who took the same way: why the prior drug was stopped, the switch, what became of the index drug."""

    prior: str
    switch: str
    outcome: str
    hypothetical: bool
    n: int


def stop_reasons(analysis: Analysis) -> Bars | None:
    """Count why the prior drug's last course ended, in those who took it; None where the cohort cannot say."""
    drug = analysis.study.prior_drug
    recorded = analysis.cohort.gives("treatments", "stop_reason")
    if drug is None or not recorded or not analysis.facts.took(drug).any():
        return None
    groups = tuple(WHY_STOPPED.get(level, level) for level in LEVELS)
    words = tuple(level.replace("_", " ") for level in LEVELS)
    code = once(analysis, "stop reasons", lambda: _reason(analysis.facts, drug))
    return _bars(analysis, code, words, groups, only_in_use=True)


def gaps(analysis: Analysis) -> Bars | None:
    """Count the days between the drugs in bands; None where the cohort does not say when the first one ended."""
    drug = analysis.study.prior_drug
    if not analysis.cohort.gives("treatments", "end_day"):
        return None
    gap = analysis.facts.gap_days(drug) if drug else np.array([np.nan])
    if np.isnan(gap).all():
        return None
    code = np.searchsorted(np.array(list(BANDS.values())), gap, side="right") - 1
    # Days are whole: whatever lies above -29 and below 0 is an overlap of at most 28.
    groups = (OVERLAP, OVERLAP, SAME_DAY, *[GAP] * (len(BANDS) - 3))
    return _bars(analysis, np.where(np.isnan(gap), -1, code), tuple(BANDS), groups, only_in_use=False)


def paths(analysis: Analysis) -> tuple[Path, ...]:
    """Count who went which way, every analysed patient once, in the order of `STOPPED`, `SWITCHES`, `OUTCOMES`."""
    return once(analysis, "paths", lambda: _paths(analysis))


def once(analysis: Analysis, what: str, compute: Callable[[], T]) -> T:
    """Remember what does not depend on the response rule for as long as the cohort lives."""
    study = analysis.study
    return analysis.facts.remembered((what, study.eligibility, study.hypothetical, study.prior_drug), compute)


def _reason(facts: CohortFacts, drug: str) -> Codes:
    """Position in `LEVELS` of why each patient's last course ended; -1 without a course."""
    recorded = facts.stop_reason(drug).cat.codes.to_numpy(np.int64)
    code = np.where(recorded < 0, LEVELS.index(NOT_RECORDED), recorded)
    code = np.where(np.isnan(facts.end_day(drug)) & (recorded < 0), LEVELS.index(ONGOING), code)
    return np.where(facts.took(drug), code, -1)


def _bars(analysis: Analysis, code: Codes, labels: tuple[str, ...], groups: tuple[str, ...], only_in_use: bool) -> Bars:
    who, invented = analysis.ledger.eligible, analysis.cohort.hypothetical
    counts, hypothetical, everyone = (
        np.bincount(code[mask & (code >= 0)], minlength=len(labels))
        for mask in (who, who & invented, np.ones_like(who))
    )
    bars = [
        Bar(label, group, int(n), int(added))
        for label, group, n, added, ever in zip(labels, groups, counts, hypothetical, everyone, strict=True)
        if ever or not only_in_use
    ]
    return Bars(int(counts.sum()), int(hypothetical.sum()), tuple(bars), int(everyone.max()))


def _paths(analysis: Analysis) -> tuple[Path, ...]:
    facts, who, invented = analysis.facts, analysis.ledger.eligible, analysis.cohort.hypothetical
    shape = (2, len(STOPPED), len(SWITCHES), len(OUTCOMES))
    where = (invented.astype(np.int64), _prior(facts), _switch(facts), _outcome(facts))
    counts = np.bincount(np.ravel_multi_index([code[who] for code in where], shape), minlength=int(np.prod(shape)))
    found = [
        Path(STOPPED[prior], SWITCHES[switch], OUTCOMES[outcome], bool(added), int(counts[at]))
        for at in np.flatnonzero(counts)
        for added, prior, switch, outcome in [np.unravel_index(at, shape)]
    ]
    return tuple(found)


def _prior(facts: CohortFacts) -> Codes:
    drug = facts.study.prior_drug
    if drug is None:
        return np.full(facts.cohort.n_patients, STOPPED.index(NEVER))
    return why_stopped(facts, drug)[1]


def _switch(facts: CohortFacts) -> Codes:
    drug = facts.study.prior_drug
    gap: Floats = facts.gap_days(drug) if drug else np.full(facts.cohort.n_patients, np.nan)
    return np.select([gap > 0, gap == 0, gap < 0], [0, 1, 2], 3)


def _outcome(facts: CohortFacts) -> Codes:
    drug = facts.study.index_drug
    names, group = why_stopped(facts, drug)
    as_outcome = {ONGOING: STILL_ON, NEVER: NOT_STARTED}
    code = np.array([OUTCOMES.index(as_outcome.get(name, name)) for name in names])[group]
    completed = pd.Series(facts.stop_reason(drug) == "completed").to_numpy(bool) & ~np.isnan(facts.end_day(drug))
    return np.where(completed, OUTCOMES.index(COMPLETED), code)
