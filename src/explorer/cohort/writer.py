"""Cohorts back into files: the folder form, which reads back as the same cohort."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from explorer.cohort.cells import is_whole
from explorer.cohort.instruments import Instrument, catalogue, to_cells
from explorer.cohort.schemas import TABLES
from explorer.cohort.tables import Cohort, Metadata
from explorer.errors import CohortError, Problem


def write_folder(cohort: Cohort, out: Path | str, file_format: Literal["csv", "parquet"] = "csv") -> None:
    """Write a cohort as a folder that `read` gives back with an equal fingerprint.

    Only the tables and columns that the cohort was given are written. No text cell and no heading can be a spreadsheet formula,
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
            for name, content in folder_files(cohort, file_format):
                (folder / name).write_bytes(content)
            folder.replace(out)
    except OSError as error:
        what = f"the folder cannot be written ({error.strerror})"
        raise CohortError([Problem(str(out), what, "Choose a folder that you may write to.")]) from error


def folder_files(cohort: Cohort, file_format: Literal["csv", "parquet"] = "csv") -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file of the folder form, without a disk."""
    yield "cohort.toml", _toml(cohort.metadata).encode()
    if own := [instrument for code, instrument in cohort.instruments.items() if instrument != catalogue().get(code)]:
        yield "instruments.csv", _instruments(own).encode()
    for table in TABLES:
        if table in cohort.tables:
            frame = getattr(cohort, table)
            given = [column for column in frame.columns if column in cohort.columns_given[table]]
            yield f"{table}.{file_format}", _table(frame[given], file_format)


def _toml(metadata: Metadata) -> str:
    # A JSON string is a TOML string too, save for DEL, which JSON leaves as it is.
    texts = {key: value for key, value in vars(metadata).items() if isinstance(value, str) and value}
    lines = [
        f"{key} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f") for key, value in texts.items()
    ]
    return "\n".join([f"synthetic = {json.dumps(metadata.synthetic)}", *lines]) + "\n"


def _instruments(own: Sequence[Instrument]) -> str:
    rows = [to_cells(instrument) for instrument in own]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _table(frame: pd.DataFrame, file_format: str) -> bytes:
    plain = frame.apply(_plain)
    if file_format == "csv":
        return plain.to_csv(index=False, lineterminator="\n").encode()
    held = io.BytesIO()
    plain.to_parquet(held, index=False)
    return held.getvalue()


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
