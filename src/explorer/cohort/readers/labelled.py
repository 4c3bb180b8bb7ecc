"""Files of statistics programs, which carry labels and kinds of missing values: SAS, SPSS and Stata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from explorer.cohort.findings import shown
from explorer.cohort.readers.isolated import damaged, run
from explorer.cohort.readers.limits import CELLS, COLUMNS, ROWS

PROGRAM = "statistics_program.py"


class Labelled(NamedTuple):
    """A table with the labels of its columns and of their values, and what was seen in it."""

    frame: pd.DataFrame
    labels: Mapping[str, str]
    values: Mapping[str, Mapping[Any, str]]
    notes: list[str]


def read_labelled(content: bytes, file: str, kind: str) -> Labelled:
    """Read a file of SAS, SPSS or Stata; codes stay codes, and every kind of missing value is missing.

    Parameters
    ----------
    content : bytes
    file : str
        Name for messages.
    kind : str
        "SAS transport file", "SAS data set", "SPSS file" or "Stata file".

    Returns
    -------
    Labelled
        Dates as datetime64; the first row of data is row 2. Codes for missing values (.a in Stata and SAS, the
        missing values declared in SPSS) are counted in the notes.

    Raises
    ------
    CohortError
        Where the file is damaged, locked or holds too much.
    """
    table = _table(content, file, kind)
    said = json.loads(table.schema.metadata[b"about"])
    frame = table.replace_schema_metadata().to_pandas(date_as_object=False)
    frame = frame.apply(_plain).set_axis(range(2, len(frame) + 2), axis=0)
    values = {name: dict(pairs) for name, pairs in said["values"].items()}
    notes = [_note(name, counts, values.get(name, {})) for name, counts in said["codes"].items()]
    return Labelled(frame, said["labels"], values, notes)


def _table(content: bytes, file: str, kind: str) -> pa.Table:
    stream = run(PROGRAM, content, file, kind, kind, ROWS, COLUMNS, CELLS)
    try:
        return pa.ipc.open_stream(stream).read_all()
    except pa.ArrowInvalid as error:
        raise damaged(file, kind) from error


def _plain(cells: pd.Series) -> pd.Series:
    """Return blank texts as missing, and moments as finely as in other formats."""
    if isinstance(cells.dtype, pd.StringDtype):
        return cells.mask(cells.str.strip() == "")
    return cells.astype("datetime64[us]") if pd.api.types.is_datetime64_any_dtype(cells) else cells


def _note(name: str, counts: Mapping[str, int], labels: Mapping[Any, str]) -> str:
    written = {str(value) if isinstance(value, str) else f"{value:g}": label for value, label in labels.items()}
    codes = [f"{shown(code)} = {written[code]}" if code in written else shown(code) for code in list(counts)[:5]]
    empty = f"cells with a code for a missing value, read as empty: {sum(counts.values())}"
    return f"column {shown(name)}: {empty} ({', '.join(codes)})."
