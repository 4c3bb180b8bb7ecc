"""Faults found in tables, gathered so that all of them can be told at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.errors import SHOWN, CohortError, Problem

Mask = npt.NDArray[np.bool_]

LONGEST = 40


class Fault(NamedTuple):
    """Something wrong with cells of a column: which ones, what it is and how to mend it.

    In `what` the text `{value}` stands for the cell; where that is not enough, it is asked for each position.
    """

    cells: Mask
    what: str | Callable[[int], str]
    remedy: str


class Findings:
    """Every problem and warning met while a cohort is put together."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[str] = []
        self._beyond: list[Problem] = []

    def add(self, file: str, what: str, remedy: str, row: int | None = None, column: str | None = None) -> None:
        """Note one problem; `row` as a spreadsheet counts."""
        self.problems.append(Problem(file, what, remedy, row, column))

    def add_cells(self, file: str, cells: pd.Series, fault: Fault) -> None:
        """Note a fault of cells of one column, the first fifty in full and the rest by their number.

        The index of `cells` counts the rows of the file from 0, also where some were left out. Without a
        name they stand for whole rows.
        """
        at = np.flatnonzero(fault.cells)
        column = None if cells.name is None else str(cells.name)
        for position in at[:SHOWN].tolist():
            self.add(file, _words(fault, cells, position), fault.remedy, spreadsheet_row(cells.index[position]), column)
        if len(at) > SHOWN:
            # One object many times over: a file of ten million wrong cells must not fill the memory.
            rest = Problem(file, "more cells have the same fault", fault.remedy, column=column)
            self._beyond.extend([rest] * (len(at) - SHOWN))

    def stop_if_any(self, files: list[str]) -> None:
        """Raise CohortError when a problem was noted, in the order of the files and of their rows."""
        order = {file: place for place, file in enumerate(files)}
        if self.problems:
            found = sorted(self.problems, key=lambda problem: (order.get(problem.file, -1), problem.row or 0))
            raise CohortError(found + self._beyond)


def _words(fault: Fault, cells: pd.Series, position: int) -> str:
    if callable(fault.what):
        return fault.what(position)
    return fault.what.replace("{value}", shown(cells.iloc[position]))


def spreadsheet_row(position: int | np.integer[Any]) -> int:
    """Row number of a data row as a spreadsheet shows it: it counts from 1 and spends row 1 on the header."""
    return int(position) + 2


def shown(value: object) -> str:
    """Write a cell's value as messages quote it: short, on one line."""
    text = f"{value:.12g}" if isinstance(value, float | np.floating) else str(value)
    text = text.removesuffix(" 00:00:00") if isinstance(value, pd.Timestamp) else text
    line = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[: LONGEST + 1])
    return f"'{line}'" if len(line) <= LONGEST else f"'{line[:LONGEST]}...'"
