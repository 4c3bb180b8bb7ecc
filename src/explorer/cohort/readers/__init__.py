"""Readers of cohorts: one per format, each returns a Cohort or says what is wrong with the files."""

from __future__ import annotations

from pathlib import Path

from explorer.cohort.readers.archive import read_packed_folder
from explorer.cohort.readers.folder import read_folder
from explorer.cohort.tables import Cohort
from explorer.errors import CohortError, Problem


def read(path: Path | str) -> Cohort:
    """Read a cohort in any supported format.

    Parameters
    ----------
    path : Path or str
        A folder with `cohort.toml` and the five tables, or such a folder packed as ZIP.

    Returns
    -------
    Cohort

    Raises
    ------
    CohortError
        With every problem found, or with the formats that are supported.
    """
    path = Path(path)
    if path.is_dir():
        return read_folder(path)
    if path.suffix.lower() == ".zip" and path.is_file():
        return read_packed_folder(path.read_bytes(), path.name)
    what = "the format is not supported" if path.exists() else "there is no such file or folder"
    remedy = "Give a folder that holds cohort.toml, patients.csv and assessments.csv (or .parquet)."
    raise CohortError([Problem(path.name or str(path), what, remedy)])
