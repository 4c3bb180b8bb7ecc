"""The tables of the OMOP common data model (5.3 and 5.4) that an extraction reads, whatever the database calls them.

Source: https://ohdsi.github.io/CommonDataModel/cdm54.html. Only the columns named here are ever asked for; what
could name a person (`person_source_value`, notes, places, providers) is not among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from explorer.cohort.findings import shown
from explorer.errors import CohortError, Problem

SECONDS_A_DAY = 86_400


class Shape(NamedTuple):
    """Columns of a table by their types: those it must have, and those that may be absent."""

    demanded: Mapping[str, str]
    optional: Mapping[str, str] = {}


def _recorded(table: str, prefix: str) -> Shape:
    """Return the shape that `measurement` and `observation` share."""
    return Shape(
        {"person_id": "int64", f"{prefix}_concept_id": "int64", f"{prefix}_date": "date", "value_as_number": "float64"},
        {
            f"{prefix}_source_concept_id": "int64",
            f"{prefix}_source_value": "string",
            "unit_concept_id": "int64",
            "operator_concept_id": "int64",
        },
    )


SHAPES: Mapping[str, Shape] = {
    "person": Shape(
        {"person_id": "int64", "gender_concept_id": "int64", "year_of_birth": "int64"},
        dict.fromkeys(("month_of_birth", "day_of_birth", "race_concept_id", "ethnicity_concept_id"), "int64"),
    ),
    "drug_exposure": Shape(
        {"person_id": "int64", "drug_concept_id": "int64", "drug_exposure_start_date": "date"},
        {"drug_exposure_end_date": "date", "days_supply": "int64", "stop_reason": "string"},
    ),
    "measurement": _recorded("measurement", "measurement"),
    "observation": _recorded("observation", "observation"),
    "condition_occurrence": Shape(
        {"person_id": "int64", "condition_concept_id": "int64", "condition_start_date": "date"},
        {"condition_end_date": "date"},
    ),
    "observation_period": Shape({"person_id": "int64", "observation_period_end_date": "date"}),
    "concept": Shape({"concept_id": "int64", "concept_name": "string"}, {"domain_id": "string"}),
    "concept_ancestor": Shape({"ancestor_concept_id": "int64", "descendant_concept_id": "int64"}),
}
DEMANDED = ("person", "drug_exposure")
VOCABULARY = ("concept", "concept_ancestor")


@dataclass(frozen=True)
class Cdm:
    """The tables that were found, with the columns of `SHAPES` under their own names and of their own types.

    Attributes
    ----------
    name : str
        What the database is called in messages; never holds a password.
    tables : mapping of str to ibis table
    """

    name: str
    tables: Mapping[str, ir.Table]

    def __contains__(self, table: str) -> bool:
        return table in self.tables

    def __getitem__(self, table: str) -> ir.Table:
        if table not in self.tables:
            raise CohortError(
                [Problem(self.name, f"there is no table '{table}'", "Load it, or leave out what needs it.")]
            )
        return self.tables[table]


def recognise(name: str, found: Mapping[str, ir.Table]) -> Cdm:
    """Take the tables of the common data model from all tables of a database.

    Parameters
    ----------
    name : str
        What the database is called in messages.
    found : mapping of str to ibis table
        By name, in capitals or not.

    Raises
    ------
    CohortError
        Where a table or a column is missing without which nothing can be done.
    """
    lower = {table.lower(): held for table, held in found.items()}
    missing = [table for table in DEMANDED if table not in lower]
    if missing:
        what = f"there is no table {' and no '.join(map(shown, missing))}; it holds {_some(sorted(found))}"
        raise CohortError([Problem(name, what, "An OMOP database has both; name the schema under cdm_schema.")])
    return Cdm(name, {table: _shaped(name, table, lower[table]) for table in SHAPES if table in lower})


def day_number(moment: ir.DateValue) -> ir.IntegerValue:
    """Return a date as days since 1970-01-01, which every engine can count with."""
    return (moment.epoch_seconds() // SECONDS_A_DAY).cast("int64")


def one_if(holds: ir.BooleanValue) -> ir.IntegerValue:
    """Return 1 where something holds, else 0, also where it is not known."""
    return ibis.ifelse(ibis.coalesce(holds, False), 1, 0).cast("int64")


def _some(tables: list[str]) -> str:
    return ", ".join(map(shown, tables[:12])) + (", ..." if len(tables) > 12 else "") if tables else "no table"


def _shaped(name: str, table: str, held: ir.Table) -> ir.Table:
    """Return the wanted columns in their types; an optional one that is absent is empty."""
    shape, given = SHAPES[table], {column.lower(): column for column in held.columns}
    missing = [column for column in shape.demanded if column not in given]
    if missing:
        what = f"the table '{table}' has no column {shown(missing[0])}"
        raise CohortError([Problem(name, what, "Every OMOP database has it; see how the table was loaded.")])
    wanted = {**shape.demanded, **shape.optional}
    return held.select(**{column: _typed(held, given.get(column), kind) for column, kind in wanted.items()})


def _typed(held: ir.Table, column: str | None, kind: str) -> ir.Value:
    return ibis.null(kind) if column is None else held[column].cast(kind)
