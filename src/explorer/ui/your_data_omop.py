"""OMOP tables, in a visitor's files or in the operator's database: which drug and which scores to take out."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from explorer.cohort.databases.redaction import shown_address
from explorer.cohort.intake import Intake
from explorer.cohort.mapping.model import NOT_SAID, About, Mapping
from explorer.cohort.readers.sheets import Sheets
from explorer.cohort.ready import omop
from explorer.errors import DefinitionError
from explorer.ui import your_data
from explorer.ui.controls import held
from explorer.ui.show import plain
from explorer.ui.your_data import Draft

if TYPE_CHECKING:
    from explorer.cohort.databases.extract import Extract
    from explorer.cohort.databases.extraction import Extraction
    from explorer.cohort.databases.suggestion import Suggestion

OPERATORS = "EXPLORER_DATABASE"
FILES, DATABASE = "your-data-omop", "your-data-database"
WAYS = (
    "Name the index drug, then choose the scores among what was measured of the people who took it. Fill in whatever the "
    "text still asks for with a question mark."
)


@dataclass(frozen=True, eq=False)
class Source:
    """Where OMOP tables lie, and what becomes of the cohort that is taken out.

    Attributes
    ----------
    key : str
        Begins the keys of its widgets.
    name : str
        What it is called in messages.
    suggest : callable
        Lists what there is, of a part of the drug's name or of None.
    read : callable
        Takes the cohort out.
    hold : callable
        Takes what was read.
    at_once : bool
        Whether to list before a drug is named; of a database, that would count everybody.
    """

    key: str
    name: str
    suggest: Callable[[str | None], Suggestion]
    read: Callable[[Extract], Extraction]
    hold: Callable[[Extraction], None]
    at_once: bool


@dataclass(frozen=True, eq=False)
class Kept:
    """What a visitor has chosen so far; a widget's own state is gone once another page was open."""

    name: str
    found: Suggestion | None
    title: str = ""
    chosen: tuple[int, ...] = ()
    by_hand: str | None = None

    @property
    def text(self) -> str:
        """The extract: as it was edited, or as the choice writes it."""
        if self.by_hand is not None or self.found is None:
            return self.by_hand or ""
        return self.found.text(self.title or NOT_SAID, self.chosen)


def is_omop(draft: Draft) -> bool:
    """Say whether what was brought are OMOP tables out of which nothing has been taken yet."""
    return _are_omop(draft) and draft.mapped


def choose(draft: Draft) -> None:
    """Draw the extract of the files that were brought, to edit and to follow."""
    st.subheader("Only you can say")
    st.warning("Still open: which drug, and which scores.", icon=":material/help:")
    sheets = draft.brought.sheets
    suggest, read = partial(omop.suggestion, sheets), partial(omop.cohort, sheets)
    _draw(Source(FILES, sheets.file, suggest, read, partial(_hold, draft), at_once=True))


def taken(draft: Draft) -> None:
    """Say how a cohort was taken out, and offer to take out another; nothing where none was."""
    if draft.notes:
        st.caption("\n".join(f"- {plain(note)}" for note in draft.notes))
    if _are_omop(draft):
        st.button("Change what is taken out", key=f"{FILES}-again", on_click=_again, args=(draft,))


def _are_omop(draft: Draft) -> bool:
    return draft.brought.ready is not None and draft.brought.ready.name == omop.NAME


def _hold(draft: Draft, found: Extraction) -> None:
    your_data.hold_extracted(replace(draft.brought, cohort=found.cohort), found.notes)


def _again(draft: Draft) -> None:
    your_data.hold_extracted(replace(draft.brought, cohort=None), ())


def from_database() -> None:
    """Offer the operator's database, where there is one; a visitor cannot name another."""
    target = os.environ.get(OPERATORS)
    if not target:
        return
    name = shown_address(target)
    source = Source(DATABASE, name, partial(_suggested, target), partial(_taken, target), _hold_found, at_once=False)
    with st.expander("From a database", key=f"{DATABASE}-part", icon=":material/database:"):
        st.caption(plain(f"{name}, opened to be read only. Only people who took the index drug are fetched."))
        _draw(source)


def _hold_found(found: Extraction) -> None:
    about = found.cohort.metadata
    mapping = Mapping(about=About(title=about.title, index_drug=about.index_drug), sheets={})
    sheets = Sheets(about.title, "database", {})
    your_data.hold_extracted(Intake(sheets, mapping, cohort=found.cohort), found.notes)


def _suggested(target: str, part_of_name: str | None) -> Suggestion:
    # Imported here, as below: the engines take half a second to load, and most visitors bring files.
    from explorer.cohort.databases.opening import opened
    from explorer.cohort.databases.suggestion import suggest

    with opened(target) as database:
        return suggest(database, part_of_name)


def _taken(target: str, extract: Extract) -> Extraction:
    from explorer.cohort.databases.reading import read_database

    return read_database(target, extract)


def _draw(source: Source) -> None:
    st.caption(WAYS)
    drug = f"{source.key}-drug"
    st.text_input(
        "Index drug (part of its name)", key=drug, on_change=_list, args=(source,), placeholder="tralokinumab"
    )
    held.told(drug)
    kept = _kept(source)
    if kept.found is None:
        return
    _scores(source, kept, kept.found)
    extract = f"{source.key}-extract"
    st.session_state.setdefault(extract, kept.text)
    st.text_area("What to take out", key=extract, height=320, on_change=_edited, args=(source,))
    held.told(extract)
    with st.container(horizontal=True, gap="small"):
        st.button("Take the cohort out", key=f"{source.key}-take", type="primary", on_click=_take, args=(source,))
        st.download_button("Save for explorer convert --extract", kept.text, "extract.toml")


def _scores(source: Source, kept: Kept, found: Suggestion) -> None:
    title, scores, offered = f"{source.key}-title", f"{source.key}-scores", found.offered
    st.session_state.setdefault(title, kept.title)
    st.session_state.setdefault(scores, list(kept.chosen))
    st.text_input("Title of the cohort", key=title, on_change=_chosen, args=(source,))
    st.multiselect(
        "Scores, of what was measured",
        list(offered),
        format_func=lambda concept: offered[concept],
        key=scores,
        on_change=_chosen,
        args=(source,),
        help="Choosing writes the text below anew. Other columns, adverse events and the prior drug are added there.",
    )


def _kept(source: Source) -> Kept:
    """Return what was last chosen of these tables; nothing where they are others than before."""
    kept: Kept | None = st.session_state.get(f"{source.key}-kept")
    if kept is None or kept.name != source.name:
        return _keep(source, Kept(source.name, source.suggest(None) if source.at_once else None))
    return kept


def _keep(source: Source, kept: Kept) -> Kept:
    """Keep a choice; widgets are set by it when they are drawn next."""
    for widget in ("title", "scores", "extract"):
        st.session_state.pop(f"{source.key}-{widget}", None)
    st.session_state[f"{source.key}-kept"] = kept
    return kept


def _list(source: Source) -> None:
    """List what was measured of the people who took the drug that is named."""
    part = st.session_state[f"{source.key}-drug"].strip() or None
    kept = _kept(source)

    def listed() -> None:
        found = source.suggest(part)
        chosen = tuple(concept for concept in kept.chosen if concept in found.offered)
        _keep(source, Kept(source.name, found, kept.title, chosen))

    your_data.attempt(f"{source.key}-drug", listed)


def _chosen(source: Source) -> None:
    kept = _kept(source)
    title, chosen = st.session_state[f"{source.key}-title"], tuple(st.session_state[f"{source.key}-scores"])
    _keep(source, Kept(source.name, kept.found, title.strip(), chosen))


def _edited(source: Source) -> None:
    _keep(source, replace(_kept(source), by_hand=st.session_state[f"{source.key}-extract"]))


def _take(source: Source) -> None:
    your_data.attempt(f"{source.key}-extract", lambda: source.hold(source.read(_extract(_kept(source).text))))


def _extract(text: str) -> Extract:
    from explorer.cohort.databases.extract import Extract

    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DefinitionError(f"What to take out is not TOML: {error}. Correct that line.") from error
    return Extract.from_dict(content, "What to take out")
