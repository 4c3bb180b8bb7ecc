"""What the unknown outcomes could do to a rate: its bounds on one strip, and every split between them."""

from __future__ import annotations

from functools import cache

import altair as alt
import pandas as pd

from explorer.analysis.missing_bounds import MissingBounds, Scenario
from explorer.charts.counts import ceiling
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.forest import INVENTED, LABEL, Row, rows_frame, rows_spec, rows_table
from explorer.charts.theme import BLUE, FEWEST_PATIENTS, GREY
from explorer.export.numbers import share

HEIGHT = 220


def bounds_strip(bounds: MissingBounds, invented: bool) -> Figure | TooFew:
    """Draw the worst and the best that the unknown outcomes allow, the known ones alone, and the policy in force."""
    title = "The rate under the worst, the best and the policy in force"
    n = bounds.n_known + bounds.n_unknown
    if n < FEWEST_PATIENTS:
        return TooFew(title, f"{n} patients are counted; bounds are drawn from {FEWEST_PATIENTS} on.")
    rows = [_row(each) for each in (bounds.worst, bounds.observed, bounds.in_force, bounds.best)]
    return Figure(
        name="response-bounds",
        title=title,
        alt="; ".join(f"{row.label}: {row.said}" for row in rows) + f".{INVENTED if invented else ''}",
        spec=rows_spec(len(rows), LABEL),
        data=rows_frame(rows, invented),
        tabulate=lambda: rows_table(rows, "Unknown outcomes"),
        counts=f"{bounds.n_unknown} of {n} outcomes unknown",
    )


def _row(each: Scenario) -> Row:
    return Row(each.name, each.k, each.n, each.rate, each.low, each.high)


def splits(bounds: MissingBounds, percent_line: int, invented: bool) -> Figure | TooFew:
    """Draw the rate for every number of responders among the unknown, with a line to hold it against.

    Parameters
    ----------
    percent_line : int
        Whole percent from 1 to 99.
    """
    title = "The rate, by how many of the unknown had responded"
    n = bounds.n_known + bounds.n_unknown
    if n < FEWEST_PATIENTS or not bounds.n_unknown:
        why = f"{n} patients are counted" if bounds.n_unknown else "No outcome is unknown"
        return TooFew(title, f"{why}, so there are no splits to draw.")
    rows = pd.DataFrame(
        [
            {"x": each.n_unknown_responders, "p": each.rate, "l": each.low, "h": each.high, **_said(each)}
            for each in bounds.splits
        ]
    ).assign(line=percent_line / 100, hollow=invented)
    return Figure(
        name="response-splits",
        title=title,
        alt=tipping(bounds, percent_line) + (INVENTED if invented else ""),
        spec=_splits_spec(ceiling(bounds.n_unknown)),
        data=rows,
        tabulate=lambda: pd.DataFrame(
            {"Unknown who responded": rows["x"].astype(int), "Rate": rows["said"], "Interval": rows["ci"]}
        ),
        counts=f"{bounds.n_unknown} of {n} outcomes unknown",
    )


def _said(each: Scenario) -> dict[str, str]:
    row = _row(each)
    return {"said": share(each.k, each.n, each.rate), "ci": row.interval}


def tipping(bounds: MissingBounds, line: int) -> str:
    """Say how many of the unknown would have to have responded for the rate to reach so many percent."""
    needed, unknown = bounds.needed(line), bounds.n_unknown
    if not unknown:
        return "No outcome is unknown."
    if needed is None:
        best = bounds.best
        return (
            f"Even if all {unknown} unknown had responded, the rate would be "
            f"{share(best.k, best.n, best.rate)}: it cannot reach {line} %."
        )
    if needed == 0:
        worst = bounds.worst
        return (
            f"Even if none of the {unknown} unknown had responded, the rate would be "
            f"{share(worst.k, worst.n, worst.rate)}: it cannot fall below {line} %."
        )
    reached = bounds.n_true + needed
    known = f"Of the known, {share(bounds.n_true, bounds.n_known, bounds.observed.rate)} responded."
    return (
        f"At least {share(needed, unknown, needed / unknown)} of the unknown would have to have responded for a rate of "
        f"{line} % or more ({share(reached, bounds.worst.n, reached / bounds.worst.n)}); with one fewer it is below. "
        f"{known if bounds.n_known else 'No outcome is known.'}"
    )


@cache
def _splits_spec(most: int) -> Spec:
    base = alt.Chart(height=HEIGHT)
    x = alt.X(
        "x:Q",
        title="Unknown patients who responded",
        axis=alt.Axis(tickMinStep=1, format="d"),
        scale=alt.Scale(domain=[0, most], nice=False, padding=8),
    )
    y = alt.Y("p:Q", title="Rate", axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1]))
    told = {"x": "Unknown who responded", "said": "Rate", "ci": "Interval"}
    tooltip = [alt.Tooltip(f"{field}:N", title=title) for field, title in told.items()]
    interval = base.mark_rule(color=BLUE, opacity=0.45, strokeWidth=2).encode(x=x, y=alt.Y("l:Q"), y2="h:Q")
    point = base.mark_point(filled=True, opacity=1, size=50, fill=BLUE, stroke=BLUE).encode(
        x=x, y=y, tooltip=tooltip, fillOpacity=alt.condition("datum.hollow", alt.value(0), alt.value(1))
    )
    line = base.mark_rule(color=GREY, strokeDash=[4, 4]).encode(y=alt.Y("mean(line):Q", title="Rate"))
    return prepared(alt.layer(line, interval, point))
