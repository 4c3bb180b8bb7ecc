"""The bias-corrected and accelerated bootstrap interval (Efron 1987)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from explorer.statistics.samples import Floats, checked, sample

Ties = Literal["strict", "midrank"]


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """An estimate with its BCa interval; ``z0`` is the bias correction, ``acceleration`` the skew of the influences."""

    estimate: float
    low: float
    high: float
    z0: float
    acceleration: float


def bca(
    values: ArrayLike,
    statistic: Callable[..., Any] = np.mean,
    resamples: int = 9999,
    seed: int = 0,
    confidence: float = 0.95,
) -> Bootstrap:
    """Estimate a statistic of one sample with its BCa bootstrap interval.

    Parameters
    ----------
    values : array-like of float, shape (n,)
    statistic : function
        Takes an array and ``axis=-1`` and reduces that axis, as ``np.mean`` and ``np.median`` do.
    resamples : int
    seed : int
        Of the generator that draws the resamples.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Bootstrap
        Limits are nan below two values, or when leaving one out never moves the statistic.

    Notes
    -----
    ``scipy.stats.bootstrap(method="BCa")`` is the same given the same resamples; it is not called because it warns on
    uniform samples and keeps its bias correction to itself. Ties with the estimate count half, as there: on a coarse
    scale many resamples give exactly the estimate, and R ``boot``'s strict count would move the interval whenever the
    scale is turned round.
    """
    numbers = sample(values)
    checked(confidence)
    n = len(numbers)
    estimate = float(statistic(numbers, axis=-1)) if n else np.nan
    if n < 2:
        return Bootstrap(estimate, np.nan, np.nan, np.nan, np.nan)
    random = np.random.default_rng(seed)
    block = max(1, 4_000_000 // n)
    sizes = [min(block, resamples - start) for start in range(0, resamples, block)]
    drawn = [statistic(numbers[random.integers(0, n, (size, n))], axis=-1) for size in sizes]
    return bca_from_replicates(
        estimate, np.concatenate(drawn), _leaving_one_out(numbers, statistic), "midrank", confidence
    )


def _leaving_one_out(numbers: Floats, statistic: Callable[..., Any]) -> Floats:
    if statistic is np.mean:
        return np.asarray((numbers.sum() - numbers) / (len(numbers) - 1))
    return np.array([statistic(np.delete(numbers, place), axis=-1) for place in range(len(numbers))], dtype=np.float64)


def bca_from_replicates(
    estimate: float,
    replicates: ArrayLike,
    jackknife: ArrayLike,
    ties: Ties = "midrank",
    confidence: float = 0.95,
) -> Bootstrap:
    """Make the BCa interval from replicates already drawn.

    Parameters
    ----------
    estimate : float
        The statistic on the sample itself.
    replicates : array-like of float, shape (resamples,)
        The statistic on each resample.
    jackknife : array-like of float, shape (n,)
        The statistic with each value left out in turn.
    ties : str
        How replicates equal to the estimate count towards its bias: ``strict`` not at all (R ``boot``), ``midrank``
        half (``scipy.stats.bootstrap``). Equal means within 1e-12.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Bootstrap
        Quantiles are R's type 7. Limits are nan if all replicates lie on one side of the estimate, or all jackknife
        values are equal.
    """
    drawn, left_out = sample(replicates), sample(jackknife)
    below = float(np.mean(drawn < estimate)) if ties == "strict" else _mid_share(drawn, estimate)
    z0 = float(special.ndtri(below))
    influence = left_out.mean() - left_out
    spread = float((influence**2).sum())
    if spread <= (1e-12 * max(1.0, abs(estimate))) ** 2 or not np.isfinite(z0):
        return Bootstrap(estimate, np.nan, np.nan, z0, np.nan)
    acceleration = float((influence**3).sum()) / (6 * spread**1.5)
    tail = (1 - checked(confidence)) / 2
    shifted = z0 + special.ndtri(np.array([tail, 1 - tail]))
    low, high = np.quantile(drawn, special.ndtr(z0 + shifted / (1 - acceleration * shifted)))
    return Bootstrap(estimate, float(low), float(high), z0, acceleration)


def _mid_share(drawn: Floats, estimate: float) -> float:
    return float(np.mean(drawn < estimate - 1e-12) + np.mean(np.abs(drawn - estimate) <= 1e-12) / 2)
