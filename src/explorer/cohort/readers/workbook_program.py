"""Write every cell of a workbook as JSON; run as a script by `isolated.py`, never imported."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook, PasswordError, SheetMetadata, SheetTypeEnum, SheetVisibleEnum

REFUSED = 3


def main(most: int) -> int:
    """Read standard input as a workbook of at most so many sheets, and write its cells to standard output."""
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read()))
    except PasswordError:
        return _refused("the workbook is locked with a password")
    if len(book.sheet_names) > most:
        return _refused(f"the workbook has {len(book.sheet_names)} sheets, and at most {most} are read")
    json.dump([_sheet(book, about) for about in book.sheets_metadata], sys.stdout, default=_moment)
    return 0


def _refused(why: str) -> int:
    sys.stderr.write(why)
    return REFUSED


def _sheet(book: CalamineWorkbook, about: SheetMetadata) -> dict[str, Any]:
    said: dict[str, Any] = {"name": about.name, "hidden": about.visible != SheetVisibleEnum.Visible}
    if about.typ != SheetTypeEnum.WorkSheet:
        return said | {"rows": None, "merged": []}
    sheet = book.get_sheet_by_name(about.name)
    # Only cells merged side by side in one row can be the heading of several columns.
    ranges = sheet.merged_cell_ranges or []
    merged = [top for (top, left), (bottom, right) in ranges if right > left and top == bottom]
    return said | {"rows": sheet.to_python(skip_empty_area=False), "merged": merged}


def _moment(value: object) -> object:
    """Write a date so that it can be told from text; a time of day or a span of time is no date, and becomes text."""
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    return {"date": value.isoformat()} if isinstance(value, date) else str(value)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
