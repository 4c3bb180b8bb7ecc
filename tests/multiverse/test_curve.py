"""The curve: which definitions stand on it, in which order, and in steps."""

import numpy as np
import pytest

from explorer.bundled import bundled_cohort
from explorer.multiverse.curve import by_rule, change_curve, in_steps, response_curve
from explorer.multiverse.grids import GRIDS
from explorer.multiverse.listing import listed
from explorer.multiverse.run import run
from explorer.study.presets import AS_PUBLISHED
from tests.multiverse.five import ENTRY, FIVE, MISSING, RULE, THRESHOLD, grid

pytestmark = pytest.mark.usefixtures("of_any_size")


def five(*decisions):
    return run(FIVE, listed(grid(*decisions)))


MEDIUM = run(bundled_cohort(), listed(GRIDS["medium"]))


def test_definitions_stand_in_the_order_of_their_rates():
    curve = response_curve(five(ENTRY, MISSING))
    assert curve.value.tolist() == pytest.approx([2 / 4, 3 / 5, 2 / 3, 3 / 4])
    names = [curve.multiverse.listing.grid.labels(curve.multiverse.listing.choices[row]) for row in curve.rows]
    assert names == [("BSA 30", "failures"), ("anybody", "failures"), ("BSA 30", "left out"), ("anybody", "left out")]
    assert curve.in_force == 1


def test_bounds_are_those_of_the_unknown_outcome_of_one_patient():
    curve = response_curve(five(ENTRY, MISSING))
    assert curve.bound_low.tolist() == pytest.approx([2 / 4, 3 / 5, 2 / 4, 3 / 5])
    assert curve.bound_high.tolist() == pytest.approx([3 / 4, 4 / 5, 3 / 4, 4 / 5])


def test_a_curve_holds_one_rule_with_its_thresholds_and_the_curves_share_all_definitions_out():
    m = five(ENTRY, MISSING, RULE, THRESHOLD)
    curves = by_rule(m)
    assert [len(each) for each in curves] == [4, 4, 4]
    assert sorted(row for each in curves for row in each.rows) == list(range(len(m)))
    assert sum(each.in_force is not None for each in curves) == 1


def test_a_definition_without_a_rate_is_not_on_the_curve():
    nobody = {"label": "BSA 90", "criteria": [{"kind": "baseline_score", "instrument": "BSA", "at_least": 90}]}
    m = five(ENTRY | {"options": [*ENTRY["options"], nobody]}, MISSING)
    assert len(m) == 6
    assert len(response_curve(m)) == 4


def test_a_change_depends_on_windows_and_criteria_alone():
    curve = change_curve(five(ENTRY, MISSING, RULE, THRESHOLD), "BSA")
    # Of anybody -30, -20, -10 and -10; from BSA 30 on the last one is left out.
    assert curve.value.tolist() == pytest.approx([-20, -17.5])
    assert curve.rows[curve.in_force] == curve.multiverse.in_force


def test_leaving_as_failure_takes_no_change_away_so_that_it_makes_no_second_definition():
    curve = change_curve(MEDIUM, "BSA")
    studies = [MEDIUM.listing.study(row) for row in range(len(MEDIUM))]
    different = {(s.eligibility, s.baseline, s.follow_up, s.index) for s in studies}
    assert {s.after_stop for s in studies} == {"ignore", "failure"}
    assert len(curve) == len(different)


def test_the_decisions_that_vary_are_those_within_the_rule():
    listing = MEDIUM.listing
    curve = response_curve(MEDIUM)
    fields = {listing.grid.decisions[at].field for at in curve.varied}
    assert fields == {"eligibility", "among", "baseline", "follow_up", "after_stop", "missing"}


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_steps_cover_the_curve_once_and_count_every_choice(size):
    curve = response_curve(MEDIUM)
    steps = in_steps(curve, size)
    assert steps.first[0] == 0
    assert steps.last[-1] == len(curve)
    assert (steps.first[1:] == steps.last[:-1]).all()
    assert (steps.last - steps.first <= size).all()
    for decision in curve.varied:
        taken = steps.taken(decision)
        assert (taken.sum(axis=1) == steps.last - steps.first).all()
        chosen = MEDIUM.listing.choices[curve.rows, decision]
        assert taken.sum(axis=0).tolist() == [int((chosen == at).sum()) for at in range(taken.shape[1])]


def test_the_limits_of_a_step_are_its_least_and_greatest():
    curve = response_curve(MEDIUM)
    steps = in_steps(curve, 5)
    for place in (0, 3, len(steps) - 1):
        held = slice(steps.first[place], steps.last[place])
        assert steps.least(curve.low)[place] == min(curve.low[held])
        assert steps.most(curve.high)[place] == max(curve.high[held])


def test_the_definition_in_force_stands_for_its_step():
    for missing in ("observed", "last_observation"):
        m = run(bundled_cohort(), listed(GRIDS["medium"].around(AS_PUBLISHED.replace(missing=missing))))
        curve = response_curve(m)
        steps = in_steps(curve, 10)
        assert curve.in_force in steps.middle
        assert ((steps.first <= steps.middle) & (steps.middle < steps.last)).all()


def test_limits_withheld_in_part_of_a_step_do_not_hide_those_of_the_rest():
    curve = response_curve(five(ENTRY, MISSING))
    steps = in_steps(curve, 2)
    assert steps.least(np.array([np.nan, 0.2, np.nan, np.nan])).tolist() == pytest.approx([0.2, np.nan], nan_ok=True)
