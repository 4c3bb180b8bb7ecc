"""The instruments that a cohort describes itself, in an `instruments.csv` of its own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from explorer.cohort import cells
from explorer.cohort.findings import Fault, Findings, spreadsheet_row
from explorer.cohort.instruments import HIGHER, LOWER, Instrument, from_cells

DEMANDED = ("code", "range_min", "range_max", "direction")
NUMBERS = ("range_min", "range_max", "step", "mcid")


def read_scales(frame: pd.DataFrame, file: str, findings: Findings) -> dict[str, Instrument]:
    """Read a table of instruments.

    Parameters
    ----------
    frame : DataFrame
        Text cells: `code`, `range_min`, `range_max`, `direction` and, if given, `name` (else the code), `step` (empty:
        continuous), `mcid`, `unit`, `bands` and the sources, as in the catalogue.
    file : str
        Name for messages.
    findings : Findings
        Takes every problem.

    Returns
    -------
    dict of str to Instrument
        Those that are well described.
    """
    for column in DEMANDED:
        if column not in frame:
            findings.add(file, f"the column '{column}' is missing", f"Add it; {', '.join(DEMANDED)} are needed.")
    if not set(DEMANDED) <= set(frame):
        return {}
    text = frame.apply(cells.texts)
    numbers = pd.DataFrame({name: cells.numbers(text[name]).values for name in NUMBERS if name in text})
    wrong = np.zeros(len(text), bool)
    for column, fault in _faults(text, numbers):
        wrong |= fault.cells
        findings.add_cells(file, text[column], fault)
    plain = text.assign(**numbers.astype("str").where(numbers.notna(), ""))[~wrong]
    described = [_described(plain.loc[at], spreadsheet_row(at), file, findings) for at in plain.index]
    return {instrument.code: instrument for instrument in described if instrument is not None}


def _faults(text: pd.DataFrame, numbers: pd.DataFrame) -> Iterator[tuple[str, Fault]]:
    """Yield what is wrong with the cells, column by column."""
    for column in DEMANDED:
        yield column, _fault(text[column] == "", "the cell is empty", "Fill it in.")
    for column in (name for name in NUMBERS if name in text):
        for fault in cells.numbers(text[column]).faults:
            yield column, fault
        yield column, _fault(np.isinf(numbers[column]), "{value} is not a finite number", "Correct the cell.")
        not_above = (numbers[column] <= 0) & (column in ("step", "mcid"))
        yield column, _fault(not_above, f"{{value}} is no {column}", "Give a number above 0, or leave it empty.")
    for fault in cells.identifiers(text["code"]).faults:
        yield "code", fault
    again = text["code"].duplicated() & (text["code"] != "")
    yield "code", _fault(again, "{value} stands twice", "Keep one.")
    reversed_ = numbers["range_min"] >= numbers["range_max"]
    yield "range_max", _fault(reversed_, "{value} is not above range_min", "Correct the range.")
    unknown = (text["direction"] != "") & ~text["direction"].isin([LOWER, HIGHER])
    yield "direction", _fault(unknown, "{value} is no direction", f"Write '{LOWER}' or '{HIGHER}'.")


def _fault(wrong: pd.Series, what: str, remedy: str) -> Fault:
    return Fault(wrong.to_numpy(bool), what, remedy)


def _described(plain: pd.Series, row: int, file: str, findings: Findings) -> Instrument | None:
    row_cells = {str(column): str(cell) for column, cell in plain.items()}
    try:
        return from_cells(row_cells | {"name": row_cells.get("name") or row_cells["code"]})
    except ValueError as error:
        findings.add(file, str(error), "Write bands like 'mild 0 to 3; severe 4 to 10'.", row, "bands")
        return None
