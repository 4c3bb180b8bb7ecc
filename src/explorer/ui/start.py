"""What happens once, when the server starts."""

import gc

import streamlit as st

from explorer.ui import state


@st.cache_resource
def freeze_imports() -> None:
    """Take what the imports left behind out of the garbage collector's sight.

    A full collection walks every object of pandas, SciPy and Altair: tens of milliseconds in the midst of
    somebody's rerun. Frozen objects are skipped; what sessions leave behind is still collected.
    """
    gc.collect()
    gc.freeze()


def by_way_of_app() -> None:
    """Send a page that was opened by itself through `app.py`, which draws the menu and the sidebar.

    Until `app.py` has run once, a server knows no menu and runs a page of the folder `pages/` directly: the
    first visitor after a start may come by a link to a page.
    """
    if "study" not in st.session_state:
        state.begin()
        st.session_state.asked_for = str(st.context.url).rstrip("/").rpartition("/")[2]
        st.switch_page("app.py")


def as_asked_for(pages: list[st.Page]) -> None:
    """Go on to the page that a visitor asked for before there was a menu."""
    asked_for = st.session_state.pop("asked_for", None)
    for page in pages:
        if asked_for and page.url_path == asked_for:
            st.switch_page(page)
