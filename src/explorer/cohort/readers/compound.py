"""Excel 97-2003 workbooks (XLS): what they hold besides plain cells, found record by record before they are read."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO

import olefile

from explorer.cohort.readers.archive import AGAIN, PASSWORD
from explorer.cohort.readers.heading import letters
from explorer.cohort.readers.limits import CELLS, check_shape, refusal
from explorer.cohort.readers.openxml import PLAIN_COPY, STORED

# [MS-XLS] 2.3: the records that stand for a cell begin with its row and its column; the others matter by being there.
FORMULA, NUMBER, LABEL, ERROR, RK, LABEL_SHARED, RICH = 0x06, 0x203, 0x204, 0x205, 0x27E, 0xFD, 0xD6
MANY_BLANK, MANY_RK = 0xBE, 0xBD
CELL = {FORMULA, NUMBER, LABEL, ERROR, RK, LABEL_SHARED, RICH, MANY_RK, 0x02, 0x03, 0x04, 0x05}
BEGIN, LOCKED, BOOK_LINK = 0x809, 0x2F, 0x1AE
OWN_LINKS = (b"\x01\x04", b"\x01\x3a")  # a link of the workbook to itself, or to the program's own functions


def examine_xls(content: bytes, file: str) -> list[str]:
    """Refuse an XLS workbook with macros, a password, links to other files or too wide a reach; note formulas."""
    try:
        with olefile.OleFileIO(BytesIO(content)) as compound:
            streams = {"/".join(place).lower() for place in compound.listdir()}
            _check_streams(streams, file)
            book = compound.openstream("workbook" if "workbook" in streams else "book").read()
    except (OSError, ValueError, IndexError, struct.error, RecursionError) as error:
        raise refusal(file, "the workbook is cut short or damaged", AGAIN) from error
    return _examine_records(book, file)


def _check_streams(streams: set[str], file: str) -> None:
    if "encryptedpackage" in streams:
        raise refusal(file, "the workbook is locked with a password", PASSWORD)
    if any(stream.startswith("_vba_project") for stream in streams):
        raise refusal(file, "the workbook holds macros (a program)", "Save it as .xlsx, which leaves them out.")
    if not streams & {"workbook", "book"}:
        raise refusal(file, "the file is an Office document without sheets", "Choose a workbook, saved as .xlsx.")


def _examine_records(book: bytes, file: str) -> list[str]:
    sheet, formulas = 0, []
    reach: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for kind, at, size in _records(book):
        if kind == LOCKED:
            raise refusal(file, "the workbook is locked with a password", PASSWORD)
        if kind == BOOK_LINK and book[at + 2 : at + 4] not in OWN_LINKS:
            raise refusal(file, "the workbook takes values from other files (external links)", PLAIN_COPY)
        if kind == BEGIN:
            sheet += 1
        elif kind in CELL and size >= 4:
            row, column = struct.unpack_from("<HH", book, at)
            reach[sheet] = max(reach[sheet][0], row + 1), max(reach[sheet][1], column + 1)
            if kind == FORMULA:
                formulas.append(f"{letters(column)}{row + 1}")
    _check_reach(list(reach.values()), file)
    return [f"cells that hold formulas: {len(formulas)} ({formulas[0]} first); {STORED}"] if formulas else []


def _records(book: bytes) -> Iterator[tuple[int, int, int]]:
    at = 0
    while at + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, at)
        if at + 4 + size > len(book):
            return
        yield kind, at + 4, size
        at += 4 + size


def _check_reach(reach: list[tuple[int, int]], file: str) -> None:
    for rows, columns in reach:
        check_shape(rows, columns, file)
    if sum(rows * columns for rows, columns in reach) > CELLS:
        check_shape(1, sum(rows * columns for rows, columns in reach), file)
