"""P values of a paired comparison, by every test the published verdict might rest on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import stats

Numbers = npt.NDArray[np.int64]


def paired_p_values(change: Numbers) -> dict[str, float]:
    """Test whether whole-number changes centre on 0, by t and by three forms of Wilcoxon's test.

    Parameters
    ----------
    change : array of int, one per patient
        Not all of them 0.

    Returns
    -------
    dict of str to float
        Two-sided p values `t`, `wilcoxon` (zeros dropped, normal), `pratt` (zeros ranked, normal)
        and `exact` (zeros ranked, all signs enumerated).
    """
    return {
        "t": float(stats.ttest_1samp(change, 0).pvalue),
        "wilcoxon": float(stats.wilcoxon(change, zero_method="wilcox", method="approx").pvalue),
        "pratt": float(stats.wilcoxon(change, zero_method="pratt", method="approx").pvalue),
        "exact": exact_signed_rank(change),
    }


def exact_signed_rank(change: Numbers) -> float:
    """Return the exact two-sided p value of the signed rank test, zeros and ties by mid-ranks (Pratt).

    Zeros are ranked with the rest and then left out; under the null each remaining rank is positive or
    negative with equal chance, so the distribution is the product of as many two-point ones.
    """
    ranks = np.rint(2 * stats.rankdata(np.abs(change))).astype(int)
    ways = np.ones(1)
    for rank in ranks[change != 0]:
        ways = np.concatenate([ways, np.zeros(rank)]) + np.concatenate([np.zeros(rank), ways])
    positive = int(ranks[change > 0].sum())
    smaller = min(positive, len(ways) - 1 - positive)
    return float(min(1.0, 2 * ways[: smaller + 1].sum() / ways.sum()))
