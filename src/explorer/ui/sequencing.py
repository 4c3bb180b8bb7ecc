"""The section about the time after the first drug: reason, map, where sources differ, and every sourced row."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from explorer.analysis.analyse import Analysis
from explorer.charts.counts import part
from explorer.charts.pathways import pathways
from explorer.export import people
from explorer.literature.sequencing import INFORMS, Conflict, Option, Reason, Said, Sequencing, sequencing
from explorer.reconstruction.facts import is_rebuilt_from_publication
from explorer.study.words import counted
from explorer.ui import show, small_counts, state
from explorer.ui.links import link


def sequencing_section() -> None:
    """Draw the section for the loaded cohort."""
    analysis, held = state.analysis(), sequencing()
    st.subheader(f"After {held.places.after} stops: what sources say, by reason")
    st.markdown(f"**{INFORMS}** Each line below is one sourced row, with a link and with what was read of it.")
    _about(analysis, held)
    reason = _choose(held)
    if reason.gap:
        st.info(reason.gap)
    _in_this_cohort(analysis, reason)
    prior, index = analysis.study.prior_drug, analysis.study.index_drug
    drawn, listed = st.columns([3, 2], gap="large")
    with drawn:
        show.figure(pathways(held, reason, prior, index), analysis)
    with listed:
        _at_a_glance(held, reason)
    _conflicts(held, reason)
    _each(held, reason)


def _about(analysis: Analysis, held: Sequencing) -> None:
    """Say what the rows are about, where the loaded cohort is about something else."""
    study, places = analysis.study, held.places
    first = held.option(study.prior_drug)
    if first and first.drug == places.after and held.option(study.index_drug):
        return
    drugs = f"{study.index_drug} after {study.prior_drug}" if study.prior_drug else study.index_drug
    st.info(
        show.plain(
            f"These rows are about {places.disease} and what follows {places.after}. The loaded cohort is about {drugs}, "
            "so they say little or nothing about it."
        )
    )


def _choose(held: Sequencing) -> Reason:
    names = {each.key: each.name for each in held.places.reasons}
    key: str = st.segmented_control(
        f"Why {held.places.after} was stopped",
        list(names),
        default=next(iter(names)),
        required=True,
        format_func=names.__getitem__,
        key="sequencing-reason",
        persist_state="session",
        help="Drugs of which a sourced row speaks after this reason are filled in the map.",
    )
    return held.reason(key)


def _in_this_cohort(analysis: Analysis, reason: Reason) -> None:
    """Say how often the cohort's first drug was stopped for this reason, where that is recorded."""
    drug = analysis.study.prior_drug
    if drug is None or small_counts.on() or not analysis.cohort.gives("treatments", "stop_reason"):
        return
    facts, patients = analysis.facts, analysis.ledger.eligible & ~analysis.cohort.hypothetical
    took = patients & facts.took(drug)
    n, k = int(took.sum()), int((took & facts.stop_reason(drug).isin(reason.stop_reasons).to_numpy(bool)).sum())
    if n:
        st.markdown(
            show.plain(
                show.unbroken(
                    f"In the loaded cohort, {drug} ended for {reason.recorded} in {part(k, n)}.{_made_up(analysis)}"
                )
            )
        )


def _made_up(analysis: Analysis) -> str:
    """Keep a count of synthetic data from passing for one of the sourced rows around it."""
    if is_rebuilt_from_publication(analysis.cohort):
        return " This count is invented: the publication gives none."
    label = people.synthetic_label(analysis.cohort)
    return f" {label}" if label else ""


def _at_a_glance(held: Sequencing, reason: Reason) -> None:
    """List the options in one small table: statements after this reason, and what was read about a boxed warning."""
    spoken = held.speaks_of(reason)
    others = [each for each in held.options if each.drug != held.places.after]
    rows = [(each.drug, len(spoken[each.drug]), each.warning or "not read") for each in others]
    st.markdown("##### Options at a glance")
    columns = ["Drug", "Statements", "Boxed warning, as read"]
    show.small_table(pd.DataFrame(rows, columns=columns), alt="Options at a glance")


def _conflicts(held: Sequencing, reason: Reason) -> None:
    found = held.conflicts(reason)
    if found:
        st.markdown("##### Where sources differ")
    for conflict in found:
        _side_by_side(held, conflict)


def _side_by_side(held: Sequencing, conflict: Conflict) -> None:
    with st.container(border=True):
        st.markdown(f"**{show.plain(conflict.question)}**")
        for column, side in zip(st.columns(len(conflict.sides)), conflict.sides, strict=True):
            column.markdown(f"*{show.plain(side.says)}*\n\n{_bullets(held.rows[row] for row in side.rows)}")
        st.caption(show.plain(show.unbroken(held.rows[conflict.caution].text)))


def _each(held: Sequencing, reason: Reason) -> None:
    """Fold out every sourced row, drug by drug, then those about no drug in particular."""
    st.markdown("##### Every row, with its source")
    spoken = held.speaks_of(reason)
    for option in held.options:
        n = len(spoken[option.drug])
        if not n and option.drug == held.places.after:
            continue
        said = counted(n, "statement") if n else "none for this reason"
        with st.expander(f"{option.drug}: {option.target}, {said}", key=f"sequencing-{option.drug}"):
            st.markdown(_in_full(held, reason, option))
    step = (*held.evidence(reason, None), *held.guidance(reason, None))
    for key, name, rows in (
        ("step", "About the step itself", step),
        ("general", "Guidelines in general", held.general()),
    ):
        if rows:
            with st.expander(f"{name}: {counted(len(rows), 'statement')}", key=f"sequencing-{key}"):
                st.markdown(_bullets(rows))


def _in_full(held: Sequencing, reason: Reason, option: Option) -> str:
    after = held.places.after
    gap = [f"Not found: {show.plain(option.gap)}"] if option.gap else []
    parts = {
        f"Evidence after {after}": held.evidence(reason, option.drug),
        "Guidelines, consensus, label position": held.guidance(reason, option.drug),
        "Safety on the label and in trials": option.safety,
        "Acts on": (option.mechanism,),
    }
    return "\n\n".join([*(f"**{name}**\n\n{_bullets(rows)}" for name, rows in parts.items() if rows), *gap])


def _bullets(rows: Iterable[Said]) -> str:
    return show.unbroken("\n".join(f"- {_linked(said)}" for said in rows))


def _linked(said: Said) -> str:
    note = f" *{show.plain(said.note.strip())}*" if said.note.strip() else ""
    source = link(said.who, said.link.url) if said.link else show.plain(said.who)
    kind = f"{show.plain(said.link.kind)}; " if said.link else ""
    return f"{show.plain(said.text.rstrip('.'))}. {source} ({kind}read: {show.plain(said.read)}).{note}"
