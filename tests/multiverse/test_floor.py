"""Definitions of fewer than ten patients set no range, no rank, no share of the spread and turn no conclusion."""

import numpy as np
import pytest

from explorer.bundled import bundled_cohort
from explorer.multiverse.brushed import brushed
from explorer.multiverse.curve import by_rule, change_curve, response_curve
from explorer.multiverse.flips import PCrosses, RateBelow, nearest_flip
from explorer.multiverse.floor import FEWEST, left_out
from explorer.multiverse.grids import GRIDS
from explorer.multiverse.influence import influence
from explorer.multiverse.joint import joint_test
from explorer.multiverse.listing import listed
from explorer.multiverse.run import run
from explorer.multiverse.standing import standing
from explorer.multiverse.table import table
from explorer.study import lint
from explorer.study.presets import PRESETS
from tests.multiverse.five import ENTRY, FIVE, MISSING, grid, real

LARGE = run(real(bundled_cohort()), listed(GRIDS["medium"].around(PRESETS["bsa-50"].study)))
CURVE = response_curve(LARGE)
N = LARGE.response.n_evaluable


def of_this_rule():
    return LARGE.rule == LARGE.rule[LARGE.in_force]


def test_the_floor_is_the_one_that_a_caution_names():
    assert FEWEST == lint.FEWEST == 10


def test_every_definition_of_a_rule_is_on_the_curve_or_too_small_or_without_a_rate():
    mine = of_this_rule()
    few = mine & (N >= 1) & (N < 10)
    assert few.sum() > 100
    assert CURVE.few.tolist() == np.flatnonzero(few).tolist()
    assert sorted(CURVE.rows.tolist()) == np.flatnonzero(mine & (N >= 10)).tolist()


def test_the_ends_of_the_range_are_those_of_ten_patients_or_more():
    found, mine = standing(CURVE), of_this_rule()
    rates = LARGE.response.rate[mine & (N >= 10)]
    assert (found.n, found.n_few) == (len(rates), CURVE.n_few)
    assert (found.lowest_value, found.highest_value) == (rates.min(), rates.max())
    # What would have been said without the floor: the ends lie further apart.
    assert np.ptp(LARGE.response.rate[mine & (N >= 1)]) > np.ptp(rates)
    assert found.n_without == int((mine & ~(N >= 1)).sum())
    assert f"{CURVE.n_few} definitions with fewer than 10 evaluable patients are left out of this comparison" in str(
        found
    )


def test_the_study_in_force_stays_however_few_it_has():
    m = run(FIVE, listed(grid(ENTRY, MISSING)))
    curve = response_curve(m)
    assert (curve.rows.tolist(), curve.in_force, curve.n_few) == ([m.in_force], 0, 3)
    assert str(standing(curve)) == (
        "3/5 (60 %): the only definition with this responder rule that gives a figure. "
        "3 definitions with fewer than 10 evaluable patients are left out of this comparison."
    )


def test_a_change_is_compared_where_ten_patients_have_both_scores():
    curve = change_curve(LARGE, "IGA")
    paired = LARGE.change["IGA"].n_paired
    assert curve.n_few > 0
    assert set(curve.rows[paired[curve.rows] < 10].tolist()) <= {LARGE.in_force}
    assert ((paired[curve.few] >= 1) & (paired[curve.few] < 10)).all()
    assert "with fewer than 10 patients with both scores" in str(standing(curve))


def test_no_rule_is_drawn_by_too_few_patients():
    curves = by_rule(LARGE)
    assert sum(map(len, curves)) == int((N >= 10).sum())
    assert all((N[curve.rows] >= 10).all() for curve in curves)


def test_shares_of_the_spread_are_those_of_the_rest():
    rates, enough = LARGE.response.rate, N >= 10
    found = influence(LARGE.listing, rates, of_this_rule(), N)
    wanted = influence(LARGE.listing, np.where(enough, rates, np.nan), of_this_rule())
    assert (found.n, found.n_few) == (len(CURVE), CURVE.n_few)
    assert found.variance == pytest.approx(np.var(rates[of_this_rule() & enough]))
    assert found.decisions == wanted.decisions


@pytest.mark.parametrize("conclusion", [RateBelow(0.3), RateBelow(0.6), PCrosses("BSA", 0.01)], ids=str)
def test_no_definition_of_few_patients_turns_a_conclusion(conclusion):
    found, n = nearest_flip(LARGE, conclusion), conclusion.n(LARGE)
    few = (n >= 1) & (n < 10)
    assert found.n_few == int(few.sum()) > 0
    assert not any(few[flip.row] for flip in found.flips)
    assert sum(each.n_judged for each in found.by_distance) == int((n >= 10).sum())
    assert f"{found.n_few:,} definitions with fewer than 10" in str(found)
    assert str(found).endswith("left out of the search.")


def test_the_joint_test_counts_what_it_leaves_out():
    *_, found = joint_test(LARGE, "BSA", flips=19)
    curve = change_curve(LARGE, "BSA")
    assert (found.n + found.n_by_score, found.n_few) == (len(curve), curve.n_few)
    assert str(found).endswith(f"{curve.n_few} definitions with fewer than 10 patients with both scores are left out.")


def test_options_are_counted_among_the_definitions_on_the_curve():
    among = np.zeros(len(LARGE), bool)
    among[CURVE.rows] = True
    found = brushed(LARGE.listing, among, among)
    assert max(presence.n_all for presence in found) == int((of_this_rule() & (N >= 10)).sum())


def test_the_table_keeps_every_row_and_cautions_those_of_few_patients():
    rows = table(LARGE)
    assert len(rows) == len(LARGE)
    few = rows["n_evaluable"] < 10
    assert few.any()
    assert rows["cautions"].str.contains("few_evaluable").tolist() == few.tolist()


def test_how_many_are_left_out_is_said_in_one_clause():
    assert left_out(1) == "1 definition with fewer than 10 evaluable patients is left out"
    assert left_out(1_234) == "1,234 definitions with fewer than 10 evaluable patients are left out"
