"""What patients whom the entry rules left out could do to the rate."""

from __future__ import annotations

from functools import cache

import altair as alt
import pandas as pd

from explorer.analysis.analyse import Analysis
from explorer.analysis.left_out import LeftOut, needed_to_cross, reach, reaches_by
from explorer.charts.counts import ceiling
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.theme import BLUE, FEWEST_PATIENTS, GREY, ORANGE
from explorer.export.numbers import share
from explorer.study.words import counted

HEIGHT = 260
ALL, NONE = "all of them responded", "none of them responded"
COLOURS = {ALL: BLUE, NONE: ORANGE}
RECORDED = "recorded as left out"


def left_out(analysis: Analysis, held: LeftOut, percent_line: int) -> Figure | TooFew:
    """Draw between which limits the rate would lie, had more patients been counted.

    Parameters
    ----------
    held : LeftOut
        Who is recorded as left out: marked where it is anybody.
    percent_line : int
        A rate to hold it against, from 1 to 99.
    """
    title = "The rate, had patients whom the entry rules left out been counted"
    k, n = analysis.response.n_responders, analysis.response.n_evaluable
    if n < FEWEST_PATIENTS:
        return TooFew(title, f"{counted(n, 'patient')} counted; this is drawn from {FEWEST_PATIENTS} on.")
    most = ceiling(max(n, held.n))
    rows = _rows(k, n, most) + _recorded(k, n, held)
    return Figure(
        name="open-left-out",
        title=title,
        alt=_sentence(k, n, percent_line),
        spec=_spec(most),
        data=pd.DataFrame(rows, columns=["kind", "x", "low", "high", "said"]).assign(line=percent_line / 100),
        tabulate=lambda: _table(k, n, most),
        counts=f"{share(k, n, k / n)} of those counted responded",
    )


def _rows(k: float, n: int, most: int) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for each in reaches_by(k, n, most):
        rows.append((ALL, each.n_more, each.highest, None, share(each.highest_k, each.n, each.highest)))
        rows.append((NONE, each.n_more, each.lowest, None, share(each.lowest_k, each.n, each.lowest)))
        rows.append(("between", each.n_more, each.lowest, each.highest, ""))
    return rows


def _recorded(k: float, n: int, held: LeftOut) -> list[tuple[object, ...]]:
    if not held.n:
        return []
    found = reach(k, n, held.n, (held.n_true, held.n_false))
    said = f"{share(found.lowest_k, found.n, found.lowest)} to {share(found.highest_k, found.n, found.highest)}"
    return [(RECORDED, held.n, found.lowest, found.highest, said)]


def _sentence(k: float, n: int, line: int) -> str:
    needed = needed_to_cross(k, n, line)
    patients = "1 patient more, who" if needed == 1 else f"{needed} patients more, of whom"
    if 100 * k >= line * n:
        fewer = share(k, n + needed, k / (n + needed))
        had = "had not responded" if needed == 1 else "none had responded"
        return f"{patients} {had}, would take the rate from {share(k, n, k / n)} to {fewer}, below {line} %."
    more = share(k + needed, n + needed, (k + needed) / (n + needed))
    had = "had responded" if needed == 1 else "all had responded"
    return f"{patients} {had}, would take the rate from {share(k, n, k / n)} to {more}, to {line} % or more."


def among_recorded(analysis: Analysis, held: LeftOut) -> str:
    """Say what the patients recorded as left out would do to the rate, by what is known of them."""
    k, n = analysis.response.n_responders, analysis.response.n_evaluable
    found = reach(k, n, held.n, (held.n_true, held.n_false))
    low, high = (share(at, found.n, at / found.n) for at in (found.lowest_k, found.highest_k))
    judged = f"{held.n_true} would count as responders, {held.n_false} would not, and of {held.n_unknown} it is unknown"
    rate = f"the rate would be {low}" if low == high else f"the rate could be anything from {low} to {high}"
    return f"{counted(held.n, 'patient')} recorded here {'is' if held.n == 1 else 'are'} left out so: {judged}. Counted with the others, {rate}."


def _table(k: float, n: int, most: int) -> pd.DataFrame:
    found = list(reaches_by(k, n, most))
    return pd.DataFrame(
        {
            "Patients more": [each.n_more for each in found],
            "If none of them responded": [share(each.lowest_k, each.n, each.lowest) for each in found],
            "If all of them responded": [share(each.highest_k, each.n, each.highest) for each in found],
        }
    )


@cache
def _spec(most: int) -> Spec:
    base = alt.Chart(height=HEIGHT)
    x = alt.X(
        "x:Q",
        title="Patients left out who would be counted",
        axis=alt.Axis(tickMinStep=1, format="d"),
        scale=alt.Scale(domain=[0, most], nice=False),
    )
    y = alt.Y("low:Q", title="Rate", axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1]))
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())),
        legend=alt.Legend(orient="top", title=None, columns=2, symbolType="stroke"),
    )
    tooltip = [alt.Tooltip(f"{field}:N", title=title) for field, title in TOLD.items()]
    band = base.transform_filter("datum.kind == 'between'").mark_area(color=GREY, opacity=0.18)
    ends = base.transform_filter(f"datum.kind == '{ALL}' || datum.kind == '{NONE}'").mark_line(
        strokeWidth=2, point=True
    )
    recorded = base.transform_filter(f"datum.kind == '{RECORDED}'").mark_rule(strokeWidth=4)
    return prepared(
        alt.layer(
            band.encode(x=x, y=y, y2="high:Q"),
            base.mark_rule(color=GREY, strokeDash=[4, 4]).encode(y=alt.Y("mean(line):Q", title="Rate")),
            ends.encode(x=x, y=y, color=colour, tooltip=tooltip),
            recorded.encode(x=x, y=y, y2="high:Q", tooltip=tooltip),
        )
    )


TOLD = {"kind": "If", "x": "Patients more", "said": "Rate"}
