"""Courses and adverse events of ADaM: one row per record (ADCM, ADEX, ADAE)."""

from __future__ import annotations

from explorer.cohort.mapping.model import Column
from explorer.cohort.ready.adam_days import timed
from explorer.cohort.ready.plan import Plan

DRUG_GIVEN = ("EXTRT", "TRTA", "TRTP")
MEDICATION = ("CMDECOD", "CMTRT")
EVENT = ("AEDECOD", "AETERM")


def is_exposure(plan: Plan) -> bool:
    """Say whether a table is ADEX: doses of the treatment of the study, with dates."""
    return _has(plan, "USUBJID", "EXTRT") and plan.find("ASTDT", "ASTDY") is not None


def is_medication(plan: Plan) -> bool:
    """Say whether a table is ADCM: medications before and beside the treatment of the study."""
    return _has(plan, "USUBJID") and plan.find(*MEDICATION) is not None and plan.find("ASTDT", "ASTDY") is not None


def is_events(plan: Plan) -> bool:
    """Say whether a table is ADAE."""
    return _has(plan, "USUBJID") and plan.find(*EVENT) is not None and plan.find("ASTDT", "ASTDY") is not None


def exposure(plan: Plan) -> None:
    """Plan ADEX as courses of the drugs that it names; the first dated course gives the day of the first dose."""
    _courses(plan, plan.find(*DRUG_GIVEN))


def medication(plan: Plan) -> None:
    """Plan ADCM as courses of the drugs that it names."""
    _courses(plan, plan.find(*MEDICATION))


def events(plan: Plan) -> None:
    """Plan ADAE: the treatment-emergent events, by preferred term; rows of one event of one day are one event."""
    term = plan.find(*EVENT)
    _patient(plan)
    if term is not None:
        plan.take(term, Column(role="term"), f"{term} names the event")
    emergent = plan.find("TRTEMFL")
    if emergent is not None:
        plan.drop_rows(emergent, sorted(set(plan.texts(emergent)) - {"Y"}))
        plan.leave(emergent, "only events that began under treatment are taken")
    _dated_rows(plan)
    plan.merged = True


def _has(plan: Plan, *names: str) -> bool:
    return all(plan.find(name) is not None for name in names)


def _patient(plan: Plan) -> None:
    plan.take(plan.find("USUBJID") or "USUBJID", Column(role="patient_id"), "USUBJID joins the tables")


def _courses(plan: Plan, drug: str | None) -> None:
    _patient(plan)
    if drug is not None:
        plan.take(drug, Column(role="drug"), f"{drug} names the drug")
    _dated_rows(plan, last_dose=True)
    plan.merged = True


def _dated_rows(plan: Plan, *, last_dose: bool = False) -> None:
    """Settle first and last days; rows without a first day are left out."""
    start = timed(plan, "start", "ASTDY", "ASTDT")
    if start is not None and plan.lacks(start):
        plan.drop_rows(start, [""])
        plan.why[start] += "; rows that have none are left out"
    end = timed(plan, "end", "AENDY", "AENDT")
    if end is not None and last_dose:
        plan.columns[end] = plan.columns[end].replace(last_dose=True)
