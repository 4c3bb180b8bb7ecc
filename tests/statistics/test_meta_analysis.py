import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.statistics.meta_analysis import leave_one_out, logits, pooled_rate
from tests.reference_cases import cases, data, read, same

PRITZ = next(case for case in read("meta_proportions") if case["id"] == "pritz1997")
COUNTS = PRITZ["input"]["xi"], PRITZ["input"]["ni"]
# metafor stops iterating once tau squared moves by less than 1e-5.
R_STOPS = 1e-6


def counts(case):
    given_ = case["input"]
    if "xi" in given_:
        return given_["xi"], given_["ni"]
    arms = data(given_["file"])
    arms = arms[arms["trtc"] != "PBO"]
    return arms[given_["x"]], arms[given_["n"]]


@pytest.mark.parametrize("case", cases("meta_proportions"))
def test_logits_agree_with_r(case):
    y, v = logits(*counts(case))
    expected = case["output"]["PLO"]
    assert list(y) == pytest.approx(expected["yi"], rel=1e-12)
    assert list(v) == pytest.approx(expected["vi"], rel=1e-12)


@pytest.mark.parametrize("case", cases("meta_proportions"))
def test_random_effects_with_hartung_knapp_agree_with_r(case):
    found, r = pooled_rate(*counts(case)), case["output"]["PLO"]["REML_knha"]
    assert [found.mu, found.se, found.tau2] == same([r["mu"], r["se"], r["tau2"]], rel=R_STOPS)
    assert [found.rate, found.low, found.high] == same([r["pooled"], *r["pooled_ci"]], rel=R_STOPS)
    assert [found.predicted_low, found.predicted_high] == same(r["pooled_pi"], rel=R_STOPS)
    assert [100 * found.i2, found.q, found.q_p] == same([r["I2"], r["Q"], r["Q_p"]], rel=R_STOPS)


def test_leaving_out_an_added_study_gives_the_r_result_of_the_rest():
    yes, n = COUNTS
    *with_it, without_it = leave_one_out([*yes, 1], [*n, 200])
    r = PRITZ["output"]["PLO"]["REML_knha"]
    assert (without_it.k, without_it.rate) == (14, pytest.approx(r["pooled"], rel=R_STOPS))
    assert all(abs(each.rate - without_it.rate) > 0.01 for each in with_it)


def test_alike_studies_have_no_spread_between_them():
    found = pooled_rate([5, 10, 20], [10, 20, 40])
    assert (found.rate, found.tau, found.i2) == (0.5, 0.0, 0.0)
    assert (found.predicted_low, found.predicted_high) == (found.low, found.high)


@pytest.mark.parametrize(
    ("yes", "n"), [([1], [2]), ([3, 1], [2, 5]), ([1, 2], [4]), ([-1, 2], [4, 4]), ([0, 0], [0, 4])]
)
def test_counts_that_cannot_be_pooled_are_refused(yes, n):
    with pytest.raises(ValueError, match="studies|each study"):
        pooled_rate(yes, n)


STUDIES = st.lists(
    st.integers(2, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=3, max_size=9
)


@settings(max_examples=60, deadline=None)
@given(STUDIES)
def test_a_pool_lies_among_its_studies_and_predicts_wider_than_it_knows(studies):
    yes, n = np.array(studies).T
    found = pooled_rate(yes, n)
    y, _ = logits(yes, n)
    assert y.min() - 1e-9 <= found.mu <= y.max() + 1e-9
    assert found.predicted_low <= found.low <= found.rate <= found.high <= found.predicted_high
    assert 0 <= found.i2 <= 1


@settings(max_examples=30, deadline=None)
@given(STUDIES)
def test_counting_failures_instead_turns_the_pool_over(studies):
    yes, n = np.array(studies).T
    one, other = pooled_rate(yes, n), pooled_rate(n - yes, n)
    assert one.rate == pytest.approx(1 - other.rate, abs=1e-7)
    assert one.tau2 == pytest.approx(other.tau2, abs=1e-6, rel=1e-6)
