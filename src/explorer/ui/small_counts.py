"""Whether small counts are protected in this visit: the server's default, the visitor's choice, and what then stays unsaid."""

from __future__ import annotations

import os

import streamlit as st

from explorer.export.protected import THRESHOLDS
from explorer.ui import state

SHARED = "EXPLORER_SHARED"
"""Environment variable of who runs the server: `1` where several people use it."""
HIDDEN = "counts hidden"
OWN_ROWS = "your_data"
"""Address of the page that shows the visitor's own rows while they are brought, and no results."""


def threshold() -> int | None:
    """Return the threshold in force for the cohort that is loaded; None where nothing is protected."""
    cohort, chosen = st.session_state.get("small-counts", (None, None))
    return chosen if cohort == state.cohort().fingerprint else _default()


def _default() -> int | None:
    shared = os.environ.get(SHARED) == "1"
    return THRESHOLDS[0] if shared and state.own() is not None else None


def on() -> bool:
    """Say whether small counts are protected."""
    return threshold() is not None


def replaces(address: str) -> bool:
    """Say whether protected results stand in place of the page with an address (its last part)."""
    return on() and address != OWN_ROWS


def told(text: str) -> str:
    """Return what says counts, or that they are hidden."""
    return HIDDEN if on() else text


def choose(chosen: int | None) -> None:
    """Protect the cohort that is loaded from a threshold on, or not at all; another cohort begins with the default."""
    st.session_state["small-counts"] = (state.cohort().fingerprint, chosen)
