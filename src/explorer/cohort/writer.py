"""Cohorts back into files: the folder form, which reads back as the same cohort."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Literal

import pandas as pd

from explorer.cohort.cells import is_whole
from explorer.cohort.instruments import catalogue, to_cells
from explorer.cohort.schemas import TABLES
from explorer.cohort.tables import Cohort, Metadata
from explorer.errors import CohortError, Problem

FORMATS = ("csv", "parquet")
KNOWN_FILES = {"cohort.toml", "instruments.csv", *(f"{table}.{form}" for table in TABLES for form in FORMATS)}


def write_folder(cohort: Cohort, out: Path | str, file_format: Literal["csv", "parquet"] = "csv") -> None:
    """Write a cohort as a folder that `read` gives back with an equal fingerprint.

    Only the tables and columns that the cohort was given are written. No text cell can be a spreadsheet formula,
    because no cohort holds one.

    Parameters
    ----------
    cohort : Cohort
    out : Path or str
        A folder that is new, empty or holds a cohort, which is then replaced.
    file_format : {"csv", "parquet"}
        Of the tables; the rest is text in any case.

    Raises
    ------
    CohortError
        When the folder holds anything else: nothing is written then.
    """
    out = Path(out)
    _make_room(out)
    (out / "cohort.toml").write_text(_toml(cohort.metadata), encoding="utf-8", newline="\n")
    _write_instruments(cohort, out / "instruments.csv")
    for table in TABLES:
        if table in cohort.tables:
            frame = getattr(cohort, table)
            given = [column for column in frame.columns if column in cohort.columns_given[table]]
            _write_table(frame[given], out / f"{table}.{file_format}")


def _make_room(out: Path) -> None:
    """Make the folder, or empty one that holds a cohort and nothing else."""
    if out.exists() and not out.is_dir():
        raise CohortError([Problem(out.name, "this is a file, not a folder", "Choose another name.")])
    present = sorted(out.iterdir()) if out.is_dir() else []
    others = [path.name for path in present if path.name not in KNOWN_FILES]
    if others:
        what = f"the folder already holds other files ({', '.join(others[:3])})"
        raise CohortError([Problem(out.name, what, "Choose a new folder.")])
    out.mkdir(parents=True, exist_ok=True)
    for path in present:
        path.unlink()


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
