"""Confidence intervals for one proportion.

Each is a closed form or an inverse incomplete beta function from ``scipy.special``, the same arithmetic as
``scipy.stats.binomtest(...).proportion_ci`` and statsmodels' ``proportion_confint`` without their overhead: an analysis
asks for dozens of rates. Checked against R's ``prop.test`` and ``binom.test``.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from explorer.statistics.samples import checked, normal_quantile

Limits = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rate:
    """A proportion with its interval; rates from 0 to 1, nan when ``n`` is 0."""

    k: float
    n: float
    rate: float
    low: float
    high: float
    method: str
    confidence: float


def rate(k: float, n: float, method: str = "wilson", confidence: float = 0.95) -> Rate:
    """Estimate a proportion and its confidence interval.

    Parameters
    ----------
    k, n : float
        Count of events and size of the denominator. Fractions are allowed: a count averaged over imputations is one.
    method : str
        ``wilson`` (Wilson 1927; R ``prop.test(correct=FALSE)``), ``clopper_pearson`` (R ``binom.test``), ``jeffreys``
        (equal tails; the limit is 0 at k = 0 and 1 at k = n, Brown, Cai and DasGupta 2001), ``agresti_coull`` (clipped
        to 0 and 1) or ``mid_p`` (Clopper-Pearson with half the probability of what was seen; Newcombe 1998).
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Rate
        Not a number throughout when ``n`` is 0.

    Raises
    ------
    ValueError
        If the counts cannot be, or the method or confidence is unknown.
    """
    if method not in _LIMITS:
        raise ValueError(f"there is no interval called {method!r}: choose one of {', '.join(METHODS)}")
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} cannot be: a count lies between 0 and its denominator")
    checked(confidence)
    if n == 0:
        return Rate(k, n, np.nan, np.nan, np.nan, method, confidence)
    low, high = _LIMITS[method](k, n, confidence)
    return Rate(k, n, k / n, low, high, method, confidence)


def wilson(k: float, n: float, confidence: float) -> Limits:
    """Invert the score test. ``n`` must be above 0."""
    z2 = normal_quantile(confidence) ** 2
    middle = (k + z2 / 2) / (n + z2)
    half = (z2 * (k * (n - k) / n + z2 / 4)) ** 0.5 / (n + z2)
    # The limits are exactly 0 and 1 at the ends; subtraction would leave dust there.
    return (0.0 if k == 0 else middle - half), (1.0 if k == n else middle + half)


def clopper_pearson(k: float, n: float, confidence: float) -> Limits:
    """Invert the exact binomial test, tail by tail. ``n`` must be above 0."""
    tail = (1 - confidence) / 2
    low = 0.0 if k == 0 else float(special.betaincinv(k, n - k + 1, tail))
    high = 1.0 if k == n else float(special.betaincinv(k + 1, n - k, 1 - tail))
    return low, high


def _jeffreys(k: float, n: float, confidence: float) -> Limits:
    tail = (1 - confidence) / 2
    low = 0.0 if k == 0 else float(special.betaincinv(k + 0.5, n - k + 0.5, tail))
    high = 1.0 if k == n else float(special.betaincinv(k + 0.5, n - k + 0.5, 1 - tail))
    return low, high


def _agresti_coull(k: float, n: float, confidence: float) -> Limits:
    z = normal_quantile(confidence)
    size = n + z * z
    middle = (k + z * z / 2) / size
    half = z * (middle * (1 - middle) / size) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def _mid_p(k: float, n: float, confidence: float) -> Limits:
    tail = (1 - confidence) / 2

    def at_least(chance: float) -> float:
        # P(X > k) + P(X = k) / 2, as the mean of P(X >= k) and P(X >= k + 1).
        more = special.betainc(k + 1, n - k, chance) if k < n else 0.0
        same_or_more = special.betainc(k, n - k + 1, chance) if k > 0 else 1.0
        return float(more + same_or_more) / 2

    low = 0.0 if k == 0 else _root(lambda chance: at_least(chance) - tail)
    high = 1.0 if k == n else _root(lambda chance: at_least(chance) - (1 - tail))
    return low, high


def _root(equation: Callable[[float], float]) -> float:
    return float(optimize.brentq(equation, 0.0, 1.0, xtol=1e-15))


_LIMITS: dict[str, Callable[[float, float, float], Limits]] = {
    "wilson": wilson,
    "clopper_pearson": clopper_pearson,
    "jeffreys": _jeffreys,
    "agresti_coull": _agresti_coull,
    "mid_p": _mid_p,
}
METHODS = tuple(_LIMITS)
