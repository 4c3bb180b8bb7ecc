"""The specification curve: what each definition gives, in order, and below it which options it takes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from explorer.analysis import rates
from explorer.analysis.analyse import Analysis, analyse
from explorer.analysis.pairs import pairs
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.option_rows import LABEL, ROW, Layout, label_rows, laid_out, margin, only, texts
from explorer.charts.theme import BLUE, FEWEST_PATIENTS, GREY, MOST_MARKS, ORANGE
from explorer.export.numbers import decimals, interval, number, percent, rate_interval, share
from explorer.export.people import people, responders
from explorer.multiverse.curve import Curve, Floats, Steps, in_steps
from explorer.multiverse.floor import left_out
from explorer.multiverse.run import Multiverse
from explorer.study.words import counted

PICK, BEGIN, END = "pick", "begin", "end"
"""The selections of the curve: the definition clicked (field `pick`), and those where a drag began and where it is now
(fields `x` and `x2`)."""

ESTIMATE, INTERVAL, BOUNDS, IN_FORCE = "estimate", "interval", "bounds", "in force"
HOLLOW = "in force, hypothetical additions counted in"
COLOURS = {ESTIMATE: BLUE, INTERVAL: f"{BLUE}55", BOUNDS: f"{GREY}40", IN_FORCE: ORANGE}
TOP, GAP, AXES = 240, 30, 116
"""Pixels: the curve's own height, the gap below it, and the axis below all with the legend above."""
FEWEST_DEFINITIONS = 2
MARKS_OF_STEP, MARKS_OF_FORCE = 7, 5
WIDER = 1.25
"""By how much steps are widened until the marks are few enough."""
SHADE = 0.18
NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
OUTLIERS = 0.02
"""Share of the limits of a change, on either side, that may lie beyond the axis: those of very few patients."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Scale:
    """The upright axis of a curve: its ends, its ticks, how they are printed (in the language of Vega), its title."""

    low: float
    high: float
    ticks: tuple[float, ...]
    format: str
    title: str

    def place(self, values: Floats) -> Floats:
        """Return where values stand, in pixels from above; what lies beyond an end stands at it."""
        return TOP * (1 - (np.clip(values, self.low, self.high) - self.low) / (self.high - self.low))


RATES = Scale(0, 1, (0, 0.25, 0.5, 0.75, 1), ".0%", "Responders")


def curve(drawn: Curve, token: str, part: tuple[float, float] = (0, 1)) -> Figure | TooFew:
    """Draw what definitions give, from the lowest to the highest, and which options each takes.

    Parameters
    ----------
    token : str
        Added to what a click returns, so that a click on an older drawing is told from one on this.
    part : (float, float)
        The stretch of the curve that is looked at, from 0 to 1.
    """
    title = _title(drawn)
    if (why := _too_few(drawn)) is not None:
        return TooFew(title, why)
    shown = {at: _taken(drawn, at) for at in drawn.varied}
    layout, scale = laid_out(drawn.multiverse.listing, shown, TOP + GAP), _scale(drawn)
    steps, cells = _fitting(drawn, layout)
    words = _words(steps)
    rows = [
        *_bands(steps, scale),
        *_hits(steps, words, token, layout.height),
        *cells,
        *_force(drawn, scale, layout.height),
        *_part(part, layout.height),
        *label_rows(drawn.multiverse.listing, layout, _chosen(drawn)),
    ]
    return Figure(
        name="multiverse-curve",
        title=title,
        alt=_sentence(steps, scale),
        spec=_spec(layout.height, scale),
        data=pd.DataFrame(rows, columns=COLUMNS),
        tabulate=lambda: _table(steps, words),
        counts=_counts(drawn),
    )


COLUMNS = ["kind", "x", "x2", "y", "y2", "share", "text", "chosen", "pick", "said", "ci", "bounds", "what"]


def most_patients(drawn: Curve) -> int:
    """Return how many patients stand behind the definition with the most of them."""
    return int(_patients(drawn).max(initial=0))


def _patients(drawn: Curve) -> Floats:
    m = drawn.multiverse
    n = m.response.n_evaluable if drawn.about is None else m.change[drawn.about].n_paired
    return n[drawn.rows]


def _too_few(drawn: Curve) -> str | None:
    if len(drawn) < FEWEST_DEFINITIONS:
        few = f" {left_out(drawn.n_few, drawn.whom)}." if drawn.n_few else ""
        return f"{definitions(len(drawn))} can be compared; a curve is drawn from {FEWEST_DEFINITIONS} on.{few}"
    if (n := most_patients(drawn)) < FEWEST_PATIENTS:
        return f"No definition counts more than {counted(n, 'patient')}; a curve is drawn from {FEWEST_PATIENTS} on."
    return None


def _title(drawn: Curve) -> str:
    what = "Response rate" if drawn.about is None else f"Mean change of {drawn.about}"
    return f"{what} under {definitions(len(drawn))}, from the lowest to the highest"


def definitions(n: int) -> str:
    """Print a number of definitions."""
    return f"{n:,} definition{'s' * (n != 1)}"


# Where things stand


def _taken(drawn: Curve, decision: int) -> list[int]:
    """Return the options that any of the definitions takes."""
    chosen = np.unique(drawn.multiverse.listing.choices[drawn.rows, decision])
    return [int(option) for option in chosen if option >= 0]


def _chosen(drawn: Curve) -> dict[int, int]:
    """Return the option that the definition in force takes in each decision, whether or not it has a figure."""
    now = drawn.multiverse.in_force
    return {} if now is None else dict(enumerate(drawn.multiverse.listing.choices[now].tolist()))


def _scale(drawn: Curve) -> Scale:
    """Return the upright axis: the same for all rates; for a change, as wide as all definitions of the grid ask for."""
    if drawn.about is None:
        return RATES
    every = drawn.multiverse.change[drawn.about]
    low = min(0.0, float(np.nanmin(every.mean_change)), _quantile(every.ci_low, OUTLIERS))
    high = max(0.0, float(np.nanmax(every.mean_change)), _quantile(every.ci_high, 1 - OUTLIERS))
    step = _nice((high - low) / 4)
    ticks = np.arange(math.floor(low / step), math.ceil(high / step) + 1) * step
    unit = drawn.multiverse.cohort.instruments[drawn.about].unit
    return Scale(float(ticks[0]), float(ticks[-1]), tuple(ticks.tolist()), ".12~g", f"Mean change ({unit})")


def _quantile(values: Floats, at: float) -> float:
    known = values[~np.isnan(values)]
    return float(np.quantile(known, at)) if len(known) else 0.0


def _nice(step: float) -> float:
    """Round a distance between ticks up to one that is easily read."""
    if step <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * each for each in NICE if power * each >= step * (1 - 1e-9))


# Rows of data


def _fitting(drawn: Curve, layout: Layout) -> tuple[Steps, list[Row]]:
    """Cut the curve into as many steps as a browser can draw with the options they take."""
    room = MOST_MARKS - layout.marks - MARKS_OF_FORCE
    size = max(1, math.ceil(len(drawn) * (MARKS_OF_STEP + len(drawn.varied)) / room))
    while True:
        steps = in_steps(drawn, size)
        cells = list(_cells(steps, layout))
        if MARKS_OF_STEP * len(steps) + len(cells) <= room:
            return steps, cells
        size = math.ceil(size * WIDER)


def _sides(steps: Steps) -> tuple[list[float], list[float]]:
    """Return where steps begin and end, from 0 to 1."""
    n = len(steps.curve)
    return (steps.first / n).tolist(), (steps.last / n).tolist()


def _bands(steps: Steps, scale: Scale) -> Iterator[Row]:
    """Give a bar for the bounds, the interval and the estimates of each step."""
    curve, (x, x2) = steps.curve, _sides(steps)
    limits = {
        BOUNDS: (curve.bound_low, curve.bound_high),
        INTERVAL: (curve.low, curve.high),
        ESTIMATE: (curve.value, curve.value),
    }
    for kind, (low, high) in limits.items():
        bottom, top = scale.place(steps.least(low)), scale.place(steps.most(high))
        for place in np.flatnonzero(~np.isnan(bottom)).tolist():
            yield {"kind": kind, "x": x[place], "x2": x2[place], "y": top[place], "y2": bottom[place]}


def _hits(steps: Steps, words: list[Row], token: str, height: int) -> Iterator[Row]:
    """Give what answers to the mouse in each step, and what it says."""
    rows = steps.curve.rows[steps.middle].tolist()
    for x, x2, row, said in zip(*_sides(steps), rows, words, strict=True):
        yield {"kind": "hit", "x": x, "x2": x2, "y": 0, "y2": height, "pick": f"{row} {token}", **said}


def _cells(steps: Steps, layout: Layout) -> Iterator[Row]:
    """Give a bar for each option that definitions of a step take, as strong as the share of them that do."""
    (x, x2), sizes = _sides(steps), steps.last - steps.first
    for decision in steps.curve.varied:
        shares = steps.taken(decision) / sizes[:, np.newaxis]
        for step, option in np.argwhere(shares > 0).tolist():
            y = layout.options[decision, option]
            sides = {"x": x[step], "x2": x2[step], "y": y + 2, "y2": y + ROW - 2}
            yield {"kind": "cell", **sides, "share": float(shares[step, option])}


def _force(drawn: Curve, scale: Scale, height: int) -> Iterator[Row]:
    if drawn.in_force is None:
        return
    x = (drawn.in_force + 0.5) / len(drawn)
    yield {"kind": "line", "x": x, "y": 0, "y2": height}
    kind = HOLLOW if counts_invented(drawn.multiverse) else IN_FORCE
    yield {"kind": kind, "x": x, "y": float(scale.place(drawn.value[[drawn.in_force]])[0])}
    # In the gap below the curve, where nothing else is drawn.
    yield {"kind": "said", "x": x, "y": TOP + GAP / 2, "text": said(drawn, drawn.in_force)}


def _part(part: tuple[float, float], height: int) -> Iterator[Row]:
    if part != (0, 1):
        yield {"kind": "part", "x": part[0], "x2": part[1], "y": 0, "y2": height}


# Words


def said(drawn: Curve, place: int) -> str:
    """Say what the definition at a place of the curve gives: count and percentage, or mean change and patients.

    Of the definition in force, hypothetical additions are counted apart.
    """
    row, m = drawn.rows[place], drawn.multiverse
    if place == drawn.in_force and counts_invented(m):
        return _said_apart(drawn, place)
    if drawn.about is None:
        r = m.response
        return share(r.n_responders[row], int(r.n_evaluable[row]), r.rate[row])
    return _mean(drawn, place, counted(int(m.change[drawn.about].n_paired[row]), "patient"))


def _mean(drawn: Curve, place: int, patients: str) -> str:
    instrument = drawn.multiverse.cohort.instruments[drawn.about or ""]
    return f"{number(drawn.value[place], decimals(instrument))} ({patients})"


def _said_apart(drawn: Curve, place: int) -> str:
    m = drawn.multiverse
    if drawn.about is None:
        return responders(_in_force(m))
    invented = pairs(_in_force(m), drawn.about).hypothetical
    return _mean(drawn, place, people(len(invented), int(invented.sum()), m.cohort))


def _in_force(m: Multiverse) -> Analysis:
    study = m.listing.grid.base
    # A drawing says this several times.
    return m.cohort.derived(("analysis of a multiverse's base", study.fingerprint), lambda: analyse(m.cohort, study))


def counts_invented(m: Multiverse) -> bool:
    """Say whether hypothetical additions are counted in under the definition in force, so that nothing is inferred."""
    return m.listing.grid.base.hypothetical and rates.counts_invented(_in_force(m))


def spread(drawn: Curve) -> str:
    """Say from where to where the definitions of a curve run, and that they differ in whom they count."""
    lowest, highest = said(drawn, 0), said(drawn, len(drawn) - 1)
    return f"Over these {definitions(len(drawn))} {_what(drawn)} runs from {lowest} to {highest}; {differing(patients(drawn))}."


def _what(drawn: Curve) -> str:
    if drawn.about is None:
        return "the rate"
    return f"the mean change of {drawn.about} ({drawn.multiverse.cohort.instruments[drawn.about].unit})"


def patients(drawn: Curve) -> tuple[int, int]:
    """Return the fewest and the most patients behind a definition of a curve of at least one."""
    n = _patients(drawn)
    return int(n.min()), int(n.max())


def differing(n: tuple[int, int]) -> str:
    """Say that definitions which count from so few to so many patients do not differ by the choice alone."""
    low, high = n
    if low == high:
        return f"each counts {counted(low, 'patient')}"
    return f"they count different patients ({low} to {high}), so part of that is sampling"


def differs(drawn: Curve, place: int) -> str:
    """Say what the definition at a place of the curve does otherwise than the one in force."""
    grid, now = drawn.multiverse.listing.grid, _chosen(drawn)
    choice = drawn.multiverse.listing.choices[drawn.rows[place]].tolist()
    labels = grid.labels(choice)
    other = [f"{grid.decisions[at].name}: {labels[at]}" for at in drawn.varied if choice[at] not in (now.get(at), -1)]
    return "; ".join(other) or "the definition in force"


def _limits(drawn: Curve, low: float, high: float) -> str:
    confidence = drawn.multiverse.listing.grid.base.confidence
    if drawn.about is None:
        return rate_interval(low, high, confidence)
    return interval(low, high, confidence, decimals(drawn.multiverse.cohort.instruments[drawn.about]))


def _words(steps: Steps) -> list[Row]:
    """Say of each step what its definitions give and do."""
    drawn = steps.curve
    limits = zip(steps.least(drawn.low), steps.most(drawn.high), strict=True)
    bounds = zip(steps.least(drawn.bound_low), steps.most(drawn.bound_high), strict=True)
    return [
        {
            **_given(drawn, first, last),
            "ci": _limits(drawn, *limit),
            "bounds": f"{percent(bound[0])} to {percent(bound[1])}" if drawn.about is None else "none for a change",
        }
        for first, last, limit, bound in zip(steps.first.tolist(), steps.last.tolist(), limits, bounds, strict=True)
    ]


def _given(drawn: Curve, first: int, last: int) -> Row:
    if last - first == 1:
        return {"said": said(drawn, first), "what": differs(drawn, first)}
    return {"said": f"{said(drawn, first)} to {said(drawn, last - 1)}", "what": f"{last - first} definitions"}


def _sentence(steps: Steps, scale: Scale) -> str:
    drawn = steps.curve
    lowest, middle, highest = (said(drawn, place) for place in (0, (len(drawn) - 1) // 2, len(drawn) - 1))
    parts = [f"From {lowest} to {highest}, the middle one {middle}"]
    if (at := drawn.in_force) is not None:
        parts.append(f"in force ({_mark(drawn)}): {said(drawn, at)}, {_limits(drawn, drawn.low[at], drawn.high[at])}")
    if drawn.about is None:
        parts.append("bounds: if every unknown outcome were a failure, and if every one were a response")
    if np.nanmin(drawn.low, initial=scale.high) < scale.low or np.nanmax(drawn.high, initial=scale.low) > scale.high:
        parts.append("intervals that reach beyond the axis are cut off")
    return "; ".join([*parts, _how(steps)]) + "."


def _how(steps: Steps) -> str:
    bold = ", those in force in bold" if _chosen(steps.curve) else ""
    if len(steps) == len(steps.curve):
        return f"below, the options that each definition takes{bold}"
    return (
        f"drawn in {len(steps)} steps of {steps.last[0]} definitions, bands from the lowest to the highest limit of a "
        f"step, options the stronger the more of it take them{bold}"
    )


def _mark(drawn: Curve) -> str:
    return "orange, hollow: hypothetical additions are counted in" if counts_invented(drawn.multiverse) else "orange"


def _counts(drawn: Curve) -> str:
    held = definitions(len(drawn))
    return held if drawn.in_force is None else f"{held}; in force: {said(drawn, drawn.in_force)}"


def _table(steps: Steps, words: list[Row]) -> pd.DataFrame:
    ranks = [_ranks(*sides) for sides in zip(steps.first.tolist(), steps.last.tolist(), strict=True)]
    names = {"said": "Gives", "ci": "Interval", "bounds": "Worst to best case", "what": "Differs from the one in force"}
    if steps.curve.about is not None:
        del names["bounds"]
    table = pd.DataFrame(words)[list(names)].rename(columns=names)
    table.insert(0, "From the lowest", ranks)
    return table


def _ranks(first: int, last: int) -> str:
    return str(first + 1) if last - first == 1 else f"{first + 1} to {last}"


# The drawing


def _spec(height: int, scale: Scale) -> Spec:
    """Return the drawing for a height and an axis: the layers are built once, to put the axis to them is cheap."""
    drawn = _layers(scale == RATES)
    upright = alt.Y(scale=alt.Scale(domain=[height, 0], nice=False), axis=_axis(scale)).to_dict()
    layers = [
        layer | {"encoding": layer["encoding"] | {"y": layer["encoding"]["y"] | upright}} for layer in drawn["layer"]
    ]
    return {**drawn, "height": height + AXES, "layer": layers}


@cache
def _layers(of_rates: bool) -> Spec:
    base = alt.Chart()
    x = alt.X("x:Q", title=None, scale=alt.Scale(domain=[0, 1], nice=False), axis=_order_axis())
    y = alt.Y("y:Q")
    bar = {"x": x, "x2": "x2:Q", "y": y, "y2": "y2:Q"}
    # A share of a few per cent still has to be seen.
    strength = alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.12, 0.9]), legend=None)
    colour = _colour(of_rates)
    layers = [
        only(base, "part").mark_rect(color=GREY, opacity=SHADE).encode(**bar),
        *_drawn_bands(base, bar, colour),
        only(base, "cell").mark_rect(color=BLUE).encode(**bar, opacity=strength),
        *_drawn_force(base, x, y, colour),
        *texts(base, y),
        *_answering(base, bar),
    ]
    return prepared(alt.layer(*layers))


def _colour(of_rates: bool) -> alt.Color:
    named = [kind for kind in COLOURS if kind != BOUNDS or of_rates]
    legend = alt.Legend(title=None, orient="top", columns=2, symbolType="square", symbolStrokeWidth=0, offset=22)
    return alt.Color("kind:N", scale=alt.Scale(domain=named, range=[COLOURS[kind] for kind in named]), legend=legend)


def _drawn_bands(base: alt.Chart, bar: dict[str, Any], colour: alt.Color) -> Iterator[alt.Chart]:
    for kind in (BOUNDS, INTERVAL):
        yield only(base, kind).mark_rect().encode(**bar, color=colour)
    # Where intervals cover them, bounds still show by their edges.
    for edge in ("y", "y2"):
        line = only(base, BOUNDS).mark_rule(color=GREY, strokeWidth=1.5)
        yield line.encode(x=bar["x"], x2="x2:Q", y=alt.Y(f"{edge}:Q"))
    # An estimate is a bar of no height: its outline makes it a line.
    yield only(base, ESTIMATE).mark_rect(strokeWidth=2.5, stroke=BLUE).encode(**bar, color=colour)


def _drawn_force(base: alt.Chart, x: alt.X, y: alt.Y, colour: alt.Color) -> Iterator[alt.Chart]:
    """Mark the definition in force by a line through all, a dot, and what it gives."""
    yield only(base, "line").mark_rule(color=ORANGE, strokeWidth=2).encode(x=x, y=y, y2="y2:Q")
    yield only(base, IN_FORCE).mark_point(filled=True, size=110, opacity=1).encode(x=x, y=y, color=colour)
    yield only(base, HOLLOW).mark_point(color=ORANGE, size=110, opacity=1, strokeWidth=2.5).encode(x=x, y=y)
    side: Any = alt.expr("datum.x > 0.5 ? 'right' : 'left'")
    away: Any = alt.expr("datum.x > 0.5 ? -6 : 6")
    label = only(base, "said").mark_text(align=side, dx=away, fontWeight="bold", fontSize=13)
    yield label.encode(x=x, y=y, text="text:N")


def _answering(base: alt.Chart, bar: dict[str, Any]) -> Iterator[alt.Chart]:
    """Lay a bar over each step, unseen but where something is dragged over, to be pointed at, clicked and dragged over.

    A selection of an interval would do the same, but Vega-Lite draws it as symbols without a name, which screen readers
    come upon.
    """
    told = {"said": "Gives", "ci": "Interval", "bounds": "Worst to best case", "what": "Differs in"}
    tooltip = [alt.Tooltip(f"{field}:N", title=title) for field, title in told.items()]
    hit = only(base, "hit")
    yield hit.mark_rect(color=GREY, opacity=_dragged_over()).encode(**bar)
    ends: dict[str, Any] = {"fields": ["x", "x2"], "toggle": False, "clear": False}
    unseen: alt.Chart = hit.mark_rect(opacity=0, cursor="pointer").encode(**bar, tooltip=tooltip)
    yield unseen.add_params(
        alt.selection_point(name=PICK, fields=["pick"], on="click", toggle=False, clear=False),
        alt.selection_point(name=BEGIN, on="pointerdown", **ends),
        alt.selection_point(name=END, on="pointerdown, [pointerdown, window:pointerup] > pointermove", **ends),
    )


def _dragged_over() -> Any:
    """Say how strongly a step is shaded: only from where a drag began to where it ends, unless it is a click within one step."""
    within = f"datum.x >= min({BEGIN}.x[0], {END}.x[0]) && datum.x <= max({BEGIN}.x[0], {END}.x[0])"
    return alt.expr(f"{BEGIN}.x && {END}.x && {BEGIN}.x[0] != {END}.x[0] && {within} ? {SHADE} : 0")


def _order_axis() -> alt.Axis:
    named = "datum.value == 0 ? 'lowest' : datum.value == 1 ? 'highest' : 'middle'"
    return alt.Axis(values=[0, 0.5, 1], labelExpr=named, grid=False, labelFlush=True, labelOverlap=False)


def _axis(scale: Scale) -> alt.Axis:
    """Print the values of the curve beside it; below it, the labels of the options stand in the same margin."""
    value = f"{scale.low} + ({TOP} - datum.value) / {TOP} * {scale.high - scale.low}"
    title = {"title": scale.title, "titleAngle": 0, "titleAlign": "left", "titleX": -LABEL, "titleY": -9}
    return margin(
        values=[float(place) for place in scale.place(np.array(scale.ticks))],
        labelExpr=f"format({value}, '{scale.format}')",
        titleAnchor="end",
        **title,
    )
