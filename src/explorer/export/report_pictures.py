"""A figure inside a report: its caption says what it shows, so the picture itself carries little more than its label."""

from __future__ import annotations

from typing import Any

import vl_convert

from explorer.analysis.analyse import Analysis
from explorer.charts.figure import Figure
from explorer.export.figures import whole
from explorer.export.people import synthetic_label

PIXELS = 2.5
"""Times the size on screen: about 300 dots per inch across a page of A4."""


def svg(figure: Figure, analysis: Analysis) -> str:
    """Draw a figure of a report as SVG text."""
    return str(vl_convert.vegalite_to_svg(_spec(figure, analysis)))


def png(figure: Figure, analysis: Analysis) -> bytes:
    """Draw a figure of a report as PNG, fit for print."""
    return bytes(vl_convert.vegalite_to_png(_spec(figure, analysis), scale=PIXELS))


def _spec(figure: Figure, analysis: Analysis) -> dict[str, Any]:
    # Pictures are cut out of reports: label, counts and definition have to go with them.
    said = [synthetic_label(analysis.cohort), figure.counts, f"Definition {analysis.study.fingerprint}"]
    small = {"fontSize": 11, "fontWeight": "normal", "color": "#5b6670", "offset": 10}
    return whole(figure, analysis) | {"title": {"text": " · ".join(filter(None, said)), **small}}
