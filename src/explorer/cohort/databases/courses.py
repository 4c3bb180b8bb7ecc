"""Exposures joined to courses on the database: a run of exposures without a long gap is one course."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from explorer.cohort.databases.cdm import Cdm, day_number, one_if

ONE_COURSE = ("person_id", "drug", "course")


def courses(cdm: Cdm, people: ir.Table, drugs: tuple[tuple[int, ...], ...], gap_days: int) -> ir.Table:
    """Return the courses of the exposed people on each drug.

    An exposure lasts up to and with `drug_exposure_end_date`; where that is empty, for `days_supply`; else for one day.
    One that ends before it begins lasts one day. Exposures with at most `gap_days` days without the drug between them
    are one course.

    Parameters
    ----------
    cdm : Cdm
    people : ibis table
        From `exposed`.
    drugs : tuple of tuples of int
        Concept ids of each drug.
    gap_days : int

    Returns
    -------
    ibis table
        `person_id`, `drug` (its place in `drugs`), `start_day` and `end_day` (from the index date; the end is the first day
        without the drug), `prescriptions`, `stop_reason` (of the last exposure), `no_end` and `backwards` (exposures
        without an end, and ending before they begin), `seen_until` (day after the last day of observation, or empty).
    """
    exposures = _numbered(_exposures(cdm, people, drugs), gap_days)
    one = exposures.group_by(*ONE_COURSE).aggregate(
        index_day=exposures.index_day.min(),
        start=exposures.start.min(),
        end=exposures.end.max(),
        prescriptions=exposures.count(),
        stop_reason=exposures.stop_reason.max(where=exposures.start == exposures.last_start),
        no_end=exposures.no_end.sum(),
        backwards=exposures.backwards.sum(),
    )
    with_end = _with_observation(cdm, one)
    return with_end.select(
        "person_id",
        "drug",
        "prescriptions",
        "stop_reason",
        "no_end",
        "backwards",
        start_day=with_end.start - with_end.index_day,
        end_day=with_end.end - with_end.index_day,
        seen_until=with_end.seen - with_end.index_day,
    )


def _exposures(cdm: Cdm, people: ir.Table, drugs: tuple[tuple[int, ...], ...]) -> ir.Table:
    held = cdm["drug_exposure"]
    named = held.mutate(drug=which(held.drug_concept_id, drugs))
    taken = named.filter(named.drug.notnull(), named.drug_exposure_start_date.notnull()).inner_join(people, "person_id")
    start, last = day_number(taken.drug_exposure_start_date), day_number(taken.drug_exposure_end_date)
    supply = ibis.ifelse(taken.days_supply > 0, taken.days_supply, ibis.null("int64"))
    return taken.select(
        "person_id",
        "drug",
        "index_day",
        "stop_reason",
        start=start,
        end=ibis.greatest(ibis.coalesce(last + 1, start + supply, start + 1), start + 1),
        no_end=one_if(last.isnull() & supply.isnull()),
        backwards=one_if(last < start),
    )


def which(concept: ir.IntegerValue, groups: tuple[tuple[int, ...], ...]) -> ir.IntegerValue:
    """Return the place of the group that holds a concept; missing where none does."""
    branches = [(concept.isin(group), ibis.literal(place, "int64")) for place, group in enumerate(groups) if group]
    return ibis.cases(*branches, else_=ibis.null("int64")) if branches else ibis.null("int64")


def _numbered(exposures: ir.Table, gap_days: int) -> ir.Table:
    """Give each exposure the number of its course, and when the last exposure of that course began."""
    order = [exposures.start, exposures.end]
    earlier = ibis.window(group_by=["person_id", "drug"], order_by=order, preceding=(None, 1))
    seen = exposures.mutate(before=exposures.end.max().over(earlier))
    new = seen.mutate(new=one_if(seen.before.isnull() | (seen.start - seen.before > gap_days)))
    so_far = ibis.window(group_by=["person_id", "drug"], order_by=[new.start, new.end], preceding=None, following=0)
    # Exposures that agree in start and end stand in any order, but the second never begins a course.
    numbered = new.mutate(course=new.new.sum().over(so_far))
    return numbered.mutate(last_start=numbered.start.max().over(ibis.window(group_by=list(ONE_COURSE))))


def _with_observation(cdm: Cdm, one: ir.Table) -> ir.Table:
    if "observation_period" not in cdm:
        return one.mutate(seen=ibis.null("int64"))
    period = cdm["observation_period"]
    ends = period.group_by("person_id").aggregate(seen=day_number(period.observation_period_end_date.max()) + 1)
    return one.left_join(ends, "person_id").drop("person_id_right")
