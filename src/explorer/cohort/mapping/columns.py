"""Cells of one column into values, by what the mapping says of it; every repair is noted, every doubt a finding."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.cohort import cells as house
from explorer.cohort.findings import Fault, Findings, Mask, shown
from explorer.cohort.mapping.model import Column, DateOrder, Mapping
from explorer.cohort.mapping.report import Log
from explorer.cohort.schemas import OTHER_WORDS

YES = frozenset({*house.YES, "yes.", "oui", "ja", "si", "sí", "x", "checked", "present", "positive", "t", "✓"})
NO = frozenset({*house.NO, "no.", "non", "nein", "nee", "unchecked", "absent", "negative", "none", "f"})
CODED = re.compile(r"\s*([+-]?\d+)(?:\s*[_=:)]\s*|\.\s+|\s+-\s+)(\S.*)")
NUMERIC_DATE = re.compile(r"(\d{1,4})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{1,4})(?:[T ].*)?")
# 20230531: no other order of day, month and year can be meant, because no month is 19 or 20.
RUN_TOGETHER = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
NAMED_MONTH = ("%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y", "%Y %b %d")
SERIALS = (10_000, 60_000)  # As spreadsheets count days: 1927 to 2064.
FARTHEST_COUNT = 200_000  # Days: more than five centuries either way no date is counted.
EPOCH = pd.Timestamp("1899-12-30")
ORDER_NOT_SAID = 'cannot be read as a date; where day and month could be mixed up, the mapping must say "dates"'
OR_SAY = "Or say in the mapping, under the column's 'words' or 'missing', how to read it."
DAYS_IN = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}

# More spellings than a cohort folder may use: that one is written by hand or by this program.
SEX_WORDS = {**OTHER_WORDS, "female": "female", "male": "male", "other": "other", "weiblich": "female"}
SEX_WORDS |= {"männlich": "male", "girl": "female", "boy": "male"}


@dataclass(frozen=True)
class Source:
    """Where cells come from, and who takes note of what is done with them."""

    sheet: str
    place: str
    mapping: Mapping
    findings: Findings
    log: Log

    def fault(self, cells: pd.Series, at: Mask, what: str, remedy: str) -> None:
        """Note cells that cannot be used."""
        self.findings.add_cells(self.place, cells, Fault(np.asarray(at, bool), what, remedy))


class Clean(NamedTuple):
    """Distinct cleaned values of a column, and which of them each row has (-1: missing)."""

    codes: npt.NDArray[np.intp]
    values: list[Any]

    def each(self, read: Callable[[Any], Any], cells: pd.Series, dtype: str) -> pd.Series:
        """Read every distinct value once; None is missing."""
        held = pd.Series([*(read(value) for value in self.values), None], dtype=dtype)
        return pd.Series(held.to_numpy()[self.codes], cells.index, name=cells.name, dtype=dtype)

    def failing(self, values: pd.Series) -> Mask:
        """Say which cells hold something that gave no value."""
        held = np.array([value is not None for value in self.values] + [False])
        return held[self.codes] & values.isna().to_numpy(bool)


def cleaned(cells: pd.Series, column: Column, source: Source, usual: Iterable[str] = house.NO_NAME) -> Clean:
    """Return cells with missing values emptied and words and units put right, each distinct one once."""
    codes, uniques = pd.factorize(cells)
    missing = {*usual, *(word.strip().lower() for word in (*source.mapping.missing, *column.missing)), ""}
    steps = [_step(value, column, missing) for value in uniques]
    for kind, at in (("read as missing", 0), ("words replaced as the mapping says", 1), ("units taken out", 2)):
        done = np.array([step.done == at for step in steps] + [False])[codes]
        source.log.cells("repaired", source.sheet, cells, done, _told(kind, [s for s in steps if s.done == at]))
    return Clean(codes, [step.value for step in steps])


class _Step(NamedTuple):
    before: str
    value: Any
    done: int | None = None


def _step(value: Any, column: Column, missing: set[str]) -> _Step:
    text = as_text(value)
    if text in column.words:
        return _Step(text, column.words[text].strip() or None, 1)
    if text.lower() in missing or (column.coded and set(text.lower().split("_")) <= missing):
        return _Step(text, None, 0 if text else None)
    if column.coded is not None and (found := CODED.fullmatch(text)):
        return _Step(text, found[2 if column.coded == "label" else 1].strip())
    bare = text
    for part in column.remove:
        bare = bare.replace(part, "")
    if bare != text:
        return _Step(text, bare.strip() or None, 2)
    return _Step(text, text if isinstance(value, str) else value)


def _told(what: str, steps: list[_Step]) -> str:
    """Quote the first few spellings that were met."""
    quoted = ", ".join(shown(step.before) for step in steps[:6])
    return f"{what} ({quoted}{', ...' if len(steps) > 6 else ''})"


def as_text(value: Any) -> str:
    """Write a raw cell as text; a whole number has no decimals, a date no time of day."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float | np.floating) and float(value).is_integer() and abs(float(value)) < 2**53:
        return str(int(value))
    if isinstance(value, datetime | date):
        return str(pd.Timestamp(value)).removesuffix(" 00:00:00")
    return str(value).strip()


def numbers(cells: pd.Series, column: Column, source: Source) -> pd.Series:
    """Read cells as float64, with the decimal mark that the column or the mapping names."""
    if _plain_numbers(cells) and not column.words and not column.remove:
        return _without_codes(cells.astype("float64"), column, source)
    clean = cleaned(cells, column, source, house.NO_NUMBER)
    text = clean.each(lambda value: None if value is None else as_text(value), cells, "str")
    mark = column.decimal or source.mapping.decimal
    plain = text.str.replace(" ", "")
    if mark is not None:
        plain = plain.str.replace("," if mark == "." else ".", "", regex=False).str.replace(",", ".", regex=False)
    read = house.numbers(plain.rename(str(cells.name)))
    for fault in read.faults:
        source.findings.add_cells(source.place, cells, fault._replace(remedy=f"{fault.remedy} {OR_SAY}"))
    comma = text.str.contains(",", regex=False, na=False).to_numpy(bool) & read.values.notna().to_numpy()
    source.log.cells("repaired", source.sheet, cells, comma, "commas read as decimal mark or thousands")
    return read.values.rename(str(cells.name))


def _plain_numbers(cells: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells)


def _without_codes(values: pd.Series, column: Column, source: Source) -> pd.Series:
    codes = pd.to_numeric(pd.Series([*source.mapping.missing, *column.missing], dtype="str"), errors="coerce")
    given: list[float] = codes.dropna().astype("float64").tolist()
    coded = values.isin(given).to_numpy()
    named = ", ".join(f"{code:g}" for code in given)
    source.log.cells("repaired", source.sheet, values, coded, f"read as missing ({named})")
    uncoded: pd.Series = values.mask(coded)
    return uncoded


def names(cells: pd.Series, column: Column, source: Source) -> pd.Series:
    """Read cells as text, missing where empty."""
    clean = cleaned(cells, column, source)
    return clean.each(lambda value: None if value is None else as_text(value), cells, "str")


def sexes(cells: pd.Series, column: Column, source: Source) -> pd.Series:
    """Read cells as female, male or other, in the usual spellings."""
    clean = cleaned(cells, column, source, house.NO_NUMBER)
    values = clean.each(lambda value: SEX_WORDS.get(as_text(value).lower()), cells, "str")
    remedy = "Say under 'words' what it stands for: female, male, other, or nothing."
    source.fault(cells, clean.failing(values), "{value} is not a known sex", remedy)
    return values


def answers(cells: pd.Series, column: Column, source: Source) -> pd.Series:
    """Read cells as yes or no (pandas `boolean`), in the usual spellings and those of the mapping."""
    yes, no = (
        {*usual, *(word.lower() for word in more)}
        for usual, more in ((YES, source.mapping.yes), (NO, source.mapping.no))
    )
    known = dict.fromkeys(NO, False) | dict.fromkeys(yes, True) | dict.fromkeys(no - YES, False)
    clean = cleaned(cells, column, source, house.NO_NAME)
    values = clean.each(lambda value: known.get(as_text(value).lower()), cells, "boolean")
    remedy = "Say under 'yes', 'no' or the column's 'words' what it stands for."
    source.fault(cells, clean.failing(values), "{value} is neither yes nor no", remedy)
    return values


def dates(cells: pd.Series, column: Column, source: Source) -> pd.Series:
    """Read cells as calendar dates, written in the order that the column or the mapping names."""
    if pd.api.types.is_datetime64_any_dtype(cells):
        days: pd.Series = cells.dt.tz_localize(None).dt.normalize().astype("datetime64[us]")
        return days
    if column.counted_from is not None:
        return _counted(cells, column, column.counted_from, source)
    order = column.order or source.mapping.dates
    clean = cleaned(cells, column, source, house.NO_NUMBER)
    values = clean.each(lambda value: read_date(value, order), cells, "datetime64[us]")
    source.fault(cells, clean.failing(values), f"{{value}} {_doubt(order)}", "Correct the cell, or say 'words' for it.")
    held = [value is not None and not isinstance(value, datetime | date) for value in clean.values]
    written = np.array([*held, False])[clean.codes] & values.notna().to_numpy()
    source.log.cells("repaired", source.sheet, cells, written, "dates written as text or as serial numbers, read")
    return values


def _counted(cells: pd.Series, column: Column, day_0: date, source: Source) -> pd.Series:
    """Read numbers of days from a day 0 as dates."""
    days = numbers(cells, column, source)
    far = (days.abs() > FARTHEST_COUNT).to_numpy()
    remedy = "Correct the cell, or the column's 'counted_from'."
    source.fault(cells, far, f"{{value}} cannot be a number of days from {day_0}", remedy)
    since = pd.to_timedelta(days.mask(far).round(), unit="D")
    return (pd.Timestamp(day_0) + since).astype("datetime64[us]").rename(str(cells.name))


def _doubt(order: DateOrder | None) -> str:
    if order is None:
        return ORDER_NOT_SAID
    return f"cannot be read as a date in the order {order}"


def read_date(value: Any, order: DateOrder | None) -> pd.Timestamp | None:
    """Read one cell as a date; None where it is none, or day and month could be mixed up."""
    if value is None or isinstance(value, datetime | date):
        return None if value is None else pd.Timestamp(value).tz_localize(None).normalize()
    text = as_text(value)
    if re.fullmatch(r"\d{5}(?:\.0+)?", text):
        serial = float(text)
        return EPOCH + pd.Timedelta(days=serial) if SERIALS[0] <= serial <= SERIALS[1] else None
    if run_together := RUN_TOGETHER.fullmatch(text):
        return _ordered(run_together.groups(), "ymd")
    found = NUMERIC_DATE.fullmatch(text)
    return _ordered(found.groups(), order) if found else _month_by_name(text)


def _ordered(parts: tuple[str, ...], order: DateOrder | None) -> pd.Timestamp | None:
    if len(parts[0]) == 4:
        order = "ymd"
    places = {"ymd": (0, 1, 2), "dmy": (2, 1, 0), "mdy": (2, 0, 1)}
    if order is None:
        return None
    year, month, day = (parts[at] for at in places[order])
    # A year of two digits is refused: 03 may be 1903 or 2003.
    if len(year) != 4:
        return None
    stamp = pd.to_datetime(f"{year}-{int(month):02d}-{int(day):02d}", format="%Y-%m-%d", errors="coerce")
    return None if pd.isna(stamp) else stamp


def _month_by_name(text: str) -> pd.Timestamp | None:
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", re.sub(r"[\s,./-]+", " ", text)).strip()
    for form in NAMED_MONTH:
        stamp = pd.to_datetime(plain, format=form, errors="coerce")
        if not pd.isna(stamp):
            return pd.Timestamp(stamp)
    return None


def days(cells: pd.Series, column: Column, source: Source) -> pd.Series:
    """Read cells as days from the index date (float64)."""
    values = numbers(cells, column, source)
    if column.from_one:
        source.fault(cells, (values == 0).to_numpy(), "{value} cannot be a day that is counted from 1", "Correct it.")
        values = values - (values > 0)
    whole: pd.Series = (values * DAYS_IN[column.unit]).round()
    return whole


def looks_dated(cells: pd.Series, column: Column) -> bool:
    """Say whether a column of first or last days holds dates rather than days."""
    if column.counted_from is not None or pd.api.types.is_datetime64_any_dtype(cells):
        return True
    filled = cells.dropna()
    plain = pd.to_numeric(filled.map(as_text), errors="coerce").astype("float64")
    return bool(plain.isna().any() or plain.max() > SERIALS[0])
