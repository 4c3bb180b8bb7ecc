import numpy as np

from explorer.analysis.facts import CohortFacts
from explorer.study.truth import FALSE, TRUE, UNKNOWN
from tests.studies import study
from tests.tables import cohort

PATIENTS = """
    patient_id
    P1
    P2
    P3
    P4
"""
REPORTS = """
    patient_id | day | item         | answer
    P1         | 40  | fewer_flares | no
    P1         | 85  | fewer_flares | yes
    P1         | 95  | fewer_flares | no
    P2         | 85  | fewer_flares | yes
    P2         | 85  | fewer_flares | no
    P3         | 125 | fewer_flares | yes
    P4         | 60  | fewer_flares | no
    P4         | 70  | less_topical | yes
"""


def facts(**changes):
    tables = {name: changes.pop(name) for name in ("treatments", "reports", "assessments") if name in changes}
    return CohortFacts(cohort(patients=PATIENTS, **({"reports": REPORTS} | tables)), study(**changes))


def test_the_answer_nearest_to_the_target_day_counts_ties_going_to_the_earlier_day():
    answers = facts().report("fewer_flares").tolist()
    assert answers == [TRUE, UNKNOWN, UNKNOWN, FALSE]


def test_answers_that_contradict_each_other_on_one_day_are_unknown_but_were_given():
    assert facts().report("fewer_flares")[1] == UNKNOWN
    assert facts().report_day("fewer_flares")[1] == 85


def test_reports_answered_counts_items_answered_in_the_window():
    assert facts().reports_answered().tolist() == [1, 1, 0, 2]


def test_the_window_of_the_study_decides_which_answers_count():
    wide = {"from_day": 30, "to_day": 180, "target_day": 90, "pick": "closest"}
    assert facts(follow_up=wide).report("fewer_flares")[2] == TRUE


TREATMENTS = """
    patient_id | drug         | start_day | end_day | stop_reason
    P1         | dupilumab    | -400      | -100    | adverse_event
    P2         | dupilumab    | -200      | 15      | loss_of_response
    P3         | dupilumab    | -50       |         |
    P1         | tralokinumab | 10        | 70      | adverse_event
    P2         | tralokinumab | 0         | 40      | access
    P2         | tralokinumab | 60        |         |
"""


def test_exposure_is_summed_and_does_not_exist_without_a_course():
    exposure = facts(treatments=TREATMENTS).exposure_days("dupilumab")
    assert exposure[:3].tolist() == [300, 215, 50]
    assert np.isnan(exposure[3])


def test_who_began_again_has_not_stopped():
    stop = facts(treatments=TREATMENTS).stop_day("tralokinumab")
    assert stop[0] == 70
    assert np.isnan(stop[1:]).all()


def test_a_gap_is_washout_and_a_negative_gap_is_overlap():
    gap = facts(treatments=TREATMENTS).gap_days("dupilumab")
    assert gap[:2].tolist() == [110, -15]
    assert np.isnan(gap[2])  # never had a dose of tralokinumab
    assert np.isnan(gap[3])


SCORES = """
    patient_id | day | instrument | score
    P1         | -5  | BSA        | 40
    P1         | 65  | BSA        | 30
    P1         | 90  | BSA        | 10
    P2         | -5  | BSA        | 40
    P2         | 90  | BSA        | 10
"""


def test_last_before_stop_uses_the_last_score_on_the_drug():
    held = facts(treatments=TREATMENTS, assessments=SCORES, after_stop="last_before_stop")
    assert held.follow_up("BSA")[:2].tolist() == [30, 10]
    ignoring = facts(treatments=TREATMENTS, assessments=SCORES)
    assert ignoring.follow_up("BSA")[:2].tolist() == [10, 10]
