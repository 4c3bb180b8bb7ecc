"""Rows of one bar each, with their text above the bar: readable on a phone, whatever the text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from explorer.charts.figure import Spec, prepared

ROW = 74
"""Pixels from one row to the next: two lines of label, one of counts, the bar, and a gap."""
LABELS, NOTE, BAR = (0.28, 0.49), 0.72, (0.79, 0.94)
"""Where in a row the lines of the label and the note stand and the bar lies, as shares of its height."""
LEGEND = 64
"""Pixels for the legend: on the page, a chart's height includes it."""
WIDTH = 46
TEXT = "currentColor"
"""The page's own text colour, on light and dark; black in a downloaded picture."""


@dataclass(frozen=True)
class Strip:
    """One row: what it is about, the counts in words, and the lengths of its parts as shares of the whole width."""

    label: str
    note: str
    parts: Mapping[str, float]


def strip_rows(strips: Sequence[Strip], hollow: str = "") -> pd.DataFrame:
    """Lay strips out, from above, as the rows that `strip_spec` draws.

    Parameters
    ----------
    hollow : str
        Name of the part that is drawn hollow: hypothetical additions.
    """
    rows = [row for place, strip in enumerate(strips) for row in (*_texts(place, strip), *_bars(place, strip, hollow))]
    return pd.DataFrame(rows, columns=["kind", "row", "text", "part", "note", "low", "high", "y", "y2"])


def _texts(place: int, strip: Strip) -> Iterator[tuple[Any, ...]]:
    lines = textwrap.wrap(strip.label, WIDTH)
    if len(lines) > len(LABELS):
        lines = [lines[0], textwrap.shorten(" ".join(lines[1:]), WIDTH, placeholder=" …")]
    for line, height in zip(lines, LABELS[-len(lines) :], strict=True):
        yield "label", strip.label, line, "", "", 0.0, 0.0, place + height, None
    yield "note", strip.label, strip.note, "", "", 0.0, 0.0, place + NOTE, None


def _bars(place: int, strip: Strip, hollow: str) -> Iterator[tuple[Any, ...]]:
    low, (top, bottom) = 0.0, BAR
    for part, length in strip.parts.items():
        if length > 0:
            kind = "hollow" if part == hollow else "bar"
            yield kind, strip.label, "", part, strip.note, low, low + length, place + top, place + bottom
        low += length


@cache
def strip_spec(n_rows: int, parts: tuple[tuple[str, str], ...], hollow: str = "") -> Spec:
    """Prepare the drawing of so many strips.

    Parameters
    ----------
    parts : tuple of (name, colour)
        In the order of the legend; a single part has none.
    """
    scale = alt.Scale(domain=[name for name, _ in parts], range=[colour for _, colour in parts])
    shown = [name for name, _ in parts if name != hollow]
    base = alt.Chart(height=max(1, n_rows) * ROW + (LEGEND if len(shown) > 1 else 0))
    legend = alt.Legend(orient="top", title=None, columns=2, values=shown) if len(shown) > 1 else None
    x = alt.X("low:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[max(1, n_rows), 0], nice=False), axis=None)
    titles = {"row": "Row", "part": "Part", "note": "Patients"}
    tooltip = [alt.Tooltip(f"{name}:N", title=title) for name, title in titles.items()]
    bars = base.encode(x=x, x2="high:Q", y=y, y2="y2:Q", tooltip=tooltip)
    solid = bars.mark_rect(cornerRadius=2).encode(color=alt.Color("part:N", scale=scale, legend=legend))
    drawn = [solid.transform_filter("datum.kind == 'bar'")]
    if hollow:
        empty = bars.mark_rect(fillOpacity=0, strokeWidth=2).encode(
            stroke=alt.Stroke("part:N", scale=scale, legend=None)
        )
        drawn.append(empty.transform_filter("datum.kind == 'hollow'"))
    texts = base.encode(x=x, y=y, text="text:N")
    look: dict[str, Any] = {"align": "left", "baseline": "bottom", "color": TEXT, "fontSize": 12}
    label = texts.mark_text(fontWeight="bold", **look).transform_filter("datum.kind == 'label'")
    note = texts.mark_text(**look).transform_filter("datum.kind == 'note'")
    return prepared(alt.layer(*drawn, label, note))
