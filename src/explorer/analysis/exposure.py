"""How long a drug was taken, and why it was stopped."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.analysis.description import NEVER, STOPPED, why_stopped
from explorer.analysis.facts import CohortFacts

Bools = npt.NDArray[np.bool_]
MOST_BINS = 24


@dataclass(frozen=True)
class Exposure:
    """Days on a drug, summed over courses, of some of the patients who took it.

    Attributes
    ----------
    n, n_hypothetical : int
        How many of them took it, and how many of these are hypothetical additions.
    median, q1, q3 : float
        In days; NaN where nobody did.
    step : int
        Width of a bin in days; the first begins at day 0 and the last holds its upper end.
    counts, hypothetical : tuple of int
        Patients per bin, and the hypothetical additions among them.
    most : int
        Largest count of any bin over the whole cohort, so that an axis can stay where it is.
    """

    n: int
    n_hypothetical: int
    median: float
    q1: float
    q3: float
    step: int
    counts: tuple[int, ...]
    hypothetical: tuple[int, ...]
    most: int


@dataclass(frozen=True)
class Reason:
    """How many patients stopped a drug for one recorded reason, and the group it belongs to.

    `n` counts them all, `hypothetical` those of them who are hypothetical additions.
    """

    group: str
    reason: str
    n: int
    hypothetical: int = 0


def exposure(facts: CohortFacts, drug: str, who: Bools) -> Exposure:
    """Describe how long some of the patients took a drug; bins are those of the whole cohort."""
    days = np.maximum(facts.exposure_days(drug), 0)
    treated = facts.took(drug)
    some, added = treated & who, treated & who & facts.cohort.hypothetical
    step, n_bins = _bins(float(days[treated].max(initial=1)))
    q1, median, q3 = np.quantile(days[some], [0.25, 0.5, 0.75]).tolist() if some.any() else (math.nan,) * 3
    return Exposure(
        n=int(some.sum()),
        n_hypothetical=int(added.sum()),
        median=median,
        q1=q1,
        q3=q3,
        step=step,
        counts=_counts(days[some], step, n_bins),
        hypothetical=_counts(days[added], step, n_bins),
        most=max(_counts(days[treated], step, n_bins)),
    )


def _bins(longest: float) -> tuple[int, int]:
    """Return a round width and the number of bins that reach the longest exposure."""
    least = longest / MOST_BINS
    power = 10 ** math.floor(math.log10(max(least, 1)))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least)
    return step, max(1, math.ceil(longest / step))


def _counts(days: npt.NDArray[np.float64], step: int, n_bins: int) -> tuple[int, ...]:
    position = np.minimum((days // step).astype(np.int64), n_bins - 1)
    return tuple(np.bincount(position, minlength=n_bins).tolist())


def reasons(facts: CohortFacts, drug: str, who: Bools) -> tuple[Reason, ...]:
    """Count why some of the patients left a drug's last course: the groups in their order, then the reasons."""
    groups, codes = why_stopped(facts, drug)
    recorded = facts.stop_reason(drug)
    names = [str(reason).replace("_", " ") for reason in recorded.cat.categories]
    code = codes * (len(names) + 1) + recorded.cat.codes.to_numpy() + 1
    treated = who & facts.took(drug)
    found = np.bincount(code[treated])
    added = np.bincount(code[treated & facts.cohort.hypothetical], minlength=len(found))
    return tuple(
        Reason(
            groups[group], names[reason - 1] if reason else groups[group], int(found[position]), int(added[position])
        )
        for position in np.flatnonzero(found).tolist()
        for group, reason in [divmod(position, len(names) + 1)]
    )


def by_group(rows: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Add up reasons by group: every group in its order, also where nobody belongs to it."""
    return tuple(_together(group, [row for row in rows if row.group == group]) for group in STOPPED if group != NEVER)


def _together(group: str, rows: list[Reason]) -> Reason:
    return Reason(group, group, sum(row.n for row in rows), sum(row.hypothetical for row in rows))
