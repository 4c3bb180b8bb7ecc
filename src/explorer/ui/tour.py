"""A short tour of the app, opened by choice: on the first page, on Learn, or by `?tour=` in the address."""

from __future__ import annotations

import streamlit as st

AT, ASKED = "tour-at", "tour"

STEPS = {
    "One answer, taken apart": "A small chart review says that half of its patients improved. The first page gives that "
    "answer with its count, its interval, and how sure the source lets us be.",
    "The sidebar is the definition": "Who is analysed, when scores are taken, who is a responder, what becomes of missing "
    "outcomes. Change one thing and every figure follows. Undo takes it back. On a phone, the arrows at the top left open "
    "it.",
    "Three doubts, kept apart": "Few patients: the intervals. Other choices just as good: the page Multiverse. What the "
    "paper does not say: the page What the paper leaves open.",
    "Nothing here is a patient": "The cohort that opens is a synthetic reconstruction, made to give the published figures. "
    "It can teach how the answer was made. It cannot say how a patient will fare.",
    "Take it with you": "Copy the address to share a definition. The page Report gives text, figures, tables and a script "
    "with the same numbers. The page Learn has lessons of a few minutes each.",
}
"""Titles and texts, in order."""


def offer(label: str = "New here? Take the tour") -> None:
    """Offer the tour by a small button, and open it where the address asks for it, once."""
    if ASKED in st.query_params:
        st.query_params.pop(ASKED)
        _go(0)
    st.button(label, key="tour-offer", type="tertiary", icon=":material/tour:", on_click=_go, args=(0,))
    if st.session_state.get(AT) is not None:
        _tour()


def _go(at: int | None) -> None:
    st.session_state[AT] = at


def _left() -> None:
    _go(None)


@st.dialog("A short tour", on_dismiss=_left)
def _tour() -> None:
    at: int | None = st.session_state[AT]
    if at is None:
        # Within a dialog only the dialog runs again: a whole run is what closes it.
        st.rerun()
    title, text = list(STEPS.items())[at]
    st.subheader(title)
    st.markdown(text)
    st.caption(f"{at + 1} of {len(STEPS)}")
    with st.container(horizontal=True):
        if at:
            st.button("Back", key="tour-back", on_click=_go, args=(at - 1,))
        if at + 1 < len(STEPS):
            st.button("Next", key="tour-next", on_click=_go, args=(at + 1,))
        st.button("Skip" if at + 1 < len(STEPS) else "Done", key="tour-done", on_click=_left)
