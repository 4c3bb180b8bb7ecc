"""Traps that a sequence of two drugs and a small spreadsheet set: each was once a wrong figure."""

import numpy as np
import pytest

from explorer.analysis.analyse import analyse, visits
from explorer.analysis.facts import CohortFacts
from explorer.cohort.instruments import Band, Instrument
from tests.studies import BSA_50, responding, study
from tests.tables import cohort

BOTH = "patient_id|day|instrument|score\nP0|-5|BSA|40\nP0|90|BSA|10\nP1|-5|BSA|40\nP1|90|BSA|30"
TWO = "patient_id\nP0\nP1"


def test_a_drug_begun_after_the_index_drug_is_not_prior_and_going_back_erases_no_history():
    treatments = """
        patient_id | drug         | start_day | end_day | stop_reason
        P0         | tralokinumab | 0         | 60      |
        P0         | dupilumab    | 70        |         |
        P1         | dupilumab    | -100      | -5      | adverse_event
        P1         | tralokinumab | 0         | 200     |
        P1         | dupilumab    | 300       |         |
    """
    held = cohort(patients=TWO, assessments=BOTH, treatments=treatments)
    among = ({"kind": "prior_treatment", "drug": "dupilumab", "min_days": 90, "stop_reasons": ["adverse_event"]},)
    result = analyse(held, responding(BSA_50, among=among))
    assert result.response.among.tolist() == [False, True]
    assert (result.description.prior_drug_n, result.description.prior_drug_exposure_median_days) == (1, 95)


def test_bands_of_a_scale_where_higher_is_better_hold_the_right_patients():
    bands = (Band("normal", 80, 100), Band("mild", 60, 79), Band("severe", 0, 59))
    walk = Instrument("WALK", "Walk", 0, 100, lower_is_better=False, step=1, bands=bands)
    scores = "\n".join(f"P{i}|-5|WALK|{before}\nP{i}|90|WALK|{before}" for i, before in enumerate((90, 65, 10, 79)))
    held = cohort(
        patients="patient_id\nP0\nP1\nP2\nP3",
        assessments="patient_id|day|instrument|score\n" + scores,
        instruments={"WALK": walk},
    )
    rule = {"kind": "point_improvement", "instrument": "WALK", "at_least": 0}
    rows = {r.level: r.n_evaluable for r in analyse(held, responding(rule)).subgroups if r.by == "WALK at baseline"}
    assert rows == {"severe": 1, "mild": 2, "normal": 1}


WHILE_ON = "patient_id|day|instrument|score\nP0|-5|BSA|20\nP0|20|BSA|2\nP0|60|BSA|2"


def test_while_on_treatment_nothing_after_stopping_counts_not_even_carried_forward():
    treatments = "patient_id|drug|start_day|end_day\nP0|tralokinumab|0|10"
    reports = "patient_id|day|item|answer\nP0|100|fewer_flares|yes"
    held = cohort(patients="patient_id\nP0", assessments=WHILE_ON, treatments=treatments, reports=reports)
    carried = analyse(held, responding(BSA_50, after_stop="last_before_stop", missing="last_observation")).response
    assert (carried.n_responders, carried.n_evaluable) == (0, 1)
    rule = {"kind": "reported", "item": "fewer_flares"}
    assert analyse(held, responding(rule, after_stop="last_before_stop")).response.n_unknown == 1
    assert analyse(held, responding(rule)).response.n_responders == 1


def test_who_failed_by_stopping_is_carried_by_no_part_of_the_rule():
    treatments = "patient_id|drug|start_day|end_day\nP0|tralokinumab|0|40"
    held = cohort(patients=TWO, assessments=BOTH, treatments=treatments)
    result = analyse(held, responding(BSA_50, after_stop="failure")).response
    assert (result.n_responders, result.by_rule[0].n_true, result.by_rule[0].n_only) == (0, 1, 0)


def test_what_was_not_given_is_not_counted_as_zero():
    events = "patient_id|drug|term|start_day\nP0|tralokinumab|rash|10"
    bare = analyse(cohort(patients=TWO, assessments=BOTH, adverse_events=events), responding(BSA_50))
    assert bare.description.prior_drug is None
    assert (bare.safety.events[0].n_treated, bare.safety.events[0].n_resolved) == (None, None)
    assert bare.safety.carry_over == ()
    undated = "patient_id|drug|start_day\nP0|dupilumab|-90\nP0|tralokinumab|0\nP1|tralokinumab|0"
    result = analyse(cohort(patients=TWO, assessments=BOTH, treatments=undated), responding(BSA_50))
    assert np.isnan(result.description.prior_drug_exposure_median_days)
    assert (result.description.switch, result.description.prior_drug_stop_reasons) == (None, ())
    assert result.persistence.n == 0


def test_who_is_still_on_the_prior_drug_has_not_stopped_it_for_an_unknown_reason():
    treatments = """
        patient_id | drug      | start_day | end_day | stop_reason
        P0         | dupilumab | -90       |         |
        P1         | dupilumab | -90       | -5      |
    """
    about = analyse(cohort(patients=TWO, assessments=BOTH, treatments=treatments), study()).description
    assert {row.level: row.n for row in about.prior_drug_stop_reasons} == {"ongoing": 1, "not recorded": 1}


def test_visits_name_what_the_mean_was_made_of():
    treatments = "patient_id|drug|start_day|end_day\nP0|tralokinumab|0|30"
    scores = "patient_id|day|instrument|score\nP0|-5|BSA|40\nP0|20|BSA|15\nP0|40|BSA|5\nP0|60|BSA|1"
    held = cohort(patients="patient_id\nP0", assessments=scores, treatments=treatments)
    window = {"from_day": 30, "to_day": 120, "pick": "mean"}
    facts = CohortFacts(held, study(after_stop="last_before_stop", follow_up=window))
    assert facts.follow_up("BSA").tolist() == [15]
    assert list(visits(facts, "BSA")["use"]) == ["baseline", "follow-up", "passed over", "passed over"]


def test_percent_change_of_a_negative_baseline_means_nothing():
    scale = {"NET": Instrument("NET", "Net", -50, 50, lower_is_better=True)}
    scores = "patient_id|day|instrument|score\nP0|-5|NET|-10\nP0|90|NET|-5\nP1|-5|NET|10\nP1|90|NET|5"
    held = cohort(patients=TWO, assessments=scores, instruments=scale)
    rule = {"kind": "point_improvement", "instrument": "NET", "at_least": 1}
    row = analyse(held, responding(rule)).change[0]
    assert (row.n_percent, row.median_improvement_percent) == (1, 50)


def test_what_a_cohort_remembers_cannot_be_changed_by_a_reader():
    held = cohort(patients=TWO, assessments=BOTH)
    result = analyse(held, responding(BSA_50))
    for array in (result.facts.baseline("BSA"), result.facts.follow_up_visit("BSA").day, result.ledger.eligible):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0
