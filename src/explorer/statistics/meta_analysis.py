"""Random-effects meta-analysis of proportions on the logit scale: REML, Hartung and Knapp's interval, prediction.

The between-study variance solves the REML score equation by `scipy.optimize.brentq`; statsmodels' `combine_effects` has
Paule-Mandel and DerSimonian-Laird only. Checked against R's metafor.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from explorer.statistics.samples import Floats, sample, t_quantile

FEWEST = 2
"""Studies below which there is no variance between them to estimate."""


@dataclass(frozen=True, slots=True)
class PooledRate:
    """A pooled proportion with its uncertainty, and how far studies differ.

    ``rate``, ``low``, ``high`` and the prediction limits are proportions from 0 to 1; ``mu``, ``se`` and ``tau`` are in
    logits. ``i2`` is the share of the spread that is between studies (0 to 1); ``q``, ``q_p`` are Cochran's test.
    """

    k: int
    mu: float
    se: float
    rate: float
    low: float
    high: float
    predicted_low: float
    predicted_high: float
    tau2: float
    i2: float
    q: float
    q_p: float

    @property
    def tau(self) -> float:
        """Standard deviation between studies, in logits."""
        return math.sqrt(self.tau2)


def logits(events: ArrayLike, sizes: ArrayLike) -> tuple[Floats, Floats]:
    """Return the logit of each proportion and its sampling variance.

    Parameters
    ----------
    events, sizes : array-like of float, shape (k,)
        Patients with the outcome, and all of them.

    Raises
    ------
    ValueError
        If lengths differ or a count does not lie between 0 and its size.

    Notes
    -----
    R: ``metafor::escalc("PLO", xi, ni)``, which adds 0.5 to both counts of the studies in which one of them is 0.
    """
    yes, n = sample(events), sample(sizes)
    if len(yes) != len(n) or (yes < 0).any() or (yes > n).any() or (n <= 0).any():
        raise ValueError("each study gives a count between 0 and its number of patients")
    no = n - yes
    added = np.where((yes == 0) | (no == 0), 0.5, 0.0)
    return np.log((yes + added) / (no + added)), 1 / (yes + added) + 1 / (no + added)


def pooled_rate(events: ArrayLike, sizes: ArrayLike, confidence: float = 0.95) -> PooledRate:
    """Pool proportions by random effects.

    Parameters
    ----------
    events, sizes : array-like of float, shape (k,)
        One entry per study; no patient in two of them.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    PooledRate
        Interval by Hartung and Knapp (2001), t with k - 1 degrees of freedom, unmodified; prediction interval for the
        proportion in a further study, with the same t (Higgins, Thompson and Spiegelhalter 2009 take k - 2).

    Raises
    ------
    ValueError
        Below two studies, or where counts cannot be.

    Notes
    -----
    R: ``predict(metafor::rma(yi, vi, method = "REML", test = "knha"), transf = plogis)``.
    """
    y, v = logits(events, sizes)
    k = len(y)
    if k < FEWEST:
        raise ValueError(f"{k} studies cannot be pooled: at least {FEWEST} are needed")
    tau2 = _reml(y, v)
    mu, se = _hartung_knapp(y, 1 / (v + tau2))
    t = t_quantile(k - 1, confidence)
    q = _cochran(y, v)
    limits = (mu + side * t * spread for spread in (se, (se**2 + tau2) ** 0.5) for side in (-1, 1))
    low, high, predicted_low, predicted_high = (float(special.expit(limit)) for limit in limits)
    return PooledRate(
        *(k, mu, se, float(special.expit(mu)), low, high, predicted_low, predicted_high),
        *(tau2, tau2 / (tau2 + _typical(v)), q, float(special.chdtrc(k - 1, q))),
    )


def leave_one_out(events: ArrayLike, sizes: ArrayLike, confidence: float = 0.95) -> tuple[PooledRate, ...]:
    """Pool again without each study in turn.

    Returns
    -------
    tuple of PooledRate
        In the order of the studies; R: ``metafor::leave1out``.
    """
    yes, n = sample(events), sample(sizes)
    return tuple(pooled_rate(np.delete(yes, i), np.delete(n, i), confidence) for i in range(len(yes)))


def _reml(y: Floats, v: Floats) -> float:
    score = _reml_score(y, v)
    # Where the slope is not upwards at 0, no spread between studies is the likeliest.
    if score(0.0) <= 0:
        return 0.0
    above = max(float(y.var(ddof=1)), float(v.max()))
    while score(above) > 0:
        above *= 2
    return float(optimize.brentq(score, 0.0, above, xtol=1e-14))


def _reml_score(y: Floats, v: Floats) -> Callable[[float], float]:
    """Return twice the slope of the restricted log-likelihood as a function of the variance between studies."""

    def score(tau2: float) -> float:
        w = 1 / (v + tau2)
        residuals = y - np.average(y, weights=w)
        return float((w**2 * residuals**2).sum() - w.sum() + (w**2).sum() / w.sum())

    return score


def _hartung_knapp(y: Floats, w: Floats) -> tuple[float, float]:
    mu = float(np.average(y, weights=w))
    return mu, float((w * (y - mu) ** 2).sum() / (len(y) - 1) / w.sum()) ** 0.5


def _cochran(y: Floats, v: Floats) -> float:
    return float(((y - np.average(y, weights=1 / v)) ** 2 / v).sum())


def _typical(v: Floats) -> float:
    """Return the sampling variance of a typical study (Higgins and Thompson 2002), which I squared compares with."""
    w = 1 / v
    return float((len(v) - 1) * w.sum() / (w.sum() ** 2 - (w**2).sum()))
