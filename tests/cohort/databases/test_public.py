"""Two public OMOP folders, read through the engine and again by plain Python."""

from pathlib import Path
from statistics import fmean

import pandas as pd
import pytest

from explorer.cohort.databases.reading import read_database
from tests.cohort.databases import plain
from tests.cohort.databases.test_laws import in_order
from tests.cohort.databases.worlds import COLUMNS, extract, rows
from tests.reference_cases import shared

SCALE = {"code": "SCORE", "range_min": 0, "range_max": 1000, "direction": "lower is better"}
TABLES = ("person", "drug_exposure", "measurement", "condition_occurrence", "observation_period")


def as_text(path: Path, table: str) -> pd.DataFrame:
    """Read a table as text, with every column that the rules may ask for."""
    held = pd.read_csv(path, dtype="str") if path.suffix == ".csv" else pd.read_parquet(path)
    texts = held.astype(object).where(held.notna(), "").map(lambda cell: str(cell).removesuffix(".0"))
    return texts.rename(columns=str.lower).reindex(columns=list(COLUMNS[table]), fill_value="")


@pytest.mark.parametrize(
    ("folder", "ending", "index", "prior", "score", "conditions"),
    [
        # simvastatin 10 and 20 mg; acetaminophen 325 mg; body weight; viral sinusitis
        ("omop_synthea27", ".csv", {1539411, 1539463}, {1127433}, 3025315, {40481087}),
        # amoxicillin; ondansetron; systolic blood pressure; none
        ("omop_parquet_small", ".parquet", {1713332}, {35778239}, 3004249, {1}),
    ],
)
def test_a_public_folder_gives_what_plain_python_gives(folder, ending, index, prior, score, conditions):
    name = (lambda table: table.upper()) if ending == ".csv" else str
    place = shared("data", f"{folder}/{name('person')}{ending}").parent
    found = read_database(
        place,
        extract(
            index_drug={"name": "new", "concepts": sorted(index)},
            prior_drug={"name": "old", "concepts": sorted(prior)},
            scores={"SCORE": [score]},
            instruments=[SCALE],
            adverse_events={"condition": sorted(conditions)},
            same_day="mean",
            days_before=3000,
            days_after=3000,
        ),
    ).cohort
    tables = {
        table: as_text(place / f"{name(table)}{ending}", table)
        if (place / f"{name(table)}{ending}").exists()
        else pd.DataFrame(columns=list(COLUMNS[table]))
        for table in TABLES
    }
    rule = {"gap": 30, "before": 3000, "after": 3000, "same_day": fmean, "term": conditions}
    expected = plain.cohort(tables, index, prior, {score}, **rule)
    assert len(expected["patients"]) >= 2
    assert expected["assessments"]
    dates = found.patients["index_date"].dt.strftime("%Y-%m-%d")
    assert in_order(rows(found.patients.assign(index_date=dates), "patient_id index_date age sex")) == in_order(
        expected["patients"]
    )
    for table, columns in {
        "treatments": "patient_id drug start_day end_day prescriptions",
        "assessments": "patient_id day score",
        "adverse_events": "patient_id drug start_day end_day",
    }.items():
        assert in_order(rows(getattr(found, table), columns)) == in_order(expected[table])
