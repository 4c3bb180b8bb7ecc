"""Response against every threshold of one score: how far a rate depends on where the line is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from explorer.analysis.thresholds import Sweep, Threshold
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.theme import BLUE, FEWEST_PATIENTS, GREY, ORANGE
from explorer.cohort.instruments import Instrument
from explorer.export.numbers import percent, share
from explorer.study.cutoffs import Measure
from explorer.study.words import spelt

CONVENTIONAL, IN_FORCE = "conventional cut-off", "in force"
HEIGHT, FEW_STEPS = 300, 12


def thresholds(sweep: Sweep) -> Figure | TooFew:
    """Draw the share of patients who pass each threshold, with the conventional cut-offs and the one in force."""
    instrument, measure = sweep.instrument, sweep.measure
    n = sweep.curve[0].n
    if n < FEWEST_PATIENTS:
        return TooFew(_title(sweep), f"{n} patients have the scores for it; drawn from {FEWEST_PATIENTS} on.")
    return Figure(
        name=f"thresholds-{_stem(instrument.code)}-{measure}",
        title=_title(sweep),
        alt=_sentence(sweep),
        spec=_spec(_asks(instrument, measure), sweep.ends, _step(instrument, measure)),
        data=_rows(sweep),
        tabulate=lambda: _table(sweep),
        counts=f"{n} of {sweep.n_among} patients have the scores for it",
    )


def _title(sweep: Sweep) -> str:
    what = {
        "points": "patients who improved by at least so much",
        "percent": "patients who improved by at least such a percentage of their baseline",
        "score": f"patients whose follow-up score was {_way(sweep.instrument)} so much",
    }[sweep.measure]
    return f"{sweep.instrument.name}: {what}"


def _way(instrument: Instrument) -> str:
    return "at most" if instrument.lower_is_better else "at least"


def _unit(instrument: Instrument, measure: Measure) -> str:
    return "% of baseline" if measure == "percent" else instrument.unit


def _asks(instrument: Instrument, measure: Measure) -> str:
    """Say what the axis of thresholds asks for."""
    unit = _unit(instrument, measure)
    if measure == "score":
        return f"Follow-up score {_way(instrument)} ({unit})"
    return f"Improved by at least ({unit})"


def _stem(code: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in code.lower())


def _step(instrument: Instrument, measure: Measure) -> float | None:
    """Return the distance below which axis ticks would stand at scores that cannot be."""
    return instrument.step if measure != "percent" else None


def _rows(sweep: Sweep) -> pd.DataFrame:
    rows = [("curve", "", each) for each in sweep.curve]
    rows += [(CONVENTIONAL, f"{cutoff.label}: {cutoff.used_in}", each) for cutoff, each in sweep.conventional]
    rows += [(IN_FORCE, words, each) for words, each in sweep.in_force]
    return pd.DataFrame(
        [
            {
                "kind": kind,
                "why": why,
                "t": each.threshold,
                "p": each.rate,
                "l": each.low,
                "h": each.high,
                "said": share(each.k, each.n, each.rate),
                "ci": _interval(each),
                "hollow": _withheld(each),
            }
            for kind, why, each in rows
        ]
    )


def _withheld(each: Threshold) -> bool:
    """Say whether there is no interval, because hypothetical additions are counted in."""
    return each.low != each.low


def _interval(each: Threshold) -> str:
    return "withheld" if _withheld(each) else f"{percent(each.low)} to {percent(each.high)}"


def _table(sweep: Sweep) -> pd.DataFrame:
    conventional = {each.threshold: f"{cutoff.label}: {cutoff.used_in}" for cutoff, each in sweep.conventional}
    used = {(each.threshold, each.suffices): words for words, each in sweep.in_force}
    strict = [each for _, each in sweep.in_force if not each.suffices]
    rows = sorted([*sweep.curve, *strict], key=lambda each: each.threshold)
    return pd.DataFrame(
        {
            _asks(sweep.instrument, sweep.measure): [
                spelt(each.threshold) if each.suffices else f"more than {spelt(each.threshold)}" for each in rows
            ],
            "Patients": [share(each.k, each.n, each.rate) for each in rows],
            "Interval": [_interval(each) for each in rows],
            f"Of all {sweep.n_among} counted": [_of_all(each, sweep.n_among) for each in rows],
            "Conventional": [conventional.get(each.threshold, "") if each.suffices else "" for each in rows],
            "In force": [used.get((each.threshold, each.suffices), "") for each in rows],
        }
    )


def _of_all(each: Threshold, n_among: int) -> str:
    return share(each.k, n_among, each.k / n_among)


def _sentence(sweep: Sweep) -> str:
    n = sweep.curve[0].n
    unit = _unit(sweep.instrument, sweep.measure)
    used = [
        f"in force, {words}: {share(each.k, each.n, each.rate)}, {each.k} of all {sweep.n_among} counted"
        for words, each in sweep.in_force
    ]
    marked = [
        f"at the conventional {cutoff.label}: {share(each.k, each.n, each.rate)}"
        for cutoff, each in sweep.conventional
        if each.threshold not in {held.threshold for _, held in sweep.in_force if held.suffices}
    ]
    first, last = sweep.curve[0], sweep.curve[-1]
    ends = f"{share(first.k, n, first.rate)} at {spelt(first.threshold)} and {share(last.k, n, last.rate)} at "
    without = sweep.n_among - n
    left_out = f" {without} of {sweep.n_among} without the scores for it are left out." if without else ""
    hollow = " Hypothetical additions are counted in: dots are hollow, intervals withheld." if _withheld(first) else ""
    return _capital("; ".join([*used, *marked, f"{ends}{spelt(last.threshold)} {unit}"])) + f".{left_out}{hollow}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@cache
def _spec(asks: str, ends: tuple[float, float], step: float | None) -> Spec:
    few = step is not None and (ends[1] - ends[0]) / step <= FEW_STEPS
    base = alt.Chart(height=HEIGHT)
    x = alt.X("t:Q", title=asks, scale=alt.Scale(domain=list(ends), nice=False), axis=_ticks(ends, step, few))
    y = alt.Y("p:Q", title="Patients", axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1]))
    told = {"t": asks, "said": "Patients", "ci": "Interval"}
    tooltip = [alt.Tooltip(f"{field}:N", title=title) for field, title in told.items()]
    # A rate holds for all thresholds down to the one before it, or for scores up to the one after it.
    steps: Any = "step-after" if asks.startswith("Follow-up score at most") else "step-before"
    curve = base.transform_filter("datum.kind == 'curve'")
    band = curve.mark_area(interpolate=steps, opacity=0.18, color=BLUE).encode(x=x, y=alt.Y("l:Q"), y2="h:Q")
    line = curve.mark_line(interpolate=steps, color=BLUE).encode(x=x, y=y)
    dots = curve.mark_point(fill=BLUE, stroke=BLUE, size=60 if few else 25, opacity=1).encode(
        x=x, y=y, tooltip=tooltip, fillOpacity=_filled()
    )
    return prepared(alt.layer(band, line, dots, *_marks(base, x, y, tooltip)))


def _filled() -> Any:
    return alt.condition("datum.hollow", alt.value(0), alt.value(1))


def _ticks(ends: tuple[float, float], step: float | None, few: bool) -> alt.Axis:
    if few and step:
        grades = [ends[0] + step * place for place in range(round((ends[1] - ends[0]) / step) + 1)]
        return alt.Axis(values=grades, format=".12~g", labelOverlap=False)
    return alt.Axis(tickCount=6, format=".12~g")


def _marks(base: alt.Chart, x: alt.X, y: alt.Y, tooltip: Sequence[alt.Tooltip]) -> list[alt.Chart]:
    """Mark the conventional cut-offs (dashed, diamonds) and the thresholds in force (circles)."""
    marked = base.transform_filter("datum.kind != 'curve'")
    kinds, told = [CONVENTIONAL, IN_FORCE], [alt.Tooltip("kind:N", title="Mark"), alt.Tooltip("why:N", title="Which")]
    legend = alt.Legend(title=None, orient="top", symbolType="circle", symbolOpacity=1)
    colour = alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[GREY, ORANGE]), legend=legend)
    rule = marked.mark_rule(strokeDash=[4, 4]).encode(x=x, color=colour)
    shape = alt.Shape("kind:N", scale=alt.Scale(domain=kinds, range=["diamond", "circle"]), legend=legend)
    # The larger diamond still shows where the threshold in force is a conventional one.
    size = alt.condition(f"datum.kind == '{IN_FORCE}'", alt.value(90), alt.value(260))
    point = marked.mark_point(filled=True, opacity=1).encode(
        x=x, y=y, color=colour, shape=shape, size=size, tooltip=[*told, *tooltip]
    )
    return [rule, point]
