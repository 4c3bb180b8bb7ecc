"""The folder form of a cohort: `cohort.toml`, a CSV or Parquet file per table, and perhaps `instruments.csv`."""

from __future__ import annotations

import tomllib
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import Path as PackedPath

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from explorer.cohort.findings import Findings, shown
from explorer.cohort.instruments import Instrument
from explorer.cohort.readers.delimited import decode, read_delimited
from explorer.cohort.readers.scales import read_scales
from explorer.cohort.schemas import TABLES
from explorer.cohort.tables import Cohort, Metadata, put_together

METADATA, INSTRUMENTS = "cohort.toml", "instruments.csv"
TEXTS = ("title", "index_drug", "prior_drug", "source", "licence", "notes")
Place = Path | PackedPath
DEMANDED = {"title": "a short title in quotation marks", "synthetic": "true or false", "index_drug": "the drug's name"}


def read_folder(path: Place) -> Cohort:
    """Read a cohort from a folder.

    Parameters
    ----------
    path : Path, or Path of zipfile
        Holds `cohort.toml`, `patients` and `assessments`, and any of the other tables, each as `.csv` or as
        `.parquet`; `instruments.csv` describes scores that the catalogue lacks.

    Returns
    -------
    Cohort

    Raises
    ------
    CohortError
        With every problem of every file.
    """
    findings = Findings()
    metadata = _metadata(path, findings)
    instruments = _instruments(path, findings)
    files = {table: _file(path, table, findings) for table in TABLES}
    tables = {table: _table(path / file, findings) for table, file in files.items() if (path / file).is_file()}
    _warn_of_others(path, set(files.values()), findings)
    return put_together(metadata, tables, instruments, files, findings)


def _file(path: Place, table: str, findings: Findings) -> str:
    """Return the name of a table's file, whether or not it is there."""
    present = [f"{table}.{form}" for form in ("csv", "parquet") if (path / f"{table}.{form}").is_file()]
    if len(present) > 1:
        findings.add(present[0], f"the folder holds {present[1]} as well", "Delete one of the two.")
    return present[0] if present else f"{table}.csv"


def _warn_of_others(path: Place, files: set[str], findings: Findings) -> None:
    others: list[Place] = [*path.iterdir()]
    for other in sorted(others, key=lambda place: place.name):
        if other.suffix.lower() in (".csv", ".parquet") and other.name not in {*files, INSTRUMENTS}:
            findings.warnings.append(f"{other.name}: the file is not one of a cohort's tables and was left out.")


def _content(path: Place, findings: Findings) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError as error:
        findings.add(path.name, f"the file cannot be opened ({error.strerror})", "See that it exists and is yours.")
        return None


def _table(path: Place, findings: Findings) -> pd.DataFrame | None:
    content = _content(path, findings)
    if content is None:
        return None
    read = read_parquet if path.suffix == ".parquet" else read_delimited
    return read(content, path.name, findings)


def read_parquet(content: bytes, file: str, findings: Findings) -> pd.DataFrame | None:
    """Read a Parquet file; None, and a finding, where it is empty, cut short, damaged or not flat."""
    if not content:
        findings.add(file, "the file is empty (0 bytes)", "Export or copy it again.")
        return None
    try:
        # What pandas noted in the file is dropped: it is not needed, and may be damaged by itself.
        table = pq.ParquetFile(BytesIO(content)).read().replace_schema_metadata()
        table.validate(full=True)
        frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        findings.add(file, "the file is cut short, damaged or not Parquet", "Export or copy it again.")
        return None
    nested = [column.name for column in table.schema if pa.types.is_nested(column.type)]
    double = sorted({name for name in table.column_names if table.column_names.count(name) > 1})
    for name in (*nested, *double):
        what = "the column holds lists or stands twice in the file"
        findings.add(file, what, "Export one column with one value per cell.", column=name)
    return None if nested or double else frame


def _metadata(path: Place, findings: Findings) -> Metadata | None:
    """Read `cohort.toml`; None, and findings, where it does not say what it must."""
    content = _toml(path, findings)
    if content is None:
        return None
    before = len(findings.problems)
    for key, wanted in DEMANDED.items():
        if key not in content:
            findings.add(METADATA, f"'{key}' is missing", f"Add {key} = {wanted}.")
    for key, value in content.items():
        _check_entry(key, value, findings)
    if len(findings.problems) > before:
        return None
    given = {key: content.get(key, "").strip() for key in TEXTS}
    return Metadata(**given | {"synthetic": content["synthetic"], "prior_drug": given["prior_drug"] or None})


def _toml(path: Place, findings: Findings) -> dict[str, Any] | None:
    if not (path / METADATA).is_file():
        remedy = "Add it, with title, synthetic = true or false, and index_drug."
        findings.add(METADATA, "the file is missing", remedy)
        return None
    content = _content(path / METADATA, findings)
    text = None if content is None else decode(content, METADATA, findings)
    try:
        return None if text is None else tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        findings.add(METADATA, f"the file is not TOML: {error}", 'Write lines like title = "My cohort".')
        return None


def _check_entry(key: str, value: object, findings: Findings) -> None:
    if key == "synthetic":
        if not isinstance(value, bool):
            what = f"'synthetic' is {shown(value)}"
            findings.add(METADATA, what, "Write synthetic = true or synthetic = false, without quotation marks.")
    elif key not in TEXTS:
        findings.warnings.append(f"{METADATA}: the entry {shown(key)} is not known and was left out.")
    elif not isinstance(value, str) or (key in DEMANDED and not value.strip()):
        findings.add(METADATA, f"'{key}' is {shown(value)}", f"Write {key} as text in quotation marks.")


def _instruments(path: Place, findings: Findings) -> dict[str, Instrument]:
    """Read `instruments.csv`, if there is one."""
    frame = _table(path / INSTRUMENTS, findings) if (path / INSTRUMENTS).is_file() else None
    return {} if frame is None else read_scales(frame, INSTRUMENTS, findings)
