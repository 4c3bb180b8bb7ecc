"""What a click in a chart brings up beneath it: the patient clicked, or the patients that a bar stands for."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from explorer.analysis.analyse import Analysis
from explorer.charts.counts import people
from explorer.ui import show

PAGE, ICON = "pages/patients.py", ":material/person_search:"
LISTED, ROOM = 100, 150
"""Patients listed at most, and pixels kept for the list, so that what stands below does not move."""


def choose(*charts: str) -> None:
    """Make the patient last clicked in some charts the chosen one.

    Before anything is drawn, so that nothing is stale. Each chart is a `Figure.name`; its selection gives `patient_id`.
    """
    for chart in charts:
        picked = value(_selected(chart), "patient_id")
        if picked and picked != st.session_state.get(f"clicked-{chart}"):
            st.session_state["patient"] = picked
        st.session_state[f"clicked-{chart}"] = picked


def _selected(chart: str) -> Any:
    event = st.session_state.get(f"chart-{chart}")
    return next(iter(event["selection"].values()), None) if event else None


def value(selected: Any, field: str) -> str | None:
    """Return what was clicked, as `show.figure` returns it, by one field of the selection."""
    return str(selected[0][field]) if selected and field in selected[0] else None


def offer(selected: Any, what: str) -> None:
    """Lead to the patient clicked where it is the one chosen last, else say in its place what can be clicked.

    Nothing is said where there is no chart to click.

    Parameters
    ----------
    what : str
        "a tile".
    """
    if selected is None:
        return
    picked = value(selected, "patient_id")
    lead(picked if picked == st.session_state.get("patient") else None, f"Click {what} to choose its patient")


def lead(patient: str | None, otherwise: str) -> None:
    """Link to the page of a patient, or say in its place how one is chosen."""
    label = otherwise if patient is None else f"Open patient {show.plain(patient)}"
    st.page_link(PAGE, label=label, icon=ICON, disabled=patient is None)


def patients(
    who: npt.NDArray[np.bool_] | None, title: str | None, analysis: Analysis, key: str, otherwise: str
) -> None:
    """List the patients that a bar stands for, each to be opened, in a place of fixed height.

    Parameters
    ----------
    who : array of bool, one entry per patient of the cohort, optional
        None where nothing is chosen.
    title : str, optional
        What they have in common.
    key : str
        Of the widgets; another one for each bar, so that a choice among other patients is forgotten.
    otherwise : str
        What the place says until something is chosen.
    """
    with st.container(height=ROOM, border=True, gap="small"):
        if who is None:
            st.markdown(otherwise)
            return
        _listed(np.flatnonzero(who), str(title), analysis, key)


def _listed(rows: npt.NDArray[np.intp], title: str, analysis: Analysis, key: str) -> None:
    names, invented = analysis.cohort.patients["patient_id"], analysis.cohort.hypothetical
    hollow = set(names[rows[invented[rows]]])
    st.markdown(f"**{show.plain(title)}: {people(len(rows), len(hollow))}**")
    # Above the list, so that it is in sight however long that is.
    link, key = st.container(), f"listed-{key}-{title}"
    picked = st.pills(
        "Patients",
        list(names[rows[:LISTED]]),
        format_func=lambda name: show.plain(name) + " (hypothetical)" * (name in hollow),
        key=key,
        label_visibility="collapsed",
        on_change=_take,
        args=(key,),
    )
    if len(rows) > LISTED:
        st.caption(f"The first {LISTED} of {len(rows)}; the page Patients lists everybody.")
    with link:
        lead(picked if picked == st.session_state.get("patient") else None, "Choose one of them")


def _take(key: str) -> None:
    st.session_state["patient"] = st.session_state[key] or st.session_state.get("patient")
