"""Time until something happens, when it has not yet happened to everyone: Kaplan-Meier and log-rank.

statsmodels' ``SurvfuncRight`` has neither R's bands, nor its medians where the curve is flat at one half, nor
restricted means; so these are written out here, and agree with R's ``survival`` package.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from explorer.statistics.samples import Floats, normal_quantile, sample

_DUST = float(np.finfo(float).eps) ** 0.5  # R's tolerance for a curve that is flat at the wanted height

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Quantile:
    """A time by which a share have had the event, in the unit of the times; nan where the curve does not reach it."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """Mean time without the event up to ``until``."""

    until: float
    estimate: float
    se: float


@dataclass(frozen=True, slots=True, eq=False)
class CurvePoints:
    """The curve read at chosen times."""

    time: Floats
    n_risk: Counts
    survival: Floats
    se: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeier:
    """A Kaplan-Meier curve: one row for each time at which anyone had the event or was censored.

    ``n_risk`` counts who was still observed without the event just before; ``se`` is Greenwood's; ``low`` and ``high``
    are the pointwise band, nan where there is none (log-log at 1, every band but the plain at 0).
    """

    time: Floats
    n_risk: Counts
    n_event: Counts
    n_censored: Counts
    survival: Floats
    se: Floats
    low: Floats
    high: Floats
    median: float
    median_low: float
    median_high: float
    confidence: float
    band: str

    def at(self, times: ArrayLike) -> CurvePoints:
        """Read the curve at any times: as of the last row not after each.

        Before the first row survival is 1, after the last it stays as it is (R ``summary(fit, times, extend = TRUE)``).
        """
        wanted = sample(times)
        row = np.searchsorted(self.time, wanted, side="right")
        still = np.searchsorted(self.time, wanted, side="left")
        before = _BANDS[self.band](np.ones(1), np.zeros(1), 0.0)
        return CurvePoints(
            wanted,
            np.append(self.n_risk, 0)[still],
            np.append(1.0, self.survival)[row],
            np.append(0.0, self.se)[row],
            np.append(before[0], self.low)[row],
            np.append(before[1], self.high)[row],
        )

    def quantile(self, share: float) -> Quantile:
        """Time by which a share (0 to 1) have had the event, with limits where the band crosses that height.

        Where the curve is flat at exactly that height, the middle of the flat stretch is taken, as R does.
        """
        return _quantile(self.time, self.survival, self.low, self.high, share)

    def restricted_mean(self, until: float) -> RestrictedMean:
        """Area under the curve from 0 to ``until``, with Greenwood's standard error (R ``survmean(fit, rmean)``).

        Beyond the last time the curve goes on level.
        """
        inside = self.time < until
        ends = np.concatenate([[0.0], self.time[inside], [until]])
        area = np.append(1.0, self.survival[inside]) * np.diff(ends)
        to_come = area.sum() - np.cumsum(area)[:-1]
        variance = (to_come**2 * _greenwood_terms(self.n_risk[inside], self.n_event[inside])).sum()
        return RestrictedMean(until, float(area.sum()), float(variance**0.5))


@dataclass(frozen=True, slots=True, eq=False)
class LogRank:
    """Log-rank test of equal curves; observed and expected events in the order of ``groups``."""

    groups: tuple[str, ...]
    n: Counts
    observed: Floats
    expected: Floats
    chi2: float
    df: int
    p: float


def kaplan_meier(time: ArrayLike, event: ArrayLike, confidence: float = 0.95, band: str = "log-log") -> KaplanMeier:
    """Estimate the share still without the event at each time (Kaplan and Meier 1958).

    Parameters
    ----------
    time : array-like of float, shape (n,)
        From 0, in any unit.
    event : array-like of bool or 0 and 1, shape (n,)
        Whether the event happened then; otherwise the patient was last seen without it then.
    confidence : float
        Between 0 and 1.
    band : str
        Scale on which the band is symmetric: ``log-log`` (stays within 0 and 1), ``log`` or ``plain`` (both clipped).

    Returns
    -------
    KaplanMeier
        Without patients, empty with nan medians.

    Raises
    ------
    ValueError
        If lengths differ, a time is negative or missing, an event is neither 0 nor 1, or the band is unknown.

    Notes
    -----
    R: ``survfit(Surv(time, event) ~ 1, conf.type = band)``. Patients censored at a time are still at risk at it.
    """
    if band not in _BANDS:
        raise ValueError(f"there is no band called {band!r}: choose one of {', '.join(BANDS)}")
    z = normal_quantile(confidence)
    times, happened = _observed(time, event)
    distinct, n_risk, n_event, n_censored = _risk_table(times, happened)
    survival = np.asarray(np.cumprod(1 - n_event / n_risk), dtype=np.float64)
    spread: Floats = np.cumsum(_greenwood_terms(n_risk, n_event)) ** 0.5  # the standard error of log survival
    spread[survival == 0] = np.nan
    low, high = _BANDS[band](survival, spread, z)
    median = _quantile(distinct, survival, low, high, 0.5)
    return KaplanMeier(
        *(distinct, n_risk, n_event, n_censored, survival, survival * spread, low, high),
        *(median.estimate, median.low, median.high, confidence, band),
    )


def log_rank(time: ArrayLike, event: ArrayLike, group: ArrayLike) -> LogRank:
    """Test whether groups share one survival curve.

    Parameters
    ----------
    time, event : array-like, shape (n,)
        As for ``kaplan_meier``.
    group : array-like, shape (n,)
        The group of each patient, compared as text.

    Returns
    -------
    LogRank
        chi2 and p are nan with fewer than two groups, or when no event had anyone to be compared with. A group never
        at risk at an event has no degree of freedom.

    Notes
    -----
    R: ``survdiff(Surv(time, event) ~ group)``. statsmodels' ``survdiff`` gives the same chi2, but not the observed and
    expected events.
    """
    times, happened = _observed(time, event)
    names, member = np.unique(np.asarray(group).astype(str), return_inverse=True)
    if len(member) != len(times):
        raise ValueError(f"{len(times)} times and {len(member)} groups do not belong together")
    moments = np.unique(times[happened])
    of_group = member == np.arange(len(names))[:, None]
    at_risk = np.array([_count_from(times[mine], moments) for mine in of_group]).reshape(len(names), len(moments))
    events = np.bincount(np.searchsorted(moments, times[happened]), minlength=len(moments))
    total = at_risk.sum(axis=0)
    expected = (at_risk * events / total).sum(axis=1)
    observed = (of_group & happened).sum(axis=1).astype(np.float64)
    chi2 = _quadratic(observed - expected, _log_rank_variance(at_risk, total, events))
    df = max(0, int((expected > 0).sum()) - 1)
    p = float(special.chdtrc(df, chi2)) if df else np.nan
    return LogRank(tuple(names.tolist()), of_group.sum(axis=1), observed, expected, chi2, df, p)


def _observed(time: ArrayLike, event: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    times, happened = sample(time), np.asarray(event)
    if happened.shape != times.shape:
        raise ValueError(f"{times.size} times and {happened.size} events do not belong together")
    if (times < 0).any():
        raise ValueError("a time to event cannot be negative")
    if not np.isin(happened, [0, 1]).all():
        raise ValueError("an event either happened (1) or did not (0)")
    return times, happened.astype(bool)


def _risk_table(times: Floats, happened: NDArray[np.bool_]) -> tuple[Floats, Counts, Counts, Counts]:
    distinct, row = np.unique(times, return_inverse=True)
    n_event = np.bincount(row[happened], minlength=len(distinct))
    n_censored = np.bincount(row[~happened], minlength=len(distinct))
    left = np.cumsum(n_event + n_censored)
    return distinct, len(times) - left + n_event + n_censored, n_event, n_censored


def _greenwood_terms(n_risk: Counts, n_event: Counts) -> Floats:
    survivors = n_risk - n_event
    return np.divide(n_event, n_risk * survivors, out=np.zeros(len(n_risk)), where=survivors > 0)


def _log_log(survival: Floats, spread: Floats, z: float) -> tuple[Floats, Floats]:
    inside = (survival > 0) & (survival < 1)
    fall = np.log(survival, out=np.full_like(survival, np.nan), where=inside)
    return np.exp(fall * np.exp(-z * spread / fall)), np.exp(fall * np.exp(z * spread / fall))


def _log(survival: Floats, spread: Floats, z: float) -> tuple[Floats, Floats]:
    return survival * np.exp(-z * spread), np.minimum(1.0, survival * np.exp(z * spread))


def _plain(survival: Floats, spread: Floats, z: float) -> tuple[Floats, Floats]:
    half = z * survival * spread
    return np.maximum(0.0, survival - half), np.minimum(1.0, survival + half)


_BANDS: dict[str, Callable[[Floats, Floats, float], tuple[Floats, Floats]]] = {
    "log-log": _log_log,
    "log": _log,
    "plain": _plain,
}
BANDS = tuple(_BANDS)


def _quantile(time: Floats, survival: Floats, low: Floats, high: Floats, share: float) -> Quantile:
    return Quantile(*(_crossing(time, curve, share) for curve in (survival, low, high)))


def _crossing(time: Floats, curve: Floats, share: float) -> float:
    """Time at which a falling curve passes below 1 - share, or the middle of a stretch exactly there."""
    fallen = 1 - curve
    # Of the rows that have fallen so far, the one that fell least, as R does. It is the first, save where the upper
    # limit of the log band turns up again near the end of a curve.
    reached = np.where(fallen >= share - _DUST, fallen, np.inf)
    passed = np.where(fallen > share + _DUST, fallen, np.inf)
    if not (reached < np.inf).any():
        return np.nan
    return float(time[reached.argmin()] + time[passed.argmin() if (passed < np.inf).any() else -1]) / 2


def _count_from(times: Floats, moments: Floats) -> Counts:
    return len(times) - np.searchsorted(np.sort(times), moments, side="left")


def _log_rank_variance(at_risk: Counts, total: Counts, events: Counts) -> Floats:
    """Hypergeometric covariance of the observed events, summed over moments."""
    share = at_risk / total
    weight: Floats = events * np.divide(total - events, total - 1, out=np.zeros(len(total)), where=total > 1)
    return np.diag((share * weight).sum(axis=1)) - (share * weight) @ share.T


def _quadratic(excess: Floats, variance: Floats) -> float:
    """Return excess' V^- excess; V is singular, since the excesses sum to 0, but for dust that must not be inverted."""
    if len(excess) < 2 or not variance.any():
        return np.nan
    return float(excess @ np.linalg.pinv(variance, rcond=1e-9, hermitian=True) @ excess)
