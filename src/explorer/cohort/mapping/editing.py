"""A mapping as a user corrects it: one column, visit, score or fact at a time, each result checked as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from explorer.cohort.mapping.columns import as_text
from explorer.cohort.mapping.guess import instrument_in
from explorer.cohort.mapping.model import ANYWHERE, NOT_SAID, ONCE_PER_SHEET, PER_PATIENT, Column, Mapping, Role, Sheet
from explorer.cohort.mapping.visits import plain, visit_in
from explorer.cohort.readers.sheets import Sheets

ONE_COLUMN = frozenset({*ONCE_PER_SHEET, *PER_PATIENT}) - {"covariate"}
MOST_VISITS = 60
Fields = dict[str, Any]


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
