"""What may be pooled: one outcome, drug, kind of patients, time and missing-data rule, counts printed, nobody twice."""

import pytest

from explorer.literature.pooling import Allowed, nearest, poolable, press_among, sort_out
from explorer.literature.studies import literature
from tests.literature.evidence import finding

THREE = [finding("A", 10, 40), finding("B", 20, 50), finding("C", 12, 24)]


def sorted_out(rows, **allowed):
    return sort_out(rows, "IGA_0_1", Allowed(**allowed))


def left_out(rows, **allowed):
    return {each.finding.row_id: each.why for each in sorted_out(rows, **allowed).left_out}


def test_three_alike_studies_are_pooled_and_two_are_not():
    found = sorted_out(THREE)
    assert found.refusal == ""
    assert found.sets[0].pooled().k == 3
    refused = sorted_out(THREE[:2])
    assert refused.refusal.startswith("Refused: pooling takes 3 studies alike in drug")
    assert "The largest set has 2 studies: A and B" in refused.refusal
    assert sorted_out([]).refusal == "Refused: no row may enter a pool, and it takes 3 studies."


def test_an_outcome_can_be_pooled_where_three_alike_studies_are_there_once_everything_is_let_in():
    unstated = [finding(name, 5, 10, outcome="EASI_75", weeks=None) for name in "KLM"]
    two = [finding(name, 5, 10, outcome="EASI_90") for name in "XY"]
    press = finding("Z", 5, 10, outcome="EASI_90", read_from="press")
    assert poolable([*THREE, *unstated, *two]) == {"IGA_0_1", "EASI_75"}
    assert poolable([*two, press]) == {"EASI_90"}
    assert poolable(two) == set()


@pytest.mark.parametrize(
    "changes",
    [
        {"drug": "tralokinumab 300 mg Q2W + TCS"},
        {"prior": "some"},
        {"selection": "adolescents"},
        {"weeks": 28.0},
        {"missing_rule": "response without rescue"},
        {"outcome": "EASI_75"},
    ],
)
def test_a_study_that_differs_is_never_pooled_with_the_others(changes):
    assert sorted_out([*THREE[:2], finding("D", 5, 10, **changes)]).refusal


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"k": None}, "no count printed"),
        ({"read_from": "press"}, "read in the press only"),
        ({"weeks": None}, "not stated: time"),
        ({"prior": "unknown", "missing_rule": "not stated"}, "not stated: prior dupilumab and missing-data rule"),
    ],
)
def test_a_row_left_out_says_why(changes, why):
    assert left_out([*THREE, finding("D", **{"k": 5, "n": 10} | changes)]) == {"D": why}


def test_press_figures_enter_only_when_asked_and_are_then_named():
    rows = [*THREE, finding("P", 5, 10, read_from="press")]
    assert [row.row_id for row in sorted_out(rows).sets[0].rows] == ["A", "B", "C"]
    asked = sorted_out(rows, press=True).sets[0].rows
    assert [row.row_id for row in asked] == ["A", "B", "C", "P"]
    assert press_among(asked) == "1 row of 4 read in the press only."
    assert press_among(THREE) == ""
    assert str(Allowed(press=True)) == "press figures let in"


def test_what_is_not_stated_is_taken_as_equal_only_when_asked():
    rows = [finding(name, 10, 40, missing_rule="not stated") for name in "ABC"]
    assert sorted_out(rows).refusal
    assert sorted_out(rows, unstated=True).refusal == ""
    # Stated is never the same as not stated.
    assert sorted_out([*rows[:2], THREE[2]], unstated=True).refusal


def test_arms_subgroups_and_times_of_one_study_are_one_group_of_patients():
    arm = finding("A2", 8, 30, may_overlap=("A",))
    pooled_trials = finding("AB", 30, 90, may_overlap=("A", "B"))
    assert left_out([*THREE, arm]) == {"A2": "may be the same patients as A (A)"}
    # The largest of them stands for all: then A and B are in it.
    assert set(left_out([*THREE, pooled_trials])) == {"A", "B"}
    assert sorted_out([*THREE, pooled_trials]).refusal


def test_a_prediction_interval_is_given_from_five_studies():
    five = [*THREE, finding("D", 9, 30), finding("E", 4, 30)]
    assert [sorted_out(rows).sets[0].predicts for rows in (five[:4], five)] == [False, True]
    assert len(sorted_out(five).sets[0].without_each()) == 5


def test_the_bundled_evidence_holds_no_three_studies_alike():
    for outcome in {row.outcome for row in literature()}:
        for allowed in (Allowed(), Allowed(press=True, unstated=True)):
            assert sort_out(literature(), outcome, allowed).refusal, outcome


def test_the_nearest_are_two_studies_each_and_say_what_keeps_them_apart():
    said = [str(each) for each in nearest(literature())]
    assert any(
        "Erasmus 2023: time not stated" in each and "BioDay tralokinumab: 21 to 39 weeks" in each for each in said
    )
    assert all(len(each.rows) == 2 for each in nearest(literature()))
    assert nearest([THREE[0]]) == ()
