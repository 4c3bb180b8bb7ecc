"""The change expected without treatment: the published formula, a simulation, and the filters that ask for it."""

import math

import numpy as np
import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.regression_to_the_mean import (
    Observed,
    Severity,
    break_even,
    expected_change,
    grid,
    grid_of_selection,
    observed,
    pull,
    pull_of_selection,
    severity_filter,
)
from tests.studies import BSA_50, responding, study
from tests.tables import cohort

FIVE = cohort(
    patients="patient_id\nP1\nP2\nP3\nP4\nP5",
    assessments="""
        patient_id | day | instrument | score
        P1         | 0   | BSA        | 10
        P1         | 90  | BSA        | 5
        P2         | 0   | BSA        | 20
        P2         | 90  | BSA        | 20
        P3         | 0   | BSA        | 30
        P3         | 90  | BSA        | 15
        P4         | 0   | BSA        | 60
        P5         | 90  | BSA        | 8
    """,
)


def upper_tail(z):
    return math.erfc(z / math.sqrt(2)) / 2


# Barnett 2005, expected.rtm.R with its own figures: sigma = 15, mu = 60, cut = 40 (both sides of the cut-off).
# Rl = (1 - rho) * 15 * dnorm(4/3) / (1 - pnorm(4/3)), Rg = (1 - rho) * 15 * dnorm(-4/3) / (1 - pnorm(-4/3)).
@pytest.mark.parametrize("rho", [0, 0.3, 0.5, 0.9, 1])
def test_the_truncated_form_is_the_published_equation_on_either_side(rho):
    density = math.exp(-((4 / 3) ** 2) / 2) / math.sqrt(2 * math.pi)
    below, above = 15 * density / upper_tail(4 / 3), 15 * density / upper_tail(-4 / 3)
    assert expected_change(pull_of_selection(60, 15, None, 40), rho) == pytest.approx((1 - rho) * below, abs=1e-12)
    assert expected_change(pull_of_selection(60, 15, 40, None), rho) == pytest.approx(-(1 - rho) * above, abs=1e-12)


# Normal tables, to the digits they print: at z = 1 the density is 0.24197 and the upper tail 0.15866, so that who lies
# above one standard deviation lies 1.5251 of them above the mean on average.
def test_a_cut_one_standard_deviation_up_keeps_the_mean_of_normal_tables():
    assert pull_of_selection(0, 1, 1, None) == pytest.approx(-0.24197 / 0.15866, abs=1e-4)
    assert pull_of_selection(20, 8, 28, None) == pytest.approx(-8 * 1.5251, abs=1e-3)


def test_a_simulated_untreated_population_regresses_as_the_formulas_say():
    random, n, mean, sd, r = np.random.default_rng(3), 400_000, 25.0, 12.0, 0.6
    usual = random.normal(mean, sd * r**0.5, n)
    first, second = (usual + random.normal(0, sd * (1 - r) ** 0.5, n) for _ in range(2))
    for low, high in ((30.0, None), (None, 20.0), (15.0, 30.0)):
        kept = (first >= (low or -np.inf)) & (first <= (high or np.inf))
        seen = (second - first)[kept].mean()
        noise = 5 * (second - first)[kept].std() / kept.sum() ** 0.5
        assert expected_change(pull_of_selection(mean, sd, low, high), r) == pytest.approx(seen, abs=noise)
        assert expected_change(pull(first[kept].mean(), mean), r) == pytest.approx(seen, abs=noise)


def test_without_a_limit_nobody_is_selected_and_nothing_regresses():
    assert pull_of_selection(30, 10, None, None) == 0


def test_both_forms_agree_when_the_baseline_is_what_the_limit_gives():
    baseline = 20 - float(pull_of_selection(20, 8, 28, None))
    assert pull(baseline, 20) == pytest.approx(pull_of_selection(20, 8, 28, None))


def test_where_the_population_holds_nobody_beyond_the_limit_nothing_is_expected():
    assert np.isnan(pull_of_selection(0, 1, 90, 95))


def test_a_score_that_repeats_itself_does_not_regress_and_one_that_does_not_falls_back_entirely():
    assert expected_change(pull(30, 18), [1, 0.75, 0]).tolist() == [0, -3, -12]


def test_break_even_is_the_repeatability_that_gives_the_observed_change():
    means = np.array([0.0, 10.0, 20.0, 22.0, 30.0, 40.0])
    found = break_even(pull(30, means), -9)
    assert found[:3].tolist() == pytest.approx([0.7, 0.55, 0.1])
    assert np.isnan(found[3:]).all()  # too near, at the baseline, and beyond it: no repeatability gives a fall of 9
    assert expected_change(pull(30, means[:3]), found[:3]) == pytest.approx([-9, -9, -9])


def test_no_change_is_expected_only_where_scores_repeat_themselves():
    assert break_even(pull(30, [10.0, 50.0]), 0).tolist() == [1, 1]


def test_the_grid_holds_the_formula_and_its_line_ends_where_nothing_repeats():
    laid = grid(Observed(40, 30.0, -9.0, -12.0, -6.0), 0, 100)
    assert laid.expected.shape == (len(laid.repeatabilities), len(laid.means))
    row, column = 10, 4
    assert laid.expected[row, column] == pytest.approx((1 - laid.repeatabilities[row]) * (laid.means[column] - 30))
    assert (laid.line.means[0], laid.line.repeatabilities[0]) == pytest.approx((0, 0.7))
    assert (laid.line.means[-1], laid.line.repeatabilities[-1]) == pytest.approx((21, 0))
    assert laid.line_low.means[-1] == pytest.approx(18)
    assert laid.line_high.means[-1] == pytest.approx(24)


def test_a_grid_without_an_interval_has_no_lines_for_its_limits():
    laid = grid(Observed(40, 30.0, -9.0, math.nan, math.nan), 0, 100)
    assert len(laid.line.means)
    assert len(laid.line_low.means) == len(laid.line_high.means) == 0


def test_the_grid_behind_a_filter_needs_no_baseline_of_the_patients():
    seen, limits = Observed(40, math.nan, -9.0, -12.0, -6.0), Severity("eligibility", 28, None)
    laid = grid_of_selection(seen, limits, 8, 0, 40)
    place = int(np.flatnonzero(laid.means == 20)[0])
    assert laid.expected[0, place] == pytest.approx(-8 * 1.5251, abs=1e-3)


def test_observed_is_of_the_patients_with_both_scores():
    seen = observed(analyse(FIVE, study()), "BSA")
    assert (seen.n, seen.baseline_mean) == (3, 20)
    assert seen.change == pytest.approx(-20 / 3)
    assert seen.low < seen.change < seen.high


def test_observed_within_limits_counts_only_those_patients():
    seen = observed(analyse(FIVE, study()), "BSA", Severity("among", 20, None))
    assert (seen.n, seen.baseline_mean, seen.change) == (2, 25, -7.5)


def test_nobody_with_both_scores_gives_no_numbers():
    seen = observed(analyse(FIVE, study()), "BSA", Severity("among", 90, None))
    assert seen.n == 0
    assert math.isnan(seen.change)


LIMIT = {"kind": "baseline_score", "instrument": "BSA", "at_least": 10}
STRICTER = {"kind": "baseline_score", "instrument": "BSA", "at_least": 16, "at_most": 90}


@pytest.mark.parametrize(
    ("defined", "expected"),
    [
        (study(), None),
        (study(eligibility=(LIMIT,)), Severity("eligibility", 10, None)),
        (study(eligibility=(LIMIT, STRICTER)), Severity("eligibility", 16, 90)),
        (responding(BSA_50, among=(STRICTER,)), Severity("among", 16, 90)),
        (responding(BSA_50 | {"baseline_at_least": 5}), Severity("rule", 5, None)),
        (
            study(eligibility=(LIMIT,), response={"among": (STRICTER,), "rule": BSA_50}),
            Severity("eligibility", 10, None),
        ),
        (responding({"kind": "any_of", "rules": [BSA_50, BSA_50 | {"baseline_at_least": 5}]}), None),
    ],
)
def test_the_filter_in_force_is_found_where_it_stands(defined, expected):
    assert severity_filter(defined, "BSA") == expected
    assert severity_filter(defined, "IGA") is None
