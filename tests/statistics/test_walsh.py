import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.statistics import walsh
from explorer.statistics.paired import hodges_lehmann

coarse = st.integers(-4, 4).map(float)
tenths = st.integers(-300, 300).map(lambda value: value / 10)
dusty = st.tuples(tenths, tenths).map(lambda pair: pair[0] - pair[1])
values = st.one_of(*(st.lists(kind, min_size=1, max_size=60) for kind in (coarse, tenths, dusty, st.floats(-1e3, 1e3))))


def all_averages(sample):
    return np.sort([(sample[i] + sample[j]) / 2 for i in range(len(sample)) for j in range(i, len(sample))])


@pytest.fixture(params=[(300, 100_000), (0, 5), (0, 200)], ids=["made", "narrowed to a handful", "narrowed"])
def search(request, monkeypatch):
    """Make every average, or search for it even in small samples."""
    monkeypatch.setattr(walsh, "_MAKE_ALL_UP_TO", request.param[0])
    monkeypatch.setattr(walsh, "_FEW_ENOUGH", request.param[1])


@pytest.mark.usefixtures("search")
def test_every_rank_is_found_whether_averages_are_made_or_searched():
    @settings(max_examples=60)
    @given(values)
    def every_rank_is_found(sample):
        expected = all_averages(sample)
        ranks = range(1, len(expected) + 1, max(1, len(expected) // 12))
        assert walsh.order_statistics(np.array(sample), ranks) == [expected[rank - 1] for rank in ranks]

    every_rank_is_found()


@pytest.mark.parametrize(
    "sample",
    [
        np.random.default_rng(1).normal(size=900),
        np.random.default_rng(2).standard_cauchy(900),
        np.random.default_rng(3).normal(size=900).round(1) - np.random.default_rng(4).normal(size=900).round(1),
        np.arange(900.0),
    ],
    ids=["normal", "Cauchy", "tenths with dust", "evenly spaced"],
)
def test_the_searched_pseudo_median_of_many_values_is_the_median_of_all_averages(sample):
    expected = all_averages(sample)
    result = hodges_lehmann(sample)
    assert result.estimate == np.median(expected)
    assert result.low in expected
    assert result.high in expected


def test_a_million_scores_on_a_grid_have_the_pseudo_median_of_their_symmetric_frequencies():
    sample = np.repeat(np.arange(-100, 101) / 10, 5000)[:-1]
    result = hodges_lehmann(sample)
    assert result.estimate == pytest.approx(0.0, abs=0.06)
    assert result.low <= result.estimate <= result.high
