"""The curve of the multiverse under a reader's hands: a click puts a definition in force, a drag looks at a stretch."""

from __future__ import annotations

from typing import Any

import streamlit as st

from explorer.analysis.analyse import Analysis
from explorer.charts import curve as charts
from explorer.multiverse.curve import Curve
from explorer.study.study import Study
from explorer.ui import multiverse, reports, show, state
from explorer.ui.controls import held

WHOLE = (0, 100)
"""The stretch looked at, in percent of the definitions from the lowest, while none is chosen."""
STRETCH, PART, DRAGGED = "multiverse-stretch", "multiverse-part", "multiverse-dragged"
DRAWN, CLICKS = "multiverse-drawn", "multiverse-clicks"


def draw(curve: Curve, analysis: Analysis) -> tuple[int, int]:
    """Draw the curve with what it answers to, by mouse and by keyboard; return the stretch that is looked at."""
    part: tuple[int, int] = st.session_state.setdefault(STRETCH, WHOLE)
    key = f"multiverse-curve-{st.session_state.get(DRAWN, 0)}"
    if f"chart-{key}" not in st.session_state:
        st.session_state[DRAGGED] = None
    # A stretch that was dragged over is shaded in the browser already.
    shaded = (0.0, 1.0) if st.session_state[DRAGGED] else (part[0] / 100, part[1] / 100)
    drawn = charts.curve(curve, token(), shaded)
    show.figure(drawn, analysis, key, on_select=lambda: _clicked_or_dragged(f"chart-{key}"))
    held.told("multiverse-curve")
    if not multiverse.enough(curve):
        return WHOLE
    st.caption(
        "Click a definition to put it in force (Undo in the sidebar). Drag over a stretch to look at its options."
    )
    _by_keyboard(curve)
    return part


def token() -> str:
    """Tell what was drawn of one definition and grid from what was drawn of another.

    With the clicks so far: the browser remembers the last one, and reports the same again only if it is called otherwise.
    """
    return f"{state.study().fingerprint}-{multiverse.in_use().digest}-{st.session_state.get(CLICKS, 0)}"


def picked(key: str) -> None:
    """Put the definition that was clicked in force, unless the click was on an older drawing."""
    clicked = st.session_state[key]["selection"].get(charts.PICK)
    row, _, drawn = clicked[0]["pick"].partition(" ") if clicked else ("", "", "")
    if drawn == token():
        st.session_state[CLICKS] = st.session_state.get(CLICKS, 0) + 1
        multiverse.put_in_force(multiverse.multiverse(), int(row), "multiverse-curve")


def _clicked_or_dragged(key: str) -> None:
    """Follow a click, and look at the stretch that was dragged over."""
    picked(key)
    dragged = stretch(st.session_state[key]["selection"])
    # A click reports the stretch too: only a new one counts, so that the slider keeps what it was set to.
    if dragged != st.session_state[DRAGGED]:
        st.session_state[DRAGGED] = dragged
        st.session_state[STRETCH] = dragged or WHOLE


def stretch(selection: Any) -> tuple[int, int] | None:
    """Return the stretch that was dragged over, in percent from the lowest; None after a click within one step."""
    begin, end = (selection.get(name) for name in (charts.BEGIN, charts.END))
    if not begin or not end or begin[0]["x"] == end[0]["x"]:
        return None
    first, last = min(begin[0]["x"], end[0]["x"]), max(begin[0]["x2"], end[0]["x2"])
    return round(100 * first), round(100 * last)


def _by_keyboard(curve: Curve) -> None:
    """Draw what does the same as clicking and dragging."""
    rank, part = st.columns(2, gap="large", vertical_alignment="bottom")
    with rank:
        held.number(
            "Definition in force, counted from the lowest",
            "multiverse-rank",
            None if curve.in_force is None else curve.in_force + 1,
            lambda now, place: _at(curve, int(place), now),
            (1, len(curve)),
            whole=True,
            help="Another number puts that definition in force.",
        )
    reports.put(PART, st.session_state[STRETCH])
    part.slider(
        "Stretch to look at, from the lowest (0) to the highest (100)",
        *WHOLE,
        st.session_state[STRETCH],
        key=PART,
        on_change=_typed,
    )


def _at(curve: Curve, place: int, now: Study) -> Study:
    return multiverse.study_of(curve.multiverse, int(curve.rows[place - 1]), now)


def _typed() -> None:
    """Draw the chart anew, without the stretch that was dragged: the slider says which one counts."""
    if not reports.moved(PART):
        return
    st.session_state[STRETCH] = st.session_state[PART]
    st.session_state[DRAGGED] = None
    st.session_state[DRAWN] = st.session_state.get(DRAWN, 0) + 1
