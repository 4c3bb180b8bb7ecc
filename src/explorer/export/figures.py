"""A figure as a file: PNG and SVG with title, definition, counts and label in the picture, CSV with them in comments."""

from __future__ import annotations

import io
import textwrap
from typing import Any

import vl_convert

from explorer.analysis.analyse import Analysis
from explorer.charts.figure import Figure
from explorer.charts.theme import EXPORT
from explorer.export.text import SYNTHETIC

LINE, WIDTH, PIXELS = 110, 720, 2


def svg(figure: Figure, analysis: Analysis) -> str:
    """Draw a figure as SVG text."""
    return str(vl_convert.vegalite_to_svg(whole(figure, analysis)))


def png(figure: Figure, analysis: Analysis) -> bytes:
    """Draw a figure as PNG, at twice the size of the screen."""
    return bytes(vl_convert.vegalite_to_png(whole(figure, analysis), scale=PIXELS))


def csv(figure: Figure, analysis: Analysis) -> str:
    """Write the table twin of a figure, led by comment lines that say what it is."""
    text = io.StringIO()
    for line in [figure.title, *provenance(figure, analysis)]:
        text.write(f"# {line}\n")
    figure.table.map(harmless).to_csv(text, index=False)
    return text.getvalue()


def whole(figure: Figure, analysis: Analysis) -> dict[str, Any]:
    """Put data, title and provenance into a figure's specification, so that it explains itself anywhere."""
    subtitle = [line for text in provenance(figure, analysis) for line in textwrap.wrap(text, LINE)]
    rows = figure.data.astype(object).where(figure.data.notna(), None).to_dict("records")
    spec = {"width": WIDTH, **figure.spec, "data": {"values": rows}}
    if spec["width"] == "container":
        spec["width"] = WIDTH
    return spec | {"title": {"text": textwrap.wrap(figure.title, 80), "subtitle": subtitle}, "config": EXPORT}


def provenance(figure: Figure, analysis: Analysis) -> list[str]:
    """Say what a figure was made from: label, counts, cohort and definition."""
    synthetic = [SYNTHETIC] if analysis.cohort.metadata.synthetic else []
    counts = [figure.counts] if figure.counts else []
    study = analysis.study
    source = f"{analysis.cohort.metadata.title}; {study.name}, definition {study.fingerprint}"
    return [*synthetic, *counts, source, study.words()]


def harmless(cell: object) -> object:
    """Keep a spreadsheet from reading a text as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and not _is_number(cell) else cell


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
