"""Rows of options under headings of their decisions, labels at the left: what figures of a multiverse have in common."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt

from explorer.charts.theme import ORANGE
from explorer.multiverse.listing import Listing

HEADER, ROW, LINE, LABEL = 22, 17, 12, 160
"""Pixels: a decision's heading, an option's row, a further line of its label, and the width kept for labels."""
WRAP, MOST_LINES = 26, 2
COLUMNS = ("kind", "y", "text", "chosen")
"""What `label_rows` needs of a frame; other kinds of rows may have further columns."""


@dataclass(frozen=True)
class Layout:
    """Where rows stand, in pixels from above.

    Attributes
    ----------
    headings : mapping of decision to float
        Upper edge of a decision's heading.
    options : mapping of (decision, option) to float
        Upper edge of the `ROW` pixels that are an option's; its label may stand higher and lower.
    height : int
    """

    headings: Mapping[int, float]
    options: Mapping[tuple[int, int], float]
    height: int

    @property
    def marks(self) -> int:
        """Count the marks that labels take."""
        return len(self.headings) + 2 * len(self.options)


def laid_out(listing: Listing, shown: Mapping[int, Sequence[int]], top: float = 0) -> Layout:
    """Lay out the options shown of some decisions, by their places in the grid."""
    headings, options, y = {}, {}, float(top)
    for decision, held in shown.items():
        headings[decision], y = y, y + HEADER
        for option in held:
            more = LINE * (len(_lines(listing.labels(decision)[option])) - 1)
            options[decision, option], y = y + more / 2, y + ROW + more
    return Layout(headings, options, int(y))


def label_rows(listing: Listing, layout: Layout, chosen: Mapping[int, int]) -> Iterator[dict[str, Any]]:
    """Give the rows of data that print decisions and options; `chosen` is the option in force of each decision."""
    decisions = listing.grid.decisions
    for decision, y in layout.headings.items():
        yield {"kind": "heading", "y": y + HEADER / 2 + 1, "text": decisions[decision].name}
    for (decision, option), y in layout.options.items():
        lines = _lines(listing.labels(decision)[option])
        first = y + ROW / 2 - LINE * (len(lines) - 1) / 2
        yield {"kind": "label", "y": first, "text": "\n".join(lines), "chosen": chosen.get(decision) == option}


def _lines(label: str) -> list[str]:
    lines = textwrap.wrap(label, WRAP)
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], " ".join(lines[MOST_LINES - 1 :])]


def texts(base: alt.Chart, y: alt.Y) -> Iterator[alt.Chart]:
    """Print decisions and options at the left, those of the definition in force in bold with a dot."""
    left: dict[str, Any] = {"align": "left", "dx": -LABEL, "fontSize": 11}
    heading = only(base, "heading").mark_text(**left, fontWeight="bold", limit=400)
    yield heading.encode(x=alt.value(0), y=y, text="text:N")
    weights: tuple[tuple[bool, Literal["normal", "bold"]], ...] = ((False, "normal"), (True, "bold"))
    for chosen, weight in weights:
        labels = base.transform_filter((alt.datum.kind == "label") & (alt.datum.chosen == chosen))
        told = labels.mark_text(**left, fontWeight=weight, limit=LABEL - 6, lineBreak="\n", lineHeight=LINE)
        yield told.encode(x=alt.value(0), y=y, text="text:N", tooltip=alt.Tooltip("text:N", title="Option"))
    yield labels.mark_point(filled=True, color=ORANGE, opacity=1, size=30).encode(x=alt.value(-LABEL - 5), y=y)


def only(base: alt.Chart, kind: str) -> alt.Chart:
    """Return a chart of the rows of one kind."""
    return base.transform_filter(alt.datum.kind == kind)


def margin(**more: Any) -> alt.Axis:
    """Return an upright axis that keeps the labels' width free, whatever it prints itself."""
    bare = {"domain": False, "ticks": False, "labelFlush": False, "labelOverlap": False}
    return alt.Axis(minExtent=LABEL, maxExtent=LABEL, **{**bare, **more})
