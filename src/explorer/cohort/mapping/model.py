"""A mapping: what each column of a file is, as a small frozen value that is saved as JSON and replayed."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from explorer.cohort.cells import FORMULA_START
from explorer.cohort.instruments import HIGHER, Instrument
from explorer.errors import CohortError, Problem

Role = Literal[
    "patient_id",
    "index_date",
    "age",
    "birth_date",
    "sex",
    "covariate",
    "score",
    "instrument",
    "report",
    "item",
    "answer",
    "day",
    "date",
    "visit",
    "drug",
    "start",
    "end",
    "stop_reason",
    "prescriptions",
    "term",
    "ignore",
]
ROLES: tuple[Role, ...] = get_args(Role)
DateOrder = Literal["ymd", "dmy", "mdy"]
Unit = Literal["days", "weeks", "months", "years"]

PLACED = frozenset({"day", "visit", "on"})
ANYWHERE = frozenset({"role", "missing", "words", "remove", "coded", "decimal", "order", "counted_from"})
OWN_FIELDS: dict[Role, frozenset[str]] = {
    "patient_id": frozenset({"pseudonym"}),
    "covariate": frozenset({"name"}),
    "score": PLACED | {"instrument", "times"},
    "report": PLACED | {"name"},
    "day": frozenset({"unit", "from_one"}),
    "start": frozenset({"drug", "from_one"}),
    "end": frozenset({"drug", "last_dose", "from_one"}),
    "stop_reason": frozenset({"drug"}),
    "prescriptions": frozenset({"drug"}),
    "ignore": frozenset({"why"}),
}
ONCE_PER_SHEET: tuple[Role, ...] = ("patient_id", "instrument", "item", "answer", "visit", "drug", "term")
PER_PATIENT: tuple[Role, ...] = ("index_date", "age", "birth_date", "sex", "covariate")
LONGEST_LINE, COLUMN, LONGEST_TEXT = 110, 3, 200
NOT_SAID = "?"
HEADING_SIGNS = re.compile(r"^(?:[=+@\s]|-(?=\D))+")


def _plain(text: str) -> str:
    if not text.isprintable() or text != text.strip() or len(text) > LONGEST_TEXT:
        raise ValueError(f"{text[:40]!r} is not allowed; printable characters are, at most {LONGEST_TEXT}")
    return text


def _no_formula(text: str) -> str:
    if re.search(FORMULA_START, text):
        raise ValueError(f"{text[:40]!r} begins like a spreadsheet formula; begin with a letter or a digit")
    return text


Text = Annotated[str, AfterValidator(_plain)]
"""What comes to stand in tables and on pages."""
Heading = Annotated[Text, AfterValidator(_no_formula)]
"""What comes to stand in files as the name of a column."""


class Value(BaseModel):
    """A part of a mapping: never changes and knows no field but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def replace(self, **changes: Any) -> Self:
        """Return the same value with some fields changed, checked again."""
        return type(self)(**({name: getattr(self, name) for name in type(self).model_fields} | changes))


class Column(Value):
    """What one column is, and how its cells are read.

    Attributes
    ----------
    role : str
        One of `ROLES`.
    missing : tuple of str
        Further spellings or codes of a missing value, besides the usual ones.
    words : dict of str to str
        What a cell's whole text stands for: `{"1": "male"}`.
    remove : tuple of str
        Texts to take out of cells, as the unit in "84 kg".
    coded : {"label", "number"} or None
        Which half of a cell like "1_yes" counts.
    decimal, order : str or None
        Decimal mark and order of day, month and year where they differ from those of the mapping.
    counted_from : date or None
        Of dates that are written as numbers of days: the day 0. SAS counts from 1960-01-01.
    name : str or None
        Of the covariate or of the reported item; the column's own name if not given.
    instrument : str or None
        Code of a score; None where the sheet has a column of instruments.
    day : int or None
        Days from the index date; of a score or report that has a visit of its own.
    visit : str or None
        Instead of `day`, a visit named in the mapping's `visits`.
    on : str or None
        Instead of `day`, the column of the same sheet (day, date or visit) that says when.
    times : float
        Factor that brings the score to the instrument's unit.
    unit : str
        Of a column of days.
    from_one : bool
        Whether a column of days calls the index date day 1, as CDISC does.
    drug : str or None
        Drug of a course in a sheet without a column of drugs; the index drug if not given.
    last_dose : bool
        Whether an end is the last day on the drug; a course then ends on the day after.
    pseudonym : bool
        Whether identifiers are replaced by numbers in the order of the file.
    why : str
        Why a column is left out, for the report.
    """

    role: Role
    missing: tuple[str, ...] = ()
    words: dict[str, str] = {}
    remove: tuple[str, ...] = ()
    coded: Literal["label", "number"] | None = None
    decimal: Literal[".", ","] | None = None
    order: DateOrder | None = None
    counted_from: date | None = None
    name: Heading | None = None
    instrument: Text | None = None
    day: int | None = None
    visit: str | None = None
    on: str | None = None
    times: float = Field(default=1, gt=0, allow_inf_nan=False)
    unit: Unit = "days"
    from_one: bool = False
    drug: Text | None = None
    last_dose: bool = False
    pseudonym: bool = False
    why: str = ""

    @model_validator(mode="after")
    def _fields_fit_the_role(self) -> Self:
        allowed = ANYWHERE | OWN_FIELDS.get(self.role, frozenset())
        for field in sorted(self.model_fields_set - allowed):
            if getattr(self, field) != type(self).model_fields[field].default:
                raise ValueError(f"a column that is {self.role} has no '{field}'")
        if sum(getattr(self, field) is not None for field in PLACED) > 1:
            raise ValueError("only one of day, visit and on may be given")
        return self


class Sheet(Value):
    """How the rows of one sheet are read.

    Attributes
    ----------
    columns : dict of str to Column
        A column that is not named is left out.
    joined : dict of str to tuple of str
        New columns, made of others by a hyphen between them: `{"patient": ["site", "id"]}`.
    split : dict of str to tuple of str
        Columns whose cells hold several values with a slash between, and the new columns: `{"BP": ["systolic", ...]}`.
    summed : dict of str to tuple of str
        New columns, each the sum of others; missing where one of them is.
    first_of : dict of str to tuple of str
        New columns, each the first of others that is filled.
    leave_out : dict of str to tuple of str
        Rows to leave out, by the text in a column, empty cells by an empty text: `{"Screen failure": ["Y"]}`. Patients
        with no other row go with them.
    imputed : dict of str to tuple of str
        Rows whose scores and answers were not observed: `{"NRI Flag": ["Y"]}`. They are left out, the patients stay.
    row_is_patient : bool
        Whether each row is a patient without an identifier, to be known by its row number.
    merged : bool
        Whether courses, or events, of one patient with one name and one first day are one: it ends when the last of
        them ends, and has no end where one of them has none.
    known_patients : bool
        Whether rows are left out whose patient no sheet that tells of patients names.
    """

    columns: dict[str, Column]
    joined: dict[str, tuple[str, ...]] = {}
    split: dict[str, tuple[str, ...]] = {}
    summed: dict[str, tuple[str, ...]] = {}
    first_of: dict[str, tuple[str, ...]] = {}
    leave_out: dict[str, tuple[str, ...]] = {}
    imputed: dict[str, tuple[str, ...]] = {}
    row_is_patient: bool = False
    merged: bool = False
    known_patients: bool = False

    @model_validator(mode="after")
    def _rows_can_be_read(self) -> Self:
        roles = Counter(column.role for column in self.columns.values())
        for role in ONCE_PER_SHEET:
            if roles[role] > 1:
                remedy = " (join them under 'joined')" if role == "patient_id" else ""
                raise ValueError(f"{roles[role]} columns are {role}; a sheet has one{remedy}")
        if self.row_is_patient and roles["patient_id"]:
            raise ValueError("row_is_patient is for sheets without a patient_id")
        return self

    def first(self, *roles: Role) -> str | None:
        """Name the first column with one of these roles, in the order of the roles."""
        found = [name for role in roles for name, column in self.columns.items() if column.role == role]
        return found[0] if found else None

    def having(self, *roles: Role) -> dict[str, Column]:
        """Return the columns with one of these roles."""
        return {name: column for name, column in self.columns.items() if column.role in roles}


class Scale(Value):
    """A score that the catalogue lacks, or describes otherwise; with the direction "?" it cannot be used yet."""

    code: Text
    name: Text = ""
    range_min: float
    range_max: float
    direction: Literal["lower is better", "higher is better", "?"] = "lower is better"
    step: float | None = Field(default=None, gt=0)
    mcid: float | None = Field(default=None, gt=0)
    unit: str = "points"

    @model_validator(mode="after")
    def _range_is_one(self) -> Self:
        if not self.range_min < self.range_max:
            raise ValueError(f"range_max of {self.code} is not above range_min")
        return self

    def instrument(self) -> Instrument:
        """Return it as the catalogue would hold it."""
        return Instrument(
            self.code,
            self.name or self.code,
            self.range_min,
            self.range_max,
            lower_is_better=self.direction != HIGHER,
            step=self.step,
            mcid=self.mcid,
            unit=self.unit,
            source="as described by whoever mapped the file",
        )


class About(Value):
    """What is said about the cohort as a whole; `index_date` stands for all patients of a file without dates."""

    title: Text = Field(min_length=1)
    index_drug: Text = Field(min_length=1)
    synthetic: bool = False
    prior_drug: Text | None = None
    source: Text = ""
    licence: Text = ""
    notes: Text = ""
    index_date: date | None = None


class Mapping(Value):
    """What each column of each sheet is, and how cells, dates and visits are read.

    `parts` names, for a sheet, the column by which its rows are parted: those that share a text there are a sheet of
    their own, called `sheet / text`; those without stay.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    about: About
    parts: dict[str, str] = {}
    sheets: dict[str, Sheet]
    visits: dict[str, int] = {}
    instruments: tuple[Scale, ...] = ()
    dates: DateOrder | None = None
    decimal: Literal[".", ","] | None = None
    missing: tuple[str, ...] = ()
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)

    @field_validator("sheets")
    @classmethod
    def _each_fact_once(cls, sheets: dict[str, Sheet]) -> dict[str, Sheet]:
        given = [
            covariate_name(name, column) if column.role == "covariate" else column.role
            for sheet in sheets.values()
            for name, column in sheet.having(*PER_PATIENT).items()
        ]
        twice = [fact for fact, times in Counter(given).items() if times > 1]
        if twice:
            raise ValueError(f"two columns are '{twice[0]}'; ignore one, or give a covariate another name")
        return sheets

    def to_json(self) -> str:
        """Write the mapping as JSON, one line per column, defaults left out."""
        return _written({"schema": 1} | self.model_dump(mode="json", by_alias=True, exclude_defaults=True)) + "\n"

    @classmethod
    def from_json(cls, text: str, file: str = "mapping.json") -> Self:
        """Read a mapping; `file` names it in messages.

        Raises
        ------
        CohortError
            With every field that is wrong, where it stands and what is allowed.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise _refusal(error, file) from error

    @classmethod
    def from_dict(cls, content: dict[str, Any], file: str = "mapping") -> Self:
        """Read a mapping from plain values, as `from_json` does."""
        return cls.from_json(json.dumps(content, default=str), file)


def load(path: Path) -> Mapping:
    """Read a mapping from a JSON or TOML file.

    Raises
    ------
    CohortError
        When the file cannot be read, or with every field that is wrong.
    """
    try:
        text = path.read_text("utf-8-sig")
        if path.suffix.lower() == ".toml":
            return Mapping.from_dict(tomllib.loads(text), path.name)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        what = f"the mapping cannot be read ({error})"
        raise CohortError([Problem(path.name, what, "Give a mapping as JSON or TOML in UTF-8.")]) from error
    return Mapping.from_json(text, path.name)


def covariate_name(column_name: str, column: Column) -> str:
    """Name a baseline column or a reported item in the cohort, by its heading if it was given no name.

    Signs with which a spreadsheet would take the heading for a formula are left away: it is written into files.
    """
    return column.name or HEADING_SIGNS.sub("", column_name) or "column"


def _refusal(error: ValidationError, file: str) -> CohortError:
    problems = []
    for fault in error.errors(include_url=False, include_context=False):
        path = ".".join(map(str, fault["loc"])) or "the mapping"
        what = f"{path}: {fault['msg'].removeprefix('Value error, ')}"
        problems.append(Problem(file, what, "Correct the mapping; docs/mapping.md says what it may hold."))
    return CohortError(problems)


def _written(value: Any, depth: int = 0) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    fits = depth > 1 and len(flat) + 2 * depth <= LONGEST_LINE
    if not isinstance(value, dict) or (
        fits and (depth > COLUMN or not any(isinstance(v, dict) for v in value.values()))
    ):
        return flat
    pad = "  " * (depth + 1)
    lines = [f"{pad}{json.dumps(key, ensure_ascii=False)}: {_written(held, depth + 1)}" for key, held in value.items()]
    return "{\n" + ",\n".join(lines) + "\n" + "  " * depth + "}"
