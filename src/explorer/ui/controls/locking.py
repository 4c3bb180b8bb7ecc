"""Fix the definition before looking at results, and see what was looked at."""

from __future__ import annotations

import streamlit as st

from explorer.study.study import Study
from explorer.study.words import counted
from explorer.ui import guard
from explorer.ui.show import plain


def summary() -> str:
    """Say whether a definition is locked, and how many were looked at."""
    held, looks = guard.lock(), counted(len(guard.viewed().definitions), "definition")
    return f"{looks} viewed" + (f"; {held.study.fingerprint} locked" if held else "; none locked")


def locking(study: Study) -> None:
    """Draw the estimand card, the lock, and the definitions looked at."""
    st.markdown(guard.card(study))
    held = guard.lock()
    with st.container(horizontal=True, gap="small"):
        st.button("Lock this definition", key="lock", on_click=guard.fix, help=LOCKING)
        if held is not None:
            st.button("Release", key="release", on_click=guard.release, help="Forget which definition was locked.")
    if held is None:
        st.toggle(
            "Hide results until a definition is locked",
            guard.waiting(),
            key="waiting-toggle",
            on_change=_wait,
            help="Pages then show what would be estimated and no result. A link with `results=hidden` begins so.",
        )
    else:
        st.caption(plain(guard.standing(study, held)))
        st.download_button(
            "Save the locked card",
            held.to_json(),
            f"estimand-{held.study.fingerprint}.json",
            "application/json",
            key="save-lock",
            on_click="ignore",
        )
    looked_at(study)


LOCKING = (
    "Fixes time, number and wording of the definition in force. From then on every page and file says how the "
    "definition in force differs from it, and how many were looked at before."
)


def _wait() -> None:
    guard.wait(st.session_state["waiting-toggle"])


def looked_at(study: Study) -> None:
    """List the definitions looked at in this visit."""
    definitions = guard.viewed().definitions
    names = "\n".join(f"{place}. {plain(title)} ({number})" for place, (number, title) in enumerate(definitions, 1))
    st.caption(f"Viewed in this visit, in order; every file says how many:\n\n{names}" if names else "None viewed yet.")


def hidden(study: Study) -> None:
    """Draw what stands in place of a page while its results wait for a definition to be locked."""
    st.title("Results are hidden")
    st.markdown(
        "What would be estimated stands below. Settle the definition in the sidebar, then lock it: time and number are "
        "kept, and the results appear."
    )
    with st.container(border=True):
        st.markdown(guard.card(study))
    with st.container(horizontal=True, gap="small"):
        st.button("Lock this definition and show results", key="lock-and-show", on_click=guard.fix, type="primary")
        st.button("Show results without a lock", key="show-anyway", on_click=guard.wait, args=(False,))
