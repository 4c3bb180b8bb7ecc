from itertools import product

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import integrate, special, stats

from explorer.statistics import paired
from tests.reference_cases import cases, data, number, read, same

CASES = cases("paired_continuous")
SMALL = [case for case in CASES if "walsh_all_differences" in case.values[0]["output"]]
scores = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=10)
fine = st.lists(st.floats(-50, 50).map(lambda value: round(value, 2)), min_size=2, max_size=40)


def scores_of(case):
    """Scores before and after of a case, from itself or from the shared data it names."""
    source = case["input"]
    if source.get("file") == "cdisc_pilot_adam/adqsadas.csv":
        rows = data(source["file"])
        kept = (rows.PARAMCD == "ACTOT") & (rows.ANL01FL == "Y") & (rows.EFFFL == "Y") & (rows.AVISIT == "Week 24")
        source = rows[kept & rows.DTYPE.isna() & rows.CHG.notna() & (source["arm"] == rows.TRTP)]
        return source["BASE"].to_numpy(), source["AVAL"].to_numpy()
    if source.get("file") == "psoriasis_pasi_wide/pasi_sustained_response.csv":
        rows = data(source["file"])
        source = rows[(source["arm"] == rows.TRT) & rows.WEEK16.notna()]
        return source["BASELINE"].to_numpy(), source["WEEK16"].to_numpy()
    return np.array(source["pre"], dtype=float), np.array(source["post"], dtype=float)


def change_of(case):
    pre, post = scores_of(case)
    return post - pre


@pytest.mark.parametrize("case", CASES)
def test_the_paired_t_test_agrees_with_r(case):
    result, r = paired.paired_t(change_of(case)), case["output"]
    assert [result.n, result.df] == [r["n"], r["df"]]
    assert [result.mean, result.sd, result.t, result.p] == same(
        [r[key] for key in ("mean_diff", "sd_diff", "t", "t_p")]
    )
    assert [result.low, result.high] == same(r["t_ci"])


@pytest.mark.parametrize("case", CASES)
def test_the_normal_pratt_test_agrees_with_coin(case):
    result, r = paired.wilcoxon(change_of(case), exact_up_to=0), case["output"]
    assert result.method == "normal"
    assert [result.n_zero, result.z, result.p] == same([r[key] for key in ("n_zero", "coin_pratt_z", "coin_pratt_p")])


@pytest.mark.parametrize("case", SMALL)
def test_the_exact_pratt_test_agrees_with_coin(case):
    result = paired.wilcoxon(change_of(case), exact_up_to=65)
    assert result.method == "exact"
    assert [result.z, result.p] == same([case["output"]["coin_pratt_z"], case["output"]["coin_pratt_exact_p"]])


@pytest.mark.parametrize("case", SMALL)
def test_the_exact_test_without_zeros_agrees_with_exactranktests_and_coin(case):
    result, r = paired.wilcoxon_zeros_dropped(change_of(case), exact_up_to=65), case["output"]
    assert [result.w_plus, result.z] == same([r["W_plus"], r["coin_wilcoxon_z"]])
    assert [result.p] * 2 == same([r["wilcoxon_exact_p_zeros_dropped"], r["coin_wilcoxon_exact_p"]])


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("continuity", "key"), [(False, "wilcoxon_normal_p_no_cc"), (True, "wilcoxon_normal_p_cc")])
def test_the_normal_test_without_zeros_agrees_with_r(case, continuity, key):
    result = paired.wilcoxon_zeros_dropped(change_of(case), exact_up_to=0, continuity=continuity)
    assert [result.w_plus, result.p] == same([case["output"]["W_plus"], case["output"][key]])


@pytest.mark.parametrize("case", SMALL)
def test_the_median_of_walsh_averages_agrees_with_r(case):
    result, r = paired.hodges_lehmann(change_of(case), exact_up_to=65), case["output"]["walsh_all_differences"]
    assert [result.estimate, result.coverage] == same([r["median_of_walsh_averages"], r["coverage_without_ties"]])
    # R was asked for the widest interval where none reaches 95 %; we give none.
    expected = r["ci"] if r["coverage_without_ties"] >= 0.95 else [None, None]
    assert [result.low, result.high] == same(expected)


def test_beyond_fifty_pairs_the_normal_rank_is_the_exact_one_here():
    case = next(case for case in read("paired_continuous") if case["id"] == "adas_wk24_observed_Placebo")
    result, r = paired.hodges_lehmann(change_of(case)), case["output"]["walsh_all_differences"]
    assert (result.low, result.high) == tuple(r["ci"])
    assert result.coverage == pytest.approx(r["coverage_without_ties"], abs=5e-4)


@pytest.mark.parametrize("case", CASES)
def test_the_median_and_its_order_statistics_agree_with_r(case):
    result, r = paired.median(change_of(case)), case["output"]["median_ci_order_stat"]
    assert result.estimate == same(case["output"]["median_diff"])
    assert [result.low, result.high] == same([r["lo"], r["hi"]])
    if "coverage" in r:
        assert result.coverage == same(r["coverage"])


@pytest.mark.parametrize("case", CASES)
def test_the_sign_test_agrees_with_r(case):
    result, r = paired.sign_test(change_of(case)), case["output"]
    assert [result.n_positive, result.n_negative] == [r["sign_n_pos"], r["sign_n_neg"]]
    assert result.p == same(r["sign_p"])
    if "sign_midp" in r:
        assert result.p_mid == same(r["sign_midp"])


@pytest.mark.parametrize("case", [case for case in CASES if "signflip_exact_p" in case.values[0]["output"]])
def test_the_sign_flip_test_agrees_with_listing_every_flip(case):
    result = paired.sign_flip(change_of(case))
    assert result.method == "exact"
    assert result.p == same(case["output"]["signflip_exact_p"])


@pytest.mark.parametrize("case", CASES)
def test_standardised_changes_agree_with_r(case):
    result, unbiased, r = paired.dz(change_of(case)), paired.hedges_g(change_of(case)), case["output"]
    assert [result.estimate, unbiased.estimate] == same([r["dz"], r["gz"]])
    # Beyond a noncentrality of 37.62 R's pt is an approximation, good to three digits: see the next test.
    rel = 1e-6 if abs(r["t"]) < 30 else 1e-3
    assert [result.low, result.high] == same(r["dz_ci"], rel)
    assert [unbiased.low, unbiased.high] == same(r["gz_ci"], rel)


@pytest.mark.parametrize("case", [case for case in CASES if abs(case.values[0]["output"]["t"]) > 30])
def test_far_limits_of_dz_solve_the_integral_that_r_approximates(case):
    r = case["output"]
    df, t, root = r["df"], r["t"], r["n"] ** 0.5

    def below(noncentrality):
        def given_spread(v):
            return special.ndtr(t * (v / df) ** 0.5 - noncentrality) * stats.chi2.pdf(v, df)

        reach = 13 * (2 * df) ** 0.5
        return integrate.quad(given_spread, max(0, df - reach), df + reach, epsabs=1e-13, limit=300)[0]

    def approximation(noncentrality):  # Abramowitz and Stegun 26.7.10, as R's pt
        return special.ndtr((t * (1 - 1 / (4 * df)) - noncentrality) / (1 + t * t / (2 * df)) ** 0.5)

    result = paired.dz(change_of(case))
    assert [below(limit * root) for limit in (result.low, result.high)] == pytest.approx([0.975, 0.025], abs=1e-9)
    assert [approximation(limit * root) for limit in r["dz_ci"]] == pytest.approx([0.975, 0.025], abs=1e-9)


@pytest.mark.parametrize("case", [case for case in CASES if "d_av" in case.values[0]["output"]])
def test_d_av_agrees_with_r(case):
    assert paired.d_av(*scores_of(case)) == same(number(case["output"]["d_av"]))


@pytest.mark.parametrize("change", [[], [0.0], [0.0] * 49, [2.5], [0.1 + 0.2, 0.3]])
def test_a_sample_without_spread_has_no_t_test_and_no_effect_size(change):
    t, effect, g = paired.paired_t(change), paired.dz(change), paired.hedges_g(change)
    assert np.isnan([t.low, t.high, t.t, t.p, effect.estimate, effect.low, effect.high, g.estimate]).all()
    assert t.n == len(change)


@pytest.mark.parametrize("change", [[], [0.0], [0.0] * 60])
def test_where_nothing_changed_no_rank_test_has_a_p_value(change):
    tests = [paired.wilcoxon, paired.wilcoxon_zeros_dropped, paired.sign_test, paired.sign_flip]
    assert np.isnan([test(change).p for test in tests]).all()


def test_changes_all_but_equal_have_an_effect_size_too_far_out_for_limits():
    effect = paired.dz(5 + 1e-6 * np.arange(10))
    assert effect.estimate > 1e6
    assert np.isnan([effect.low, effect.high]).all()


def test_an_empty_sample_has_no_centre():
    centres = [paired.hodges_lehmann([]), paired.median([])]
    assert np.isnan([[one.estimate, one.low, one.high, one.coverage] for one in centres]).all()
    assert np.isnan([paired.paired_t([]).mean, paired.d_av([], [])]).all()


def test_two_changes_have_a_centre_but_no_95_percent_rank_interval():
    result = paired.hodges_lehmann([1.0, 2.0])
    assert (result.estimate, result.coverage) == (1.5, 0.5)
    assert np.isnan([result.low, result.high]).all()


def test_six_changes_are_the_fewest_with_a_95_percent_rank_interval():
    five, six = paired.hodges_lehmann(np.arange(5.0)), paired.hodges_lehmann(np.arange(6.0))
    assert np.isnan(five.low)
    assert (six.low, six.high, six.coverage) == (0.0, 5.0, 1 - 2 / 2**6)


def test_missing_changes_are_refused_not_dropped():
    for function in (
        paired.paired_t,
        paired.wilcoxon,
        paired.hodges_lehmann,
        paired.median,
        paired.sign_test,
        paired.dz,
    ):
        with pytest.raises(ValueError, match="leave them out first"):
            function([1.0, np.nan])


def test_scores_of_different_patients_are_not_pairs():
    with pytest.raises(ValueError, match="not pairs"):
        paired.d_av([1.0, 2.0], [1.0])


def test_steps_of_a_tenth_tie_once_their_binary_dust_is_rounded_away():
    change = np.array([6.3, 4.2, 1.0]) - np.array([6.2, 4.1, 1.2])
    assert paired.wilcoxon(change).w_plus == 1 + 2
    assert paired.wilcoxon(change.round(9)).w_plus == 1.5 + 1.5


@given(scores)
def test_the_exact_rank_test_is_the_share_of_all_sign_patterns_as_extreme(change):
    change = np.array(change)
    for result, kept in [
        (paired.wilcoxon(change), change),
        (paired.wilcoxon_zeros_dropped(change), change[change != 0]),
    ]:
        ranks = stats.rankdata(np.abs(kept))[kept != 0]
        if len(ranks) == 0:
            assert np.isnan(result.p)
            continue
        patterns = np.array(list(product([-1, 1], repeat=len(ranks)))) @ ranks
        seen = abs(np.sign(kept[kept != 0]) @ ranks)
        assert result.p == pytest.approx(np.mean(np.abs(patterns) >= seen - 1e-9), rel=1e-12)


@given(scores)
def test_turning_every_change_round_turns_the_estimates_and_keeps_the_p_values(change):
    change = np.array(change)
    for test in (paired.paired_t, paired.wilcoxon, paired.sign_test, paired.sign_flip):
        assert test(change).p == pytest.approx(test(-change).p, nan_ok=True)
    one, other = paired.hodges_lehmann(change), paired.hodges_lehmann(-change)
    assert (one.estimate, one.low, one.high) == pytest.approx((-other.estimate, -other.high, -other.low), nan_ok=True)


@given(fine, st.integers(-20, 20))
def test_the_pseudo_median_moves_with_the_changes(change, shift):
    one, other = paired.hodges_lehmann(change), paired.hodges_lehmann(np.array(change) + shift)
    expected = (one.estimate + shift, one.low + shift, one.high + shift)
    assert (other.estimate, other.low, other.high) == pytest.approx(expected, abs=1e-9, nan_ok=True)


@given(st.lists(st.floats(-50, 50), min_size=6, max_size=40), st.floats(0.5, 0.9))
def test_intervals_hold_their_estimate_and_widen_with_confidence(change, confidence):
    for method in (paired.paired_t, paired.hodges_lehmann, paired.median):
        narrow, wide = method(change, confidence), method(change, confidence + 0.05)
        centre = narrow.mean if isinstance(narrow, paired.PairedT) else narrow.estimate
        if not np.isnan(narrow.low):
            assert wide.low <= narrow.low <= centre + 1e-12
            assert wide.high >= narrow.high >= centre - 1e-12


@given(st.lists(st.floats(-50, 50), min_size=3, max_size=40).filter(lambda values: np.std(values) > 1e-3))
@example([-24.0, -24.0, -26.0])  # t = -37 on 2 degrees of freedom: far out, scipy gives nan on the way
def test_the_limits_of_dz_are_where_the_t_seen_would_be_a_tail_event(change):
    t, effect = paired.paired_t(change), paired.dz(change)
    tails = [stats.nct.cdf(t.t, t.df, limit * t.n**0.5) for limit in (effect.low, effect.high)]
    assert tails == pytest.approx([0.975, 0.025], abs=1e-6)


def test_sampled_sign_flips_are_seeded_and_come_near_the_exact_p():
    change = np.random.default_rng(5).integers(-3, 6, 22).astype(float)
    exact, sampled = paired.sign_flip(change, exact_up_to=22), paired.sign_flip(change, exact_up_to=0)
    assert (exact.method, sampled.method, sampled.flips) == ("exact", "sampled", 9999)
    assert sampled == paired.sign_flip(change, exact_up_to=0)
    assert sampled != paired.sign_flip(change, seed=1, exact_up_to=0)
    assert sampled.p == pytest.approx(exact.p, abs=4 * (exact.p / 9999) ** 0.5)


def test_a_sampled_p_is_never_zero():
    assert paired.sign_flip(np.ones(60), resamples=99).p == 0.01
