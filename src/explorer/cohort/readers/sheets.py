"""Any spreadsheet or data file as raw tables: what stands in its cells, and what was seen and repaired on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from explorer.cohort.findings import Findings, shown
from explorer.cohort.readers.archive import AGAIN, unpacked
from explorer.cohort.readers.database import read_tables
from explorer.cohort.readers.folder import read_parquet
from explorer.cohort.readers.kinds import ARCHIVE, DUCKDB, ENDINGS, ODS, PARQUET, SUPPORTED, TEXT, XLS, XLSX, kind_of
from explorer.cohort.readers.labelled import read_labelled
from explorer.cohort.readers.limits import CELLS, FILES, UNZIPPED, check_bytes, check_shape, refusal
from explorer.cohort.readers.text import read_text
from explorer.cohort.readers.workbook import read_workbook

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Sheets:
    """The tables of one file as they stand in it, before anything is known of what they mean.

    Attributes
    ----------
    file : str
        Name of the file, for messages.
    kind : str
        What the file is, in words: "text table", "Excel workbook", "SAS transport file", ...
    frames : mapping of str to DataFrame
        By sheet name, in the file's order; a file with one table has one sheet, named after the file. Cells are
        raw: text stays text, numbers are numbers, dates are dates; None, NaN or NaT where empty. The index holds
        the row numbers that a spreadsheet shows (first data row below a header in row 1: 2), columns are unique
        texts.
    notes : tuple of str
        What was seen and repaired, one sentence each.
    labels : mapping of str to str
        Column to its written-out label, where the format carries labels.
    values : mapping of str to mapping
        Column to {value: written-out label}, where the format carries them.
    """

    file: str
    kind: str
    frames: Mapping[str, pd.DataFrame]
    notes: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    values: Mapping[str, Mapping[Any, str]] = field(default_factory=lambda: NOTHING)


def read_sheets(source: Path | bytes, name: str) -> Sheets:
    """Read any supported file as raw tables.

    Parameters
    ----------
    source : Path or bytes
        The file, or its content (an upload is never written to disk).
    name : str
        The file's name, for messages and to tell old Stata files; the kind is told by the content.

    Returns
    -------
    Sheets
        The archive of several files holds each one's sheets, called `file` or `file / sheet`.

    Raises
    ------
    CohortError
        Where the file cannot be read whole and safely: what is wrong, where, and how to mend it.
    """
    content = source if isinstance(source, bytes) else _content(source, name)
    check_bytes(len(content), name)
    kind = kind_of(content, name)
    return _archive(content, name) if kind == ARCHIVE else _single(content, name, kind)


def read_several(files: Mapping[str, bytes], together: str = "") -> Sheets:
    """Read files that belong together as the sheets of one.

    Parameters
    ----------
    files : mapping of str to bytes
        Content by name; at least one.
    together : str
        What to call all of them, as by their folder; by the first of them if not given.

    Returns
    -------
    Sheets
        Of several, each one's sheets are called `file` or `file / sheet`.

    Raises
    ------
    CohortError
        Where one of them cannot be read, or they are too large together.
    """
    first, *others = files
    if not others:
        return read_sheets(files[first], first)
    name = together or f"{first} and {len(others)} more"
    check_bytes(sum(map(len, files.values())), name)
    return _joined(name, "files", {file: read_sheets(content, file) for file, content in files.items()}, [])


def _content(path: Path, name: str) -> bytes:
    try:
        check_bytes(path.stat().st_size, name)
        return path.read_bytes()
    except OSError as error:
        raise refusal(
            name, f"the file cannot be opened ({error.strerror})", "See that it exists and is yours."
        ) from error


def _single(content: bytes, name: str, kind: str, allowed: int = UNZIPPED) -> Sheets:
    """Read a file that is no archive of files."""
    if kind in (XLSX, XLS, ODS):
        frames, notes = read_workbook(content, name, kind, allowed)
        return Sheets(name, kind, frames, tuple(notes))
    if kind == PARQUET:
        return Sheets(name, kind, {name: _parquet(content, name, allowed)})
    if kind == DUCKDB:
        return Sheets(name, kind, read_tables(content, name))
    if kind == TEXT:
        table = read_text(content, name)
        return Sheets(name, kind, {name: table.frame}, tuple(table.notes))
    read = read_labelled(content, name, kind)
    return Sheets(name, kind, {name: read.frame}, tuple(read.notes), read.labels, read.values)


def _parquet(content: bytes, file: str, allowed: int) -> pd.DataFrame:
    """Read a flat Parquet file, once what it says of its size is known to be bearable."""
    try:
        about = pq.read_metadata(BytesIO(content))
        size = sum(about.row_group(at).total_byte_size for at in range(about.num_row_groups))
    except (pa.ArrowException, OSError) as error:
        raise refusal(file, "the file is cut short, damaged or not Parquet", AGAIN) from error
    check_shape(about.num_rows, about.num_columns, file)
    if size > allowed:
        raise refusal(file, f"the table unpacks to {size / 2**20:,.0f} MB", "Leave out columns that are not needed.")
    findings = Findings()
    frame = read_parquet(content, file, findings)
    findings.stop_if_any([file])
    assert frame is not None  # read_parquet noted a problem otherwise
    return frame.set_axis(range(2, len(frame) + 2), axis=0)


def _archive(content: bytes, name: str) -> Sheets:
    """Read every table of an archive; what is no table is left out, with a note."""
    with unpacked(content, name, FILES) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_hidden(entry.filename)]
        tables = [entry.filename for entry in entries if entry.filename.lower().endswith(ENDINGS)]
        left = [
            f"{shown(entry.filename)} is no table and was left out."
            for entry in entries
            if entry.filename not in tables
        ]
        if not tables:
            raise refusal(name, "the archive holds no table", f"Pack {SUPPORTED.removesuffix(', or a ZIP of these')}.")
        room = (UNZIPPED - sum(entry.file_size for entry in entries)) // len(tables)
        read = [_packed(archive.read(table), f"{name}: {table}", room) for table in tables]
    return _joined(name, ARCHIVE, dict(zip(tables, read, strict=True)), left)


def _is_hidden(place: str) -> bool:
    """Say whether an archive's entry is one that the system made, such as __MACOSX/._patients.csv."""
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(place).parts)


def _packed(content: bytes, name: str, room: int) -> Sheets:
    check_bytes(len(content), name)
    kind = kind_of(content, name)
    if kind == ARCHIVE:
        raise refusal(name, "an archive lies within the archive", "Pack the tables themselves.")
    return _single(content, name, kind, room)


def _joined(name: str, together: str, parts: Mapping[str, Sheets], notes: list[str]) -> Sheets:
    """Put the sheets of several files together; a file's only table is called by the file."""
    frames: dict[str, pd.DataFrame] = {}
    labels: dict[str, str] = {}
    values: dict[str, Mapping[Any, str]] = {}
    for file, sheets in parts.items():
        called = {sheet: file if len(sheets.frames) == 1 else f"{file} / {sheet}" for sheet in sheets.frames}
        frames |= {called[sheet]: frame for sheet, frame in sheets.frames.items()}
        notes = notes + [f"{file}: {note}" for note in sheets.notes]
        labels, values = {**sheets.labels, **labels}, {**sheets.values, **values}
    total = sum(frame.size for frame in frames.values())
    if total > CELLS:
        check_shape(1, total, name)
    kinds = ", ".join(dict.fromkeys(sheets.kind for sheets in parts.values()))
    return Sheets(name, f"{together} ({kinds})", frames, tuple(notes), labels, values)
