"""The table behind a cohort."""

import pandas as pd

from explorer.analysis.analyse import analyse
from explorer.analysis.patient_table import first_choice, names, patient_table
from explorer.bundled import bundled_cohort
from explorer.study.presets import PRESETS
from tests.analysis.test_patient import THREE
from tests.studies import study
from tests.tables import cohort


def test_a_row_says_who_how_it_came_out_and_by_which_scores():
    rows = patient_table(analyse(THREE, study(eligibility=[{"kind": "age", "from": 18}])))
    assert list(rows["Patient"]) == ["P1", "P2"]
    first, second = rows.iloc[0], rows.iloc[1]
    shown = [first[f"BSA {what}"] for what in ("baseline day", "follow-up day", "improved by (% of baseline)")]
    assert shown == [-5, 90, 75]
    assert (first["Standing"], first["Rule"], first["dupilumab stopped for"]) == ("responder", "true", "adverse_event")
    assert (first["dupilumab adverse events"], first["dupilumab days taken"], first["Days between the drugs"]) == (
        2,
        280,
        30,
    )
    assert first["Reported: fewer flares"] == "yes"
    assert (second["Standing"], second["Rule"]) == ("not eligible", "unknown")
    assert second["First criterion not met or unknown"] == "aged 18 or over"
    assert pd.isna(first["First criterion not met or unknown"])
    assert pd.isna(second["Reported: fewer flares"])


def test_hypothetical_additions_stand_in_it_only_when_counted():
    assert list(patient_table(analyse(THREE, study(hypothetical=True)))["Tier"]) == [
        "patient",
        "patient",
        "hypothetical",
    ]
    rebuilt = analyse(bundled_cohort(), PRESETS["as-published"].study.replace(hypothetical=True))
    assert patient_table(rebuilt)["Tier"].value_counts().to_dict() == {"reconstructed": 49, "hypothetical": 26}


def test_only_the_columns_asked_for_are_given_in_the_order_asked_for():
    analysis = analyse(THREE, study())
    assert list(patient_table(analysis, ["Standing", "of another cohort", "Patient"])) == ["Standing", "Patient"]
    assert set(first_choice(analysis)) < set(names(analysis))


def test_a_column_called_like_another_is_told_apart():
    named = cohort(patients="patient_id | Standing\nP1 | 1", assessments="patient_id|day|instrument|score\nP1|0|BSA|1")
    assert "Standing (of the cohort)" in names(analyse(named, study()))


def test_standings_count_up_to_the_response():
    analysis = analyse(bundled_cohort(), PRESETS["as-published"].study)
    counts = patient_table(analysis, ["Standing"])["Standing"].value_counts()
    assert (counts["responder"], counts["no response"], counts["not counted"]) == (24, 23, 2)
