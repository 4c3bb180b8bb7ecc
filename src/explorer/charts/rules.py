"""The multiverse by responder rule: each rule asks another question, so each has a row of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from explorer.charts.curve import PICK, counts_invented, definitions, most_patients, said
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.option_rows import only
from explorer.charts.theme import BLUE, FEWEST_PATIENTS, ORANGE
from explorer.multiverse.curve import Curve
from explorer.multiverse.flips import distances
from explorer.study.words import counted

ROW, NAME, NOTE, LINE, TALL, AXIS, LEGEND = 56, 14, 29, 44, 6, 80, 50
"""Pixels: a row, where in it its name, its counts and its line stand, half a mark's height, and the room for the axis and the legend."""
MOST_RULES = 40
HERE, MIDDLE = "most like the one in force", "middle definition"

Row = dict[str, Any]


def rules(curves: Sequence[Curve], token: str) -> Figure | TooFew:
    """Draw for each responder rule how far the response rate reaches over the definitions that have it.

    Parameters
    ----------
    curves : sequence of Curve
        One per rule, all of one multiverse.
    token : str
        Added to what a click returns, as for `explorer.charts.curve.curve`.
    """
    title = "Response rate under each responder rule, over all definitions that have it"
    if max([most_patients(each) for each in curves], default=0) < FEWEST_PATIENTS:
        return TooFew(title, f"No definition counts {FEWEST_PATIENTS} patients or more.")
    like = nearest(curves)
    drawn = _drawn(curves)
    rows = [row for place, at in enumerate(drawn) for row in _rows(place, curves[at], like[at], token)]
    return Figure(
        name="multiverse-rules",
        title=title,
        alt=_sentence(curves, len(drawn)),
        spec=_spec(len(drawn)),
        data=pd.DataFrame(rows, columns=COLUMNS),
        tabulate=lambda: _table(curves, like),
        counts=f"{definitions(sum(map(len, curves)))} with a rate, {counted(len(curves), 'rule')}",
    )


COLUMNS = ["kind", "x", "x2", "y", "y2", "text", "pick", "said", "hollow"]


def _drawn(curves: Sequence[Curve]) -> list[int]:
    """Return the rules that have room, in the order of the grid, that in force always among them."""
    order = sorted(range(len(curves)), key=lambda at: curves[at].in_force is None)
    return sorted(order[:MOST_RULES])


def name(curve: Curve) -> str:
    """Name the rule that the definitions of a curve have in common, with its thresholds."""
    return curve.multiverse.listing.rule_label(int(curve.rows[0]))


def nearest(curves: Sequence[Curve]) -> list[int]:
    """Return the place on each curve of the definition that is most like the one in force, else the middle one."""
    m = curves[0].multiverse
    if m.in_force is None:
        return [(len(each) - 1) // 2 for each in curves]
    apart = distances(m.listing, m.in_force)
    return [int(np.argmin(apart[each.rows])) for each in curves]


def _rows(place: int, curve: Curve, like: int, token: str) -> Iterator[Row]:
    y, middle, value = place * ROW, (len(curve) - 1) // 2, curve.value
    reach = f"{said(curve, 0)} to {_highest(curve)}"
    yield {"kind": "name" if curve.in_force is None else "own", "x": 0, "y": y + NAME, "text": name(curve)}
    yield {"kind": "note", "x": 0, "y": y + NOTE, "text": f"{definitions(len(curve))}, {reach}"}
    yield {"kind": "range", "x": value[0], "x2": value[-1], "y": y + LINE}
    yield {"kind": MIDDLE, "x": value[middle], "y": y + LINE - TALL, "y2": y + LINE + TALL}
    yield {"kind": HERE, "x": value[like], "y": y + LINE, "hollow": counts_invented(curve.multiverse)}
    told = f"{reach}, middle {said(curve, middle)}; most like the one in force: {said(curve, like)}"
    yield {"kind": "hit", "x": 0, "x2": 1, "y": y, "y2": y + ROW, "pick": f"{curve.rows[like]} {token}", "said": told}


def _highest(curve: Curve) -> str:
    return said(curve, len(curve) - 1)


def _sentence(curves: Sequence[Curve], n_drawn: int) -> str:
    parts = [
        f"{counted(len(curves), 'rule')}, in the order of the grid and not ranked: different rules ask different questions",
        "the orange dot is the definition most like the one in force, as now but for the rule wherever that gives a rate",
    ]
    if any(each.in_force is not None for each in curves):
        parts.append("the rule in force has its name in bold")
    if counts_invented(curves[0].multiverse):
        parts.append("dots are hollow, for hypothetical additions are counted in")
    if n_drawn < len(curves):
        parts.append(f"{n_drawn} are drawn, all are in the table")
    return "; ".join(parts) + "."


def _table(curves: Sequence[Curve], like: Sequence[int]) -> pd.DataFrame:
    rows = [
        (name(each), len(each), said(each, 0), said(each, (len(each) - 1) // 2), _highest(each), said(each, at))
        for each, at in zip(curves, like, strict=True)
    ]
    return pd.DataFrame(
        rows, columns=["Rule", "Definitions", "Lowest", "Middle", "Highest", "Most like the one in force"]
    )


@cache
def _spec(n: int) -> Spec:
    base = alt.Chart(height=n * ROW + AXIS + LEGEND)
    axis = alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1], labelFlush=True)
    x = alt.X("x:Q", title="Responders", scale=alt.Scale(domain=[0, 1], nice=False), axis=axis)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[n * ROW, 0], nice=False), axis=None)
    colours = alt.Scale(domain=[HERE, MIDDLE], range=[ORANGE, BLUE])
    legend = alt.Legend(title=None, orient="top", labelLimit=300)
    colour = alt.Color("kind:N", scale=colours, legend=legend)
    everything: Any = alt.expr("width - 4")
    text: dict[str, Any] = {"align": "left", "limit": everything, "fontSize": 12}
    pick = alt.selection_point(name=PICK, fields=["pick"], on="click", clear=False)
    dot = only(base, HERE).mark_point(filled=True, size=90, opacity=1, stroke=ORANGE, strokeWidth=2)
    hit = only(base, "hit").mark_rect(opacity=0, cursor="pointer")
    layers = [
        only(base, "range").mark_rule(color=BLUE, opacity=0.3, strokeWidth=8).encode(x=x, x2="x2:Q", y=y),
        only(base, MIDDLE).mark_rule(strokeWidth=3).encode(x=x, y=y, y2="y2:Q", color=colour),
        dot.encode(x=x, y=y, color=colour, fillOpacity=alt.condition("datum.hollow", alt.value(0), alt.value(1))),
        only(base, "name").mark_text(**text).encode(x=x, y=y, text="text:N"),
        only(base, "own").mark_text(**text, fontWeight="bold").encode(x=x, y=y, text="text:N"),
        only(base, "note").mark_text(**text | {"fontSize": 11}, opacity=0.8).encode(x=x, y=y, text="text:N"),
        hit.encode(x=x, x2="x2:Q", y=y, y2="y2:Q", tooltip=alt.Tooltip("said:N", title="Responded")).add_params(pick),
    ]
    return prepared(alt.layer(*layers))
