"""How much a file may hold. Stated once, so that pages can say it before a file is sent and readers keep to it."""

from __future__ import annotations

from explorer.errors import CohortError, Problem

BYTES = 100 * 2**20  # of a file as it is sent
UNZIPPED = 400 * 2**20  # of everything packed in an archive or a workbook
RATIO = 200  # times that one packed file may grow; a sheet of figures grows 10 to 50 times
FILES = 100  # in an archive
PARTS = 5_000  # in a workbook, which is an archive of parts
SHEETS = 50
ROWS = 1_000_000
COLUMNS = 2_000
CELLS = 20_000_000  # over all sheets


def refusal(file: str, what: str, remedy: str, row: int | None = None, column: str | None = None) -> CohortError:
    """Return the error that refuses a file for one reason."""
    return CohortError([Problem(file, what, remedy, row, column)])


def check_bytes(size: int, file: str) -> None:
    """Raise CohortError where a file is empty or larger than `BYTES`."""
    if size == 0:
        raise refusal(file, "the file is empty (0 bytes)", "Export or copy it again.")
    if size > BYTES:
        what = f"the file has {size / 2**20:,.0f} MB, and at most {BYTES / 2**20:,.0f} MB are read"
        raise refusal(file, what, "Leave out columns that are not needed, or save it as Parquet.")


def check_shape(rows: int, columns: int, file: str, sheet: str = "") -> None:
    """Raise CohortError where a table has more rows, columns or cells than are read."""
    where = f"the sheet '{sheet}'" if sheet else "the table"
    for count, limit, noun in ((columns, COLUMNS, "columns"), (rows, ROWS, "rows"), (rows * columns, CELLS, "cells")):
        if count > limit:
            what = f"{where} reaches over {count:,} {noun}, and at most {limit:,} are read"
            raise refusal(file, what, "Keep the part that is needed, and delete stray cells far from it.")
