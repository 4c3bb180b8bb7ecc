"""How long patients stayed on the index drug."""

from __future__ import annotations

from functools import cache

import altair as alt
import numpy as np
import pandas as pd

from explorer.analysis.persistence import Persistence
from explorer.charts.counts import people
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.theme import AFTER, FEWEST_PATIENTS, GREY
from explorer.export.numbers import number

MOST_STEPS, MOST_CENSORED, TICKS = 400, 200, 6


def persistence(found: Persistence, drug: str, until: int, hypothetical: int = 0) -> Figure | TooFew:
    """Draw who was still on the index drug: Kaplan-Meier curve, log-log band, numbers at risk.

    Parameters
    ----------
    until : int
        Last day of the axis; the same whatever the definitions.
    hypothetical : int
        How many hypothetical additions are counted in: with any, the curve is dashed and has no band.
    """
    title = f"Still on {drug}, by days since the first dose"
    if found.n < FEWEST_PATIENTS:
        return TooFew(title, f"{people(found.n)} began {drug}; from {FEWEST_PATIENTS} on, a curve is drawn.")
    return Figure(
        name="persistence",
        title=title,
        alt=_sentence(found, drug, hypothetical),
        spec=_spec(until, bool(hypothetical)),
        data=_rows(found, until, bool(hypothetical)),
        tabulate=lambda: _table(found, bool(hypothetical)),
        counts=f"{people(found.n, hypothetical)}, {found.n_stopped} left {drug}",
    )


def _sentence(found: Persistence, drug: str, hypothetical: int) -> str:
    confidence = f"{100 * found.curve.confidence:g} % CI"
    if hypothetical:
        interval = "interval withheld: hypothetical additions are counted in"
    elif np.isnan([found.ci_low, found.ci_high]).all():
        interval = "no interval"
    else:
        interval = f"{confidence} {_day(found.ci_low)} to {_day(found.ci_high)}"
    left = f"{found.n_stopped} of {people(found.n, hypothetical)} left {drug} while observed"
    if np.isnan(found.median_days):
        return f"{left}; the curve does not fall to one half ({interval})."
    return f"{left}; the curve falls to one half at day {number(found.median_days, 0)} ({interval})."


def _day(day: float) -> str:
    return "not reached" if np.isnan(day) else number(day, 0)


def _rows(found: Persistence, until: int, withheld: bool) -> pd.DataFrame:
    curve = found.curve
    times = np.unique(np.concatenate([[0.0], curve.time]))
    if len(times) > MOST_STEPS:
        times = np.linspace(0, curve.time[-1], MOST_STEPS)
    at, risk = curve.at(times), curve.at(_ticks(until))
    median = float(until) if np.isnan(found.median_days) else found.median_days
    line = pd.DataFrame({"t": at.time, "s": at.survival, "l": at.low, "h": at.high, "n": at.n_risk, "kind": "curve"})
    if withheld:
        line[["l", "h"]] = np.nan
    censored = np.flatnonzero(curve.n_censored)[:: max(1, int((curve.n_censored > 0).sum()) // MOST_CENSORED)]
    marks = pd.DataFrame({"t": curve.time[censored], "s": curve.survival[censored], "kind": "censored"})
    below = pd.DataFrame({"t": risk.time, "s": -0.09, "n": risk.n_risk, "kind": "risk"})
    half = pd.DataFrame({"t": 0.0, "to": [median], "s": 0.5, "kind": "half"})
    return pd.concat([line, marks, below, half], ignore_index=True)


def _ticks(until: int) -> list[float]:
    """Return round days to count who is at risk at, at most `TICKS` after day 0."""
    step = next(step for step in (30, 60, 90, 180, 360, 720, 1800, 7200, until) if until / step <= TICKS)
    return [float(day) for day in range(0, until + 1, step)]


def _table(found: Persistence, withheld: bool) -> pd.DataFrame:
    curve = found.curve
    band = f"{100 * curve.confidence:g} % band"
    limits = ["withheld" if withheld else _limits(*pair) for pair in zip(curve.low, curve.high, strict=True)]
    return pd.DataFrame(
        {
            "Day": curve.time.astype(int),
            "At risk": curve.n_risk,
            "Left the drug": curve.n_event,
            "Censored": curve.n_censored,
            "Still on it (Kaplan-Meier)": curve.survival.round(3),
            band: limits,
        }
    )


def _limits(low: float, high: float) -> str:
    return "no limits" if np.isnan(low) or np.isnan(high) else f"{low:.3f} to {high:.3f}"


@cache
def _spec(until: int, withheld: bool) -> Spec:
    axis = alt.Axis(values=_ticks(until), grid=False)
    x = alt.X("t:Q", title="Days since the first dose (above: patients at risk)", axis=axis)
    x = x.scale(alt.Scale(domain=[0, until], nice=False))
    y = alt.Y("s:Q", title="Still on the drug", axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1]))
    y = y.scale(alt.Scale(domain=[-0.16, 1], nice=False))
    tooltip = [alt.Tooltip("t:Q", title="Day"), alt.Tooltip("n:Q", title="At risk")]
    tooltip += [alt.Tooltip("s:Q", title="Still on it", format=".0%")]
    base = alt.Chart(height=320).encode(x=x)
    curve = base.transform_filter("datum.kind == 'curve'")
    dash = [5, 4] if withheld else [1, 0]
    band = curve.mark_area(interpolate="step-after", opacity=0.18, color=AFTER).encode(y="l:Q", y2="h:Q")
    line = curve.mark_line(interpolate="step-after", color=AFTER, strokeDash=dash).encode(y=y, tooltip=tooltip)
    seen = base.transform_filter("datum.kind == 'censored'").mark_tick(
        orient="vertical", size=9, thickness=1.2, color=AFTER
    )
    half = base.transform_filter("datum.kind == 'half'").mark_rule(strokeDash=[2, 3], color=GREY)
    risk = base.transform_filter("datum.kind == 'risk'").mark_text(fontSize=12, align="center")
    return prepared(
        alt.layer(
            band,
            half.encode(x2="to:Q", y=y),
            line,
            seen.encode(y=y, tooltip=[alt.Tooltip("t:Q", title="Last seen on the drug, day")]),
            risk.encode(y=y, text="n:Q"),
        )
    )
