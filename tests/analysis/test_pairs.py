"""Each patient's two scores, and the visits they came from."""

import math

import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.pairs import Bin, at_both_times, bin_width, distribution, n_scores, near_windows, pairs, span
from explorer.cohort.instruments import Instrument, catalogue
from tests.studies import responding, study
from tests.tables import cohort

IGA_1 = responding({"kind": "score_at_most", "instrument": "IGA", "score": 1})
FOUR = cohort(
    patients="patient_id | tier\nP1 |\nP2 |\nP3 |\nP4 |\nH1 | hypothetical",
    assessments="""
        patient_id | day | instrument | score
        P1         | -40 | IGA        | 4
        P1         | -5  | IGA        | 3
        P1         | 90  | IGA        | 1
        P2         | 0   | IGA        | 2
        P2         | 80  | IGA        | 2
        P2         | 91  | IGA        | 3
        P3         | -1  | IGA        | 4
        P3         | 90  | IGA        | 2
        P3         | 300 | IGA        | 0
        P4         | 90  | IGA        | 4
        H1         | -3  | IGA        | 3
        H1         | 90  | IGA        | 2
    """,
)


def both(**changes):
    return pairs(analyse(FOUR, IGA_1.model_copy(update=changes)), "IGA")


def names(found, order):
    return [FOUR.patients["patient_id"][row] for row in found.patient[order]]


def test_pairs_are_the_eligible_patients_with_both_scores():
    found = both()
    assert names(found, slice(None)) == ["P1", "P2", "P3"]
    assert (found.baseline.tolist(), found.follow_up.tolist()) == ([3, 2, 4], [1, 3, 2])
    assert found.change.tolist() == [-2, 1, -2]
    assert found.direction().tolist() == ["improved", "worse", "improved"]


def test_the_best_change_comes_first_and_equal_ones_stay_in_the_order_of_identifiers():
    found = both()
    assert names(found, found.best_first()) == ["P1", "P3", "P2"]


def test_equal_changes_on_a_scale_of_tenths_tie_in_spite_of_binary_dust():
    scores = "patient_id|day|instrument|score\nP1|0|EASI|6.3\nP1|90|EASI|6.2\nP2|0|EASI|4.2\nP2|90|EASI|4.1"
    tenths = cohort(patients="patient_id\nP1\nP2", assessments=scores)
    rule = {"kind": "point_improvement", "instrument": "EASI", "at_least": 1}
    assert pairs(analyse(tenths, responding(rule)), "EASI").best_first().tolist() == [0, 1]


def test_reaching_an_amount_counts_who_improved_by_at_least_so_much():
    assert [both().reaching(points).tolist() for points in (0, 2, 3)] == [[True, False, True]] * 2 + [[False] * 3]


def test_hypothetical_additions_are_marked_and_withhold_the_interval():
    analysis = analyse(FOUR, IGA_1.model_copy(update={"hypothetical": True}))
    found = pairs(analysis, "IGA")
    assert found.hypothetical.tolist() == [True, False, False, False]
    assert all(math.isnan(at.low) for at in at_both_times(analysis, "IGA", found))


def test_both_times_are_described_by_the_scores_used():
    before, after = at_both_times(analyse(FOUR, IGA_1), "IGA", both())
    assert (before.time, before.n, before.mean, before.median) == ("baseline", 3, 3, 3)
    assert (before.day, after.day) == (pytest.approx(-2), pytest.approx(271 / 3))
    assert after.mean == 2
    assert after.low < 2 < after.high


def test_nobody_with_both_scores_has_no_means():
    early = study(baseline={"from_day": -500, "to_day": -400, "pick": "last"}, response=IGA_1.response)
    analysis = analyse(FOUR, early)
    assert at_both_times(analysis, "IGA", pairs(analysis, "IGA")) == ()


def test_every_score_near_the_windows_says_what_became_of_it():
    rows = near_windows(analyse(FOUR, IGA_1), "IGA")
    found = list(zip(rows["patient_id"], rows["day"], rows["use"], strict=True))
    assert found == [
        ("P1", -40, "passed over"),
        ("P1", -5, "baseline"),
        ("P1", 90, "follow-up"),
        ("P2", 0, "baseline"),
        ("P2", 80, "passed over"),
        ("P2", 91, "follow-up"),
        ("P3", -1, "baseline"),
        ("P3", 90, "follow-up"),
        ("P4", 90, "follow-up"),
    ]


def test_the_days_shown_are_both_windows_with_a_margin_in_whole_months():
    assert span(analyse(FOUR, IGA_1)) == (-90, 150)
    later = IGA_1.model_dump()["follow_up"] | {"to_day": 140}
    assert span(analyse(FOUR, IGA_1.replace(follow_up=later))) == (-90, 150)
    assert span(analyse(FOUR, IGA_1.replace(follow_up=later | {"to_day": 142}))) == (-90, 180)


def test_some_patients_alone_keep_their_order():
    found = both(hypothetical=True)
    alone = found.only(~found.hypothetical)
    assert names(alone, slice(None)) == ["P1", "P2", "P3"]
    assert names(found.only(found.hypothetical), slice(None)) == ["H1"]


def test_scores_of_eligible_patients_are_counted_on_whatever_day():
    assert n_scores(analyse(FOUR, IGA_1), "IGA") == 10


def test_changes_are_counted_by_step_and_direction():
    bins = distribution(both(), FOUR.instruments["IGA"])
    assert [each.centre for each in bins] == list(range(-4, 5))
    assert bins[2] == Bin(-2, 2, 0, 0)
    assert bins[5] == Bin(1, 0, 0, 1)
    assert sum(each.n_improved + each.n_same + each.n_worse for each in bins) == 3


@pytest.mark.parametrize(
    ("code", "width"),
    [("IGA", 1), ("PPNRS", 1), ("BSA", 5), ("EASI", 4 + 1), ("POEM", 2), ("SCORAD", 10)],
)
def test_a_bin_is_the_step_of_a_short_scale_and_a_round_number_of_a_long_one(code, width):
    assert bin_width(catalogue()[code]) == width


def test_a_scale_where_higher_is_better_improves_by_rising():
    well = Instrument("WELL", "Wellbeing", 0, 20, lower_is_better=False, step=1)
    scores = "patient_id|day|instrument|score\nP1|0|WELL|5\nP1|90|WELL|9\nP2|0|WELL|8\nP2|90|WELL|8"
    risen = cohort(patients="patient_id\nP1\nP2", assessments=scores, instruments={"WELL": well})
    rule = {"kind": "point_improvement", "instrument": "WELL", "at_least": 1}
    found = pairs(analyse(risen, responding(rule)), "WELL")
    assert found.change.tolist() == [4, 0]
    assert found.direction().tolist() == ["improved", "same"]
