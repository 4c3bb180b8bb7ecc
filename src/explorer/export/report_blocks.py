"""What a report is put together from, before anybody decides how a page looks."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import pandas as pd

from explorer.charts.figure import Figure, TooFew

NOT_IN_FILES = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0, and so a DOCX, cannot hold (section 2.2); carriage returns are line breaks already."""
MOST_PRINTED = 30
"""Rows of a table beyond which nobody reads on: hundreds of adverse events, say."""
EMPTY_LINES = re.compile(r"\n\s*\n")


@dataclass(frozen=True)
class Words:
    """A paragraph of plain text; a remark qualifies what stands before it."""

    text: str
    remark: bool = False


@dataclass(frozen=True, eq=False)
class Table:
    """A table that is printed as one.

    Attributes
    ----------
    name : str
        Stem of its file name.
    title : str
        What it shows, without a full stop.
    rows : DataFrame
        What its cells say.
    note : str
        What has to be known to read it.
    """

    name: str
    title: str
    rows: pd.DataFrame
    note: str = ""

    @property
    def printed(self) -> pd.DataFrame:
        """The rows that stand in a report; in the results bundle stand all."""
        return self.rows.head(MOST_PRINTED)

    @property
    def said(self) -> str:
        """The note, and how many rows are not printed."""
        n = len(self.rows)
        cut = f"The first {MOST_PRINTED} of {n} rows; all are in the results bundle." if n > MOST_PRINTED else ""
        return f"{self.note} {cut}".strip()


Block: TypeAlias = Words | Table | Figure | TooFew


def paragraphs(text: str) -> Iterator[Words]:
    """Take a free text apart where lines are empty."""
    for part in EMPTY_LINES.split(text.replace("\r\n", "\n").strip()):
        if part.strip():
            yield Words(part.strip())


def shown(value: object) -> str:
    """Print a cell: empty where there is nothing, numbers without needless digits, no letter that files cannot hold."""
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return NOT_IN_FILES.sub("\ufffd", text)
