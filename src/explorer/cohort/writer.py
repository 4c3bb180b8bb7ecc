"""Cohorts back into files: the folder form, which reads back as the same cohort."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path
from typing import Literal

import pandas as pd

from explorer.cohort.cells import is_whole
from explorer.cohort.instruments import catalogue, to_cells
from explorer.cohort.schemas import TABLES
from explorer.cohort.tables import Cohort, Metadata
from explorer.errors import CohortError, Problem


def write_folder(cohort: Cohort, out: Path | str, file_format: Literal["csv", "parquet"] = "csv") -> None:
    """Write a cohort as a folder that `read` gives back with an equal fingerprint.

    Only the tables and columns that the cohort was given are written. No text cell can be a spreadsheet formula,
    because no cohort holds one.

    Parameters
    ----------
    cohort : Cohort
    out : Path or str
        A folder that is new or empty: what somebody has is never overwritten.
    file_format : {"csv", "parquet"}
        Of the tables; the rest is text in any case.

    Raises
    ------
    CohortError
        When the folder holds anything, or cannot be written; nothing is left half-written.
    """
    out = Path(out)
    try:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise CohortError([Problem(out.name, "this already exists and is not empty", "Choose a new folder.")])
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".writing-") as unfinished:
            folder = Path(unfinished) / out.name
            folder.mkdir()
            _write_files(cohort, folder, file_format)
            folder.replace(out)
    except OSError as error:
        what = f"the folder cannot be written ({error.strerror})"
        raise CohortError([Problem(str(out), what, "Choose a folder that you may write to.")]) from error


def _write_files(cohort: Cohort, folder: Path, file_format: str) -> None:
    (folder / "cohort.toml").write_text(_toml(cohort.metadata), encoding="utf-8", newline="\n")
    _write_instruments(cohort, folder / "instruments.csv")
    for table in TABLES:
        if table in cohort.tables:
            frame = getattr(cohort, table)
            given = [column for column in frame.columns if column in cohort.columns_given[table]]
            _write_table(frame[given], folder / f"{table}.{file_format}")


def _toml(metadata: Metadata) -> str:
    # A JSON string is a TOML string too, save for DEL, which JSON leaves as it is.
    texts = {key: value for key, value in vars(metadata).items() if isinstance(value, str) and value}
    lines = [
        f"{key} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f") for key, value in texts.items()
    ]
    return "\n".join([f"synthetic = {json.dumps(metadata.synthetic)}", *lines]) + "\n"


def _write_instruments(cohort: Cohort, path: Path) -> None:
    own = [instrument for code, instrument in cohort.instruments.items() if instrument != catalogue().get(code)]
    if own:
        rows = [to_cells(instrument) for instrument in own]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def _write_table(frame: pd.DataFrame, path: Path) -> None:
    plain = frame.apply(_plain)
    if path.suffix == ".parquet":
        plain.to_parquet(path, index=False)
    else:
        plain.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _plain(column: pd.Series) -> pd.Series:
    """Return a column as files hold it: whole numbers without a decimal point, answers as yes and no."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return pd.Series(column.astype("str"))
    if pd.api.types.is_bool_dtype(column):
        return pd.Series(column.map({True: "yes", False: "no"}).astype("str"))
    if pd.api.types.is_datetime64_any_dtype(column):
        return pd.Series(column.dt.strftime("%Y-%m-%d"))
    if is_whole(column):
        return pd.Series(column.astype("Int64"))
    return column
