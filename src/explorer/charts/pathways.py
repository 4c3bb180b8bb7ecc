"""Where the drugs after the first one act, and which of them sourced rows speak of after a given reason."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Any

import altair as alt
import pandas as pd

from explorer.charts.figure import Figure, Spec, prepared
from explorer.charts.theme import BLUE, GREEN, GREY, ORANGE, PURPLE
from explorer.literature.sequencing import Option, Reason, Sequencing
from explorer.study.words import counted, listing

COLOURS = (BLUE, GREEN, PURPLE, ORANGE, GREY)
ROW = 34
"""Pixels per drug and per heading."""
FROM, TO = 0.37, 0.52
"""Where links begin (right of the targets) and end (at the drugs), of the width."""
BEND = ((FROM, 0), (0.42, 0), (0.47, 1), (TO, 1))
"""A link's points: how far to the right, and whether at the height of the target or of the drug."""
COLUMNS = ["kind", "x", "y", "text", "below", "pathway", "drug", "target", "class", "said", "spoken", "ours"]


def pathways(held: Sequencing, reason: Reason, prior: str | None, index: str) -> Figure:
    """Draw pathways, targets and drugs; filled where a sourced row speaks of the drug after this reason.

    Parameters
    ----------
    held : Sequencing
    reason : Reason
        Why the first drug was stopped.
    prior, index : str
        The drugs of the loaded cohort, marked where they are on the map.
    """
    spoken = {drug: len(rows) for drug, rows in held.speaks_of(reason).items()}
    ours = {"1st": held.option(prior), "2nd": held.option(index)}
    place = {option.drug: name for name, option in ours.items() if option}
    rows = list(_rows(held.options, spoken, place))
    return Figure(
        name=f"pathways-{reason.key}",
        title=f"Where the drugs act, and which have sourced statements for: {reason.name.lower()}",
        alt=_said(held, reason, spoken, place),
        spec=_spec(tuple(dict.fromkeys(option.pathway for option in held.options)), int(rows[-1]["y"])),
        data=pd.DataFrame(rows, columns=COLUMNS).astype({"spoken": bool, "ours": bool}),
        tabulate=lambda: _table(held.options, spoken, place, reason),
    )


def _said(held: Sequencing, reason: Reason, spoken: dict[str, int], place: dict[str, str]) -> str:
    """Say in words what is filled, what is hollow, and which drugs are the cohort's."""
    named = [f"{drug} ({n})" for drug, n in spoken.items() if n]
    silent = [drug for drug, n in spoken.items() if not n]
    n_pathways = len({option.pathway for option in held.options})
    parts = [
        f"{counted(len(held.options), 'drug')} on {counted(n_pathways, 'pathway')}",
        f"{reason.name.lower()}: sourced statements about {listing(named) or 'no drug'}",
        f"none about {listing(silent)}" if silent else "",
        f"in this cohort, {listing([f'{drug} is the {name} drug' for drug, name in place.items()])}" if place else "",
    ]
    return f"{'; '.join(part for part in parts if part)}."


def _table(options: tuple[Option, ...], spoken: dict[str, int], place: dict[str, str], reason: Reason) -> pd.DataFrame:
    rows = [(o.drug, o.pathway, o.target, o.kind, place.get(o.drug, ""), spoken[o.drug]) for o in options]
    heads = ["Drug", "Pathway", "Target", "Class", "In this cohort", f"Statements: {reason.name.lower()}"]
    return pd.DataFrame(rows, columns=heads)


def _rows(options: tuple[Option, ...], spoken: dict[str, int], place: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Lay the map out from the top: a heading per pathway, then each target beside its drugs."""
    y = 0
    for pathway, on_pathway in groupby(options, key=lambda option: option.pathway):
        yield {"kind": "heading", "x": 0, "y": y, "text": pathway, "pathway": pathway}
        for target, on_target in groupby(on_pathway, key=lambda option: option.target):
            drugs = list(on_target)
            middle = y + (len(drugs) + 1) / 2
            yield {"kind": "target", "x": FROM, "y": middle, "text": target, "pathway": pathway}
            for option in drugs:
                y += 1
                about = _about(option, spoken[option.drug], place.get(option.drug))
                yield from ({"kind": "link", "x": x, "y": y if at else middle} | about for x, at in BEND)
                yield {"kind": "drug", "x": TO, "y": y} | about
        y += 1


def _about(option: Option, n: int, place: str | None) -> dict[str, Any]:
    return {
        "text": f"{option.drug} ({place})" if place else option.drug,
        "below": counted(n, "statement") if n else "none for this reason",
        "pathway": option.pathway,
        "drug": option.drug,
        "target": option.target,
        "class": option.kind,
        "said": option.mechanism.text,
        "spoken": n > 0,
        "ours": place is not None,
    }


@cache
def _spec(names: tuple[str, ...], last: int) -> Spec:
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[last + 0.6, -0.5], nice=False), axis=None)
    scale = alt.Scale(domain=list(names), range=list(COLOURS[: len(names)]))
    colour = alt.Color("pathway:N", scale=scale, legend=None)
    spoken = "datum.spoken"
    base = alt.Chart(height=ROW * (last + 1)).encode(x=x, y=y)
    link = base.mark_line(interpolate="monotone").encode(
        detail="drug:N",
        order="x:Q",
        color=colour,
        strokeWidth=alt.condition(spoken, alt.value(3), alt.value(1.2)),
        opacity=alt.condition(spoken, alt.value(0.9), alt.value(0.6)),
    )
    ring = base.mark_point(size=420, strokeWidth=1.5, filled=False, color="currentColor")
    dot = base.mark_point(size=170, strokeWidth=2, filled=True, opacity=1).encode(
        fill=alt.Fill("pathway:N", scale=scale, legend=None),
        stroke=alt.Stroke("pathway:N", scale=scale, legend=None),
        fillOpacity=alt.condition(spoken, alt.value(1), alt.value(0)),
        tooltip=[
            alt.Tooltip("drug:N", title="Drug"),
            alt.Tooltip("said:N", title="Acts on"),
            alt.Tooltip("class:N", title="Class"),
            alt.Tooltip("below:N", title="Sourced statements"),
        ],
    )
    layers = [
        link.transform_filter("datum.kind == 'link'"),
        ring.transform_filter("datum.kind == 'drug' && datum.ours"),
        dot.transform_filter("datum.kind == 'drug'"),
        *_texts(base),
    ]
    return prepared(alt.layer(*layers))


def _texts(base: alt.Chart) -> Iterator[alt.Chart]:
    heading = base.mark_text(align="left", fontWeight="bold", fontSize=13).encode(text="text:N")
    target = base.mark_text(align="right", dx=-8, fontSize=12).encode(text="text:N")
    name = base.mark_text(align="left", dx=18, dy=-6, fontSize=12, fontWeight="bold").encode(text="text:N")
    below = base.mark_text(align="left", dx=18, dy=9, fontSize=11).encode(text="below:N")
    yield heading.transform_filter("datum.kind == 'heading'")
    yield target.transform_filter("datum.kind == 'target'")
    yield name.transform_filter("datum.kind == 'drug'")
    yield below.transform_filter("datum.kind == 'drug'")
