"""How a class answered a question: a bar per option, parted by how sure the learners were."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import altair as alt
import pandas as pd

from explorer.charts.counts import ceiling
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.theme import BLUE, GREY, PURPLE
from explorer.export.numbers import share
from explorer.lessons.classes import FEWEST, SURE, Tally

LETTERS = "ABCDEF"
SAID = {"guess": "a guess", "fairly": "fairly sure", "sure": "sure"}
ROW, AROUND = 34, 96
"""Heights in pixels: of an option, and of axis and legend together."""


def class_answers(tally: Tally, options: Sequence[str], right: int | None) -> Figure | TooFew:
    """Draw how many learners chose each option.

    Parameters
    ----------
    tally : Tally
        From two answers on; a single one would say who gave it.
    options : sequence of str
        The options in words, for the table.
    right : int, optional
        The place of the option that holds, to be marked; None while it is not to be seen.
    """
    title = "How the class answered"
    if not tally.enough:
        given = "1 answer has" if tally.n == 1 else "No answer has"
        return TooFew(title, f"{given} come in; the answers are drawn from {FEWEST} on.")
    return Figure(
        name="class-answers",
        title=title,
        alt=_sentence(tally, right),
        spec=_spec(len(options), ceiling(tally.n)),
        data=pd.DataFrame(_rows(tally, right), columns=["option", "sure", "order", "from", "to", "n", "right"]),
        tabulate=lambda: _table(tally, options, right),
        counts=f"{tally.n} learners answered",
    )


def _rows(tally: Tally, right: int | None) -> list[tuple[str, str, int, int, int, int, str]]:
    rows = []
    for place, counts in enumerate(tally.counts):
        start = 0
        for order, sure in enumerate(SURE):
            end = start + counts[sure]
            rows.append((LETTERS[place], SAID[sure], order, start, end, counts[sure], ""))
            start = end
        rows.append((LETTERS[place], "", -1, start, start, start, "holds" if place == right else ""))
    return rows


def _sentence(tally: Tally, right: int | None) -> str:
    chosen = [sum(counts.values()) for counts in tally.counts]
    said = [f"{LETTERS[place]}: {share(k, tally.n, k / tally.n)}" for place, k in enumerate(chosen)]
    holds = "" if right is None else f" {LETTERS[right]} holds."
    return f"{tally.n} learners answered. {'; '.join(said)}.{holds}"


def _table(tally: Tally, options: Sequence[str], right: int | None) -> pd.DataFrame:
    rows = [
        (LETTERS[place], text, *(counts[sure] for sure in SURE), *([] if right is None else ["yes" * (place == right)]))
        for place, (text, counts) in enumerate(zip(options, tally.counts, strict=True))
    ]
    columns = ["Option", "Answer", *(f"{SAID[sure].capitalize()} (learners)" for sure in SURE)]
    return pd.DataFrame(rows, columns=columns + ([] if right is None else ["Holds"]))


@cache
def _spec(n_options: int, most: int) -> Spec:
    base = alt.Chart(height=n_options * ROW + AROUND)
    y = alt.Y("option:N", title=None, sort=list(LETTERS[:n_options]), axis=alt.Axis(labelFontSize=14, labelPadding=8))
    x = alt.X("from:Q", title="Learners", scale=alt.Scale(domain=[0, most]), axis=alt.Axis(tickMinStep=1, format="d"))
    colour = alt.Color(
        "sure:N",
        scale=alt.Scale(domain=[SAID[sure] for sure in SURE], range=[GREY, PURPLE, BLUE]),
        legend=alt.Legend(title=None, orient="top"),
    )
    told = [
        alt.Tooltip("option:N", title="Option"),
        alt.Tooltip("sure:N", title="How sure"),
        alt.Tooltip("n:Q", title="Learners"),
    ]
    bars = base.transform_filter("datum.order >= 0").mark_bar().encode(x=x, x2="to:Q", y=y, color=colour, tooltip=told)
    ends = base.transform_filter("datum.order < 0")
    counts = ends.mark_text(align="left", dx=6, fontSize=13).encode(x=x, y=y, text="n:Q")
    marked = ends.mark_text(align="left", dx=26, fontSize=13, fontWeight="bold").encode(x=x, y=y, text="right:N")
    return prepared(alt.layer(bars, counts, marked))
