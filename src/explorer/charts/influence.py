"""Which decision matters: shares of the spread, the decisions as a graph, and what each option does by itself."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import altair as alt
import pandas as pd

from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.forest import side_axis
from explorer.charts.option_rows import ROW, Layout, label_rows, laid_out, margin, only, texts
from explorer.charts.theme import BLUE, GREY, ORANGE
from explorer.cohort.instruments import Instrument
from explorer.export.numbers import decimals
from explorer.multiverse.influence import DecisionInfluence, Influence, OptionInfluence, Span, strongest
from explorer.multiverse.listing import Listing

Row = dict[str, Any]
ALONE, TOGETHER = "by itself", "by interactions"
SHARE_ROW, SHARE_LABEL = 34, 160
NODE_ROW, TITLE, NODE = 84, 15, 50
"""Pixels of the graph: a decision's row, and where in it its name and its options stand."""
NODE_LEFT, NODE_TEXT, NARROW = 0.08, 12, 48
"""Where in its share of the width an option's dot stands, how many pixels right of it its label begins, and the pixels
below which there is no room for one."""
NODE_LINE, NODE_LINES, NODE_WRAP = 12, 3, 9
"""Pixels of a line of a node's label, its most lines, and the fewest characters that they are cut to."""
WRAP_OF = {1: 40, 2: 26, 3: 16, 4: 12}
"""Characters of a line where a decision has so many options: as many as a phone has room for."""
AXIS, LEGEND = 80, 84
"""Pixels that the page takes off a chart's height for the axis with its title, and for a legend of two lines."""
STEP = 0.05
"""The reach of the axis of differences is a multiple of this share of the scale."""


@dataclass(frozen=True)
class Unit:
    """How an estimate is printed.

    Attributes
    ----------
    name : str
        What it is: "response rate", "mean change of BSA".
    points : str
        What a difference counts in: "percentage points", the unit of a score.
    factor : float
        By what a difference is multiplied to be printed.
    decimals : int
    reach : float
        The greatest difference there can be.
    """

    name: str
    points: str
    factor: float
    decimals: int
    reach: float

    @property
    def short(self) -> str:
        """What a difference counts in, where there is little room."""
        return "points" if self == RATE else self.points

    def difference(self, value: float) -> str:
        """Print a difference with its sign, without its unit."""
        return f"{self.factor * value:+.{self.decimals}f}".replace("-", "−")

    def estimate(self, value: float) -> str:
        """Print an estimate: a rate in percent, a mean change in points."""
        return f"{self.factor * value:.{self.decimals}f}" + (" %" if self.factor == 100 else "")


RATE = Unit("response rate", "percentage points", 100, 0, 1)


def of_change(instrument: Instrument) -> Unit:
    """Return how the mean change of a score is printed."""
    reach = instrument.range_max - instrument.range_min
    return Unit(f"mean change of {instrument.code}", instrument.unit, 1, decimals(instrument), reach)


# Shares of the spread


def shares(found: Influence, unit: Unit) -> Figure | TooFew:
    """Draw for each decision the share of the spread between definitions that it makes."""
    title = f"How much of the spread of the {unit.name} each decision makes"
    if (said := _nothing(title, found)) is not None:
        return said
    labels = [f"{place:03d}{each.name}" for place, each in enumerate(found.decisions)]
    rows = [row for label, each in zip(labels, found.decisions, strict=True) for row in _share_bars(label, each)]
    return Figure(
        name="multiverse-shares",
        title=title,
        alt=_shares_sentence(found, unit),
        spec=_shares_spec(len(labels)),
        data=pd.DataFrame(rows),
        tabulate=lambda: _shares_table(found, unit),
        counts=f"{found.n:,} definitions",
    )


def _nothing(title: str, found: Influence) -> TooFew | None:
    if found.variance > 0 and found.decisions:
        return None
    return TooFew(title, f"The {found.n:,} definitions that can be computed all give the same, so no decision matters.")


def _share_bars(label: str, each: DecisionInfluence) -> Iterator[Row]:
    said = f"{_percent(each.alone)} by itself, {_percent(each.in_all)} in all"
    yield {"row": label, "part": ALONE, "from": 0.0, "to": each.alone, "said": said}
    yield {"row": label, "part": TOGETHER, "from": each.alone, "to": each.in_all, "said": said}


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _shares_sentence(found: Influence, unit: Unit) -> str:
    first, *others = strongest(found)
    spread = f"{unit.factor * math.sqrt(found.variance):.{max(1, unit.decimals)}f} {unit.points}"
    parts = [
        f"The {found.n:,} definitions spread by {spread} (standard deviation)",
        f"most of it goes with {first.name}: {_percent(first.alone)} by itself, {_percent(first.in_all)} in all",
    ]
    parts += [f"then {each.name}, {_percent(each.alone)} and {_percent(each.in_all)}" for each in others[:2]]
    if found.pairs and found.pairs[0].share >= 0.005:
        pair = found.pairs[0]
        parts.append(f"the strongest pair is {' with '.join(pair.names)}, {_percent(pair.share)}")
    if not found.crossed:
        parts.append("not every combination of options is there, so the shares overlap and need not add up")
    return "; ".join(parts) + "."


def _shares_table(found: Influence, unit: Unit) -> pd.DataFrame:
    rows = [
        (each.name, _percent(each.alone), _percent(each.in_all), f"{unit.factor * each.moves:.1f}")
        for each in found.decisions
    ]
    pairs = [(f"{' with '.join(pair.names)}, together", _percent(pair.share), "", "") for pair in found.pairs]
    rest = [("Three decisions or more together", _percent(found.remainder), "", "")] if found.crossed else []
    moves = f"Standard deviation when it alone varies ({unit.points})"
    return pd.DataFrame([*rows, *pairs, *rest], columns=["Decision", "By itself", "With interactions", moves])


@cache
def _shares_spec(n: int) -> Spec:
    base = alt.Chart(height=n * SHARE_ROW + AXIS + LEGEND)
    colour = alt.Scale(domain=[ALONE, TOGETHER], range=[BLUE, f"{BLUE}66"])
    legend = alt.Legend(title=None, orient="top", direction="vertical", labelLimit=300)
    left = {"labelAlign": "left", "labelPadding": SHARE_LABEL, "labelLimit": SHARE_LABEL - 4}
    names = side_axis("slice(datum.value, 3)", SHARE_LABEL, **left)
    bars = base.mark_bar(height={"band": 0.6}).encode(
        x=alt.X("from:Q", title="Share of the variance", scale=_from_0_to_1(), axis=_percents()),
        x2="to:Q",
        y=alt.Y("row:N", title=None, axis=names),
        color=alt.Color("part:N", scale=colour, legend=legend),
        tooltip=[alt.Tooltip("said:N", title="Share"), alt.Tooltip("part:N", title="Part")],
    )
    return prepared(bars)


def _from_0_to_1() -> alt.Scale:
    return alt.Scale(domain=[0, 1], nice=False)


def _percents() -> alt.Axis:
    return alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1], labelOverlap=False, labelFlush=True)


# The decisions as a graph


def graph(found: Influence, listing: Listing, unit: Unit) -> Figure | TooFew:
    """Draw the decisions one below the other with their options, shaded by how much the estimate moves with each."""
    title = "The decisions on the way to a definition, stronger where the choice moves more"
    if (said := _nothing(title, found)) is not None:
        return said
    rows = [*_shades(found, unit), *_edges(found, listing), *_nodes(found, listing, unit)]
    return Figure(
        name="multiverse-graph",
        title=title,
        alt=_graph_sentence(found, unit),
        spec=_graph_spec(len(found.decisions)),
        data=pd.DataFrame(
            rows, columns=["kind", "x", "x2", "y", "y2", "shade", "text", "lines", "mean", "n", "wide", "path"]
        ),
        tabulate=lambda: _graph_table(found, listing, unit),
        counts=f"{found.n:,} definitions",
    )


def _graph_sentence(found: Influence, unit: Unit) -> str:
    said = ", ".join(f"{each.name} {unit.factor * each.moves:.1f}" for each in found.decisions)
    return (
        f"How far the {unit.name} moves when one decision alone varies ({unit.points}, standard deviation): {said}. Under "
        "each option the mean of the n definitions that take it; orange, the options in force."
    )


def _shades(found: Influence, unit: Unit) -> Iterator[Row]:
    most = max(each.moves for each in found.decisions)
    for place, each in enumerate(found.decisions):
        y = place * NODE_ROW
        yield {"kind": "box", "x": 0, "x2": 1, "y": y + 2, "y2": y + NODE_ROW - 2, "shade": each.moves / most}
        # At the right, where the way through the options in force seldom leads.
        yield {
            "kind": "name",
            "x": 1,
            "y": y + TITLE,
            "text": f"{each.name} · {unit.factor * each.moves:.1f} {unit.short}",
        }


def _places(each: DecisionInfluence) -> list[tuple[OptionInfluence, float]]:
    """Return the options of a decision with where they stand from left to right, 0 to 1."""
    return [(option, (place + NODE_LEFT) / len(each.options)) for place, option in enumerate(each.options)]


def _in_force(each: DecisionInfluence, listing: Listing) -> int | None:
    return listing.grid.as_now[each.decision]


def _edges(found: Influence, listing: Listing) -> Iterator[Row]:
    for place, (above, below) in enumerate(pairwise(found.decisions)):
        y, y2 = place * NODE_ROW + NODE, (place + 1) * NODE_ROW + NODE
        for option, x in _places(above):
            for other, x2 in _places(below):
                ours = option.option == _in_force(above, listing) and other.option == _in_force(below, listing)
                yield {"kind": "edge", "x": x, "x2": x2, "y": y, "y2": y2, "path": ours}


def _nodes(found: Influence, listing: Listing, unit: Unit) -> Iterator[Row]:
    for place, each in enumerate(found.decisions):
        for option, x in _places(each):
            yield {
                "kind": "node",
                "x": x,
                "y": place * NODE_ROW + NODE,
                "text": option.label,
                "lines": _node_words(option, len(each.options), unit),
                "mean": unit.estimate(option.mean),
                "n": option.n,
                "wide": len(each.options),
                "path": option.option == _in_force(each, listing),
            }


def _node_words(option: OptionInfluence, n_options: int, unit: Unit) -> str:
    """Say an option and its mean in lines short enough for the room that a phone has beside so many others."""
    width = WRAP_OF.get(n_options, NODE_WRAP)
    label = textwrap.wrap(option.label, width, max_lines=NODE_LINES, placeholder="…")
    return "\n".join([*label, f"{unit.estimate(option.mean)} (n {option.n:,})"])


def _graph_table(found: Influence, listing: Listing, unit: Unit) -> pd.DataFrame:
    rows = [
        (
            each.name,
            option.label + (" (in force)" if option.option == _in_force(each, listing) else ""),
            option.n,
            unit.estimate(option.mean),
            f"{unit.estimate(option.low)} to {unit.estimate(option.high)}",
        )
        for each in found.decisions
        for option in each.options
    ]
    return pd.DataFrame(rows, columns=["Decision", "Option", "Definitions", f"Mean {unit.name}", "Lowest to highest"])


@cache
def _graph_spec(n: int) -> Spec:
    height = n * NODE_ROW
    base = alt.Chart(height=height)
    x = alt.X("x:Q", scale=_from_0_to_1(), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[height, 0], nice=False), axis=None)
    ours, nodes = "datum.path", only(base, "node")
    lines = only(base, "edge").encode(x=x, x2="x2:Q", y=y, y2="y2:Q")
    tooltip = [
        alt.Tooltip(f"{f}:N", title=t) for f, t in {"text": "Option", "mean": "Mean", "n": "Definitions"}.items()
    ]
    shade = alt.Opacity("shade:Q", scale=alt.Scale(domain=[0, 1], range=[0.04, 0.42]), legend=None)
    all_of_it: Any = alt.expr("width - 16")
    its_own: Any = alt.expr(f"width / datum.wide * {1 - NODE_LEFT} - {NODE_TEXT}")
    room: Any = alt.expr(f"width / datum.wide < {NARROW} ? 0 : 1")
    # Several lines are centred on the dot, which Vega-Lite does for the first of them alone.
    up: Any = alt.expr(f"-{NODE_LINE / 2} * (length(split(datum.lines, '\\n')) - 1)")
    lines_of: dict[str, Any] = {"lineBreak": "\n", "lineHeight": NODE_LINE, "fontSize": 11, "dy": up}
    beside: dict[str, Any] = {"align": "left", "dx": NODE_TEXT, "limit": its_own, "opacity": room, **lines_of}
    name: dict[str, Any] = {"align": "right", "dx": -8, "fontWeight": "bold", "fontSize": 12, "limit": all_of_it}
    layers = [
        only(base, "box").mark_rect(color=BLUE, cornerRadius=4).encode(x=x, x2="x2:Q", y=y, y2="y2:Q", opacity=shade),
        lines.transform_filter(f"!{ours}").mark_rule(color=GREY, opacity=0.35),
        lines.transform_filter(ours).mark_rule(color=ORANGE, strokeWidth=2.5),
        only(base, "name").mark_text(**name).encode(x=x, y=y, text="text:N"),
        nodes.mark_point(filled=True, size=150, opacity=1).encode(
            x=x, y=y, color=alt.condition(ours, alt.value(ORANGE), alt.value(BLUE)), tooltip=tooltip
        ),
        nodes.mark_text(**beside).encode(x=x, y=y, text="lines:N"),
    ]
    return prepared(alt.layer(*layers))


# What each option does by itself


def spans(found: Influence, listing: Listing, unit: Unit) -> Figure | TooFew:
    """Draw how far the estimate moves when one option takes the place of the one in force and the rest is held."""
    title = "What each option does in place of the one in force, with all else held"
    if (said := _nothing(title, found)) is not None:
        return said
    layout = laid_out(listing, {each.decision: [o.option for o in each.options] for each in found.decisions})
    reach = _reach(found, unit)
    chosen = {each.decision: now for each in found.decisions if (now := _in_force(each, listing)) is not None}
    rows = [*_span_rows(found, layout, unit), *label_rows(listing, layout, chosen)]
    return Figure(
        name="multiverse-spans",
        title=title,
        alt=_spans_sentence(found, listing, unit),
        spec=_spans_spec(layout.height, reach, unit),
        data=pd.DataFrame(rows, columns=["kind", "x", "x2", "y", "y2", "text", "chosen", "said", "here", "pairs"]),
        tabulate=lambda: _spans_table(found, unit),
        counts=f"{found.n:,} definitions",
    )


def _reach(found: Influence, unit: Unit) -> float:
    """Return how far the axis of differences goes either way, rounded so that it seldom changes."""
    spans = [option.everywhere for each in found.decisions for option in each.options if option.everywhere]
    farthest = max([abs(value) for span in spans for value in (span.low, span.high)], default=0.0)
    return min(unit.reach, max(1, math.ceil(farthest / (STEP * unit.reach))) * STEP * unit.reach)


def _span_rows(found: Influence, layout: Layout, unit: Unit) -> Iterator[Row]:
    for each in found.decisions:
        for option in each.options:
            y = layout.options[each.decision, option.option]
            if (every := option.everywhere) is not None:
                held = {"y": y + ROW / 2, **_span_words(option, unit)}
                yield {"kind": "range", "x": every.low, "x2": every.high, **held}
                yield {"kind": "median", "x": every.median, **held, "y": y + 3, "y2": y + ROW - 3}
            if option.here is not None:
                yield {"kind": "here", "x": option.here.median, "y": y + ROW / 2, **_span_words(option, unit)}


def _span_words(option: OptionInfluence, unit: Unit) -> Row:
    n = 0 if option.everywhere is None else option.everywhere.n
    return {"said": _span(option.everywhere, unit), "here": _span(option.here, unit), "pairs": n}


def _span(span: Span | None, unit: Unit) -> str:
    if span is None:
        return "no such definition"
    if span.low == span.high:
        return unit.difference(span.median)
    return f"{unit.difference(span.low)} to {unit.difference(span.high)}, median {unit.difference(span.median)}"


def _spans_sentence(found: Influence, listing: Listing, unit: Unit) -> str:
    explained = "bars, over all definitions with the rest held alike, the median a line across"
    return " ".join([_farthest(found, unit, explained), *_stood_in(found, listing)])


def _farthest(found: Influence, unit: Unit, explained: str) -> str:
    here = [(abs(o.here.median), each, o) for each in found.decisions for o in each.options if o.here is not None]
    if not here:
        return f"Differences in {unit.points}: {explained}."
    _, each, option = max(here, key=lambda held: held[0])
    return (
        f"From the definition in force, the {unit.name} moves most with {each.name}: {option.label}, by "
        f"{_span(option.here, unit)} {unit.points}; {explained}; orange, from the definition in force."
    )


def _stood_in(found: Influence, listing: Listing) -> Iterator[str]:
    """Say which option stands in where that in force gives no figure, and so cannot be compared with."""
    for each in found.decisions:
        if _in_force(each, listing) != each.reference:
            label = next(option.label for option in each.options if option.option == each.reference)
            yield f"{each.name}: the option in force gives no figure, so others stand in place of “{label}”."


def _spans_table(found: Influence, unit: Unit) -> pd.DataFrame:
    rows = [
        (
            each.name,
            option.label,
            _span(option.here, unit),
            _span(option.everywhere, unit),
            _span_words(option, unit)["pairs"],
        )
        for each in found.decisions
        for option in each.options
        if option.option != each.reference
    ]
    here, everywhere = f"From the one in force ({unit.points})", f"Over all definitions ({unit.points})"
    return pd.DataFrame(rows, columns=["Decision", "Instead", here, everywhere, "Pairs compared"])


@cache
def _spans_spec(height: int, reach: float, unit: Unit) -> Spec:
    base = alt.Chart(height=height + AXIS)
    printed = f"datum.value == 0 ? '0' : format(datum.value * {unit.factor}, '+.12~g')"
    axis = alt.Axis(labelExpr=printed, tickCount=5, labelFlush=True)
    scale = alt.Scale(domain=[-reach, reach], nice=False)
    x = alt.X("x:Q", title=f"Difference ({unit.points})", scale=scale, axis=axis)
    y = alt.Y("y:Q", title=None, scale=alt.Scale(domain=[height, 0], nice=False), axis=margin(values=[]))
    told = {"here": "From the one in force", "said": "Over all", "pairs": "Pairs compared"}
    tooltip = [alt.Tooltip(f"{field}:N", title=title) for field, title in told.items()]
    layers = [
        only(base, "range")
        .mark_rule(color=BLUE, opacity=0.35, strokeWidth=7)
        .encode(x=x, x2="x2:Q", y=y, tooltip=tooltip),
        only(base, "median").mark_rule(color=BLUE, strokeWidth=2.5).encode(x=x, y=y, y2="y2:Q"),
        only(base, "here").mark_point(filled=True, color=ORANGE, opacity=1, size=70).encode(x=x, y=y, tooltip=tooltip),
        *texts(base, y),
    ]
    return prepared(alt.layer(*layers))
