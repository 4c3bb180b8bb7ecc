import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.statistics.intervals import METHODS, rate
from tests.reference_cases import cases, same

REFERENCE_KEYS = {
    "wilson": "wilson",
    "clopper_pearson": "clopper_pearson",
    "jeffreys": "jeffreys",
    "agresti_coull": "agresti_coull_unclipped",
    "mid_p": "mid_p",
}
counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
methods = st.sampled_from(METHODS)


@pytest.mark.parametrize("case", cases("proportion_one"))
@pytest.mark.parametrize("method", METHODS)
def test_every_interval_agrees_with_r_inside_0_to_1(case, method):
    given_ = case["input"]
    result = rate(given_["x"], given_["n"], method, given_["conf"])
    expected = np.clip(case["output"][REFERENCE_KEYS[method]], 0, 1).tolist()
    assert [result.low, result.high] == same(expected)
    assert result.rate == same(case["output"]["p"])


@pytest.mark.parametrize("case", [case for case in cases("proportion_one") if "published" in case.values[0]])
@pytest.mark.parametrize("method", ["wilson", "clopper_pearson", "mid_p"])
def test_intervals_print_as_newcombe_printed_them(case, method):
    result = rate(case["input"]["x"], case["input"]["n"], method)
    assert [round(result.low, 4), round(result.high, 4)] == case["published"][method]


@pytest.mark.parametrize("method", METHODS)
def test_nobody_at_risk_has_no_rate(method):
    result = rate(0, 0, method)
    assert np.isnan([result.rate, result.low, result.high]).all()


@pytest.mark.parametrize(("k", "n"), [(-1, 4), (5, 4), (0, -1), (float("nan"), 4)])
def test_counts_that_cannot_be_are_refused(k, n):
    with pytest.raises(ValueError, match="cannot be"):
        rate(k, n)


def test_an_unknown_interval_is_refused_by_name():
    with pytest.raises(ValueError, match="'wald': choose one of wilson"):
        rate(1, 2, "wald")


@pytest.mark.parametrize("confidence", [0, 1, 95, float("nan")])
def test_confidence_lies_between_0_and_1(confidence):
    with pytest.raises(ValueError, match="confidence"):
        rate(1, 2, confidence=confidence)


@given(counts, methods)
def test_an_interval_holds_its_estimate_and_stays_within_0_and_1(kn, method):
    result = rate(*kn, method)
    assert 0 <= result.low <= result.rate <= result.high <= 1


@given(counts, methods)
def test_swapping_yes_and_no_mirrors_the_interval(kn, method):
    k, n = kn
    one, other = rate(k, n, method), rate(n - k, n, method)
    assert (one.low, one.high) == pytest.approx((1 - other.high, 1 - other.low), abs=1e-9)


@given(counts, methods, st.floats(0.5, 0.98))
def test_more_confidence_never_narrows_an_interval(kn, method, confidence):
    narrow, wide = rate(*kn, method, confidence), rate(*kn, method, confidence + 0.01)
    assert wide.low <= narrow.low + 1e-12
    assert wide.high >= narrow.high - 1e-12


@given(counts, methods)
def test_a_count_averaged_over_imputations_lies_between_its_neighbours(kn, method):
    k, n = kn
    k = min(k, n - 1)
    below, between, above = (rate(k + step, n, method) for step in (0, 0.5, 1))
    assert below.low <= between.low <= above.low
    assert below.high <= between.high <= above.high
