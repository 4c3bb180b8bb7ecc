"""Ranges of counts and of shares, for results whose small counts are protected: drawn as ranges, never as points alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from explorer.charts.counts import ceiling
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.theme import BLUE
from explorer.export.numbers import percent
from explorer.export.protected import Band, Part

ROW, AXIS, LABEL = 44, 64, 150
"""Heights of a row and of the axis, and the width kept for labels, in pixels."""
MOST_SAID = 4
"""Parts that the sentence of a figure gives; its table gives all."""
TEXT: dict[str, Any] = {"fontSize": 12, "color": "currentColor"}


def counts(name: str, title: str, rows: Sequence[tuple[str, Band]]) -> Figure:
    """Draw counts, each as the range it lies in: solid up to its lower end, pale up to its upper.

    Parameters
    ----------
    rows : sequence of (str, Band)
        What is counted and its range, at least two rows; the first is the widest.
    """
    said = [(label, str(held)) for label, held in rows]
    return Figure(
        name=name,
        title=title,
        alt=f"From {said[0][1]} ({said[0][0]}) to {said[-1][1]} ({said[-1][0]}), in {len(said) - 1} steps.",
        spec=_counts(len(rows), ceiling(rows[0][1].high)),
        data=pd.DataFrame(
            [
                {"place": place, "label": label, "low": held.low, "high": held.high, "text": str(held)}
                for place, (label, held) in enumerate(rows)
            ]
        ),
        tabulate=lambda: pd.DataFrame(said, columns=["Step", "Patients"]),
    )


def shares(name: str, title: str, parts: Sequence[Part], what: str) -> Figure | TooFew:
    """Draw shares of patients: a bar over all that the ranges of the counts allow, a line at about the share.

    Parameters
    ----------
    parts : sequence of Part
        Those without a share stand in the table alone.
    what : str
        What the parts are: "Score", "Event".
    """
    drawn = [_bar(place, each) for place, each in enumerate(each for each in parts if each.rate is not None)]
    if not drawn:
        said = "; ".join(f"{label(each)}: {each.said}" for each in parts) or "Nothing is counted often enough"
        return TooFew(title, f"{said}. Too few patients for a share.")
    return Figure(
        name=name,
        title=title,
        alt=_sentence(parts),
        spec=_shares(len(drawn), what),
        data=pd.DataFrame(drawn),
        tabulate=lambda: pd.DataFrame([(label(each), each.said) for each in parts], columns=[what, "Patients"]),
    )


def _sentence(parts: Sequence[Part]) -> str:
    more = f"; {len(parts) - MOST_SAID} more in the table" if len(parts) > MOST_SAID else ""
    return "; ".join(f"{label(each)}: {each.said}" for each in parts[:MOST_SAID]) + f"{more}."


def label(held: Part) -> str:
    """Name a part with the group it is of: "female (sex)"."""
    return f"{held.name} ({held.group.replace('_', ' ')})" if held.group else held.name


def _bar(place: int, held: Part) -> dict[str, Any]:
    low, high = held.limits or (None, None)
    text = percent(held.rate) if held.rate is not None else ""
    named = {"place": place, "label": label(held), "said": held.said, "text": f"about {text}"}
    return named | {"rate": held.rate, "low": low, "high": high}


def _y() -> alt.Y:
    side = alt.Axis(labelLimit=LABEL - 10, minExtent=LABEL, maxExtent=LABEL, ticks=False, domain=False)
    # Above the first bar there is room for its text.
    scale = alt.Scale(paddingInner=0.6, paddingOuter=0.55)
    return alt.Y("label:N", sort=alt.EncodingSortField("place", op="min"), title=None, axis=side, scale=scale)


@cache
def _counts(rows: int, most: int) -> Spec:
    axis = alt.Axis(tickCount=5, tickMinStep=1)
    x = alt.X("low:Q", title="Patients", scale=alt.Scale(domain=[0, most], nice=False), axis=axis)
    tooltip = [alt.Tooltip("label:N", title="Step"), alt.Tooltip("text:N", title="Patients")]
    base = alt.Chart(height=rows * ROW + AXIS).encode(y=_y(), tooltip=tooltip)
    surely = base.mark_bar(color=BLUE).encode(x=x)
    perhaps = base.mark_bar(color=BLUE, opacity=0.35).encode(x=x, x2="high:Q")
    count = base.mark_text(align="left", baseline="bottom", dy=-10, **TEXT).encode(x=alt.datum(0), text="text:N")
    return prepared(alt.layer(surely, perhaps, count))


@cache
def _shares(rows: int, what: str) -> Spec:
    axis = alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1], labelFlush=True)
    x = alt.X("low:Q", title="Share of patients", scale=alt.Scale(domain=[0, 1]), axis=axis)
    tooltip = [alt.Tooltip("label:N", title=what), alt.Tooltip("said:N", title="Patients")]
    base = alt.Chart(height=rows * ROW + AXIS).encode(y=_y(), tooltip=tooltip)
    allowed = base.mark_bar(color=BLUE, opacity=0.35).encode(x=x, x2="high:Q")
    middle = base.mark_tick(color=BLUE, thickness=3, height=16).encode(x="rate:Q")
    text = base.mark_text(dy=-17, **TEXT).encode(x="rate:Q", text="text:N")
    return prepared(alt.layer(allowed, middle, text))
