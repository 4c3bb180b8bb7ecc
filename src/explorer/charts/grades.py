"""From which grade to which: a table of counts for scales of few whole grades."""

from __future__ import annotations

from functools import cache

import altair as alt
import numpy as np
import pandas as pd

from explorer.analysis.change import Grades
from explorer.charts.change import direction_colour, few
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.cohort.instruments import Instrument
from explorer.export.numbers import share

CELL, AROUND, PALEST = 32, 150, 0.2


def grade_names(instrument: Instrument, grades: Grades) -> list[str]:
    """Name each grade, with its band where that is one grade wide."""
    bands = {band.low: f"{band.low:g} {band.name}" for band in instrument.bands if band.low == band.high}
    return [bands.get(grade, f"{grade:g}") for grade in grades.grades]


def grade_by_grade(instrument: Instrument, grades: Grades) -> Figure | TooFew:
    """Draw how many patients went from each grade to each: the diagonal is no change."""
    title = f"{instrument.code}, grade by grade"
    counts = np.array(grades.counts)
    n = int(counts.sum())
    if (said := few(title, n, "the table of grades")) is not None:
        return said
    names = grade_names(instrument, grades)
    return Figure(
        name=f"change-grades-{instrument.code.lower()}",
        title=title,
        alt=_words(instrument, grades, counts, n),
        spec=_spec(tuple(names)),
        data=_cells(instrument, names, counts),
        tabulate=lambda: pd.DataFrame(counts, columns=[f"Follow-up {name}" for name in names]).assign(
            Baseline=names, All=counts.sum(axis=1)
        )[["Baseline", *(f"Follow-up {name}" for name in names), "All"]],
        counts=f"{n} patients with both scores",
    )


def _cells(instrument: Instrument, names: list[str], counts: np.ndarray) -> pd.DataFrame:
    rows = []
    worse = 1 if instrument.lower_is_better else -1
    for (before, after), k in np.ndenumerate(counts):
        if k:
            direction = ("improved", "same", "worse")[int(np.sign((after - before) * worse)) + 1]
            weight = PALEST + (1 - PALEST) * (k / counts.sum()) ** 0.5
            rows.append((names[before], names[after], int(k), direction, weight))
    return pd.DataFrame(rows, columns=["before", "after", "k", "direction", "weight"])


def _words(instrument: Instrument, grades: Grades, counts: np.ndarray, n: int) -> str:
    step = 1 if instrument.lower_is_better else -1
    by_steps = {by: int(np.trace(counts, offset=-step * by)) for by in range(-len(counts) + 1, len(counts))}
    two = sum(k for by, k in by_steps.items() if by >= 2)
    worse = sum(k for by, k in by_steps.items() if by < 0)
    said = [
        f"{share(two, n, two / n)} improved by two steps of the scale or more",
        f"{share(by_steps[1], n, by_steps[1] / n)} by one",
        f"{share(by_steps[0], n, by_steps[0] / n)} stayed the same",
        f"{share(worse, n, worse / n)} became worse",
    ]
    return ", ".join(said) + ". Rows are baseline scores, columns follow-up scores."


@cache
def _spec(names: tuple[str, ...]) -> Spec:
    axis = alt.Axis(orient="top", labelAngle=0, labelLimit=90, labelOverlap=False, labelExpr=SHORT)
    x = alt.X("after:O", title="Follow-up", sort=list(names), scale=alt.Scale(domain=list(names)), axis=axis)
    y = alt.Y("before:O", title="Baseline", sort=list(names), scale=alt.Scale(domain=list(names)))
    tooltip = [alt.Tooltip("before:N", title="Baseline"), alt.Tooltip("after:N", title="Follow-up")]
    tooltip += [alt.Tooltip("k:Q", title="Patients")]
    base = alt.Chart(height=CELL * len(names) + AROUND).encode(x=x, y=y, tooltip=tooltip)
    # White below, so that the same shade lies under the dark numbers on a light and on a dark page.
    ground = base.mark_rect(cornerRadius=3, color="#ffffff")
    weight = alt.Opacity("weight:Q", scale=None, legend=None)
    cell = base.mark_rect(cornerRadius=3).encode(color=direction_colour(), opacity=weight)
    number = base.mark_text(fontSize=13, fontWeight="bold", color="#1b2733").encode(text="k:Q")
    return prepared(alt.layer(ground, cell, number))


SHORT = "width < 420 ? split(datum.label, ' ')[0] : datum.label"
"""On a narrow screen a column shows the number of its grade alone."""
