"""One call: a cohort out of a database."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from ibis.backends.sql import SQLBackend

from explorer.cohort.databases.extract import Extract
from explorer.cohort.databases.extraction import Extraction, extract_cohort
from explorer.cohort.databases.opening import Opened, opened, opened_frames


def read_database(target: str | Path, extract: Extract) -> Extraction:
    """Take a cohort out of a database: only people exposed to the index drug, found by the database itself.

    Parameters
    ----------
    target : str or Path
        `duckdb:///FILE`, `postgres://USER@HOST/NAME`, `pyspark://`, a DuckDB file, or a folder or ZIP of OMOP tables (CSV, Parquet).
    extract : Extract
        Which drug, which scores, and by which rules.

    Returns
    -------
    Extraction
        The cohort, notes with counts, and every query with the rows it returned.

    Raises
    ------
    CohortError
        Where the database cannot be opened or read, or does not hold what the extract names.
    """
    with opened(target) as database:
        return _read(database, extract)


def read_connection(connection: SQLBackend, extract: Extract, name: str = "database") -> Extraction:
    """Do the same over an ibis connection that is open already, to any database that ibis speaks to.

    Whether it may write is up to whoever opened it: nothing but SELECT is sent.
    """
    return _read(Opened(name, connection, ()), extract)


def read_frames(name: str, frames: Mapping[str, pd.DataFrame], extract: Extract) -> Extraction:
    """Do the same with OMOP tables that are in memory already, by name."""
    with opened_frames(name, frames) as database:
        return _read(database, extract)


def _read(database: Opened, extract: Extract) -> Extraction:
    cdm = database.cdm(extract.cdm_schema, extract.vocabulary_schema)
    return extract_cohort(cdm, database.crossing(), extract)
