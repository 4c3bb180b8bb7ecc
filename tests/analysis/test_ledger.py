import numpy as np

from explorer.analysis.facts import CohortFacts
from explorer.analysis.ledger import Step, ledger
from tests.studies import study
from tests.tables import cohort

AGES = """
    patient_id | age
    P1         | 17
    P2         | 18
    P3         | 65
    P4         | 66
    P5         |
"""
ADULTS = {"kind": "age", "from": 18, "to": 65}


def run(*criteria, patients=AGES, **tables):
    held = cohort(patients=patients, **tables)
    facts = CohortFacts(held, study(eligibility=criteria))
    return ledger(np.ones(held.n_patients, bool), facts.study.eligibility, facts)


def test_limits_are_inside_and_unknown_is_counted_apart():
    result = run(ADULTS)
    assert result.steps == (Step("aged 18 to 65", entered=5, not_met=2, unknown=1, remaining=2),)
    assert result.eligible.tolist() == [False, True, True, False, False]


def test_a_later_criterion_only_meets_those_who_are_left():
    result = run({"kind": "age", "from": 18}, {"kind": "age", "to": 65})
    assert [(s.entered, s.not_met, s.unknown, s.remaining) for s in result.steps] == [(5, 1, 1, 3), (3, 1, 0, 2)]


def test_every_criterion_is_judged_on_everybody_whatever_the_others_say():
    result = run({"kind": "age", "from": 18}, {"kind": "age", "to": 65})
    assert result.met[1].tolist() == [2, 2, 2, 0, 1]


def test_without_criteria_everybody_stays():
    assert run().steps == ()
    assert run().n == 5


TREATED = """
    patient_id | drug         | start_day | end_day | prescriptions | stop_reason
    P1         | dupilumab    | -400      | -100    | 5             | inadequate_response
    P2         | dupilumab    | -400      | -300    | 2             | adverse_event
    P2         | dupilumab    | -200      | -50     | 1             | inadequate_response
    P3         | dupilumab    | -30       |         |               |
    P1         | tralokinumab | 0         |         | 2             |
    P2         | tralokinumab | 10        |         |               |
    P3         | tralokinumab | 5         |         | 1             |
"""


def remaining(criterion):
    step = run(criterion, treatments=TREATED).steps[0]
    return step.remaining, step.unknown


def test_prescriptions_are_summed_and_unknown_where_a_course_does_not_say():
    assert remaining({"kind": "prescriptions", "drug": "dupilumab", "at_least": 3}) == (2, 1)
    assert remaining({"kind": "prescriptions", "drug": "tralokinumab", "at_least": 2}) == (1, 1)


def test_prior_treatment_counts_days_over_all_courses_and_an_ongoing_one_ends_on_day_0():
    prior = {"kind": "prior_treatment", "drug": "dupilumab"}
    assert remaining(prior) == (3, 0)
    assert remaining(prior | {"min_days": 250}) == (2, 0)  # 300 and 100 + 150 days; 30 days are too few
    assert remaining(prior | {"min_days": 251}) == (1, 0)


def test_the_reason_for_stopping_is_the_last_course_s_and_an_ongoing_course_has_none():
    reasons = {"kind": "prior_treatment", "drug": "dupilumab", "stop_reasons": ["adverse_event"]}
    assert remaining(reasons)[0] == 0
    inadequate = {"kind": "prior_treatment", "drug": "dupilumab", "stop_reasons": ["inadequate_response"]}
    assert remaining(inadequate)[0] == 2


def test_the_gap_is_from_the_last_prior_dose_to_the_first_dose():
    gap = {"kind": "prior_treatment", "drug": "dupilumab", "max_gap_days": 60}
    # P1 waited 100 days, P2 60, P3 was still on it.
    assert remaining(gap) == (2, 0)
