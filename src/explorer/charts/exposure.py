"""How long the prior drug was taken, and why it was stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from explorer.analysis.exposure import Exposure, Reason
from explorer.charts.counts import ceiling, part_apart, people
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.strips import HOLLOW, Strip, row_height, strip_rows, strip_spec
from explorer.charts.theme import BEFORE, FEWEST_PATIENTS, GREY
from explorer.export.numbers import number
from explorer.study.words import counted, listing


def exposure(found: Exposure, drug: str) -> Figure | TooFew:
    """Draw the days on a drug, with the median and the middle half of the patients."""
    title = f"Time on {drug} before the switch"
    if found.n < FEWEST_PATIENTS:
        return TooFew(title, f"{counted(found.n, 'patient')} took {drug}; from {FEWEST_PATIENTS} on, this is drawn.")
    everybody = people(found.n, found.n_hypothetical)
    marks = pd.DataFrame([("middle", found.q1, found.q3), ("median", found.median, found.median)])
    marks = marks.set_axis(["part", "low", "high"], axis=1)
    return Figure(
        name="exposure",
        title=title,
        alt=f"Half of the {everybody} took {drug} for {number(found.median, 0)} days or longer (the median); the middle "
        f"half for {number(found.q1, 0)} to {number(found.q3, 0)} days.{HOLLOW if found.n_hypothetical else ''}",
        spec=_spec(found.step * len(found.counts), ceiling(found.most)),
        data=pd.concat([_bins(found), marks], ignore_index=True),
        tabulate=lambda: _exposure_table(found),
        counts=f"{everybody} who took {drug}",
    )


def _edges(found: Exposure) -> list[tuple[int, int]]:
    return [(place * found.step, (place + 1) * found.step) for place in range(len(found.counts))]


def _bins(found: Exposure) -> pd.DataFrame:
    """Stack the hypothetical additions of each bin on top of the others."""
    rows = []
    for edges, k, added in zip(_edges(found), found.counts, found.hypothetical, strict=True):
        rows += [("bin", *edges, 0, k - added, k - added, "patients")] * (k > added)
        rows += [("hollow", *edges, k - added, k, added, "hypothetical")] * (added > 0)
    return pd.DataFrame(rows, columns=["part", "low", "high", "under", "over", "n", "who"])


def _exposure_table(found: Exposure) -> pd.DataFrame:
    table = pd.DataFrame(_edges(found), columns=["From (days)", "To below (days)"]).assign(Patients=found.counts)
    return table.assign(**{"Of these hypothetical": found.hypothetical}) if found.n_hypothetical else table


@cache
def _spec(last: int, most: int) -> Spec:
    x = alt.X("low:Q", title="Days", scale=alt.Scale(domain=[0, last], nice=False))
    y = alt.Y("under:Q", title="Patients", scale=alt.Scale(domain=[0, most]), axis=alt.Axis(tickMinStep=1))
    base = alt.Chart(height=280)
    band = base.transform_filter("datum.part == 'middle'").mark_rect(color=GREY, opacity=0.22).encode(x=x, x2="high:Q")
    tooltip = [
        alt.Tooltip("who:N", title="Who"),
        alt.Tooltip("low:Q", title="From day"),
        alt.Tooltip("high:Q", title="to below"),
        alt.Tooltip("n:Q", title="Patients"),
    ]
    edges: dict[str, Any] = {"x": alt.X("low:Q", bin="binned", title="Days"), "x2": "high:Q", "y": y, "y2": "over:Q"}
    bars = base.encode(**edges, tooltip=tooltip)
    drawn = bars.transform_filter("datum.part == 'bin'").mark_bar(color=BEFORE, binSpacing=1)
    hollow = bars.transform_filter("datum.part == 'hollow'")
    hollow = hollow.mark_bar(fillOpacity=0, stroke=BEFORE, strokeWidth=1.5, binSpacing=3)
    median = base.transform_filter("datum.part == 'median'").mark_rule(
        strokeDash=[5, 3], strokeWidth=2, color="currentColor"
    )
    return prepared(
        alt.layer(band, drawn, hollow, median.encode(x=x, tooltip=alt.Tooltip("low:Q", title="Median (days)")))
    )


def stop_reasons(rows: Sequence[Reason], groups: Sequence[Reason], drug: str) -> Figure | TooFew:
    """Draw why a drug was stopped: whether it did too little or could not be borne, before all other reasons."""
    title = f"Why {drug} was stopped"
    n, added = (sum(getattr(group, of) for group in groups) for of in ("n", "hypothetical"))
    if n < FEWEST_PATIENTS:
        return TooFew(title, f"{counted(n, 'patient')} took {drug}; from {FEWEST_PATIENTS} on, this is drawn.")
    strips = [_strip(group, n, added, rows) for group in groups]
    said = [f"{group.group} {part_apart(group.n, n, (group.hypothetical, added))}" for group in groups if group.n]
    return Figure(
        name="stop-reasons",
        title=title,
        alt=f"Of {people(n, added)} who took {drug}: {listing(said)}.{HOLLOW if added else ''}",
        spec=strip_spec(len(groups), row_height(strips), (("patients", BEFORE),)),
        data=strip_rows(strips),
        tabulate=lambda: _reasons_table(rows, n, added),
        counts=f"{people(n, added)} who took {drug}",
    )


def _strip(group: Reason, n: int, added: int, rows: Sequence[Reason]) -> Strip:
    k = group.n - group.hypothetical
    note = part_apart(k, n - added, (0, 0)) + _within(group, {row: row.n - row.hypothetical for row in rows})
    invented = _within(group, {row: row.hypothetical for row in rows})
    said = f"hypothetical: {group.hypothetical}/{added}{invented}" if added else ""
    return Strip(group.group.capitalize(), note, n, {"patients": group.n}, {"patients": group.hypothetical}, said)


def _within(group: Reason, counts: Mapping[Reason, int]) -> str:
    """Name the reasons of a group, that by its own name first; nothing where that is all there is."""
    held = sorted((row for row in counts if row.group == group.group), key=lambda row: row.reason != group.group)
    named = [f"{row.reason} {counts[row]}" for row in held if counts[row]]
    return f": {', '.join(named)}" if any(row.reason != group.group for row in held) and named else ""


def _reasons_table(rows: Sequence[Reason], n: int, added: int) -> pd.DataFrame:
    table = pd.DataFrame([(r.group, r.reason, r.n, n) for r in rows], columns=["Group", "Reason", "Patients", "of"])
    return table.assign(**{"Of these hypothetical": [r.hypothetical for r in rows]}) if added else table
