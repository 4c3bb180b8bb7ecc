"""Scores of the exposed people, one row per person, score and day: the database does the sifting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from explorer.cohort.databases.cdm import Cdm, day_number
from explorer.cohort.databases.extract import Extract, Score

TABLES = ("measurement", "observation")
# Operators that make a number a limit: <, <=, >=, >. https://athena.ohdsi.org, vocabulary "Meas Value Operator".
LIMITS = (4171756, 4171754, 4171755, 4172704)
COUNTED = "counted"


@dataclass(frozen=True)
class Wanted:
    """A score with the ids of its concepts, and the days on which it is looked for."""

    score: Score
    concepts: tuple[int, ...]
    from_day: int
    to_day: int


def sifted(cdm: Cdm, people: ir.Table, wanted: Mapping[str, Wanted], extract: Extract) -> ir.Table | None:
    """Return every row that is one of the scores, and whether it counts.

    Parameters
    ----------
    cdm : Cdm
    people : ibis table
        From `exposed`.
    wanted : mapping of str to Wanted
    extract : Extract

    Returns
    -------
    ibis table or None
        `person_id`, `score` (its place in `wanted`), `day`, `value`, `unit` and `fate`: `counted`, or why the row
        cannot be. None where the database has neither table.
    """
    found = [_rows(cdm, table, people, wanted, extract) for table in TABLES if table in cdm]
    return ibis.union(*found) if len(found) > 1 else next(iter(found), None)


def by_day(rows: ir.Table) -> ir.Table:
    """Return the lowest, highest and mean value of each person, score and day, of the rows that count."""
    counted = rows.filter(rows.fate == COUNTED)
    return counted.group_by("person_id", "score", "day").aggregate(
        lowest=counted.value.min(), highest=counted.value.max(), mean=counted.value.mean(), n=counted.count()
    )


def fates(rows: ir.Table) -> ir.Table:
    """Return how many rows of each score met which fate, by unit."""
    return rows.group_by("score", "fate", "unit").aggregate(n=rows.count())


def _rows(cdm: Cdm, table: str, people: ir.Table, wanted: Mapping[str, Wanted], extract: Extract) -> ir.Table:
    held = cdm[table]
    named = held.mutate(score=_which(held, table, wanted))
    joined = named.filter(named.score.notnull()).inner_join(people, "person_id")
    placed = joined.mutate(day=day_number(joined[f"{table}_date"]) - joined.index_day)
    near = placed.filter(placed.day.isnull() | _in_window(placed, wanted))
    return near.select(
        "person_id",
        "score",
        "day",
        value=near.value_as_number,
        unit=near.unit_concept_id,
        fate=_fate(near, wanted, extract),
    )


def _which(held: ir.Table, table: str, wanted: Mapping[str, Wanted]) -> ir.IntegerValue:
    branches = [
        (_is_meant(held, table, each), ibis.literal(place, "int64")) for place, each in enumerate(wanted.values())
    ]
    return ibis.cases(*branches, else_=ibis.null("int64"))


def _is_meant(held: ir.Table, table: str, wanted: Wanted) -> ir.BooleanValue:
    """Say of each row whether its standard concept, source concept or source text is meant."""
    signs = []
    if wanted.concepts:
        signs = [held[f"{table}_{kind}"].isin(wanted.concepts) for kind in ("concept_id", "source_concept_id")]
    if wanted.score.source_values:
        signs.append(held[f"{table}_source_value"].isin(wanted.score.source_values))
    return ibis.or_(*(ibis.coalesce(sign, False) for sign in signs))


def _in_window(placed: ir.Table, wanted: Mapping[str, Wanted]) -> ir.BooleanValue:
    return ibis.or_(
        *(
            (placed.score == place) & placed.day.between(each.from_day, each.to_day)
            for place, each in enumerate(wanted.values())
        )
    )


def _fate(near: ir.Table, wanted: Mapping[str, Wanted], extract: Extract) -> ir.StringValue:
    units = {place: each.score.unit for place, each in enumerate(wanted.values()) if each.score.unit is not None}
    other = [
        ((near.score == place) & (ibis.coalesce(near.unit_concept_id, 0) != unit), "in another unit")
        for place, unit in units.items()
    ]
    coded = [(near.value_as_number.isin(extract.missing), "a code for a missing value")] if extract.missing else []
    return ibis.cases(
        (near.day.isnull(), "without a date"),
        (near.value_as_number.isnull() | near.value_as_number.isnan(), "without a number"),
        *coded,
        (near.operator_concept_id.isin(LIMITS), "a limit such as '< 5'"),
        *other,
        else_=COUNTED,
    )
