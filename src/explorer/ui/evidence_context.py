"""Around the studies: how severe published groups were at baseline, who counts as a responder elsewhere, and gaps."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from explorer.analysis.analyse import Analysis
from explorer.export.numbers import decimals, number
from explorer.export.people import synthetic_label
from explorer.literature.studies import baselines, definitions, gaps, literature
from explorer.ui import show
from explorer.ui.evidence_tables import Cell, table


def baseline_section(analysis: Analysis | None) -> None:
    """Show how severe published groups were when they began, the loaded cohort's own means above them where it is given."""
    names = {each.study_id: each.study for each in literature()}
    rows = [
        (
            Cell(each.population, name=names.get(each.study_id, each.study_id.replace("_", " ")), note=each.note),
            each.measure,
            f"{each.statistic} {each.value:g}{f' ({each.spread})' if each.spread else ''}",
            f"{each.n}" if each.n else "not stated",
            Cell(f"read: {each.read_from}", each.link),
        )
        for each in baselines()
    ]
    own = () if analysis is None else _own(analysis)
    with st.expander(f"How severe the disease was at baseline ({len(rows)} rows)", key="evidence-baseline"):
        columns = ["Group", "Score", "At baseline", "n", "Source"]
        table(columns, [*own, *rows], "Baseline severity of published groups")


def _own(analysis: Analysis) -> Iterator[tuple[Cell | str, ...]]:
    label = synthetic_label(analysis.cohort) or analysis.cohort.metadata.title
    measures = {each.measure for each in baselines()}
    for row in analysis.change:
        if row.instrument in measures and row.n_baseline:
            places = decimals(analysis.cohort.instruments[row.instrument])
            mean = f"mean {number(row.available_baseline_mean, places)}"
            yield (
                f"The loaded cohort, as eligible now. {label}",
                row.instrument,
                mean,
                f"{row.n_baseline}",
                "computed here",
            )


def definitions_section() -> None:
    """Show who counts as a responder elsewhere."""
    rows = [
        (
            Cell("", name=each.label),
            Cell(each.rule, note=each.note),
            each.baseline_restriction or "none stated",
            each.used_in,
            Cell(f"{each.read_status}", each.link),
        )
        for each in definitions().values()
    ]
    with st.expander(f"Who counts as a responder elsewhere ({len(rows)} rules)", key="evidence-definitions"):
        columns = ["Name", "Rule", "Baseline asked for", "Used in", "Source"]
        table(columns, rows, "Responder definitions")


def gaps_section() -> None:
    """Show what was looked for and not found."""
    held = gaps()
    st.subheader(f"{len(held.gap)} gaps")
    st.markdown(show.plain(held.searched))
    table(
        ["About", "Gap", "What"],
        [(Cell("", name=each.about), each.kind, each.what) for each in held.gap],
        "Gaps in the evidence",
    )
