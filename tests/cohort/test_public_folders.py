"""Every public file is read, mapped and analysed, or refused for the reason its README gives; none is passed over.

Numbers of patients are those of the READMEs. What the analyses give is compared with R in `test_ready_adam`,
`test_mapping_public` and `tests/analysis/test_public_files`.
"""

from pathlib import Path

import pytest

from explorer.analysis.analyse import analyse
from explorer.cohort.mapping.apply import apply
from explorer.cohort.mapping.guess import guess
from explorer.cohort.mapping.model import Mapping
from explorer.cohort.ready import FORMS, recognised
from explorer.errors import CohortError
from explorer.study.presets import default_for
from tests.public.mapped import corrected, raw
from tests.public.together import together
from tests.reference_cases import shared

SCORE = {"role": "score"}
TOP = {"range_min": 0, "range_max": 50}


def item(name, day, **more):
    return {"role": "report", "name": name, "day": day, **more}


READ = {
    "cervical_dystonia/cdystonia.csv": (109, {}),
    "fev_mmrm/fev_data.csv": (200, {"instruments": {"FEV1": TOP | {"range_max": 100}}, "visits": {f"VIS{at}": 28 * at for at in range(1, 5)}}),
    "hidradenitis_hiscr/hiscr.csv": (400, {}),
    "poscorad_daily/poscorad_daily_simulated.csv": (16, {}),
    "psoriasis_pasi_nri_long/pasi_response_nri.csv": (150, {}),
    "psoriasis_pasi_wide/pasi_sustained_response.csv": (900, {}),
    "skin_small/leprosy.csv": (30, {"columns": {"Before": SCORE | {"instrument": "BACILLI", "day": 0}, "After": SCORE | {"instrument": "BACILLI", "day": 180}}, "instruments": {"BACILLI": TOP}}),
    "skin_small/skin_condition_trial.csv": (172, {"columns": {f"R{at}": SCORE | {"instrument": "CHANGE", "day": 7 * at} for at in (1, 2, 3)}, "instruments": {"CHANGE": TOP | {"range_min": 1, "range_max": 5}}}),
    "wide_trials/indo_rct.csv": (602, {"columns": {"outcome": item("pancreatitis", 30, coded="label")}}),
    "wide_trials/strep_tb.csv": (107, {"columns": {"improved": item("improved", 183)}}),
    "messy_spreadsheets/messy_uc.xlsx": (30, {"columns": {"start_plt": {"role": "ignore"}, "start_k": {"role": "ignore"}}}),
    "eczema_adverse_events/eczema_ae.csv": (61, {"columns": {"rando_date": {"role": "index_date"}, "aept": {"role": "term"}, "aestdat": {"role": "start"}, "aeeddat": {"role": "end"}, "aeser": {"role": "report", "on": "recorded"}, "recorded": {"role": "date"}}, "about": {"index_date": None}, "joined": {"recorded": ["aestdat"]}, "merged": True}),
}  # fmt: skip

REFUSED = {
    "skin_small/pasi_etretin.csv": "change from baseline alone",
    "messy_spreadsheets/messy_aki.xlsx": "same patient",
    "messy_spreadsheets/messy_bp.xlsx": "same patient",
    "messy_spreadsheets/messy_glucose.xlsx": "same patient",
    "psoriasis_aggregate/hta_psoriasis_trials.csv": "no score and no answer",
    "psoriasis_aggregate/dupilumab_phase2b_arms.csv": "no score and no answer",
    "psoriasis_aggregate/plaque_psoriasis_arms.csv": "'pasi_w0_mean' and 'pasi_w0_sd' both give PASI on day 0",
    "poscorad_daily/poscorad_true_parameters.csv": "no score and no answer",
}
"""Changes without scores, two patients under one number, arms instead of patients, parameters of a simulation."""

VISITS = {"post": 1, "visit 1": 0, "visit 2": 30, "visit 3": 60}

TOGETHER = {
    "cdisc_pilot_adam": "CDISC ADaM",
    "cdisc_pilot_adam/xpt": "CDISC ADaM",
    "redcap/clinical-trial-1": "REDCap export",
    "redcap/decimal-comma": "REDCap export",
    "redcap/longitudinal": "REDCap export",
    "redcap/repeating-instruments": "REDCap export",
    "redcap/validation-types-1": "REDCap export",
    "redcap/vignette-repeating": "REDCap export",
    "omop_synthea27": "OMOP CDM",
    "omop_parquet_small": "OMOP CDM",
}
"""Folders whose files belong together. Their contents are tested in `test_ready_*` and with the databases."""


def test_every_file_of_every_folder_has_a_case():
    root = shared("data", "README.md").parent
    there = {path.relative_to(root) for path in root.rglob("*") if path.is_file() and path.parent != root}
    tables = {path for path in there if path.suffix != ".md"}
    told = {Path(file) for file in (*READ, *REFUSED)}
    left = {path for path in tables - told if str(path.parent) not in TOGETHER}
    assert left == set()
    assert {folder.name for folder in root.iterdir() if folder.is_dir()} == {path.parts[0] for path in tables}


@pytest.mark.parametrize("file", READ)
def test_a_file_is_read_and_analysed_once_the_questions_are_answered(file):
    n, answers = READ[file]
    sheets = raw(file)
    made = Mapping.from_json(corrected(sheets, **answers).to_json())
    cohort = apply(made, sheets).cohort
    assert (cohort.n_patients, analyse(cohort, default_for(cohort)).ledger.n) == (n, n)


@pytest.mark.parametrize("file", REFUSED)
def test_a_file_is_refused_for_the_reason_that_its_readme_gives(file):
    sheets = raw(file)
    with pytest.raises(CohortError, match=REFUSED[file]):
        apply(corrected(sheets, visits=VISITS), sheets)


@pytest.mark.parametrize("file", [file for file in REFUSED if file.startswith("psoriasis_aggregate")])
def test_arms_are_not_taken_for_patients_unasked(file):
    assert any("no column names the patient" in ask.what for ask in guess(raw(file)).unclear)


@pytest.mark.parametrize(
    "folder",
    [
        pytest.param(folder, marks=pytest.mark.skipif(form not in FORMS, reason=f"{form} is not recognised yet"))
        for folder, form in TOGETHER.items()
    ],
)
def test_files_that_belong_together_are_recognised_by_name(folder):
    found = recognised(together(folder))
    assert found is not None
    assert found.name == TOGETHER[folder]
