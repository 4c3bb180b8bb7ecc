"""Psoriasis, one row per patient and a column per visit: PASI at baseline and eight visits, three arms of 300."""

from pathlib import Path

from tests.public.folders import NO_DATES, write
from tests.reference_cases import data

FILE = "psoriasis_pasi_wide/pasi_sustained_response.csv"
DRUG = "study treatment"
DAYS = {"BASELINE": 0} | {f"WEEK{week:02d}": 7 * week for week in (1, 4, 8, 16, 24, 32, 40, 52)}

ABOUT = {
    "title": "Psoriasis trial, PASI by visit",
    "synthetic": True,
    "index_drug": DRUG,
    "source": "VIS-SIG Wonderful Wednesdays, April 2021",
    "licence": "CC0 1.0",
    "notes": "Index dates are not in the file; one date stands for all.",
}


def folder(out: Path) -> Path:
    """Write the folder form: week n is day 7 n, a missed visit has no row."""
    wide = data(FILE).rename(columns={"USUBJID": "patient_id", "TRT": "arm"})
    long = wide.melt("patient_id", list(DAYS), "visit", "score")
    return write(
        out,
        ABOUT,
        patients=wide[["patient_id", "arm"]].assign(index_date=NO_DATES),
        assessments=long.assign(day=long["visit"].map(DAYS), instrument="PASI").dropna().drop(columns="visit"),
        treatments=wide[["patient_id"]].assign(drug=DRUG, start_day=0),
    )
