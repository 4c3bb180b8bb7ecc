"""The table behind a cohort as a file."""

import pandas as pd

from explorer.analysis.analyse import analyse
from explorer.analysis.patient_table import patient_table
from explorer.bundled import bundled_cohort
from explorer.export.patients import patients_csv
from explorer.study.presets import PRESETS
from tests.pages.cohorts import scores_only
from tests.studies import study

ANALYSIS = analyse(bundled_cohort(), PRESETS["as-published"].study)


def test_the_file_says_what_it_is_and_holds_every_row():
    text = patients_csv(patient_table(ANALYSIS), ANALYSIS)
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert "not patient data" in comments[0]
    assert "As published, definition be52e17c880f" in "\n".join(comments)
    assert len(text.splitlines()) == len(comments) + 1 + 49


def test_nothing_in_it_is_a_formula_for_a_spreadsheet():
    rows = pd.DataFrame({"=1+1": ["@SUM(A1)", "-5", "plain"]})
    written = patients_csv(rows, ANALYSIS).splitlines()[-4:]
    assert written == ["'=1+1", "'@SUM(A1)", "-5", "plain"]


def test_a_cohort_of_patients_carries_no_synthetic_label():
    pasi = {"kind": "percent_improvement", "instrument": "PASI", "at_least": 50}
    real = analyse(scores_only(), study(index_drug="secukinumab", prior_drug=None, response={"rule": pasi}))
    assert "not patient data" not in patients_csv(patient_table(real), real)


def test_additions_are_counted_apart_in_it():
    study = PRESETS["as-published"].study.replace(eligibility=(), hypothetical=True)
    mixed = analyse(bundled_cohort(), study)
    text = patients_csv(patient_table(mixed, ["Patient"]), mixed)
    assert "# Hypothetical additions, which are invented, are counted in: 49 reconstructed + 26 hypothetical" in text
    assert "counted in" not in patients_csv(patient_table(ANALYSIS, ["Patient"]), ANALYSIS)
