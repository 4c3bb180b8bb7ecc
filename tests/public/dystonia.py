"""Cervical dystonia: TWSTRS at six visits in three arms; identifiers repeat across nine sites."""

from pathlib import Path

from tests.public.folders import NO_DATES, write
from tests.reference_cases import data

FILE = "cervical_dystonia/cdystonia.csv"
DRUG = "study injection"
ARMS = {1: "placebo", 2: "5000 U", 3: "10000 U"}

ABOUT = {
    "title": "Botulinum toxin B in cervical dystonia",
    "synthetic": False,
    "index_drug": DRUG,
    "source": "medicaldata, cdystonia (Davis 2002)",
    "licence": "MIT",
    "notes": "Index dates are not in the file; one date stands for all. Sex is coded without a key and left out.",
}


def folder(out: Path) -> Path:
    """Write the folder form: a patient is a site and a number, week n is day 7 n, a missed visit has no row."""
    rows = data(FILE)
    rows["patient_id"] = "site " + rows["site"].astype("str") + " patient " + rows["id"].astype("str")
    rows["arm"] = rows["treat"].map(ARMS)
    scores = rows.assign(day=7 * rows["week"], instrument="TWSTRS").rename(columns={"twstrs": "score"})
    patients = rows[["patient_id", "age", "arm"]].drop_duplicates().assign(index_date=NO_DATES)
    return write(
        out,
        ABOUT,
        patients=patients,
        assessments=scores[["patient_id", "day", "instrument", "score"]],
        treatments=patients[["patient_id"]].assign(drug=DRUG, start_day=0, end_day=0),
    )
