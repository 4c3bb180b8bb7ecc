"""Take a cohort of thousands out of a warehouse of 20 million rows, in a process of its own: `make bench`."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import duckdb

from explorer.cohort.databases.extract import Extract
from explorer.cohort.databases.reading import read_database

PEOPLE, ROWS_EACH, ONE_IN = 1_000_000, 10, 500
SECONDS, MEGABYTES = 10, 1_000
INDEX, OTHER, SCORE, LAB = 1, 2, 10, 11

# One person in 500 took the index drug; of ten rows of each person one is the score.
TABLES = f"""
    CREATE TABLE person AS SELECT range AS person_id, 8532 AS gender_concept_id, 1950 + range % 50 AS year_of_birth,
        1 AS month_of_birth, 1 AS day_of_birth FROM range({PEOPLE});
    CREATE TABLE drug_exposure AS SELECT range // {ROWS_EACH} AS person_id,
        CASE WHEN (range // {ROWS_EACH}) % {ONE_IN} = 0 AND range % 3 = 0 THEN {INDEX} ELSE {OTHER} END AS drug_concept_id,
        DATE '2020-01-01' + (range % {ROWS_EACH} * 28)::INTEGER AS drug_exposure_start_date,
        DATE '2020-01-28' + (range % {ROWS_EACH} * 28)::INTEGER AS drug_exposure_end_date
        FROM range({PEOPLE * ROWS_EACH});
    CREATE TABLE measurement AS SELECT range // {ROWS_EACH} AS person_id,
        CASE WHEN range % 5 = 0 THEN {SCORE} ELSE {LAB} END AS measurement_concept_id,
        DATE '2020-01-01' + (range % {ROWS_EACH} * 28)::INTEGER AS measurement_date, (range % 73)::DOUBLE AS value_as_number
        FROM range({PEOPLE * ROWS_EACH});
"""
EXTRACT = {
    "title": "Warehouse",
    "synthetic": True,
    "index_drug": {"name": "index", "concepts": [INDEX]},
    "prior_drug": {"name": "other", "concepts": [OTHER]},
    "scores": {"EASI": [SCORE]},
}


class Taken(NamedTuple):
    """What an extraction gave and cost."""

    patients: int
    rows: int
    seconds: float
    megabytes: float


def main() -> int:
    """Build the warehouse, take the cohort out, and say whether the promise was kept."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "warehouse.duckdb"
        with duckdb.connect(str(file)) as native:
            native.execute(TABLES)
        # A fresh process: what built the warehouse must not count as memory of the extraction.
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            taken = pool.apply(take, (file,))
    what = f"{taken.patients:,} patients, {taken.rows:,} rows, out of a warehouse of {2 * PEOPLE * ROWS_EACH:,} rows"
    print(f"{what:78} {taken.seconds:>10.1f} s   under {SECONDS} s")
    print(f"{'  memory at most':78} {taken.megabytes:>10.0f} MB  under {MEGABYTES:,} MB")
    return 0 if taken.seconds < SECONDS and taken.megabytes < MEGABYTES else 1


def take(file: Path) -> Taken:
    """Take the cohort out once, and measure."""
    began = time.perf_counter()
    found = read_database(file, Extract.from_dict(EXTRACT))
    seconds = time.perf_counter() - began
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Taken(found.cohort.n_patients, sum(query.rows for query in found.fetched), seconds, most)


if __name__ == "__main__":
    sys.exit(main())
