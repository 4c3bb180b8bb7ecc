"""Cells into values: numbers, days, dates, answers and names, with every cell that cannot be read.

Columns that already hold the right kind of value pass through; text is read strictly, so that nothing is guessed. An
empty cell is missing. Nothing here raises: a `Read` says which cells are wrong, and they are missing in its values.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from explorer.cohort.findings import Fault, Mask, spreadsheet_row

POINT_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
COMMA_NUMBER = r"[+-]?\d+,\d+"
THOUSANDS = r"[+-]?[1-9]\d{0,2}(?:,\d{3})+"
ISO_DATE = r"\d{4}-\d{2}-\d{2}(?:[T ]00:00(?::00(?:\.0+)?)?)?"
FORMULA_START = r"^(?:[=+@]|-\D)"
FORMULA = rf"{FORMULA_START}|[\x00-\x1f\x7f]"
"""What a spreadsheet would take for a formula, and what would break a line or a message."""
ANY_DATE = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"

# What people write for "not recorded". In a column of names some are words in their own right: "none" may be a drug.
NO_NAME = ("nd", "n.d.", "na", "n.a.", "n/a", "#n/a", "#na", "nan", "null", "nil", ".", "-", "--", "?", "nr", "n.r.")
NO_NUMBER = (*NO_NAME, "none", "missing", "unknown", "unk", "not done", "not recorded", "not available")
CODES = (99, 999, 9999, 99999, -1, -9, -99, -999, -9999)
DAY_CODES = (9999, 99999, -999, -9999, -99999)  # Day 999 can be a day; more than 27 years either way hardly.

YES, NO = ("yes", "y", "true", "1", "1.0"), ("no", "n", "false", "0", "0.0")

CODED = "{value} looks like a code for a missing value"
LEAVE_EMPTY = "Leave the cell empty if the value was not recorded."
CORRECT = "Correct the cell, or leave it empty if the value was not recorded."
WRITE_ISO = "Write the date as year-month-day, like 2023-05-31."
COUNT_DAYS = "Give the number of days from the index date: 0 is the first prescription, negative is before it."


class Read(NamedTuple):
    """The values of a column, missing where a cell is empty or wrong, and what is wrong."""

    values: pd.Series
    faults: list[Fault]


def texts(cells: pd.Series) -> pd.Series:
    """Return cells as text without surrounding blanks, an empty text where missing."""
    # An identifier 7 that a missing neighbour turned into 7.0 is still 7.
    plain = cells.astype("Int64") if is_whole(cells) else cells
    return plain.astype("str").str.strip().fillna("")


def is_whole(cells: pd.Series) -> bool:
    """Say whether a column is one of floats that are whole numbers, each of which a float holds exactly."""
    if not pd.api.types.is_float_dtype(cells):
        return False
    filled = cells.dropna()
    return bool(((filled % 1 == 0) & (filled.abs() <= 2**53)).all())


def numbers(cells: pd.Series) -> Read:
    """Read cells as float64; a column may use the decimal point or the decimal comma, not both."""
    if pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells):
        return Read(cells.astype("Float64").astype("float64") if cells.hasnans else cells.astype("float64"), [])
    text = texts(cells)
    point, comma = _matches(text, POINT_NUMBER), _matches(text, COMMA_NUMBER)
    thousands = _matches(text, THOUSANDS)
    with_point = point & text.str.contains(".", regex=False).to_numpy(bool)
    mixed = comma & ~thousands & with_point.any()
    readable = point | (comma & ~thousands & ~mixed)
    values = pd.to_numeric(text.where(readable).str.replace(",", ".", regex=False), errors="coerce").astype("float64")
    faults = [
        Fault(thousands, "{value} may mean thousands or decimals", "Write the number without a comma, like 1200."),
        Fault(mixed, *_mixture(text, with_point)),
        *_not_numbers(text, (text != "").to_numpy(bool) & ~readable & ~thousands & ~mixed),
    ]
    return Read(values, faults)


def days(cells: pd.Series) -> Read:
    """Read cells as days from the index date, telling dates among them."""
    if pd.api.types.is_numeric_dtype(cells):
        return numbers(cells)
    date = _matches(texts(cells), ANY_DATE)
    values, faults = numbers(cells.mask(date))
    return Read(values, [Fault(date, "{value} is a date, not a day", COUNT_DAYS), *faults])


def dates(cells: pd.Series) -> Read:
    """Read cells as calendar dates (datetime64), which text must write as year-month-day."""
    if pd.api.types.is_datetime64_any_dtype(cells):
        return Read(cells.dt.tz_localize(None).dt.normalize().astype("datetime64[us]"), [])
    text = texts(cells)
    iso = _matches(text, ISO_DATE)
    values = pd.to_datetime(text.where(iso).str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
    return Read(
        values.astype("datetime64[us]"),
        [
            Fault(iso & values.isna().to_numpy(), "{value} is not a day of the calendar", WRITE_ISO),
            *_not_dates(text, (text != "").to_numpy(bool) & ~iso),
        ],
    )


def answers(cells: pd.Series) -> Read:
    """Read cells as yes or no (pandas `boolean`), in the usual spellings."""
    if pd.api.types.is_bool_dtype(cells):
        return Read(cells.astype("boolean"), [])
    text = texts(cells).str.lower()
    yes, no = text.isin(YES).to_numpy(), text.isin(NO).to_numpy()
    values = pd.Series(yes, cells.index, name=cells.name).astype("boolean").mask(~yes & ~no)
    other = (text != "").to_numpy(bool) & ~yes & ~no
    coded = other & text.isin(NO_NUMBER).to_numpy()
    return Read(
        values,
        [Fault(coded, CODED, LEAVE_EMPTY), Fault(other & ~coded, "{value} is neither yes nor no", "Write yes or no.")],
    )


def identifiers(cells: pd.Series) -> Read:
    """Read cells as a category of texts in alphabetical order, missing where empty."""
    codes, values = _coded(cells)
    trimmed = texts(pd.Series(values))
    place, names = pd.factorize(trimmed, sort=True)
    filled = names != ""
    place = np.where(filled[place], place - int(not filled.all()), -1) if len(place) else place
    codes = np.where(codes < 0, -1, np.append(place, -1)[codes])
    column = pd.Categorical.from_codes(codes, categories=pd.Index(names[filled], dtype="str"))
    return Read(pd.Series(column, cells.index, name=cells.name), [_formulas(column)])


def names(cells: pd.Series) -> Read:
    """Read cells as a category of names; a code for a missing value is not one."""
    values, faults = identifiers(cells)
    return Read(values, [*faults, Fault(_among(values, NO_NAME), CODED, LEAVE_EMPTY)])


def further(cells: pd.Series) -> Read:
    """Read a column whose kind is not known beforehand as numbers, as yes and no, or else as names.

    A column of text is one of numbers when at least four in five of its cells are, codes for missing values
    apart; the others are then wrong. It is one of yes and no when all are. An empty one is one of numbers.
    """
    if cells.isna().all():
        return Read(pd.Series(np.nan, cells.index, name=cells.name, dtype="float64"), [])
    if pd.api.types.is_bool_dtype(cells):
        return answers(cells)
    if pd.api.types.is_numeric_dtype(cells):
        return numbers(cells)
    text = texts(cells).str.lower()
    filled = text[(text != "") & ~text.isin(NO_NAME)]
    numeric = filled[~filled.isin(NO_NUMBER)]
    if filled.empty or (len(numeric) and _matches(numeric, f"{POINT_NUMBER}|{COMMA_NUMBER}").mean() >= 0.8):
        return numbers(cells)
    return answers(cells) if filled.isin(YES + NO).all() else names(cells)


def _matches(text: pd.Series, pattern: str) -> Mask:
    return text.str.fullmatch(f"(?:{pattern})").to_numpy(bool)


def _mixture(text: pd.Series, with_point: Mask) -> tuple[str, str]:
    """Say what is wrong with a decimal comma, naming the first row with a decimal point."""
    row = spreadsheet_row(text.index[int(with_point.argmax())]) if with_point.any() else 0
    what = f"{{value}} has a decimal comma, whereas row {row} has a decimal point"
    return what, "Use the decimal point in the whole column."


def _not_numbers(text: pd.Series, wrong: Mask) -> list[Fault]:
    coded = wrong & text.str.lower().isin(NO_NUMBER).to_numpy()
    return [Fault(coded, CODED, LEAVE_EMPTY), Fault(wrong & ~coded, "{value} is not a number", CORRECT)]


def _not_dates(text: pd.Series, wrong: Mask) -> list[Fault]:
    coded = wrong & text.str.lower().isin(NO_NUMBER).to_numpy()
    number = wrong & ~coded & _matches(text, f"{POINT_NUMBER}|{COMMA_NUMBER}")
    other = wrong & ~coded & ~number & _matches(text, ANY_DATE)
    return [
        Fault(coded, CODED, "Fill in the date."),
        Fault(number, "{value} is a number, not a date", WRITE_ISO),
        Fault(other, "{value} is not written as year-month-day, so day and month could be mixed up", WRITE_ISO),
        Fault(wrong & ~coded & ~number & ~other, "{value} is not a date", WRITE_ISO),
    ]


def _coded(cells: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """Return a column as row codes (-1 missing) and the distinct values that occur."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        codes, values = cells.cat.codes.to_numpy(), cells.cat.categories
        used = np.bincount(codes[codes >= 0], minlength=len(values)) > 0
        return np.where(codes < 0, -1, np.append(used.cumsum() - 1, -1)[codes]), values[used]
    codes, values = pd.factorize(cells)
    return codes, pd.Index(values)


def _formulas(column: pd.Categorical) -> Fault:
    """Refuse what a spreadsheet would take for a formula, and what would break a line or a message."""
    suspicious = column.categories[column.categories.str.contains(FORMULA, regex=True)]
    what = "{value} begins like a spreadsheet formula or holds a control character"
    return Fault(np.asarray(column.isin(suspicious)), what, "Begin with a letter or a digit and use plain characters.")


def _among(column: pd.Series, words: tuple[str, ...]) -> Mask:
    categories = column.cat.categories
    return column.isin(categories[categories.str.lower().isin(words)]).to_numpy(bool)
