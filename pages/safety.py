"""Why the first drug was left, what its events became on the second, and how long patients stayed on it."""

import streamlit as st

from explorer.analysis import courses as taken
from explorer.analysis.attrition import entering
from explorer.analysis.carry_over import hypothetical, in_cohort, n_with_any, of_terms, patient_events
from explorer.analysis.description import INADEQUATE, INTOLERANCE
from explorer.analysis.sequence import gaps, once, paths, stop_reasons
from explorer.charts import courses, safety, sequence
from explorer.charts.persistence import persistence
from explorer.charts.theme import FEWEST_PATIENTS
from explorer.export.safety import event_rows
from explorer.ui import clicked, glossary, show

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
        ended = (f"{group} in {sequence.in_groups(reasons, group)}" for group in (INADEQUATE, INTOLERANCE))
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
    st.subheader(show.plain(f"Events of {prior} on {index}" if prior else f"Events on {index}"))
    if "adverse_events" not in analysis.cohort.tables:
        lacks("adverse events, which is not the same as none", EVENTS)
    elif not analysis.safety.events:
        st.info(f"No event is recorded for the {analysis.ledger.n} patients analysed.")
    elif prior is None:
        lacks("a drug before", COURSES)
        event_table(analysis)
    elif not analysis.cohort.gives("adverse_events", "end_day"):
        lacks("when events ended", EVENTS)
        event_table(analysis)
    elif not in_cohort(analysis, 1):
        st.info(show.plain(f"No event on {prior} or {index} is recorded."))
        event_table(analysis)
    else:
        carried_over(analysis, prior, index)


def carried_over(analysis, prior, index):
    """Counts beside patients; which events are shown follows the cohort, so that neither moves."""
    rows = analysis.safety.carry_over
    by_event, of_whom = st.columns(2)
    with by_event:
        terms = in_cohort(analysis, safety.MOST_EVENTS)
        most, invented = of_terms(rows, terms), of_terms(hypothetical(analysis), terms)
        n = analysis.ledger.n, added(analysis)
        figure("carry over", lambda: safety.carry_over(most, invented, *n, prior, index))
        event_table(analysis)
    with of_whom:
        by_patient(analysis, of_terms(rows, in_cohort(analysis, safety.MOST_COLUMNS)), prior, index)


def event_table(analysis):
    """Who had which event on which drug, of those who took it, the most frequent first."""
    rows = event_rows(analysis)
    show.small_table(rows.head(MOST_EVENT_ROWS), alt="Events by drug")
    most = f" The {MOST_EVENT_ROWS} most frequent of {len(rows)}." if len(rows) > MOST_EVENT_ROWS else ""
    st.caption(f"Patients, not episodes; no percentage of fewer than ten.{most}")


def by_patient(analysis, shown, prior, index):
    """Each patient's events; a click chooses the patient."""
    tiles = safety.busiest(shown)
    if analysis.ledger.n < FEWEST_PATIENTS or tiles > safety.MOST_TILES:
        st.info(f"Patients are drawn one by one where they are few, but not fewer than five; here: {tiles} events.")
        return
    terms = tuple(row.term for row in shown)
    room = n_with_any(analysis, terms)
    drawn = figure("by patient", lambda: safety.by_patient(patient_events(analysis, terms), terms, room, prior, index))
    clicked.offer(drawn, "a tile")


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
    clicked.offer(figure(f"courses {back}", lambda: who_took_what(analysis, drugs, days)), "a course")


def who_took_what(analysis, drugs, days):
    """A row per patient where they are few, else the share by day."""
    n, invented = analysis.ledger.n, added(analysis)
    if n <= courses.MOST_PATIENTS:
        rows = taken.in_order(analysis), taken.courses(analysis), taken.events(analysis)
        return courses.timeline(*rows, drugs, days, int(entering(analysis.facts).sum()), invented)
    grid = range(days[0], days[1] + 1, max(1, (days[1] - days[0]) // POINTS))
    return courses.by_day(taken.on_drug_by_day(analysis, tuple(grid)), drugs, n, invented)


def added(analysis):
    """How many hypothetical additions are analysed."""
    return int((analysis.ledger.eligible & analysis.cohort.hypothetical).sum())


def figure(name, draw):
    """Show a figure; none of them depends on the response rule, so each is kept while only that changes."""
    return show.figure(once(analysis, f"figure {name} {analysis.study.confidence}", draw), analysis)


with show.mistakes():
    analysis = show.page(
        "Safety and sequencing",
        "Why was the first drug left, what became of its adverse events on the second, and how long did patients stay?",
    )
    clicked.choose("events-by-patient", "courses")
    prior, index = analysis.study.prior_drug, analysis.study.index_drug
    left(analysis, prior, index)
    glossary.here("safety")
    events(analysis, prior, index)
    staying(analysis, index)
    way(analysis, prior, index)
