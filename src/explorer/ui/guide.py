"""The reader's guide: what to look for, each point with the page and the study that show it."""

from __future__ import annotations

import streamlit as st

from explorer.lessons.guide import Point, guide, lacks
from explorer.study.sharing import to_link
from explorer.ui import show, state
from explorer.ui.links import link

FIRST = "overview"
"""The page whose address is that of the app."""


def guide_section() -> None:
    """Draw the guide; links open the bundled cohort in a tab of its own, buttons set a cohort that was loaded."""
    st.subheader("How to read a before-and-after cohort")
    st.markdown("What to look for in a paper of this kind, why, and the switch of this app that shows it.")
    own = state.own() is not None
    for number, point in enumerate(guide(), start=1):
        st.markdown(_in_words(number, point) if own else f"{_in_words(number, point)}\n\n{_linked(point)}")
        if own:
            _button(number, point)


def _in_words(number: int, point: Point) -> str:
    source = f" Source: {link(*point.source)}." if point.source else ""
    return f"**{number}. {show.plain(point.title)}**\n\n{show.plain(point.text)}{source}"


def _linked(point: Point) -> str:
    page = "./" if point.page == FIRST else point.page
    return f":material/open_in_new: [{show.plain(point.link)}]({page}?study={to_link(point.study)})"


def _button(number: int, point: Point) -> None:
    """Offer the page, with the study set where it differs; or say what this cohort lacks for it."""
    if lack := lacks(point, state.cohort()):
        st.caption(show.plain(f"Not shown with this cohort: {point.link}. It {'; it '.join(lack)}."))
        return
    if not point.asks_for_a_change:
        st.page_link(f"pages/{point.page}.py", label=show.plain(point.link), icon=":material/arrow_forward:")
        return
    pressed = st.button(
        show.plain(point.link),
        key=f"guide-{number}",
        icon=":material/tune:",
        help="Sets the sidebar.",
        on_click=state.change,
        args=(point.study,),
    )
    if pressed:
        st.switch_page(f"pages/{point.page}.py")
