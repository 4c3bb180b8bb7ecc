"""The published studies on a page: choosing an outcome and rows, the forest, and in what each row differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.analysis.analyse import Analysis
from explorer.charts import published
from explorer.charts.figure import Figure, TooFew
from explorer.literature.comparable import COMPOSITE, Comparison, Here, compared, here, outcome_of, summary
from explorer.literature.rows import Chosen, Line, chosen, line, own_line
from explorer.literature.studies import Finding, agents, literature
from explorer.literature.studies_outcomes import DESIGNS, DRUG_BEFORE, OUTCOMES, PRIORS, SOURCES
from explorer.study.words import counted, listing
from explorer.ui import show, state
from explorer.ui.evidence_tables import Cell, source, table

READ_AS = {"abstract": "read as abstracts", "full text": "in full text", "press": "in the press"}
PUBLISHED_ONLY = "Published rows only: the loaded cohort is not in this figure"
MOST_UNFOLDED = 6
"""Rows up to which their table stands unfolded."""
MOST_OFFERS = 2
"""Presets offered at most for an outcome that the definition in force does not count."""


def in_short() -> str:
    """Say in one sentence what evidence there is and what was read of it."""
    findings = literature()
    read = Counter(each.read_from for each in findings)
    of = listing([f"{read[name]} {words}" for name, words in READ_AS.items() if read[name]])
    studies = len({each.study_id for each in findings})
    with_counts = sum(each.k is not None for each in findings)
    return (
        f"{len(findings)} published rows of {studies} studies: {of}. {with_counts}/{len(findings)} rows print a count; "
        "the others only a percentage or a mean."
    )


def definition_here(analysis: Analysis) -> Here:
    """Describe the definition in force by what the published rows are compared with."""
    return here(analysis, agents(literature()))


def choose_outcome(first: str | None) -> str:
    """Let the reader choose what is counted; what comes first is the composite unless it is named."""
    rows = Counter(each.outcome for each in literature())
    codes = [code for code, outcome in OUTCOMES.items() if outcome.is_share and rows[code]]
    asked: str = st.selectbox(
        "Outcome",
        codes,
        index=codes.index(first if first in codes else COMPOSITE),
        format_func=lambda code: f"{OUTCOMES[code].label} ({counted(rows[code], 'row')})",
        key="evidence-outcome",
        persist_state="session",
        help="One outcome at a time: different outcomes are never drawn on one scale.",
    )
    return asked


def choose_rows() -> Chosen:
    """Let the reader narrow the rows; nothing chosen means all."""
    findings = literature()
    with st.expander("Narrow the rows", key="evidence-filters"):
        return Chosen(
            designs=_pills("Design", tuple(DESIGNS), "designs"),
            agents=_pills("Drug", agents(findings), "agents"),
            priors=_pills(f"Prior {DRUG_BEFORE}", PRIORS, "priors"),
            sources=_pills("What was read", SOURCES, "sources"),
        )


def _pills(label: str, options: Sequence[str], key: str) -> tuple[str, ...]:
    picked = st.pills(label, options, selection_mode="multi", key=f"evidence-{key}", persist_state="session")
    return tuple(picked or ())


def forest_section(analysis: Analysis) -> str:
    """Draw the studies of one outcome with the loaded cohort above them, and say in what each differs.

    Returns
    -------
    str
        The outcome chosen.
    """
    ours = definition_here(analysis)
    outcome = choose_outcome(ours.outcome)
    findings = chosen(literature(), outcome, choose_rows())
    beside(analysis, ours, outcome)
    own = [own_line(analysis, ours.prior)] if outcome == ours.outcome and findings else []
    show.figure(_forest(own, outcome, findings), analysis)
    if findings:
        comparability(ours, outcome, findings)
    return outcome


def alone(analysis: Analysis, outcome: str, findings: Sequence[Finding]) -> None:
    """Draw the studies of one outcome and list them with their sources, without the loaded cohort.

    Parameters
    ----------
    analysis : Analysis
        That files of the figure name.
    outcome : str
    findings : sequence of Finding
        The rows chosen.
    """
    show.figure(_forest([], outcome, findings), analysis)
    if findings:
        with _folded(outcome, findings):
            _sourced_rows(findings)


def _forest(own: Sequence[Line], outcome: str, findings: Sequence[Finding]) -> Figure | TooFew:
    lines: list[Line] = [*own, *(line(each) for each in findings)]
    said = OUTCOMES[outcome]
    counts = listing([f"{each.said} ({each.title})" for each in own]) or PUBLISHED_ONLY
    return published.forest(
        lines, f"evidence-{outcome}", f"{said.label}: what each study printed", published.sentence(lines), counts
    )


def beside(analysis: Analysis, ours: Here, outcome: str) -> None:
    """Say which definition stands beside the studies, or why none does and which one would."""
    label = OUTCOMES[outcome].label
    if outcome == ours.outcome:
        each_own = " Each study has its own rule, so no two rows count the same." if outcome == COMPOSITE else ""
        st.markdown(
            show.plain(f"The loaded cohort stands on top, by “{analysis.study.name}”, and moves with it.{each_own}")
        )
        return
    if ours.why_not:
        st.info(show.plain(f"{ours.why_not} The loaded cohort is not drawn here."))
    elif ours.outcome is not None:
        counts = "a composite" if ours.outcome == COMPOSITE else f"“{OUTCOMES[ours.outcome].label}”"
        said = f"The definition in force counts {counts}, so the loaded cohort is not drawn beside “{label}”."
        st.info(show.plain(said))
    _offer(outcome)


def _offer(outcome: str) -> None:
    """Offer the presets that count this outcome, where the cohort can be analysed under them."""
    held = [each.preset for each in state.offers() if each.computable]
    fitting = [each for each in held if outcome_of(each.study.response.rule) == outcome and outcome != COMPOSITE]
    for preset in fitting[:MOST_OFFERS]:
        st.button(
            show.plain(f"Put “{preset.title}” in force"),
            key=f"evidence-offer-{preset.name}",
            on_click=state.choose_preset,
            args=(preset.study,),
        )


def comparability(ours: Here, outcome: str, findings: Sequence[Finding]) -> None:
    """Show every row with its source and, where the cohort is of their drugs, in what it differs."""
    comparisons = [compared(each, ours) for each in findings]
    if ours.compares:
        st.markdown("#### Comparable with the loaded cohort?")
        words = f"By population, endpoint, time, and what became of unknown outcomes. {summary(comparisons)}"
        st.markdown(show.plain(words))
    with _folded(outcome, findings):
        if ours.compares:
            _compared_rows(findings, comparisons)
        else:
            _sourced_rows(findings)


def _folded(outcome: str, findings: Sequence[Finding]) -> DeltaGenerator:
    title = f"{counted(len(findings), 'row')}, with sources"
    return st.expander(title, expanded=len(findings) <= MOST_UNFOLDED, key=f"evidence-rows-{outcome}")


def _sourced_rows(findings: Sequence[Finding]) -> None:
    rows = ((study(each), result(each), source(each)) for each in findings)
    table(["Study", "Result", "Source"], rows, "Rows and their sources")


def _compared_rows(findings: Sequence[Finding], comparisons: Sequence[Comparison]) -> None:
    rows = (
        (study(each), result(each), str(comparison), source(each))
        for each, comparison in zip(findings, comparisons, strict=True)
    )
    table(["Study", "Result", "Comparable?", "Source"], rows, "Rows and in what they differ")


def study(finding: Finding) -> Cell:
    drawn = line(finding)
    return Cell(drawn.detail, name=drawn.title)


def result(finding: Finding) -> str:
    """Say the result of a row and, where it has a comparator, that of the comparator."""
    if finding.comparator_value is None:
        return line(finding).said
    return f"{line(finding).said}; {finding.comparator} {finding.comparator_value:g} %"


def other_figures() -> None:
    """List what is no share of patients, and so is not drawn."""
    rows = [each for each in literature() if not each.counts.is_share]
    with st.expander(f"Means and rates, listed and not drawn ({len(rows)} rows)", key="evidence-means"):
        cells = [
            (Cell(each.drug, name=each.study), each.counts.label, _value(each), each.time or "not stated", source(each))
            for each in rows
        ]
        table(["Study", "What", "Value", "Time", "Source"], cells, "Figures that are no share of patients")


def _value(finding: Finding) -> str:
    n = f", n {finding.n}" if finding.n else ", n not stated"
    return f"{finding.value:g} {finding.unit}{n}"
