"""One patient's scores, treatments, events and reports by day, each kind in a band of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from explorer.analysis.facts import CohortFacts
from explorer.analysis.patient import Course, Timeline, Visit
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.theme import AFTER, BEFORE, GREY, MOST_MARKS, NO, YES
from explorer.cohort.instruments import Instrument
from explorer.cohort.tables import Cohort
from explorer.study.sentence import INDEX
from explorer.study.study import Study
from explorer.study.words import counted, spelt

SCORES, COURSE, REPORT, EVENT = "scores", "course", "report", "event"
HEIGHTS = {SCORES: 72, COURSE: 28, REPORT: 24, EVENT: 36}
INSET = 12
"""Pixels kept free above and below the scale of a band, for the marks at its ends and their numbers."""
AXIS, MARGIN = 56, 10
HEAD = 0.008
"""Half the length of an arrowhead, as a part of the width."""
USES = {"baseline": BEFORE, "follow-up": AFTER}
EVENTS = "adverse events"


@dataclass(frozen=True)
class Band:
    """A horizontal stretch of the chart: its lines of label, what it shows, and where it begins (from the top)."""

    key: str
    label: tuple[str, ...]
    kind: str
    top: int

    @property
    def middle(self) -> float:
        """Where its label and its marks stand."""
        return self.top + HEIGHTS[self.kind] / 2


@dataclass(frozen=True)
class Layout:
    """The bands of a cohort and its days: the same for all of its patients, so that nothing jumps between them."""

    bands: tuple[Band, ...]
    first: int
    last: int

    @property
    def height(self) -> int:
        """Pixels of all bands together."""
        return self.bands[-1].top + HEIGHTS[self.bands[-1].kind] if self.bands else 0

    def band(self, key: str) -> Band:
        """Return the band of an instrument, a drug, a report or the events."""
        return next(band for band in self.bands if band.key == key)


def layout(cohort: Cohort, study: Study) -> Layout:
    """Plan the bands that a cohort needs; remembered by it."""
    return cohort.derived(("timeline", study.prior_drug, study.index_drug, study.index), lambda: _plan(cohort, study))


def _plan(cohort: Cohort, study: Study) -> Layout:
    asked: list[tuple[str, tuple[str, ...], str]] = []
    asked += [(f"{SCORES} {code}", (code, _scale(one)), SCORES) for code, one in cohort.instruments.items()]
    asked += [(f"{COURSE} {drug}", (drug,), COURSE) for drug in _drugs(cohort, study)]
    asked += [(f"{REPORT} {item}", (item.replace("_", " "),), REPORT) for item in cohort.items]
    asked += [(EVENTS, (EVENTS,), EVENT)] if len(cohort.adverse_events) else []
    tops = np.cumsum([0, *(HEIGHTS[kind] for _, _, kind in asked)]).tolist()
    bands = tuple(Band(key, label, kind, top) for (key, label, kind), top in zip(asked, tops, strict=False))
    first, last = _days(cohort)
    if study.index == "first_dose":
        # Counted from each patient's own first dose, days move by as much as it came after the prescription.
        shift = np.nan_to_num(CohortFacts(cohort, study).start_day(study.index_drug))
        first, last = first - int(max(0, shift.max(initial=0))), last - int(min(0, shift.min(initial=0)))
    return Layout(bands, first, last)


def _drugs(cohort: Cohort, study: Study) -> list[str]:
    """Return the drugs with courses: the prior one, the index drug, then the others."""
    given = list(cohort.treatments["drug"].cat.categories)
    first = [drug for drug in (study.prior_drug, study.index_drug) if drug in given]
    return list(dict.fromkeys([*first, *given]))


def _scale(instrument: Instrument) -> str:
    return f"{spelt(instrument.range_min)} to {spelt(instrument.range_max)}"


def _days(cohort: Cohort) -> tuple[int, int]:
    """First and last day of any score, report or event; courses may begin earlier, and are cut off there."""
    tables = (cohort.assessments["day"], cohort.reports["day"], cohort.adverse_events["start_day"])
    days = np.concatenate([[0.0], *(table.to_numpy(float) for table in tables)])
    return int(days.min()) - MARGIN, int(days.max()) + MARGIN


def timeline(seen: Timeline, cohort: Cohort, study: Study) -> Figure | TooFew:
    """Draw all that is recorded of one patient, the windows shaded, the scores that the study uses solid."""
    title = f"{seen.patient_id}: scores, treatments, reports and events by day"
    if not seen.n_records:
        return TooFew(title, "Nothing is recorded of this patient but a row in the table of patients.")
    plan = layout(cohort, study)
    shown = _thinned(seen)
    rows = pd.DataFrame([*_background(plan, cohort, study), *_marks(shown, plan, cohort, study)], columns=COLUMNS)
    return Figure(
        name="patient-timeline",
        title=title,
        alt=_sentence(seen, study) + ("" if shown is seen else " Not every score is drawn: there are too many."),
        spec=_spec(plan, study.index),
        data=rows,
        tabulate=lambda: _table(seen),
        counts="one patient",
    )


def _thinned(seen: Timeline) -> Timeline:
    """Leave out scores evenly, the used ones last, where there are more than a browser draws at once."""
    # A score takes up to three marks: its point, the path through it, its number.
    room = max(2, MOST_MARKS // 3 - len(seen.courses) - len(seen.events) - len(seen.answers))
    if len(seen.visits) <= room:
        return seen
    used = _every([visit for visit in seen.visits if visit.use in USES], room // 2)
    rest = _every([visit for visit in seen.visits if visit.use not in USES], room - len(used))
    return replace(seen, visits=(*used, *rest))


def _every(visits: list[Visit], most: int) -> list[Visit]:
    return visits[:: max(1, -(-len(visits) // most))]


# The rows drawn: one frame, each layer takes its own part of it

COLUMNS = ["part", "x", "x2", "y", "y2", "colour", "solid", "group", "text", "said"]


def _row(part: str, x: float, y: float, colour: str = GREY, **further: Any) -> dict[str, Any]:
    empty = {"x2": x, "y2": y, "solid": True, "group": "", "text": "", "said": ""}
    return {"part": part, "x": x, "y": y, "colour": colour} | empty | further


def _background(plan: Layout, cohort: Cohort, study: Study) -> Iterator[dict[str, Any]]:
    for name, window in (("baseline", study.baseline), ("follow-up", study.follow_up)):
        x, x2 = max(window.from_day, plan.first), min(window.to_day, plan.last)
        if x <= x2:
            said = f"{name} window: {window.days}"
            # A window of one day is given the width of that day.
            yield _row("window", x - 0.5, 0, USES[name], x2=x2 + 0.5, y2=plan.height, said=said)
    for code, instrument in cohort.instruments.items():
        for end in (instrument.range_min, instrument.range_max):
            yield _row("grid", plan.first, _height(plan, code, instrument, end), x2=plan.last)


def _height(plan: Layout, code: str, instrument: Instrument, score: float) -> float:
    """Where a score stands in its band: the top of the scale at the top."""
    share = (score - instrument.range_min) / (instrument.range_max - instrument.range_min)
    band = plan.band(f"{SCORES} {code}")
    return band.top + INSET + (1 - share) * (HEIGHTS[SCORES] - 2 * INSET)


def _marks(seen: Timeline, plan: Layout, cohort: Cohort, study: Study) -> Iterator[dict[str, Any]]:
    for visit in seen.visits:
        yield from _score(visit, plan, cohort.instruments[visit.instrument], not seen.hypothetical)
    for course in seen.courses:
        yield from _course_marks(course, plan, study)
    for answer in seen.answers:
        said = f"{answer.item.replace('_', ' ')}: {'yes' if answer.yes else 'no'}, day {answer.day}"
        y, solid = plan.band(f"{REPORT} {answer.item}").middle, answer.used and not seen.hypothetical
        yield _row("point", answer.day, y, YES if answer.yes else NO, solid=solid, said=said)
        yield _row("answer", answer.day, y, YES if answer.yes else NO, text="yes" if answer.yes else "no")
    for place, event in enumerate(seen.events):
        # Two lanes keep events that overlap apart.
        y = plan.band(EVENTS).middle + (-7 if place % 2 == 0 else 7)
        until, said = event.start if np.isnan(event.end) else event.end, _event(event.drug, event.term)
        said += f", {_span(event.start, event.end, 'no end recorded')}"
        yield _row("event", event.start, y, NO, x2=until, said=said)
        yield _row("point", event.start, y, NO, solid=not seen.hypothetical, said=said)


def _course_marks(course: Course, plan: Layout, study: Study) -> Iterator[dict[str, Any]]:
    """Draw a course, with an arrowhead at an edge beyond which it goes on; so does one that is ongoing."""
    colour = {study.prior_drug: BEFORE, study.index_drug: AFTER}.get(course.drug, GREY)
    until = plan.last if np.isnan(course.end) else course.end
    start, end, y = max(course.start, plan.first), min(until, plan.last), plan.band(f"{COURSE} {course.drug}").middle
    said = _course(course.drug, course.start, course.end, course.stop_reason)
    head = (plan.last - plan.first) * HEAD
    cut, goes_on = course.start < plan.first, not course.end <= plan.last
    if end >= start:
        yield _row("course", start + head * cut, y, colour, x2=end - head * goes_on, said=said)
    if cut:
        yield _row("arrow", plan.first + head, y, colour, text="triangle-left", said=said)
    if goes_on:
        yield _row("arrow", plan.last - head, y, colour, text="triangle-right", said=said)


def _score(visit: Visit, plan: Layout, instrument: Instrument, recorded: bool) -> Iterator[dict[str, Any]]:
    y, used = _height(plan, visit.instrument, instrument, visit.score), visit.use in USES
    colour, score = USES.get(visit.use, GREY), spelt(round(visit.score, 2))
    said = f"{visit.instrument} {score}, day {visit.day}: {visit.use}"
    yield _row("point", visit.day, y, colour, solid=used and recorded, group=visit.instrument, said=said)
    yield _row("path", visit.day, y, group=visit.instrument)
    if used:
        yield _row("number", visit.day, y, colour, text=score)


# The same in words


def _span(start: float, end: float, open_end: str) -> str:
    return f"day {spelt(start)}, {open_end}" if np.isnan(end) else f"days {spelt(start)} to {spelt(end)}"


def _course(drug: str, start: float, end: float, stop_reason: str) -> str:
    why = "" if np.isnan(end) else f", stopped for {stop_reason.replace('_', ' ')}"
    return f"{drug} {_span(start, end, 'ongoing').replace('day ', 'from day ', 1)}{why}"


def _event(drug: str, term: str) -> str:
    return f"{term} on {drug}"


def _sentence(seen: Timeline, study: Study) -> str:
    parts = [_scores(seen, code) for code in dict.fromkeys(visit.instrument for visit in seen.visits)]
    parts += [_course(each.drug, each.start, each.end, each.stop_reason) for each in seen.courses]
    parts += [f"{_event(each.drug, each.term)} ({_span(each.start, each.end, 'no end')})" for each in seen.events]
    yes = [answer.item.replace("_", " ") for answer in seen.answers if answer.used and answer.yes]
    n_used = sum(answer.used for answer in seen.answers)
    if seen.answers:
        parts.append(f"{counted(n_used, 'report')} at follow-up, yes to {', '.join(yes) or 'none'}")
    return f"{'Hypothetical addition: drawn hollow. ' if seen.hypothetical else ''}{'; '.join(parts)}."


def _scores(seen: Timeline, code: str) -> str:
    held = [visit for visit in seen.visits if visit.instrument == code]
    used = [f"{spelt(round(v.score, 2))} at {v.use} (day {v.day})" for v in held if v.use in USES]
    n_over = sum(visit.use == "passed over" for visit in held)
    passed = f", {n_over} passed over" if n_over else ""
    return f"{code} {', '.join(used) or 'without a score in either window'}{passed}"


def _table(seen: Timeline) -> pd.DataFrame:
    scores = [(v.instrument, v.day, np.nan, spelt(round(v.score, 2)), v.use) for v in seen.visits]
    courses = [(c.drug, c.start, c.end, "course", f"stopped for {c.stop_reason}") for c in seen.courses]
    open_ended = [row if not np.isnan(row[2]) else (*row[:4], "ongoing") for row in courses]
    events = [(_event(e.drug, e.term), e.start, e.end, "adverse event", "") for e in seen.events]
    answers = [
        (a.item.replace("_", " "), a.day, np.nan, "yes" if a.yes else "no", "used" if a.used else "not used")
        for a in seen.answers
    ]
    rows = sorted([*scores, *open_ended, *events, *answers], key=lambda row: row[1])
    return pd.DataFrame(rows, columns=["What", "Day", "To day", "Recorded", "Use"])


@lru_cache(maxsize=64)
def _spec(plan: Layout, index: str) -> Spec:
    x, y = _axes(plan, index)
    colour, said = alt.Color("colour:N", scale=None, legend=None), alt.Tooltip("said:N", title="Recorded")
    here, told = {"x": x, "y": y}, {"x": x, "y": y, "color": colour, "tooltip": said}
    to = alt.X2("x2:Q")
    return prepared(
        alt.layer(
            _part("window").mark_rect(opacity=0.13).encode(**told, x2=to, y2="y2:Q"),
            _part("grid").mark_rule(color=GREY, opacity=0.35).encode(**here, x2=to),
            _part("path").mark_line(color=GREY, opacity=0.6, strokeWidth=1).encode(**here, detail="group:N"),
            _part("course").mark_rule(strokeWidth=10).encode(**told, x2=to),
            _part("arrow")
            .mark_point(filled=True, size=260, opacity=1)
            .encode(**told, shape=alt.Shape("text:N", scale=None, legend=None)),
            _part("event").mark_rule(strokeWidth=4, opacity=0.75).encode(**told, x2=to),
            _part("point", "!datum.solid").mark_point(filled=False, size=60, strokeWidth=1.8, opacity=1).encode(**told),
            _part("point", "datum.solid").mark_point(filled=True, size=80, opacity=1).encode(**told),
            _part("number").mark_text(dy=-11, fontSize=11, fontWeight="bold").encode(**told, text="text:N"),
            _part("answer").mark_text(dx=8, align="left", fontSize=11).encode(**told, text="text:N"),
        ).properties(height=plan.height + AXIS)
    )


def _part(name: str, also: str = "true") -> alt.Chart:
    return alt.Chart().transform_filter(f"datum.part == '{name}' && {also}")


def _axes(plan: Layout, index: str) -> tuple[alt.X, alt.Y]:
    # The names stand in the expression as a JSON literal: text of a file cannot become part of the expression.
    labels = json.dumps({spelt(band.middle): list(band.label) for band in plan.bands})
    names = alt.Axis(
        values=[band.middle for band in plan.bands],
        labelExpr=f"{labels}[datum.value]",
        labelOverlap=False,
        labelBaseline="middle",
        grid=False,
        ticks=False,
        domain=False,
    )
    y = alt.Y("y:Q", title=None, scale=alt.Scale(domain=[plan.height, 0], nice=False, zero=False), axis=names)
    title = f"Day (0: {INDEX[index]})"
    domain = alt.Scale(domain=[plan.first, plan.last], nice=False, zero=False)
    return alt.X("x:Q", title=title, scale=domain, axis=alt.Axis(tickCount=8)), y
