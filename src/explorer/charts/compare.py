"""Two definitions side by side: the two rates, and the patients by their two verdicts."""

from __future__ import annotations

from functools import cache

import altair as alt
import pandas as pd

from explorer.analysis.analyse import Analysis
from explorer.analysis.compare import Comparison
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.theme import BLUE, FEWEST_PATIENTS, GREY, NO, YES
from explorer.export.numbers import rate_interval, share
from explorer.study.study import Study

RESPONDS, NOT = "responder", "no response"
SAME, ONLY_A, ONLY_B = "same verdict, or nobody", "responder under A only", "responder under B only"
KINDS = {SAME: GREY, ONLY_A: NO, ONLY_B: YES}
RATES_HEIGHT, CELL, HEADINGS = 150, 84, 70
"""Pixels; in the app a chart's height holds its axes too."""


def rates(a: Analysis, b: Analysis) -> Figure | TooFew:
    """Draw the response rate under A and under B with their intervals, on one scale."""
    title = "Response rate under A and under B"
    sides = {"A": a, "B": b}
    fewest = min(each.response.n_evaluable for each in sides.values())
    if fewest < FEWEST_PATIENTS:
        return TooFew(
            title, f"One of the definitions counts {fewest} patients; from {FEWEST_PATIENTS} on, it is drawn."
        )
    responded = [share(r.n_responders, r.n_evaluable, r.rate) for r in (a.response, b.response)]
    limits = [rate_interval(each.response.ci_low, each.response.ci_high, each.study.confidence) for each in (a, b)]
    said = "; ".join(f"{label}: {k}, {at}" for label, k, at in zip(sides, responded, limits, strict=True))
    names = [f"{label}: {each.study.name}" for label, each in sides.items()]
    return Figure(
        name="compare-rates",
        title=title,
        alt=f"Responders under {said}.",
        spec=_rates_spec(),
        data=pd.DataFrame([_rate(label, each) for label, each in sides.items()]),
        table=pd.DataFrame({"Definition": names, "Responded": responded, "Interval": limits}),
        counts=_beside(f"Responders under {said}", a.study, b.study),
    )


def _beside(counts: str, a: Study, b: Study) -> str:
    """Say for exports, which name A, what B is, too."""
    differences = "; ".join(b.differences(a))
    return f"{counts}. B is {b.name}, definition {b.fingerprint}, which differs from A: {differences}. A is:"


def _rate(label: str, analysis: Analysis) -> dict[str, object]:
    r = analysis.response
    invented = bool((analysis.cohort.hypothetical & r.among).any())
    known = {"label": label, "rate": r.rate, "low": r.ci_low, "high": r.ci_high, "k": r.n_responders}
    return known | {"n": r.n_evaluable, "invented": invented}


@cache
def _rates_spec() -> Spec:
    y = alt.Y("label:N", title=None, sort=["A", "B"], axis=alt.Axis(labelFontSize=14))
    x = alt.X("rate:Q", title="Responders", axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1]))
    tooltip = [alt.Tooltip("label:N", title="Definition"), alt.Tooltip("k:Q", title="Responders")]
    tooltip += [alt.Tooltip("n:Q", title="of"), alt.Tooltip("rate:Q", title="Share", format=".0%")]
    base = alt.Chart(height=RATES_HEIGHT).encode(y=y, tooltip=tooltip)
    line = base.mark_rule(color=BLUE, strokeWidth=3).encode(x=alt.X("low:Q"), x2="high:Q")
    solid = base.mark_point(filled=True, size=140, color=BLUE, opacity=1).encode(x=x)
    hollow = base.mark_point(filled=False, size=140, color=BLUE, strokeWidth=2, opacity=1).encode(x=x)
    return prepared(
        alt.layer(
            line.transform_filter("isValid(datum.low)"),
            solid.transform_filter("!datum.invented"),
            hollow.transform_filter("datum.invented"),
        )
    )


def agreement(comparison: Comparison, a: Study, b: Study) -> Figure | TooFew:
    """Draw the patients judged under both definitions as a table of two by two."""
    table = comparison.table
    title = "The same patients under A and under B"
    if table.n < FEWEST_PATIENTS:
        why = f"{table.n} patients are judged under both definitions; from {FEWEST_PATIENTS} on, the table is drawn."
        return TooFew(title, why)
    cells = pd.DataFrame(
        [
            (RESPONDS, RESPONDS, table.both, SAME),
            (RESPONDS, NOT, table.first_only, ONLY_A if table.first_only else SAME),
            (NOT, RESPONDS, table.second_only, ONLY_B if table.second_only else SAME),
            (NOT, NOT, table.neither, SAME),
        ],
        columns=["a", "b", "patients", "kind"],
    )
    cells["share"] = cells["patients"] / table.n
    cells["said"] = [share(k, table.n, k / table.n) for k in cells["patients"]]
    return Figure(
        name="compare-agreement",
        title=title,
        alt=_agreement_sentence(comparison),
        spec=_agreement_spec(),
        data=cells,
        table=cells[["a", "b", "said"]].set_axis(["Under A", "Under B", "Patients"], axis=1),
        counts=_beside(f"{table.n} patients judged under both definitions", a, b),
    )


def _agreement_sentence(comparison: Comparison) -> str:
    table = comparison.table
    same = table.both + table.neither
    return (
        f"{share(same, table.n, same / table.n)} of the patients judged under both get the same verdict: "
        f"{table.both} respond under both, {table.neither} under neither; "
        f"{table.first_only} respond under A only and {table.second_only} under B only; "
        f"{share(comparison.n_turned, table.n, comparison.n_turned / table.n)} change verdict."
    )


@cache
def _agreement_spec() -> Spec:
    order, gap = [RESPONDS, NOT], alt.Scale(paddingInner=0.03)
    x = alt.X("b:N", title="Under B", sort=order, scale=gap, axis=alt.Axis(orient="top", labelAngle=0))
    y = alt.Y("a:N", title="Under A", sort=order, scale=gap)
    tooltip = [alt.Tooltip("a:N", title="Under A"), alt.Tooltip("b:N", title="Under B")]
    tooltip += [alt.Tooltip("said:N", title="Patients")]
    # Without a legend: each cell says by its place what it holds, the colour only lifts out who changes.
    color = alt.Color("kind:N", scale=alt.Scale(domain=list(KINDS), range=list(KINDS.values())), legend=None)
    base = alt.Chart(height=2 * CELL + HEADINGS).encode(x=x, y=y, tooltip=tooltip)
    boxes = base.mark_rect(cornerRadius=4).encode(color=color)
    counts = base.mark_text(color="white", fontSize=24, fontWeight="bold").encode(text="patients:Q")
    return prepared(alt.layer(boxes, counts))
