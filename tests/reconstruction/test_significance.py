import numpy as np
import pytest
from scipy import stats

from explorer.reconstruction.significance import exact_signed_rank, paired_p_values


@pytest.mark.parametrize(
    ("change", "p"),
    [
        ([1, 2, 3, 4, 5], 2 / 32),  # all signs alike: two of 32 ways
        ([1, 2, 3, -4], 14 / 16),  # sums of ranks up to 4: {} 1 2 3 12 4 13
        ([0, 2, 3], 2 / 4),  # the zero takes rank 1 and is left out
        ([0, 1, 1, -1], 1.0),  # ties share rank 3
    ],
)
def test_exact_signed_rank_counts_the_ways(change, p):
    assert exact_signed_rank(np.array(change)) == pytest.approx(p)


def test_exact_signed_rank_agrees_with_scipy_where_there_are_no_ties():
    change = np.array([3, -1, 7, 12, -5, 9, 20, 4, -2, 15])
    assert exact_signed_rank(change) == pytest.approx(stats.wilcoxon(change, method="exact").pvalue)


def test_t_is_the_paired_t_test():
    change = np.array([3, -1, 7, 12, -5, 9, 20, 4, -2, 15])
    t = change.mean() / (change.std(ddof=1) / np.sqrt(10))
    assert paired_p_values(change)["t"] == pytest.approx(2 * stats.t.sf(t, 9))
