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
    chosen, cohort = _chosen(), state.cohort().fingerprint
    return chosen[cohort] if cohort in chosen else _default()


def _default() -> int | None:
    """Return what a cohort begins with: at least what was switched on last, since a corrected file is another cohort."""
    if state.own() is None:
        return None
    shared = THRESHOLDS[0] if os.environ.get(SHARED) == "1" else 0
    last = next(reversed(_chosen().values()), None) or 0
    return max(shared, last) or None


def _chosen() -> dict[str, int | None]:
    """Return what was chosen in this visit, by the cohort it was chosen for, the last choice last."""
    held: dict[str, int | None] = st.session_state.get("small-counts", {})
    return held


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
    """Protect the cohort that is loaded from a threshold on, or not at all."""
    cohort = state.cohort().fingerprint
    others = {name: held for name, held in _chosen().items() if name != cohort}
    st.session_state["small-counts"] = {**others, cohort: chosen}
