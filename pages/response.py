"""Who responded, which part of the rule carried it, and how far it depends on where the line is drawn."""

import streamlit as st

from explorer.analysis.analyse import Analysis
from explorer.analysis.missing_bounds import missing_bounds
from explorer.analysis.rates import counts_invented
from explorer.analysis.rule_sets import RuleSets, rule_sets
from explorer.analysis.thresholds import sweep, usual_measure
from explorer.charts import bounds, forest, thresholds
from explorer.charts import rule_sets as sets
from explorer.export.numbers import count, share
from explorer.literature.claims import is_rebuilt_from_publication
from explorer.reconstruction.facts import published
from explorer.study.cutoffs import Measure, cutoffs
from explorer.study.response import AnyOf
from explorer.ui import show

MEASURES: dict[Measure, str] = {
    "percent": "Percent",
    "points": "Points",
    "score": "Score reached",
}


def rate(analysis: Analysis) -> None:
    st.markdown(f"### {show.responders(analysis)}")
    r, study = analysis.response, analysis.study
    invented = int((r.among & analysis.cohort.hypothetical).sum())
    additions = f" ({invented} of them hypothetical additions, drawn hollow)" if invented else ""
    st.markdown(
        show.plain(
            f"Counted among {r.n_among} of {analysis.ledger.n} eligible patients{additions}. In {r.n_unknown} of them "
            f"the outcome is unknown: {study.missing}. That leaves {r.n_evaluable} in the denominator and "
            f"{count(r.n_responders)} responders."
        )
    )
    show.figure(forest.rate_strip(r, study.confidence, counts_invented(analysis)), analysis)


def carried_by(analysis: Analysis) -> None:
    found = rule_sets(analysis)
    st.markdown(f"### {carrier(found)}")
    parts, together = st.columns(2, gap="large")
    with parts:
        show.figure(sets.rule_parts(found), analysis)
    with together:
        if found.how == "one":
            st.info("The rule has a single part, so nothing can be true together with it.")
        else:
            show.figure(sets.combinations(found), analysis)


def carrier(found: RuleSets) -> str:
    if found.how != "any of" or not found.n:
        return "The parts of the rule"
    alone = share(found.n_alone, found.n, found.n_alone / found.n)
    return f"{alone} of the responders respond by one part alone"


def drawn_line(analysis: Analysis) -> None:
    st.markdown("### How far it depends on where the line is drawn")
    codes = list(analysis.cohort.instruments)
    if not codes:
        st.info("This needs scores, and the cohort holds none.")
        return
    with st.container(horizontal=True, gap="large"):
        code = st.segmented_control(
            "Score",
            codes,
            default=codes[0],
            required=True,
            format_func=show.plain,
            key="response-score",
            persist_state="session",
            help="One score at a time. The rule in force may combine several: this is the score alone.",
        )
        usual = usual_measure(analysis, code)
        measure = st.segmented_control(
            "Threshold on",
            list(MEASURES),
            default=usual,
            required=True,
            format_func=MEASURES.__getitem__,
            key=f"response-measure-{code}",
            persist_state="session",
            help="How much the score improved, in points or in percent of the baseline, or the score reached at "
            "follow-up whatever the baseline was.",
        )
    show.figure(thresholds.thresholds(sweep(analysis, code, measure)), analysis)
    sources(code, measure)


def sources(code: str, measure: Measure) -> None:
    held = cutoffs(code, measure)
    if not held:
        st.caption("No conventional cut-off was found in a source for this score and measure.")
    for each in held:
        note = f" {show.plain(each.note)}" if each.note else ""
        st.caption(f"**{show.plain(each.label)}**: {show.plain(each.used_in)} ([source]({each.url})).{note}")


def unknown(analysis: Analysis) -> None:
    held, invented = missing_bounds(analysis), counts_invented(analysis)
    if not held.n_unknown:
        st.markdown("### No outcome is unknown")
        return
    low, high = held.worst, held.best
    st.markdown(
        f"### The {held.n_unknown} unknown outcomes leave anything from {share(low.k, low.n, low.rate)} to "
        f"{share(high.k, high.n, high.rate)}"
    )
    if isinstance(analysis.study.response.rule, AnyOf):
        st.markdown(
            "One part that is true makes a responder; a failure is only known when every part is. So the known outcomes "
            "alone favour response."
        )
    strip, tipping = st.columns(2, gap="large")
    with strip:
        show.figure(bounds.bounds_strip(held, invented), analysis)
    with tipping:
        line = st.number_input(
            "Hold the rate against (%)",
            1,
            99,
            50,
            key="response-line",
            persist_state="session",
            help=line_help(analysis),
        )
        show.figure(bounds.splits(held, line, invented), analysis)


def line_help(analysis: Analysis) -> str:
    said = "How many of the unknown would have to have responded for the rate to reach this."
    if not is_rebuilt_from_publication(analysis.cohort):
        return said
    return f"{said} The published rate is {published().fact('improved').value} %."


def subgroups(analysis: Analysis) -> None:
    st.markdown("### Subgroups, described and not compared")
    show.figure(forest.forest(analysis.subgroups, analysis.response, counts_invented(analysis)), analysis)


def reports(analysis: Analysis) -> None:
    st.markdown("### What patients reported themselves")
    if not analysis.reports:
        st.info("This needs patients' own reports (the table `reports`), and the cohort holds none.")
        return
    st.markdown(f"Of all {analysis.ledger.n} eligible patients, whoever answered in the follow-up window.")
    show.figure(forest.report_strip(analysis.reports, counts_invented(analysis)), analysis)


with show.mistakes():
    shown = show.page("Response", "Who counts as a responder, out of whom, and which part of the rule carries it?")
    for section in (rate, carried_by, drawn_line, unknown, subgroups, reports):
        section(shown)
