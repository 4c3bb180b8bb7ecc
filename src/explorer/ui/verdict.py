"""The verdict on one page, to read here and to print."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from explorer.errors import DefinitionError
from explorer.export.report_docx import docx
from explorer.literature.doubts import Definitions, definitions
from explorer.literature.verdict import CAN, CANNOT, KINDS, READ_AS, TITLE, as_table, lines, to_print, verdict
from explorer.ui import multiverse, show, small_counts, state

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def verdict_section() -> None:
    """Draw the verdict on the loaded cohort, and offer it as files."""
    st.subheader(TITLE)
    if small_counts.on():
        st.info("Small counts are protected, and this page consists of them, so it is not shown.")
        return
    analysis, varied = state.analysis(), _varied()
    try:
        held = lines(analysis, varied)
    except DefinitionError as error:
        st.info(show.plain(str(error)))
        return
    for name, can in ((CAN, True), (CANNOT, False)):
        st.markdown(f"##### {name}")
        show.small_table(as_table(held, can), alt=name)
    st.caption(f"{KINDS} {READ_AS}")
    today = datetime.now(UTC).date()
    stem = f"verdict-{analysis.study.fingerprint}"
    with st.container(horizontal=True):
        for label, kind, mime, write in (
            ("To print (HTML)", "html", "text/html", lambda: to_print(verdict(analysis, today, varied)).encode()),
            ("To edit (DOCX)", "docx", WORD, lambda: docx(verdict(analysis, today, varied))),
        ):
            st.download_button(label, write, f"{stem}.{kind}", mime, key=f"verdict-{kind}", on_click="ignore")


def _varied() -> Definitions | None:
    """Vary everything but the rule by the grid in use; None where that is more than is run while one looks on."""
    try:
        return definitions(multiverse.of_this_rule(), multiverse.called(multiverse.in_use()))
    except DefinitionError:
        return None
