"""What printed figures could have come from: numbers of patients, counts, and the spread that a verdict asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from explorer.charts.figure import Figure, Spec, prepared
from explorer.charts.forest import Row, rows_frame, rows_spec
from explorer.charts.theme import BLUE, GREY, ORANGE
from explorer.export.numbers import number
from explorer.reconstruction.facts import Fact
from explorer.reconstruction.iga import NotSignificant, Size, needed_sds
from explorer.statistics.intervals import rate
from explorer.study.words import listing

ROW, TOP, BOTTOM = 58, 30, 48
"""Pixels from one row of tiles to the next, from the row's top to its tiles, and from there to their lower edge."""
AXIS = 50
MOST_NAMED = 8
"""Numbers of patients up to which they are listed by name."""
SD_HEIGHT, MOST_SD = 260, 2.0
USUAL_SD = 0.9
"""Standard deviation of the IGA at one time, in grades, for the correlation that the table gives as an example."""


def possible_sizes(sizes: Sequence[Size], before: Fact, after: Fact, clear: Fact) -> Figure:
    """Draw which numbers of patients could have printed each IGA figure, and all of them together."""
    rows = _conditions(sizes, before, after, clear)
    cells = [cell for place, (label, fits) in enumerate(rows.items()) for cell in _row(place, label, sizes, fits)]
    return Figure(
        name="open-sizes",
        title="Numbers of patients that could have printed the IGA figures",
        alt=" ".join(f"{label}: {_which(sizes, fits)}." for label, fits in rows.items()),
        spec=_sizes_spec(len(rows), len(sizes)),
        data=pd.DataFrame(cells, columns=["kind", "y", "y2", "x", "x2", "text", "fits", "told"]),
        tabulate=lambda: _sizes_table(sizes),
        counts=f"numbers of patients from 1 to {len(sizes)}",
    )


def _conditions(sizes: Sequence[Size], before: Fact, after: Fact, clear: Fact) -> dict[str, list[bool]]:
    return {
        f"Mean {before.value} at baseline": [bool(each.before) for each in sizes],
        f"Mean {after.value} at follow-up": [bool(each.after) for each in sizes],
        "Both means, the same patients": [each.paired for each in sizes],
        f"{clear.value} % with a grade of 1 or less": [bool(each.clear) for each in sizes],
        "All three, the same patients": [each.paired and bool(each.clear) for each in sizes],
    }


def _which(sizes: Sequence[Size], fits: Sequence[bool]) -> str:
    found = [str(each.n) for each, fit in zip(sizes, fits, strict=True) if fit]
    if not found:
        return "no number of patients"
    return listing(found, "or") if len(found) <= MOST_NAMED else f"{len(found)} of {len(sizes)} numbers"


def _row(place: int, label: str, sizes: Sequence[Size], fits: Sequence[bool]) -> Iterator[tuple[Any, ...]]:
    yield "label", place + TOP / ROW / 2, None, 0.5, None, f"{label}: {_which(sizes, fits)}", False, ""
    for each, fit in zip(sizes, fits, strict=True):
        told = f"{each.n} patients: {'possible' if fit else 'impossible'}"
        yield "tile", place + TOP / ROW, place + BOTTOM / ROW, each.n - 0.42, each.n + 0.42, label, fit, told


def _sizes_table(sizes: Sequence[Size]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Patients": [each.n for each in sizes],
            "Totals at baseline": [_any(each.before) for each in sizes],
            "Totals at follow-up": [_any(each.after) for each in sizes],
            "Both means, the same patients": ["possible" if each.paired else "impossible" for each in sizes],
            "Counts with a grade of 1 or less": [_any(each.clear) for each in sizes],
        }
    )


def _any(values: Sequence[int]) -> str:
    return listing([str(value) for value in values], "or") or "none"


@cache
def _sizes_spec(n_rows: int, most: int) -> Spec:
    base = alt.Chart(height=n_rows * ROW + AXIS)
    ticks = alt.Axis(values=[1, *range(10, most, 10)], grid=False, orient="bottom")
    x = alt.X("x:Q", title="Patients", scale=alt.Scale(domain=[0.5, most + 0.5], nice=False), axis=ticks)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[n_rows, 0], nice=False), axis=None)
    tooltip = [alt.Tooltip("text:N", title="Figure"), alt.Tooltip("told:N", title="Number")]
    tiles = (
        base.transform_filter("datum.kind == 'tile'")
        .mark_rect(cornerRadius=1)
        .encode(
            x=x,
            x2="x2:Q",
            y=y,
            y2="y2:Q",
            color=alt.condition("datum.fits", alt.value(BLUE), alt.value(GREY)),
            opacity=alt.condition("datum.fits", alt.value(1), alt.value(0.18)),
            tooltip=tooltip,
        )
    )
    words = base.transform_filter("datum.kind == 'label'").mark_text(align="left", baseline="middle", fontSize=12)
    return prepared(alt.layer(tiles, words.encode(x=x, y=y, text="text:N")))


def spread_needed(found: Sequence[NotSignificant], most: int) -> Figure:
    """Draw the SD of change from which the printed fall of the IGA is not significant, by the number of pairs.

    Parameters
    ----------
    found : sequence of NotSignificant
        The numbers of patients that fit both means, at least one.
    most : int
        The largest number of pairs.
    """
    curve = [("curve", n, sd, f"{n} pairs") for n, sd in enumerate(needed_sds(most), start=2)]
    points = [("fits both means", each.n, each.sd, f"{each.n} pairs, fits both means") for each in found]
    rows = pd.DataFrame([*curve, *points], columns=["kind", "n", "sd", "text"])
    return Figure(
        name="open-spread",
        title="SD of the change in IGA from which the fall is not significant",
        alt=_spread_sentence(found),
        spec=_spread_spec(most),
        data=rows[rows["sd"] <= MOST_SD].assign(said=rows["sd"].map("{:.2f} grades".format)),
        tabulate=lambda: _spread_table(found),
        counts="paired t test at 5 %, two-sided",
    )


def _spread_sentence(found: Sequence[NotSignificant]) -> str:
    least = min(found, key=lambda each: each.sd)
    worse = (
        f"at least {least.fewest_worse} of the {least.n} must have worsened, had nobody moved by more than two grades"
        if least.fewest_worse is not None
        else "no changes of up to two grades are spread so far"
    )
    return (
        f"The fall is significant below the line and not significant above it. With {least.n} pairs the change must have "
        f"an SD of {least.sd:.2f} grades or more: {worse}. With an SD of {USUAL_SD} at each time, the two grades of a "
        f"patient would then correlate by {least.correlation(USUAL_SD):.2f} at most."
    )


def _spread_table(found: Sequence[NotSignificant]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Pairs": [each.n for each in found],
            "Mean fall (grades)": [number(float(each.fall), 3) for each in found],
            "SD of change, at least (grades)": [number(each.sd, 2) for each in found],
            f"Correlation at an SD of {USUAL_SD}, at most": [number(each.correlation(USUAL_SD), 2) for each in found],
            "Worsened, at least": [
                "–" if each.fewest_worse is None else f"{each.fewest_worse}/{each.n}" for each in found
            ],
        }
    )


@cache
def _spread_spec(most: int) -> Spec:
    base = alt.Chart(height=SD_HEIGHT)
    x = alt.X("n:Q", title="Pairs of grades", scale=alt.Scale(domain=[0, most + 1], nice=False))
    y = alt.Y("sd:Q", title="SD of change (grades)", scale=alt.Scale(domain=[0, MOST_SD], nice=False))
    tooltip = [alt.Tooltip("text:N", title="Number"), alt.Tooltip("said:N", title="SD of change")]
    line = base.transform_filter("datum.kind == 'curve'").mark_line(color=GREY, strokeWidth=2)
    points = base.transform_filter("datum.kind != 'curve'").mark_point(filled=True, size=90, opacity=1, color=ORANGE)
    drawn = [mark.encode(x=x, y=y, tooltip=tooltip) for mark in (line, points)]
    return prepared(alt.layer(*drawn))


def counts_printing(fact: Fact, fits: Sequence[tuple[int, int]]) -> Figure:
    """Draw every count that prints a percentage, each with the interval it would deserve.

    Parameters
    ----------
    fits : sequence of (int, int)
        Counts and denominators, at least one.
    """
    rows = [_count(k, n) for k, n in fits]
    return Figure(
        name=f"open-counts-{fact.id}",
        title=f"Counts that print {fact.value} %, each with its 95 % interval (Wilson)",
        alt=(
            f"{len(rows)} counts of up to {fits[0][1]} patients print {fact.value} %. {_reach(rows[0])}; {_reach(rows[-1])}."
        ),
        spec=rows_spec(len(rows), 0),
        data=rows_frame(rows, False, float(fact.number) / 100),
        tabulate=lambda: pd.DataFrame(
            {"Count": [row.said for row in rows], "95 % interval": [row.interval for row in rows]}
        ),
        counts=f"published: {fact.value} %",
    )


def _reach(row: Row) -> str:
    return f"{row.label} has an interval from {row.interval}"


def _count(k: int, n: int) -> Row:
    found = rate(k, n)
    return Row(f"{k}/{n}", k, n, found.rate, found.low, found.high)
