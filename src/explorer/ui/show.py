"""How pages show things: the definition in force, figures with their denominators, labels, and what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
import streamlit as st

from explorer.analysis.analyse import Analysis
from explorer.charts.figure import Figure, TooFew
from explorer.cohort.tables import Cohort
from explorer.errors import ExplorerError
from explorer.export import figures
from explorer.export.numbers import rate_interval, share
from explorer.literature.claims import is_rebuilt_from_publication
from explorer.ui import start, state

LAZY_FROM = 10_000


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
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>$~#|:" else letter for letter in text)


def page(title: str, question: str) -> Analysis:
    """Begin a page: its title, the question it answers, and the definition in force.

    Returns
    -------
    Analysis
        Of the study in force.
    """
    start.by_way_of_app()
    st.title(title)
    st.markdown(question)
    analysis = state.analysis()
    definition(analysis)
    return analysis


def definition(analysis: Analysis) -> None:
    """Say above the results what they are results of: label, Methods sentence, differences, cautions."""
    from explorer.ui.controls.outcomes import invented

    if notice := state.notice():
        st.error(plain(notice).replace("\n", "  \n"))
    synthetic_label(analysis.cohort)
    with st.container(key="definition", border=True, gap="small"):
        _small(f"**{plain(state.title(analysis.study))}** · definition {analysis.study.fingerprint}")
        _small(plain(analysis.study.words()))
        if analysis.study.hypothetical:
            st.markdown(invented(analysis))
        chips(analysis)
        for caution in analysis.cautions:
            _small(f":material/info: {plain(caution.text)}")


def _small(text: str) -> None:
    # Small, but in the colour of the text: a caption's grey is too faint on white for what must be read.
    st.markdown(f":small[{text}]")


def chips(analysis: Analysis) -> None:
    """Offer each difference from the chosen preset as a button that takes it back."""
    from explorer.ui.controls.chips import chips as draw

    draw(analysis.study, state.preset())


def synthetic_label(cohort: Cohort) -> None:
    """Say that a cohort is not made of patients, where that is so."""
    if cohort.metadata.synthetic:
        st.warning(
            "**Synthetic reconstruction, not patient data.** Made to give the published figures, and nothing more."
            if is_rebuilt_from_publication(cohort)
            else "**Synthetic, not patient data.**",
            icon=":material/science:",
        )


def responders(analysis: Analysis) -> str:
    """Say the response rate with count, denominator, percentage and interval."""
    r = analysis.response
    rate = share(r.n_responders, r.n_evaluable, r.rate)
    return f"{rate} responded, {rate_interval(r.ci_low, r.ci_high, analysis.study.confidence)}"


def figure(drawn: Figure | TooFew, analysis: Analysis, key: str | None = None) -> Any:
    """Show a figure with its title, its sentence, its table and its downloads.

    Parameters
    ----------
    key : str, optional
        Where one figure stands twice on a page; otherwise its name serves.

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
        alt=drawn.alt,
        width="stretch",
        on_select="rerun" if drawn.select else "ignore",
        selection_mode=drawn.select,
    )
    st.caption(plain(drawn.alt))
    _twin(drawn, analysis, key)
    return event["selection"].get(drawn.select) if drawn.select else None


def _twin(drawn: Figure, analysis: Analysis, key: str) -> None:
    """Offer the table behind a figure and its downloads; neither is made before it is asked for."""
    held = st.expander("Table and downloads", key=f"twin-{key}", on_change="rerun")
    if not held.open:
        return
    with held:
        table(drawn.table, alt=drawn.title)
        with st.container(horizontal=True):
            for kind, mime, make in DOWNLOADS:
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


def _made(make: Callable[[Figure, Analysis], Any], drawn: Figure, analysis: Analysis) -> Callable[[], Any]:
    return lambda: make(drawn, analysis)


def table(rows: pd.DataFrame, alt: str) -> None:
    """Show a table; a long one is sent in pieces."""
    st.dataframe(rows, hide_index=True, alt=alt, lazy=len(rows) >= LAZY_FROM)


def small_table(rows: pd.DataFrame, alt: str) -> None:
    """Show a table of a few rows as text that a screen reader and a phone can read."""
    st.table(rows.map(lambda cell: plain(cell) if isinstance(cell, str) else cell), hide_index=True, alt=alt)


def figures_in_words(items: Sequence[tuple[str, str, str]]) -> None:
    """Show headline figures side by side: label, value, and the doubt that belongs to it."""
    for column, (label, value, doubt) in zip(st.columns(len(items)), items, strict=True):
        column.metric(label, value)
        column.caption(plain(doubt))
