"""Why the prior drug was left, the days between the drugs, and the whole way as a flow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

import altair as alt
import pandas as pd

from explorer.analysis.description import (
    INADEQUATE,
    INTOLERANCE,
    NEVER,
    NOT_RECORDED,
    ONGOING,
    OTHER,
    STOPPED,
    Switch,
)
from explorer.analysis.sequence import GAP, OUTCOMES, OVERLAP, SAME_DAY, SWITCHES, Bar, Bars, Path
from explorer.charts.counts import apart, part, part_apart, people
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.theme import BLUE, FEWEST_PATIENTS, GREEN, GREY, ORANGE, PURPLE
from explorer.export.numbers import number

REASONS = {
    INADEQUATE: ORANGE,
    INTOLERANCE: GREEN,
    OTHER: GREY,
    NOT_RECORDED: GREY,
    ONGOING: BLUE,
    NEVER: PURPLE,
}
SWITCH_COLOURS = {GAP: BLUE, SAME_DAY: GREY, OVERLAP: ORANGE}
COLOURS = REASONS | SWITCH_COLOURS
BAR, AXIS = 24, 80
"""Heights in pixels; Streamlit counts the axis into the height of a chart."""


def stopped(reasons: Bars, drug: str) -> Figure | TooFew:
    """Draw why a drug's last course ended, inadequate response and intolerance first."""
    title = f"Why {drug} was stopped"
    if reasons.n < FEWEST_PATIENTS:
        return TooFew(title, _few(reasons, f"took {drug}"))
    groups = {bar.group for bar in reasons.bars} - {INADEQUATE, INTOLERANCE}
    return _bars(
        "why-stopped",
        title,
        f"Of {people(reasons.n, reasons.n_hypothetical)} who took {drug}: {INADEQUATE}, loss of it "
        f"included, in {in_groups(reasons, INADEQUATE)}; {INTOLERANCE} (an adverse event) in "
        f"{in_groups(reasons, INTOLERANCE)}; neither in {in_groups(reasons, *groups)}.",
        reasons,
        "Reason",
    )


def gaps(between: Bars, switch: Switch, prior: str, index: str) -> Figure | TooFew:
    """Draw the days from the last dose of the prior drug to the first of the index drug."""
    title = f"Days between {prior} and {index}"
    if between.n < FEWEST_PATIENTS:
        return TooFew(title, _few(between, "took both drugs"))
    return _bars(
        "washout",
        title,
        f"{in_groups(between, GAP)} began {index} after a gap, {in_groups(between, SAME_DAY)} on the day {prior} ended, "
        f"{in_groups(between, OVERLAP)} while still on it; median {number(switch.median_days, 0)} days.",
        between,
        "Days between",
    )


def in_groups(bars: Bars, *groups: str) -> str:
    """Say how many are in the categories of some groups, hypothetical additions apart."""
    k = sum(bars.in_group(group) for group in groups)
    added = sum(bars.hypothetical_in_group(group) for group in groups)
    return part_apart(k, bars.n, (added, bars.n_hypothetical))


def _few(bars: Bars, did: str) -> str:
    found = "; ".join(f"{bar.label}: {bar.n}" for bar in bars.bars if bar.n) or "none"
    return f"{people(bars.n)} {did} ({found}); from {FEWEST_PATIENTS} on, a chart is drawn."


def _bars(name: str, title: str, alternative: str, bars: Bars, heading: str) -> Figure:
    rows = [
        (bar.label, bar.group, k, hypothetical, _said(bar, bars), bar.n, not hypothetical)
        for bar in bars.bars
        for k, hypothetical in ((bar.n - bar.n_hypothetical, False), (bar.n_hypothetical, True))
        if k or not hypothetical
    ]
    columns = ["label", "group", "k", "hypothetical", "said", "total", "first"]
    return Figure(
        name=name,
        title=title,
        alt=alternative,
        spec=_bars_spec(tuple(bar.label for bar in bars.bars), bars.most),
        data=pd.DataFrame(rows, columns=columns),
        tabulate=lambda: pd.DataFrame(
            {
                heading: [bar.label for bar in bars.bars],
                "Group": [bar.group for bar in bars.bars],
                "Patients": [part(bar.n, bars.n) for bar in bars.bars],
                "Of these hypothetical": [bar.n_hypothetical for bar in bars.bars],
            }
        ),
        counts=people(bars.n, bars.n_hypothetical),
    )


def _said(bar: Bar, bars: Bars) -> str:
    """Print a bar's count at its end: "15/47 (32 %)", "15/47 + 5/12" with hypothetical additions."""
    if not bar.n:
        return "0"
    k, n = bar.n - bar.n_hypothetical, bars.n - bars.n_hypothetical
    return f"{k}/{n} + {bar.n_hypothetical}/{bars.n_hypothetical}" if bars.n_hypothetical else part(bar.n, bars.n)


@cache
def _bars_spec(labels: tuple[str, ...], most: int) -> Spec:
    scale = alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))
    # Room at the end of the longest bar for its label.
    x = alt.Scale(domain=[0, max(1, most) * 1.6], nice=False)
    axis = alt.Axis(labelLimit=190, ticks=False, domain=False, labelOverlap=False, labelFlush=False)
    y = alt.Y("label:N", sort=list(labels), title=None, axis=axis)
    tooltip = [alt.Tooltip("label:N", title="Category"), alt.Tooltip("said:N", title="Patients")]
    base = alt.Chart(height=BAR * len(labels) + AXIS).encode(y=y, tooltip=tooltip)
    bar = base.mark_bar(strokeWidth=1.5, cornerRadius=2).encode(
        x=alt.X("k:Q", stack="zero", title="Patients", scale=x, axis=alt.Axis(tickMinStep=1, tickCount=5)),
        order=alt.Order("hypothetical:O"),
        color=alt.Color("group:N", scale=scale, legend=None),
        stroke=alt.Stroke("group:N", scale=scale, legend=None),
        fillOpacity=alt.condition("datum.hypothetical", alt.value(0), alt.value(1)),
    )
    said = base.mark_text(align="left", dx=6, fontSize=12).encode(x=alt.X("total:Q", scale=x), text="said:N")
    return prepared(alt.layer(bar, said.transform_filter("datum.first")))


def flow(paths: Sequence[Path], prior: str | None, index: str) -> Figure | TooFew:
    """Draw the way of all patients: why the prior drug was stopped, the switch, what became of the index drug."""
    title = f"The way to {index} and on" if prior is None else f"From {prior} to {index}, and on"
    n = sum(path.n for path in paths)
    if n < FEWEST_PATIENTS:
        return TooFew(title, f"{people(n)} analysed; from {FEWEST_PATIENTS} on, the flow is drawn.")
    heads = (f"Why {prior} ended" if prior else "No drug before", "Switch", f"Then {index}")
    added = sum(path.n for path in paths if path.hypothetical)
    return Figure(
        name="sequence",
        title=title,
        alt=_way(paths, n, index),
        spec=_flow(),
        data=_drawn(paths, heads),
        tabulate=lambda: pd.DataFrame(
            [(p.prior, p.switch, p.outcome, "hypothetical" if p.hypothetical else "", p.n) for p in paths],
            columns=[heads[0], "Switch", heads[2], "Kind", "Patients"],
        ),
        counts=people(n, added),
    )


def _way(paths: Sequence[Path], n: int, index: str) -> str:
    added = sum(path.n for path in paths if path.hypothetical)
    before = {reason: [path for path in paths if path.prior == reason] for reason in STOPPED[:2]}
    said = [f"{_still_on(held)} of those with {reason} before" for reason, held in before.items() if held]
    by_reason = f": {', '.join(said)}" if said else ""
    return f"{people(n, added)}; {_still_on(paths)} were still on {index} at the last record{by_reason}."


def _still_on(paths: Sequence[Path]) -> str:
    on = [path for path in paths if path.outcome == OUTCOMES[0]]
    added = [sum(path.n for path in some if path.hypothetical) for some in (on, paths)]
    return part_apart(sum(path.n for path in on), sum(path.n for path in paths), (added[0], added[1]))


class Block(NamedTuple):
    """A stretch of one stage: its stage (0 to 2), top and bottom, from 0 (above) to 1."""

    stage: int
    label: str
    n: int
    hypothetical: int
    top: float
    bottom: float


BETWEEN = 0.055
"""Room between two blocks, enough for a line of text where a block is thin."""
STAGES = (STOPPED, SWITCHES, OUTCOMES)
ALIGNED: tuple[tuple[Literal["left", "center", "right"], int], ...] = (("left", 8), ("left", 8), ("right", -8))


def _drawn(paths: Sequence[Path], heads: tuple[str, str, str]) -> pd.DataFrame:
    """Lay out blocks and ribbons; one row per corner of a ribbon, per block and per heading."""
    blocks = {(block.stage, block.label): block for block in _blocks(paths)}
    rows = [
        {
            "kind": "block",
            "x": b.stage,
            "y": b.top,
            "y2": b.bottom,
            "text": f"{b.label} {apart(b.n, b.hypothetical)}".removesuffix(" hypothetical"),
            "said": f"{b.label}: {apart(b.n, b.hypothetical)}",
        }
        for b in blocks.values()
    ]
    rows += [{"kind": "head", "x": stage, "y": -0.06, "text": text} for stage, text in enumerate(heads)]
    rows += list(_ribbons(paths, blocks))
    frame = pd.DataFrame(rows, columns=["kind", "x", "y", "y2", "text", "said", "path", "reason", "hypothetical"])
    return frame.assign(hypothetical=frame["hypothetical"].eq(True))


def _steps(path: Path) -> tuple[str, str, str]:
    return path.prior, path.switch, path.outcome


def _blocks(paths: Sequence[Path]) -> Iterator[Block]:
    counts = [
        {label: sum(p.n for p in paths if _steps(p)[stage] == label) for label in STAGES[stage]} for stage in range(3)
    ]
    held = [{label: n for label, n in stage.items() if n} for stage in counts]
    most = max(map(len, held))
    a_patient = (1 - BETWEEN * (most - 1)) / sum(path.n for path in paths)
    for stage, present in enumerate(held):
        top = BETWEEN * (most - len(present)) / 2
        for label, n in present.items():
            added = sum(p.n for p in paths if p.hypothetical and _steps(p)[stage] == label)
            yield Block(stage, label, n, added, top, top + n * a_patient)
            top += n * a_patient + BETWEEN


def _ribbons(paths: Sequence[Path], blocks: dict[tuple[int, str], Block]) -> Iterator[dict[str, Any]]:
    """Give each path its place in the blocks it passes; those that come from above lie above."""
    filled = {key: block.top for key, block in blocks.items()}
    ordered = sorted(
        paths,
        key=lambda p: (*(stage.index(step) for stage, step in zip(STAGES, _steps(p), strict=True)), p.hypothetical),
    )
    for number_, path in enumerate(ordered):
        edges = []
        for stage, step in enumerate(_steps(path)):
            block = blocks[stage, step]
            top = filled[stage, step]
            filled[stage, step] = top + path.n * (block.bottom - block.top) / block.n
            edges.append((top, filled[stage, step]))
        said = f"{path.prior}, {path.switch}, {path.outcome}: {path.n}"
        for x, at in ((0, 0), (0.25, 0), (0.75, 1), (1, 1), (1.25, 1), (1.75, 2), (2, 2)):
            top, bottom = edges[at]
            yield {"kind": "ribbon", "x": x, "y": top, "y2": bottom, "said": said, "path": number_} | {
                "reason": path.prior,
                "hypothetical": path.hypothetical,
            }


@cache
def _flow() -> Spec:
    scale = alt.Scale(domain=list(REASONS), range=list(REASONS.values()))
    x = alt.X("x:Q", scale=alt.Scale(domain=[-0.02, 2.02], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[1, -0.1], nice=False), axis=None)
    base = alt.Chart(height=400).encode(x=x, y=y, tooltip=[alt.Tooltip("said:N", title="Patients")])
    ribbon = base.mark_area(interpolate="monotone", strokeWidth=1).encode(
        y2="y2:Q",
        detail=["path:N", "hypothetical:N"],
        color=alt.Color("reason:N", scale=scale, legend=None),
        stroke=alt.Stroke("reason:N", scale=scale, legend=None),
        fillOpacity=alt.condition("datum.hypothetical", alt.value(0), alt.value(0.4)),
        strokeOpacity=alt.condition("datum.hypothetical", alt.value(1), alt.value(0)),
    )
    block = base.mark_bar(width=6, color=GREY).encode(y2="y2:Q")
    layers = [ribbon.transform_filter("datum.kind == 'ribbon'"), block.transform_filter("datum.kind == 'block'")]
    for stage, (align, shift) in enumerate(ALIGNED):
        head = base.mark_text(align=align, fontWeight="bold", fontSize=12).encode(text="text:N")
        label = base.transform_calculate(middle="(datum.y + datum.y2) / 2").mark_text(
            align=align, dx=shift, fontSize=12
        )
        label = label.encode(y=alt.Y("middle:Q", axis=None), text="text:N")
        layers.append(head.transform_filter(f"datum.kind == 'head' && datum.x == {stage}"))
        layers.append(label.transform_filter(f"datum.kind == 'block' && datum.x == {stage}"))
    return prepared(alt.layer(*layers))
