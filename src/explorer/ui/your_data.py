"""What a visitor brings, until it is put in force: sheets, their mapping, and what it makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd
import streamlit as st

from explorer.bundled import DATA
from explorer.cohort.intake import Intake, take_in
from explorer.cohort.mapping import editing, sharing
from explorer.cohort.mapping import model as mappings
from explorer.cohort.mapping.apply import Preview, preview
from explorer.cohort.mapping.parting import parted
from explorer.cohort.mapping.quality import Finding, quality
from explorer.cohort.readers.sheets import Sheets
from explorer.cohort.tables import Cohort
from explorer.errors import CohortError, DefinitionError
from explorer.ui import state

FILES, MAPPING, USE = "your-data-files", "your-data-mapping", "your-data-use"
LINK, FILE = "the link", "the saved mapping"
EXAMPLE = DATA / "examples" / "clinic.csv"
EXAMPLE_ABOUT = {
    "title": "Example clinic (invented)",
    "synthetic": True,
    "source": "invented for this explorer, to try out how a spreadsheet is mapped",
    "licence": "MIT",
}


@dataclass(frozen=True, eq=False)
class Draft:
    """What was brought and how it is read at present; what follows from that is computed once.

    Attributes
    ----------
    brought : Intake
    mapping : Mapping
    notes : tuple of str
        What was taken out of a database, and what was left.
    given : Mapping, optional
        What a link or a file said before it was corrected here.
    giver : str
        Which of them it was.
    lacking : tuple of str
        Headings that a link reads and these files lack, so that it was not followed.
    """

    brought: Intake
    mapping: mappings.Mapping
    notes: tuple[str, ...] = ()
    given: mappings.Mapping | None = None
    giver: str = ""
    lacking: tuple[str, ...] = ()

    @cached_property
    def sheets(self) -> Sheets:
        """The tables as they stand in the files, parted where the mapping says so."""
        return parted(self.mapping.parts, self.brought.sheets)

    @property
    def mapped(self) -> bool:
        """Whether the columns have to be told what they are; the five tables need not."""
        return self.brought.cohort is None

    @cached_property
    def seen(self) -> Preview:
        """What the mapping makes of the sheets."""
        made = self.brought.cohort
        if made is None:
            return preview(self.mapping, self.sheets)
        tables: Mapping[str, pd.DataFrame] = {name: getattr(made, name) for name in sorted(made.tables)}
        return Preview(tables, (), (), made)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What looks odd in the cohort; none where there is no cohort yet."""
        made = self.seen.cohort
        return () if made is None else quality(made, self.sheets, self.mapping)

    @property
    def judged(self) -> bool:
        """Whether `findings` have been looked for already."""
        return "findings" in vars(self)

    @property
    def identifiers(self) -> Mapping[tuple[str, str], str]:
        """Columns that look as if they identify patients, and what they seem to hold."""
        return {} if self.brought.guess is None else self.brought.guess.identifiers

    @cached_property
    def private(self) -> frozenset[tuple[str, str]]:
        """Columns whose cells are not shown: they look as if they identify patients, or are made of such."""
        return editing.private(self.mapping, self.identifiers)

    def said_by_giver(self, sheet: str, name: str) -> bool:
        """Say whether a column is what a link or a file said, with no correction made here."""
        if self.given is None or sheet not in self.given.sheets or sheet not in self.mapping.sheets:
            return False
        said = self.given.sheets[sheet].columns.get(name)
        return said is not None and said == self.mapping.sheets[sheet].columns.get(name)

    @cached_property
    def link(self) -> str | None:
        """The mapping as an address may hold it."""
        return sharing.to_link(self.mapping, self.identifiers) if self.mapped else None


def draft() -> Draft | None:
    """Return what was brought; None before anything was."""
    held: Draft | None = st.session_state.get("draft")
    return held


def bring(files: Mapping[str, bytes]) -> None:
    """Read files, mapped as a link that is waiting for them says, or as can be guessed.

    Raises
    ------
    CohortError
        With everything that is wrong; what was brought before, and the cohort in use, stay.
    """
    brought = take_in(files)
    waiting = state.awaited()
    linked = waiting.mapping if waiting is not None and brought.cohort is None else None
    _hold(Draft(brought, brought.mapping) if linked is None else _by_link(brought, linked))


def _by_link(brought: Intake, linked: mappings.Mapping) -> Draft:
    """Follow the mapping of a link where it is of such files; it may be of anybody, so it keeps no identifier."""
    mapping = editing.fitted(linked, brought.sheets)
    lacking = editing.lacking(mapping, parted(mapping.parts, brought.sheets))
    if lacking or not mapping.sheets:
        return Draft(brought, brought.mapping, lacking=lacking)
    mapping = editing.guarded(mapping, () if brought.guess is None else brought.guess.identifiers)
    return Draft(brought, mapping, given=mapping, giver=LINK)


def forgo() -> None:
    """Give up the cohort that a link was made on; files that were read as it says are read as guessed."""
    state.forgo()
    held = draft()
    if held is not None and (held.giver == LINK or held.lacking):
        _hold(Draft(held.brought, held.brought.mapping))


def bring_example() -> None:
    """Read the example sheet, whose patients are invented."""
    brought = take_in({EXAMPLE.name: EXAMPLE.read_bytes()})
    _hold(Draft(brought, editing.with_about(brought.mapping, **EXAMPLE_ABOUT)))


def hold_extracted(brought: Intake, notes: tuple[str, ...]) -> None:
    """Go on with the cohort that was taken out of a database."""
    _hold(Draft(brought, brought.mapping, notes))


def discard() -> None:
    """Forget what was brought; the cohort in use stays."""
    st.session_state.update(draft=None, refused=None)


def put(mapping: mappings.Mapping) -> None:
    """Read what was brought by another mapping."""
    held = draft()
    if held is not None and mapping != held.mapping:
        _hold(replace(held, mapping=mapping, notes=()))


def put_file(content: bytes, name: str) -> None:
    """Read what was brought by a mapping from a file.

    Raises
    ------
    CohortError
        Where the file holds no mapping.
    DefinitionError
        Where it is no text.
    """
    held = draft()
    try:
        mapping = mappings.Mapping.from_json(content.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{name} is not text in UTF-8, as JSON is. Save it as UTF-8.") from error
    if held is not None:
        fitted = editing.fitted(mapping, held.sheets)
        _hold(Draft(held.brought, fitted, given=fitted, giver=FILE))


def use(held: Draft, cohort: Cohort) -> None:
    """Put the cohort in force for this visit."""
    attempt(USE, lambda: state.load_cohort(cohort, held.mapping if held.mapped else None, held.link))


def attempt(widget: str, act: Callable[[], None]) -> None:
    """Do what a widget asks; where that cannot be, everything stays and the reason is said beside the widget."""
    st.session_state.refused = None
    try:
        act()
    except (CohortError, DefinitionError) as error:
        state.refuse(widget, str(error))


def _hold(new: Draft) -> None:
    st.session_state.draft = new
