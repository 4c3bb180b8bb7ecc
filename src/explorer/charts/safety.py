"""Events of the prior drug on the index drug: counts per event, and patient by patient."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from explorer.analysis.carry_over import NEW, OUTCOMES, RECURRED, RESOLVED, UNRESOLVED, patients_with
from explorer.analysis.safety import CarryOver
from explorer.charts.counts import part, people
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.theme import BLUE, FEWEST_PATIENTS, GREY, ORANGE, PURPLE

BECAME = {RESOLVED: BLUE, UNRESOLVED: GREY, RECURRED: ORANGE, NEW: PURPLE}
COLOURS = alt.Scale(domain=list(BECAME), range=list(BECAME.values()))
MOST_EVENTS, MOST_COLUMNS, MOST_TILES = 12, 4, 100
ROW, TILE, HEADING = 36, 20, 56
"""Heights in pixels; Streamlit counts the axis into the height of a chart."""
SIDE: dict[str, Any] = {"ticks": False, "domain": False, "labelOverlap": False, "labelFlush": False}
TOP = SIDE | {"orient": "top", "labelAngle": 0}


def carry_over(rows: Sequence[CarryOver], n: int, prior: str, index: str) -> Figure | TooFew:
    """Draw how many patients an event of the prior drug left, stayed with or came back to on the index drug.

    Parameters
    ----------
    rows : sequence of CarryOver
        Those to draw, most frequent first; at most `MOST_EVENTS`.
    n : int
        Patients analysed.
    """
    title = f"What became of each event of {prior} on {index} (patients)"
    if n < FEWEST_PATIENTS:
        return TooFew(title, f"{people(n)} analysed; from {FEWEST_PATIENTS} on, events are drawn.")
    tiles = [
        (row.term, place, outcome, getattr(row, outcome)) for place, row in enumerate(rows) for outcome in OUTCOMES
    ]
    return Figure(
        name="carry-over",
        title=title,
        alt=" ".join(_sentence(row, prior, index) for row in rows[:3]),
        spec=_counts(len(rows)),
        data=pd.DataFrame(tiles, columns=["term", "place", "outcome", "n"]),
        table=pd.DataFrame(
            [(row.term, row.resolved, row.unresolved, row.recurred, row.new) for row in rows],
            columns=["Event", *(_heading(outcome, prior, index) for outcome in OUTCOMES)],
        ),
        counts=f"{n} patients analysed",
    )


def _sentence(row: CarryOver, prior: str, index: str) -> str:
    had = row.resolved + row.unresolved + row.recurred
    if not had:
        return f"{row.term}: nobody on {prior}, {row.new} new on {index}."
    unresolved = f", {row.unresolved} without a recorded end" if row.unresolved else ""
    return (
        f"{row.term}: {had} on {prior}, of whom {part(row.resolved, had)} resolved and not recorded on {index}"
        f"{unresolved}, {part(row.recurred, had)} recurred; {row.new} new on {index}."
    )


def _heading(outcome: str, prior: str, index: str) -> str:
    said = {
        RESOLVED: f"{prior} only, ended",
        UNRESOLVED: f"{prior} only, no end recorded",
        RECURRED: "on both drugs",
        NEW: f"{index} only",
    }
    return f"{outcome.capitalize()}: {said[outcome]}"


@cache
def _counts(rows: int) -> Spec:
    x = alt.X("outcome:N", sort=list(OUTCOMES), title=None, axis=alt.Axis(labelFontSize=10, **TOP))
    y = alt.Y(
        "term:N", sort=alt.EncodingSortField("place", op="min"), title=None, axis=alt.Axis(labelLimit=145, **SIDE)
    )
    tooltip = [alt.Tooltip("term:N", title="Event"), alt.Tooltip("outcome:N"), alt.Tooltip("n:Q", title="Patients")]
    base = alt.Chart(height=ROW * rows + HEADING).encode(x=x, y=y, tooltip=tooltip)
    tile = base.mark_rect(cornerRadius=4).encode(
        color=alt.Color("outcome:N", scale=COLOURS, legend=None),
        opacity=alt.condition("datum.n > 0", alt.value(0.35), alt.value(0.07)),
    )
    return prepared(alt.layer(tile, base.mark_text(fontSize=14).encode(text="n:Q")))


def by_patient(rows: pd.DataFrame, prior: str, index: str) -> Figure:
    """Draw what became of each event in each patient who had any; a click chooses the patient.

    Parameters
    ----------
    rows : DataFrame
        As `patient_events` returns; at most `MOST_TILES` rows and `MOST_COLUMNS` events.
    """
    patients = rows["patient_id"].nunique()
    terms = tuple(rows["term"].unique())
    several = int(rows["patient_id"].duplicated().sum())
    return Figure(
        name="events-by-patient",
        title="Patient by patient: who had which event, and what became of it",
        alt=f"{patients} patients had {' or '.join(terms)} on either drug; {several} of them more than one of these. "
        "Days count from the first prescription.",
        spec=_patients(patients, terms),
        data=rows.rename(columns={"index": "after"}),
        table=rows.drop(columns="hypothetical").set_axis(
            ["Patient", "Event", "What became of it", f"On {prior}", f"On {index}"], axis="columns"
        ),
        counts=f"{patients} patients with an event",
        select="chosen",
    )


@cache
def _patients(patients: int, terms: tuple[str, ...]) -> Spec:
    axis = alt.Axis(labelLimit=150 if len(terms) < 3 else 75, **TOP)
    x = alt.X("term:N", sort=list(terms), title=None, axis=axis)
    y = alt.Y("patient_id:N", sort="ascending", title=None, axis=alt.Axis(labelLimit=90, **SIDE))
    tooltip = [alt.Tooltip("patient_id:N", title="Patient"), alt.Tooltip("term:N", title="Event")]
    tooltip += [alt.Tooltip("outcome:N"), alt.Tooltip("prior:N", title="Prior drug")]
    tooltip += [alt.Tooltip("after:N", title="Index drug")]
    chosen = alt.selection_point(name="chosen", fields=["patient_id"])
    base = alt.Chart(height=TILE * max(4, patients) + HEADING).encode(x=x, y=y, tooltip=tooltip)
    tile = base.mark_rect(cornerRadius=4, cursor="pointer", strokeWidth=1.5).encode(
        color=alt.Color("outcome:N", scale=COLOURS, legend=None),
        stroke=alt.Stroke("outcome:N", scale=COLOURS, legend=None),
        fillOpacity=alt.condition("datum.hypothetical", alt.value(0), alt.value(0.35)),
        strokeOpacity=alt.condition("datum.hypothetical", alt.value(1), alt.value(0)),
        opacity=alt.condition(chosen, alt.value(1), alt.value(0.35)),
    )
    word = base.mark_text(fontSize=11, cursor="pointer").encode(text="outcome:N")
    return prepared(alt.layer(tile.add_params(chosen), word))


def busiest(rows: Sequence[CarryOver]) -> int:
    """How many tiles the patient matrix of some events needs."""
    return sum(map(patients_with, rows))
