"""Scores of ADaM: the Basic Data Structure, one row per patient, parameter and time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from explorer.cohort.mapping.model import Column
from explorer.cohort.mapping.visits import visit_in
from explorer.cohort.ready.adam_days import timed
from explorer.cohort.ready.plan import Plan
from explorer.cohort.ready.scores import described, known_score

MOST_DESCRIBED = 12
"""Parameters beyond these are the items of a score, or laboratory values: not to be asked about one by one."""


def is_bds(plan: Plan) -> bool:
    """Say whether a table has a parameter and its value; times to an event (CNSR) are another matter."""
    return all(plan.find(name) for name in ("USUBJID", "PARAMCD", "AVAL")) and plan.find("CNSR") is None


def known(plans: Iterable[Plan]) -> list[Plan]:
    """Return the tables of which the catalogue knows a parameter."""
    return [plan for plan in plans if any(_codes(plan).values())]


def to_describe(plans: Iterable[Plan]) -> list[Plan]:
    """Return the tables whose parameters are few enough to be described, where the catalogue knows none."""
    return [plan for plan in plans if len(_codes(plan)) <= MOST_DESCRIBED]


def named(plan: Plan) -> str:
    """Name the first parameters of a table."""
    codes = list(_codes(plan))
    return ", ".join(codes[:4]) + (", ..." if len(codes) > 4 else "")


def scores(plan: Plan) -> list[str]:
    """Plan a table of scores; return what was not taken of it.

    Rows with DTYPE were derived, not observed: they are left out and counted. Where several rows of one parameter
    stand on one day, those flagged for analysis (ANL01FL) are taken.
    """
    codes = _codes(plan)
    parameter, value = plan.find("PARAMCD") or "", plan.find("AVAL") or ""
    plan.take(plan.find("USUBJID") or "", Column(role="patient_id"), "USUBJID joins the tables")
    _observed(plan)
    taken = {own: code for own, code in codes.items() if code} or _described(plan, codes)
    others = [own for own in codes if own not in taken]
    plan.drop_rows(parameter, ["", *others])
    plan.take(parameter, Column(role="instrument", words=taken), f"PARAMCD names the score ({', '.join(taken)})")
    plan.take(value, Column(role="score"), "AVAL is the value")
    plan.drop_rows(value, [""] if plan.lacks(value) else [])
    when = timed(plan, "day", "ADY", "ADT") or _visits(plan)
    _flagged(plan, parameter, when)
    return [f"{plan.name}: parameters without a score that is known were left out ({_few(others)})."] if others else []


def _few(codes: Sequence[str]) -> str:
    return ", ".join(codes[:4]) + (f" and {len(codes) - 4} more" if len(codes) > 4 else "")


def _codes(plan: Plan) -> dict[str, str | None]:
    """Return each parameter with the catalogue's code for it, if there is one; each score once."""
    parameter, label = plan.find("PARAMCD"), plan.find("PARAM")
    if parameter is None:
        return {}
    texts = {"code": plan.texts(parameter)} | ({"label": plan.texts(label)} if label else {})
    found: dict[str, str | None] = {}
    for row in pd.DataFrame(texts).drop_duplicates("code").itertuples(index=False):
        score = known_score(*map(str, row))
        found[str(row[0])] = None if score in found.values() else score
    return {code: score for code, score in found.items() if code}


def _described(plan: Plan, codes: Iterable[str]) -> dict[str, str]:
    """Describe every parameter by the range that was seen, and ask what only the user can say."""
    parameter, value, label = plan.find("PARAMCD") or "", plan.find("AVAL") or "", plan.find("PARAM")
    values = pd.to_numeric(plan.texts(value), errors="coerce").replace([np.inf, -np.inf], np.nan)
    taken = {}
    for code in codes:
        rows = (plan.texts(parameter) == code).to_numpy()
        name = plan.texts(label)[rows].iloc[0] if label else code
        scale = described(code, name, values[rows & plan.kept()].dropna())
        taken[code] = scale.code
        plan.scales.append(scale)
        seen = f"values up to {scale.range_max:g} were seen"
        how = "Give its range_min, range_max, direction and mcid under 'instruments'."
        plan.ask(
            f"the score {scale.code} ({scale.name}) is not known: {seen}, and which way is better is not said", how
        )
    return taken


def _observed(plan: Plan) -> None:
    """Leave out rows that were derived: what becomes of the missing is for the study to say."""
    derived = plan.find("DTYPE")
    if derived is not None:
        kinds = tuple(sorted(set(plan.texts(derived)) - {""}))
        plan.imputed[derived] = kinds
        plan.leave(derived, f"marks derived rows ({', '.join(kinds)}), whose values are left out")


def _visits(plan: Plan) -> str | None:
    visit = plan.find("AVISIT", "VISIT")
    if visit is None:
        plan.ask(
            f"{plan.name}: no column tells the day (ADY, ADT or AVISIT)", "Add one, or give a column the role day."
        )
        return None
    plan.take(visit, Column(role="visit"), f"{visit}: labels of visits, whose days stand under 'visits'")
    for label in sorted(set(plan.texts(visit)[plan.kept()]) - {""}):
        found = visit_in(label)
        if found is not None and found.day is not None:
            # "Day 15" is counted like ADY, from day 1 on; "Week 2" is 14 days after the first dose.
            plan.visits[label] = found.day - (found.day > 0 and found.label.startswith("day"))
        else:
            plan.ask(f"the day of the visit '{label}' is not known", f'Add "{label}": DAY under "visits".')
    return visit


def _flagged(plan: Plan, parameter: str, when: str | None) -> None:
    """Take only rows flagged for analysis where several of a parameter stand on one day."""
    flag, who = plan.find("ANL01FL"), plan.find("USUBJID")
    if flag is None or who is None or when is None:
        return
    rows = plan.frame.loc[plan.kept(), [who, parameter, when]]
    if rows.duplicated().any():
        plan.drop_rows(flag, sorted(set(plan.texts(flag)) - {"Y"}))
        plan.leave(flag, "several rows of one day: those flagged for analysis are taken")
