"""Text tables (CSV) as they come: encodings, separators, ragged rows. Every cell stays text."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from io import BytesIO, StringIO
from itertools import islice

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv

from explorer.cohort.findings import Fault, Findings, shown, spreadsheet_row

CHUNK = 20_000
SEPARATORS = ",;\t"
SAVE_AGAIN = "Save it again as 'CSV UTF-8'."
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def decode(content: bytes, file: str, findings: Findings) -> str | None:
    """Return the text of a file in UTF-8, UTF-16 with its mark, or Windows-1252; None, and a finding, if it has none.

    Windows-1252 is the last resort and warned of, because almost any bytes can be read as such.
    """
    if not content.strip():
        findings.add(file, "the file is empty", "Export it again, or delete it where the table is not required.")
        return None
    marked = [encoding for mark, encoding in BOMS.items() if content.startswith(mark)]
    text = _decoded(content, marked or ["utf-8", "cp1252"], file, findings)
    if text is None or "\0" in text:
        findings.add(file, "the file is not text: it may be a workbook or damaged", SAVE_AGAIN)
        return None
    return text


def _decoded(content: bytes, encodings: list[str], file: str, findings: Findings) -> str | None:
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "cp1252" and "\0" not in text:
            findings.warnings.append(
                f"{file}: the file is not in UTF-8 and was read as Windows-1252; check letters with accents."
            )
        return text
    return None


def read_delimited(content: bytes, file: str, findings: Findings) -> pd.DataFrame | None:
    """Read a table of text cells, an absent value as an empty text.

    Parameters
    ----------
    content : bytes
        The whole file; separated by comma, semicolon or tab, whichever its first row holds most of.
    file : str
        Name for messages.
    findings : Findings
        Takes every problem.

    Returns
    -------
    DataFrame or None
        None, and a finding, where there is no table in the file. Blank rows at the end are left out.
    """
    text = decode(content, file, findings)
    if text is None:
        return None
    separator = max(SEPARATORS, key=lambda candidate: len(_first_row(text, candidate)))
    rows = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = [name.strip() for name in next(rows)]
        if not any(header):
            findings.add(file, "the first row is blank", "Let the first row name the columns.", 1)
            return None
        frame = even_cells(text, separator, len(header))
        if frame is None:
            frame = _cells(rows, len(header), file, findings)
    except csv.Error as error:
        what = f"quotation marks do not pair up, or a cell is too long ({error})"
        findings.add(file, what, "Close the quotation mark there; double one that belongs to the text.", rows.line_num)
        return None
    return _named(_without_blank_rows(frame, file, findings), header, file, findings)


def _first_row(text: str, separator: str) -> list[str]:
    try:
        return next(csv.reader(StringIO(text, newline=""), delimiter=separator), [])
    except csv.Error:
        return []


def even_cells(text: str, separator: str, width: int) -> pd.DataFrame | None:
    """Return the cells of a file without quotation marks whose rows are all as wide as the header, else None.

    Most files are such, and this is sixty times as fast.
    """
    if '"' in text or "\r" in text.replace("\r\n", "\n") or width < 2:
        return None
    try:
        table = arrow_csv.read_csv(
            BytesIO(text.encode()),
            arrow_csv.ReadOptions(column_names=[str(at) for at in range(width)], skip_rows=1),
            arrow_csv.ParseOptions(delimiter=separator, quote_char=False, ignore_empty_lines=False),
            arrow_csv.ConvertOptions(column_types={str(at): pa.string() for at in range(width)}),
        )
    except pa.ArrowInvalid:
        return None
    frame: pd.DataFrame = table.to_pandas()
    return frame.set_axis(range(width), axis=1)


def _cells(rows: Iterator[list[str]], width: int, file: str, findings: Findings) -> pd.DataFrame:
    """Return the cells below the header, noting rows that are longer or shorter than it."""
    chunks, odd, row = [], {}, 0
    while chunk := list(islice(rows, CHUNK)):
        lengths = np.fromiter(map(len, chunk), np.int64, len(chunk))
        for at in np.flatnonzero(lengths != width).tolist():
            if any(map(str.strip, chunk[at])):
                odd[row + at] = chunk[at]
            chunk[at] = [*chunk[at], *[""] * width][:width]
        chunks.append(pd.DataFrame(chunk, columns=range(width), dtype="str"))
        row += len(chunk)
    frame = pd.concat(chunks, ignore_index=True) if chunks else pd.DataFrame(columns=range(width), dtype="str")
    _note_odd_rows(odd, len(frame), width, file, findings)
    return frame


def _note_odd_rows(odd: dict[int, list[str]], n_rows: int, width: int, file: str, findings: Findings) -> None:
    at = np.zeros(n_rows, bool)
    at[list(odd)] = True

    def what(position: int) -> str:
        cells = odd[position]
        surplus = f": {shown(cells[width])} is one too many" if len(cells) > width else ""
        return f"the row has {len(cells)} cells where the header has {width}{surplus}"

    remedy = "Put a value that holds the separator in quotation marks, and write numbers with a decimal point."
    findings.add_cells(file, pd.Series(np.arange(n_rows)), Fault(at, what, remedy))


def _without_blank_rows(frame: pd.DataFrame, file: str, findings: Findings) -> pd.DataFrame:
    """Leave out blank rows, the index still counting the file's rows; those inside are warned of."""
    filled = np.zeros(len(frame), bool)
    for column in frame:
        filled |= (frame[column].str.strip() != "").to_numpy(bool)
    last = len(filled) - int(filled[::-1].argmax()) if filled.any() else 0
    inside = np.flatnonzero(~filled[:last])
    if len(inside):
        first = spreadsheet_row(inside[0])
        findings.warnings.append(f"{file}: blank rows were passed over (row {first} first, {len(inside)} in all).")
    return frame[filled]


def _named(frame: pd.DataFrame, header: list[str], file: str, findings: Findings) -> pd.DataFrame | None:
    """Put the header's names over the columns; None, and findings, where names are missing or stand twice."""
    named = [at for at, name in enumerate(header) if name or (frame[at].str.strip() != "").any()]
    sound = len(findings.problems)
    for name, count in Counter(header[at] for at in named).items():
        if not name:
            findings.add(file, f"{count} columns with values have no name", "Name each column in the first row.", 1)
        elif count > 1:
            findings.add(file, f"{count} columns are named {shown(name)}", "Rename or delete all but one.", 1, name)
    return frame[named].set_axis([header[at] for at in named], axis=1) if len(findings.problems) == sound else None
