"""Which scores are there: score by score, and patient by patient."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.analysis.missingness import BASELINE, BOTH, FOLLOW_UP, HELD, NEITHER, Coverage
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.strips import Strip, strip_rows, strip_spec
from explorer.charts.theme import BEFORE, FEWEST_PATIENTS, GREEN, MOST_MARKS, UNKNOWN, YES
from explorer.export.numbers import share
from explorer.study.words import counted

PARTS = ((BOTH, YES), (BASELINE, BEFORE), (FOLLOW_UP, GREEN), (NEITHER, UNKNOWN))
MOST_PATIENTS = 150
TILE, LEGEND = 38, 90


def missingness(rows: Sequence[Coverage]) -> Figure | TooFew:
    """Draw, score by score, who has it at baseline and follow-up, at one of them, or at neither."""
    title = "Which scores there are"
    n = rows[0].n if rows else 0
    if not rows or n < FEWEST_PATIENTS:
        return TooFew(title, _why(rows, n))
    strips = [_strip(row) for row in rows]
    table: dict[str, list[str] | list[int]] = {"Score": [row.name for row in rows]}
    table |= {f"{name.capitalize()} (patients)": [row.counts[at] for row in rows] for at, name in enumerate(HELD)}
    return Figure(
        name="missingness",
        title=title,
        alt="; ".join(f"{row.instrument}: {_said(row)} have it at both times" for row in rows) + ".",
        spec=strip_spec(len(rows), PARTS),
        data=strip_rows(strips),
        table=pd.DataFrame(table),
        counts=f"{n} patients analysed",
    )


def _why(rows: Sequence[Coverage], n: int) -> str:
    if not rows:
        return "This cohort has no scores."
    return f"{counted(n, 'patient')} analysed; from {FEWEST_PATIENTS} on, this is drawn."


def _said(row: Coverage) -> str:
    return share(row.counts[0], row.n, row.counts[0] / row.n)


def _strip(row: Coverage) -> Strip:
    note = ", ".join(f"{k} {name}" for k, name in zip(row.counts, HELD, strict=True))
    return Strip(row.name, note, {name: k / row.n for k, name in zip(row.counts, HELD, strict=True)})


def tiles(
    codes: Sequence[str], patients: Sequence[str], table: npt.NDArray[np.int64], invented: npt.NDArray[np.bool_]
) -> Figure | TooFew:
    """Draw a tile for each patient and score.

    Parameters
    ----------
    codes, patients : sequence of str
        The scores, and the identifiers of all patients of the cohort.
    table : array of int
        As `analysis.missingness.by_patient` returns it.
    invented : array of bool, one entry per patient of the cohort
        Who is a hypothetical addition: drawn hollow.
    """
    title = "Who lacks which score"
    n = len(table)
    if n < FEWEST_PATIENTS:
        return TooFew(title, f"{counted(n, 'patient')} analysed; from {FEWEST_PATIENTS} on, this is drawn.")
    if n > MOST_PATIENTS or n * len(codes) > MOST_MARKS:
        return TooFew(title, f"{n} patients are too many for a tile each (up to {MOST_PATIENTS} are drawn).")
    names, words = [patients[row] for row in table[:, 0]], np.array(HELD)[table[:, 1:]]
    rows = pd.DataFrame(
        {
            "place": np.repeat(np.arange(n), len(codes)),
            "patient": np.repeat(names, len(codes)),
            "score": np.tile(codes, n),
            "held": words.ravel(),
            "hollow": np.repeat(invented[table[:, 0]], len(codes)),
        }
    )
    complete = int((table[:, 1:] == 0).all(axis=1).sum())
    return Figure(
        name="missing-by-patient",
        title=title,
        alt=f"{share(complete, n, complete / n)} have every score at baseline and at follow-up. One column is one "
        "patient; patients who lack the same scores stand together.",
        spec=_tile_spec(len(codes)),
        data=rows,
        table=pd.DataFrame([names, *words.T], index=["Patient", *(f"{code} recorded at" for code in codes)]).T,
        counts=f"{n} patients analysed",
    )


@cache
def _tile_spec(n_scores: int) -> Spec:
    scale = alt.Scale(domain=[name for name, _ in PARTS], range=[colour for _, colour in PARTS])
    titles = {"patient": "Patient", "score": "Score", "held": "Recorded at"}
    mark = alt.Chart(height=max(1, n_scores) * TILE + LEGEND).mark_rect(strokeWidth=1.5)
    return prepared(
        mark.encode(
            x=alt.X("place:O", axis=None, scale=alt.Scale(paddingInner=0.2)),
            y=alt.Y(
                "score:N", sort=None, title=None, axis=alt.Axis(labelOverlap=False), scale=alt.Scale(paddingInner=0.25)
            ),
            color=alt.Color("held:N", scale=scale, legend=alt.Legend(orient="top", title=None, columns=2)),
            stroke=alt.Stroke("held:N", scale=scale, legend=None),
            fillOpacity=alt.condition("datum.hollow", alt.value(0), alt.value(1)),
            tooltip=[alt.Tooltip(f"{name}:N", title=title) for name, title in titles.items()],
        )
    )
