"""Who took the index drug, and since when: everything else is asked of these people alone."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from explorer.cohort.databases.cdm import Cdm, day_number, one_if
from explorer.cohort.databases.extract import Extract


def exposed(cdm: Cdm, index_drug: tuple[int, ...], extract: Extract) -> ir.Table:
    """Return everybody exposed to the index drug, with the day of the first exposure.

    Parameters
    ----------
    cdm : Cdm
    index_drug : tuple of int
        Concept ids.
    extract : Extract
        Its `first_from` and `first_to` bound the first exposure.

    Returns
    -------
    ibis table
        `person_id`, `index_date` and `index_day` (days since 1970-01-01).
    """
    exposure = cdm["drug_exposure"]
    taken = exposure.filter(
        exposure.drug_concept_id.isin(index_drug),
        exposure.drug_exposure_start_date.notnull(),
        exposure.person_id.notnull(),
    )
    first = taken.group_by("person_id").aggregate(index_date=taken.drug_exposure_start_date.min())
    return _within(first, extract).mutate(index_day=day_number(first.index_date))


def described(cdm: Cdm, people: ir.Table) -> ir.Table:
    """Return the exposed people with sex and age, which is all that is asked of `person`.

    The date of birth stays in the database: the age in completed years at the index date is worked out there. Where
    only the year of birth is known, it is the difference of the years.
    """
    person = cdm["person"]
    known = people.left_join(person, "person_id")
    # A birthday still to come in the index year; unknown month or day counts as past.
    month, day = known.index_date.month(), known.index_date.day()
    to_come = (month < known.month_of_birth) | ((month == known.month_of_birth) & (day < known.day_of_birth))
    age = known.index_date.year() - known.year_of_birth - one_if(to_come)
    return known.select(
        "person_id",
        "index_day",
        "gender_concept_id",
        "race_concept_id",
        "ethnicity_concept_id",
        age=age.cast("int64"),
        in_person=known.person_id_right.notnull(),
        only_year=known.month_of_birth.isnull(),
    )


def _within(first: ir.Table, extract: Extract) -> ir.Table:
    limits = []
    if extract.first_from is not None:
        limits.append(first.index_date >= ibis.literal(extract.first_from))
    if extract.first_to is not None:
        limits.append(first.index_date <= ibis.literal(extract.first_to))
    return first.filter(*limits) if limits else first
