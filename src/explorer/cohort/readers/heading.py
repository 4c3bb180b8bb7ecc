"""Where a table begins in a sheet: titles above it, the row that names the columns, or the two rows."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from explorer.cohort.cells import ANY_DATE, COMMA_NUMBER, POINT_NUMBER
from explorer.cohort.findings import shown

LOOK = 40  # rows in which the heading is looked for
FULL = 0.6  # of the widest row's cells: a row that is as full may name the columns, a title is not

Row = Sequence[Any]


class Heading(NamedTuple):
    """The columns' names as they stand, and the position of the last row that holds them (the first of a sheet is 0)."""

    at: int
    names: list[str]
    notes: list[str]


def find_heading(rows: Sequence[Row], merged: Collection[int] = ()) -> Heading | None:
    """Find the row that names the columns among the first rows of a sheet.

    Parameters
    ----------
    rows : sequence of rows of cells
        The first rows; blank cells are None or text without letters.
    merged : collection of int
        Positions of rows that hold cells merged side by side.

    Returns
    -------
    Heading or None
        The first row at least 60 % as full as the widest one. The row above it is part of the heading where its
        cells are merged, or where the names are not told apart without it. None where no row holds a name: all
        cells are numbers or dates, or blank.
    """
    rows = rows[:LOOK]
    filled = [sum(map(is_filled, row)) for row in rows]
    if not any(filled):
        return None
    at = next(at for at, count in enumerate(filled) if count >= FULL * max(filled))
    if at + 1 < len(rows) and _are_names(rows[at + 1]) and (at in merged or _is_parted(rows[at : at + 3])):
        at += 1
    if not any(map(_is_name, rows[at])):
        return None
    return _heading(rows, at, merged)


def _heading(rows: Sequence[Row], at: int, merged: Collection[int]) -> Heading:
    names = [written(cell) for cell in rows[at]]
    grouped = at > 0 and _groups(rows[at - 1], names, at - 1 in merged)
    notes = _notes_above(rows[: at - 1 if grouped else at])
    if grouped:
        names = [f"{group} {name}".strip() for group, name in zip(_spread(rows[at - 1]), names, strict=True)]
        notes.append(f"rows {at} and {at + 1} name the columns together: {shown(_changed(names, rows[at]))} for one.")
    return Heading(at, names, notes)


def is_filled(cell: object) -> bool:
    """Say whether anything stands in a cell."""
    if isinstance(cell, str):
        return cell.strip() != ""
    return cell is not None and not (isinstance(cell, float) and math.isnan(cell))


def written(cell: object) -> str:
    """Write a heading's cell as the name of a column: on one line, a whole number without decimals."""
    if not is_filled(cell):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return " ".join("".join(letter if letter.isprintable() else " " for letter in str(cell)).split())


def letters(position: int) -> str:
    """Return the letters by which spreadsheets call a column (0 is A, 26 is AA)."""
    return (letters(position // 26 - 1) if position >= 26 else "") + chr(ord("A") + position % 26)


def _is_name(cell: object) -> bool:
    if isinstance(cell, bool | int | float | date) or not is_filled(cell):
        return False
    return not re.fullmatch(f"{POINT_NUMBER}|{COMMA_NUMBER}|{ANY_DATE}", str(cell).strip())


def _are_names(row: Row) -> bool:
    filled = [cell for cell in row if is_filled(cell)]
    return len(filled) > 1 and all(map(_is_name, filled))


def _is_parted(rows: Sequence[Row]) -> bool:
    """Say whether the second row, though no values yet, names the parts of what the first names over blank cells."""
    top, below = rows[:2]
    parts = [cell for cell in below if is_filled(cell)]
    n_nameless = sum(is_filled(cell) and not is_filled(name) for name, cell in zip(top, below, strict=True))
    return n_nameless > 1 and len(set(parts)) < len(parts) and not all(map(_is_name, filter(is_filled, rows[-1])))


def _groups(above: Row, names: list[str], merged: bool) -> bool:
    """Say whether the row above names groups of columns rather than the sheet."""
    if len(above) != len(names) or not _are_names(above):
        return False
    filled = [name for name in names if name]
    return merged or len(set(filled)) < len(filled)


def _spread(groups: Row) -> list[str]:
    """Repeat each group's name over the blank cells to its right."""
    spread, last = [], ""
    for cell in groups:
        last = written(cell) or last
        spread.append(last)
    return spread


def _changed(names: list[str], row: Row) -> str:
    return next((name for name, cell in zip(names, row, strict=True) if name != written(cell)), names[0])


def _notes_above(rows: Sequence[Row]) -> list[str]:
    titles = [written(cell) for row in rows for cell in row if is_filled(cell)]
    if not titles:
        return []
    return [f"the table's heading stands in a row below {shown(titles[0])}; what is above it was passed over."]
