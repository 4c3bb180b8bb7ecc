from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from explorer.statistics.paired_proportions import METHODS, PairedTable, difference, kappa, mcnemar, odds_ratio
from tests.reference_cases import cases, same

CASES = cases("proportion_paired")
INTERVAL_KEYS = {
    "newcombe": "newcombe_method10_ci",
    "newcombe_uncorrected": "newcombe_no_phi_correction_ci",
    "tango": "tango_score_ci",
    "bonett_price": "bonett_price_ci",
    "wald": "wald_ci",
}
count = st.integers(0, 40)
tables = st.builds(PairedTable, count, count, count, count).filter(lambda table: table.n > 0)


def table_of(case):
    given_ = case["input"]
    return PairedTable(given_["yes_yes"], given_["yes_no"], given_["no_yes"], given_["no_no"])


def turned(table):
    return PairedTable(table.both, table.second_only, table.first_only, table.neither)


@pytest.mark.parametrize("case", CASES)
def test_mcnemars_tests_agree_with_r(case):
    result, r = mcnemar(table_of(case)), case["output"]
    assert [result.p_exact, result.p_mid] == same([r["exact_p"], r["midp_p"]])
    assert [result.chi2, result.p_chi2] == same([r["mcnemar_chi2"], r["mcnemar_p"]])
    assert [result.chi2_corrected, result.p_corrected] == same([r["mcnemar_cc_chi2"], r["mcnemar_cc_p"]])


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("method", METHODS)
def test_the_interval_of_the_difference_agrees_with_r(case, method):
    result = difference(table_of(case), method)
    assert result.estimate == same(case["output"]["diff"])
    assert [result.low, result.high] == same(case["output"][INTERVAL_KEYS[method]])


def test_the_difference_prints_as_fagerland_printed_it():
    airway = PairedTable(1, 1, 7, 12)
    printed = {"newcombe": (-0.507, -0.026), "tango": (-0.517, -0.026)}
    for method, limits in printed.items():
        result = difference(airway, method)
        assert (round(result.low, 3), round(result.high, 3)) == limits


@pytest.mark.parametrize("case", CASES)
def test_the_conditional_odds_ratio_agrees_with_r(case):
    result, r = odds_ratio(table_of(case)), case["output"]
    assert [result.estimate, result.low, result.high] == same([r["conditional_or"], *r["conditional_or_exact_ci"]])


# Cohen's kappa of the prime minister's approval: the counts' own arithmetic, and the standard error of
# Fleiss, Cohen and Everitt 1969 written out.
def test_kappa_is_agreement_beyond_chance_over_what_was_possible():
    table = PairedTable(794, 150, 86, 570)
    shares = np.array([[794, 150], [86, 570]]) / 1600
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    agreed, by_chance = np.trace(shares), rows @ columns
    expected = (agreed - by_chance) / (1 - by_chance)
    on = sum(shares[i, i] * (1 - (rows[i] + columns[i]) * (1 - expected)) ** 2 for i in (0, 1))
    off = sum(shares[i, 1 - i] * (columns[i] + rows[1 - i]) ** 2 for i in (0, 1))
    within = on + (1 - expected) ** 2 * off - (expected - by_chance * (1 - expected)) ** 2
    se = (within / 1600) ** 0.5 / (1 - by_chance)
    result = kappa(table)
    assert result.estimate == pytest.approx(expected, rel=1e-12)
    assert result.se == pytest.approx(se, rel=1e-9)
    assert (result.low, result.high) == pytest.approx((expected - 1.959964 * se, expected + 1.959964 * se), rel=1e-6)


@pytest.mark.parametrize("table", [PairedTable(0, 0, 0, 0), PairedTable(5, 0, 0, 3)])
def test_where_nobody_changed_there_is_no_test_and_no_odds_ratio(table):
    result, odds = mcnemar(table), odds_ratio(table)
    assert np.isnan([result.p_exact, result.p_mid, result.chi2, result.p_chi2, result.p_corrected]).all()
    assert np.isnan([odds.estimate, odds.low, odds.high]).all()


@pytest.mark.parametrize("method", METHODS)
def test_nobody_has_no_difference(method):
    result = difference(PairedTable(0, 0, 0, 0), method)
    assert np.isnan([result.estimate, result.low, result.high]).all()


@pytest.mark.parametrize("table", [PairedTable(0, 0, 0, 0), PairedTable(9, 0, 0, 0), PairedTable(0, 0, 0, 9)])
def test_where_every_answer_is_the_same_kappa_does_not_exist(table):
    assert np.isnan([kappa(table).estimate, kappa(table).low]).all()


def test_negative_counts_and_unknown_intervals_are_refused():
    with pytest.raises(ValueError, match="negative"):
        PairedTable(1, -1, 0, 0)
    with pytest.raises(ValueError, match="'exact': choose one of newcombe"):
        difference(PairedTable(1, 1, 1, 1), "exact")


@given(tables)
def test_the_exact_tests_are_those_of_a_fair_coin(table):
    changed = table.first_only + table.second_only
    result = mcnemar(table)
    if changed:
        assert result.p_exact == pytest.approx(stats.binomtest(table.first_only, changed).pvalue, rel=1e-9)
        assert result.p_mid <= result.p_exact


@given(tables)
def test_turning_time_round_keeps_the_p_values_and_turns_the_differences(table):
    assert astuple(mcnemar(table)) == pytest.approx(astuple(mcnemar(turned(table))), nan_ok=True)
    for method in METHODS:
        one, other = difference(table, method), difference(turned(table), method)
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-7)


@given(tables)
def test_intervals_hold_the_difference_and_widen_with_confidence(table):
    for method in METHODS:
        narrow, wide = difference(table, method, 0.8), difference(table, method, 0.95)
        assert wide.low <= narrow.low + 1e-7
        assert wide.high >= narrow.high - 1e-7
        if method != "bonett_price":  # shrunk towards none, it may miss a difference of all
            assert wide.low - 1e-7 <= wide.estimate <= wide.high + 1e-7


@given(tables)
def test_tangos_limits_stay_within_minus_1_and_1_however_lopsided_the_table(table):
    result = difference(table, "tango")
    assert -1 <= result.low <= result.high <= 1
