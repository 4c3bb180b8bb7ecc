"""A mapping as a user corrects it: one column, visit, score or fact at a time, each result checked as a whole."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from explorer.cohort.mapping.columns import as_text
from explorer.cohort.mapping.guess import instrument_in
from explorer.cohort.mapping.model import ANYWHERE, NOT_SAID, ONCE_PER_SHEET, PER_PATIENT, Column, Mapping, Role, Sheet
from explorer.cohort.mapping.visits import plain, visit_in
from explorer.cohort.readers.sheets import Sheets

ONE_COLUMN = frozenset({*ONCE_PER_SHEET, *PER_PATIENT}) - {"covariate"}
MOST_VISITS = 60
Fields = dict[str, Any]
KEPT_BY_LINK = "the link keeps it, but it looks as if it identifies patients; left out until you say what it is"
LEFT_BY_LINK = {"role": "ignore", "why": KEPT_BY_LINK}


def with_role(mapping: Mapping, sheet: str, name: str, role: Role) -> Mapping:
    """Say what a column is; what its heading tells of visit and score is taken from there.

    Parameters
    ----------
    mapping : Mapping
    sheet, name : str
        The column need not be in the mapping yet.
    role : str
        Where only one column can have it, the one that had it before is left out.

    Raises
    ------
    CohortError
        Where the mapping would contradict itself.
    """
    held = _written(mapping)
    own: Fields = held["sheets"][sheet]
    before = {field: value for field, value in own["columns"].get(name, {}).items() if field in ANYWHERE}
    _displace(held["sheets"], sheet, role)
    own["columns"][name] = before | {"role": role} | _told_by_heading(mapping, mapping.sheets[sheet], name, role)
    if role == "patient_id":
        own.pop("row_is_patient", None)
    return _read(held)


def _displace(sheets: Fields, sheet: str, role: Role) -> None:
    """Leave out the column that had a role which only one can have."""
    where = [sheets[sheet]] if role in ONCE_PER_SHEET else list(sheets.values())
    for one in where if role in ONE_COLUMN else ():
        for other, column in one["columns"].items():
            if column["role"] == role:
                one["columns"][other] = {"role": "ignore", "why": "another column was chosen for it"}


def _told_by_heading(mapping: Mapping, sheet: Sheet, name: str, role: Role) -> Fields:
    if role not in ("score", "report"):
        return {}
    visit = visit_in(name)
    told: Fields = {}
    if visit is not None:
        told = {"visit": visit.label} if visit.day is None else {"day": visit.day}
    stem = visit.stem if visit else plain(name)
    if role == "report":
        return told | ({"name": stem[:100].strip()} if stem else {})
    code = next((one.code for one in mapping.instruments if plain(one.code) == stem), None) or instrument_in(stem)
    return told | ({"instrument": code} if code and sheet.first("instrument") is None else {})


def with_fields(mapping: Mapping, sheet: str, name: str, **fields: Any) -> Mapping:
    """Change fields of a column; None takes a field back to what it is without being named.

    Raises
    ------
    CohortError
        Where a column of its role has no such field, or the value is not allowed.
    """
    held = _written(mapping)
    columns = held["sheets"][sheet]["columns"]
    columns[name] = {field: value for field, value in (columns[name] | fields).items() if value is not None}
    return _read(held)


def with_about(mapping: Mapping, **fields: Any) -> Mapping:
    """Change what is said about the cohort as a whole; None takes a field back.

    Raises
    ------
    CohortError
        Where the value is not allowed.
    """
    held = _written(mapping)
    held["about"] = {field: value for field, value in (held["about"] | fields).items() if value is not None}
    return _read(held)


def with_day(mapping: Mapping, visit: str, day: int | None) -> Mapping:
    """Say on which day from the index date a visit was; None where that is not known."""
    days = {label: held for label, held in mapping.visits.items() if label.strip().lower() != visit.strip().lower()}
    return mapping.replace(visits=days if day is None else {**days, visit: day})


def with_scale(mapping: Mapping, code: str, **fields: Any) -> Mapping:
    """Describe a score, or change how it is described; None takes a field back.

    Raises
    ------
    CohortError
        Where the description is not one, as with a range that ends before it begins.
    """
    held = _written(mapping)
    scales: dict[str, Fields] = {scale["code"]: scale for scale in held.get("instruments", [])}
    new = scales.get(code, {"code": code}) | fields
    scales[code] = {field: value for field, value in new.items() if value is not None}
    held["instruments"] = list(scales.values())
    return _read(held)


def undescribed(mapping: Mapping) -> tuple[str, ...]:
    """Return the codes of scores of which nobody has said which way is better."""
    return tuple(scale.code for scale in mapping.instruments if scale.direction == NOT_SAID)


def without_undescribed(mapping: Mapping) -> Mapping:
    """Leave out the columns of scores that nobody described."""
    held, open_ = _written(mapping), undescribed(mapping)
    for sheet in held["sheets"].values():
        for name, column in sheet["columns"].items():
            if column.get("instrument") in open_:
                sheet["columns"][name] = {"role": "ignore", "why": "a score that nobody described"}
    return _read(held)


def with_sheet(mapping: Mapping, sheets: Sheets, name: str, used: bool) -> Mapping:
    """Take a sheet in, every column of it left out at first, or leave it out as a whole.

    Raises
    ------
    CohortError
        Where the mapping would contradict itself.
    """
    held = _written(mapping)
    if used:
        held["sheets"][name] = {"columns": {str(column): {"role": "ignore"} for column in sheets.frames[name]}}
    else:
        held["sheets"].pop(name)
    return _read(held)


def with_rows_as_patients(mapping: Mapping, sheet: str, each: bool) -> Mapping:
    """Say whether each row of a sheet is a patient without an identifier.

    Raises
    ------
    CohortError
        Where the sheet has a column of identifiers.
    """
    held = _written(mapping)
    held["sheets"][sheet]["row_is_patient"] = each
    return _read(held)


def fitted(mapping: Mapping, sheets: Sheets) -> Mapping:
    """Let a mapping of one sheet serve a file of one sheet that goes by another name."""
    if len(mapping.sheets) == len(sheets.frames) == 1 and mapping.sheets.keys() != sheets.frames.keys():
        return mapping.replace(sheets=dict(zip(sheets.frames, mapping.sheets.values(), strict=True)))
    return mapping


def lacking(mapping: Mapping, sheets: Sheets) -> tuple[str, ...]:
    """Name the headings that a mapping reads and the sheets lack: it was made for another file.

    Parameters
    ----------
    mapping : Mapping
    sheets : Sheets
        Parted already, where the mapping parts them.
    """
    return tuple(
        column
        for name, sheet in mapping.sheets.items()
        for column in _read_by(sheet)
        if column not in sheets.frames.get(name, ())
    )


def _read_by(sheet: Sheet) -> list[str]:
    """Name the columns of the file that a sheet's mapping reads, those that it makes itself left out."""
    made = {new for kind in (sheet.joined, sheet.summed, sheet.first_of) for new in kind}
    made |= {new for parts in sheet.split.values() for new in parts}
    kinds = (sheet.joined, sheet.summed, sheet.first_of)
    parts = [part for kind in kinds for of in kind.values() for part in of]
    used = [name for name, column in sheet.columns.items() if column.role != "ignore"]
    return [name for name in dict.fromkeys((*used, *parts, *sheet.split)) if name not in made]


def private(mapping: Mapping, identifiers: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Name, of the sheets as they are parted, the columns that identify patients and those made of them.

    Parameters
    ----------
    mapping : Mapping
    identifiers : collection of (sheet, column)
        Columns of the file that look as if they identify patients.
    """
    found = set(identifiers)
    for name, sheet in mapping.sheets.items():
        own = {column for at, column in identifiers if name == at or name.startswith(f"{at} / ")}
        found |= {(name, column) for column in _with_made_of(own, sheet)}
    return frozenset(found)


def _with_made_of(columns: set[str], sheet: Sheet) -> set[str]:
    found = columns | {new for name in columns for new in sheet.split.get(name, ())}
    # In the order in which they are made, as one may be made of another.
    for kind in (sheet.joined, sheet.summed, sheet.first_of):
        for new, parts in kind.items():
            if found & {*parts}:
                found.add(new)
    return found


def keeps(column: Column) -> bool:
    """Say whether cells of a column come into the cohort as they stand."""
    return column.role not in ("ignore", "birth_date") and not column.pseudonym


def guarded(mapping: Mapping, identifiers: Collection[tuple[str, str]]) -> Mapping:
    """Keep nothing that identifies patients, whatever a mapping of somebody else says.

    Parameters
    ----------
    mapping : Mapping
    identifiers : collection of (sheet, column)
        Columns of the file that look as if they identify patients.

    Returns
    -------
    Mapping
        Patients' numbers are replaced there, other columns left out.
    """
    held = _written(mapping)
    for name, column in private(mapping, identifiers):
        said = mapping.sheets[name].columns.get(column) if name in mapping.sheets else None
        if said is not None and keeps(said):
            own = held["sheets"][name]["columns"]
            own[column] = own[column] | {"pseudonym": True} if said.role == "patient_id" else dict(LEFT_BY_LINK)
    return _read(held)


def visits_named(mapping: Mapping, sheets: Sheets) -> tuple[str, ...]:
    """List the visits that columns or cells name, whether their day is known or not; the first sixty.

    Parameters
    ----------
    mapping : Mapping
    sheets : Sheets

    Returns
    -------
    tuple of str
        As written where first met; capital letters make no difference.
    """
    first: dict[str, str] = {}
    for label in _visits(mapping, sheets):
        first.setdefault(label.strip().lower(), label.strip())
    return tuple(first.values())[:MOST_VISITS]


def _visits(mapping: Mapping, sheets: Sheets) -> Iterator[str]:
    for name, sheet in mapping.sheets.items():
        yield from (column.visit for column in sheet.columns.values() if column.visit)
        visit, frame = sheet.first("visit"), sheets.frames.get(name)
        used = visit in (sheet.first("day", "date", "visit"), *(column.on for column in sheet.columns.values()))
        if visit is not None and used and frame is not None and visit in frame:
            yield from map(as_text, frame[visit].dropna().unique())


def day_of(mapping: Mapping, visit: str) -> int | None:
    """Return the day of a visit; None where nobody said it."""
    return next((day for label, day in mapping.visits.items() if label.strip().lower() == visit.strip().lower()), None)


def codes_used(mapping: Mapping) -> frozenset[str]:
    """Return the codes of scores that columns name; a column of codes may name more."""
    return frozenset(column.instrument for column in _columns(mapping) if column.instrument is not None)


def _columns(mapping: Mapping) -> Iterator[Column]:
    for sheet in mapping.sheets.values():
        yield from sheet.columns.values()


def _written(mapping: Mapping) -> Fields:
    held: Fields = mapping.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return held


def _read(held: Fields) -> Mapping:
    return _without_idle_questions(Mapping.from_dict({"schema": 1} | held, "the mapping"))


def _without_idle_questions(mapping: Mapping) -> Mapping:
    """Forget scores that were proposed, never described, and are no longer named by any column."""
    if any(column.role == "instrument" for column in _columns(mapping)):
        return mapping
    used = codes_used(mapping)
    idle = set(undescribed(mapping)) - used
    kept = tuple(scale for scale in mapping.instruments if scale.code not in idle)
    return mapping if kept == mapping.instruments else mapping.replace(instruments=kept)
