"""How long the prior drug was taken, and why it was stopped."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache

import altair as alt
import pandas as pd

from explorer.analysis.exposure import Exposure, Reason
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.strips import Strip, strip_rows, strip_spec
from explorer.charts.theme import BEFORE, FEWEST_PATIENTS, GREY
from explorer.export.numbers import number, share
from explorer.study.words import counted, listing


def exposure(found: Exposure, drug: str) -> Figure | TooFew:
    """Draw the days on a drug, with the median and the middle half of the patients."""
    title = f"Time on {drug} before the switch"
    if found.n < FEWEST_PATIENTS:
        return TooFew(title, f"{counted(found.n, 'patient')} took {drug}; from {FEWEST_PATIENTS} on, this is drawn.")
    last = found.step * len(found.counts)
    bins = [(place * found.step, (place + 1) * found.step, k) for place, k in enumerate(found.counts)]
    rows = pd.DataFrame([("bin", *row) for row in bins if row[2]], columns=["part", "low", "high", "n"])
    marks = pd.DataFrame([("middle", found.q1, found.q3), ("median", found.median, found.median)])
    marks = marks.set_axis(["part", "low", "high"], axis=1)
    return Figure(
        name="exposure",
        title=title,
        alt=f"Half of the {found.n} patients took {drug} for {number(found.median, 0)} days or longer (the median); "
        f"the middle half for {number(found.q1, 0)} to {number(found.q3, 0)} days.",
        spec=_spec(last, _ceiling(found.most)),
        data=pd.concat([rows, marks], ignore_index=True),
        table=pd.DataFrame(bins, columns=["From (days)", "To below (days)", "Patients"]),
        counts=f"{found.n} patients who took {drug}",
    )


def _ceiling(count: int) -> int:
    """Round up, so that cohorts of like size share one drawing."""
    power = int(10 ** max(0, math.floor(math.log10(max(count, 1))) - 1))
    return max(5, -(-count // (5 * power)) * 5 * power)


@cache
def _spec(last: int, most: int) -> Spec:
    x = alt.X("low:Q", title="Days", scale=alt.Scale(domain=[0, last], nice=False))
    y = alt.Y("n:Q", title="Patients", scale=alt.Scale(domain=[0, most]), axis=alt.Axis(tickMinStep=1))
    base = alt.Chart(height=280)
    band = base.transform_filter("datum.part == 'middle'").mark_rect(color=GREY, opacity=0.22).encode(x=x, x2="high:Q")
    bars = base.transform_filter("datum.part == 'bin'").mark_bar(color=BEFORE, binSpacing=1)
    tooltip = [
        alt.Tooltip("low:Q", title="From day"),
        alt.Tooltip("high:Q", title="to below"),
        alt.Tooltip("n:Q", title="Patients"),
    ]
    drawn = bars.encode(x=alt.X("low:Q", bin="binned", title="Days"), x2="high:Q", y=y, tooltip=tooltip)
    median = base.transform_filter("datum.part == 'median'").mark_rule(
        strokeDash=[5, 3], strokeWidth=2, color="currentColor"
    )
    return prepared(alt.layer(band, drawn, median.encode(x=x, tooltip=alt.Tooltip("low:Q", title="Median (days)"))))


def stop_reasons(rows: Sequence[Reason], groups: Mapping[str, int], drug: str) -> Figure | TooFew:
    """Draw why a drug was stopped: whether it did too little or could not be borne, before all other reasons."""
    title = f"Why {drug} was stopped"
    n = sum(groups.values())
    if n < FEWEST_PATIENTS:
        return TooFew(title, f"{counted(n, 'patient')} took {drug}; from {FEWEST_PATIENTS} on, this is drawn.")
    strips = [Strip(name.capitalize(), _note(name, k, n, rows), {"patients": k / n}) for name, k in groups.items()]
    said = [f"{name} {share(k, n, k / n)}" for name, k in groups.items() if k]
    return Figure(
        name="stop-reasons",
        title=title,
        alt=f"Of {n} patients who took {drug}: {listing(said)}.",
        spec=strip_spec(len(strips), (("patients", BEFORE),)),
        data=strip_rows(strips),
        table=pd.DataFrame([(r.group, r.reason, r.n, n) for r in rows], columns=["Group", "Reason", "Patients", "of"]),
        counts=f"{n} patients who took {drug}",
    )


def _note(group: str, k: int, n: int, rows: Sequence[Reason]) -> str:
    within = [f"{row.reason} {row.n}" for row in rows if row.group == group and row.reason != group]
    own = [f"{row.reason} {row.n}" for row in rows if row.group == group and row.reason == group]
    return share(k, n, k / n) + (f": {', '.join(own + within)}" if within else "")
