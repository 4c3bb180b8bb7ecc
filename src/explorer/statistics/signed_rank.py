"""The signed-rank statistic and its exact null distribution."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from explorer.statistics.samples import Floats


def ranked_sizes(change: Floats) -> tuple[Floats, NDArray[np.intp], float]:
    """Rank the sizes of the changes, ties sharing the mean of their ranks.

    Returns
    -------
    ranks : array, one per distinct size, smallest first
    counts : array, how many changes have that size
    w_plus : float, the sum of the ranks of the positive changes

    Notes
    -----
    The ranks of ``scipy.stats.rankdata``, once for each distinct size: scores have few.
    """
    sizes, counts = np.unique(np.abs(change), return_counts=True)
    last = np.cumsum(counts)
    ranks = last - (counts - 1) / 2
    positive = np.searchsorted(np.sort(change[change > 0]), sizes, side="right")
    return ranks, counts, float(ranks @ np.diff(positive, prepend=0))


def exact_p(ranks: Floats, statistic: float) -> float:
    """Two-sided p of a sum of ranks when each rank's sign is a fair coin.

    Parameters
    ----------
    ranks : array, the rank of each change that is not zero
        Whole or half numbers: ties are kept as they are, so the distribution is the one given these ranks.
    statistic : float
        Sum of the ranks of the positive changes.

    Notes
    -----
    Twice each rank is a whole number, so the distribution is built by adding one rank at a time (the shift algorithm;
    Streitberg and Roehmel 1986). Equals ``coin::wilcoxsign_test(distribution = "exact")``.
    """
    doubled = np.rint(2 * ranks).astype(int)
    total = int(doubled.sum())
    chance = _sum_distribution(doubled, total)
    seen = round(2 * statistic)
    return min(1.0, 2 * float(chance[: min(seen, total - seen) + 1].sum()))


@lru_cache(maxsize=256)
def signed_rank_cdf(n: int) -> Floats:
    """Cumulative null distribution of the signed-rank sum of n untied changes, from 0 to n(n+1)/2.

    R: ``psignrank(0:(n*(n+1)/2), n)``.
    """
    return np.cumsum(_sum_distribution(np.arange(1, n + 1), n * (n + 1) // 2))


def _sum_distribution(weights: NDArray[np.int_], total: int) -> Floats:
    chance = np.zeros(total + 1)
    chance[0] = 1.0
    reached = 0
    for weight in weights.tolist():
        chance[: reached + 1] /= 2
        chance[weight : weight + reached + 1] += chance[: reached + 1].copy()
        reached += weight
    return chance
