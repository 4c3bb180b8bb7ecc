"""What is shown as ever while small counts are protected: pages, or parts of them, that hold nothing of the loaded cohort."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.analysis.analyse import Analysis
from explorer.literature.rows import chosen
from explorer.literature.studies import literature
from explorer.ui import glossary, show
from explorer.ui.evidence import alone, choose_outcome, choose_rows, in_short, other_figures
from explorer.ui.evidence_context import baseline_section, definitions_section, gaps_section
from explorer.ui.evidence_pooling import pooling_section
from explorer.ui.evidence_tables import STYLE
from explorer.ui.guide import guide_section
from explorer.ui.sequencing import sequencing_section

NOT_BESIDE = (
    "Published rows alone: the loaded cohort is not drawn beside them. Its rate and its means are exact, and how a row differs "
    "from it can depend on a single patient."
)
NO_LESSONS = "Lessons, classes and the verdict are about exact counts of the loaded cohort, so they are not shown."


def evidence(analysis: Analysis) -> None:
    """Draw what others have published.

    Parameters
    ----------
    analysis : Analysis
        Of it, the study alone is read.
    """
    st.html(STYLE)
    st.info(NOT_BESIDE)
    st.markdown(show.plain(in_short()))
    outcome = choose_outcome(None)
    alone(analysis, outcome, chosen(literature(), outcome, choose_rows()))
    pooling_section(analysis, outcome)
    glossary.here("evidence")
    st.subheader("More from the same sources")
    other_figures()
    baseline_section(None)
    definitions_section()
    sequencing_section()
    gaps_section()


def learn(_: Analysis) -> None:
    """Draw the glossary and the reader's guide."""
    st.info(NO_LESSONS)
    parts = {"Glossary": glossary.glossary_section, "Reader's guide": guide_section}
    asked = st.segmented_control(
        "Part of this page",
        list(parts),
        default="Glossary",
        required=True,
        key="learn-part-protected",
        persist_state="session",
        label_visibility="collapsed",
    )
    parts[asked or "Glossary"]()


PAGES: dict[str, Callable[[Analysis], None]] = {"evidence": evidence, "learn": learn}
"""By the last part of the address."""
