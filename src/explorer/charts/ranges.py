"""Ranges in rows, so that doubts of different kinds can be held against each other: from where to where, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import altair as alt
import pandas as pd

from explorer.charts.figure import Spec, prepared
from explorer.charts.forest import side_axis
from explorer.charts.theme import BLUE, GREY, ORANGE, PURPLE

Kind = Literal["header", "sampling", "definition", "reporting", "outer"]
COLOURS: dict[Kind, str] = {"sampling": BLUE, "definition": ORANGE, "reporting": PURPLE, "outer": GREY}
NAN = float("nan")

ROW, AXIS = 26, 80
LABEL, SAID = 116, 84
"""Width kept for labels and for counts, in pixels, so that the stretch between stays put."""
PLACE, PRINTED = 3, 32
"""Characters of a row's key: its place, its kind, what it says at the right padded to this length, then its label."""


@dataclass(frozen=True)
class Range:
    """One row: a range of one kind, said in short at the right and in full in tooltip and table.

    A row without ends (NaN) has its words only; `at` is the estimate inside a sampling interval.
    """

    label: str
    kind: Kind
    low: float
    high: float
    short: str
    said: str
    at: float = NAN


def header(label: str) -> Range:
    """Return a heading between rows."""
    return Range(label, "header", NAN, NAN, "", "")


@dataclass(frozen=True)
class Axis:
    """The scale that ranges are drawn on: its title with the unit, its ends, and how its numbers are printed."""

    title: str
    low: float
    high: float
    format: str
    values: tuple[float, ...] = ()


RATES = Axis("Patients who responded", 0, 1, ".0%", (0, 0.25, 0.5, 0.75, 1))


def ranges_frame(rows: Sequence[Range], line: float) -> pd.DataFrame:
    """Return the rows to draw with `ranges_spec`; `line` is where a dashed reference stands, NaN for none."""
    return pd.DataFrame([_cells(place, row) | {"line": line} for place, row in enumerate(rows)])


def _cells(place: int, row: Range) -> dict[str, Any]:
    key = f"{place:0{PLACE}d}{row.kind[0]}{row.short:<{PRINTED}}{row.label}"
    ends = {"p": row.at, "l": row.low, "h": row.high}
    return {"row": key, "kind": row.kind, "label": row.label, "said": row.said, **ends}


def ranges_table(rows: Sequence[Range]) -> pd.DataFrame:
    """Return rows to read, each with the heading it stands under where there are headings."""
    found, under = [], ""
    for row in rows:
        under = row.label if row.kind == "header" else under
        if row.kind != "header":
            found.append({"Result": under, "Range": row.label, "From and to": row.said})
    table = pd.DataFrame(found)
    return table if under else table.drop(columns="Result")


@cache
def ranges_spec(n_rows: int, axis: Axis) -> Spec:
    """Return a drawing of so many rows on an axis."""
    base = alt.Chart(height=n_rows * ROW + AXIS)
    colour = alt.Color("kind:N", scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())), legend=None)
    tooltip = [alt.Tooltip("label:N", title="Range"), alt.Tooltip("said:N", title="From and to")]
    low = alt.X("l:Q", title=axis.title, scale=_scale(axis), axis=_ticks(axis))
    drawn = base.encode(y=_y(None), color=colour, tooltip=tooltip)
    bars = drawn.transform_filter("datum.kind == 'definition' || datum.kind == 'reporting'")
    lines = drawn.transform_filter("datum.kind == 'sampling' || datum.kind == 'outer'")
    layers = [
        base.mark_rule(strokeDash=[4, 4], color=GREY).encode(x=alt.X("mean(line):Q", title=axis.title)),
        bars.mark_bar(size=9, opacity=0.75, clip=True).encode(x=low, x2="h:Q"),
        lines.mark_rule(strokeWidth=2, clip=True).encode(x=low, x2="h:Q"),
        # Ends are marked, so that a range of a single value is seen.
        *(
            drawn.mark_tick(thickness=2, size=13, clip=True).encode(x=alt.X(f"{end}:Q", title=axis.title))
            for end in "lh"
        ),
        drawn.mark_point(filled=True, size=80, opacity=1, clip=True).encode(x=alt.X("p:Q", title=axis.title)),
    ]
    # Two unseen layers hold a name and a count for every row, drawn or not.
    names, counts = (base.mark_point(opacity=0).encode(y=_y(each)) for each in (_names(), _counts()))
    return prepared(alt.layer(*layers, names, counts).resolve_axis(y="independent"))


def _scale(axis: Axis) -> alt.Scale:
    return alt.Scale(domain=[axis.low, axis.high], nice=False)


def _ticks(axis: Axis) -> alt.Axis:
    held: dict[str, Any] = {"values": list(axis.values)} if axis.values else {}
    return alt.Axis(format=axis.format, labelOverlap="parity", labelFlush=True, tickCount=5, **held)


def _y(axis: alt.Axis | None) -> alt.Y:
    return alt.Y("row:N", title=None, axis=axis, scale=alt.Scale(paddingInner=0, paddingOuter=0))


def _names() -> alt.Axis:
    name, heading = f"slice(datum.value, {PLACE + 1 + PRINTED})", f"datum.value[{PLACE}] == 'h'"
    bold = alt.condition(heading, alt.value("bold"), alt.value("normal"))
    return side_axis(name, LABEL, labelFontWeight=bold, labelAlign="left", labelPadding=LABEL, labelLimit=420)


def _counts() -> alt.Axis:
    printed = f"trim(slice(datum.value, {PLACE + 1}, {PLACE + 1 + PRINTED}))"
    return side_axis(printed, SAID, orient="right", labelLimit=SAID, labelPadding=8)
