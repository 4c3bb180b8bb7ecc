"""The cells of a sheet as a table: named columns, no blank rows and columns, each column of one kind where it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import NamedTuple

import numpy as np
import pandas as pd

from explorer.cohort.cells import COMMA_NUMBER, POINT_NUMBER, THOUSANDS
from explorer.cohort.findings import Mask, shown
from explorer.cohort.readers.heading import Heading, is_filled, letters, written

TOTAL = r"(?:grand )?(?:sub)?(?:total|totals|sum|mean|average|median|sd|std|count|summe|gesamt|mittelwert|moyenne)\b.*"
LAST = 3  # rows in which a line of totals is looked for
USUALLY, SPARSE = 0.8, 0.5  # share of rows that fill the first column; share of a remark's cells that are filled
NUMBER = f"(?:{POINT_NUMBER}|{COMMA_NUMBER})"
# A number that is rather a code: leading zeros, or more digits than a float holds.
CODE = r"(?:[+-]?0\d.*|\d{16,})"


class Table(NamedTuple):
    """A sheet's table, and what was seen and repaired in it."""

    frame: pd.DataFrame
    notes: list[str]


def tabulate(body: pd.DataFrame, heading: Heading, typed: Callable[[pd.Series], pd.Series]) -> Table:
    """Make a table of the cells below a heading.

    Parameters
    ----------
    body : DataFrame
        Cells, the columns counted from 0, the index the row numbers that a spreadsheet shows.
    heading : Heading
        One name for each column, empty where it has none.
    typed : function of a column
        Gives a column of cells its kind, blank cells missing.

    Returns
    -------
    Table
        Without blank rows, repeated headings, and nameless columns without a value; names are unique.
    """
    filled = _filled(body)
    with_values, not_blank = np.asarray(filled.any(axis=0)), np.asarray(filled.any(axis=1))
    kept, dropped = _columns(heading.names, with_values)
    repeated = _repeated(body, heading)
    remarks = _remarks(filled[:, kept] & ~repeated[:, None])
    names, renamed = _distinct([heading.names[at] for at in kept], kept)
    cells = body.loc[not_blank & ~repeated & ~remarks, kept]
    frame = pd.DataFrame({name: typed(cells[at]) for name, at in zip(names, kept, strict=True)}, index=cells.index)
    notes = [*heading.notes, *dropped, *renamed, *_of_rows(body, not_blank, repeated, remarks), *_totals(frame)]
    return Table(frame, notes)


def typed_objects(cells: pd.Series) -> pd.Series:
    """Give a column of Python values its kind; it stays one of objects where it holds several."""
    plain = pd.Series([cell if is_filled(cell) else None for cell in cells], cells.index, dtype=object)
    kinds = set(map(type, plain.dropna()))
    if kinds <= {int, float}:
        return _plain_numbers(plain.astype("float64"))
    if kinds <= {date, datetime}:
        return plain.map(_moment).astype("datetime64[us]")
    if kinds == {str}:
        return plain.astype("str")
    return plain.astype("boolean") if kinds == {bool} else plain


def typed_texts(cells: pd.Series) -> pd.Series:
    """Give a column of text its kind: numbers where every filled cell is one (not a code such as 007), else text."""
    text = cells.str.strip().fillna("")
    filled = text[text != ""]
    if filled.empty:
        return pd.Series(np.nan, cells.index, dtype="float64")
    if not filled.str.fullmatch(NUMBER).all() or filled.str.fullmatch(CODE).any() or _is_ambiguous(filled):
        return cells.mask(text == "")
    numbers = pd.to_numeric(text.str.replace(",", ".", regex=False).mask(text == "")).astype("float64")
    return cells.mask(text == "") if np.isinf(numbers).any() else _plain_numbers(numbers)


def _is_ambiguous(numbers: pd.Series) -> bool:
    """Say whether a comma may stand for decimals or for thousands: a point occurs too, or three digits follow each."""
    with_comma = numbers[numbers.str.contains(",", regex=False)]
    with_point = numbers.str.contains(".", regex=False).any()
    return len(with_comma) > 0 and bool(with_point or with_comma.str.fullmatch(THOUSANDS).all())


def _moment(value: date | None) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day)


def _plain_numbers(numbers: pd.Series) -> pd.Series:
    """Return whole numbers without a gap as integers, so that a patient 7 is not called 7.0."""
    values = numbers.to_numpy()
    whole = np.isfinite(values).all() and (values % 1 == 0).all() and (np.abs(values) <= 2**53).all()
    return numbers.astype("int64") if whole and len(values) else numbers


def _filled(body: pd.DataFrame) -> Mask:
    columns = [_filled_cells(body[at]) for at in body]
    return np.column_stack(columns) if columns else np.zeros((len(body), 0), bool)


def _filled_cells(cells: pd.Series) -> Mask:
    if cells.dtype == object:
        return np.fromiter(map(is_filled, cells), bool, len(cells))
    return (cells.fillna("").str.strip() != "").to_numpy(bool)


def _columns(names: Sequence[str], with_values: Mask) -> tuple[list[int], list[str]]:
    kept = [at for at, name in enumerate(names) if name or with_values[at]]
    dropped = [letters(at) for at in range(max(kept, default=0)) if at not in set(kept)]
    return kept, [f"blank columns were left out: {', '.join(dropped[:10])}."] if dropped else []


def _repeated(body: pd.DataFrame, heading: Heading) -> Mask:
    """Mark rows that repeat the heading, as sheets do that were made for paper."""
    same = np.ones(len(body), bool)
    for at, name in enumerate(heading.names):
        same[same] = _equal(body[at][same], name)
    return same & bool(any(heading.names))


def _equal(cells: pd.Series, name: str) -> Mask:
    if isinstance(cells.dtype, pd.StringDtype):
        return (cells.fillna("").str.strip() == name).to_numpy(bool)
    return np.fromiter((written(cell) == name for cell in cells), bool, len(cells))


def _distinct(names: Sequence[str], places: Sequence[int]) -> tuple[list[str], list[str]]:
    """Call nameless columns by their letters and number the names that stand more than once."""
    distinct: list[str] = []
    notes = []
    for name, at in zip(names, places, strict=True):
        called = _free(name or f"column {letters(at)}", {*distinct, *names} if name in {"", *distinct} else set())
        distinct.append(called)
        if not name:
            notes.append(f"column {letters(at)} has values but no name, and is called {shown(called)}.")
        elif called != name:
            notes.append(
                f"a further column is named {shown(name)} (column {letters(at)}), and is called {shown(called)}."
            )
    return distinct, notes


def _free(name: str, taken: set[str]) -> str:
    count, free = 1, name
    while free in taken:
        count += 1
        free = f"{name} ({count})"
    return free


def _remarks(filled: Mask) -> Mask:
    """Mark the rows below a table that are no rows of it: the first cell blank, which is filled above, and few filled."""
    n_rows, width = filled.shape
    none = np.zeros(n_rows, bool)
    if width < 2 or not filled[:, 0].any():
        return none
    last = int(np.flatnonzero(filled[:, 0])[-1])
    if filled[: last + 1, 0].mean() < USUALLY:
        return none
    below = np.arange(n_rows) > last
    return below & filled.any(axis=1) if filled[below].mean(axis=1).max(initial=0) <= SPARSE else none


def _of_rows(body: pd.DataFrame, filled: Mask, repeated: Mask, remarks: Mask) -> list[str]:
    last = np.flatnonzero(filled).max(initial=0)
    blank = ~filled & (np.arange(len(filled)) < last)
    kinds = (
        (blank, "blank rows were passed over"),
        (repeated, "rows that repeat the heading were left out"),
        (remarks, "rows below the table, without an entry in its first column, were left out as remarks"),
    )
    return [
        f"{what} (row {body.index[int(rows.argmax())]} first, {rows.sum()} in all)."
        for rows, what in kinds
        if rows.any()
    ]


def _totals(frame: pd.DataFrame) -> list[str]:
    """Say which of the last rows look like totals rather than like a patient; they stay in the table."""
    notes = []
    for row, cells in frame.tail(LAST).iterrows():
        words = [cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()]
        if words and re.fullmatch(TOTAL, words[0], re.IGNORECASE):
            notes.append(f"row {row} may hold totals ({shown(words[0])}); it was kept.")
    return notes
