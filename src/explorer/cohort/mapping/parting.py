"""Sheets that hold several kinds of rows, parted into a sheet for each kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pandas as pd

from explorer.cohort.mapping.columns import as_text
from explorer.cohort.readers.sheets import Sheets


def parted(parts: Mapping[str, str], sheets: Sheets) -> Sheets:
    """Part the sheets as a mapping says under `parts`.

    Parameters
    ----------
    parts : mapping of str to str
        The column by which a sheet is parted.
    sheets : Sheets

    Returns
    -------
    Sheets
        With a sheet `name / text` for each text of the column by which the sheet `name` is parted; rows keep their
        numbers. Sheets that are parted already stay as they are, and so do those that lack the column.
    """
    if not any(by in sheets.frames.get(name, ()) for name, by in parts.items()):
        return sheets
    frames = {
        called: rows for name, frame in sheets.frames.items() for called, rows in _parts(name, frame, parts.get(name))
    }
    return replace(sheets, frames=frames)


def _parts(name: str, frame: pd.DataFrame, by: str | None) -> Iterator[tuple[str, pd.DataFrame]]:
    if by is None or by not in frame:
        yield name, frame
        return
    texts = frame[by].map(as_text, na_action="ignore").astype("str")
    texts = texts.mask(texts == "")
    yield name, frame[texts.isna()]
    for text, rows in frame.groupby(texts, sort=False):
        yield f"{name} / {text}", rows
