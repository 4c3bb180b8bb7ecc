"""Tables of published rows whose cells hold links: text that a phone wraps and a screen reader reads."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import streamlit as st

from explorer.literature.studies import Finding, Link
from explorer.ui import tables
from explorer.ui.show import unbroken
from explorer.ui.tables import Written

STYLE = """<style>
@media (max-width: 640px) {
  .evidence-rows thead { position: absolute; clip-path: inset(50%); }
  .evidence-rows tbody, .evidence-rows tr, .evidence-rows td { display: block; border: none; width: 100%; }
  .evidence-rows td { padding: 0.1rem 0.5rem; }
  .evidence-rows tr { padding: 0.5rem 0; border-bottom: 1px solid #7d889466; }
}
</style>"""
"""On a phone, each row stands as a block of lines: a table of long texts would have to be scrolled sideways."""


@dataclass(frozen=True)
class Cell:
    """A cell: its name in bold, its text, what it links to, and what is folded away beneath it."""

    text: str
    link: Link | None = None
    name: str = ""
    note: str = ""

    @property
    def html(self) -> str:
        """The cell as HTML; all text is escaped."""
        said = [f"<b>{html.escape(self.name)}</b>"] if self.name else []
        said += [html.escape(self.text)] if self.text else []
        if self.link is not None:
            url = html.escape(self.link.url, quote=True)
            said.append(f'<a href="{url}" target="_blank" rel="noopener">{html.escape(self.link.kind)}</a>')
        note = f"<details><summary>Note</summary>{html.escape(self.note)}</details>" if self.note else ""
        return "<br/>".join(said) + note


def table(columns: Sequence[str], rows: Iterable[Sequence[Cell | str]], name: str) -> None:
    """Show rows as a table that scrolls by itself where it is wider than the page.

    Parameters
    ----------
    columns : sequence of str
        What its heading says.
    rows : iterable of sequence of Cell or str
        A cell for each column; bare text is a cell without a link.
    name : str
        What the table shows, for who cannot see it.
    """
    st.markdown(unbroken(as_html(columns, rows, name)), unsafe_allow_html=True)


def as_html(columns: Sequence[str], rows: Iterable[Sequence[Cell | str]], name: str) -> str:
    """Write the table as one line of HTML."""
    written = [[cell if isinstance(cell, str) else Written(cell.html) for cell in row] for row in rows]
    return tables.as_html(columns, written, name, look="evidence-rows")


def source(finding: Finding) -> Cell:
    """Say where a row can be read, what was read of it, and on which copy where that is another page."""
    reference = f"{finding.reference}. " if finding.reference else ""
    stated = f"Time as stated: {finding.time}. " if finding.time else ""
    against = _against(finding)
    copy = f"Read on: {finding.copy}. " if finding.copy not in (finding.link.url, "same as source_url") else ""
    note = f"{reference}{finding.arm}. {stated}{against}{copy}{finding.note}"
    return Cell(f"read: {finding.read_from}", finding.link, note=note.strip())


def _against(finding: Finding) -> str:
    if finding.comparator_value is None:
        return ""
    p = f", p {finding.p_value}" if finding.p_value else ""
    return f"Beside it: {finding.comparator} {finding.comparator_value:g}{p}. "
