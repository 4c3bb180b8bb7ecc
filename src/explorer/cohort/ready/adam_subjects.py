"""ADSL: one row per patient, with the first and last dose, and what was known at baseline."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from explorer.cohort.mapping.columns import SEX_WORDS
from explorer.cohort.mapping.model import Column
from explorer.cohort.mapping.seen import NUMBER, Seen
from explorer.cohort.ready.adam_days import dated
from explorer.cohort.ready.plan import Plan, covariate
from explorer.cohort.schemas import StopReason

ARM = ("TRT01A", "TRT01P", "ARM")
FIRST_DOSE = ("TRTSDT", "TR01SDT", "TRTSDTM", "RFXSTDTC", "RFSTDTC")
LAST_DOSE = ("TRTEDT", "TR01EDT", "TRTEDTM", "RFXENDTC")
REASONS = ("DCTREAS", "DCDECOD", "DCREASCD", "DCSREAS", "DCREAS", "EOTSTT", "EOSSTT")
DATE = re.compile(r"(?:DT|DTM|DTC|TM|DTF|TMF|DY)$")
AFTERWARDS = re.compile(
    r"COMP\d*FL|COMPLFL|DISCONFL|DSRAEFL|DTH|TRTDUR|TR\d\dDUR|^(?:TRT|TR|AP)0[2-9]|AVGDD|CUMDOSE|VISNUMEN|^DC|^EO[ST]|LSTALV|RFPEN"
)
MANY = 12
STOPPED: tuple[tuple[str, StopReason], ...] = (
    (r"complet", "completed"),
    (r"loss of (?:response|effect|efficacy)|relapse", "loss_of_response"),
    (r"efficacy|effect|inadequate|non ?respon|treatment failure|progress", "inadequate_response"),
    (r"adverse|toxicity|side effect|intoleran", "adverse_event"),
    (r"by subject|by patient|consent|(?:subject|patient)(?:'s)? (?:decision|request|choice)", "patient_choice"),
    (r"remission|recovery", "remission"),
)


def subjects(plan: Plan) -> bool:
    """Plan ADSL; say whether it tells when the treatment ended.

    Patients without a first dose are left out. The day 0 is the day of the first dose. What is known only after it
    (completion, duration, dose given, death) is no baseline column.
    """
    plan.take(_there(plan, "USUBJID"), Column(role="patient_id"), "USUBJID is unique across all sites")
    treated = _treatment(plan)
    _age_and_sex(plan)
    if (arm := plan.find(*ARM)) is not None:
        plan.take(arm, Column(role="covariate", name="arm"), "the treatment of period 01")
    for name in map(str, plan.frame):
        if name not in plan.columns:
            _baseline(plan, name)
    return treated


def without_end(plan: Plan) -> None:
    """Plan a course from the first dose on, of which no end is known, so that the treated are known as such."""
    first = plan.find(*FIRST_DOSE)
    if first is not None:
        plan.joined["first dose"] = (first,)
        plan.take("first dose", dated(plan, first, "start"), f"{first} is where the treatment begins; no end is known")


def _there(plan: Plan, name: str) -> str:
    return plan.find(name) or name


def _treatment(plan: Plan) -> bool:
    first, last = plan.find(*FIRST_DOSE), plan.find(*LAST_DOSE)
    if first is None:
        plan.ask("no column of ADSL is the day of the first dose", 'Give a column {"role": "index_date"}.')
        return False
    why = f"{first} is the day of the first dose: day 0"
    plan.take(first, dated(plan, first, "index_date"), why)
    if plan.lacks(first):
        plan.drop_rows(first, [""])
        plan.why[first] += "; patients who have none were never treated and are left out"
    if last is None:
        return False
    plan.take(last, dated(plan, last, "end").replace(last_dose=True), f"{last} is the day of the last dose")
    _reasons(plan)
    return True


def _reasons(plan: Plan) -> None:
    """Say why the treatment ended, from the first columns that tell, the more telling first."""
    there = [name for name in (plan.find(name) for name in REASONS) if name is not None]
    if not there:
        _flagged_reason(plan)
        return
    made = there[0]
    if plan.lacks(made) and there[1:]:
        made = "reason the treatment ended"
        plan.first_of[made] = tuple(there)
    told = {text for name in plan.first_of.get(made, (made,)) for text in plan.texts(name)} - {""}
    words = {text: _stop_reason(text) for text in sorted(told)}
    plan.take(made, Column(role="stop_reason", words=words), f"{there[0]} tells why the treatment ended")


def _flagged_reason(plan: Plan) -> None:
    if (flag := plan.find("DSRAEFL")) is not None:
        column = Column(role="stop_reason", words={"Y": "adverse_event", "N": ""})
        plan.take(flag, column, f"{flag}: the treatment ended because of an adverse event")


def _stop_reason(text: str) -> str:
    if re.search(r"ongoing|not discontinued", text.lower()):
        return ""
    return next((reason for pattern, reason in STOPPED if re.search(pattern, text.lower())), "other")


def _age_and_sex(plan: Plan) -> None:
    age, unit, sex = plan.find("AGE", "AAGE"), plan.find("AGEU", "AAGEU"), plan.find("SEX")
    if age is not None and (unit is None or set(plan.texts(unit)) <= {"", "YEARS"}):
        plan.take(age, Column(role="age"), "AGE, in years")
    elif age is not None:
        plan.leave(age, "not in years")
    if sex is not None:
        # U and UNDIFFERENTIATED are words of the standard for a sex that is not known, or is neither.
        unknown = {text: "" for text in set(plan.texts(sex)) if text and text.lower() not in SEX_WORDS}
        plan.take(sex, Column(role="sex", words=dict(sorted(unknown.items()))), "SEX")


def _baseline(plan: Plan, name: str) -> None:
    """Take a column that tells patients apart at baseline, or say why not."""
    why = _why_not(plan, name)
    if why is None:
        plan.take(name, covariate(name), "known at baseline, one value per patient")
    else:
        plan.leave(name, why)


def _why_not(plan: Plan, name: str) -> str | None:
    own, cells = name.upper(), plan.texts(name)
    distinct = set(cells) - {""}
    if not distinct:
        return "empty"
    if AFTERWARDS.search(own):
        return "known only after the first dose, so that it is no baseline column"
    if DATE.search(own) or pd.api.types.is_datetime64_any_dtype(plan.frame[name]):
        return "a date, which says more of a patient than is needed"
    if len(distinct) == 1:
        return "the same for everybody"
    numeric = Seen(name, plan.frame[name], "", {}).share(NUMBER) >= 0.8
    if own == "SUBJID" or (not numeric and len(distinct) > max(MANY, len(cells) / 4)):
        return "it tells single patients"
    same = _same(cells, ((other, plan.texts(other)) for other in _taken(plan)))
    return f"it says the same as {same}" if same else None


def _taken(plan: Plan) -> Iterable[str]:
    return [name for name, column in plan.columns.items() if column.role in ("covariate", "sex") and name in plan.frame]


def _same(cells: pd.Series, others: Iterable[tuple[str, pd.Series]]) -> str | None:
    """Name a column that is the same but for the words, as a code beside its decode is."""
    codes = pd.factorize(cells)[0]
    return next((name for name, other in others if np.array_equal(pd.factorize(other)[0], codes)), None)
