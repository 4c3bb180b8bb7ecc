"""Conditions of the exposed people: baseline columns of yes and no, and adverse events, where they are asked for."""

from __future__ import annotations

import ibis.expr.types as ir

from explorer.cohort.databases.cdm import Cdm, day_number
from explorer.cohort.databases.courses import which
from explorer.cohort.databases.extract import Extract


def had_before(cdm: Cdm, people: ir.Table, concepts: tuple[int, ...]) -> ir.Table:
    """Return who had one of the conditions recorded on or before the index date."""
    dated = _dated(cdm, people, (concepts,))
    return dated.filter(dated.day <= 0).select("person_id").distinct()


def events(cdm: Cdm, people: ir.Table, terms: tuple[tuple[int, ...], ...], extract: Extract) -> ir.Table:
    """Return the conditions that count as adverse events.

    Returns
    -------
    ibis table
        `person_id`, `term` (its place in `terms`), `day` and `end_day` (from the index date; empty where no record of
        that day has an end).
    """
    dated = _dated(cdm, people, terms)
    near = dated.filter(dated.day.between(-extract.days_before, extract.days_after))
    return near.group_by("person_id", "term", "day").aggregate(end_day=near.end_day.max())


def _dated(cdm: Cdm, people: ir.Table, terms: tuple[tuple[int, ...], ...]) -> ir.Table:
    held = cdm["condition_occurrence"]
    named = held.mutate(term=which(held.condition_concept_id, terms))
    met = named.filter(named.term.notnull(), named.condition_start_date.notnull()).inner_join(people, "person_id")
    return met.select(
        "person_id",
        "term",
        day=day_number(met.condition_start_date) - met.index_day,
        end_day=day_number(met.condition_end_date) - met.index_day,
    )
