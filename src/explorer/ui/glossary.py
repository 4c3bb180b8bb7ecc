"""Terms explained where they are used: tooltips, the list on a page, and the whole glossary."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import streamlit as st

from explorer.errors import ExplorerError
from explorer.lessons.glossary import Term, find, glossary, used_on
from explorer.ui import show
from explorer.ui.links import link

ASKED = "term"
"""The question of an address that opens the glossary at a term: `/learn?term=MCID`."""


@cache
def term(name: str) -> str:
    """Explain a term in a tooltip.

    Raises
    ------
    ExplorerError
        Where the glossary has no such term.
    """
    found = find(name)
    if found is None:
        raise ExplorerError(f"The glossary has no term '{name}'. Add it to data/lessons/glossary.md.")
    return f"**{show.plain(found.name)}**: {show.plain(show.unbroken(found.meaning))}"


def here(page: str) -> None:
    """Offer the terms that a page uses behind one button; nothing is written before it is pressed."""
    held = st.popover(
        "Terms on this page", icon=":material/dictionary:", type="tertiary", key=f"terms-{page}", on_change="rerun"
    )
    if held.open:
        held.markdown(_listed(page))


@cache
def _listed(page: str) -> str:
    lines = [term(each.name) for each in used_on(page)]
    return "\n\n".join([*lines, f"[All terms](learn?{ASKED}=)"])


def glossary_section() -> None:
    """Draw the whole glossary with a search; `?term=` in the address puts a term into it."""
    st.subheader("Glossary")
    asked = st.text_input(
        "Find a term",
        value=st.query_params.get(ASKED, ""),
        key="glossary-search",
        persist_state="session",
        placeholder="for example MCID",
        max_chars=60,
        help="Looks in names and explanations.",
    )
    exact = find(asked)
    found = [exact] if exact else [each for each in glossary().values() if each.says(asked)]
    if not found:
        st.info("No term holds these letters.")
        return
    st.caption(f"{len(found)} of {len(glossary())} terms")
    st.markdown(_explained(found))


def _explained(found: Iterable[Term]) -> str:
    return "\n\n".join(_in_full(each) for each in found)


def _in_full(each: Term) -> str:
    """Write a term with its other names, related terms and source."""
    also = f" ({show.plain(', '.join(each.also))})" if each.also else ""
    see = f" See also: {show.plain(', '.join(each.see))}." if each.see else ""
    source = f" Source: {link(*each.source)}." if each.source else ""
    return show.unbroken(f"**{show.plain(each.name)}**{also}: {show.plain(each.meaning)}{see}{source}")
