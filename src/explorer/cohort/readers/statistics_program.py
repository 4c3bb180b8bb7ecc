"""Write a file of SAS, SPSS or Stata as an Arrow stream whose schema carries the labels; a script of `isolated.py`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa
import pyreadstat

READERS: Mapping[str, Callable[..., Any]] = {
    "SAS transport file": pyreadstat.read_xport,
    "SAS data set": pyreadstat.read_sas7bdat,
    "SPSS file": pyreadstat.read_sav,
    "Stata file": pyreadstat.read_dta,
}
WITHOUT_CODES = (
    "SAS transport file"  # read without the kinds of missing values (.A to .Z): such cells are plainly empty
)
REFUSED = 3


def main(kind: str, most_rows: int, most_columns: int, most_cells: int) -> int:
    """Read standard input as a file of a kind, and write its table to standard output."""
    content = sys.stdin.buffer.read()
    _, about = _parsed(kind, content, metadataonly=True)
    columns, rows = about.number_columns, about.number_rows or 0
    # How large the table is must be known before it is read: a packed file can hold any number of equal rows.
    limit = min(most_rows, most_cells // max(1, columns))
    if columns == 0 or columns > most_columns or rows > limit:
        sys.stderr.write(f"the table has {rows:,} rows and {columns:,} columns, and at most {most_rows:,} rows, ")
        sys.stderr.write(f"{most_columns:,} columns and {most_cells:,} cells are read")
        return REFUSED
    cells, about = _parsed(kind, content, row_limit=limit + 1)
    _write(cells, about, {} if kind == WITHOUT_CODES else _codes(kind, content, cells, limit + 1))
    return 0


def _parsed(kind: str, content: bytes, **options: Any) -> tuple[dict[str, np.ndarray], Any]:
    cells, about = READERS[kind](BytesIO(content), output_format="dict", **options)
    return cells, about


def _codes(kind: str, content: bytes, cells: Mapping[str, np.ndarray], limit: int) -> dict[str, dict[str, int]]:
    """Count, column by column, the codes for missing values that stand in cells which are read as empty."""
    coded, _ = _parsed(kind, content, row_limit=limit, user_missing=True)
    counts = {name: _counts(cells[name], coded[name]) for name in cells}
    return {name: count for name, count in counts.items() if count}


def _counts(cells: np.ndarray, coded: np.ndarray) -> dict[str, int]:
    hidden = [code for cell, code in zip(cells, coded, strict=True) if _is_empty(cell) and not _is_empty(code)]
    written = [f"{code:g}" if isinstance(code, float) else str(code) for code in hidden]
    return {code: written.count(code) for code in sorted(set(written))}


def _is_empty(cell: object) -> bool:
    return cell is None or cell == "" or cell != cell  # noqa: PLR0124 - only NaN differs from itself


def _write(cells: Mapping[str, np.ndarray], about: Any, codes: Mapping[str, Any]) -> None:
    labels = {name: label.strip() for name, label in about.column_names_to_labels.items() if label and label.strip()}
    values = {name: list(pairs.items()) for name, pairs in about.variable_value_labels.items()}
    said = json.dumps({"labels": labels, "values": values, "codes": codes}).encode()
    table = pa.table({name: _column(column) for name, column in cells.items()}).replace_schema_metadata({"about": said})
    with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as stream:
        stream.write_table(table)


def _column(cells: np.ndarray) -> pa.Array:
    try:
        return pa.array(cells, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if _is_empty(cell) else str(cell) for cell in cells], pa.string())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:5])))
