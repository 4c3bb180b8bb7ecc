"""Two definitions on the same patients, counted by hand."""

from itertools import permutations

import numpy as np
import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.compare import became, compare, explanations, judged_once, one_by_one, parts_met
from explorer.analysis.standing import STANDINGS, judged, standing
from explorer.bundled import bundled_cohort
from explorer.study.missing import Missing
from explorer.study.presets import PRESETS
from tests.studies import BSA_50, responding, study
from tests.tables import cohort

SIX = cohort(
    patients="""
        patient_id | age
        P1         | 30
        P2         | 40
        P3         | 50
        P4         | 60
        P5         | 70
        P6         | 80
    """,
    assessments="""
        patient_id | day | instrument | score
        P1         | -5  | BSA        | 40
        P1         | 90  | BSA        | 10
        P2         | -5  | BSA        | 40
        P2         | 90  | BSA        | 20
        P3         | -5  | BSA        | 40
        P3         | 90  | BSA        | 30
        P4         | -5  | BSA        | 40
        P5         | -5  | BSA        | 10
        P5         | 90  | BSA        | 5
        P6         | -5  | BSA        | 20
        P6         | 90  | BSA        | 20
    """,
)
A = study()
LARGE = {"kind": "baseline_score", "instrument": "BSA", "at_least": 15}
BSA_75 = BSA_50 | {"at_least": 75}
B = study(eligibility=[LARGE], response={"rule": BSA_75}, missing="non_responder")


def compared(cohort, a, b):
    return compare(analyse(cohort, a), analyse(cohort, b))


def test_patients_judged_under_both_make_the_table_and_the_others_are_counted_apart():
    found = compared(SIX, A, B)
    # P1 both; P2 only A; P3 and P6 neither; P4 is unknown under A, P5 too mild for B.
    assert (found.table.both, found.table.first_only, found.table.second_only, found.table.neither) == (1, 1, 0, 2)
    assert judged_once(found) == ({"not eligible": 1}, {"unknown": 1})
    assert found.n_turned == 1


def test_agreement_and_difference_are_those_of_the_table():
    found = compared(SIX, A, B)
    # Observed agreement 3/4, expected 1/2 * 1/4 + 1/2 * 3/4 = 1/2: kappa 1/2. One change only: exact p is 1.
    assert found.agreement.estimate == pytest.approx(0.5)
    assert found.p_exact == 1
    assert found.newcombe.estimate == found.tango.estimate == 0.25


@pytest.mark.parametrize("score", [0, 100])
def test_kappa_is_not_defined_where_one_definition_judges_everybody_alike(score):
    alike = study(response={"rule": {"kind": "score_at_most", "instrument": "BSA", "score": score}})
    found = compared(SIX, A, alike)
    # Under A: P1, P2 and P5 respond, P3 and P6 do not. A follow-up BSA of at most 0 has nobody, of at most 100 all.
    assert (found.table.first, found.table.second, found.table.n) == (3, 5 if score else 0, 5)
    assert np.isnan([found.agreement.estimate, found.agreement.low, found.agreement.high]).all()


def test_each_change_is_laid_to_the_one_difference_that_makes_it_alone():
    found = compared(SIX, A, B)
    ids = SIX.patients["patient_id"].iloc[found.changed].tolist()
    assert list(zip(ids, *became(found), explanations(found), strict=True)) == [
        ("P2", "responder", "no response", f"2. {found.changes[1].words}"),
        ("P5", "responder", "not eligible", "1. eligibility: also a baseline BSA of at least 15"),
        ("P4", "unknown", "no response", f"3. {found.changes[2].words}"),
    ]
    assert found.changes[1].words == "response: BSA improved by at least 75 % instead of BSA improved by at least 50 %"
    assert [change.n_explained for change in found.changes] == [1, 1, 1]
    assert found.n_together == 0


def test_changes_that_each_suffice_are_both_named():
    old = {"kind": "age", "from": 75}
    found = compared(SIX, A, study(eligibility=[LARGE, old]))
    place = SIX.patients["patient_id"].iloc[found.changed].tolist().index("P5")
    assert explanations(found)[place] == (
        "1. eligibility: also a baseline BSA of at least 15; 2. eligibility: also aged 75 or over"
    )


def test_a_change_that_takes_two_differences_is_said_to_need_them_together():
    any_change = {"kind": "point_improvement", "instrument": "BSA", "more_than": 0}
    low = {"kind": "score_at_most", "instrument": "BSA", "score": 12}
    loose = responding({"kind": "any_of", "rules": [BSA_50, any_change, low]})
    found = compared(SIX, loose, responding({"kind": "any_of", "rules": [low]}))
    by_patient = dict(zip(SIX.patients["patient_id"].iloc[found.changed], explanations(found), strict=True))
    # P2 halved, so that either part alone keeps it a responder; P3 is one by any improvement alone.
    assert by_patient == {"P2": "only together", "P3": "2. response: without any improvement of BSA"}
    assert found.n_together == 1


def test_taking_away_an_only_part_cannot_be_done_alone():
    low = {"kind": "score_at_most", "instrument": "BSA", "score": 12}
    found = compared(
        SIX, responding({"kind": "any_of", "rules": [BSA_50]}), responding({"kind": "any_of", "rules": [low]})
    )
    assert [(change.words, change.possible) for change in found.changes] == [
        ("response: also a follow-up BSA of 12 or less", True),
        ("response: without BSA improved by at least 50 %", False),
    ]


def test_parts_met_are_named_whatever_else_the_study_asks():
    rule = {"kind": "any_of", "rules": [BSA_50, {"kind": "score_at_most", "instrument": "BSA", "score": 12}]}
    analysis = analyse(SIX, responding(rule))
    assert parts_met(analysis, np.array([0, 1, 2])) == [
        "BSA improved by at least 50 %; a follow-up BSA of 12 or less",
        "BSA improved by at least 50 %",
        "none",
    ]


def test_equal_definitions_change_nobody():
    found = compared(SIX, A, study(name="Another name"))
    assert not len(found.changed)
    assert found.changes == ()
    assert np.isnan(found.p_exact)


def test_with_hypothetical_additions_nothing_is_inferred():
    a = PRESETS["as-published"].study.replace(hypothetical=True, eligibility=())
    found = compared(bundled_cohort(), a, a.replace(missing=Missing(kind="observed")))
    assert found.withheld
    numbers = (found.p_exact, found.newcombe.low, found.tango.high, found.agreement.low)
    assert np.isnan(numbers).all()
    assert not np.isnan(found.newcombe.estimate)
    assert (found.crossed.sum(), found.invented.sum()) == (49 + 26, 26)


PAIRS = list(permutations(PRESETS, 2))


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_presets_are_compared_as_two_analyses_would(first, second):
    bundled, a, b = bundled_cohort(), PRESETS[first].study, PRESETS[second].study
    found, one, other = compared(bundled, a, b), analyse(bundled, a), analyse(bundled, b)
    assert found.crossed.sum() == bundled.n_patients
    assert found.crossed[0].sum() == one.response.n_responders
    assert (found.after == standing(other)).all()
    mirrored = compared(bundled, b, a)
    assert (mirrored.table.first_only, mirrored.table.second_only) == (found.table.second_only, found.table.first_only)


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_every_difference_in_words_has_its_study(first, second):
    a, b = PRESETS[first].study, PRESETS[second].study
    assert set(one_by_one(a, b)) == set(b.differences(a))


def test_a_patient_whom_imputations_judge_both_ways_is_unknown():
    imputed = study(missing=Missing(kind="multiple_imputation"), response={"rule": BSA_50})
    responded = analyse(SIX, imputed).response.outcome.responded[:, 3]
    assert responded.any()
    assert not responded.all()
    assert STANDINGS[judged(SIX, imputed)[3]] == "unknown"
