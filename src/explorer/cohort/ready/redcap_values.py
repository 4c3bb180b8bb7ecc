"""Fields of REDCap that hold values: facts of patients, scores and answers over time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from explorer.cohort.cells import NO_NUMBER
from explorer.cohort.findings import Mask
from explorer.cohort.instruments import catalogue
from explorer.cohort.mapping.columns import SEX_WORDS
from explorer.cohort.mapping.model import Column
from explorer.cohort.mapping.seen import NUMBER, Seen
from explorer.cohort.mapping.visits import visit_in
from explorer.cohort.ready.plan import Plan, covariate, printable
from explorer.cohort.ready.redcap_dictionary import YES_NO, Field
from explorer.cohort.ready.scores import described, known_score

EVENT, INSTANCE = "redcap_event_name", "redcap_repeat_instance"
CODES = ("-99", "-999", "-9999", "99", "999", "9999", "-9", "-1")
FLAVOURS = ("NI", "INV", "UNK", "NASK", "ASKU", "NAV", "MSK", "NA", "NAVU", "NP", "QS", "TRC", "UNC", "DER", "PINF")
"""Codes for missing data that REDCap proposes (after HL7), and those that studies use."""
CODE = re.compile("|".join(map(re.escape, FLAVOURS)), re.IGNORECASE)
UNKNOWN_NUMBER = "a number over time that is no score the catalogue knows; describe it to use it"
MOSTLY = 0.8
MOST_DESCRIBED = 12


@dataclass(frozen=True)
class Value:
    """A column that may tell something.

    Attributes
    ----------
    name : str
    field : Field
    code : str or None
        Of a checkbox, the code of its choice.
    seen : Seen
    baseline : bool
        Whether it has one value per patient, told at the first event.
    visited : bool
        Whether the rows have events.
    """

    name: str
    field: Field
    code: str | None
    seen: Seen
    baseline: bool
    visited: bool


def settle(plan: Plan, value: Value, others: Sequence[Value]) -> None:
    """Settle a value: a known score, a fact of the patient, or an answer that changes; dates are left for later."""
    if value.field.dated or value.name in plan.columns:
        return
    if (score := _known(value)) is not None and _measured(value) and _fits(value, score):
        _score(plan, value, others, score)
    elif value.baseline:
        _fact(plan, value)
    elif yes_no(value):
        place = _when(plan, value, others)
        column = Column(role="report", words=_words(value), **place)
        plan.take(value.name, column, "yes or no, which may differ between visits")
    elif _numeric(value):
        plan.leave(value.name, UNKNOWN_NUMBER)
    else:
        plan.leave(value.name, "told after the first event, or more than once, and no score")


def describe(told: Sequence[tuple[Plan, Sequence[Value]]]) -> None:
    """Propose to describe the numbers that change over time, where no field is a known score.

    Their range is that which the project checks when values are entered, or else that which was seen.

    Parameters
    ----------
    told : sequence of (Plan, sequence of Value)
        The plans, each with all its values.
    """
    numbers = [(plan, value, values) for plan, values in told for value in values if _is_open(plan, value)]
    for plan, value, values in numbers if len(numbers) <= MOST_DESCRIBED else []:
        limits = [limit for limit in (value.field.low, value.field.high) if limit is not None]
        scale = described(value.name, value.field.label or value.name, [*value.seen.numbers, *limits])
        plan.scales.append(scale)
        _score(plan, value, values, scale.code)
        what = f"the score {scale.code} ({scale.name}) is not known, and which way is better cannot be"
        plan.ask(what, "Give its range_min, range_max, direction and mcid under 'instruments'.")


def _is_open(plan: Plan, value: Value) -> bool:
    return plan.columns[value.name].why == UNKNOWN_NUMBER


def _known(value: Value) -> str | None:
    """Return the catalogue's code of the score that the name or the label tells, a visit in them aside."""
    texts = [value.field.name, value.field.label]
    stems = [found.stem for text in texts if (found := visit_in(text))]
    return known_score(*texts, *stems)


def _measured(value: Value) -> bool:
    """Say whether the cells can be a score: numbers, or choices whose codes are numbers."""
    return value.code is None and value.seen.share(NUMBER) + value.seen.share(CODE) >= MOSTLY


def _fits(value: Value, code: str) -> bool:
    """Say whether the project lets values be entered within the range of a score, choices from its lowest value on."""
    scale = catalogue()[code]
    codes = [float(choice.replace(",", ".")) for choice in value.field.choices if NUMBER.fullmatch(choice)]
    limits = [limit for limit in (value.field.low, value.field.high) if limit is not None]
    inside = all(scale.range_min <= number <= scale.range_max for number in (*codes, *limits))
    return inside and (not codes or min(codes) == scale.range_min)


def _numeric(value: Value) -> bool:
    return _measured(value) and not value.field.choices


def yes_no(value: Value) -> bool:
    """Say whether a field is answered by yes or no: a checkbox, or choices that say so."""
    labels = {label.lower() for label in value.field.choices.values()}
    return value.code is not None or (bool(labels) and labels <= {"yes", "no"})


def _score(plan: Plan, value: Value, others: Sequence[Value], code: str) -> None:
    column = Column(role="score", instrument=code, **_numbers(value), **_when(plan, value, others))
    plan.take(value.name, column, f"its name or label is that of {code}")


def _numbers(value: Value) -> dict[str, Any]:
    """Say how numbers are written: the decimal mark, and codes for missing beyond what the project allows."""
    texts = value.seen.counts
    beyond = [code for code in CODES if code in texts and _beyond(float(code), value)]
    missing = (*beyond, *(text for text in texts if text.upper() in FLAVOURS))
    return {"missing": missing} | ({"decimal": ","} if value.field.comma else {})


def _beyond(number: float, value: Value) -> bool:
    """Say whether a number cannot be a value: outside the limits, or negative as no other where there are none."""
    low, high = value.field.low, value.field.high
    if low is None and high is None:
        return number < -1 and all(other >= 0 or f"{other:g}" in CODES for other in value.seen.numbers)
    return (low is not None and number < low) or (high is not None and number > high)


def _when(plan: Plan, value: Value, others: Sequence[Value]) -> dict[str, Any]:
    """Say when a value was recorded: as its name tells, on the date of its form, at its event, or at its repeat."""
    named = visit_in(value.field.name) or visit_in(value.field.label)
    if not value.visited and named is not None:
        return {"day": named.day} if named.day is not None else _asked(plan, value, named.label)
    date = _form_date(plan, value, others)
    if date is not None:
        return {"on": date}
    if value.visited:
        return {"on": _labels(plan, value, EVENT, "the event")}
    if INSTANCE in plan.frame and plan.frame[INSTANCE].notna().any():
        plan.take(INSTANCE, Column(role="visit"), "the repeats of the form, whose days stand under 'visits'")
        return {"on": _labels(plan, value, INSTANCE, "the repeat")}
    return _asked(plan, value, value.field.form or "the form")


def _asked(plan: Plan, value: Value, label: str) -> dict[str, Any]:
    label = printable(label)
    plan.ask(f"the day of '{label}' is not known ({value.name})", f'Add "{label}": DAY under "visits".')
    return {"visit": label}


def _labels(plan: Plan, value: Value, name: str, what: str) -> str:
    """Ask for the days of events or repeats at which something was recorded."""
    filled = value.seen.cells.notna().to_numpy()
    for label in dict.fromkeys(plan.texts(name)[filled]):
        if label and label not in plan.visits:
            ask = f"the day of {what} '{label}' is not known"
            plan.ask(ask, f'Add "{label}": DAY under "visits".')
    return name


def _form_date(plan: Plan, value: Value, others: Sequence[Value]) -> str | None:
    """Name the date of the form, if it is filled wherever the value is."""
    filled = value.seen.cells.notna()
    for other in others:
        if other.field.dated and other.field.form == value.field.form and other.seen.cells[filled].notna().all():
            column = Column.model_validate({"role": "date", "order": other.field.order})
            plan.take(other.name, column, f"the date of the form {other.field.form}")
            _several_on_a_day(plan, other, filled.to_numpy())
            return other.name
    return None


def _several_on_a_day(plan: Plan, date: Value, filled: Mask) -> None:
    """Ask which of several repeats on one day counts."""
    record = plan.first("patient_id")
    days = pd.DataFrame({"who": plan.texts(record), "day": plan.texts(date.name)})[filled]
    again = days.index[days.duplicated()]
    if len(again):
        rows = ", ".join(map(str, again[:9]))
        what = f"sheet '{plan.name}': on one day the same patient has several rows (again in rows {rows})"
        how = f'Say which not to take, as "leave_out": {{"{INSTANCE}": ["2", "3"]}}; or correct {date.name}.'
        plan.ask(what, how)


def _fact(plan: Plan, value: Value) -> None:
    """Settle what is said of a patient once."""
    roles = {column.role for column in plan.columns.values()}
    words = f"{value.field.name} {value.field.label}".lower()
    if "age" not in roles and value.field.name in ("age", "age_years") and _numeric(value):
        plan.take(value.name, Column(role="age", **_numbers(value)), "age, by its name")
    elif "sex" not in roles and ("sex" in words.split() or "gender" in words.split()) and _sexes(value):
        plan.take(value.name, Column(role="sex", words=_words(value)), "sex, by its name and its choices")
    elif value.field.choices:
        plan.take(value.name, _choice(value), "one value per patient, with the labels of its choices")
    elif _numeric(value):
        plan.take(value.name, covariate(value.name).replace(**_numbers(value)), "a number, one value per patient")
    else:
        plan.leave(value.name, "free text, which may identify patients")


def _choice(value: Value) -> Column:
    if value.code is None:
        return covariate(value.name, _words(value))
    labels = {_suffix(code): label for code, label in value.field.choices.items()}
    name = printable(f"{value.field.name}: {labels.get(value.code, value.code)}")
    return Column(role="covariate", name=name, words=_words(value))


def _suffix(code: str) -> str:
    """Write a code as REDCap does behind a checkbox's name: -99 becomes _99."""
    return code.lower().replace("-", "_")


def _words(value: Value) -> dict[str, str]:
    """Return labels by code; a label such as "Missing" is empty, and so is a code for it that the choices lack."""
    choices = YES_NO if value.code is not None else value.field.choices
    others = {text: "" for text in value.seen.counts if text not in choices and _missing(text)}
    labels = {code: "" if label.lower() in NO_NUMBER else label for code, label in choices.items()}
    if yes_no(value):
        labels = {code: label.lower() for code, label in labels.items()}
    return labels | others


def _missing(text: str) -> bool:
    return text in CODES or text.upper() in FLAVOURS


def _sexes(value: Value) -> bool:
    return set(map(str.lower, value.field.choices.values())) <= set(SEX_WORDS) and bool(value.field.choices)
