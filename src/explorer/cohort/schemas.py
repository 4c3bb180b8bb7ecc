"""The five tables: their columns, how each is read, and what its values may be (pandera)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from explorer.cohort import cells
from explorer.cohort.findings import Fault, Findings, Mask, shown

SEXES = ("female", "male", "other")
TIERS = ("hypothetical",)
StopReason = Literal[
    "inadequate_response",
    "loss_of_response",
    "adverse_event",
    "access",
    "patient_choice",
    "remission",
    "completed",
    "other",
]
STOP_REASONS: tuple[StopReason, ...] = get_args(StopReason)
OTHER_WORDS = {"f": "female", "m": "male", "w": "female", "woman": "female", "man": "male"}

FARTHEST_DAY = 40_000  # Beyond a century stand spreadsheet date serials (45 000) and dates like 20230531.
EARLIEST_DATE = pd.Timestamp("1900-01-01")


class Field(NamedTuple):
    """A column of a table: how its cells are read, whether it must be there, and the checks of its values."""

    read: Callable[[pd.Series], cells.Read]
    demanded: bool = False
    column: pa.Column = pa.Column(None, nullable=True)


def _check(holds: Callable[[pd.Series], pd.Series], what: str, remedy: str) -> pa.Check:
    return pa.Check(holds, error=what, description=remedy)


def _limits(low: float, high: float, remedy: str) -> list[pa.Check]:
    outside = f"{{value}} lies outside {low:g} to {high:g}"
    return [
        _check(lambda values: values.between(low, high) | values.isin(cells.CODES), outside, remedy),
        _check(lambda values: values.between(low, high) | ~values.isin(cells.CODES), cells.CODED, cells.LEAVE_EMPTY),
    ]


def _one_of(allowed: Sequence[str]) -> Field:
    remedy = f"Write one of {', '.join(allowed)}, or leave the cell empty."
    check = _check(lambda values: values.isin(allowed), "{value} is not a known value", remedy)
    return Field(_choice, column=pa.Column(None, check, nullable=True))


def _choice(column: pd.Series) -> cells.Read:
    """Read names that come from a short list, whose capitals and usual abbreviations do not matter."""
    values, faults = cells.names(column)
    words = values.cat.categories.str.lower().str.replace(r"[ -]", "_", regex=True)
    known = pd.Series([OTHER_WORDS.get(word, word) for word in words], dtype="str").to_numpy()
    coded = values.cat.codes.to_numpy()
    spelled = pd.Series(known).reindex(coded).set_axis(values.index)
    return cells.Read(cells.identifiers(spelled).values, faults)


def _whole(values: pd.Series) -> pd.Series:
    return values.mod(1).eq(0) | values.isin([np.inf, -np.inf])


WHOLE = _check(_whole, "{value} is not a whole number", "Give a whole number.")
FINITE = _check(lambda values: ~values.isin([np.inf, -np.inf]), "{value} is not a finite number", cells.CORRECT)
NEAR = _check(
    lambda values: values.between(-FARTHEST_DAY, FARTHEST_DAY),
    "{value} cannot be a day: it is more than a century from the index date, and may be a date written as a number",
    cells.COUNT_DAYS,
)
CODE = _check(lambda values: ~values.isin(cells.DAY_CODES), cells.CODED, cells.COUNT_DAYS)
POSSIBLE = [
    _check(
        lambda values: values >= EARLIEST_DATE,
        "{value} lies before 1900",
        "Correct the date; the year has four digits.",
    ),
    _check(lambda values: values <= pd.Timestamp.now().normalize(), "{value} lies in the future", "Correct the date."),
]
AGE = _limits(0, 120, "Give the age in years at the index date, or leave the cell empty.")
COUNT = _limits(0, 900, "Give the number of prescriptions, or leave the cell empty.")

KEY = Field(cells.identifiers, True, pa.Column(None))
NAME = Field(cells.names, True, pa.Column(None))
DAY = Field(cells.days, True, pa.Column("float64", [WHOLE, NEAR, CODE]))
LATER_DAY = Field(cells.days, False, pa.Column("float64", [WHOLE, NEAR, CODE], nullable=True))

TABLES: Mapping[str, Mapping[str, Field]] = {
    "patients": {
        "patient_id": KEY,
        "index_date": Field(cells.dates, True, pa.Column(None, POSSIBLE)),
        "age": Field(cells.numbers, False, pa.Column("float64", AGE, nullable=True)),
        "sex": _one_of(SEXES),
        "tier": _one_of(TIERS),
    },
    "treatments": {
        "patient_id": KEY,
        "drug": NAME,
        "start_day": DAY,
        "end_day": LATER_DAY,
        "prescriptions": Field(cells.numbers, False, pa.Column("float64", [WHOLE, *COUNT], nullable=True)),
        "stop_reason": _one_of(STOP_REASONS),
    },
    "assessments": {
        "patient_id": KEY,
        "day": DAY,
        "instrument": NAME,
        "score": Field(cells.numbers, True, pa.Column("float64", FINITE, nullable=True)),
    },
    "reports": {
        "patient_id": KEY,
        "day": DAY,
        "item": NAME,
        "answer": Field(cells.answers, True),
    },
    "adverse_events": {
        "patient_id": KEY,
        "drug": NAME,
        "term": NAME,
        "start_day": DAY,
        "end_day": LATER_DAY,
    },
}
FILL_IN = "Fill in the cell, or delete the row."
REQUIRED = ("patients", "assessments")
FURTHER = Field(cells.further, column=pa.Column(None, FINITE, nullable=True))


def read_table(table: str, frame: pd.DataFrame, file: str, findings: Findings) -> pd.DataFrame:
    """Read and check the columns of one table.

    Parameters
    ----------
    table : str
        One of `TABLES`.
    frame : DataFrame
        As it was found; text cells are read by the rules of `cells`. The index counts the rows of the file from 0.
    file : str
        Name for messages.
    findings : Findings
        Takes every problem and warning.

    Returns
    -------
    DataFrame
        The known columns that were found, as category, float64, datetime64 or boolean, and of `patients` the
        further ones; a cell that is wrong is missing. Rows as in `frame`.
    """
    fields = {name: TABLES[table].get(name, FURTHER) for name in _columns(table, frame, file, findings)}
    reads = {name: field.read(frame[name]) for name, field in fields.items()}
    wrong = {name: np.zeros(len(frame), bool) for name in reads}
    for name, read in reads.items():
        for fault in read.faults:
            wrong[name] |= fault.cells
            findings.add_cells(file, frame[name], _for_field(fault, fields[name]))
    found = pd.DataFrame({name: read.values for name, read in reads.items()}, index=frame.index)
    schema = pa.DataFrameSchema({name: field.column for name, field in fields.items()})
    for name, fault in _broken_rules(schema, found):
        findings.add_cells(file, frame[name], fault._replace(cells=fault.cells & ~wrong[name]))
    return found


def _columns(table: str, frame: pd.DataFrame, file: str, findings: Findings) -> list[str]:
    """Return the columns to read; missing ones are problems, unknown ones of child tables warnings."""
    known, given = TABLES[table], [str(column) for column in frame.columns]
    if not set(known) & set(given):
        what = f"the first row names none of the columns {', '.join(known)}, but {', '.join(map(shown, given[:9]))}"
        findings.add(file, what, "Let the first row name the columns.")
        return []
    for name, field in known.items():
        if field.demanded and name not in given:
            findings.add(file, f"the column '{name}' is missing", _missing_remedy(name, given))
    unknown = [name for name in given if name not in known]
    if table == "patients":
        _refuse_formulas(unknown, file, findings)
        return [name for name in given if name in known or name.strip()]
    for name in unknown:
        findings.warnings.append(f"{file}: the column {shown(name)} is not known and was left out.")
    return [name for name in given if name in known]


def _refuse_formulas(names: Iterable[str], file: str, findings: Findings) -> None:
    """Refuse headings that a spreadsheet would take for formulas: they are written into files as they stand."""
    for name in names:
        if re.search(cells.FORMULA_START, name.strip()):
            what = f"the heading {shown(name)} begins like a spreadsheet formula"
            findings.add(file, what, "Begin with a letter or a digit.", column=name)


def _missing_remedy(name: str, given: Iterable[str]) -> str:
    folded = {column.strip().lower().replace(" ", "_"): column for column in given}
    close = get_close_matches(name, folded, n=1)
    meant = f"Rename '{folded[close[0]]}' if that is the one, or add the column. " if close else "Add the column. "
    return f"{meant}The file has {', '.join(map(shown, folded.values())) or 'no columns'}."


def _for_field(fault: Fault, field: Field) -> Fault:
    """Do not advise to leave a cell empty that must be filled."""
    instead = {cells.LEAVE_EMPTY: FILL_IN, cells.CORRECT: "Correct the cell, or delete the row."}
    return fault if field.column.nullable else fault._replace(remedy=instead.get(fault.remedy, fault.remedy))


def _broken_rules(schema: pa.DataFrameSchema, found: pd.DataFrame) -> Iterator[tuple[str, Fault]]:
    """Yield the columns whose values break a rule of the schema, and how."""
    try:
        schema.validate(found, lazy=True, inplace=True)
    except SchemaErrors as errors:
        for error in errors.schema_errors:
            at = np.zeros(len(found), bool)
            at[found.index.get_indexer(error.failure_cases["index"])] = True
            yield str(error.schema.name), _fault(error, at)


def _fault(error: SchemaError, at: Mask) -> Fault:
    """Say in words which rule of the schema cells break."""
    if error.reason_code == SchemaErrorReason.SERIES_CONTAINS_NULLS:
        return Fault(at, "the cell is empty", FILL_IN)
    return Fault(at, str(error.check.error), str(error.check.description))
