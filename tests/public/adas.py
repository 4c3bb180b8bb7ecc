"""The CDISC pilot trial of xanomeline in Alzheimer's disease (ADaM): ADAS-Cog, time on drug, adverse events."""

from pathlib import Path

import pandas as pd

from tests.public.folders import write
from tests.reference_cases import data

PATIENTS = "cdisc_pilot_adam/adsl.csv"
SCORES = "cdisc_pilot_adam/adqsadas.csv"
EVENTS = "cdisc_pilot_adam/adae.csv"
DRUG = "study patch"
WHY_STOPPED = {
    "ADVERSE EVENT": "adverse_event",
    "LACK OF EFFICACY": "inadequate_response",
    "WITHDRAWAL BY SUBJECT": "patient_choice",
}

ABOUT = {
    "title": "CDISC pilot trial, xanomeline patch or placebo",
    "synthetic": False,
    "index_drug": DRUG,
    "source": "SafetyGraphics safetyData, CDISC pilot 01",
    "licence": "MIT",
}


def folder(out: Path, term: str = "AEDECOD") -> Path:
    """Write the folder form; `term` is the column of ADAE that names the adverse events."""
    subjects = data(PATIENTS)
    tables = {"treatments": treatments(subjects), "adverse_events": adverse_events(data(EVENTS), term)}
    return write(out, ABOUT, patients=patients(subjects), assessments=assessments(data(SCORES)), **tables)


def disposition(out: Path) -> Path:
    """Write a folder that holds nothing after the last dose, as ADSL counts time on drug: censored there."""
    subjects = data(PATIENTS)
    scores = assessments(data(SCORES))
    tables = {"treatments": treatments(subjects), "reports": completions(subjects)}
    return write(out, ABOUT, patients=patients(subjects), assessments=scores[scores["day"] == 0], **tables)


def patients(subjects: pd.DataFrame) -> pd.DataFrame:
    columns = {
        "USUBJID": "patient_id",
        "TRTSDT": "index_date",
        "AGE": "age",
        "SEX": "sex",
        "TRT01A": "arm",
        "EFFFL": "efficacy_population",
    }
    return subjects[list(columns)].rename(columns=columns)


def treatments(subjects: pd.DataFrame) -> pd.DataFrame:
    """Who completed the trial has not left the drug; who did not has left it on the day after the last dose."""
    stopped = subjects["DISCONFL"] == "Y"
    return pd.DataFrame(
        {
            "patient_id": subjects["USUBJID"],
            "drug": DRUG,
            "start_day": 0,
            "end_day": subjects["TRTDUR"].where(stopped).astype("Int64"),
            "stop_reason": subjects["DCDECOD"].map(WHY_STOPPED).fillna("other").where(stopped),
        }
    )


def completions(subjects: pd.DataFrame) -> pd.DataFrame:
    """Say, on the day after the last dose, whether the treatment was completed."""
    completed = subjects["DCDECOD"] == "COMPLETED"
    return pd.DataFrame(
        {
            "patient_id": subjects["USUBJID"],
            "day": subjects["TRTDUR"],
            "item": "completed_treatment",
            "answer": completed.map({True: "yes", False: "no"}),
        }
    )


def assessments(scores: pd.DataFrame) -> pd.DataFrame:
    """Every observed total: rows that ADaM carried forward repeat an earlier day, and are left out."""
    observed = scores[(scores["PARAMCD"] == "ACTOT") & scores["DTYPE"].isna()]
    return pd.DataFrame(
        {
            "patient_id": observed["USUBJID"],
            "day": from_day_one(observed["ADY"]),
            "instrument": "ADAS_COG_11",
            "score": observed["AVAL"],
        }
    )


def adverse_events(events: pd.DataFrame, term: str) -> pd.DataFrame:
    """Treatment-emergent events; of rows that tell one event of one day, an end is known if all of them have one."""
    emergent = events[(events["TRTEMFL"] == "Y") & events[term].notna()]
    table = pd.DataFrame(
        {
            "patient_id": emergent["USUBJID"],
            "drug": DRUG,
            "term": emergent[term],
            "start_day": from_day_one(emergent["ASTDY"]),
            "end_day": from_day_one(emergent["AENDY"]),
        }
    ).astype({"start_day": "Int64", "end_day": "Int64"})
    key = ["patient_id", "drug", "term", "start_day"]
    return table.sort_values("end_day", na_position="last").drop_duplicates(key, keep="last")


def from_day_one(days: pd.Series) -> pd.Series:
    """Count from 0 what ADaM counts from 1: its day before day 1 is day -1."""
    return days - (days > 0)
