"""The five tables drawn from sheets, each row with the cells it came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from explorer.cohort.findings import Findings, shown
from explorer.cohort.mapping import columns
from explorer.cohort.mapping.columns import Source
from explorer.cohort.mapping.model import PER_PATIENT, Column, Mapping, Role, Sheet, covariate_name
from explorer.cohort.mapping.report import Log
from explorer.cohort.mapping.rows import is_empty, observed, patients, prepared, with_patient
from explorer.cohort.mapping.seen import NUMBER, Seen
from explorer.cohort.readers.sheets import Sheets

COURSE: tuple[Role, ...] = ("start", "end", "stop_reason", "prescriptions")
NOT_MAPPED, LEFT_OUT = "not in the mapping", "cells of a column left out"
UNNAMED = f"{LEFT_OUT} ({NOT_MAPPED})"
"""What the report says of a column that the mapping does not name."""
FIELDS: dict[Role, str] = {"start": "start_day", "end": "end_day"}


class Cell(NamedTuple):
    """A cell of the file as a spreadsheet shows it; without a column, the row."""

    sheet: str
    row: int
    column: str | None


class Origin(NamedTuple):
    """A sheet, and which of its columns became which columns of a table."""

    sheet: str
    columns: dict[str, str]


@dataclass
class Table:
    """Rows of one of the five tables; for each, the number of its origin and the row there."""

    frame: pd.DataFrame
    origins: list[Origin]
    of: list[int]
    row: list[int]

    def cell(self, at: int, column: str | None) -> Cell:
        """Return where the value of a column in one row came from."""
        origin = self.origins[self.of[at]]
        return Cell(origin.sheet, self.row[at], origin.columns.get(column or "") or None)


@dataclass
class Read:
    """A sheet with its patients known: its rows, whose they are (a category), and which were observed."""

    sheet: Sheet
    source: Source
    rows: pd.DataFrame
    who: pd.Series
    observed: pd.Series
    when: dict[str, pd.Series] = field(default_factory=dict)
    labels: dict[str, pd.Series] = field(default_factory=dict)
    unknown_visits: set[str] = field(default_factory=set)

    @property
    def numbered(self) -> list[int]:
        """Row numbers as a spreadsheet shows them."""
        return (self.rows.index.to_numpy() + 2).tolist()

    def first(self, *roles: Role) -> str:
        """Name the first column with one of these roles that the sheet really has; an empty text if none."""
        return next((name for role in roles for name in self.having(role)), "")

    def having(self, *roles: Role) -> dict[str, Column]:
        """Return the columns with one of these roles that the sheet really has."""
        return {name: column for name, column in self.sheet.having(*roles).items() if name in self.rows}


def draw(mapping: Mapping, sheets: Sheets, findings: Findings, log: Log) -> dict[str, Table]:
    """Draw the tables as the mapping says.

    Parameters
    ----------
    mapping : Mapping
    sheets : Sheets
    findings : Findings
        Takes every problem, in the coordinates of the file.
    log : Log
        Takes what was dropped, repaired and read.

    Returns
    -------
    dict of str to Table
        `patients` and `assessments` at least. Cells that could not be read are missing.
    """
    read = _sheets(mapping, sheets, findings, log)
    people = _patients(read, mapping)
    dates = people.frame.set_index("patient_id")["index_date"]
    tables = {"patients": people, "assessments": _assessments(read, mapping, dates)}
    for name, drawn in (
        ("treatments", _together(list(_courses(read, mapping, dates)))),
        ("reports", _together(list(_reports(read, mapping, dates)))),
        ("adverse_events", _together(list(_events(read, mapping, dates)))),
    ):
        if drawn is not None:
            tables[name] = drawn
    return tables


def _sheets(mapping: Mapping, sheets: Sheets, findings: Findings, log: Log) -> list[Read]:
    """Read the mapped sheets that are there and name their patients; the others are noted."""
    for name in sheets.frames:
        if name not in mapping.sheets:
            log.add("dropped", name, None, "rows of a sheet that is not mapped", len(sheets.frames[name]))
    found: list[Read] = []
    for name, sheet in mapping.sheets.items():
        if name in sheets.frames:
            source = Source(name, place(sheets, name), mapping, findings, log)
            found += _sheet(sheets.frames[name], sheet, source)
        else:
            held = ", ".join(map(shown, sheets.frames))
            findings.add(sheets.file, f"there is no sheet '{name}'", f"The file has {held}; correct the mapping.")
    return _numbered(_of_known_patients(found))


def _of_known_patients(read: list[Read]) -> list[Read]:
    """Leave out the rows of patients whom no sheet that tells of patients names, where a sheet asks for that."""
    named = [one.who for one in read if one.having(*PER_PATIENT)]
    known = set(pd.concat(named)) if named else set()
    return [_of(one, known) if one.sheet.known_patients else one for one in read]


def _of(one: Read, known: set[str]) -> Read:
    kept = one.who.isin(known)
    what = "rows of patients who are not among the patients"
    one.source.log.cells("dropped", one.source.sheet, one.who.rename(None), ~kept.to_numpy(), what)
    return replace(one, rows=one.rows[kept], who=one.who[kept], observed=one.observed[kept])


def _sheet(frame: pd.DataFrame, sheet: Sheet, source: Source) -> Iterator[Read]:
    _note_columns(frame, sheet, source)
    rows = prepared(frame, sheet, source)
    who = patients(rows, sheet, source)
    if who is not None:
        kept = with_patient(rows, who, source)
        seen = pd.Series(observed(rows, sheet, source), rows.index)
        yield Read(sheet, source, rows[kept], who[kept], seen[kept])


def _numbered(read: list[Read]) -> list[Read]:
    """Count the patients of all sheets together, by pseudonyms if any sheet asks for them."""
    everyone = pd.Index(pd.unique(pd.concat([one.who for one in read])) if read else [], dtype="str")
    hidden = any(column.pseudonym for one in read for column in one.sheet.columns.values())
    for one in read if hidden else ():
        name = one.first("patient_id")
        one.source.log.add(
            "repaired", one.source.sheet, name or None, "identifiers replaced by P1, P2, ...", len(one.who)
        )
    digits = len(str(len(everyone)))
    labels = pd.Index([f"P{at + 1:0{digits}d}" for at in range(len(everyone))], dtype="str") if hidden else everyone
    coded = (pd.Categorical.from_codes(everyone.get_indexer(one.who), categories=labels) for one in read)
    return [replace(one, who=pd.Series(who, one.rows.index)) for one, who in zip(read, coded, strict=True)]


def place(sheets: Sheets, name: str) -> str:
    """Name a sheet in messages; the file's name is enough where it has but one."""
    return sheets.file if len(sheets.frames) == 1 else f"{sheets.file}, sheet '{name}'"


def _note_columns(frame: pd.DataFrame, sheet: Sheet, source: Source) -> None:
    source.log.add("read", source.sheet, None, "rows", len(frame))
    parts = {part for made in _made(sheet) for names in made.items() for part in names[1]}
    for name in frame:
        column = sheet.columns.get(str(name), Column(role="ignore", why=NOT_MAPPED))
        cells, filled = frame[name], int(frame[name].notna().sum())
        used = name in parts or name in sheet.split or name in sheet.leave_out
        if column.role != "ignore":
            source.log.add("read", source.sheet, str(name), f"cells, as {column.role}", filled)
        elif not used:
            why = column.why or "left out by the mapping"
            source.log.add("dropped", source.sheet, str(cells.name), f"{LEFT_OUT} ({why})", filled)


def _made(sheet: Sheet) -> tuple[dict[str, tuple[str, ...]], ...]:
    """Return what a sheet's new columns are made of."""
    return sheet.joined, sheet.split, sheet.summed, sheet.first_of


def _patients(read: Sequence[Read], mapping: Mapping) -> Table:
    """Draw one row per patient from the sheets that say anything of patients, or else from all."""
    telling = [one for one in read if one.having(*PER_PATIENT)] or list(read)
    first = pd.concat([_first_rows(one, at) for at, one in enumerate(telling)]) if telling else _nobody()
    first = first[~first["who"].duplicated()].reset_index(drop=True)
    at = first["who"].to_numpy()
    frame = pd.DataFrame({"patient_id": pd.Series(at, dtype="str")})
    origins = [Origin(one.source.sheet, {"patient_id": one.first("patient_id")}) for one in telling]
    for one, origin in zip(telling, origins, strict=True):
        for name, column in one.having(*PER_PATIENT).items():
            fact = covariate_name(name, column) if column.role == "covariate" else column.role
            values = _by_patient(one, name, column)
            frame[fact] = values.reindex(at).to_numpy() if fact != "index_date" else values.reindex(at).array
            origin.columns[fact] = name
    frame = _dated(frame, read, mapping)
    return Table(_aged(frame), origins, first["sheet"].tolist(), first["row"].tolist())


def _nobody() -> pd.DataFrame:
    return pd.DataFrame({"who": pd.Series(dtype="str"), "sheet": [], "row": []})


def _first_rows(one: Read, at: int) -> pd.DataFrame:
    rows = pd.DataFrame({"who": one.who.astype("str").to_numpy(), "sheet": at, "row": one.numbered})
    return rows[~rows["who"].duplicated()]


def _by_patient(one: Read, name: str, column: Column) -> pd.Series:
    """Read a column that has one value per patient, however many rows the patient has."""
    values = _fact(one.rows[name], column, one.source)
    who = one.who.astype("str")
    if who.is_unique:
        return values.set_axis(who)
    told = values.notna().to_numpy()
    first = ~who[told].duplicated()
    held = values[told][first].set_axis(who[told][first])
    expected = held.reindex(who).to_numpy()
    differs = told & (values.to_numpy() != expected)
    what = "{value} differs from an earlier row of the same patient, who must have one value here"
    one.source.fault(one.rows[name], differs, what, "Correct it, or see whether two patients share an identifier.")
    return held


def _fact(cells: pd.Series, column: Column, source: Source) -> pd.Series:
    if column.role in ("index_date", "birth_date"):
        return columns.dates(cells, column, source)
    if column.role == "age":
        return columns.numbers(cells, column, source)
    if column.role == "sex":
        return columns.sexes(cells, column, source)
    plain = not column.words and not column.coded and Seen(str(cells.name), cells, "", {}).share(NUMBER) >= 0.8
    return columns.numbers(cells, column, source) if plain else columns.names(cells, column, source)


def _dated(frame: pd.DataFrame, read: Sequence[Read], mapping: Mapping) -> pd.DataFrame:
    """Give each patient an index date: as recorded, the first day on the index drug, or one that stands for all."""
    if "index_date" in frame:
        return frame
    if mapping.about.index_date is not None:
        return frame.assign(index_date=pd.Timestamp(mapping.about.index_date))
    starts = [dates for one in read for dates in _first_dates(one, mapping.about.index_drug)]
    if starts:
        first = pd.concat(starts).groupby(level=0).min()
        return frame.assign(index_date=first.reindex(frame["patient_id"]).array)
    if read:
        source = read[0].source
        what = "no column is the index date, and no dated course of the index drug gives it"
        remedy = (
            "Give a column the role index_date, or 'about' an index_date that stands for all where only days count."
        )
        source.findings.add(source.place, what, remedy)
    return frame.assign(index_date=pd.Series(pd.NaT, frame.index, dtype="datetime64[us]"))


def _first_dates(one: Read, drug: str) -> Iterator[pd.Series]:
    name_of_drug = one.first("drug")
    for name, column in one.having("start").items():
        if columns.looks_dated(one.rows[name], column) and not one.first("term"):
            taken = (
                columns.names(one.rows[name_of_drug], one.sheet.columns[name_of_drug], one.source) == drug
                if name_of_drug
                else pd.Series((column.drug or drug) == drug, one.rows.index)
            )
            yield columns.dates(one.rows[name], column, one.source).set_axis(one.who.astype("str"))[taken.to_numpy()]


def _aged(frame: pd.DataFrame) -> pd.DataFrame:
    """Count the age in whole years at the index date where only the date of birth is known; the date is not kept."""
    if "birth_date" not in frame:
        return frame
    born, index = (pd.to_datetime(frame[name]) for name in ("birth_date", "index_date"))
    before = (index.dt.month * 100 + index.dt.day) < (born.dt.month * 100 + born.dt.day)
    years = (index.dt.year - born.dt.year - before).astype("float64").mask(born.isna() | index.isna())
    frame = frame.drop(columns="birth_date")
    return frame if "age" in frame else frame.assign(age=years)


def _when(one: Read, column: Column, name: str, dates: pd.Series) -> pd.Series:
    """Return the day of each row for a score or an answer."""
    if column.day is not None:
        return pd.Series(float(column.day), one.rows.index)
    if column.visit is not None:
        return _visits(pd.Series(column.visit, one.rows.index, name=name), name, one)
    told = column.on or one.first("day", "date", "visit")
    if told not in one.rows or told not in one.sheet.columns:
        remedy = "Give the column a day or a visit, or the sheet a column that is day, date or visit."
        one.source.findings.add(one.source.place, "nothing says when this was recorded", remedy, column=name)
        return pd.Series(np.nan, one.rows.index)
    if told not in one.when:
        one.when[told] = _told_when(one, told, dates)
    return one.when[told]


def _told_when(one: Read, name: str, dates: pd.Series) -> pd.Series:
    column, cells = one.sheet.columns[name], one.rows[name]
    if column.role == "date":
        return _since(columns.dates(cells, column, one.source), one, dates)
    if column.role == "visit":
        return _visits(columns.names(cells, column, one.source), name, one)
    return columns.days(cells, column, one.source)


def _since(when: pd.Series, one: Read, dates: pd.Series) -> pd.Series:
    index = pd.to_datetime(dates.reindex(one.who.astype("str"))).set_axis(when.index)
    return (when - index).dt.days.astype("float64")


def _visits(labels: pd.Series, name: str, one: Read) -> pd.Series:
    known = {label.strip().lower(): float(day) for label, day in one.source.mapping.visits.items()}
    one.labels[name] = labels
    return labels.str.lower().map(known).astype("float64")


def _pieces(
    read: Sequence[Read], mapping: Mapping, dates: pd.Series, role: Role, value: str
) -> Iterator[tuple[Read, str, pd.DataFrame]]:
    """Yield, for each column of scores or answers, its values with patient and day; empty ones are noted and dropped."""
    for one in read:
        for name, column in one.having(role).items():
            when = _when(one, column, name, dates)
            if role == "score":
                values = columns.numbers(one.rows[name], column, one.source) * column.times
            else:
                values = columns.answers(one.rows[name], column, one.source)
            told = values.notna().to_numpy()
            one.source.log.cells(
                "dropped", one.source.sheet, one.rows[name], ~told, f"empty, so that there is no {value}"
            )
            told = told & one.observed.to_numpy()
            undated = told & when.isna().to_numpy()
            _refuse_undated(one, name, column, undated)
            kept = told & ~undated
            frame = pd.DataFrame({"patient_id": one.who, "day": when, value: values})[kept]
            yield one, name, frame


def _refuse_undated(one: Read, name: str, column: Column, undated: np.ndarray) -> None:
    """Refuse values whose day is empty or whose visit has none; days that could not be read are findings already."""
    told = column.on or one.first("day", "date", "visit")
    if (labels := one.labels.get(name if column.visit is not None else told)) is not None:
        _refuse_visits(one, labels[undated])
    if told in one.rows and column.day is None and column.visit is None:
        undated = undated & is_empty(one.rows[told])
        remedy = "Fill in the day or date of the visit, or empty the cell."
        one.source.fault(one.rows[name], undated, "{value} was recorded on no known day", remedy)


def _refuse_visits(one: Read, labels: pd.Series) -> None:
    """Refuse visits at which something was recorded and whose day nobody said, each once."""
    for label, rows in labels[labels.notna() & ~labels.isin(one.unknown_visits)].groupby(labels):
        one.unknown_visits.add(str(label))
        what = f"the visit {shown(str(label))} has no day ({len(rows)} rows, this one first)"
        remedy = "Give its day under 'visits', or leave its rows out."
        one.source.findings.add(one.source.place, what, remedy, int(rows.index[0]) + 2, str(labels.name))


def _assessments(read: Sequence[Read], mapping: Mapping, dates: pd.Series) -> Table:
    tables = []
    for one, name, frame in _pieces(read, mapping, dates, "score", "score"):
        code, by = one.sheet.columns[name].instrument, one.first("instrument")
        if code is None and not by:
            remedy = "Give the column an instrument, or the sheet a column that names instruments."
            one.source.findings.add(one.source.place, "nothing says which score this is", remedy, column=name)
            continue
        frame["instrument"] = (
            pd.Categorical.from_codes(np.zeros(len(frame), int), categories=pd.Index([code], dtype="str"))
            if code is not None
            else columns.names(one.rows[by], one.sheet.columns[by], one.source).reindex(frame.index).astype("category")
        )
        tables.append(_table(one, frame, name, {"day": one.sheet.columns[name].on or "", "instrument": by}))
    drawn = _together(tables)
    empty = pd.DataFrame({"patient_id": [], "day": [], "instrument": [], "score": []})
    return drawn or Table(empty, [], [], [])


def _reports(read: Sequence[Read], mapping: Mapping, dates: pd.Series) -> Iterator[Table]:
    for one, name, frame in _pieces(read, mapping, dates, "report", "answer"):
        item = covariate_name(name, one.sheet.columns[name])
        yield _table(one, frame.assign(item=item), name, {})
    for one, name, frame in _pieces(read, mapping, dates, "answer", "answer"):
        by = one.first("item")
        if not by:
            what, remedy = "nothing says what was answered", "Give the sheet a column with the role item."
            one.source.findings.add(one.source.place, what, remedy, column=name)
            continue
        items = columns.names(one.rows[by], one.sheet.columns[by], one.source)
        yield _table(one, frame.assign(item=items.reindex(frame.index)), name, {"item": by})


def _courses(read: Sequence[Read], mapping: Mapping, dates: pd.Series) -> Iterator[Table]:
    for one in read:
        if not one.first("term"):
            if named := one.first("drug"):
                yield from _course(one, named, None, one.having(*COURSE), dates)
            else:
                groups: dict[str, dict[str, Column]] = {}
                for name, column in one.having(*COURSE).items():
                    groups.setdefault(column.drug or mapping.about.index_drug, {})[name] = column
                for drug, parts in groups.items():
                    yield from _course(one, None, drug, parts, dates)


def _course(
    one: Read, named: str | None, drug: str | None, parts: dict[str, Column], dates: pd.Series
) -> Iterator[Table]:
    """Draw one course per row that names its drug or tells anything of it; without a first day it starts on day 0."""
    origin = {column.role: name for name, column in parts.items()}
    frame = pd.DataFrame({"patient_id": one.who})
    for name, column in parts.items():
        frame[FIELDS.get(column.role, column.role)] = _part(one, name, column, dates)
    told = frame.drop(columns="patient_id").notna().any(axis=1).to_numpy()
    if named is not None:
        frame["drug"] = columns.names(one.rows[named], one.sheet.columns[named], one.source)
        told = frame["drug"].notna().to_numpy()
    else:
        frame["drug"] = drug
    if "start" not in origin:
        frame["start_day"] = 0.0
        one.source.log.add("read", one.source.sheet, named, "courses taken to start on the index date", int(told.sum()))
    yield _table(one, _merged(one, frame[told]), None, _own_names(origin, named))


def _merged(one: Read, frame: pd.DataFrame) -> pd.DataFrame:
    """Make one of what shares patient, name and first day: its end is the last of the ends, unless one has none."""
    if not one.sheet.merged:
        return frame
    ordered = frame.sort_values("end_day", na_position="last") if "end_day" in frame else frame
    key = [name for name in ("patient_id", "drug", "term", "start_day") if name in frame]
    again = ordered.duplicated(key, keep="last").sort_index().to_numpy()
    what = "rows that tell of the same from the same day as another, taken as one"
    one.source.log.cells("repaired", one.source.sheet, one.who[frame.index].rename(None), again, what)
    return frame[~again]


def _own_names(origin: dict[Role, str], drug: str | None) -> dict[str, str]:
    own = {FIELDS.get(role, str(role)): name for role, name in origin.items()}
    return own | ({"drug": drug} if drug is not None else {})


def _part(one: Read, name: str, column: Column, dates: pd.Series) -> pd.Series:
    cells = one.rows[name]
    if column.role == "stop_reason":
        return columns.names(cells, column, one.source)
    if column.role == "prescriptions":
        return columns.numbers(cells, column, one.source)
    if columns.looks_dated(cells, column):
        day = _since(columns.dates(cells, column, one.source), one, dates)
    else:
        day = columns.days(cells, column, one.source)
    return day + int(column.last_dose)


def _events(read: Sequence[Read], mapping: Mapping, dates: pd.Series) -> Iterator[Table]:
    for one in read:
        if term := one.first("term"):
            frame = pd.DataFrame({"patient_id": one.who, "drug": mapping.about.index_drug})
            origin: dict[Role, str] = {"term": term}
            for name, column in one.having("drug", "term", "start", "end").items():
                origin[column.role] = name
                if column.role in ("start", "end"):
                    frame[f"{column.role}_day"] = _part(one, name, column, dates)
                else:
                    frame[column.role] = columns.names(one.rows[name], column, one.source)
            told = frame["term"].notna().to_numpy()
            one.source.log.cells("dropped", one.source.sheet, one.rows[term], ~told, "rows that name no event")
            yield _table(one, _merged(one, frame[told]), None, _own_names(origin, origin.get("drug")))


def _table(one: Read, frame: pd.DataFrame, value: str | None, origin: dict[str, str]) -> Table:
    sheet, kept = one.source.sheet, one.rows.index.get_indexer(frame.index)
    numbered = (one.rows.index.to_numpy()[kept] + 2).tolist()
    own = {"patient_id": one.first("patient_id"), "day": one.first("day", "date", "visit")}
    own |= {"score": value or "", "answer": value or ""} | {column: name for column, name in origin.items() if name}
    return Table(frame.reset_index(drop=True), [Origin(sheet, own)], [0] * len(frame), numbered)


def _together(tables: Sequence[Table]) -> Table | None:
    if not tables:
        return None
    return Table(
        _stacked([table.frame for table in tables]),
        [origin for table in tables for origin in table.origins],
        np.repeat(np.arange(len(tables)), [len(table.row) for table in tables]).tolist(),
        [row for table in tables for row in table.row],
    )


def _stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put frames on top of each other, their instruments kept as one category."""
    named = [frame["instrument"].cat.categories for frame in frames if "instrument" in frame]
    if named:
        every = pd.Index(pd.unique(np.concatenate([np.asarray(names, dtype=object) for names in named])), dtype="str")
        frames = [frame.assign(instrument=frame["instrument"].cat.set_categories(every)) for frame in frames]
    return pd.concat(frames, ignore_index=True)
