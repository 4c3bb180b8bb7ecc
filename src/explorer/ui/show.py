"""How pages show things: figures with their denominators, labels, tables, and what went wrong."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pandas as pd
import streamlit as st

from explorer.analysis.analyse import Analysis
from explorer.analysis.change import Change
from explorer.cohort.tables import Cohort
from explorer.errors import ExplorerError
from explorer.export.numbers import decimals, interval, number, rate_interval, share
from explorer.literature.claims import Claim

AGREEMENT = {True: "agrees", False: "differs", None: "words only"}


@contextmanager
def mistakes() -> Iterator[None]:
    """Show what the user can mend, and end the page there; anything else is a bug and keeps its traceback."""
    try:
        yield
    except ExplorerError as error:
        st.error(str(error))
        st.stop()


def synthetic_label(cohort: Cohort) -> None:
    """Say that a cohort is not made of patients, where that is so."""
    if cohort.metadata.synthetic:
        st.warning(
            "**Synthetic reconstruction, not patient data.** The patients below are invented so that together "
            "they give every published figure; nothing more is claimed for them.",
            icon=":material/science:",
        )


def headline(analysis: Analysis) -> None:
    """Show who responded and how each score changed, with denominators and intervals."""
    figures = [_response(analysis), *(_score(row, analysis) for row in analysis.change)]
    for column, (label, value, doubt) in zip(st.columns(len(figures)), figures, strict=True):
        column.metric(label, value)
        column.caption(doubt)


def _response(analysis: Analysis) -> tuple[str, str, str]:
    response = analysis.response
    among = ", ".join(map(str, analysis.study.response.among))
    limits = rate_interval(response.ci_low, response.ci_high, analysis.study.confidence)
    return (
        f"Responded, of those with {among}" if among else "Responded",
        share(response.n_responders, response.n_evaluable, response.rate),
        limits,
    )


def _score(row: Change, analysis: Analysis) -> tuple[str, str, str]:
    places = decimals(analysis.cohort.instruments[row.instrument])
    means = f"{number(row.baseline_mean, places)} → {number(row.followup_mean, places)}"
    limits = interval(row.ci_low, row.ci_high, analysis.study.confidence, places)
    doubt = f"mean of the {row.n_paired} with both scores; change {number(row.mean_change, places)}, {limits}"
    return row.name, means, doubt


def claims(rows: Sequence[Claim]) -> None:
    """Show published figures beside their counterparts."""
    table = pd.DataFrame(
        {
            "Published": [row.fact.statement for row in rows],
            "This cohort": [row.here.text for row in rows],
            "": [AGREEMENT[row.here.agrees] for row in rows],
        }
    )
    st.table(table, hide_index=True)


def cautions(analysis: Analysis) -> None:
    """Show what to mind in the definition in force."""
    for caution in analysis.cautions:
        st.info(caution.text, icon=":material/info:")
