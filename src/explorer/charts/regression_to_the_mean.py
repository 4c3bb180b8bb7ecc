"""The change expected from regression to the mean alone, over what a reader may assume, beside the observed one."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from explorer.analysis.regression_to_the_mean import Grid, Observed
from explorer.charts.change import few
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.theme import ORANGE
from explorer.cohort.instruments import Instrument
from explorer.export.numbers import decimals, number

AWAY = "away from it"
SHARES = {
    AWAY: "#dde1e5",
    "under 25 %": "#f6f1f9",
    "25 to 50 %": "#e8dbf0",
    "50 to 75 %": "#d6c0e4",
    "75 to 100 %": "#c4a3d7",
    "as much or more": "#ab7cc6",
}
"""How much of the observed change would be expected anyway: shades of one colour, grey for the other direction.
Opaque, so that dark numbers and lines can be read on them on a dark page too."""
KEPT = 64
"""Specifications kept: the reader chooses which means are drawn."""
DARK, DEEP, EDGE = "#1b2733", "#5e2f7d", "#f6f1f9"
LABELLED_COLUMNS, LABELLED_ROWS = range(2, 25, 5), range(2, 21, 4)


def regression(
    instrument: Instrument, seen: Observed, grid: Grid, point: tuple[float, float, float] | None, selected: str = ""
) -> Figure | TooFew:
    """Draw expected change over the untreated population's mean and repeatability, with the break-even line.

    Parameters
    ----------
    point : (float, float, float), optional
        The reader's assumptions: population mean, repeatability, and the change expected under them.
    selected : str
        Says in words by which filter the patients were chosen, for the truncated form; empty for the other.
    """
    title = f"{instrument.code}: change expected without treatment" + (f", in patients {selected}" if selected else "")
    if (said := few(title, seen.n, "the grid")) is not None:
        return said
    data = pd.concat([_cells(instrument, seen, grid), _lines(grid), _marks(seen, point, bool(selected))])
    return Figure(
        name=f"change-regression-{'filter-' if selected else ''}{instrument.code.lower()}",
        title=title,
        alt=_words(instrument, seen, grid, point),
        spec=_spec(instrument.code, instrument.unit, float(grid.means[0]), float(grid.means[-1])),
        data=data.reset_index(drop=True),
        tabulate=lambda: _table(instrument, grid),
        counts=f"{seen.n} patients with both scores",
    )


def _cells(instrument: Instrument, seen: Observed, grid: Grid) -> pd.DataFrame:
    means, repeats = np.meshgrid(grid.means, grid.repeatabilities)
    column, row = np.meshgrid(np.arange(len(grid.means)), np.arange(len(grid.repeatabilities)))
    labelled = np.isin(column, LABELLED_COLUMNS) & np.isin(row, LABELLED_ROWS)
    x, x2 = _edges(grid.means)
    y, y2 = _edges(grid.repeatabilities)
    cells = pd.DataFrame(
        {
            "kind": "cell",
            "mean": means.ravel(),
            "repeatability": repeats.ravel(),
            "expected": grid.expected.ravel(),
            "x": x[column.ravel()],
            "x2": x2[column.ravel()],
            "y": y[row.ravel()],
            "y2": y2[row.ravel()],
            "share": _shares(grid.expected.ravel(), seen.change),
            "label": [number(value, decimals(instrument)) for value in grid.expected.ravel()],
        }
    )
    cells["label"] = cells["label"].where(labelled.ravel())
    return cells[cells["expected"].notna()]


def _edges(centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Edges half-way between the centres; the outermost end where the axis does."""
    middles = (centres[1:] + centres[:-1]) / 2
    # Each cell reaches a little under the next, so that the page does not shine through between them.
    overlap = (centres[1] - centres[0]) / 20
    return np.concatenate([centres[:1], middles]), np.concatenate([middles + overlap, centres[-1:]])


def _shares(expected: np.ndarray, change: float) -> np.ndarray:
    if change == 0:
        return np.full(len(expected), "as much or more")
    part = expected / change
    names = list(SHARES)
    # The first class takes what points the other way; no change at all is the start of the second.
    return np.array(names)[np.where(part < 0, 0, np.minimum(np.floor(4 * np.maximum(part, 0)), 4).astype(int) + 1)]


def _lines(grid: Grid) -> pd.DataFrame:
    lines = {"break-even": grid.line, "limit from": grid.line_low, "limit to": grid.line_high}
    rows = [
        pd.DataFrame({"kind": "line", "line": name, "mean": line.means, "repeatability": line.repeatabilities})
        for name, line in lines.items()
    ]
    return pd.concat(rows)


def _marks(seen: Observed, point: tuple[float, float, float] | None, selected: bool) -> pd.DataFrame:
    rows = [] if selected else [("baseline", seen.baseline_mean, np.nan, np.nan)]
    if point is not None:
        rows.append(("point", *point))
    return pd.DataFrame(rows, columns=["kind", "mean", "repeatability", "expected"])


def _words(instrument: Instrument, seen: Observed, grid: Grid, point: tuple[float, float, float] | None) -> str:
    places = decimals(instrument)
    said = (
        f"Observed: {number(seen.change, places)} ({instrument.unit}) in {seen.n} patients, from a mean baseline of "
        f"{number(seen.baseline_mean, places)}. "
    )
    if len(grid.line.means):
        said += (
            "On the solid line regression to the mean alone would give that change (dashed: the limits of its "
            f"interval); at an untreated mean of {number(grid.line.means[0], places)} that takes a repeatability "
            f"of {number(grid.line.repeatabilities[0], 2)}."
        )
    else:
        said += "Nowhere on this grid would regression to the mean alone give that change."
    if point is not None:
        drawn = grid.means[0] <= point[0] <= grid.means[-1]
        said += " The diamond is what you assume" if drawn else " What you assume lies beyond the means drawn"
        said += f": {number(point[2], places)} expected."
    return said


def _table(instrument: Instrument, grid: Grid) -> pd.DataFrame:
    columns = {
        f"Untreated mean {number(mean, decimals(instrument))}": grid.expected[:, place]
        for place, mean in enumerate(grid.means)
        if place % 4 == 0
    }
    table = pd.DataFrame({"Repeatability": grid.repeatabilities, **columns})
    return table.iloc[::2].round(decimals(instrument) + 1)


@lru_cache(KEPT)
def _spec(code: str, unit: str, low: float, high: float) -> Spec:
    plain = alt.Scale(domain=[low, high], nice=False)
    title = f"Untreated mean {code} ({unit})"
    mean = alt.X("mean:Q", title=title, scale=plain)
    height = alt.Scale(domain=[0, 1])
    repeat = alt.Y("repeatability:Q", title="Repeatability (0 to 1)", scale=height)
    tooltip = [
        alt.Tooltip("mean:Q", title="Untreated mean", format=".2f"),
        alt.Tooltip("repeatability:Q", format=".2f"),
    ]
    tooltip += [alt.Tooltip("expected:Q", title=f"Expected change ({unit})", format=".2f")]
    tooltip += [alt.Tooltip("share:N", title="Part of the observed change")]
    base = alt.Chart(height=500)
    cells = base.transform_filter("datum.kind == 'cell'")
    share = alt.Color(
        "share:N",
        title="Expected, as a part of the observed change",
        scale=alt.Scale(domain=list(SHARES), range=list(SHARES.values())),
        legend=alt.Legend(orient="bottom", columns=2, titleLimit=320),
    )
    heat = cells.mark_rect().encode(x=alt.X("x:Q", scale=plain, title=title), x2="x2:Q", y=alt.Y("y:Q", scale=height))
    heat = heat.encode(y2="y2:Q", color=share, tooltip=tooltip)
    numbers = _numbers(cells, mean, repeat)
    lines = [_line(base, name, mean, repeat) for name in ("break-even", "limit from", "limit to")]
    start = base.transform_filter("datum.kind == 'baseline'")
    start = start.mark_rule(color=DARK, strokeDash=[2, 3], strokeWidth=2, clip=True)
    point = base.transform_filter("datum.kind == 'point'")
    point = point.mark_point(shape="diamond", filled=True, size=220, clip=True)
    here = point.encode(x=mean, y=repeat, color=alt.value(ORANGE), tooltip=tooltip[:3], opacity=alt.value(1))
    # Numbers above the lines: below them a minus sign is lost where a curve passes.
    return prepared(alt.layer(heat, *lines, start.encode(x=mean), *numbers, here))


def _numbers(cells: alt.Chart, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Write the numbers on a light edge, which parts them from curves and from the darkest shade."""
    labelled = cells.transform_filter("isValid(datum.label)")
    edge = labelled.mark_text(fontSize=11, color=EDGE, stroke=EDGE, strokeWidth=4, strokeJoin="round", opacity=1)
    return [each.encode(x=x, y=y, text="label:N") for each in (edge, labelled.mark_text(fontSize=11, color=DARK))]


def _line(base: alt.Chart, name: str, x: alt.X, y: alt.Y) -> alt.Chart:
    """Draw the break-even line solid, those of the interval's limits dashed."""
    look: dict[str, Any] = {"strokeWidth": 3} if name == "break-even" else {"strokeWidth": 1.5, "strokeDash": [4, 4]}
    drawn = base.transform_filter(f"datum.line == '{name}'").mark_line(color=DEEP, **look)
    line: alt.Chart = drawn.encode(x=x, y=y)
    return line
