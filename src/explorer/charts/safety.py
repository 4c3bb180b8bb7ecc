"""Events of the prior drug on the index drug: counts per event, and patient by patient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from explorer.analysis.carry_over import NEW, OUTCOMES, RECURRED, RESOLVED, UNRESOLVED, patients_with
from explorer.analysis.safety import CarryOver
from explorer.charts.counts import apart, part_apart, people
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.room import below
from explorer.charts.theme import BLUE, FEWEST_PATIENTS, GREY, ORANGE, PURPLE

BECAME = {RESOLVED: BLUE, UNRESOLVED: GREY, RECURRED: ORANGE, NEW: PURPLE}
COLOURS = alt.Scale(domain=list(BECAME), range=list(BECAME.values()))
MOST_EVENTS, MOST_COLUMNS, MOST_TILES = 12, 4, 100
ROW, TILE, HEADING = 36, 20, 56
"""Heights in pixels; Streamlit counts the axis into the height of a chart."""
SIDE: dict[str, Any] = {"ticks": False, "domain": False, "labelOverlap": False, "labelFlush": False}
TOP = SIDE | {"orient": "top", "labelAngle": 0}


def carry_over(
    rows: Sequence[CarryOver], added: Sequence[CarryOver], n: int, n_added: int, prior: str, index: str
) -> Figure | TooFew:
    """Draw how many patients an event of the prior drug left, stayed with or came back to on the index drug.

    Parameters
    ----------
    rows : sequence of CarryOver
        Those to draw, most frequent first; at most `MOST_EVENTS`.
    added : sequence of CarryOver
        The same events in the hypothetical additions among them.
    n, n_added : int
        Patients analysed, and the additions among them.
    """
    title = f"What became of each event of {prior} on {index} (patients)"
    if n < FEWEST_PATIENTS:
        return TooFew(title, f"{people(n)} analysed; from {FEWEST_PATIENTS} on, events are drawn.")
    pairs = list(zip(rows, added, strict=True))
    return Figure(
        name="carry-over",
        title=title,
        alt=" ".join(_sentence(*pair, prior, index) for pair in pairs[:3]),
        spec=_counts(len(rows)),
        data=pd.DataFrame([tile for place, pair in enumerate(pairs) for tile in _tiles(place, *pair)]),
        tabulate=lambda: pd.DataFrame(
            [(row.term, *(_count(row, of, outcome) for outcome in OUTCOMES)) for row, of in pairs],
            columns=["Event", *(_heading(outcome, prior, index) for outcome in OUTCOMES)],
        ),
        counts=f"{people(n, n_added)} analysed",
    )


def _count(row: CarryOver, added: CarryOver, outcome: str) -> int | str:
    k, invented = getattr(row, outcome), getattr(added, outcome)
    return apart(k, invented) if invented else int(k)


def _tiles(place: int, row: CarryOver, added: CarryOver) -> Iterator[dict[str, Any]]:
    for outcome in OUTCOMES:
        count = str(_count(row, added, outcome))
        n = {"n": getattr(row, outcome), "text": count.removesuffix(" hypothetical"), "said": count}
        yield {"term": row.term, "place": place, "outcome": outcome, **n}


def _had(row: CarryOver) -> int:
    return row.resolved + row.unresolved + row.recurred


def _sentence(row: CarryOver, added: CarryOver, prior: str, index: str) -> str:
    had, new = (_had(row), _had(added)), apart(row.new, added.new)
    if not had[0]:
        return f"{row.term}: nobody on {prior}, {new} new on {index}."
    unresolved = f", {apart(row.unresolved, added.unresolved)} without a recorded end" if row.unresolved else ""
    resolved = part_apart(row.resolved, had[0], (added.resolved, had[1]))
    recurred = part_apart(row.recurred, had[0], (added.recurred, had[1]))
    return (
        f"{row.term}: {apart(*had)} on {prior}, of whom {resolved} resolved and not recorded on {index}"
        f"{unresolved}, {recurred} recurred; {new} new on {index}."
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
    tooltip = [alt.Tooltip("term:N", title="Event"), alt.Tooltip("outcome:N"), alt.Tooltip("said:N", title="Patients")]
    base = alt.Chart(height=ROW * rows + HEADING).encode(x=x, y=y, tooltip=tooltip)
    tile = base.mark_rect(cornerRadius=4).encode(
        color=alt.Color("outcome:N", scale=COLOURS, legend=None),
        opacity=alt.condition("datum.n > 0", alt.value(0.35), alt.value(0.07)),
    )
    return prepared(alt.layer(tile, base.mark_text(fontSize=14).encode(text="text:N")))


def by_patient(rows: pd.DataFrame, terms: tuple[str, ...], room: int, prior: str, index: str) -> Figure:
    """Draw what became of each event in each patient who had any; a click chooses the patient.

    Parameters
    ----------
    rows : DataFrame
        As `patient_events` returns; at most `MOST_TILES` rows.
    terms : tuple of str
        The events, from left to right; at most `MOST_COLUMNS`.
    room : int
        Patients to keep room for: as many as have any of the events under any definition.
    """
    patients = rows["patient_id"].nunique()
    room = max(FEWEST_PATIENTS, patients, min(room, MOST_TILES))
    several = int(rows["patient_id"].duplicated().sum())
    return Figure(
        name="events-by-patient",
        title="Patient by patient: who had which event, and what became of it",
        alt=f"{patients} patients had {' or '.join(terms)} on either drug; {several} of them more than one of these. "
        "Days count from the first prescription.",
        spec=_patients(room, terms),
        data=_by_identifier(rows, room - patients),
        tabulate=lambda: rows.drop(columns="hypothetical").set_axis(
            ["Patient", "Event", "What became of it", f"On {prior}", f"On {index}"], axis="columns"
        ),
        counts=f"{patients} patients with an event",
        select="chosen",
    )


def _by_identifier(rows: pd.DataFrame, left: int) -> pd.DataFrame:
    """Put patients in order, and room for so many below them."""
    named = rows.rename(columns={"index": "after"}).sort_values("patient_id", kind="stable")
    return pd.concat([named, below(left)], ignore_index=True)


@cache
def _patients(room: int, terms: tuple[str, ...]) -> Spec:
    axis = alt.Axis(labelLimit=150 if len(terms) < 3 else 75, **TOP)
    x = alt.X("term:N", scale=alt.Scale(domain=list(terms)), title=None, axis=axis)
    y = alt.Y("patient_id:N", sort=None, title=None, axis=alt.Axis(labelLimit=90, **SIDE))
    tooltip = [alt.Tooltip("patient_id:N", title="Patient"), alt.Tooltip("term:N", title="Event")]
    tooltip += [alt.Tooltip("outcome:N"), alt.Tooltip("prior:N", title="Prior drug")]
    tooltip += [alt.Tooltip("after:N", title="Index drug")]
    chosen = alt.selection_point(name="chosen", fields=["patient_id"])
    rows = alt.Chart(height=TILE * room + HEADING).encode(y=y)
    held = rows.transform_filter("isValid(datum.term)").encode(x=x, tooltip=tooltip)
    tile = held.mark_rect(cornerRadius=4, cursor="pointer", strokeWidth=1.5).encode(
        color=alt.Color("outcome:N", scale=COLOURS, legend=None),
        stroke=alt.Stroke("outcome:N", scale=COLOURS, legend=None),
        fillOpacity=alt.condition("datum.hypothetical", alt.value(0), alt.value(0.35)),
        strokeOpacity=alt.condition("datum.hypothetical", alt.value(1), alt.value(0)),
        opacity=alt.condition(chosen, alt.value(1), alt.value(0.35)),
    )
    word = held.mark_text(fontSize=11, cursor="pointer").encode(text="outcome:N")
    return prepared(alt.layer(rows.mark_point(opacity=0), tile.add_params(chosen), word))


def busiest(rows: Sequence[CarryOver]) -> int:
    """How many tiles the patient matrix of some events needs."""
    return sum(map(patients_with, rows))
