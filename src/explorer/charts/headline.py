"""The answer at a glance: the response rate with its interval, and the published figure beside it."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from explorer.analysis.analyse import Analysis
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.theme import BLUE, FEWEST_PATIENTS, ORANGE
from explorer.export.numbers import count, percent, rate_interval
from explorer.export.people import counts_invented_outcomes, responders
from explorer.study.words import counted

TITLE = "Share of patients who responded"
HEIGHT = 160


def headline(analysis: Analysis, published: float | None) -> Figure | TooFew:
    """Draw the response rate on a scale from nobody to everybody.

    Parameters
    ----------
    published : float, optional
        The published rate, between 0 and 1, where the cohort is a reconstruction of the published one.
    """
    r = analysis.response
    if r.n_evaluable < FEWEST_PATIENTS:
        why = f"The response of {counted(r.n_evaluable, 'patient')} can be counted ({count(r.n_responders)} responded)"
        return TooFew(TITLE, f"{why}; from {FEWEST_PATIENTS} on, the share is drawn.")
    interval = rate_interval(r.ci_low, r.ci_high, analysis.study.confidence)
    hypothetical = counts_invented_outcomes(analysis)
    shown = "hypothetical additions counted in" if hypothetical else percent(r.rate)
    rows: list[tuple[Any, ...]] = [("here", r.rate, r.ci_low, r.ci_high, shown, hypothetical)]
    rows += (
        [] if published is None else [("published", published, None, None, f"published {percent(published)}", False)]
    )
    rate = responders(analysis)
    return Figure(
        name="headline",
        title=TITLE,
        alt=f"{rate} responded, {interval}" + ("." if published is None else f"; published: {percent(published)}."),
        spec=_spec(),
        data=pd.DataFrame(rows, columns=["what", "rate", "low", "high", "text", "hypothetical"]),
        tabulate=lambda: _table(rate, interval, published),
        counts=f"{rate} responded",
    )


def _table(rate: str, interval: str, published: float | None) -> pd.DataFrame:
    rows = [("Definition in force", rate, interval)]
    rows += [] if published is None or math.isnan(published) else [("Published", percent(published), "not stated")]
    return pd.DataFrame(rows, columns=["What", "Responded", "Interval"])


def _height(share: float) -> alt.YDatum:
    """Place a mark at a share of the height: the page shrinks a chart to make room for its axis, pixels would not."""
    return alt.YDatum(share, type="quantitative", scale=alt.Scale(domain=[0, 1]), axis=None)


@cache
def _spec() -> Spec:
    axis = alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1])
    x = alt.X("rate:Q", title="Patients who responded", scale=alt.Scale(domain=[0, 1]), axis=axis)
    shape = [
        alt.Tooltip("text:N", title="Share"),
        alt.Tooltip("low:Q", format=".0%"),
        alt.Tooltip("high:Q", format=".0%"),
    ]
    here = alt.Chart(height=HEIGHT).transform_filter("datum.what == 'here'")
    there = alt.Chart(height=HEIGHT).transform_filter("datum.what == 'published'")
    middle = _height(0.45)
    interval = here.mark_rule(color=BLUE, strokeWidth=10, opacity=0.35).encode(x=alt.X("low:Q"), x2="high:Q", y=middle)
    point: dict[str, Any] = {"size": 260, "opacity": 1, "color": BLUE}
    solid = here.transform_filter("!datum.hypothetical").mark_point(filled=True, **point)
    hollow = here.transform_filter("datum.hypothetical").mark_point(filled=False, strokeWidth=2, **point)
    line = there.mark_rule(color=ORANGE, strokeDash=[5, 3], strokeWidth=2).encode(
        x=x, y=_height(0.75), y2=alt.datum(0.25)
    )
    label: dict[str, Any] = {"fontSize": 13, "color": "currentColor"}
    says = there.mark_text(baseline="bottom", **label).encode(x=x, y=_height(0.8), text="text:N")
    figure = here.mark_text(dy=26, fontWeight="bold", **label).encode(x=x, y=middle, text="text:N")
    drawn = [mark.encode(x=x, y=middle, tooltip=shape) for mark in (solid, hollow)]
    return prepared(alt.layer(line, interval, *drawn, says, figure))
