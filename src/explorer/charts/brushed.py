"""Which options are over-represented in a stretch of the curve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.option_rows import ROW, Layout, label_rows, laid_out, margin, only, texts
from explorer.charts.theme import BLUE, GREY
from explorer.multiverse.brushed import Presence, over_represented
from explorer.multiverse.estimates import share_of
from explorer.multiverse.listing import Listing

AXIS, LEGEND = 80, 50
"""Pixels that the page takes off a chart's height for the axis with its title, and for the legend."""
ROOM = 1.45
"""How far the axis goes on beyond 1, so that counts can stand behind the longest bar."""
HERE, EVERYWHERE = "of this stretch", "of the whole curve"


def options(found: Sequence[Presence], listing: Listing, n: int, of: int) -> Figure | TooFew:
    """Draw how many definitions of a stretch of the curve take each option, beside how many of the whole curve do.

    Parameters
    ----------
    found : sequence of Presence
    n, of : int
        Definitions in the stretch, and on the curve.
    """
    title = f"Options of the {n:,} definitions in this stretch, of {of:,} on the curve"
    if not found:
        return TooFew(title, "No definition lies in this stretch." if not n else "They all take the same options.")
    layout = laid_out(listing, _shown(found))
    chosen = {at: place for at, place in enumerate(listing.grid.as_now) if place is not None}
    rows = [*_bars(found, layout), *label_rows(listing, layout, chosen)]
    return Figure(
        name="multiverse-options",
        title=title,
        alt=_sentence(found),
        spec=_spec(layout.height),
        data=pd.DataFrame(rows, columns=["kind", "x", "y", "y2", "text", "chosen", "here", "everywhere"]),
        tabulate=lambda: _table(found),
        counts=f"{n:,} of {of:,} definitions",
    )


def _sentence(found: Sequence[Presence]) -> str:
    said = over_represented(tuple(found))
    return f"Most over-represented: {said}." if any(each.excess > 0 for each in found) else said


def _shown(found: Sequence[Presence]) -> dict[int, list[int]]:
    shown: dict[int, list[int]] = {}
    for each in sorted(found, key=lambda presence: (presence.decision, presence.option)):
        shown.setdefault(each.decision, []).append(each.option)
    return shown


def _bars(found: Sequence[Presence], layout: Layout) -> Iterator[dict[str, Any]]:
    for each in found:
        y = layout.options[each.decision, each.option]
        here, everywhere = share_of(each.k_selected, each.n_selected), share_of(each.k_all, each.n_all)
        held = {"y": y + 3, "y2": y + ROW - 3, "here": here, "everywhere": everywhere}
        share, usual = each.k_selected / each.n_selected, each.k_all / each.n_all
        yield {"kind": HERE, "x": share, **held}
        yield {"kind": EVERYWHERE, "x": usual, **held}
        yield {"kind": "said", "x": max(share, usual), "y": y + ROW / 2, "text": here}


def _table(found: Sequence[Presence]) -> pd.DataFrame:
    rows = [
        (each.name, each.label, share_of(each.k_selected, each.n_selected), share_of(each.k_all, each.n_all))
        for each in found
    ]
    return pd.DataFrame(rows, columns=["Decision", "Option", "In this stretch", "On the whole curve"])


@cache
def _spec(height: int) -> Spec:
    base = alt.Chart(height=height + AXIS + LEGEND)
    axis = alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1], labelFlush=False)
    scale = alt.Scale(domain=[0, ROOM], nice=False)
    x = alt.X("x:Q", title="Definitions that take the option", scale=scale, axis=axis)
    y = alt.Y("y:Q", title=None, scale=alt.Scale(domain=[height, 0], nice=False), axis=margin(values=[]))
    legend = alt.Legend(title=None, orient="top", symbolType="square")
    colours = alt.Scale(domain=[HERE, EVERYWHERE], range=[BLUE, GREY])
    colour = alt.Color("kind:N", scale=colours, legend=legend)
    tooltip = [alt.Tooltip("here:N", title="In this stretch"), alt.Tooltip("everywhere:N", title="On the whole curve")]
    layers = [
        only(base, HERE).mark_rect().encode(x=x, x2=alt.datum(0), y=y, y2="y2:Q", color=colour, tooltip=tooltip),
        only(base, EVERYWHERE).mark_rule(strokeWidth=3).encode(x=x, y=y, y2="y2:Q", color=colour, tooltip=tooltip),
        only(base, "said").mark_text(align="left", dx=6, fontSize=11).encode(x=x, y=y, text="text:N"),
        *texts(base, y),
    ]
    return prepared(alt.layer(*layers))
