"""Why the first drug was left, what its events became on the second, and how long patients stayed on it."""

import pandas as pd
import streamlit as st

from explorer.analysis import courses as taken
from explorer.analysis.carry_over import most_frequent, patient_events
from explorer.analysis.description import INADEQUATE, INTOLERANCE
from explorer.analysis.sequence import gaps, once, paths, stop_reasons
from explorer.charts import courses, safety, sequence
from explorer.charts.counts import part
from explorer.charts.persistence import persistence
from explorer.charts.theme import FEWEST_PATIENTS
from explorer.ui import show

BACK = {182: "6 months", 365: "1 year", 730: "2 years", 1460: "4 years"}
POINTS, MOST_EVENT_ROWS = 120, 12
COURSES = "a table of treatments: patient_id, drug, start_day, end_day, stop_reason"
EVENTS = "a table of adverse events: patient_id, drug, term, start_day, end_day"


def lacks(what, table):
    """Say what a part of the page would need."""
    st.info(show.plain(f"This cohort does not record {what}. This part would need {table}."))


def left(analysis, prior, index):
    """Why the prior drug was stopped, and the days between the drugs."""
    reasons, between = stop_reasons(analysis), gaps(analysis)
    if reasons is not None and reasons.n:
        ended = (f"{group} in {part(reasons.in_group(group), reasons.n)}" for group in (INADEQUATE, INTOLERANCE))
        st.subheader(show.plain(f"What ended {prior}: {', '.join(ended)}"))
    else:
        st.subheader(show.plain(f"What ended {prior}" if prior else "No drug before"))
    why, when = st.columns(2)
    with why:
        if reasons is None:
            lacks(f"why {prior or 'a drug before'} was stopped", COURSES)
        else:
            figure("stopped", lambda: sequence.stopped(reasons, prior))
    with when:
        if between is None:
            lacks(f"the days between {prior or 'a drug before'} and {index}", COURSES)
        else:
            figure("gaps", lambda: sequence.gaps(between, analysis.description.switch, prior, index))


def events(analysis, prior, index):
    """What became of each event, in counts and patient by patient."""
    n, rows = analysis.ledger.n, analysis.safety.carry_over
    st.subheader(show.plain(f"Events of {prior} on {index}" if prior else f"Events on {index}"))
    if "adverse_events" not in analysis.cohort.tables:
        lacks("adverse events, which is not the same as none", EVENTS)
    elif not analysis.safety.events:
        st.info(f"No event is recorded for the {n} patients analysed.")
    elif not rows:
        lacks("when events ended, or no drug before" if prior else "a drug before", EVENTS)
        event_table(analysis)
    else:
        counts, patients = st.columns(2)
        with counts:
            most = most_frequent(rows, safety.MOST_EVENTS)
            figure("carry over", lambda: safety.carry_over(most, n, prior, index))
            event_table(analysis)
        with patients:
            by_patient(analysis, most_frequent(rows, safety.MOST_COLUMNS), prior, index)


def event_table(analysis):
    """Who had which event on which drug, of those who took it."""
    heads = ("Drug", "Event", "Patients with it", "All episodes ended")
    cells = [
        (r.drug, r.term, part(r.n_patients, r.n_treated) if r.n_treated else str(r.n_patients), ended)
        for r in analysis.safety.events[:MOST_EVENT_ROWS]
        for ended in ["not recorded" if r.n_resolved is None else str(r.n_resolved)]
    ]
    show.small_table(pd.DataFrame(cells, columns=heads), alt="Events by drug")
    st.caption("Patients, not episodes; no percentage of fewer than ten.")


def by_patient(analysis, shown, prior, index):
    """Each patient's events; a click chooses the patient."""
    tiles = safety.busiest(shown)
    if analysis.ledger.n < FEWEST_PATIENTS or tiles > safety.MOST_TILES:
        st.info(f"Patients are drawn one by one where they are few, but not fewer than five; here: {tiles} events.")
        return
    terms = tuple(row.term for row in shown)
    offer(figure("by patient", lambda: safety.by_patient(patient_events(analysis, terms), prior, index)))


def staying(analysis, index):
    """How long patients stayed on the index drug."""
    st.subheader(show.plain(f"Staying on {index}"))
    recorded = analysis.facts.took(index).any() and analysis.cohort.gives("treatments", "end_day")
    if not recorded:
        lacks(f"how long {index} was taken", COURSES)
        return
    found = analysis.persistence
    st.warning(f"**Conditional on the entry rules.** {found.condition}", icon=":material/filter_alt:")
    until = taken.longest_on_index(analysis.facts)
    figure("persistence", lambda: persistence(found, index, until, added(analysis)))


def way(analysis, prior, index):
    """The sequence as a flow, then course by course."""
    st.subheader(show.plain(f"The sequence: {prior}, then {index}" if prior else f"The sequence on {index}"))
    if not analysis.cohort.gives("treatments", "end_day"):
        lacks("when courses began and ended", COURSES)
        return
    figure("flow", lambda: sequence.flow(paths(analysis), prior, index))
    back = st.segmented_control(
        "Shown before the first prescription",
        list(BACK),
        default=365,
        format_func=BACK.get,
        required=True,
        key="safety-back",
        persist_state="session",
        help="Courses that began earlier are cut off at the left edge; the table gives their first day.",
    )
    drugs, days = tuple(filter(None, (prior, index))), (-back, taken.last_day(analysis.facts))
    offer(figure(f"courses {back}", lambda: who_took_what(analysis, drugs, days)))


def who_took_what(analysis, drugs, days):
    """A row per patient where they are few, else the share by day."""
    n, hypothetical = analysis.ledger.n, added(analysis)
    if n <= courses.MOST_PATIENTS:
        rows = taken.in_order(analysis), taken.courses(analysis), taken.events(analysis)
        return courses.timeline(*rows, drugs, days, hypothetical)
    grid = range(days[0], days[1] + 1, max(1, (days[1] - days[0]) // POINTS))
    return courses.by_day(taken.on_drug_by_day(analysis, tuple(grid)), drugs, n, hypothetical)


def added(analysis):
    """How many hypothetical additions are analysed."""
    return int((analysis.ledger.eligible & analysis.cohort.hypothetical).sum())


def figure(name, draw):
    """Show a figure; none of them depends on the response rule, so each is kept while only that changes."""
    return show.figure(once(analysis, f"figure {name} {analysis.study.confidence}", draw), analysis)


def choose():
    """Make the patient last clicked in a chart the chosen one; before anything is drawn, so that nothing is stale."""
    for chart in ("events-by-patient", "courses"):
        event = st.session_state.get(f"chart-{chart}")
        clicked = event["selection"]["chosen"] if event else None
        picked = clicked[0]["patient_id"] if clicked else None
        if picked and picked != st.session_state.get(f"safety-{chart}"):
            st.session_state["patient"] = picked
        st.session_state[f"safety-{chart}"] = picked


def offer(clicked):
    """Lead to the patient clicked, where it is the one chosen last."""
    picked = clicked[0]["patient_id"] if clicked else None
    if picked and picked == st.session_state.get("patient"):
        st.page_link("pages/patients.py", label=f"Open patient {show.plain(picked)}", icon=":material/person_search:")


with show.mistakes():
    analysis = show.page(
        "Safety and sequencing",
        "Why was the first drug left, what became of its adverse events on the second, and how long did patients stay?",
    )
    choose()
    prior, index = analysis.study.prior_drug, analysis.study.index_drug
    left(analysis, prior, index)
    events(analysis, prior, index)
    staying(analysis, index)
    way(analysis, prior, index)
