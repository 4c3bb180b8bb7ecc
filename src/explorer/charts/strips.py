"""Rows of one bar each, with their text above the bar: readable on a phone, whatever the text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from explorer.charts.figure import Spec, prepared
from explorer.charts.theme import GREY

ROW, LINE = 74, 15
"""Pixels from one row to the next (two lines of label, one of counts, the bar, and a gap), and of a further line."""
LABELS, NOTE, BAR = (21, 36), 53, (58, 70)
"""Where in a row the lines of the label and the note stand and the bar lies, in pixels."""
LEGEND = 100
"""Pixels for the legend: on the page, a chart's height includes it."""
WIDTH = 46
TEXT = "currentColor"
"""The page's own text colour, on light and dark; black in a downloaded picture."""
CHOSEN = "chosen"
"""The selection of a drawing that listens to clicks; its field `row` is the label of the row clicked."""
INVENTED, HOLLOW = ", hypothetical", " Hypothetical additions are drawn hollow and counted apart."


@dataclass(frozen=True)
class Strip:
    """One row: what it is about, the counts in words, and the counts that its parts are as long as.

    Attributes
    ----------
    label, note : str
        Above the bar, the note in one line.
    whole : int
        The count that would fill the whole width.
    parts : mapping of str to int
        From the left.
    hollow : mapping of str to int
        How many in a part are hypothetical additions: that stretch of it is drawn hollow.
    added : str
        A second line for the counts of hypothetical additions.
    """

    label: str
    note: str
    whole: int
    parts: Mapping[str, int]
    hollow: Mapping[str, int] = field(default_factory=dict)
    added: str = ""

    @property
    def counts(self) -> str:
        """Both lines of counts in one."""
        return f"{self.note}; {self.added}" if self.added else self.note


def row_height(strips: Sequence[Strip]) -> int:
    """Return pixels from one row to the next: a line more where any counts hypothetical additions."""
    return ROW + LINE * any(strip.added for strip in strips)


def strip_rows(strips: Sequence[Strip]) -> pd.DataFrame:
    """Lay strips out, from above, as the rows that `strip_spec` draws."""
    height = row_height(strips)
    rows = [row for strip in strips for row in (*_texts(strip, height), *_bars(strip, height))]
    frame = pd.DataFrame(rows, columns=["row", "kind", "text", "part", "said", "note", "low", "high", "y", "y2"])
    places = {strip.label: place for place, strip in enumerate(strips)}
    top = frame["row"].map(places)
    return frame.assign(y=top + frame["y"] / height, y2=top + frame["y2"] / height)


def _texts(strip: Strip, height: int) -> Iterator[tuple[Any, ...]]:
    yield strip.label, "row", "", "", "", strip.counts, 0.0, 1.0, 0, height
    lines = textwrap.wrap(strip.label, WIDTH)
    if len(lines) > len(LABELS):
        lines = [lines[0], textwrap.shorten(" ".join(lines[1:]), WIDTH, placeholder=" …")]
    for line, down in zip(lines, LABELS[-len(lines) :], strict=True):
        yield strip.label, "label", line, "", "", "", 0.0, 0.0, down, None
    yield strip.label, "note", strip.note, "", "", "", 0.0, 0.0, NOTE, None
    if strip.added:
        yield strip.label, "note", strip.added, "", "", "", 0.0, 0.0, NOTE + LINE, None


def _bars(strip: Strip, height: int) -> Iterator[tuple[Any, ...]]:
    start, (top, bottom) = 0, (edge + height - ROW for edge in BAR)
    for part, n in strip.parts.items():
        added = strip.hollow.get(part, 0)
        for kind, said, k in (("bar", part, n - added), ("hollow", part + INVENTED, added)):
            if k:
                low, high = start / strip.whole, (start + k) / strip.whole
                yield strip.label, kind, "", part, said, strip.counts, low, high, top, bottom
                start += k


@cache
def strip_spec(n_rows: int, height: int, parts: tuple[tuple[str, str], ...], clickable: bool = False) -> Spec:
    """Prepare the drawing of so many strips.

    Parameters
    ----------
    height : int
        From one row to the next, as `row_height` returns it.
    parts : tuple of (name, colour)
        In the order of the legend; a single part has none.
    clickable : bool
        Whether a click anywhere in a row selects it, through the parameter `CHOSEN`.
    """
    base = alt.Chart(height=max(1, n_rows) * height + (LEGEND if len(parts) > 1 else 0))
    x = alt.X("low:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[max(1, n_rows), 0], nice=False), axis=None)
    bars = base.encode(x=x, x2="high:Q", y=y, y2="y2:Q")
    texts = base.encode(x=x, y=y, text="text:N")
    # What lies above the ground answers to clicks, too, so it shows the same hand.
    look: dict[str, Any] = {"cursor": "pointer"} if clickable else {}
    ground = [_ground(bars)] if clickable else []
    return prepared(alt.layer(*ground, *_parts(bars, parts, look), *_words(texts, look)))


def _ground(bars: alt.Chart) -> alt.Chart:
    """Lay an unseen ground under each row to be clicked, a shade of grey under the chosen one."""
    chosen = alt.selection_point(name=CHOSEN, fields=["row"])
    shade = alt.condition(chosen, alt.value(0.16), alt.value(0), empty=False)
    rows = bars.transform_filter("datum.kind == 'row'").mark_rect(color=GREY, cornerRadius=3, cursor="pointer")
    told = [alt.Tooltip("row:N", title="Row"), alt.Tooltip("note:N", title="Patients")]
    ground: alt.Chart = rows.encode(opacity=shade, tooltip=told).add_params(chosen)
    return ground


def _parts(bars: alt.Chart, parts: tuple[tuple[str, str], ...], look: dict[str, Any]) -> Iterator[alt.Chart]:
    scale = alt.Scale(domain=[name for name, _ in parts], range=[colour for _, colour in parts])
    legend = alt.Legend(orient="top", title=None, columns=2) if len(parts) > 1 else None
    tooltip = [alt.Tooltip(f"{name}:N", title=title) for name, title in TOLD.items()]
    solid = bars.transform_filter("datum.kind == 'bar'").mark_rect(cornerRadius=2, **look)
    yield solid.encode(color=alt.Color("part:N", scale=scale, legend=legend), tooltip=tooltip)
    empty = bars.transform_filter("datum.kind == 'hollow'").mark_rect(fillOpacity=0, strokeWidth=2, **look)
    yield empty.encode(stroke=alt.Stroke("part:N", scale=scale, legend=legend), tooltip=tooltip)


TOLD = {"row": "Row", "said": "Part", "note": "Patients"}


def _words(texts: alt.Chart, look: dict[str, Any]) -> Iterator[alt.Chart]:
    look = {"align": "left", "baseline": "bottom", "color": TEXT, "fontSize": 12, **look}
    yield texts.transform_filter("datum.kind == 'label'").mark_text(fontWeight="bold", **look)
    yield texts.transform_filter("datum.kind == 'note'").mark_text(**look)
