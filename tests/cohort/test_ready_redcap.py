"""REDCap exports recognised by their data dictionary: labels, identifiers, events, arms, repeats, as the project has them."""

import csv
import io

import pandas as pd
import pytest

from explorer.analysis.analyse import analyse
from explorer.cohort.mapping.apply import apply, preview
from explorer.cohort.mapping.editing import visits_named
from explorer.cohort.mapping.model import Column, Mapping
from explorer.cohort.readers import read as read_cohort
from explorer.cohort.readers.sheets import read_several
from explorer.cohort.ready import recognised
from explorer.errors import CohortError
from explorer.study.presets import default_for
from tests.command import run
from tests.public.together import together
from tests.reference_cases import data, shared

HEADINGS = (
    *("Variable / Field Name", "Form Name", "Field Type", "Field Label", "Choices, Calculations, OR Slider Labels"),
    *("Text Validation Type OR Show Slider Number", "Text Validation Min", "Text Validation Max", "Identifier?"),
)
DATED = {"index_drug": "study drug", "index_date": "2020-01-01"}


def export(fields, rows, **others):
    """The sheets of an export: fields as (name, form, type, label, choices, validation, min, max, identifier)."""
    padded = [(*field, *[""] * (len(HEADINGS) - len(field))) for field in fields]
    files = {"dictionary.csv": written([HEADINGS, *padded]), "data.csv": written(rows)}
    return read_several(files | {f"{name}.csv": written(held) for name, held in others.items()}, "project")


def written(rows):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def answered(sheets, about=None, columns=None, visits=None, leave_out=None):
    """The mapping of recognised sheets with the questions answered, after it was saved and read back."""
    made = recognised(sheets).mapping
    told = {
        name: sheet.replace(
            columns=sheet.columns | {c: Column(**held) for c, held in (columns or {}).get(name, {}).items()},
            leave_out=sheet.leave_out | (leave_out or {}).get(name, {}),
        )
        for name, sheet in made.sheets.items()
    }
    scales = tuple(scale.replace(direction="lower is better") for scale in made.instruments)
    changed = made.replace(
        about=made.about.replace(**(about or DATED)),
        sheets=told,
        visits=made.visits | (visits or {}),
        instruments=scales,
    )
    return Mapping.from_json(changed.to_json())


def ignored(ready, sheet="data.csv"):
    return {name: column.why for name, column in ready.mapping.sheets[sheet].columns.items() if column.role == "ignore"}


# The public projects.


def test_what_the_dictionary_marks_as_identifying_is_left_out_and_named():
    ready = recognised(together("redcap/clinical-trial-1"))
    dictionary = data("redcap/clinical-trial-1/dictionary.csv")
    marked = set(dictionary.loc[dictionary["Identifier?"] == "y", "Variable / Field Name"])
    named = {column for sheet, column in ready.guess.identifiers if sheet == "data.csv"}
    assert marked
    assert marked <= named <= set(ignored(ready))


def test_codes_are_read_with_the_labels_of_the_dictionary():
    sheets = together("redcap/clinical-trial-1")
    people = preview(answered(sheets), sheets).tables["patients"]
    codes = data("redcap/clinical-trial-1/data.csv")
    # As choices: 0 Female, 1 Male; 1 Asian, 3 Black, 4 White, 5 Other/Mixed, 6 Missing.
    assert (people["sex"] == "female").sum() == (codes["gender"] == 0).sum()
    assert people["race"].value_counts()["White"] == (codes["race"] == 4).sum()
    assert people["race"].isna().sum() == (codes["race"] == 6).sum()


@pytest.mark.parametrize("project", ["clinical-trial-1", "decimal-comma", "validation-types-1"])
def test_a_project_without_a_score_over_time_is_refused_for_that(project):
    sheets = together(f"redcap/{project}")
    assert any("no field is a score" in ask.what for ask in recognised(sheets).guess.unclear)
    with pytest.raises(CohortError, match="no score and no answer to analyse"):
        apply(answered(sheets), sheets)


def test_numbers_with_a_decimal_comma_are_numbers():
    sheets = together("redcap/decimal-comma")
    people = preview(answered(sheets), sheets).tables["patients"]
    assert people["height"].tolist() == [1.54, 1.84, 1.95, 1.61]
    assert people["weight"].tolist() == [52.3, 92.3, 123.4, 45.9]


def test_events_are_visits_and_arms_are_told_by_their_names():
    sheets = together("redcap/longitudinal")
    asked = [ask.what for ask in recognised(sheets).guess.unclear]
    assert "the day of the event 'visit_1_arm_1' is not known" in asked
    first = ("enrollment", "dose_1", "visit_1", "dose_2", "visit_2", "final_visit")
    second = ("enrollment", "first_dose", "first_visit", "final_visit")
    days = {f"{event}_arm_1": 14 * at for at, event in enumerate(first)}
    days |= {f"{event}_arm_2": 14 * at for at, event in enumerate(second)}
    needed = {ask.what.split("'")[1] for ask in recognised(sheets).guess.unclear if "event" in ask.what}
    days = {event: day for event, day in days.items() if event in needed}
    enrolled = {"data.csv": {"date_enrolled": {"role": "index_date"}}}
    cohort = apply(answered(sheets, DATED | {"index_date": None}, enrolled, days), sheets).cohort
    assert cohort.patients["arm"].tolist() == ["Drug A", "Drug A", "Drug B"]
    assert cohort.patients["age"].tolist() == data("redcap/longitudinal/data.csv")["age"].dropna().tolist()
    answers = data("redcap/longitudinal/data.csv").set_index("redcap_event_name").loc["visit_1_arm_1", "vob4"]
    nervous = cohort.reports.query("item == 'vob4' and day == 28")
    assert nervous["answer"].tolist() == (answers == 1).tolist()
    assert analyse(cohort, default_for(cohort)).ledger.n == 3


def test_a_repeated_form_is_read_on_its_own_dates(tmp_path):
    sheets = together("redcap/repeating-instruments")
    enrolled = {"data.csv": {"date_enrolled": {"role": "index_date"}}}
    asked = [ask.what for ask in recognised(sheets).guess.unclear]
    assert any("on one day the same patient has several rows (again in rows 4, 5)" in what for what in asked)
    first = {"data.csv / bp": {"redcap_repeat_instance": ("2", "3")}}
    made = answered(sheets, DATED | {"index_date": None}, enrolled, leave_out=first)
    saved = tmp_path / "m.json"
    saved.write_text(made.to_json())
    path = shared("data", "redcap/repeating-instruments")
    assert run("convert", str(path), str(tmp_path / "out"), "--mapping", str(saved)).code == 0
    cohort = read_cohort(tmp_path / "out")
    systolic = data("redcap/repeating-instruments/data.csv").query("redcap_repeat_instance == 1")["bp_systolic"]
    assert cohort.scores("BP_SYSTOLIC").score.tolist() == systolic.tolist()
    # Patient 2: 4 April 2004 is 5417 days before 2 February 2019.
    assert cohort.scores("BP_SYSTOLIC").day.tolist()[-1] == -5417


def test_repeats_without_dates_are_visits_to_be_dated():
    sheets = together("redcap/vignette-repeating")
    asked = [ask.what for ask in recognised(sheets).guess.unclear]
    assert "the day of the repeat '2' is not known" in asked
    cohort = apply(answered(sheets, visits={"1": 0, "2": 28, "3": 56}), sheets).cohort
    pressure = data("redcap/vignette-repeating/data.csv").dropna(subset=["sbp"])
    assert cohort.scores("SBP").score.tolist() == pressure["sbp"].tolist()
    assert cohort.scores("SBP").day.tolist() == [0, 28, 56, 0, 28, 56]
    assert "conc" in ignored(recognised(sheets), "data.csv / laboratory")


# Projects as they are built elsewhere.

CLINIC = [
    ("record_id", "start", "text", "Record"),
    ("begun", "start", "text", "Date of first dose", "", "date_dmy"),
    ("smoker", "start", "yesno", "Smoker"),
    ("signs", "start", "checkbox", "Signs", "1, Redness | -99, Not asked"),
    ("easi", "scores", "calc", "EASI total score", "[a]+[b]"),
    ("itch", "scores", "text", "Peak Pruritus NRS", "", "integer", "0", "10"),
    ("iga", "scores", "dropdown", "IGA", "0, Clear | 1, Almost clear | 2, Mild | 3, Moderate | 4, Severe"),
    ("better", "scores", "radio", "Better?", "1, Yes | 2, No"),
    ("family_doctor", "start", "text", "Name of the family doctor"),
    ("telephone_2", "start", "text", "Second number", "", "phone"),
]
VISITS = [
    ("record_id", "redcap_event_name", "begun", "smoker", "signs___1", "signs____99", "easi", "itch", "iga", "better")
    + ("family_doctor", "telephone_2"),
    ("1", "baseline_arm_1", "31-01-2022", "1", "1", "0", "20.5", "8", "4", "", "Dr Who", "(415) 555-1212"),
    ("1", "week_4_arm_1", "", "", "", "", "10", "-99", "2", "1", "", ""),
    ("2", "baseline_arm_1", "01-02-2022", "0", "0", "1", "30", "9", "3", "", "Dr No", "(415) 555-1213"),
    ("2", "week_4_arm_1", "", "", "", "", "12", "NI", "NASK", "2", "", ""),
]


def clinic():
    sheets = export(CLINIC, VISITS)
    return recognised(sheets), apply(answered(sheets, {"index_drug": "x"}), sheets).cohort


def test_a_clinic_with_known_scores_leaves_only_the_drug_to_say():
    ready, cohort = clinic()
    assert [ask.what for ask in ready.guess.unclear] == ["the index drug is not known"]
    assert cohort.patients["index_date"].tolist() == [pd.Timestamp("2022-01-31"), pd.Timestamp("2022-02-01")]
    scores = {
        code: list(zip(cohort.scores(code).day, cohort.scores(code).score, strict=True)) for code in cohort.instruments
    }
    assert scores == {
        "EASI": [(0, 20.5), (28, 10), (0, 30), (28, 12)],
        "PPNRS": [(0, 8), (0, 9)],
        "IGA": [(0, 4), (28, 2), (0, 3)],
    }


def test_yes_no_radio_and_checkboxes_are_answers_and_facts():
    _, cohort = clinic()
    assert cohort.reports[["item", "day", "answer"]].astype(object).to_numpy().tolist() == [
        ["better", 28, True],
        ["better", 28, False],
    ]
    facts = cohort.patients.set_index("patient_id")[["smoker", "signs: Redness", "signs: Not asked"]]
    assert facts.astype(bool).to_numpy().tolist() == [[True, True, False], [False, False, True]]


def test_text_that_looks_like_names_and_numbers_entered_as_phones_are_left_out():
    ready, _ = clinic()
    assert {"family_doctor", "telephone_2"} <= set(ignored(ready))
    assert {column for _, column in ready.guess.identifiers} == {"family_doctor", "telephone_2"}


def test_day_offsets_of_the_list_of_events_say_when_visits_are():
    rows = [tuple(cell.replace("week_4", "second") for cell in row) for row in VISITS]
    events = [
        ("event_name", "arm_num", "unique_event_name", "day_offset"),
        ("Start", "1", "baseline_arm_1", "0"),
        ("Second", "1", "second_arm_1", "30"),
    ]
    assert recognised(export(CLINIC, rows, event=events)).mapping.visits == {"baseline_arm_1": 0, "second_arm_1": 30}


def test_the_events_of_answers_are_listed_to_be_dated_beside_forms_with_dates_of_their_own():
    fields = [*CLINIC, ("seen", "scores", "text", "Date of visit", "", "date_ymd"), ("worse", "day", "yesno", "Worse?")]
    rows = [[*VISITS[0], "seen", "worse"]]
    rows += [[*row, day, "0"] for row, day in zip(VISITS[1:], ["2022-01-31", "2022-02-28"] * 2, strict=True)]
    ready = recognised(export(fields, rows))
    columns = ready.mapping.sheets["data.csv"].columns
    assert (columns["easi"].on, columns["worse"].on) == ("seen", "redcap_event_name")
    assert visits_named(ready.mapping, ready.sheets) == ("baseline_arm_1", "week_4_arm_1")


def test_facts_told_at_a_later_event_are_no_baseline_columns():
    rows = [list(row) for row in VISITS]
    for row in rows[1:]:
        row[3] = "1" if row[1] == "week_4_arm_1" else ""
    ready = recognised(export(CLINIC, rows))
    assert ready.mapping.sheets["data.csv"].columns["smoker"].role == "report"


def test_medicines_and_adverse_events_in_repeated_forms_are_courses_and_events():
    fields = [
        ("record_id", "start", "text", "Record", "", "", "", "", "y"),
        ("easi_bl", "start", "text", "EASI at baseline", "", "number"),
        ("easi_w16", "start", "text", "EASI at week 16", "", "number"),
        ("med", "medicines", "dropdown", "Systemic medication", "1, dupilumab | 2, tralokinumab"),
        ("med_start", "medicines", "text", "Start date", "", "date_ymd"),
        ("med_stop", "medicines", "text", "Stop date", "", "date_ymd"),
        ("ae", "events", "text", "Adverse event"),
        ("told_by", "events", "text", "Name of who told", "", "", "", "", "y"),
        ("ae_onset", "events", "text", "Date of onset", "", "date_ymd"),
    ]
    rows = [
        ("record_id", "redcap_repeat_instrument", "redcap_repeat_instance", "easi_bl", "easi_w16")
        + ("med", "med_start", "med_stop", "ae", "ae_onset", "told_by"),
        ("N7", "", "", "20", "5", "", "", "", "", "", ""),
        ("N7", "medicines", "1", "", "", "1", "2021-01-01", "2021-12-31", "", "", ""),
        ("N7", "medicines", "2", "", "", "2", "2022-01-10", "", "", "", ""),
        ("N7", "events", "1", "", "", "", "", "", "Conjunctivitis", "2022-01-20", "her sister"),
    ]
    sheets = export(fields, rows)
    about = {"index_drug": "tralokinumab", "prior_drug": "dupilumab"}
    assert ("data.csv / events", "told_by") in recognised(sheets).guess.identifiers
    cohort = apply(answered(sheets, about), sheets).cohort
    # The record's identifier is marked as identifying: a number stands for it.
    assert cohort.patients["patient_id"].tolist() == ["P1"]
    assert cohort.patients["index_date"].tolist() == [pd.Timestamp("2022-01-10")]
    courses = cohort.treatments[["drug", "start_day", "end_day"]].astype(object).fillna("ongoing").to_numpy().tolist()
    assert courses == [["dupilumab", -374, -10], ["tralokinumab", 0, "ongoing"]]
    assert cohort.adverse_events[["term", "start_day"]].astype(object).to_numpy().tolist() == [["Conjunctivitis", 10]]
    assert list(cohort.scores("EASI").day) == [0, 112]


@pytest.mark.parametrize(
    ("field", "why"),
    [
        (("itch", "scores", "text", "Peak itch", "", "integer", "0", "100"), "the score is asked from 0 to 10"),
        (("itch", "scores", "dropdown", "IGA", "1, Clear | 2, Mild | 3, Severe"), "grades begin with 0"),
        (("itch", "scores", "dropdown", "Patient global", "0, Clear | 9, Severe"), "no score of the catalogue"),
    ],
)
def test_a_field_whose_range_is_not_that_of_the_score_is_not_taken_for_it(field, why):
    fields = [field if known[0] == "itch" else known for known in CLINIC]
    rows = [[cell.replace("-99", "2").replace("NI", "3") for cell in row] for row in VISITS]
    assert recognised(export(fields, rows)).mapping.sheets["data.csv"].columns["itch"].role == "ignore", why


@pytest.mark.parametrize(
    ("limits", "cells", "missing"),
    [
        (("0", "250"), ("170", "-99"), ("-99",)),
        (("", ""), ("170", "-99"), ("-99",)),
        (("", ""), ("99", "999"), ()),  # Without limits, large numbers may be values.
        (("", ""), ("-0.5", "-99"), ()),  # Where others are negative too, it may be a value.
        (("", ""), ("1.5", "-1"), ()),
        (("", ""), ("170", "NASK"), ("NASK",)),
    ],
)
def test_codes_for_missing_are_those_that_cannot_be_values(limits, cells, missing):
    fields = [("record_id", "start", "text"), ("height", "start", "text", "Height", "", "number", *limits)]
    # Four more of the first kind: a column is one of numbers by what most of its cells hold.
    rows = [("record_id", "height"), *((str(at), cell) for at, cell in enumerate([cells[0]] * 5 + [cells[1]]))]
    column = recognised(export(fields, rows)).mapping.sheets["data.csv"].columns["height"]
    assert (column.role, column.missing) == ("covariate", missing)


@pytest.mark.parametrize("lost", [2, 4, 8])
def test_a_dictionary_that_lacks_a_column_is_asked_about_by_its_name(lost):
    kept = [at for at in range(len(HEADINGS)) if at != lost]
    dictionary = [[row[at] for at in kept] for row in [HEADINGS, *((*f, *[""] * (9 - len(f))) for f in CLINIC)]]
    sheets = read_several({"dictionary.csv": written(dictionary), "data.csv": written(VISITS)}, "project")
    asked = [ask.what for ask in recognised(sheets).guess.unclear]
    assert any(f"lacks the column {HEADINGS[lost]}" in what for what in asked)


def test_labels_instead_of_codes_are_told():
    rows = [("Record", "Event Name", "Smoker"), ("1", "Baseline", "Yes")]
    assert recognised(export(CLINIC, rows)) is None


def test_the_dictionary_that_the_api_gives_is_understood_as_well():
    names = {
        "Variable / Field Name": "field_name",
        "Form Name": "form_name",
        "Field Type": "field_type",
        "Field Label": "field_label",
        "Choices, Calculations, OR Slider Labels": "select_choices_or_calculations",
        "Text Validation Type OR Show Slider Number": "text_validation_type_or_show_slider_number",
        "Text Validation Min": "text_validation_min",
        "Text Validation Max": "text_validation_max",
        "Identifier?": "identifier",
    }
    rows = [[names[name] for name in HEADINGS], *([*field, *[""] * (9 - len(field))] for field in CLINIC)]
    by_api = read_several({"metadata.csv": written(rows), "data.csv": written(VISITS)}, "project")
    assert recognised(by_api).mapping.sheets == recognised(export(CLINIC, VISITS)).mapping.sheets
