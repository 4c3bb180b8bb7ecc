"""Who is analysed: who is left after each criterion, who they are, and what is recorded of them."""

import streamlit as st

from explorer.analysis import exposure, missingness
from explorer.analysis.attrition import attrition, entering, left_out_by, overlap
from explorer.analysis.table_one import table_one
from explorer.charts import attrition as attrition_charts
from explorer.charts import exposure as exposure_charts
from explorer.charts import missingness as missingness_charts
from explorer.charts.counts import apart
from explorer.export import table_one as table_one_words
from explorer.export.people import people
from explorer.literature.claims import is_rebuilt_from_publication
from explorer.study.words import counted
from explorer.ui import clicked, glossary, show

AT_ONCE = 20_000  # patients up to whom Table 1 is made unasked: it takes about a second per 200,000


def heading(analysis):
    invented, eligible, enter = analysis.cohort.hypothetical, analysis.ledger.eligible, entering(analysis.facts)
    entered, evaluable = (
        apart(int(who.sum()), int((who & invented).sum())) for who in (enter, analysis.response.outcome.evaluable)
    )
    if not (enter & invented).any():
        n = counted(int(enter.sum()), "patient")
        return f"{analysis.ledger.n} of {n} analysed, response counted in {evaluable}"
    analysed = people(analysis.ledger.n, int((eligible & invented).sum()), analysis.cohort)
    return f"{analysed} of {entered} patients analysed, response counted in {evaluable}"


def flow(analysis):
    """Show the way to the denominator, and what keeps the others out."""
    show.figure(attrition_charts.attrition(attrition(analysis.facts, analysis.ledger, analysis.response)), analysis)
    nobody_left_out = all(step.remaining == step.entered for step in analysis.ledger.steps)
    if nobody_left_out and is_rebuilt_from_publication(analysis.cohort):
        st.info(
            "The source gives no screening count: it reports only the patients who were left. The rebuilt cohort "
            "therefore holds nobody whom the published criteria exclude.",
            icon=":material/info:",
        )
    if (invented := int(analysis.cohort.hypothetical.sum())) and not analysis.study.hypothetical:
        st.caption(f"{counted(invented, 'hypothetical addition')} (invented patients) are left out of everything here.")
    if not nobody_left_out:
        left_out(analysis)


def left_out(analysis):
    """Show whom exactly which criteria keep out; a click lists them."""
    st.subheader("Who fails exactly these criteria")
    patterns, criteria = overlap(analysis.facts, analysis.ledger), [step.criterion for step in analysis.ledger.steps]
    row = clicked.value(show.figure(attrition_charts.overlap(patterns, criteria), analysis), "row")
    found = attrition_charts.behind(row, patterns, criteria)
    who = found and left_out_by(analysis.facts, analysis.ledger, found)
    clicked.patients(who, row, analysis, "left-out", "Click a row to list the patients it stands for.")


def description(analysis):
    """Show Table 1; a large cohort is described when asked, so that nobody waits for it."""
    st.subheader("Table 1: who they are")
    n = analysis.cohort.n_patients
    if n > AT_ONCE and not st.button(
        f"Describe {n} patients (takes {max(2, n // 200_000)} s)", key="eligibility-table"
    ):
        return
    rows = table_one_words.table_one(table_one(analysis.facts, analysis.ledger.eligible))
    if rows.empty:
        st.info("This cohort holds no age, sex, further column, prior drug or score to describe patients by.")
        return
    show.small_table(rows, alt="Table 1")
    st.caption(table_one_words.NOTE)


def recorded(analysis):
    """Show which scores there are, score by score and patient by patient."""
    st.subheader("What is missing")
    facts, cohort, who = analysis.facts, analysis.cohort, analysis.ledger.eligible
    show.figure(missingness_charts.missingness(missingness.coverage(facts, who)), analysis)
    if cohort.instruments and 0 < analysis.ledger.n <= missingness_charts.MOST_PATIENTS:
        by_patient = missingness.by_patient(facts, who)
        ids, n = cohort.patients["patient_id"], int(entering(facts).sum())
        tiles = missingness_charts.tiles(list(cohort.instruments), ids, by_patient, cohort.hypothetical, n)
        clicked.offer(show.figure(tiles, analysis), "a tile")


def prior_drug(analysis):
    """Show how long the prior drug was taken, and why it was stopped."""
    facts, drug, who = analysis.facts, analysis.study.prior_drug, analysis.ledger.eligible
    if drug is None or not facts.took(drug).any():
        missing = "names no prior drug" if drug is None else f"records no course of {drug}"
        st.info(
            show.plain(f"This cohort {missing}: exposure and reasons for stopping need it in the treatments table.")
        )
        return
    st.subheader(show.plain(f"Before: {drug}"))
    rows = exposure.reasons(facts, drug, who)
    why, time = st.columns(2)
    with why:
        show.figure(exposure_charts.stop_reasons(rows, exposure.by_group(rows), drug), analysis)
    with time:
        show.figure(exposure_charts.exposure(exposure.exposure(facts, drug, who), drug), analysis)


with show.mistakes():
    analysis = show.page("Who is analysed", "Who is in, who is out and why, and what is known of those who are in.")
    clicked.choose("missing-by-patient")
    st.markdown(f"### {heading(analysis)}")
    flow(analysis)
    glossary.here("eligibility")
    description(analysis)
    recorded(analysis)
    prior_drug(analysis)
