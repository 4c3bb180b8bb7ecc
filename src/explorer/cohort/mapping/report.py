"""What became of every cell: read, dropped, repaired or left alone, with counts and rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from explorer.cohort.findings import Mask

Kind = Literal["read", "repaired", "dropped", "left alone"]
ROWS_NAMED = 20


@dataclass(frozen=True)
class Entry:
    """One thing that was done with cells of a column, or with rows of a sheet.

    Attributes
    ----------
    kind : {"read", "repaired", "dropped", "left alone"}
    sheet : str
    column : str or None
        None where whole rows are meant.
    what : str
        In words, without the count.
    count : int
        How many cells or rows.
    rows : tuple of int
        The first twenty of them, as a spreadsheet counts.
    """

    kind: Kind
    sheet: str
    column: str | None
    what: str
    count: int
    rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        place = f"sheet '{self.sheet}'" + (f", column '{self.column}'" if self.column is not None else "")
        more = ", ..." if self.count > len(self.rows) else ""
        rows = f" (row{'s' if self.count > 1 else ''} {', '.join(map(str, self.rows))}{more})" if self.rows else ""
        return f"{self.kind}: {place}: {self.what}: {self.count}{rows}"


class Log:
    """Entries gathered while one file is read."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def add(self, kind: Kind, sheet: str, column: str | None, what: str, count: int) -> None:
        """Note something that has no rows to point to."""
        if count:
            self._entries.append(Entry(kind, sheet, column, what, count))

    def cells(self, kind: Kind, sheet: str, cells: pd.Series, at: Mask, what: str) -> None:
        """Note what happened to some cells of a column, whose index counts the file's rows from 0."""
        if at.any():
            rows = tuple(int(row) + 2 for row in cells.index[np.flatnonzero(at)[:ROWS_NAMED]])
            column = None if cells.name is None else str(cells.name)
            self._entries.append(Entry(kind, sheet, column, what, int(at.sum()), rows))

    def entries(self) -> tuple[Entry, ...]:
        """Return all of them, those of a kind together."""
        order: Iterable[Kind] = ("read", "repaired", "dropped", "left alone")
        return tuple(entry for kind in order for entry in self._entries if entry.kind == kind)
