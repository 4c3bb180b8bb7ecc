"""The switch that protects small counts."""

from __future__ import annotations

import streamlit as st

from explorer.export.protected import THRESHOLDS
from explorer.ui import reports, small_counts

ON, LEAST = "small-counts-on", "small-counts-threshold"
HELP = (
    "For what others will see: a shared screen, a report to send. Counts become ranges, small ones are hidden, and "
    "everything about single patients is left out, in files too. The data stay as they are."
)


def summary() -> str:
    """Say what is in force."""
    least = small_counts.threshold()
    return "Shown as they are" if least is None else f"Under {least} hidden, all others as ranges of {least}"


def switch() -> None:
    """Draw the switch and the threshold."""
    least = small_counts.threshold()
    reports.put(ON, least is not None)
    st.toggle("Protect small counts", least is not None, key=ON, help=HELP, on_change=_switched)
    if least is not None:
        reports.put(LEAST, least)
        st.segmented_control(
            "Hide counts under",
            THRESHOLDS,
            default=least,
            key=LEAST,
            required=True,
            help="The larger ranges are made of the smaller, so that going from one to another hardly reveals more.",
            on_change=_moved,
        )


def _switched() -> None:
    if reports.moved(ON):
        small_counts.choose(THRESHOLDS[0] if st.session_state[ON] else None)


def _moved() -> None:
    if reports.moved(LEAST):
        small_counts.choose(st.session_state[LEAST])
