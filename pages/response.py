"""Who responded, which part of the rule carried it, and how far it depends on where the line is drawn."""

import streamlit as st

from explorer.analysis.analyse import Analysis
from explorer.analysis.missing_bounds import missing_bounds
from explorer.analysis.rates import counts_invented
from explorer.analysis.rule_sets import RuleSets, patients_in, rule_sets
from explorer.analysis.thresholds import sweep, usual_measure
from explorer.charts import bounds, forest, thresholds
from explorer.charts import rule_sets as sets
from explorer.charts.counts import apart, part_apart
from explorer.export.numbers import share
from explorer.export.people import responders
from explorer.literature.claims import is_rebuilt_from_publication
from explorer.reconstruction.facts import published
from explorer.study.cutoffs import Measure, cutoffs
from explorer.study.response import AnyOf
from explorer.study.truth import UNKNOWN
from explorer.ui import clicked, glossary, multiverse, show

MEASURES: dict[Measure, str] = {
    "percent": "Percent",
    "points": "Points",
    "score": "Score reached",
}


def rate(analysis: Analysis) -> None:
    st.markdown(f"### {show.responders(analysis)}")
    multiverse.mark()
    r, invented = analysis.response, analysis.cohort.hypothetical
    unknown = r.among & (r.outcome.verdict == UNKNOWN)
    eligible, among, unknown, evaluable = (
        apart(int(who.sum()), int((who & invented).sum()))
        for who in (analysis.ledger.eligible, r.among, unknown, r.outcome.evaluable)
    )
    hollow = " (hypothetical additions, drawn hollow, are counted apart)" if counts_invented(analysis) else ""
    mean = f", the mean over {r.imputations} imputations" if r.imputations else ""
    st.markdown(
        show.plain(
            f"Counted among {among} of {eligible} eligible patients{hollow}. In {unknown} of them the outcome is "
            f"unknown: {analysis.study.missing}. That leaves {evaluable} in the denominator: "
            f"{responders(analysis)} responded{mean}."
        )
    )
    show.figure(forest.rate_strip(analysis), analysis)
    glossary.here("response")


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
            in_combination(analysis, found)


def in_combination(analysis: Analysis, found: RuleSets) -> None:
    """Show the combinations of parts; a click lists the patients of one."""
    bars = sets.bars(found)
    selected = show.figure(sets.combinations(found), analysis)
    if selected is None:
        return
    name = clicked.value(selected, "set")
    who = patients_in(analysis, found, bars[name]) if name in bars else None
    title = f"Exactly {name}" if bars.get(name) else name
    clicked.patients(who, title, analysis, "combination", "Click a bar to list the patients it stands for.")


def carrier(found: RuleSets) -> str:
    if found.how != "any of" or not found.n:
        return "The parts of the rule"
    alone = part_apart(found.n_alone, found.n, (found.n_alone_hypothetical, found.n_hypothetical))
    return f"{alone} of the {sets.whom(found)} respond by one part alone"


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
        f"{share(high.k, high.n, high.rate)}{', hypothetical additions counted in' if invented else ''}"
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
    st.markdown("### Subgroups, described and not compared", help=glossary.term("Subgroup"))
    show.figure(forest.forest(analysis.subgroups, analysis.response, counts_invented(analysis)), analysis)


def reports(analysis: Analysis) -> None:
    st.markdown("### What patients reported themselves")
    if not analysis.reports:
        st.info("This needs patients' own reports (the table `reports`), and the cohort holds none.")
        return
    added = int((analysis.ledger.eligible & analysis.cohort.hypothetical).sum())
    everybody = apart(analysis.ledger.n, added)
    st.markdown(f"Of all {everybody} eligible patients, whoever answered in the follow-up window.")
    invented = counts_invented(analysis)
    strip = show.whatever_the_rule(analysis, lambda: forest.report_strip(analysis.reports, invented), "reports")
    show.figure(strip, analysis)


with show.mistakes():
    shown = show.page("Response", "Who counts as a responder, out of whom, and which part of the rule carries it?")
    for section in (rate, carried_by, drawn_line, unknown, subgroups, reports):
        section(shown)
