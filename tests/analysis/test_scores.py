import numpy as np
import pytest

from explorer.analysis.analyse import visits
from explorer.analysis.facts import CohortFacts
from explorer.cohort.instruments import Instrument
from explorer.study.windows import Window
from tests.studies import study
from tests.tables import cohort

ONE = """
    patient_id | day | instrument | score
    P1         | -90 | BSA        | 40
    P1         | -30 | BSA        | 30
    P1         | -5  | BSA        | 20
    P1         | 60  | BSA        | 12
    P1         | 80  | BSA        | 10
    P1         | 100 | BSA        | 6
    P1         | 120 | BSA        | 8
    P1         | 150 | BSA        | 2
    P2         | -1  | BSA        | 50
"""
PATIENTS = """
    patient_id
    P1
    P2
"""


def follow_up(pick, target=90, assessments=ONE, low=30, high=120):
    window = Window(from_day=low, to_day=high, target_day=target, pick=pick)
    held = cohort(patients=PATIENTS, assessments=assessments)
    return CohortFacts(held, study(follow_up=window)).follow_up_visit("BSA")


@pytest.mark.parametrize(
    ("pick", "score", "day"),
    [
        ("first", 12, 60),
        ("last", 8, 120),
        ("closest", 10, 80),  # 80 and 100 are equally near to 90: the earlier one
        ("best", 6, 100),
        ("worst", 12, 60),
        ("mean", (12 + 10 + 6 + 8) / 4, 120),
    ],
)
def test_each_pick_takes_its_score_and_nothing_outside_the_window(pick, score, day):
    picked = follow_up(pick)
    assert (picked.score[0], picked.day[0], picked.n_in_window[0]) == (score, day, 4)


def test_who_has_no_score_in_the_window_has_none():
    picked = follow_up("closest")
    assert np.isnan(picked.score[1])
    assert (picked.row[1], picked.n_in_window[1]) == (-1, 0)


def test_limits_of_a_window_are_inside():
    assert follow_up("first", low=60, high=120).score[0] == 12
    assert follow_up("first", low=61, high=120).score[0] == 10
    assert follow_up("last", low=60, high=119).score[0] == 6


def test_best_is_the_highest_where_higher_is_better():
    instruments = {"WALK": Instrument("WALK", "Walk test", 0, 100, lower_is_better=False, step=1)}
    scores = """
        patient_id | day | instrument | score
        P1         | 60  | WALK       | 30
        P1         | 90  | WALK       | 50
        P1         | 95  | WALK       | 50
    """
    held = cohort(patients=PATIENTS, assessments=scores, instruments=instruments)
    best = CohortFacts(held, study(follow_up=Window(from_day=1, to_day=99, pick="best"))).follow_up_visit("WALK")
    worst = CohortFacts(held, study(follow_up=Window(from_day=1, to_day=99, pick="worst"))).follow_up_visit("WALK")
    assert (best.score[0], best.day[0]) == (50, 90)  # two tie: the earlier one
    assert (worst.score[0], worst.day[0]) == (30, 60)


def test_the_result_says_which_visit_was_used_and_which_were_passed_over():
    held = cohort(patients=PATIENTS, assessments=ONE)
    table = visits(CohortFacts(held, study()), "BSA")
    assert list(table.query("patient_id == 'P1'")["use"]) == [
        "outside",  # day -90
        "passed over",  # day -30
        "baseline",  # day -5
        "passed over",
        "follow-up",  # day 80
        "passed over",
        "passed over",
        "outside",  # day 150
    ]


def test_days_count_from_the_first_dose_where_the_study_says_so():
    treatments = """
        patient_id | drug         | start_day | end_day
        P1         | tralokinumab | 20        |
    """
    held = cohort(patients=PATIENTS, assessments=ONE, treatments=treatments)
    facts = CohortFacts(held, study(index="first_dose"))
    picked = facts.follow_up_visit("BSA")
    # Days 60, 80, 100, 120 are 40, 60, 80, 100 after the first dose: 80 and 100 tie around 90.
    assert (picked.score[0], picked.day[0]) == (6, 80)
    assert np.isnan(facts.baseline("BSA")[1])  # never had a dose: no day to count from


def test_carrying_forward_takes_the_last_score_before_the_window_baseline_included():
    scores = """
        patient_id | day | instrument | score
        P1         | -40 | BSA        | 30
        P1         | 10  | BSA        | 25
        P2         | -3  | BSA        | 50
    """
    facts = CohortFacts(cohort(patients=PATIENTS, assessments=scores), study())
    assert facts.carried_forward("BSA").tolist() == [25, 50]
