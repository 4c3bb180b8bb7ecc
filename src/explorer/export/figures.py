"""A figure as a file: PNG and SVG with title, definition, counts and label in the picture, CSV with them in comments."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import vl_convert

from explorer.analysis.analyse import Analysis
from explorer.charts.figure import Figure
from explorer.charts.theme import EXPORT
from explorer.export.provenance import provenance
from explorer.export.spreadsheet import commented_csv

LINE, WIDTH, PIXELS = 110, 720, 2


def svg(figure: Figure, analysis: Analysis, trail: Sequence[str] = ()) -> str:
    """Draw a figure as SVG text."""
    return str(vl_convert.vegalite_to_svg(whole(figure, analysis, trail)))


def png(figure: Figure, analysis: Analysis, trail: Sequence[str] = ()) -> bytes:
    """Draw a figure as PNG, at twice the size of the screen."""
    return bytes(vl_convert.vegalite_to_png(whole(figure, analysis, trail), scale=PIXELS))


def csv(figure: Figure, analysis: Analysis, trail: Sequence[str] = ()) -> str:
    """Write the table twin of a figure, led by comment lines that say what it is."""
    return commented_csv([figure.title, *_provenance(figure, analysis, trail)], figure.table)


def whole(figure: Figure, analysis: Analysis, trail: Sequence[str] = ()) -> dict[str, Any]:
    """Put data, title and provenance into a figure's specification, so that it explains itself anywhere."""
    subtitle = [line for text in _provenance(figure, analysis, trail) for line in textwrap.wrap(text, LINE)]
    rows = figure.data.astype(object).where(figure.data.notna(), None).to_dict("records")
    spec = {"width": WIDTH, **figure.spec, "data": {"values": rows}}
    if spec["width"] == "container":
        spec["width"] = WIDTH
    return spec | {"title": {"text": textwrap.wrap(figure.title, 80), "subtitle": subtitle}, "config": EXPORT}


def _provenance(figure: Figure, analysis: Analysis, trail: Sequence[str]) -> list[str]:
    return provenance(analysis, [figure.counts] if figure.counts else [], trail)
