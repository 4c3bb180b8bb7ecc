"""How pages show things: the definition in force, figures with their denominators, labels, and what went wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import pandas as pd
import streamlit as st

from explorer.analysis.analyse import Analysis
from explorer.charts.figure import Figure, TooFew
from explorer.cohort.tables import Cohort, Memo
from explorer.errors import ExplorerError
from explorer.export import figures, people
from explorer.export.numbers import rate_interval
from explorer.reconstruction.facts import is_rebuilt_from_publication
from explorer.study.words import counted
from explorer.ui import guard, small_counts, start, state, tables

D = TypeVar("D")

LAZY_FROM = 10_000
MOST_KEPT = 300
"""Drawings kept with a cohort."""
ESCAPED = str.maketrans({letter: f"\\{letter}" for letter in "\\`*_[]<>$~#|:&"})


@contextmanager
def mistakes() -> Iterator[None]:
    """Show what the user can mend, and end the page there; anything else is a bug and keeps its traceback."""
    try:
        yield
    except ExplorerError as error:
        st.error(plain(str(error)))
        st.stop()


def plain(text: str) -> str:
    """Keep text that came from a file or a link from being read as markup."""
    return text.translate(ESCAPED)


def unbroken(text: str) -> str:
    """Keep a number on the line of its percent sign.

    For the screen alone: in files and on the command line it stays a plain space, which can be searched for.
    """
    return text.replace(" %", "\u00a0%")


def page(title: str, question: str) -> Analysis:
    """Begin a page: its title, the question it answers, and the definition in force.

    Returns
    -------
    Analysis
        Of the study in force.
    """
    start.by_way_of_app()
    if small_counts.on():
        # `app.py` puts protected results in place of such a page; one that is run in any other way shows none.
        st.error("Small counts are protected, and this page holds exact ones.")
        st.stop()
    st.html(STYLE)
    st.title(title)
    st.markdown(unbroken(question))
    analysis = state.analysis()
    definition(analysis)
    return analysis


def definition(analysis: Analysis) -> None:
    """Say above the results what they are results of: label, Methods sentence, differences, cautions."""
    if notice := state.notice():
        st.error(plain(notice).replace("\n", "  \n"))
    synthetic_label(analysis.cohort)
    with st.container(key="definition", border=True, gap="small"):
        # HTML of ours only: what came from a file or a link is escaped.
        st.markdown(unbroken("\n\n".join(_definition(analysis))), unsafe_allow_html=True)
        chips(analysis)


def _definition(analysis: Analysis) -> Iterator[str]:
    """Yield name, additions, Methods sentence and cautions, the last two folded on a phone (see `STYLE`)."""
    from explorer.ui.controls.outcomes import invented

    study, cautions = analysis.study, analysis.cautions
    yield _small(f"**{plain(study.name)}** · definition {study.fingerprint}{_of_own()}")
    if study.hypothetical:
        yield invented(analysis)
    if (fixed := guard.lock()) is not None:
        yield _small(f":material/lock: {plain(guard.standing(study, fixed))}")
    held = f", {counted(len(cautions), 'caution')}" if cautions else ""
    yield f"<details><summary>In words{held}</summary>"
    yield _small(plain(study.words()))
    for caution in cautions:
        yield _small(f":material/info: {plain(caution.text)}")
    yield "</details>"


def _of_own() -> str:
    """Name the visitor's own cohort, where one is in force."""
    held = state.own()
    return "" if held is None else f" · :material/database: your cohort {plain(held.metadata.title)}"


def _small(text: str) -> str:
    # Small, but in the colour of the text: a caption's grey is too faint on white for what must be read.
    return f":small[{text}]"


STYLE = """<style>
.st-key-definition summary { cursor: pointer; font-size: 0.875rem; }
@media (min-width: 640.1px) {
  @supports selector(::details-content) {
    .st-key-definition summary { display: none; }
    .st-key-definition details::details-content { content-visibility: visible; }
  }
}
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding-top: 3.5rem; }
  [data-testid="stMain"] h1 { font-size: 1.9rem; }
  [data-testid="stMain"] h2 { font-size: 1.6rem; }
  [data-testid="stMain"] h3 { font-size: 1.35rem; }
  .st-key-definition details { margin-bottom: 1rem; }
}
[data-testid="stMultiSelect"] [data-tag] { background-color: #2b6f9f; }
[data-testid="stSidebar"] :has(> .stExpander > details:not([open])) + :has(> .stMarkdown [data-testid="stCaptionContainer"]) {
  margin-top: -0.75rem;
}
</style>"""
"""Where screens are wide, the definition stands unfolded; on a phone, results come before the Methods sentence.

The line below a closed part of the sidebar belongs to it, and is moved near. Streamlit writes what is chosen in a list
white on the accent colour, which on a dark page is too light for it.
"""


def chips(analysis: Analysis) -> None:
    """Offer each difference from the chosen preset as a button that takes it back."""
    from explorer.ui.controls.chips import chips as draw

    draw(analysis.study, state.preset())


def synthetic_label(cohort: Cohort) -> None:
    """Say that a cohort is not made of patients, where that is so."""
    label = people.synthetic_label(cohort)
    if label:
        made = " Made to give the published figures, and nothing more." if is_rebuilt_from_publication(cohort) else ""
        st.warning(f"**{label}**{made}", icon=":material/science:")


def responders(analysis: Analysis) -> str:
    """Say the response rate with count, denominator, percentage and interval; invented additions apart, without one."""
    r = analysis.response
    limits = f", {rate_interval(r.ci_low, r.ci_high, analysis.study.confidence)}" if math.isfinite(r.ci_low) else ""
    return unbroken(f"{people.responders(analysis)} responded{limits}")


def figure(
    drawn: Figure | TooFew, analysis: Analysis, key: str | None = None, on_select: Callable[[], None] | None = None
) -> Any:
    """Show a figure with its title, its sentence, its table and its downloads.

    Parameters
    ----------
    key : str, optional
        Where one figure stands twice on a page; otherwise its name serves.
    on_select : callable, optional
        Called before the page is drawn anew when something is selected, for what moves the sidebar too. It finds all
        selections of the figure in the session under `chart-` and the key.

    Returns
    -------
    mapping or None
        What is selected in it, for a figure that listens to clicks.
    """
    key = key or drawn.title if isinstance(drawn, TooFew) else key or drawn.name
    st.markdown(f"##### {plain(drawn.title)}")
    if isinstance(drawn, TooFew):
        st.info(plain(drawn.why))
        return None
    event: Any = st.vega_lite_chart(
        drawn.data,
        dict(drawn.spec),
        key=f"chart-{key}",
        # The sentence stands below. As the name of the drawing, with every number that changes in it, it would make the
        # browser build the whole chart anew in place of moving its marks.
        alt=f"{drawn.title}. Described below.",
        width="stretch",
        on_select=on_select or ("rerun" if drawn.select else "ignore"),
        selection_mode=drawn.select,
    )
    st.caption(plain(unbroken(drawn.alt)))
    _twin(drawn, analysis, key)
    return event["selection"].get(drawn.select) if drawn.select else None


def whatever_the_rule(analysis: Analysis, draw: Callable[[], D], *asked: Hashable) -> D:
    """Return what was drawn of an analysis, kept for as long as only the response rule changes.

    Parameters
    ----------
    draw : callable
        Its drawing depends on the study's eligibility, windows and confidence, and on what else is asked.
    asked : hashable
        A name for the drawing, and everything else that it depends on.
    """
    study = analysis.study
    same = (study.eligibility, study.hypothetical, study.prior_drug, study.confidence, study.interval)
    windows = (study.index, study.index_drug, study.baseline, study.follow_up, study.after_stop)
    return analysis.cohort.derived("drawings", lambda: Memo(MOST_KEPT)).get(
        (asked, same, windows), lambda: _whole(draw())
    )


def _whole(drawn: D) -> D:
    return cast("D", drawn.tabulated()) if isinstance(drawn, Figure) else drawn


def _twin(drawn: Figure, analysis: Analysis, key: str) -> None:
    """Offer the table behind a figure and its downloads; neither is made before it is asked for."""
    # Files say how many patients are analysed, so there are none while small counts are protected.
    files = () if small_counts.on() else DOWNLOADS
    held = st.expander("Table and downloads" if files else "Table", key=f"twin-{key}", on_change="rerun")
    if not held.open:
        return
    with held:
        table(drawn.table, alt=drawn.title)
        with st.container(horizontal=True):
            for kind, mime, make in files:
                st.download_button(
                    kind.upper(),
                    _made(make, drawn, analysis),
                    f"{drawn.name}-{analysis.study.fingerprint}.{kind}",
                    mime,
                    key=f"{kind}-{key}",
                    on_click="ignore",
                )


DOWNLOADS = (
    ("png", "image/png", figures.png),
    ("svg", "image/svg+xml", figures.svg),
    ("csv", "text/csv", figures.csv),
)


def _made(make: Callable[[Figure, Analysis, list[str]], Any], drawn: Figure, analysis: Analysis) -> Callable[[], Any]:
    said = guard.trail()
    return lambda: make(drawn, analysis, said)


def table(rows: pd.DataFrame, alt: str) -> None:
    """Show a table; a long one is sent in pieces."""
    st.dataframe(rows, hide_index=True, alt=alt, lazy=len(rows) >= LAZY_FROM)


def small_table(rows: pd.DataFrame, alt: str) -> None:
    """Show a table of a few rows as text that a screen reader and a phone can read."""
    st.markdown(unbroken(tables.as_html(rows.columns, rows.itertuples(index=False), alt)), unsafe_allow_html=True)


def figures_in_words(items: Sequence[tuple[str, str, str]]) -> None:
    """Show headline figures side by side: label, value, and the doubt that belongs to it."""
    for column, (label, value, doubt) in zip(st.columns(len(items)), items, strict=True):
        column.metric(label, unbroken(value))
        column.caption(plain(unbroken(doubt)))
