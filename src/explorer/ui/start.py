"""What happens once, when the server starts."""

import gc
import threading

import streamlit as st
from starlette.formparsers import MultiPartParser

from explorer.cohort.readers.limits import BYTES
from explorer.ui import guard, state

AROUND_A_FILE = 2**20
"""Bytes that a form may have besides the file it brings."""


def keep_uploads_in_memory() -> None:
    """Let no upload touch the disk: beyond 1 MB, the server would put it into a temporary file while it arrives."""
    MultiPartParser.spool_max_size = BYTES + AROUND_A_FILE


def freeze_imports() -> None:
    """Take what the imports left behind out of the garbage collector's sight, but no visit that has ended.

    A full collection walks every object of pandas, SciPy and Altair: tens of milliseconds in the midst of
    somebody's rerun. Frozen objects are skipped. Freezing takes in the visits that are under way, so that what they
    leave behind is thawed and collected when the next one begins: nobody's cohort stays.
    """
    _freeze_once()
    _begin_visit()


@st.cache_resource(show_spinner=False)
def _freeze_once() -> None:
    gc.collect()
    gc.freeze()


ENDED = threading.Event()
"""Set when a visit has ended since the last collection."""


@st.cache_resource(show_spinner=False, scope="session", on_release=lambda _: ENDED.set())
def _begin_visit() -> None:
    if ENDED.is_set():
        ENDED.clear()
        gc.unfreeze()
        gc.collect()
        gc.freeze()


def by_way_of_app() -> None:
    """Send a page that was opened by itself through `app.py`, which draws the menu and the sidebar.

    Until `app.py` has run once, a server knows no menu and runs a page of the folder `pages/` directly: the
    first visitor after a start may come by a link to a page.
    """
    if "study" not in st.session_state:
        state.begin()
        guard.begin()  # going on to another page empties the address
        st.session_state.asked_for = str(st.context.url).rstrip("/").rpartition("/")[2]
        st.switch_page("app.py")


def as_asked_for(pages: list[st.Page]) -> None:
    """Go on to the page that a visitor asked for before there was a menu."""
    asked_for = st.session_state.pop("asked_for", None)
    for page in pages:
        if asked_for and page.url_path == asked_for:
            st.switch_page(page)
