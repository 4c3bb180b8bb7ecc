"""Who was on which drug when: a row per patient, or the share by day where patients are many."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Literal

import altair as alt
import pandas as pd

from explorer.analysis.courses import DayShare
from explorer.analysis.description import INADEQUATE, INTOLERANCE, NOT_RECORDED, ONGOING, OTHER
from explorer.charts.counts import FEWEST_FOR_PERCENT, part, part_apart, people
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.room import below
from explorer.charts.theme import AFTER, BEFORE, BLUE, FEWEST_PATIENTS, GREEN, GREY, MOST_MARKS, ORANGE

MOST_PATIENTS = 100
EVENT = "adverse event begins"
MARKS = {
    INADEQUATE: ("cross", ORANGE),
    INTOLERANCE: ("triangle-up", GREEN),
    OTHER: ("square", GREY),
    NOT_RECORDED: ("diamond", GREY),
    ONGOING: ("triangle-right", BLUE),
    EVENT: ("circle", GREEN),
}
ROW, AROUND = 13, 120
"""Heights in pixels; legend and axis take what stands around the rows."""
COLUMNS = ["patient_id", "place", "kind", "drug", "from", "to", "what", "mark", "hypothetical"]


def timeline(
    order: Sequence[str],
    courses: pd.DataFrame,
    events: pd.DataFrame,
    drugs: tuple[str, ...],
    days: tuple[int, int],
    room: int,
    hypothetical: int = 0,
) -> Figure | TooFew:
    """Draw every course and event of every patient; a click chooses the patient.

    Parameters
    ----------
    order : sequence of str
        Patients from top to bottom; at most `MOST_PATIENTS`.
    courses, events : DataFrame
        As in `explorer.analysis.courses`.
    drugs : tuple of str
        The prior drug, if any, and the index drug.
    days : tuple of int
        First and last day of the axis; what lies before is cut off.
    room : int
        Patients to keep room for: as many as could be analysed under any definition.
    hypothetical : int
        How many of the patients are hypothetical additions.
    """
    title = "Courses of " + " and ".join(drugs) + ", patient by patient"
    if len(order) < FEWEST_PATIENTS:
        return TooFew(title, f"{people(len(order))} analysed; from {FEWEST_PATIENTS} on, courses are drawn.")
    earlier = int((courses["from_day"] < days[0]).sum())
    return Figure(
        name="courses",
        title=title,
        alt=_sentence(people(len(order), hypothetical), courses, drugs, earlier),
        spec=_timeline(drugs, days, min(room, MOST_PATIENTS)),
        data=_rows(order, courses, events, min(room, MOST_PATIENTS)).head(MOST_MARKS),
        tabulate=lambda: courses.drop(columns=["hypothetical", "end"]).set_axis(
            ["Patient", "Drug", "From day", "To day (last on record where ongoing)", "Why it ended"], axis="columns"
        ),
        counts=people(len(order), hypothetical),
        select="chosen",
    )


def _sentence(patients: str, courses: pd.DataFrame, drugs: tuple[str, ...], earlier: int) -> str:
    index = courses[courses["drug"] == drugs[-1]]
    everybody, invented = (
        (some.loc[some["end"] == ONGOING, "patient_id"].nunique(), some["patient_id"].nunique())
        for some in (index, index[index["hypothetical"]])
    )
    cut = f" {earlier} courses began before the first day shown." if earlier else ""
    return (
        f"{patients}, longest on {drugs[-1]} first; {part_apart(*everybody, invented)} who began it "
        f"were still on it at the last record.{cut}"
    )


def _rows(order: Sequence[str], courses: pd.DataFrame, events: pd.DataFrame, room: int) -> pd.DataFrame:
    """Put courses, how they ended, and events into one frame, led by a row for each patient and each place left."""
    drawn = courses.rename(columns={"from_day": "from", "to_day": "to"}).assign(mark=courses["end"])
    drawn["what"] = drawn["drug"] + ": " + drawn["reason"]
    ends = drawn.assign(**{"from": drawn["to"]})
    begun = events.rename(columns={"from_day": "from", "to_day": "to"}).assign(mark=EVENT)
    begun["what"] = begun["term"] + " on " + begun["drug"]
    parts = {"course": drawn, "end": ends, "event": begun}
    rows = pd.concat([frame.assign(kind=kind) for kind, frame in parts.items()], ignore_index=True)
    absent = pd.concat([pd.DataFrame({"patient_id": order}), below(room - len(order))]).assign(kind="row")
    rows = pd.concat([absent, rows], ignore_index=True)
    places = {name: place for place, name in enumerate(absent["patient_id"])}
    return rows.assign(place=rows["patient_id"].map(places), hypothetical=rows["hypothetical"].eq(True))[COLUMNS]


@cache
def _timeline(drugs: tuple[str, ...], days: tuple[int, int], rows: int) -> Spec:
    x = alt.X("from:Q", title="Days from the first prescription", axis=alt.Axis(tickCount=8))
    x = x.scale(alt.Scale(domain=list(days), nice=False))
    axis = alt.Axis(labelLimit=64, labelFontSize=10, ticks=False, domain=False, labelOverlap=False, labelFlush=False)
    y = alt.Y("patient_id:N", sort=alt.EncodingSortField("place", op="min"), title=None, axis=axis)
    tooltip = [alt.Tooltip("patient_id:N", title="Patient"), alt.Tooltip("what:N", title="What")]
    tooltip += [alt.Tooltip("from:Q", title="Day"), alt.Tooltip("to:Q", title="to")]
    colours = alt.Scale(domain=list(drugs), range=[BEFORE, AFTER][-len(drugs) :])
    chosen = alt.selection_point(name="chosen", fields=["patient_id"])
    base = alt.Chart(height=ROW * rows + AROUND).encode(y=y)
    course = base.transform_filter("datum.kind == 'course'").mark_bar(
        size=7, clip=True, cursor="pointer", strokeWidth=1.2
    )
    course = course.encode(
        x=x,
        x2="to:Q",
        fill=alt.Fill("drug:N", scale=colours, legend=_legend()),
        stroke=alt.Stroke("drug:N", scale=colours, legend=_legend()),
        fillOpacity=alt.condition("datum.hypothetical", alt.value(0), alt.value(0.75)),
        opacity=alt.condition(chosen, alt.value(1), alt.value(0.3)),
        tooltip=tooltip,
    )
    return prepared(alt.layer(course.add_params(chosen), _marks(base, x, days[0], tooltip)))


def _marks(base: alt.Chart, x: alt.X, first: int, tooltip: list[alt.Tooltip]) -> alt.Chart:
    shapes, colours = zip(*MARKS.values(), strict=True)
    shown = base.transform_filter(f"(datum.kind == 'end' || datum.kind == 'event') && datum.from >= {first}")
    drawn: alt.Chart = shown.mark_point(filled=True, opacity=1).encode(
        x=x,
        shape=alt.Shape("mark:N", scale=alt.Scale(domain=list(MARKS), range=list(shapes)), legend=_legend("bottom")),
        color=alt.Color("mark:N", scale=alt.Scale(domain=list(MARKS), range=list(colours)), legend=_legend("bottom")),
        size=alt.condition("datum.kind == 'event'", alt.value(18), alt.value(46)),
        tooltip=tooltip,
    )
    return drawn


def _legend(orient: Literal["top", "bottom"] = "top") -> alt.Legend:
    return alt.Legend(orient=orient, title=None, columns=2, labelFontSize=11)


def by_day(shares: Sequence[DayShare], drugs: tuple[str, ...], n: int, hypothetical: int = 0) -> Figure | TooFew:
    """Draw the share of patients on each drug by day, for a cohort too large for a row per patient.

    Days on which fewer than ten patients were still observed are left out.
    """
    title = "Share of patients on " + " and ".join(drugs) + ", by day"
    if n < FEWEST_PATIENTS:
        return TooFew(title, f"{people(n)} analysed; from {FEWEST_PATIENTS} on, shares are drawn.")
    days = (min(s.day for s in shares), max(s.day for s in shares))
    shares = [share for share in shares if share.n >= FEWEST_FOR_PERCENT]
    rows = pd.DataFrame([(s.drug, s.day, s.k, s.n, s.k / s.n) for s in shares], columns=list("dxknp"))
    return Figure(
        name="courses",
        title=title,
        alt="; ".join(_peak(drug, [s for s in shares if s.drug == drug]) for drug in drugs) + ".",
        spec=_by_day(drugs, days),
        data=rows,
        tabulate=lambda: pd.DataFrame(
            {"Drug": rows["d"], "Day": rows["x"], "Patients on it": [part(s.k, s.n) for s in shares]}
        ),
        counts=people(n, hypothetical),
    )


def _peak(drug: str, shares: Sequence[DayShare]) -> str:
    if not shares:
        return f"nobody observed on {drug}"
    most = max(shares, key=lambda s: s.k / s.n)
    return f"most patients were on {drug} on day {most.day}: {part(most.k, most.n)}"


@cache
def _by_day(drugs: tuple[str, ...], days: tuple[int, int]) -> Spec:
    x = alt.X("x:Q", title="Days from the first prescription", scale=alt.Scale(domain=list(days), nice=False))
    y = alt.Y("p:Q", title="Patients still observed", axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1]))
    colours = alt.Scale(domain=list(drugs), range=[BEFORE, AFTER][-len(drugs) :])
    tooltip = [alt.Tooltip("d:N", title="Drug"), alt.Tooltip("x:Q", title="Day"), alt.Tooltip("k:Q", title="On it")]
    tooltip += [alt.Tooltip("n:Q", title="of")]
    line = alt.Chart(height=300).mark_line(interpolate="step-after")
    return prepared(line.encode(x=x, y=y, color=alt.Color("d:N", scale=colours, legend=_legend()), tooltip=tooltip))
