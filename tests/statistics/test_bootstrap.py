import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from explorer.statistics.bootstrap import bca, bca_from_replicates
from tests.reference_cases import cases, same

CASES = cases("bootstrap_bca")


def left_out(values):
    return [np.mean(np.delete(values, place)) for place in range(len(values))]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    ("ties", "z0", "limits"), [("strict", "z0", "bca_type7"), ("midrank", "z0_midrank", "bca_midrank_type7")]
)
def test_the_interval_from_given_replicates_agrees_with_r(case, ties, z0, limits):
    values, r = case["input"]["x"], case["output"]
    result = bca_from_replicates(r["estimate"], case["input"]["replicate_means"], left_out(values), ties)
    assert [result.z0, result.acceleration] == same([r[z0], r["a"]])
    assert [result.low, result.high] == same(r[limits])


@pytest.mark.parametrize("case", CASES)
def test_fresh_resamples_come_near_the_limit_of_very_many(case):
    r = case["output"]
    result = bca(case["input"]["x"], resamples=40_000)
    assert result.estimate == same(r["estimate"])
    # The limits are quantiles on a coarse scale: 0.15 standard errors are a step or two of it.
    assert [result.low, result.high] == pytest.approx(r["large_B"]["bca_midrank"], abs=0.15 * r["large_B"]["se"])


@pytest.mark.parametrize("statistic", [np.mean, np.median, np.std])
def test_the_interval_is_scipys_when_the_resamples_are(statistic):
    values = np.random.default_rng(3).normal(size=31).round(2) ** 2
    scipys = stats.bootstrap((values,), statistic, n_resamples=2999, method="BCa", rng=np.random.default_rng(4))
    jackknife = [statistic(np.delete(values, place)) for place in range(31)]
    ours = bca_from_replicates(statistic(values), scipys.bootstrap_distribution, jackknife)
    assert (ours.low, ours.high) == pytest.approx(tuple(scipys.confidence_interval), rel=1e-12)


def test_the_same_seed_gives_the_same_interval_and_another_seed_another():
    values = np.random.default_rng(1).exponential(size=40)
    assert bca(values, seed=7) == bca(values, seed=7)
    assert bca(values, seed=7) != bca(values, seed=8)


@pytest.mark.parametrize("values", [[], [3.0], [2.0] * 49, [0.1] * 7])
def test_a_sample_without_spread_has_no_interval(values):
    result = bca(values, resamples=99)
    assert np.isnan([result.low, result.high]).all()
    assert result.estimate == pytest.approx(values[0] if values else np.nan, nan_ok=True)


@settings(max_examples=30)
@given(st.lists(st.integers(-5, 5).map(float), min_size=4, max_size=20).filter(lambda values: len(set(values)) > 1))
def test_turning_the_scale_round_turns_the_interval(values):
    drawn = np.random.default_rng(0).choice(values, (999, len(values))).mean(axis=1)
    one = bca_from_replicates(np.mean(values), drawn, left_out(values))
    other = bca_from_replicates(-np.mean(values), -drawn, -np.array(left_out(values)))
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-9)
