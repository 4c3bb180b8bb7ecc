"""What an OpenDocument sheet (ODS) holds besides plain cells, found before its cells are read.

One cell, or one row, may be written down once and stand for millions of equal ones: how far a sheet reaches is
counted here first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple
from xml.etree import ElementTree
from zipfile import ZipFile

from explorer.cohort.findings import shown
from explorer.cohort.readers.archive import AGAIN, PASSWORD
from explorer.cohort.readers.limits import CELLS, check_shape, refusal
from explorer.cohort.readers.openxml import FAR, PLAIN_COPY, STORED, refuse_entities

CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OTHER_FILE = re.compile(rb"<table:table-source|table:formula=\"[^\"]*(?:file|https?):")


def examine_ods(archive: ZipFile, file: str) -> list[str]:
    """Find what a sheet holds besides plain cells.

    Parameters
    ----------
    archive : ZipFile
        The workbook, found sound by `unpacked`.
    file : str
        Name for messages.

    Returns
    -------
    list of str
        A note on each sheet's formulas.

    Raises
    ------
    CohortError
        Where there are macros, a password, links to other files or too many cells.
    """
    names = archive.namelist()
    if any(name.startswith(("Basic/", "Scripts/")) and not name.endswith("/") for name in names):
        raise refusal(file, "the workbook holds macros (a program)", PLAIN_COPY)
    if MANIFEST in names and b"encryption-data" in archive.read(MANIFEST):
        raise refusal(file, "the workbook is locked with a password", PASSWORD)
    content = archive.read(CONTENT)
    refuse_entities(content, file)
    if OTHER_FILE.search(content):
        raise refusal(file, "the workbook takes values from other files (external links)", PLAIN_COPY)
    return _examine_tables(content, file)


def _examine_tables(content: bytes, file: str) -> list[str]:
    notes, total = [], 0
    try:
        for name, reach in _reaches(content):
            check_shape(reach.rows, reach.columns, file, name)
            total += reach.rows * reach.columns
            if reach.n_without_value:
                what = f"formulas of the sheet {shown(name)} have no stored value ({reach.n_without_value} in all)"
                raise refusal(file, what, "Open the workbook in a spreadsheet program, save it and choose it again.")
            if reach.formulas:
                notes.append(f"sheet {shown(name)}: cells that hold formulas: {reach.formulas}; {STORED}")
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise refusal(file, f"the workbook is damaged ({error})", AGAIN) from error
    if total > CELLS:
        check_shape(1, total, file)
    return notes


class _Reach(NamedTuple):
    rows: int
    columns: int
    formulas: int
    n_without_value: int


def _reaches(content: bytes) -> Iterator[tuple[str, _Reach]]:
    """Yield each table's name, and how far its filled cells reach."""
    reach, at = _Reach(0, 0, 0, 0), 0
    for _, element in ElementTree.iterparse(BytesIO(content)):
        if element.tag == f"{TABLE}table-row":
            at += _times(element, "rows")
            reach = _extended(reach, element, at)
            element.clear()
        elif element.tag == f"{TABLE}table":
            yield element.get(f"{TABLE}name", ""), reach
            reach, at = _Reach(0, 0, 0, 0), 0
            element.clear()


def _extended(reach: _Reach, row: ElementTree.Element, at: int) -> _Reach:
    formulas = [cell for cell in row if f"{TABLE}formula" in cell.attrib]
    without = sum(len(cell) == 0 and not any(key.endswith("}value-type") for key in cell.attrib) for cell in formulas)
    width = _width(row)
    return _Reach(
        at if width else reach.rows,
        max(reach.columns, width),
        reach.formulas + len(formulas),
        reach.n_without_value + without,
    )


def _width(row: ElementTree.Element) -> int:
    at = width = 0
    for cell in row:
        at += _times(cell, "columns")
        filled = len(cell) > 0 or any("value" in key or "formula" in key for key in cell.attrib)
        width = at if filled else width
    return width


def _times(element: ElementTree.Element, noun: str) -> int:
    """Return how many equal rows or columns an element stands for."""
    text = element.get(f"{TABLE}number-{noun}-repeated", "1")
    return int(text) if text.isdecimal() and len(text) < 12 else FAR
