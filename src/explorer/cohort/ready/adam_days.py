"""Days and dates of ADaM: there is no day 0, and a date may be a number of days from 1960 on, as SAS counts."""

from __future__ import annotations

from datetime import date

import pandas as pd

from explorer.cohort.mapping.model import Column, Role
from explorer.cohort.ready.plan import Plan

SAS = date(1960, 1, 1)


def dated(plan: Plan, name: str, role: Role) -> Column:
    """Return the column of a date; numbers are days as SAS counts them, text is year, month, day.

    Parameters
    ----------
    plan : Plan
    name : str
        A column that is not empty.
    role : str
    """
    numeric = pd.api.types.is_numeric_dtype(plan.frame[name])
    return Column(role=role, counted_from=SAS) if numeric else Column(role=role, order="ymd")


def timed(plan: Plan, role: Role, day: str, date_: str) -> str | None:
    """Settle the column of a relative day, of which day 1 is the day of the first dose, or else of a date.

    Rows that are kept must be filled for a relative day to be preferred; an end may be empty.

    Returns
    -------
    str or None
        The column, None where there is neither.
    """
    relative, calendar = plan.find(day), plan.find(date_)
    if relative is not None and (role == "end" or calendar is None or not plan.lacks(relative)):
        plan.take(relative, Column(role=role, from_one=True), f"{day}: day 1 is the day of the first dose, here day 0")
        return relative
    if calendar is not None:
        own: Role = "date" if role == "day" else role
        plan.take(calendar, dated(plan, calendar, own), f"{date_}: a date, counted from the day of the first dose")
    return calendar
