"""Negative controls: damage one thing, and the check that watches it must fail."""

import pandas as pd
import pytest

from explorer.reconstruction.as_published import eligible_patients
from explorer.reconstruction.verify import distinct, failures, verify

# A patient who leaves takes scores, reports and events along, so these may fail with the entry checks.
LEAVES = {"C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10", "C11", "C12", "C13", "C14", "C15", "S6", "S7"}


def failing(bundled):
    return set(failures(verify(*bundled)))


def first(rows: pd.DataFrame) -> int:
    return rows.index[0]


def picked(tables, instrument, side):
    """The row of a score that counts as published, of a patient with both."""
    scores = tables["assessments"]
    patient = eligible_patients(tables).dropna(subset=[f"{instrument}_before", f"{instrument}_after"]).index[0]
    rows = scores[(scores["patient_id"] == patient) & (scores["instrument"] == instrument)]
    window = rows[rows["day"].between(30, 120)] if side == "after" else rows[rows["day"].between(-60, 0)]
    return (window["day"] - (90 if side == "after" else 0)).abs().idxmin()


def test_the_bundled_draw_passes_every_check(bundled):
    checks = verify(*bundled)
    assert [check.name for check in checks] == [f"C{n}" for n in range(1, 17)] + [f"S{n}" for n in range(1, 9)]
    assert failures(checks) == []


@pytest.mark.parametrize(("instrument", "check"), [("BSA", "C4"), ("PPNRS", "C5"), ("IGA", "C6")])
@pytest.mark.parametrize("side", ["before", "after"])
def test_a_changed_score_moves_its_mean(bundled, instrument, check, side):
    tables, _ = bundled
    row = picked(tables, instrument, side)
    scores = tables["assessments"]
    scores.loc[row, "score"] += {"BSA": 30, "PPNRS": -5 if scores.loc[row, "score"] > 5 else 5, "IGA": 0}[instrument]
    if instrument == "IGA":
        scores.loc[row, "score"] += 1 if scores.loc[row, "score"] < 4 else -1
    failed = failing(bundled)
    assert check in failed
    assert failed <= {check, "C3", "C7", "C8", "C9", "S7"}


def test_a_score_outside_the_windows_changes_nothing_published(bundled):
    scores = bundled[0]["assessments"]
    scores.loc[first(scores[(scores["day"] > 120) & (scores["instrument"] == "BSA")]), "score"] += 1
    assert failing(bundled) == set()


def test_a_dropped_prescription_costs_a_patient(bundled):
    courses = bundled[0]["treatments"]
    at = first(courses[courses["patient_id"].str.startswith("R") & (courses["prescriptions"] == 2)])
    courses.loc[at, "prescriptions"] = 1
    failed = failing(bundled)
    assert {"C1", "C15"} <= failed <= LEAVES


def test_a_day_more_for_the_middle_patient_shifts_the_median(bundled):
    courses = bundled[0]["treatments"]
    wide = eligible_patients(bundled[0])
    middle = wide.index[wide["exposure"] == 333]
    at = courses["patient_id"].isin(middle) & (courses["drug"] == "dupilumab")
    courses.loc[at, "start_day"] -= 1
    assert failing(bundled) == {"C12"}


def test_an_event_that_did_not_resolve_is_noticed(bundled):
    events = bundled[0]["adverse_events"]
    events.loc[first(events[events["term"] == "head and neck dermatitis"]), "end_day"] = pd.NA
    assert failing(bundled) == {"C13"}


def test_an_event_that_resolved_before_the_switch_is_noticed(bundled):
    events = bundled[0]["adverse_events"]
    events.loc[first(events[events["term"] == "head and neck dermatitis"]), "end_day"] = -1
    assert failing(bundled) == {"C13"}


def test_a_third_recurrence_is_noticed(bundled):
    events = bundled[0]["adverse_events"]
    eyes = events[events["term"] == "conjunctivitis"]
    new = eyes[(eyes["drug"] == "tralokinumab") & ~eyes["patient_id"].duplicated(keep=False)]
    third = new[new["patient_id"].isin(eligible_patients(bundled[0]).query("prior").index)].iloc[:1]
    courses = bundled[0]["treatments"]
    start = courses.loc[courses["patient_id"].isin(third["patient_id"]), "start_day"].min()
    earlier = third.assign(drug="dupilumab", start_day=start, end_day=start + 3)
    bundled[0]["adverse_events"] = pd.concat([events, earlier], ignore_index=True)
    # C13 too, if this patient left dupilumab for another event: the new one resolved before the switch.
    assert {"C14"} <= failing(bundled) <= {"C13", "C14"}


def test_an_event_before_its_drug_is_noticed(bundled):
    events = bundled[0]["adverse_events"]
    new = events[(events["drug"] == "tralokinumab") & ~events["patient_id"].duplicated(keep=False)]
    events.loc[first(new), "start_day"] = -1
    assert failing(bundled) == {"S4"}


def test_flipped_reports_are_noticed(bundled):
    tables, _ = bundled
    wide = eligible_patients(tables)
    already_improved = wide.index[~wide["less_topical"] & wide["fewer_flares"]][:2]
    reports = tables["reports"]
    theirs = reports["patient_id"].isin(already_improved)
    reports.loc[theirs & (reports["item"] == "less_topical"), "answer"] = "yes"
    assert failing(bundled) == {"C10", "S7"}


def test_a_report_of_someone_not_improved_moves_the_composite(bundled):
    tables, _ = bundled
    wide = eligible_patients(tables)
    unmoved = wide.index[wide["prior"] & ~wide[["fewer_flares", "less_topical", "overall_benefit"]].any(axis=1)]
    reports = tables["reports"]
    reports.loc[reports["patient_id"].isin(unmoved) & (reports["item"] == "overall_benefit"), "answer"] = "yes"
    assert failing(bundled) == {"C3", "S7"}


def test_a_deleted_report_costs_a_patient(bundled):
    tables, _ = bundled
    tables["reports"] = tables["reports"][tables["reports"]["patient_id"] != "R01"]
    failed = failing(bundled)
    assert {"C1", "C15"} <= failed <= LEAVES


@pytest.mark.parametrize(("column", "value", "check"), [("index_date", "2024-02-01", "C16"), ("age", 17, "C1")])
def test_a_patient_outside_the_entry_rules_is_noticed(bundled, column, value, check):
    patients = bundled[0]["patients"]
    patients.loc[patients["patient_id"] == "R01", column] = value
    failed = failing(bundled)
    assert {"C1", "C15", check} <= failed <= LEAVES | {"C16"}


def test_a_date_before_the_drug_was_sold_is_noticed(bundled):
    patients = bundled[0]["patients"]
    patients.loc[patients["patient_id"] == "R01", "index_date"] = "2020-06-01"
    assert failing(bundled) == {"C16"}


def test_a_hypothetical_patient_among_the_eligible_is_noticed(bundled):
    tables, _ = bundled
    courses = tables["treatments"]
    once = courses[(courses["prescriptions"] == 1)]
    courses.loc[first(once), "prescriptions"] = 2
    assert {"C1", "S1"} <= failing(bundled)


def test_a_score_off_its_scale_is_noticed(bundled):
    scores = bundled[0]["assessments"]
    scores.loc[first(scores[(scores["instrument"] == "PPNRS") & (scores["day"] > 120)]), "score"] = 11
    assert failing(bundled) == {"S2"}


def test_a_baseline_of_nothing_is_noticed(bundled):
    tables, _ = bundled
    tables["assessments"].loc[picked(tables, "BSA", "before"), "score"] = 0
    assert "S3" in failing(bundled)


def test_two_scores_as_close_to_the_target_are_noticed(bundled):
    tables, _ = bundled
    scores = tables["assessments"]
    follow_up = scores[scores["patient_id"].str.startswith("R") & scores["day"].between(70, 89)].iloc[:1]
    tables["assessments"] = pd.concat([scores, follow_up.assign(day=180 - follow_up["day"])])
    assert failing(bundled) == {"S5"}


def test_a_row_written_twice_is_noticed(bundled):
    tables, _ = bundled
    tables["treatments"] = pd.concat([tables["treatments"], tables["treatments"].query("start_day < 0").iloc[-1:]])
    assert failing(bundled) == {"S8"}


def test_windows_that_would_change_nothing_are_noticed(bundled):
    tables, _ = bundled
    tables["assessments"] = tables["assessments"][tables["assessments"]["day"] >= -60]
    assert failing(bundled) == {"S6"}


@pytest.mark.parametrize("claim", ["BSA_paired", "IGA_baseline", "fewer_flares", "iga_0_1", "naive_improved"])
def test_a_manifest_that_disagrees_is_noticed(bundled, claim):
    tables, row = bundled
    assert failures(verify(tables, row | {claim: row[claim] + 1})) == ["S7"]


def test_another_reading_or_mode_is_not_the_draws_own(bundled):
    tables, row = bundled
    assert "C3" in failures(verify(tables, row | {"reading": "any"}))
    assert {"C6", "C9"} & set(failures(verify(tables, row | {"iga_mode": "paired"})))


def test_the_same_draw_twice_is_noticed_whoever_bears_the_scores(bundled):
    tables, _ = bundled
    renamed = {name: table.assign(patient_id="Z" + table["patient_id"]) for name, table in tables.items()}
    assert distinct([tables])
    assert not distinct([tables, renamed])
