"""What stands in place of a page of results while small counts are protected: cards made of `Protected`, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import streamlit as st

from explorer.analysis.analyse import Analysis
from explorer.charts.figure import Figure, TooFew
from explorer.export.bundle import bundle
from explorer.export.protected import Protected, protected, recorded
from explorer.export.protected_cards import ProtectedReport, protected_report, sections
from explorer.export.report import Section
from explorer.export.report_blocks import Block, Table, Words
from explorer.export.report_docx import docx
from explorer.export.report_html import html
from explorer.ui import guard, protected_open, show, small_counts, state

CARDS = {
    "": ("question", "change"),
    "eligibility": ("ledger",),
    "change": ("change",),
    "response": ("question", "reports", "subgroups"),
    "safety": ("safety", "persistence"),
    "report": ("protection",),
}
"""Which cards stand in place of a page, by the last part of its address; the first page has none."""
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SWITCH_OFF = "For that, switch **Small counts** off in the sidebar."


def page(title: str, address: str) -> None:
    """Draw what may be shown in place of a page.

    Parameters
    ----------
    title : str
        Of the page, as in the menu.
    address : str
        The last part of its address.
    """
    st.html(show.STYLE)
    st.title(title)
    analysis, threshold = recorded(state.analysis()), small_counts.threshold() or 0
    held = protected(analysis, threshold)
    _above(analysis, held)
    if address in protected_open.PAGES:
        protected_open.PAGES[address](analysis)
        st.caption(SWITCH_OFF)
        return
    if address not in CARDS:
        st.info(f"This page shows single patients, or counts so fine that they give them away. {SWITCH_OFF}")
        return
    for section in sections(analysis, held, CARDS[address]):
        _card(section, title)
    if address == "report":
        _files(threshold)
    elif address != "eligibility":
        st.caption(f"What else this page holds shows single patients or exact counts. {SWITCH_OFF}")


def _above(analysis: Analysis, held: Protected) -> None:
    """Say what the results are of, and that small counts are protected."""
    if notice := state.notice():
        st.error(show.plain(notice).replace("\n", "  \n"))
    show.synthetic_label(analysis.cohort)
    with st.container(key="definition", border=True, gap="small"):
        st.markdown(show.unbroken("\n\n".join(_definition(held))), unsafe_allow_html=True)
        show.chips(analysis)


def _definition(held: Protected) -> Iterator[str]:
    """Yield name, protection, Methods sentence and cautions, the last two folded on a phone (see `show.STYLE`)."""
    study = held.study
    yield f":small[**{show.plain(study.name)}** · definition {study.fingerprint}]"
    yield f":small[:material/shield_person: **{held.how}**]"
    if (fixed := guard.lock()) is not None:
        yield f":small[:material/lock: {show.plain(guard.standing(study, fixed))}]"
    yield "<details><summary>In words</summary>"
    yield f":small[{show.plain(study.words())}]"
    yield from (f":small[:material/info: {show.plain(caution)}]" for caution in held.cautions)
    yield "</details>"


def _card(section: Section, page: str) -> None:
    if section.title != page:
        st.subheader(show.plain(section.title))
    for block in section.blocks:
        _block(block)


def _block(block: Block) -> None:
    if isinstance(block, Words):
        (st.caption if block.remark else st.markdown)(show.plain(show.unbroken(block.text)))
    elif isinstance(block, Table):
        show.small_table(block.rows, alt=block.title)
        if block.note:
            st.caption(show.plain(block.note))
    else:
        _figure(block)


def _figure(drawn: Figure | TooFew) -> None:
    """Draw a figure; its numbers stand in a table of their own, so it has no second one below."""
    st.markdown(f"##### {show.plain(drawn.title)}")
    if isinstance(drawn, TooFew):
        st.info(show.plain(show.unbroken(drawn.why)))
        return
    st.vega_lite_chart(drawn.data, dict(drawn.spec), key=f"chart-{drawn.name}", alt=drawn.alt, width="stretch")


def _files(threshold: int) -> None:
    """Offer the files that protected results can be taken away as; none is made before it is asked for."""
    analysis, trail, today = state.analysis(), tuple(guard.trail()), datetime.now(UTC).date()

    def made() -> ProtectedReport:
        return protected_report(analysis, threshold, today, trail=trail)

    files = (
        ("Report to read and print (HTML)", "report", "html", "text/html", lambda: html(made()).encode()),
        ("Report to edit (DOCX)", "report", "docx", WORD, lambda: docx(made())),
        ("All results (ZIP)", "results", "zip", "application/zip", lambda: bundle(made(), trail)),
    )
    st.subheader("Take away")
    for label, stem, kind, mime, make in files:
        name = f"{stem}-protected-{analysis.study.fingerprint}.{kind}"
        st.download_button(label, make, name, mime, key=f"protected-{stem}-{kind}", on_click="ignore")
    st.caption(f"The cohort holds the patients, and the script needs it, so neither is offered here. {SWITCH_OFF}")
