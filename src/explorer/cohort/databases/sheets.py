"""OMOP tables among the sheets of files."""

from __future__ import annotations

from pathlib import PurePosixPath

import pandas as pd

from explorer.cohort.readers.sheets import Sheets


def by_table(sheets: Sheets) -> dict[str, pd.DataFrame]:
    """Return sheets by the table that each is named after, with the names of columns in small letters."""
    named = {PurePosixPath(name).stem.lower(): frame for name, frame in sheets.frames.items()}
    return {name: frame.rename(columns=lambda column: str(column).lower()) for name, frame in named.items()}
