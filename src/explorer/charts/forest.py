"""Rates in rows, each with its interval and its count: one rate, several side by side, or subgroups as a forest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.analysis.analyse import Analysis
from explorer.analysis.outcome import response_rate
from explorer.analysis.rates import counts_invented
from explorer.analysis.reports import Report
from explorer.analysis.response import Response
from explorer.analysis.subgroups import Subgroup
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.theme import BLUE, FEWEST_PATIENTS, GREY
from explorer.export.numbers import count, percent, share
from explorer.export.people import responders

ROW, AXIS = 26, 80
LABEL, SAID = 124, 84
"""Width kept for labels and for counts, in pixels, so that the stretch between stays put."""
INVENTED = " Hypothetical additions are counted in: marks are hollow, intervals withheld."
PLACE, PRINTED = 3, 28
"""Characters of a row's key: its place, its kind, its printed count padded to this length, then its label."""


@dataclass(frozen=True)
class Row:
    """A rate to draw: its label, count, denominator and interval (from 0 to 1, NaN where there is none).

    Hollow where it is of hypothetical additions alone.
    """

    label: str
    k: float
    n: int
    rate: float
    low: float
    high: float
    hollow: bool = False

    @property
    def few(self) -> bool:
        """Whether too few patients stand behind it for a percentage."""
        return self.n < FEWEST_PATIENTS

    @property
    def said(self) -> str:
        """Count, denominator and, from five patients on, percentage."""
        return f"{count(self.k)}/{self.n}" if self.few else share(self.k, self.n, self.rate)

    @property
    def interval(self) -> str:
        """The interval in words, or why there is none."""
        if self.few:
            return f"fewer than {FEWEST_PATIENTS} patients"
        return f"{percent(self.low)} to {percent(self.high)}" if self.low == self.low else "withheld"


@dataclass(frozen=True)
class Header:
    """A heading between rows."""

    label: str


def rate_strip(analysis: Analysis) -> Figure | TooFew:
    """Draw the response rate with its interval from 0 to 100 %; hypothetical additions in a row of their own."""
    invented, n = counts_invented(analysis), analysis.response.n_evaluable
    title = "Patients who responded" + ("" if invented else ", with the interval of the rate")
    if n < FEWEST_PATIENTS:
        return TooFew(title, f"{n} patients are counted; a rate is drawn from {FEWEST_PATIENTS} on.")
    said, confidence = responders(analysis), 100 * analysis.study.confidence
    rows = _tiers(analysis) if invented else [_overall(analysis.response, "responders")]
    return Figure(
        name="response-rate",
        title=title,
        alt=f"{said} responded; {confidence:g} % interval {rows[0].interval}.",
        spec=rows_spec(len(rows), LABEL if invented else 0),
        data=rows_frame(rows, False),
        tabulate=lambda: rows_table(rows, "Result"),
        counts=f"{said} responded",
    )


def _overall(response: Response, label: str) -> Row:
    return Row(label, response.n_responders, response.n_evaluable, response.rate, response.ci_low, response.ci_high)


def _tiers(analysis: Analysis) -> list[Row]:
    """Count responders without the hypothetical additions, and among them; neither with an interval."""
    invented = analysis.cohort.hypothetical
    tiers = (("without additions", ~invented, False), ("hypothetical", invented, True))
    return [_tier(analysis, *tier) for tier in tiers]


def _tier(analysis: Analysis, label: str, who: npt.NDArray[np.bool_], hollow: bool) -> Row:
    of = response_rate(analysis.response.outcome, analysis.response.among & who, analysis.study)
    return Row(label, of.n_responders, of.n_evaluable, of.rate, float("nan"), float("nan"), hollow)


def report_strip(reports: Sequence[Report], invented: bool) -> Figure | TooFew:
    """Draw what patients themselves reported, one row per item, of those who answered."""
    title = "Patients who answered yes, of those who answered"
    rows = [
        Row(item.item.replace("_", " "), item.n_yes, item.n_answered, item.rate, item.ci_low, item.ci_high)
        for item in reports
    ]
    most = max((row.n for row in rows), default=0)
    if most < FEWEST_PATIENTS:
        return TooFew(
            title, f"At most {most} patients answered an item in the window; drawn from {FEWEST_PATIENTS} on."
        )
    return Figure(
        name="response-reports",
        title=title,
        alt="; ".join(f"{row.label}: yes in {row.said}" for row in rows) + f".{INVENTED if invented else ''}",
        spec=rows_spec(len(rows), LABEL),
        data=rows_frame(rows, invented),
        tabulate=lambda: rows_table(rows, "Report"),
        counts=f"at most {most} patients answered",
    )


def forest(subgroups: Sequence[Subgroup], response: Response, invented: bool) -> Figure | TooFew:
    """Draw the response rate in every subgroup, by characteristic, with the overall rate as a line.

    Parameters
    ----------
    subgroups : sequence of Subgroup
        In the order in which they are to stand, the levels of one characteristic together.
    response : Response
        The overall rate.
    invented : bool
        Whether hypothetical additions are counted in: marks are hollow then.
    """
    title = "Response in subgroups, beside the rate in everybody (dashed)"
    overall = _overall(response, "everybody")
    if overall.few or not subgroups:
        why = "no characteristic of them is recorded on more than one level" if not overall.few else ""
        return TooFew(title, why or f"{overall.n} patients are counted; subgroups are drawn from {FEWEST_PATIENTS} on.")
    rows, by = _under_headers(overall, subgroups)
    drawn = [row for row in rows if isinstance(row, Row)]
    table = rows_table(drawn, "Level")
    table.insert(0, "Characteristic", by)
    return Figure(
        name="response-forest",
        title=title,
        alt=_forest_sentence(overall, drawn[1:], invented),
        spec=rows_spec(len(rows), LABEL),
        data=rows_frame(rows, invented, overall.rate),
        tabulate=lambda: table,
        counts=f"{overall.said} responded{', hypothetical additions counted in' if invented else ''}",
    )


def _under_headers(overall: Row, subgroups: Sequence[Subgroup]) -> tuple[list[Row | Header], list[str]]:
    rows: list[Row | Header] = [overall]
    by = ["all counted"]
    for characteristic, levels in groupby(subgroups, key=lambda each: each.by):
        rows.append(Header(characteristic.replace("_", " ")))
        for each in levels:
            rows.append(Row(each.level, each.n_responders, each.n_evaluable, each.rate, each.ci_low, each.ci_high))
            by.append(characteristic)
    return rows, by


def _forest_sentence(overall: Row, levels: Sequence[Row], invented: bool) -> str:
    few = sum(row.few for row in levels)
    small = f"; {few} with fewer are given as counts alone" if few else ""
    return (
        f"{overall.said} responded in all (dashed). {len(levels) - few} levels of {FEWEST_PATIENTS} patients or more "
        f"are drawn{'' if invented else ' with their intervals'}{small}. The same patients stand under every heading, "
        f"and no difference between levels is tested.{INVENTED if invented else ''}"
    )


def rows_frame(rows: Sequence[Row | Header], invented: bool, line: float = float("nan")) -> pd.DataFrame:
    """Return the rows to draw with `rows_spec`; `line` is where a dashed reference stands."""
    return pd.DataFrame([_cells(place, row, invented, line) for place, row in enumerate(rows)])


def _cells(place: int, row: Row | Header, invented: bool, line: float) -> dict[str, Any]:
    nothing = float("nan")
    if isinstance(row, Header):
        cells: dict[str, Any] = {"kind": "header", "p": nothing, "l": nothing, "h": nothing, "said": "", "ci": ""}
    elif row.few:
        cells = {"kind": "few", "p": nothing, "l": nothing, "h": nothing, "said": row.said, "ci": row.interval}
    else:
        cells = {"kind": "row", "p": row.rate, "l": row.low, "h": row.high, "said": row.said, "ci": row.interval}
    hollow = invented or (isinstance(row, Row) and row.hollow)
    key = f"{place:0{PLACE}d}{cells['kind'][0]}{cells['said']:<{PRINTED}}{row.label}"
    return {"row": key, "label": row.label, **cells, "hollow": hollow, "line": line}


def rows_table(rows: Sequence[Row], what: str) -> pd.DataFrame:
    """Return rows to read."""
    return pd.DataFrame(
        {
            what: [row.label for row in rows],
            "Patients": [row.said for row in rows],
            "Interval": [row.interval for row in rows],
        }
    )


@cache
def rows_spec(n_rows: int, label: int) -> Spec:
    """Return a drawing of so many rows, `label` pixels kept for what they are called (none for 0)."""
    base = alt.Chart(height=n_rows * ROW + AXIS)
    x = alt.X(
        "p:Q",
        title="Patients",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1], labelOverlap=False, labelFlush=True),
    )
    told = {"label": "Of", "said": "Patients", "ci": "Interval"}
    tooltip = [alt.Tooltip(f"{field}:N", title=title) for field, title in told.items()]
    # Rows without a rate have no mark of their own: two unseen layers hold a place, a name and a count for each.
    names = base.mark_point(opacity=0).encode(y=_y(_names(label)))
    counts = base.mark_point(opacity=0).encode(y=_y(_counts()))
    line = base.mark_rule(strokeDash=[4, 4], color=GREY).encode(x=alt.X("mean(line):Q", title="Patients"))
    interval = base.mark_rule(strokeWidth=2, color=BLUE).encode(
        x=alt.X("l:Q", title="Patients"), x2="h:Q", y=_y(None), tooltip=tooltip
    )
    point = base.mark_point(filled=True, size=80, opacity=1, fill=BLUE, stroke=BLUE).encode(
        x=x,
        y=_y(None),
        fillOpacity=alt.condition("datum.hollow", alt.value(0), alt.value(1)),
        tooltip=tooltip,
    )
    return prepared(alt.layer(line, interval, point, names, counts).resolve_axis(y="independent"))


def _y(axis: alt.Axis | None) -> alt.Y:
    return alt.Y("row:N", title=None, axis=axis, scale=alt.Scale(paddingInner=0, paddingOuter=0))


def _names(width: int) -> alt.Axis | None:
    """Row labels on the left, headings in bold and free to run on over their empty row."""
    if not width:
        return None
    name, header = f"slice(datum.value, {PLACE + 1 + PRINTED})", f"datum.value[{PLACE}] == 'h'"
    # In the middle: the arms of a trial often differ in their last letters alone.
    shortened = f"(length({name}) > 21 ? slice({name}, 0, 11) + '…' + slice({name}, -8) : {name})"
    return side_axis(
        f"{header} ? {name} : {shortened}",
        width,
        labelFontWeight=alt.condition(header, alt.value("bold"), alt.value("normal")),
        labelAlign="left",
        labelPadding=width,
        labelLimit=320,
    )


def _counts() -> alt.Axis:
    printed = f"trim(slice(datum.value, {PLACE + 1}, {PLACE + 1 + PRINTED}))"
    return side_axis(printed, SAID, orient="right", labelLimit=SAID, labelPadding=8)


def side_axis(label: str, width: int, **more: Any) -> alt.Axis:
    """Return an axis that only prints a label beside each row, in a margin of fixed width.

    Parameters
    ----------
    label : str
        Vega expression that takes the label out of `datum.value`, the row's key.
    width : int
        In pixels; the same for every data, so that what stands between the margins does not move.
    **more
        Further properties of the axis.
    """
    bare = {"aria": False, "domain": False, "grid": False, "ticks": False, "labelFlush": False, "labelOverlap": False}
    return alt.Axis(labelExpr=label, minExtent=width, maxExtent=width, **{**bare, **more})
