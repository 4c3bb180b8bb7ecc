"""Tables as CSV: what they are in comment lines above, and nothing in them that a spreadsheet would run."""

from __future__ import annotations

import io
from collections.abc import Iterable

import pandas as pd

STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that spreadsheets take for a formula."""


def commented_csv(comments: Iterable[str], rows: pd.DataFrame) -> str:
    """Write a table as CSV, each comment as one line above it that begins with `#`.

    Texts that a spreadsheet would read as a formula, names of columns included, get an apostrophe in front.
    """
    text = io.StringIO()
    for comment in comments:
        # In one line, whatever the title of a cohort holds: a second line would be a row of the table.
        text.write(f"# {' '.join(comment.split())}\n")
    written = rows.astype(object).map(harmless)
    written.columns = [harmless(name) for name in rows.columns]
    written.to_csv(text, index=False, date_format="%Y-%m-%d")
    return text.getvalue()


def harmless(cell: object) -> object:
    """Keep a spreadsheet from reading a text as a formula."""
    if not isinstance(cell, str):
        return cell
    # A carriage return would be written without quotation marks, and what follows it would be a row of its own.
    text = cell.replace("\r", "\n")
    return f"'{text}" if cell[:1] in STARTS and not _is_number(cell) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
