"""Small OMOP databases drawn as tables, and put where an engine can read them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from explorer.cohort.databases.extract import Extract

World = dict[str, pd.DataFrame]

COLUMNS = {
    "person": {
        "person_id": "BIGINT",
        "gender_concept_id": "INTEGER",
        "year_of_birth": "INTEGER",
        "month_of_birth": "INTEGER",
        "day_of_birth": "INTEGER",
        "race_concept_id": "INTEGER",
        "person_source_value": "VARCHAR(50)",
    },
    "drug_exposure": {
        "person_id": "BIGINT",
        "drug_concept_id": "INTEGER",
        "drug_exposure_start_date": "DATE",
        "drug_exposure_end_date": "DATE",
        "days_supply": "INTEGER",
        "stop_reason": "VARCHAR(50)",
    },
    "measurement": {
        "person_id": "BIGINT",
        "measurement_concept_id": "INTEGER",
        "measurement_date": "DATE",
        "operator_concept_id": "INTEGER",
        "value_as_number": "DOUBLE PRECISION",
        "unit_concept_id": "INTEGER",
        "measurement_source_value": "VARCHAR(50)",
    },
    "observation": {
        "person_id": "BIGINT",
        "observation_concept_id": "INTEGER",
        "observation_date": "DATE",
        "value_as_number": "DOUBLE PRECISION",
    },
    "condition_occurrence": {
        "person_id": "BIGINT",
        "condition_concept_id": "INTEGER",
        "condition_start_date": "DATE",
        "condition_end_date": "DATE",
    },
    "observation_period": {
        "person_id": "BIGINT",
        "observation_period_start_date": "DATE",
        "observation_period_end_date": "DATE",
    },
    "concept": {"concept_id": "INTEGER", "concept_name": "VARCHAR(255)", "domain_id": "VARCHAR(20)"},
    "concept_ancestor": {"ancestor_concept_id": "INTEGER", "descendant_concept_id": "INTEGER"},
}

CONCEPTS = """
    10,tralokinumab,Drug|11,tralokinumab 150 MG/ML Prefilled Syringe,Drug|20,Dupilumab,Drug|21,dupilumab 300 MG,Drug
    |30,Eczema Area and Severity Index,Measurement|31,itch,Observation|40,Conjunctivitis,Condition
    |41,Allergic conjunctivitis,Condition|50,Asthma,Condition|60,Body weight,Measurement|70,kilogram,Unit|71,pound,Unit
    |80,White,Race
"""


def frame(table: str, rows: str) -> pd.DataFrame:
    """Read rows drawn as `1,2020-01-01|2,`, in the order of the columns; what is left out is missing."""
    columns = list(COLUMNS[table])
    cells = [[cell.strip() for cell in row.split(",")] for row in rows.split("|") if row.strip()]
    return pd.DataFrame([row + [""] * (len(columns) - len(row)) for row in cells], columns=columns).replace("", None)


def world(**rows: str) -> World:
    """Draw a database: the vocabulary above, and the rows given."""
    drawn = {"concept": CONCEPTS, "concept_ancestor": "10,10|10,11|20,20|20,21|40,40|40,41", "drug_exposure": ""} | rows
    return {table: frame(table, text) for table, text in drawn.items()}


def definition(table: str) -> str:
    """Return the statement that makes a table with an engine's own types."""
    return f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in COLUMNS[table].items())})"


def duckdb_file(path: Path, tables: World) -> Path:
    """Write a database file."""
    with duckdb.connect(str(path)) as native:
        for table, held in tables.items():
            native.register("held", held[list(COLUMNS[table])])
            native.execute(definition(table))
            native.execute(f"INSERT INTO {table} SELECT * FROM held")
            native.unregister("held")
    return path


def csv_folder(path: Path, tables: World, capitals: bool = True) -> Path:
    """Write a folder of CSV files."""
    path.mkdir()
    for table, held in tables.items():
        held.to_csv(path / f"{table.upper() if capitals else table}.csv", index=False)
    return path


EXTRACT = {
    "title": "Drawn",
    "synthetic": True,
    "index_drug": "tralokinumab",
    "prior_drug": "dupilumab",
    "scores": {"EASI": [30]},
}


def extract(**changes) -> Extract:
    """Return an extract of the drawn vocabulary."""
    return Extract.from_dict(EXTRACT | changes)


def rows(table: pd.DataFrame, columns: str) -> list[tuple]:
    """Return columns of a table as plain values, missing as None."""
    picked = table[columns.split()].astype(object)
    return [tuple(row) for row in picked.where(picked.notna(), None).itertuples(index=False)]
