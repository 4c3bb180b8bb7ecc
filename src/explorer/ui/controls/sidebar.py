"""The study in force, as widgets: on every page, below the page menu."""

from __future__ import annotations

from functools import partial

import streamlit as st

from explorer.ui import guard, state
from explorer.ui.controls import chosen, criteria, held, locking, outcomes, protection, rules, sharing, windows


def sidebar() -> None:
    """Draw the definition in force; each closed section says its present choice and whom it keeps."""
    analysis = state.analysis()
    study = analysis.study
    guard.begin()
    guard.look(study)
    st.markdown("**Definition in force**")
    chosen.preset(study)
    for key, label, summary, draw in SECTIONS:
        held.section(label, f"section-{key}", partial(draw, analysis), summary(analysis))
    outcomes.hypothetical(analysis)
    held.section("Lock, and what was viewed", "section-lock", partial(locking.locking, study), locking.summary())
    held.section("Small counts", "section-small-counts", protection.switch, protection.summary())
    held.section(
        "Save, load, copy link", "section-share", partial(sharing.sharing, study), f"Definition {study.fingerprint}"
    )
    chosen.not_computable()


SECTIONS = (
    ("who", "Who is analysed", criteria.summary, criteria.eligibility),
    ("when", "When scores are taken", windows.summary, windows.windows),
    ("responder", "Who is a responder", rules.summary, rules.responder),
    ("after-stop", "Who left the drug early", outcomes.after_stop_summary, outcomes.after_stop),
    ("missing", "Missing outcomes", outcomes.missing_summary, outcomes.missing),
    ("interval", "Interval", outcomes.interval_summary, outcomes.interval),
)
