"""Change, safety, persistence, description and subgroups on cohorts small enough to count by hand."""

import math

import numpy as np
import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.safety import CarryOver, Events
from explorer.study.truth import FALSE, TRUE
from tests.studies import responding, study
from tests.tables import cohort

FOUR = "patient_id\nP1\nP2\nP3\nP4"
IGA = """
    patient_id | day | instrument | score
    P1         | -5  | IGA        | 3
    P1         | 90  | IGA        | 1
    P2         | -5  | IGA        | 2
    P2         | 90  | IGA        | 2
    P3         | -5  | IGA        | 0
    P3         | 90  | IGA        | 1
    P4         | 90  | IGA        | 4
"""


def iga():
    return analyse(
        cohort(patients=FOUR, assessments=IGA), responding({"kind": "score_at_most", "instrument": "IGA", "score": 1})
    ).change[0]


def test_change_is_follow_up_minus_baseline_in_who_has_both():
    row = iga()
    assert (row.n_baseline, row.n_followup, row.n_paired) == (3, 4, 3)
    assert row.baseline_mean == pytest.approx(5 / 3)
    assert row.followup_mean == pytest.approx(4 / 3)
    assert row.mean_change == pytest.approx(-1 / 3)
    assert row.available_followup_mean == 2


def test_improved_same_and_worse_are_counted_beside_the_mean():
    row = iga()
    assert (row.n_improved, row.n_same, row.n_worse) == (1, 1, 1)


def test_percent_change_leaves_out_a_baseline_of_zero():
    row = iga()
    assert row.n_percent == 2  # P3 began at 0
    assert row.median_improvement_percent == pytest.approx((200 / 3 + 0) / 2)
    assert row.improvement_of_means_percent == pytest.approx(20)


def test_grades_are_counted_from_grade_to_grade():
    grades = iga().grades
    assert grades.grades == (0, 1, 2, 3, 4)
    expected = np.zeros((5, 5), int)
    expected[3, 1] = expected[2, 2] = expected[0, 1] = 1
    assert np.array_equal(grades.counts, expected)


EVENTS = """
    patient_id | drug         | term           | start_day | end_day
    P1         | dupilumab    | conjunctivitis | -50       | -10
    P2         | dupilumab    | conjunctivitis | -50       |
    P3         | dupilumab    | conjunctivitis | -50       | -20
    P3         | tralokinumab | conjunctivitis | 40        |
    P4         | tralokinumab | conjunctivitis | 30        | 60
    P4         | tralokinumab | conjunctivitis | 80        | 90
    P4         | tralokinumab | headache       | 10        | 11
"""


def test_events_are_followed_from_the_prior_drug_to_the_index_drug():
    treatments = "patient_id|drug|start_day|end_day\nP3|tralokinumab|0|\nP4|tralokinumab|0|"
    held = cohort(patients=FOUR, assessments=IGA, adverse_events=EVENTS, treatments=treatments)
    result = analyse(held, responding({"kind": "score_at_most", "instrument": "IGA", "score": 1})).safety
    assert Events("tralokinumab", "conjunctivitis", n_patients=2, n_resolved=1, n_treated=2) in result.events
    assert result.carry_over == (
        CarryOver("conjunctivitis", resolved=1, unresolved=1, recurred=1, new=1),
        CarryOver("headache", resolved=0, unresolved=0, recurred=0, new=1),
    )


TREATMENTS = """
    patient_id | drug         | start_day | end_day | stop_reason
    P1         | dupilumab    | -400      | -20     | inadequate_response
    P2         | dupilumab    | -200      | -10     | adverse_event
    P3         | dupilumab    | -100      | 0       |
    P1         | tralokinumab | 0         | 100     | adverse_event
    P2         | tralokinumab | 0         |         |
    P3         | tralokinumab | 10        | 50      | access
"""


def treated(**changes):
    held = cohort(patients=FOUR, assessments=IGA, treatments=TREATMENTS)
    return analyse(held, responding({"kind": "score_at_most", "instrument": "IGA", "score": 1}, **changes))


def test_persistence_censors_who_is_still_on_the_drug_at_the_last_day_on_record():
    result = treated().persistence
    # Times from first dose: 100 stopped, 90 censored, 40 stopped; P4 has no course.
    assert (result.n, result.n_stopped) == (3, 2)
    assert result.curve.time.tolist() == [40, 90, 100]
    assert result.median_days == 100
    assert "starts too high" in result.condition


def test_description_counts_the_prior_drug_its_days_and_why_it_was_stopped():
    about = treated().description
    assert (about.n, about.prior_drug_n, about.prior_drug_exposure_median_days) == (4, 3, 190)
    assert {row.level: row.n for row in about.prior_drug_stop_reasons} == {
        "inadequate_response": 1,
        "adverse_event": 1,
        "not recorded": 1,
    }
    assert (about.switch.n_gap, about.switch.n_same_day, about.switch.n_overlap) == (3, 0, 0)


def test_why_the_prior_drug_was_stopped_is_the_first_subgroup():
    rows = treated().subgroups
    assert rows[0].by == "why dupilumab was stopped"
    first = {row.level: (row.n_responders, row.n_evaluable) for row in rows if row.by == rows[0].by}
    # Responders (IGA 1 or less): P1 and P3; P4 never took dupilumab.
    assert first == {
        "inadequate response": (1, 1),
        "intolerance": (0, 1),
        "not recorded": (1, 1),
        "never taken": (0, 1),
    }


def test_without_tables_the_results_are_empty_and_nothing_fails():
    held = cohort(patients=FOUR, assessments=IGA)
    result = analyse(held, responding({"kind": "score_at_most", "instrument": "IGA", "score": 1}))
    assert result.safety.events == ()
    assert result.reports == ()
    assert result.persistence.n == 0
    assert result.description.prior_drug_n == 0
    assert math.isnan(result.persistence.median_days)


def test_hypothetical_additions_stay_out_until_asked_for_and_then_nothing_is_tested():
    patients = "patient_id | tier\nP1 |\nP2 |\nP3 |\nP4 | hypothetical"
    held = cohort(patients=patients, assessments=IGA)
    rule = {"kind": "score_at_most", "instrument": "IGA", "score": 1}
    plain = analyse(held, responding(rule)).to_dict()
    assert (plain["cohort"]["n_patients"], plain["cohort"]["n_eligible"]) == (3, 3)
    assert plain["change"][0]["n_followup"] == 3
    loosened = analyse(held, responding(rule, hypothetical=True)).to_dict()
    assert loosened["cohort"]["n_eligible"] == 4
    assert loosened["cohort"]["n_hypothetical_eligible"] == 1
    assert loosened["change"][0]["n_followup"] == 4
    for absent in ("ci_low", "ci_high", "p_t", "p_wilcoxon", "t"):
        assert loosened["change"][0][absent] is None
    assert loosened["response"]["ci_low"] is None
    assert all(row["ci_low"] is None for row in loosened["subgroups"])


def test_results_are_json_with_null_for_what_does_not_exist():
    held = cohort(patients="patient_id\nP1", assessments="patient_id|day|instrument|score\nP1|-5|BSA|40")
    result = analyse(held, study()).to_dict()
    assert result["response"]["rate"] is None
    assert result["change"][0]["mean_change"] is None
    assert result["response"]["n_evaluable"] == 0


def test_a_course_completed_as_planned_is_no_departure_and_ends_the_observation():
    treatments = """
        patient_id | drug         | start_day | end_day | stop_reason
        P1         | tralokinumab | 0         | 182     | completed
        P2         | tralokinumab | 0         |         |
        P3         | tralokinumab | 0         | 100     | access
    """
    held = cohort(patients=FOUR, assessments=IGA, treatments=treatments)
    rule = {"kind": "score_at_most", "instrument": "IGA", "score": 1}
    result = analyse(held, responding(rule)).persistence
    assert (result.n, result.n_stopped) == (3, 1)
    assert result.curve.time.tolist() == [90, 100, 182]
    # P1 completed the course after the follow-up window, P3 left before its end: only P3 can have failed.
    early = {"from_day": 30, "to_day": 300, "target_day": 200, "pick": "closest"}
    failed = analyse(held, responding(rule, after_stop="failure", follow_up=early)).response
    assert failed.outcome.verdict[:3].tolist() == [TRUE, FALSE, TRUE]
