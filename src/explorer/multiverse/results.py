"""The results of every study of a plan, put together from counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from explorer.multiverse.counts import Counts
from explorer.multiverse.plan import Plan
from explorer.statistics.intervals import rate
from explorer.statistics.samples import t_quantile
from explorer.study.study import Study

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

DUST = 1e-13
"""Share of the mean square about the centre below which a variance is rounding error: all changes are equal."""


@dataclass(frozen=True, eq=False)
class Rates:
    """Response under every study, one entry per study; counts as floats, NaN where a study cannot be computed.

    The names are those of `explorer analyse --format json`; `bound_low` and `bound_high` are the rates if every
    unknown outcome were a failure, and if every one were a response.
    """

    n_eligible: Floats
    n_among: Floats
    n_unknown: Floats
    n_evaluable: Floats
    n_responders: Floats
    rate: Floats
    ci_low: Floats
    ci_high: Floats
    bound_low: Floats
    bound_high: Floats


@dataclass(frozen=True, eq=False)
class Changes:
    """Change of one score under every study: follow-up minus baseline, in points, of patients with both."""

    n_paired: Floats
    mean_change: Floats
    sd_change: Floats
    ci_low: Floats
    ci_high: Floats
    t: Floats
    p_t: Floats


def rates_of(plan: Plan, counts: Counts, window: Places) -> Rates:
    """Put response together for every study.

    Parameters
    ----------
    window : array of int, (studies,) or (groups, studies)
        Where the counts hold the windows of each study; results have its shape.
    """
    base, at = plan.listing.grid.base, (window, plan.denominator, plan.rule)
    n_among, met, unknown = counts.left[window, plan.among], counts.met[at], counts.unknown[at]
    kind = np.array([policy.kind for policy in plan.policies])[plan.missing]
    k, n = met + np.where(kind == "best_case", unknown, 0.0), n_among - np.where(kind == "observed", unknown, 0.0)
    if counts.met_carried.size:
        carried = kind == "last_observation"
        k = np.where(carried, counts.met_carried[at], k)
        n = np.where(carried, n_among - counts.unknown_carried[at], n)
    share, low, high = _intervals(k, n, base)
    withheld = counts.invented[window, plan.eligible] > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        return Rates(
            n_eligible=counts.left[window, plan.eligible],
            n_among=n_among,
            n_unknown=unknown,
            n_evaluable=n,
            n_responders=k,
            rate=share,
            ci_low=np.where(withheld, np.nan, low),
            ci_high=np.where(withheld, np.nan, high),
            bound_low=met / n_among,
            bound_high=(met + unknown) / n_among,
        )


def _intervals(k: Floats, n: Floats, base: Study) -> tuple[Floats, Floats, Floats]:
    """Estimate every different proportion once."""
    code, which = np.unique((k.astype(np.int64) << 32) + n.astype(np.int64), return_inverse=True)
    pairs = zip((code >> 32).tolist(), (code & 0xFFFFFFFF).tolist(), strict=True)
    each = [rate(responders, of, base.interval, base.confidence) for responders, of in pairs]
    columns = np.array([(r.rate, r.low, r.high) for r in each]).reshape(-1, 3)[which]
    return columns[..., 0], columns[..., 1], columns[..., 2]


def changes_of(plan: Plan, counts: Counts, code: str, window: Places) -> Changes:
    """Put the change of one score together for every study, each different group of patients once (see `rates_of`)."""
    _, one, which = np.unique(plan.window * len(plan.steps) + plan.eligibility, return_index=True, return_inverse=True)
    window, eligibility = window[..., one], plan.eligibility[one]
    at = (window, eligibility)
    n, first, second = counts.paired[code][at], counts.first[code][at], counts.second[code][at]
    withheld = counts.invented[window, plan.eligible[one]] > 0
    held = _paired(n, first, second, counts.centre[code][window], plan.listing.grid.base.confidence, withheld)
    return Changes(*(column[..., which] for column in held))


def _paired(
    n: Floats, first: Floats, second: Floats, centre: Floats, confidence: float, withheld: Bools
) -> tuple[Floats, ...]:
    """Student's t from sums, as `explorer.statistics.paired.paired_t` from the changes themselves."""
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(n > 0, centre + first / n, np.nan)
        variance = (second - first * first / n) / (n - 1)
        variance = np.where(variance <= DUST * second / n, 0.0, variance)
        sd = np.sqrt(np.where(n > 1, variance, np.nan))
        se = np.where((sd > 0) & ~withheld, sd / np.sqrt(n), np.nan)
        half, t = _quantiles(n, confidence) * se, mean / se
        return n, mean, sd, mean - half, mean + half, t, 2 * special.stdtr(n - 1, -np.abs(t))


def _quantiles(n: Floats, confidence: float) -> Floats:
    sizes, which = np.unique(n, return_inverse=True)
    return np.array([t_quantile(int(size) - 1, confidence) for size in sizes])[which]
