"""One patient at a time, with the verdict rule by rule, and the table behind the cohort."""

from functools import partial

import streamlit as st

from explorer.analysis.patient import entering, find, timeline, verdict
from explorer.analysis.patient_table import first_choice, names, patient_table
from explorer.charts.patient import timeline as drawn
from explorer.export.patients import patients_csv
from explorer.ui import guard, reports, show
from explorer.ui.tables import as_html

MOST_LISTED = 2_000
TABLE = 400
"""Pixels of the table, however many patients the definition looks at."""
TRUTHS = {0: "✗\u00a0no", 1: "?\u00a0unknown", 2: "✓\u00a0yes"}


def choose(analysis):
    """Let the reader choose a patient; clicks on this and other pages choose through `patient`, too."""
    ids = analysis.cohort.patients["patient_id"].iloc[entering(analysis)]
    if len(ids) == 0:
        st.info("This definition looks at no patient of the cohort.")
        return None
    if find(analysis, str(st.session_state.get("patient"))) is None:
        st.session_state["patient"] = ids.iloc[0]
    now = st.session_state["patient"]
    reports.put("patients-chosen", now)
    if len(ids) <= MOST_LISTED:
        listed = list(ids)
        st.selectbox("Patient", listed, listed.index(now), key="patients-chosen", on_change=chosen, args=(analysis,))
    else:
        st.text_input(
            "Patient",
            now,
            key="patients-chosen",
            on_change=chosen,
            args=(analysis,),
            help=f"{len(ids):,} patients are too many for a list: type an identifier.",
        )
    if problem := st.session_state.pop("patients-problem", None):
        st.error(show.plain(problem))
    return find(analysis, st.session_state["patient"])


def chosen(analysis):
    wanted = st.session_state["patients-chosen"]
    if not reports.moved("patients-chosen"):
        return
    if find(analysis, wanted) is None:
        st.session_state["patients-problem"] = f"There is no patient {wanted} under this definition."
    else:
        st.session_state["patient"] = wanted


def findings(held, title):
    """Say how each criterion or part came out, and by which values."""
    rows = [("↳ " * each.depth + each.statement, TRUTHS[each.truth], each.seen) for each in held]
    return f"##### {title}\n\n{as_html(('Asked for', 'Met', 'Recorded'), rows, title)}"


def one_patient(analysis, row):
    came_out = verdict(analysis, row)
    tier = " · hypothetical addition" if came_out.hypothetical else ""
    st.markdown(f"### {show.plain(came_out.patient_id)}{tier}: {came_out.standing}\n\n{show.plain(came_out.reason)}")
    show.figure(drawn(timeline(analysis, row), analysis.cohort, analysis.study), analysis, key="patients-timeline")
    st.caption(
        "Shaded: the baseline window (left) and the follow-up window (right). Solid: the score or answer that the "
        "definition uses; hollow: passed over, or outside the windows."
    )
    asked = {
        "Who is analysed": came_out.eligibility,
        "Among whom response is counted": came_out.among,
        "What counts as response": came_out.rule,
    }
    # One element: a browser draws it faster than three tables with their headings.
    tables = "\n\n".join(findings(held, title) for title, held in asked.items() if held)
    st.markdown(show.unbroken(tables), unsafe_allow_html=True)


def select(ids):
    if rows := st.session_state["patients-table"]["selection"]["rows"]:
        st.session_state["patient"] = ids[rows[0]]


def everybody(analysis):
    """Offer the table behind the cohort; it is not made before it is asked for."""
    held = st.expander("The table behind the cohort, one row per patient", key="patients-everybody", on_change="rerun")
    if held.open:
        with held:
            rows_of(analysis)


def rows_of(analysis):
    offered = names(analysis)
    held = [name for name in st.session_state.get("patients-columns", first_choice(analysis)) if name in offered]
    st.session_state["patients-columns"] = held
    columns = st.multiselect(
        "Columns",
        offered,
        key="patients-columns",
        persist_state="session",
        help="Scores and days are those that the definition in force uses. Days count from its day 0.",
    )
    if not columns:
        st.info("Choose at least one column.")
        return
    rows = patient_table(analysis, columns)
    ids = list(analysis.cohort.patients["patient_id"].iloc[entering(analysis)]) if len(rows) < show.LAZY_FROM else None
    st.dataframe(
        rows,
        hide_index=True,
        alt="One row per patient",
        key="patients-table",
        on_select="ignore" if ids is None else partial(select, ids),
        selection_mode="single-row",
        height=TABLE,
        lazy=ids is None,
        column_config={"Index date": st.column_config.DateColumn(format="YYYY-MM-DD")},
    )
    st.caption(f"{len(rows)} patients. Click the box before a row to see that patient above.")
    trail = guard.trail()
    st.download_button(
        "Download this table (CSV)",
        lambda: patients_csv(rows, analysis, trail),
        f"patients-{analysis.study.fingerprint}.csv",
        "text/csv",
        key="patients-csv",
        on_click="ignore",
    )


with show.mistakes():
    analysis = show.page("Patients", "What is recorded of one patient, and how does the definition in force judge it?")
    if (row := choose(analysis)) is not None:
        one_patient(analysis, row)
    everybody(analysis)
