import numpy as np

from explorer.analysis.analyse import analyse
from explorer.analysis.attrition import ANALYSED, COHORT, OUTCOME, RESPONSE, Pattern, attrition, left_out_by, overlap
from tests.studies import responding, study
from tests.tables import cohort

# P1 meets everything; P2 is too young; P3 took no dupilumab; P4 has no follow-up; P5 has no age and no dupilumab.
PATIENTS = """
    patient_id | age | tier
    P1         | 40  |
    P2         | 17  |
    P3         | 50  |
    P4         | 60  |
    P5         |     |
    H1         | 30  | hypothetical
    H2         | 12  | hypothetical
"""
SCORES = """
    patient_id | day | instrument | score
    P1         | 0   | BSA        | 40
    P1         | 90  | BSA        | 10
    P2         | 0   | BSA        | 40
    P2         | 90  | BSA        | 10
    P3         | 0   | BSA        | 40
    P3         | 90  | BSA        | 40
    P4         | 0   | BSA        | 40
    P5         | 0   | BSA        | 40
    H1         | 0   | BSA        | 40
    H1         | 90  | BSA        | 40
    H2         | 0   | BSA        | 40
"""
TREATED = """
    patient_id | drug      | start_day | end_day | prescriptions | stop_reason
    P1         | dupilumab | -400      | -10     | 5             | inadequate_response
    P2         | dupilumab | -400      | -10     | 5             | inadequate_response
    P4         | dupilumab | -400      | -10     | 5             | adverse_event
    H1         | dupilumab | -400      | -10     | 5             | adverse_event
    H2         | dupilumab | -400      | -10     | 5             | adverse_event
"""
ADULT, PRIOR = {"kind": "age", "from": 18}, {"kind": "prior_treatment", "drug": "dupilumab"}


def drawn():
    return cohort(PATIENTS, SCORES, TREATED)


def stages(**changes):
    rule = {"kind": "percent_improvement", "instrument": "BSA", "at_least": 50}
    analysis = analyse(drawn(), responding(rule, among=(PRIOR,), eligibility=(ADULT,), **changes))
    return [
        (s.part, s.number, s.entered, s.not_met, s.unknown, s.remaining, s.hypothetical) for s in followed(analysis)
    ]


def followed(analysis):
    return attrition(analysis.facts, analysis.ledger, analysis.response)


def test_the_way_leads_from_the_cohort_over_eligibility_and_response_to_the_denominator():
    assert stages() == [
        (COHORT, None, 5, 0, 0, 5, 0),
        (ANALYSED, 1, 5, 1, 1, 3, 0),
        (RESPONSE, 2, 3, 1, 0, 2, 0),
        (OUTCOME, None, 2, 0, 1, 1, 0),
    ]


def test_under_non_responder_imputation_nobody_leaves_at_the_last_stage():
    assert stages(missing="non_responder")[-1] == (OUTCOME, None, 2, 0, 0, 2, 0)


def test_hypothetical_additions_enter_only_when_counted_and_are_told_apart_at_every_stage():
    assert stages(hypothetical=True) == [
        (COHORT, None, 7, 0, 0, 7, 2),
        (ANALYSED, 1, 7, 2, 1, 4, 1),
        (RESPONSE, 2, 4, 1, 0, 3, 1),
        (OUTCOME, None, 3, 0, 1, 2, 1),
    ]


def test_hypothetical_additions_are_told_apart_among_those_left_out_too():
    # H2 is 12 years old; P2 fails by age as well, P5 is of unknown age and P3 took no dupilumab.
    rule = {"kind": "percent_improvement", "instrument": "BSA", "at_least": 50}
    analysis = analyse(drawn(), responding(rule, among=(PRIOR,), eligibility=(ADULT,), hypothetical=True))
    told = [
        (s.hypothetical_entered, s.hypothetical_not_met, s.hypothetical_unknown, s.hypothetical)
        for s in followed(analysis)
    ]
    assert told == [(2, 0, 0, 2), (2, 1, 0, 1), (1, 0, 0, 1), (1, 0, 0, 1)]


def left_out(*criteria, **changes):
    analysis = analyse(drawn(), study(eligibility=criteria, **changes))
    return analysis, overlap(analysis.facts, analysis.ledger)


def test_patients_are_grouped_by_exactly_the_criteria_they_fail_or_leave_unknown():
    assert left_out(ADULT, PRIOR)[1] == (
        Pattern(fails=(1,), unknown=(), n=1),  # P2
        Pattern(fails=(2,), unknown=(), n=1),  # P3
        Pattern(fails=(2,), unknown=(1,), n=1),  # P5
    )


def test_the_most_frequent_combination_comes_first():
    follow_up = {"kind": "follow_up_scores", "instruments": ["BSA"], "at_least": 1}
    patterns = left_out(follow_up, hypothetical=True)[1]
    assert patterns == (Pattern(fails=(1,), unknown=(), n=3, hypothetical=1),)


def test_every_patient_left_out_is_in_one_combination():
    analysis, patterns = left_out(ADULT, PRIOR, hypothetical=True)
    assert sum(pattern.n for pattern in patterns) == int(np.sum(~analysis.ledger.eligible))


def test_the_patients_of_some_combinations_are_found_again():
    analysis, patterns = left_out(ADULT, PRIOR)
    ids = analysis.cohort.patients["patient_id"].to_numpy()
    found = [list(ids[left_out_by(analysis.facts, analysis.ledger, [pattern])]) for pattern in patterns]
    assert found == [["P2"], ["P3"], ["P5"]]
    assert list(ids[left_out_by(analysis.facts, analysis.ledger, patterns[1:])]) == ["P3", "P5"]
    assert not left_out_by(analysis.facts, analysis.ledger, []).any()


def test_without_criteria_nobody_is_left_out():
    assert left_out()[1] == ()
