"""Pooling of published rows, only when asked for, and refused in words where it cannot be."""

from __future__ import annotations

import streamlit as st

from explorer.analysis.analyse import Analysis
from explorer.charts import published
from explorer.export.numbers import number, p_value, percent, share
from explorer.literature.pooling import (
    FEWEST_STUDIES,
    FEWEST_TO_PREDICT,
    MAY_NOT,
    Allowed,
    Candidates,
    LeftOut,
    Sorted,
    nearest,
    poolable,
    press_among,
    sort_out,
)
from explorer.literature.rows import line, pooled_lines
from explorer.literature.studies import literature
from explorer.literature.studies_outcomes import OUTCOMES
from explorer.statistics.meta_analysis import PooledRate
from explorer.study.words import counted, listing
from explorer.ui import show
from explorer.ui.evidence import PUBLISHED_ONLY, study
from explorer.ui.evidence_tables import source, table


def pooling_section(analysis: Analysis, outcome: str) -> None:
    """Offer to pool the rows of an outcome; the loaded cohort is never one of them."""
    st.subheader("Pooling, only if you ask")
    st.markdown(
        f"Rows are pooled only where drug, patients, time and missing-data rule are the same, counts are printed and at "
        f"least {FEWEST_STUDIES} studies remain, one row per group of patients. The loaded cohort never enters.{_beforehand(outcome)}"
    )
    asked = st.toggle(
        show.plain(f"Pool “{OUTCOMES[outcome].label}”"), key="evidence-pool", persist_state="session", value=False
    )
    if not asked:
        return
    allowed = _allowed()
    found = sort_out(literature(), outcome, allowed)
    if found.refusal:
        _refused(found)
    else:
        _pool(analysis, outcome, _choose(found), allowed)
    _left_out(found.left_out)


def _beforehand(outcome: str) -> str:
    """Say, before anybody asks for it, where no pool can be had; empty where one can."""
    found = poolable(literature())
    if outcome in found:
        return ""
    if not found:
        return (
            f" **No outcome here has {FEWEST_STUDIES} such studies**, whatever is let in: the switch shows what keeps "
            "them apart."
        )
    others = listing(sorted(show.plain(f"“{OUTCOMES[each].label}”") for each in found))
    return f" **This outcome has fewer than {FEWEST_STUDIES} such studies**, whatever is let in; they are there for {others}."


def _allowed() -> Allowed:
    return Allowed(
        press=st.checkbox("Let press figures in", key="evidence-press", persist_state="session"),
        unstated=st.checkbox(
            "Take what is not stated as equal",
            key="evidence-unstated",
            persist_state="session",
            help="Few abstracts say what became of missing outcomes. Without this, rows that do not say it stay out.",
        ),
    )


def _refused(found: Sorted) -> None:
    st.warning(show.plain(found.refusal), icon=":material/block:")
    if near := nearest(literature()):
        listed = "".join(f"\n- {show.plain(show.unbroken(str(each)))}" for each in near)
        st.markdown(
            f"Nearest among all outcomes, with {len(near[0].rows)} studies each that print counts, and what keeps them "
            f"apart:\n{listed}"
        )


def _choose(found: Sorted) -> Candidates:
    enough = [each for each in found.sets if each.suffices]
    if len(enough) == 1:
        return enough[0]
    chosen: Candidates = st.selectbox(
        "Which set", enough, format_func=lambda each: str(each.condition), key="evidence-set"
    )
    return chosen


def _pool(analysis: Analysis, outcome: str, rows: Candidates, allowed: Allowed) -> None:
    pool = rows.pooled()
    st.markdown(show.plain(show.unbroken(_sentence(pool, rows, allowed))))
    lines = [*(line(each) for each in rows.rows), *pooled_lines(pool, rows.condition.prior, rows.predicts)]
    title = f"{OUTCOMES[outcome].label}: {len(rows.rows)} studies pooled by random effects"
    said = f"{published.sentence(lines)} Pooled: {_rate(pool)}."
    counts = f"{_rate(pool)}. {PUBLISHED_ONLY}"
    show.figure(published.forest(lines, f"evidence-pool-{outcome}", title, said, counts), analysis)
    st.warning(show.plain(MAY_NOT), icon=":material/warning:")
    _without_each(rows)


def _rate(pool: PooledRate) -> str:
    return f"{percent(pool.rate)} of patients in an average study, 95 % CI {percent(pool.low)} to {percent(pool.high)}"


def _sentence(pool: PooledRate, rows: Candidates, allowed: Allowed) -> str:
    asked = f" As you asked: {allowed}." if str(allowed) else ""
    press = press_among(rows.rows)
    return (
        f"{pool.k} studies ({rows.condition}): {_rate(pool)} (random effects on the logit scale, REML, Hartung-Knapp). "
        f"{_predicted(pool, rows)} Between studies: tau {number(pool.tau, 2)} logits, I squared {percent(pool.i2)}, "
        f"Q {number(pool.q)}, {p_value(pool.q_p)}.{asked}{f' {press}' if press else ''}"
    )


def _predicted(pool: PooledRate, rows: Candidates) -> str:
    if not rows.predicts:
        return f"No prediction interval below {FEWEST_TO_PREDICT} studies."
    return (
        f"A further such study would lie between {percent(pool.predicted_low)} and {percent(pool.predicted_high)} "
        "(95 % prediction interval)."
    )


def _without_each(rows: Candidates) -> None:
    st.markdown("##### Without each study in turn")
    cells = [
        (
            row.study,
            share(row.k or 0, row.n or 0, (row.k or 0) / (row.n or 1)),
            f"{percent(pool.rate)}, 95 % {percent(pool.low)} to {percent(pool.high)}",
            number(pool.tau, 2),
            source(row),
        )
        for row, pool in zip(rows.rows, rows.without_each(), strict=True)
    ]
    table(["Left out", "Its result", "Pooled without it", "tau", "Source"], cells, "Leave-one-out")


def _left_out(rows: tuple[LeftOut, ...]) -> None:
    if not rows:
        return
    with st.expander(f"{counted(len(rows), 'row')} left out, and why", key="evidence-left-out"):
        cells = [(study(each.finding), line(each.finding).said, each.why, source(each.finding)) for each in rows]
        table(["Study", "Result", "Why left out", "Source"], cells, "Rows left out of the pool")
