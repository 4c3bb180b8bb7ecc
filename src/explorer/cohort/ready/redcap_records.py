"""Repeated forms of REDCap that hold courses of drugs or adverse events, one per repeat."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from explorer.cohort.mapping.model import Column, Role
from explorer.cohort.mapping.visits import plain
from explorer.cohort.ready.plan import Plan
from explorer.cohort.ready.redcap_dictionary import Field

DRUG = re.compile(r"\b(?:drug|medication|medicine|med|biologic|systemic treatment)(?: name| taken| given)?\b")
TERM = re.compile(r"\b(?:adverse event|ae term|aeterm|event term|side effect|adverse reaction)\b")
DATES: Mapping[Role, re.Pattern[str]] = {
    "start": re.compile(r"\b(?:start\w*|begin|began|begun|first|onset|from)\b"),
    "end": re.compile(r"\b(?:end\w*|stop\w*|last|until|resol\w+)\b"),
}


def records(plan: Plan, fields: Mapping[str, Field]) -> bool:
    """Plan a repeated form as courses or as adverse events, if it names drugs or events and dates their beginning.

    Parameters
    ----------
    plan : Plan
        The rows of one repeated form.
    fields : mapping of str to Field

    Returns
    -------
    bool
        False where the form is something else; nothing is settled then.
    """
    there = {name: fields[name.lower()] for name in map(str, plan.frame) if _used(plan, name, fields)}
    dates = {role: name for role in DATES if (name := _date(there, role)) is not None}
    named = _named(there)
    if named is None or "start" not in dates:
        return False
    name, role = named
    plan.take(name, Column(role=role, words=dict(there[name].choices)), f"its label says so: {there[name].label}")
    for role, date in dates.items():
        given: dict[str, Any] = {"role": role, "order": there[date].order}
        plan.take(date, Column.model_validate(given), f"its label says so: {there[date].label}")
    plan.merged = True
    return True


def _used(plan: Plan, name: str, fields: Mapping[str, Field]) -> bool:
    found = fields.get(name.lower())
    if found is None or found.personal is not None or name in plan.columns:
        return False
    return bool(plan.frame[name].notna().any())


def _words(found: Field) -> str:
    return f"{plain(found.name)} {plain(found.label)}"


def _date(there: Mapping[str, Field], role: Role) -> str | None:
    return next((name for name, found in there.items() if found.dated and DATES[role].search(_words(found))), None)


def _named(there: Mapping[str, Field]) -> tuple[str, Role] | None:
    patterns: tuple[tuple[Role, re.Pattern[str]], ...] = (("term", TERM), ("drug", DRUG))
    for role, pattern in patterns:
        for name, found in there.items():
            if found.kind in ("text", "radio", "dropdown") and not found.validation and pattern.search(_words(found)):
                return name, role
    return None
