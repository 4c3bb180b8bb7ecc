"""Which scores are there: score by score, and patient by patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.analysis.missingness import BASELINE, BOTH, FOLLOW_UP, HELD, NEITHER, Coverage
from explorer.charts.counts import part_apart, people
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.strips import HOLLOW, Strip, row_height, strip_rows, strip_spec
from explorer.charts.theme import BEFORE, FEWEST_PATIENTS, GREEN, MOST_MARKS, UNKNOWN, YES
from explorer.study.words import counted

PARTS = ((BOTH, YES), (BASELINE, BEFORE), (FOLLOW_UP, GREEN), (NEITHER, UNKNOWN))
MOST_PATIENTS = 150
TILE, LEGEND = 38, 122
"""Heights in pixels; on the page, a chart's height includes its legend."""
SELECT = "chosen"


def missingness(rows: Sequence[Coverage]) -> Figure | TooFew:
    """Draw, score by score, who has it at baseline and follow-up, at one of them, or at neither."""
    title = "Which scores there are"
    n = rows[0].n if rows else 0
    if not rows or n < FEWEST_PATIENTS:
        return TooFew(title, _why(rows, n))
    strips = [_strip(row) for row in rows]
    return Figure(
        name="missingness",
        title=title,
        alt="; ".join(f"{row.instrument}: {_said(row)} have it at both times" for row in rows) + f".{_hollow(rows)}",
        spec=strip_spec(len(rows), row_height(strips), PARTS),
        data=strip_rows(strips),
        tabulate=lambda: _table(rows),
        counts=f"{people(n, sum(rows[0].hypothetical))} analysed",
    )


def _hollow(rows: Sequence[Coverage]) -> str:
    return HOLLOW if sum(rows[0].hypothetical) else ""


def _table(rows: Sequence[Coverage]) -> pd.DataFrame:
    table: dict[str, list[str] | list[int]] = {"Score": [row.name for row in rows]}
    table |= {f"{name.capitalize()} (patients)": [row.counts[at] for row in rows] for at, name in enumerate(HELD)}
    if sum(rows[0].hypothetical):
        table |= {f"Of {name}, hypothetical": [row.hypothetical[at] for row in rows] for at, name in enumerate(HELD)}
    return pd.DataFrame(table)


def _why(rows: Sequence[Coverage], n: int) -> str:
    if not rows:
        return "This cohort has no scores."
    return f"{counted(n, 'patient')} analysed; from {FEWEST_PATIENTS} on, this is drawn."


def _said(row: Coverage) -> str:
    return part_apart(row.counts[0], row.n, (row.hypothetical[0], sum(row.hypothetical)))


def _strip(row: Coverage) -> Strip:
    counts, hollow = (dict(zip(HELD, of, strict=True)) for of in (row.counts, row.hypothetical))
    usual = {name: k - hollow[name] for name, k in counts.items()}
    added = f"hypothetical: {_note(hollow)}" if sum(row.hypothetical) else ""
    return Strip(row.name, _note(usual), row.n, counts, hollow, added)


def _note(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{k} {name}" for name, k in counts.items())


def tiles(
    codes: Sequence[str],
    patients: Sequence[str],
    table: npt.NDArray[np.int64],
    invented: npt.NDArray[np.bool_],
    n_entering: int,
) -> Figure | TooFew:
    """Draw a tile for each patient and score; a click chooses the patient.

    Parameters
    ----------
    codes, patients : sequence of str
        The scores, and the identifiers of all patients of the cohort.
    table : array of int
        As `analysis.missingness.by_patient` returns it.
    invented : array of bool, one entry per patient of the cohort
        Who is a hypothetical addition: drawn hollow.
    n_entering : int
        How many could be analysed: there is room for so many, so that a tile keeps its width whoever is.
    """
    title = "Who lacks which score"
    n = len(table)
    if n < FEWEST_PATIENTS:
        return TooFew(title, f"{counted(n, 'patient')} analysed; from {FEWEST_PATIENTS} on, this is drawn.")
    if n > MOST_PATIENTS or n * len(codes) > MOST_MARKS:
        return TooFew(title, f"{n} patients are too many for a tile each (up to {MOST_PATIENTS} are drawn).")
    names, added = [patients[row] for row in table[:, 0]], invented[table[:, 0]]
    return Figure(
        name="missing-by-patient",
        title=title,
        alt=f"{_complete(table, added)} have every score at baseline and at follow-up. One column is one patient; "
        f"patients who lack the same scores stand together.{HOLLOW if added.any() else ''}",
        spec=_tile_spec(len(codes), min(n_entering, MOST_PATIENTS)),
        data=_tile_rows(codes, names, table, added),
        tabulate=lambda: _tile_table(codes, names, table, added),
        counts=f"{people(n, int(added.sum()))} analysed",
        select=SELECT,
    )


def _complete(table: npt.NDArray[np.int64], added: npt.NDArray[np.bool_]) -> str:
    complete = (table[:, 1:] == 0).all(axis=1)
    return part_apart(int(complete.sum()), len(table), (int((complete & added).sum()), int(added.sum())))


def _tile_rows(
    codes: Sequence[str], names: list[str], table: npt.NDArray[np.int64], added: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "place": np.repeat(np.arange(len(names)), len(codes)),
            "patient_id": np.repeat(names, len(codes)),
            "score": np.tile(codes, len(names)),
            "held": np.array(HELD)[table[:, 1:]].ravel(),
            "hollow": np.repeat(added, len(codes)),
        }
    )


def _tile_table(
    codes: Sequence[str], names: list[str], table: npt.NDArray[np.int64], added: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    words = zip(codes, np.array(HELD)[table[:, 1:]].T, strict=True)
    kind = {"Kind": np.where(added, "hypothetical", "")} if added.any() else {}
    return pd.DataFrame({"Patient": names} | kind | {f"{code} recorded at": held for code, held in words})


@cache
def _tile_spec(n_scores: int, room: int) -> Spec:
    scale = alt.Scale(domain=[name for name, _ in PARTS], range=[colour for _, colour in PARTS])
    titles = {"patient_id": "Patient", "score": "Score", "held": "Recorded at"}
    mark = alt.Chart(height=max(1, n_scores) * TILE + LEGEND).mark_rect(strokeWidth=1.5, cursor="pointer")
    # One legend for the fill and the outline of a tile: they show the same.
    legend = alt.Legend(orient="top", title=None, columns=2)
    chosen = alt.selection_point(name=SELECT, fields=["patient_id"])
    return prepared(
        mark.encode(
            x=alt.X("place:O", axis=None, scale=alt.Scale(domain=list(range(room)), paddingInner=0.2)),
            y=alt.Y(
                "score:N", sort=None, title=None, axis=alt.Axis(labelOverlap=False), scale=alt.Scale(paddingInner=0.25)
            ),
            color=alt.Color("held:N", scale=scale, legend=legend),
            stroke=alt.Stroke("held:N", scale=scale, legend=legend),
            opacity=alt.condition(chosen, alt.value(1), alt.value(0.35)),
            fillOpacity=alt.condition("datum.hollow", alt.value(0), alt.value(1)),
            tooltip=[alt.Tooltip(f"{name}:N", title=title) for name, title in titles.items()],
        ).add_params(chosen)
    )
