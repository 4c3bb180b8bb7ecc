"""Two definitions side by side: the two rates, and the patients by their two verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from explorer.analysis.analyse import Analysis
from explorer.analysis.compare import Comparison
from explorer.analysis.standing import NO_RESPONSE
from explorer.charts.counts import apart, part_apart
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.theme import BLUE, FEWEST_PATIENTS, GREY, NO, YES
from explorer.export.numbers import rate_interval
from explorer.export.people import responders
from explorer.study.presets import title as named

RESPONDS, NOT = VERDICTS = "responder", "no response"
SIDES = ("both", "first_only", "second_only", "neither")
SAME, ONLY_A, ONLY_B = "same verdict", "responder under A only", "responder under B only"
KINDS = {SAME: GREY, ONLY_A: NO, ONLY_B: YES}
KIND_OF = dict(zip(SIDES, (SAME, ONLY_A, ONLY_B, SAME), strict=True))
RATES_HEIGHT, CELL, HEADINGS = 150, 100, 70
"""Pixels; in the app a chart's height holds its axes too."""
SELECT = "chosen"
MOST_DOTS, DOT_ROWS = 100, 5
"""Patients of a cohort up to whom each is a dot, and rows of dots in a cell."""
GAP, COUNT_AT, DOTS_FROM, DOTS_TO = 0.012, 0.1, 0.22, 0.97
"""Places within a cell, as parts of its width: the space around it, its count, its dots."""


def rates(a: Analysis, b: Analysis) -> Figure | TooFew:
    """Draw the response rate under A and under B with their intervals, on one scale."""
    title = "Response rate under A and under B"
    sides = {"A": a, "B": b}
    fewest = min(each.response.n_evaluable for each in sides.values())
    if fewest < FEWEST_PATIENTS:
        return TooFew(
            title, f"One of the definitions counts {fewest} patients; from {FEWEST_PATIENTS} on, it is drawn."
        )
    responded = [responders(each) for each in sides.values()]
    limits = [rate_interval(each.response.ci_low, each.response.ci_high, each.study.confidence) for each in (a, b)]
    said = "; ".join(f"{label}: {k}, {at}" for label, k, at in zip(sides, responded, limits, strict=True))
    names = [f"{label}: {named(each.study, each.cohort)}" for label, each in sides.items()]
    return Figure(
        name="compare-rates",
        title=title,
        alt=f"Responders under {said}.",
        spec=_rates_spec(),
        data=pd.DataFrame([_rate(label, each) for label, each in sides.items()]),
        tabulate=lambda: pd.DataFrame({"Definition": names, "Responded": responded, "Interval": limits}),
        counts=_beside(f"Responders under {said}", a, b),
    )


def _beside(counts: str, a: Analysis, b: Analysis) -> str:
    """Say for exports, which name A, what B is, too."""
    name, differences = named(b.study, b.cohort), "; ".join(b.study.differences(a.study))
    return f"{counts}. B is {name}, definition {b.study.fingerprint}, which differs from A: {differences}. A is:"


def _rate(label: str, analysis: Analysis) -> dict[str, object]:
    r = analysis.response
    invented = bool((analysis.cohort.hypothetical & r.among).any())
    known = {"label": label, "rate": r.rate, "low": r.ci_low, "high": r.ci_high, "k": r.n_responders}
    return known | {"n": r.n_evaluable, "invented": invented}


@cache
def _rates_spec() -> Spec:
    y = alt.Y("label:N", title=None, sort=["A", "B"], axis=alt.Axis(labelFontSize=14))
    percent = alt.Axis(format=".0%", values=[0, 0.2, 0.4, 0.6, 0.8, 1], labelOverlap=False, labelFlush=True)
    x = alt.X("rate:Q", title="Responders", axis=percent, scale=alt.Scale(domain=[0, 1]))
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


def agreement(comparison: Comparison, a: Analysis, b: Analysis) -> Figure | TooFew:
    """Draw the patients judged under both definitions as a table of two by two, each a dot to be chosen by a click.

    A patient's dot has the same place in every cell, so that only those who change verdict move.
    """
    table = comparison.table
    title = "The same patients under A and under B"
    if table.n < FEWEST_PATIENTS:
        why = f"{table.n} patients are judged under both definitions; from {FEWEST_PATIENTS} on, the table is drawn."
        return TooFew(title, why)
    cells, dots = list(_cells(comparison)), list(_dots(comparison, a))
    said = [(cell["a"], cell["b"], cell["said"]) for cell in cells]
    return Figure(
        name="compare-agreement",
        title=title,
        alt=_agreement_sentence(comparison),
        spec=_agreement_spec(),
        data=pd.DataFrame([*cells, *dots], columns=COLUMNS),
        tabulate=lambda: pd.DataFrame(said, columns=["Under A", "Under B", "Patients"]),
        counts=_beside(f"{table.n} patients judged under both definitions", a, b),
        select=SELECT if dots else None,
    )


COLUMNS = ("part", "patient_id", "hollow", "a", "b", "kind", "x", "x2", "y", "y2", "at", "count", "said")


def _cells(comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Give one row per cell, from left to right and from above."""
    table, invented = comparison.table, comparison.n_invented
    for place, side in enumerate(SIDES):
        k, added = getattr(table, side), getattr(invented, side)
        row, column = divmod(place, 2)
        yield {
            "part": "cell",
            "a": VERDICTS[row],
            "b": VERDICTS[column],
            "kind": KIND_OF[side] if k else SAME,
            "count": f"{k - added}\n+ {added}" if added else str(k),
            "said": part_apart(k, table.n, (added, invented.n)),
            "x": column + GAP,
            "x2": column + 1 - GAP,
            "y": row + GAP,
            "y2": row + 1 - GAP,
            "at": column + COUNT_AT,
        }


def _dots(comparison: Comparison, a: Analysis) -> Iterator[dict[str, Any]]:
    """Give one row per patient judged under both; none where the cohort has too many to be dots."""
    hypothetical = a.cohort.hypothetical
    entering = np.flatnonzero(~hypothetical | comparison.withheld)
    if len(entering) > MOST_DOTS:
        return
    columns = max(1, -(-len(entering) // DOT_ROWS))
    names = a.facts.column("patient_id").iloc[entering]
    verdicts = (comparison.before[entering].tolist(), comparison.after[entering].tolist())
    for place, (name, invented, y, x) in enumerate(zip(names, hypothetical[entering].tolist(), *verdicts, strict=True)):
        if max(x, y) > NO_RESPONSE:
            continue
        column, row = divmod(place, DOT_ROWS)
        yield {
            "part": "dot",
            "patient_id": name,
            "hollow": invented,
            "a": VERDICTS[y],
            "b": VERDICTS[x],
            "kind": KIND_OF[SIDES[2 * y + x]],
            "x": x + DOTS_FROM + (column + 0.5) * (DOTS_TO - DOTS_FROM) / columns,
            "y": y + (row + 0.75) / (DOT_ROWS + 0.5),
        }


def _agreement_sentence(comparison: Comparison) -> str:
    table, invented = comparison.table, comparison.n_invented
    both, neither, only_a, only_b = (
        apart(getattr(table, side), getattr(invented, side))
        for side in ("both", "neither", "first_only", "second_only")
    )
    same = (invented.both + invented.neither, invented.n)
    return (
        f"{part_apart(table.both + table.neither, table.n, same)} of the patients judged under both get the same "
        f"verdict: {both} respond under both, {neither} under neither; {only_a} respond under A only and {only_b} "
        f"under B only; {turned(comparison)} change verdict."
    )


def turned(comparison: Comparison) -> str:
    """Say how many of those judged under both change verdict, hypothetical additions apart."""
    invented = comparison.n_invented
    return part_apart(comparison.n_turned, comparison.table.n, (invented.first_only + invented.second_only, invented.n))


@cache
def _agreement_spec() -> Spec:
    across, down = (alt.Scale(domain=ends, nice=False, zero=False) for ends in ([0, 2], [2, 0]))
    x = alt.X("x:Q", title="Under B", scale=across, axis=_verdicts(orient="top"))
    y = alt.Y("y:Q", title="Under A", scale=down, axis=_verdicts())
    sides = [alt.Tooltip("a:N", title="Under A"), alt.Tooltip("b:N", title="Under B")]
    # Without a legend: each cell says by its place what it holds, the colour only lifts out who changes.
    color = alt.Color("kind:N", scale=alt.Scale(domain=list(KINDS), range=list(KINDS.values())), legend=None)
    cells, dots = (alt.Chart().transform_filter(f"datum.part == '{part}'") for part in ("cell", "dot"))
    chosen = alt.selection_point(name=SELECT, fields=["patient_id"])
    boxes = cells.mark_rect(cornerRadius=4, opacity=0.16).encode(
        x=x, x2="x2:Q", y=y, y2="y2:Q", color=color, tooltip=[*sides, alt.Tooltip("said:N", title="Patients")]
    )
    middle = alt.Y("middle:Q", scale=down)
    counts = cells.transform_calculate(middle="(datum.y + datum.y2) / 2").mark_text(
        fontSize=18, fontWeight="bold", lineBreak="\n"
    )
    people = dots.mark_point(size=64, cursor="pointer").encode(
        x=x,
        y=y,
        color=color,
        fill=color,
        fillOpacity=alt.condition("datum.hollow", alt.value(0), alt.value(1)),
        opacity=alt.condition(chosen, alt.value(1), alt.value(0.35)),
        tooltip=[alt.Tooltip("patient_id:N", title="Patient"), *sides],
    )
    return prepared(
        alt.layer(
            boxes, counts.encode(x=alt.X("at:Q"), y=middle, text="count:N"), people.add_params(chosen)
        ).properties(height=2 * CELL + HEADINGS)
    )


def _verdicts(**more: Any) -> alt.Axis:
    """Name the two halves of an axis."""
    said = f"datum.value < 1 ? '{RESPONDS}' : '{NOT}'"
    return alt.Axis(values=[0.5, 1.5], labelExpr=said, grid=False, ticks=False, domain=False, **more)
