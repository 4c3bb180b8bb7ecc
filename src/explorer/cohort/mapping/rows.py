"""Rows of one sheet as the mapping wants them: columns joined, split and summed, rows left out, patients named."""

from __future__ import annotations

import numpy as np
import pandas as pd

from explorer.cohort.cells import NO_NUMBER
from explorer.cohort.findings import Mask, shown
from explorer.cohort.mapping import columns
from explorer.cohort.mapping.columns import Source, as_text
from explorer.cohort.mapping.model import Column, Sheet

NUMBER = Column(role="covariate")
EXACT = 2**53  # From here on a float, as a spreadsheet holds numbers, skips whole numbers.
INEXACT = (
    "the identifiers are numbers of sixteen digits or more, which a spreadsheet does not hold exactly: "
    "two patients may have become one"
)
STORE_AS_TEXT = "Store the identifiers as text in the file, or let another column name the patients."


def prepared(frame: pd.DataFrame, sheet: Sheet, source: Source) -> pd.DataFrame:
    """Return the rows to read, their index counting the file's rows from 0, with the columns that were made.

    What is wrong goes to the findings; the rest is there all the same.
    """
    rows = frame.set_axis(frame.index.to_numpy(np.int64) - 2, axis=0)
    rows = _split(_kept(rows, sheet, source), sheet, source)
    for name, parts in sheet.joined.items():
        if _there(rows, parts, source):
            rows = rows.assign(**{name: _joined(rows, parts)})
    for name, parts in sheet.summed.items():
        if _there(rows, parts, source):
            read = [columns.numbers(rows[part], NUMBER, source) for part in parts]
            rows = rows.assign(**{name: sum(read[1:], read[0])})
    for name, parts in sheet.first_of.items():
        if _there(rows, parts, source):
            rows = rows.assign(**{name: _first_filled(rows, parts)})
    _there(rows, tuple(sheet.columns), source)
    return rows


def observed(rows: pd.DataFrame, sheet: Sheet, source: Source) -> Mask:
    """Say which rows hold what was observed rather than imputed."""
    kept = np.ones(len(rows), bool)
    for name, texts in sheet.imputed.items():
        if _there(rows, (name,), source):
            out = _texts(rows[name]).isin(texts).to_numpy()
            what = f"rows whose scores and answers were imputed ({', '.join(texts)})"
            source.log.cells("dropped", source.sheet, rows[name], out, what)
            kept &= ~out
    return kept


def is_empty(cells: pd.Series) -> Mask:
    """Say which cells hold nothing, or a word for that."""
    return _texts(cells).str.lower().isin(["", *NO_NUMBER]).to_numpy()


def _there(rows: pd.DataFrame, parts: tuple[str, ...], source: Source) -> bool:
    absent = [part for part in parts if part not in rows]
    for part in absent:
        held = ", ".join(shown(str(name)) for name in rows.columns[:40])
        source.findings.add(source.place, "there is no such column", f"The sheet has {held}.", column=part)
    return not absent


def _kept(rows: pd.DataFrame, sheet: Sheet, source: Source) -> pd.DataFrame:
    for name, texts in sheet.leave_out.items():
        if _there(rows, (name,), source):
            out = _texts(rows[name]).isin(texts).to_numpy()
            what = f"rows left out as the mapping says ({', '.join(text or 'empty' for text in texts)})"
            source.log.cells("dropped", source.sheet, rows[name], out, what)
            rows = rows[~out]
    return rows


def _texts(cells: pd.Series) -> pd.Series:
    codes, uniques = pd.factorize(cells)
    held = np.array([*(as_text(value) for value in uniques), ""], dtype=object)
    return pd.Series(held[codes], cells.index, name=cells.name, dtype="str")


def _joined(rows: pd.DataFrame, parts: tuple[str, ...]) -> pd.Series:
    """Join texts by a hyphen; empty where one of them is."""
    texts = [_texts(rows[part]) for part in parts]
    whole = texts[0].str.cat(pd.concat(texts[1:], axis=1), sep="-") if texts[1:] else texts[0]
    return whole.mask(np.logical_or.reduce([(text == "").to_numpy() for text in texts]))


def _first_filled(rows: pd.DataFrame, parts: tuple[str, ...]) -> pd.Series:
    """Return the text of the first filled of some columns, missing where none is."""
    texts = pd.concat([_texts(rows[part]) for part in parts], axis=1)
    return texts.mask(texts == "").bfill(axis=1).iloc[:, 0]


def _split(rows: pd.DataFrame, sheet: Sheet, source: Source) -> pd.DataFrame:
    for name, parts in sheet.split.items():
        if _there(rows, (name,), source):
            texts = _texts(rows[name])
            made = texts.str.split("/", expand=True).reindex(columns=range(len(parts))).astype("str")
            wrong = (texts != "").to_numpy() & (texts.str.count("/") != len(parts) - 1).to_numpy()
            remedy = f"Write {len(parts)} values with a slash between, or ignore the column."
            source.fault(rows[name], wrong, f"{{value}} does not hold {len(parts)} values", remedy)
            rows = rows.assign(**{part: made[at].str.strip() for at, part in enumerate(parts)})
    return rows


def patients(rows: pd.DataFrame, sheet: Sheet, source: Source) -> pd.Series | None:
    """Return the identifier in each row, empty where the row has none; None where the sheet names no patients."""
    if sheet.row_is_patient:
        return pd.Series([f"row {row + 2}" for row in rows.index], rows.index, dtype="str")
    name = sheet.first("patient_id")
    if name is None:
        what = "no column says which patient a row belongs to"
        remedy = "Give one the role patient_id, or say row_is_patient where each row is a patient of its own."
        source.findings.add(source.place, what, remedy)
        return None
    if name not in rows:
        return None
    if _inexact(rows[name]):
        source.findings.add(source.place, INEXACT, STORE_AS_TEXT, column=name)
        return None
    return columns.names(rows[name], sheet.columns[name], source)


def _inexact(cells: pd.Series) -> bool:
    """Say whether identifiers are numbers so long that two of them may have become one."""
    held = cells if pd.api.types.is_float_dtype(cells) else cells[cells.map(lambda cell: isinstance(cell, float))]
    return bool((held.dropna().astype("float64").abs() >= EXACT).any())


def with_patient(rows: pd.DataFrame, identifiers: pd.Series, source: Source) -> Mask:
    """Say which rows name a patient; a row that names none but holds anything else is an error."""
    empty = identifiers.isna().to_numpy()
    blank = empty & rows.isna().all(axis=1).to_numpy()
    source.log.cells("dropped", source.sheet, identifiers.rename(None), blank, "blank rows")
    source.fault(identifiers, empty & ~blank, "the row names no patient", "Fill it in, or leave the row out.")
    return ~empty
