import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from explorer.statistics.fragility import fewest_changes
from tests.reference_cases import cases, same


def fisher(e1, n1, e2, n2):
    return fisher_exact([[e1, n1 - e1], [e2, n2 - e2]]).pvalue


@pytest.mark.parametrize("case", cases("fragility"))
def test_the_walk_to_the_fragility_index_agrees_with_r(case):
    of, r = case["input"], case["output"]
    # In every case the first group has fewer events; at equal rates nothing is significant.
    k, equal = of["e1"], of["n1"] * of["e2"] // of["n2"]
    assert r["changed_group"] == 1

    def significant(events):
        return fisher(events, of["n1"], of["e2"], of["n2"]) < 0.05

    forward = r["fragility"] > 0
    changes = fewest_changes(significant, k, equal if forward else 0)
    assert changes == (r["fragility"] if forward else r["reverse_fragility"])
    then = k + changes if forward else k - changes
    assert fisher(then, of["n1"], of["e2"], of["n2"]) == same(r["p_after"])


@pytest.mark.parametrize(("k", "last", "changes"), [(3, 10, 4), (3, 6, None), (9, 0, 3), (9, 7, None), (7, 7, None)])
def test_a_verdict_that_turns_at_seven(k, last, changes):
    assert fewest_changes(lambda count: count >= 7, k, last) == changes


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_no_smaller_number_of_changes_would_do(k, last, turning):
    def verdict(count):
        return count >= turning

    step = 1 if last >= k else -1
    walked = [abs(count - k) for count in range(k, last + step, step) if verdict(count) != verdict(k)]
    assert fewest_changes(verdict, k, last) == min(walked, default=None)
