"""Published studies in a forest: a line each, filled where counts are printed, the loaded cohort's own above them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from typing import Any

import altair as alt
import pandas as pd

from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.theme import BLUE, GREEN, GREY, ORANGE, PURPLE
from explorer.literature.rows import Line
from explorer.literature.studies_outcomes import PRIORS
from explorer.study.words import counted

HEADING, ROW, AXIS = 30, 62, 48
"""Pixels of a heading, of a line (two lines of text above a mark) and of the axis."""
TITLE, DETAIL, MARK = 10, 26, 42
"""Pixels from the upper edge of a line to its texts and to its mark."""
RESULT = 128
"""Pixels kept on the right for the result: the title beside it is cut where they would meet."""
COLOURS = {"all": BLUE, "some": GREEN, "none": ORANGE, "unknown": GREY}
HERE = "here"


def forest(lines: Sequence[Line], name: str, title: str, alt_text: str, counts: str) -> Figure | TooFew:
    """Draw lines under their headings, from 0 to 100 %.

    Parameters
    ----------
    lines : sequence of Line
        In the order in which they are to stand, those of one heading together.
    name, title, alt_text, counts : str
        As a `Figure` has them.
    """
    if not lines:
        return TooFew(title, "No published row is left. Take back a filter.")
    cells = list(_cells(lines))
    return Figure(
        name=name,
        title=title,
        alt=alt_text,
        spec=_spec(int(cells[-1]["bottom"])),
        data=pd.DataFrame(cells),
        tabulate=lambda: table(lines),
        counts=counts,
    )


def sentence(lines: Sequence[Line]) -> str:
    """Say what can be seen: how many lines, their reach, how many print counts, and where the loaded cohort stands."""
    published = [line for line in lines if line.mark not in (HERE, "pooled")]
    if not published:
        return "No published row is left."
    drawn = [line for line in published if line.rate == line.rate]
    filled = sum(line.mark == "counted" for line in published)
    said = f"{counted(len(published), 'published row')}"
    if drawn:
        low, high = (pick(drawn, key=lambda line: line.rate) for pick in (min, max))
        said += f", from {low.said} ({low.title}) to {high.said} ({high.title})"
    own = "".join(f" The loaded cohort: {line.said}." for line in lines if line.mark == HERE)
    return (
        f"{said}. {filled}/{len(published)} print counts: filled, with a 95 % interval. Hollow: only a percentage is "
        f"printed; a dashed interval is the source's own.{own}"
    )


def table(lines: Sequence[Line]) -> pd.DataFrame:
    """Return the lines to read."""
    return pd.DataFrame(
        {
            "Group": [line.group for line in lines],
            "Study, time": [line.title for line in lines],
            "Whom, drug, what was read": [line.detail for line in lines],
            "Result": [line.said for line in lines],
            "Interval": [line.interval for line in lines],
            "Source": [line.source or "computed here" for line in lines],
        }
    )


def _cells(lines: Sequence[Line]) -> Any:
    top = 0
    for group, held in groupby(lines, key=lambda line: line.group):
        yield _heading(group, top)
        top += HEADING
        for line in held:
            yield _line(line, top)
            top += ROW


def _heading(group: str, top: int) -> dict[str, Any]:
    nothing = float("nan")
    words = {"text": group, "detail": "", "said": "", "ci": "", "prior": "unknown"}
    places = {"title_at": top + HEADING * 0.6, "detail_at": nothing, "at": nothing, "bottom": top + HEADING}
    return {"kind": "heading", **words, **places, "p": nothing, "l": nothing, "h": nothing, "printed": False}


def _line(line: Line, top: int) -> dict[str, Any]:
    words = {"text": line.title, "detail": line.detail, "said": line.said, "ci": line.interval, "prior": line.prior}
    places = {"title_at": top + TITLE, "detail_at": top + DETAIL, "at": top + MARK, "bottom": top + ROW}
    numbers = {"p": line.rate, "l": line.low, "h": line.high, "printed": line.as_printed}
    return {"kind": line.mark, **words, **places, **numbers}


@cache
def _spec(height: int) -> Spec:
    return prepared(alt.layer(*_intervals(height), *_points(height), *_texts(height)).properties(height=height + AXIS))


def _x(field: str) -> alt.X:
    axis = alt.Axis(
        format=".0%", values=[0, 0.25, 0.5, 0.75, 1], orient="top", labelFlush=True, labelOverlap=False, gridOpacity=0.5
    )
    return alt.X(f"{field}:Q", title="Share of patients", scale=alt.Scale(domain=[0, 1]), axis=axis)


def _y(field: str, height: int) -> alt.Y:
    return alt.Y(f"{field}:Q", scale=alt.Scale(domain=[height, 0], nice=False), axis=None)


def _colour() -> alt.Color:
    scale = alt.Scale(domain=list(PRIORS), range=[COLOURS[prior] for prior in PRIORS])
    # The headings say what the colours mean.
    return alt.Color("prior:N", scale=scale, legend=None)


def _told() -> list[alt.Tooltip]:
    told = {"text": "Study, time", "detail": "Whom, drug, read", "said": "Result", "ci": "Interval"}
    return [alt.Tooltip(f"{field}:N", title=title) for field, title in told.items()]


def _intervals(height: int) -> list[alt.Chart]:
    kinds: dict[str, dict[str, Any]] = {
        "datum.kind == 'counted'": {"strokeWidth": 2},
        "datum.printed": {"strokeWidth": 1.5, "strokeDash": [4, 3]},
    }
    drawn = [_rule(height, test, **look).encode(color=_colour()) for test, look in kinds.items()]
    own = _rule(height, "datum.kind == 'here' || datum.kind == 'pooled'", strokeWidth=4, color=PURPLE)
    return [*drawn, own]


def _rule(height: int, test: str, **look: Any) -> alt.Chart:
    rule = alt.Chart().transform_filter(test).mark_rule(**look)
    where: dict[str, Any] = {"x": _x("l"), "x2": "h:Q", "y": _y("at", height), "tooltip": _told()}
    drawn: alt.Chart = rule.encode(**where)
    return drawn


def _points(height: int) -> list[alt.Chart]:
    where: dict[str, Any] = {"x": _x("p"), "y": _y("at", height), "tooltip": _told()}
    filled = alt.Chart().transform_filter("datum.kind == 'counted'").mark_point(filled=True, size=90, opacity=1)
    hollow = (
        alt.Chart()
        .transform_filter("datum.kind == 'percent'")
        .mark_point(filled=False, size=80, strokeWidth=2, opacity=1)
    )
    own = alt.Chart().transform_filter("datum.kind == 'here' || datum.kind == 'pooled'")
    diamond = own.mark_point(filled=True, size=190, opacity=1, shape="diamond", color=PURPLE).encode(**where)
    return [*(mark.encode(**where, color=_colour()) for mark in (filled, hollow)), diamond]


def _texts(height: int) -> list[alt.Chart]:
    left: dict[str, Any] = {"align": "left", "baseline": "middle"}
    cut = alt.ExprRef(f"width - {RESULT}")
    lines = alt.Chart().transform_filter("datum.kind != 'heading'")
    headings = alt.Chart().transform_filter("datum.kind == 'heading'")
    title, start = _y("title_at", height), alt.value(0)
    return [
        headings.mark_text(fontWeight="bold", fontSize=12, limit=alt.ExprRef("width"), **left).encode(
            x=start, y=title, text="text:N"
        ),
        lines.mark_text(fontSize=12, limit=cut, **left).encode(x=start, y=title, text="text:N", tooltip=_told()),
        lines.mark_text(fontSize=12, align="right", baseline="middle", fontWeight="bold").encode(
            x=alt.value("width"), y=title, text="said:N"
        ),
        lines.mark_text(fontSize=11, opacity=0.8, limit=alt.ExprRef("width"), **left).encode(
            x=start, y=_y("detail_at", height), text="detail:N"
        ),
    ]
