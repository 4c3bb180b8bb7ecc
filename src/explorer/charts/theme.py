"""One set of colours and sizes for all charts: legible on light and dark, told apart without red against green."""

from __future__ import annotations

from typing import Any

# After Okabe and Ito, shifted to tones that have a contrast of 3 to 1 on white and on the dark page.
BLUE, ORANGE, GREEN, PURPLE, GREY = "#2f7fc1", "#d1700a", "#14926c", "#9a62b8", "#7d8894"

YES, NO, UNKNOWN = BLUE, ORANGE, GREY
VERDICTS = {"responder": YES, "no response": NO, "unknown": UNKNOWN}
DIRECTIONS = {"improved": BLUE, "same": GREY, "worse": ORANGE}
BEFORE, AFTER, REFERENCE = PURPLE, BLUE, GREY

MOST_MARKS = 1_500
"""Marks that a browser still draws at once; above, charts aggregate."""
FEWEST_PATIENTS = 5
"""Patients below which a distribution is not drawn: a sentence says what there is."""

EXPORT: dict[str, Any] = {
    "background": "#ffffff",
    "font": "sans-serif",
    "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "gridColor": "#e3e8ed"},
    "legend": {"labelFontSize": 12, "titleFontSize": 12},
    "title": {"anchor": "start", "fontSize": 16, "subtitleFontSize": 11, "subtitlePadding": 8, "offset": 14},
    "view": {"stroke": None},
}
"""How a figure looks outside the app, where no page lends it fonts and background."""
