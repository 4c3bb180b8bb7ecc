"""Sheets of a workbook (XLSX, XLS, ODS): the cells as stored; nothing is calculated, no program is run."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pandas as pd

from explorer.cohort.findings import shown
from explorer.cohort.readers.archive import unpacked
from explorer.cohort.readers.compound import examine_xls
from explorer.cohort.readers.grid import Table, tabulate, typed_objects
from explorer.cohort.readers.heading import LOOK, find_heading
from explorer.cohort.readers.isolated import damaged, run
from explorer.cohort.readers.kinds import XLS, XLSX
from explorer.cohort.readers.limits import PARTS, SHEETS, UNZIPPED, refusal
from explorer.cohort.readers.opendocument import examine_ods
from explorer.cohort.readers.openxml import examine_xlsx

PROGRAM = "workbook_program.py"


def read_workbook(
    content: bytes, file: str, kind: str, allowed: int = UNZIPPED
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Read every sheet of a workbook that holds a table.

    Parameters
    ----------
    content : bytes
    file : str
        Name for messages.
    kind : str
        `XLSX`, `XLS` or `ODS`.
    allowed : int
        How many bytes it may unpack to.

    Returns
    -------
    dict of DataFrame, list of str
        The tables by the sheets' names, hidden ones among them, and what was seen and repaired.

    Raises
    ------
    CohortError
        Where the workbook is damaged, locked, too large, or holds macros, external links, a formula without a
        stored value, or no table.
    """
    notes = _examined(content, file, kind, allowed)
    frames = {}
    for sheet in _cells(content, file, kind):
        table = _sheet(sheet)
        notes += [f"sheet {shown(sheet['name'])}: {note}" for note in table.notes]
        if not table.frame.columns.empty:
            frames[sheet["name"]] = table.frame
    if not frames:
        raise refusal(file, "no sheet holds a table with named columns", "Let a row name the columns.")
    return frames, notes


def _examined(content: bytes, file: str, kind: str, allowed: int) -> list[str]:
    if kind == XLS:
        return examine_xls(content, file)
    with unpacked(content, file, PARTS, allowed) as archive:
        return examine_xlsx(archive, file) if kind == XLSX else examine_ods(archive, file)


def _cells(content: bytes, file: str, kind: str) -> list[dict[str, Any]]:
    written = run(PROGRAM, content, file, kind, SHEETS)
    try:
        sheets: list[dict[str, Any]] = json.loads(written, object_hook=_moment)
    except ValueError as error:
        raise damaged(file, kind) from error
    return sheets


def _moment(said: dict[str, Any]) -> Any:
    """Return the date that a JSON object stands for, or the object itself."""
    if "datetime" in said:
        return datetime.fromisoformat(said["datetime"])
    return date.fromisoformat(said["date"]) if "date" in said else said


def _sheet(sheet: dict[str, Any]) -> Table:
    if sheet["rows"] is None:
        return Table(pd.DataFrame(), ["it holds no cells (a chart, say) and was left out."])
    table = _table(sheet["rows"], set(sheet["merged"]))
    return Table(
        table.frame, [*(["it is hidden in the workbook, and was read."] if sheet["hidden"] else []), *table.notes]
    )


def _table(rows: list[list[Any]], merged: set[int]) -> Table:
    heading = find_heading(rows[:LOOK], merged)
    if heading is None:
        return Table(pd.DataFrame(), ["it has no row that names columns, and was left out."])
    first = heading.at + 1
    body = pd.DataFrame(rows[first:], range(first + 1, len(rows) + 1), range(len(heading.names)), dtype=object)
    return tabulate(body, heading, typed_objects)
