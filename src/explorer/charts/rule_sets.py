"""Which parts of the rule carry the response: each part alone, and the combinations that are true together."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from explorer.analysis.response import Part
from explorer.analysis.rule_sets import Combination, RuleSets, Segment
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.forest import side_axis
from explorer.charts.theme import BLUE, FEWEST_PATIENTS, GREY, VERDICTS
from explorer.export.numbers import share
from explorer.study.words import listing

LETTERS = "ABCDEFGHIJ"
WRAP, MOST_LINES, LINE = 24, 4, 15
LABEL, SAID = 160, 84
ROW, HEADING, LEGEND = 26, 165, 60
CLASSES = (4, 8, 13)
"""Rows that the drawing of combinations keeps room for, so that it does not change height with every value."""


def rule_parts(sets: RuleSets) -> Figure | TooFew:
    """Draw for each part of the rule in how many of the patients counted it is true, unknown and false."""
    title = f"Each part of the rule, in all {sets.n_among} patients counted"
    if sets.n_among < FEWEST_PATIENTS:
        return TooFew(title, f"{sets.n_among} patients are counted; parts are drawn from {FEWEST_PATIENTS} on.")
    wrapped = [_wrapped(place, part.rule) for place, part in enumerate(sets.parts)]
    lines = max(len(label) for label in wrapped)
    labels = ["\n".join([*[""] * ((lines - len(label)) // 2), *label]) for label in wrapped]
    return Figure(
        name="response-parts",
        title=title,
        alt="; ".join(_part_words(place, part, sets.n_among) for place, part in enumerate(sets.parts)) + ".",
        spec=_parts_spec(len(labels), lines),
        data=pd.DataFrame(list(_part_cells(sets, labels))),
        table=_parts_table(sets),
        counts=f"{sets.n_among} patients counted",
    )


def _wrapped(place: int, rule: str) -> list[str]:
    lines = textwrap.wrap(f"{LETTERS[place]}  {rule}", WRAP)
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1][: WRAP - 1]}…"]


def _part_words(place: int, part: Part, n: int) -> str:
    unknown = f", unknown in {part.n_unknown}" if part.n_unknown else ""
    return f"{LETTERS[place]}, {part.rule}: true in {share(part.n_true, n, part.n_true / n)}{unknown}"


def _part_cells(sets: RuleSets, labels: Sequence[str]) -> Iterator[dict[str, Any]]:
    for place, (part, label) in enumerate(zip(sets.parts, labels, strict=True)):
        said = share(part.n_true, sets.n_among, part.n_true / sets.n_among)
        start = 0
        named = (("true", part.n_true), ("unknown", part.n_unknown), ("false", part.n_false))
        for verdict, n in named:
            yield {
                "row": f"{LETTERS[place]}{said:<28}{label}",
                "rule": part.rule,
                "verdict": verdict,
                "n": n,
                "from": start / sets.n_among,
                "to": (start + n) / sets.n_among,
            }
            start += n


def _parts_table(sets: RuleSets) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Part": [LETTERS[place] for place in range(len(sets.parts))],
            "Rule": [part.rule for part in sets.parts],
            "True": [share(part.n_true, sets.n_among, part.n_true / sets.n_among) for part in sets.parts],
            "False": [part.n_false for part in sets.parts],
            "Unknown": [part.n_unknown for part in sets.parts],
            "True by this part alone": [part.n_only for part in sets.parts],
        }
    )


@cache
def _parts_spec(n_parts: int, lines: int) -> Spec:
    base = alt.Chart(height=n_parts * (lines * LINE + 10) + HEADING)
    colours = [VERDICTS["responder"], VERDICTS["unknown"], VERDICTS["no response"]]
    told = {"rule:N": "Part", "verdict:N": "Is", "n:Q": "In"}
    bars = base.mark_bar(height={"band": 0.5}).encode(
        x=alt.X("from:Q", title="Patients counted", scale=alt.Scale(domain=[0, 1]), axis=_percents()),
        x2="to:Q",
        y=alt.Y("row:N", title=None, axis=_part_names(lines)),
        color=alt.Color(
            "verdict:N",
            scale=alt.Scale(domain=["true", "unknown", "false"], range=colours),
            legend=alt.Legend(title=None, orient="top", direction="vertical"),
        ),
        tooltip=[alt.Tooltip(field, title=title) for field, title in told.items()],
    )
    counts = side_axis("trim(slice(datum.value, 1, 29))", SAID, orient="right", labelLimit=SAID, labelPadding=8)
    unseen = base.mark_point(opacity=0).encode(y=alt.Y("row:N", title=None, axis=counts))
    return prepared(alt.layer(bars, unseen).resolve_axis(y="independent"))


def _part_names(lines: int) -> alt.Axis:
    return side_axis(
        "split(slice(datum.value, 29), '\\n')",
        LABEL,
        labelAlign="left",
        labelPadding=LABEL,
        labelLimit=LABEL,
        labelOffset=-(lines - 1) * LINE / 2,
    )


def _percents() -> alt.Axis:
    return alt.Axis(format=".0%", values=[0, 0.5, 1], labelOverlap=False, labelFlush=True)


def combinations(sets: RuleSets) -> Figure | TooFew:
    """Draw how many patients each exact combination of true parts holds."""
    anyone = sets.how == "any of"
    whom = "responders" if anyone else "patients with at least one part"
    title = f"The {sets.n} {whom}, by exactly which parts are true"
    if sets.n < FEWEST_PATIENTS:
        return TooFew(title, f"{sets.n} {whom}; combinations are drawn from {FEWEST_PATIENTS} on.")
    return Figure(
        name="response-combinations",
        title=title,
        alt=_sets_sentence(sets),
        spec=_sets_spec(len(sets.parts), next(rows for rows in CLASSES if rows >= _n_rows(sets)), not anyone),
        data=_sets_rows(sets),
        table=_sets_table(sets),
        counts=f"{sets.n_responders} of {sets.n_among} responded by the parts that are known",
    )


def _n_rows(sets: RuleSets) -> int:
    return len(sets.combinations) + bool(sets.n_rest)


def _sets_sentence(sets: RuleSets) -> str:
    single = [each for each in sets.combinations if sum(each.true) == 1]
    by = f" ({listing([f'{each.n} by {_letters(each)}' for each in single])})" if single else ""
    said = [f"One part alone in {sets.n_alone} of {sets.n}{by}, several together in {sets.n - sets.n_alone}"]
    if sets.n_rest:
        said.append(f"{sets.n_rest} are in {sets.n_rest_combinations} rarer combinations, the last bar")
    if sets.how != "any of":
        said.append(f"{sets.n_responders} of {sets.n_among} counted meet the rule")
    if any(any(each.n_unknown) for each in sets.combinations):
        said.append("a ring marks a part that is unknown in some of them")
    return f"{'; '.join(said)}."


def _letters(each: Combination) -> str:
    return " + ".join(LETTERS[place] for place, true in enumerate(each.true) if true) or "none"


def _matrix(n_parts: int) -> float:
    """Share of the width that the dots take."""
    return min(0.55, 0.1 + 0.055 * n_parts)


def _sets_rows(sets: RuleSets) -> pd.DataFrame:
    n_parts = len(sets.parts)
    biggest = max([each.n for each in sets.combinations] + [sets.n_rest])
    blank = dict.fromkeys(("x", "x2", "mark", "what", "verdict", "hollow"))
    rows: list[dict[str, Any]] = []
    for place, each in enumerate(sets.combinations):
        key = f"{place:02d}{each.n:<12d}"
        bars = _bars(_letters(each), each.segments, n_parts, biggest)
        rows += [{**blank, "row": key, **cell} for cell in (*_dots(each, n_parts), *bars)]
    if sets.n_rest:
        key = f"{len(sets.combinations):02d}{sets.n_rest:<12d}"
        bars = _bars(_rest(sets), sets.rest, n_parts, biggest)
        rows += [{**blank, "row": key, **cell} for cell in bars]
    room = next(rows for rows in CLASSES if rows >= _n_rows(sets))
    rows += [{**blank, "row": f"{place:02d}"} for place in range(_n_rows(sets), room)]
    return pd.DataFrame(rows)


def _dots(each: Combination, n_parts: int) -> Iterator[dict[str, Any]]:
    width = _matrix(n_parts) / n_parts
    for place, (true, unknown) in enumerate(zip(each.true, each.n_unknown, strict=True)):
        what = (
            f"{LETTERS[place]}: true"
            if true
            else f"{LETTERS[place]}: not true" + (f", unknown in {unknown}" * bool(unknown))
        )
        yield {"x": (place + 0.5) * width, "mark": "true" if true else "unknown" if unknown else "no", "what": what}
    held = [place for place, true in enumerate(each.true) if true]
    if len(held) > 1:
        yield {"x": (held[0] + 0.5) * width, "x2": (held[-1] + 0.5) * width, "mark": "link"}


def _rest(sets: RuleSets) -> str:
    return f"{sets.n_rest_combinations} rarer combination{'s' * (sets.n_rest_combinations != 1)}"


def _bars(name: str, segments: Sequence[Segment], n_parts: int, biggest: int) -> Iterator[dict[str, Any]]:
    start = 0
    for segment in segments:
        what = f"{name}: {segment.n} {segment.verdict}" + (", hypothetical" if segment.hypothetical else "")
        bar = _bar(start, start + segment.n, n_parts, biggest)
        yield {**bar, "verdict": segment.verdict, "hollow": segment.hypothetical, "what": what}
        start += segment.n


def _bar(start: int, end: int, n_parts: int, biggest: int) -> dict[str, Any]:
    left = _matrix(n_parts) + 0.02
    return {"mark": "bar", "x": left + (1 - left) * start / biggest, "x2": left + (1 - left) * end / biggest}


def _sets_table(sets: RuleSets) -> pd.DataFrame:
    rows = [(_named(each, sets), each.segments) for each in sets.combinations]
    if sets.n_rest:
        rows.append((_rest(sets), sets.rest))
    return pd.DataFrame([_table_row(name, segments, sets.n) for name, segments in rows])


def _named(each: Combination, sets: RuleSets) -> str:
    held = zip(LETTERS, sets.parts, each.true, strict=False)
    return " + ".join(f"{letter} {part.rule}" for letter, part, true in held if true)


def _table_row(name: str, segments: Sequence[Segment], n: int) -> dict[str, Any]:
    held = sum(segment.n for segment in segments)
    return {
        "Parts that are true": name,
        "Patients": share(held, n, held / n),
        "Responders": sum(segment.n for segment in segments if segment.verdict == "responder"),
        "Hypothetical additions": sum(segment.n for segment in segments if segment.hypothetical),
    }


@cache
def _sets_spec(n_parts: int, rows: int, verdicts_differ: bool) -> Spec:
    base = alt.Chart(height=rows * ROW + 40 + LEGEND * verdicts_differ)
    x = alt.X("x:Q", title=None, axis=_letter_axis(n_parts), scale=alt.Scale(domain=[0, 1], nice=False))
    y = alt.Y("row:N", title=None, axis=None)
    tooltip = alt.Tooltip("what:N", title="Patients")
    counts = side_axis("trim(slice(datum.value, 2, 14))", 40, orient="right", labelPadding=8)
    unseen = base.mark_point(opacity=0).encode(y=alt.Y("row:N", title=None, axis=counts))
    link = _only(base, "link").mark_rule(color=BLUE, strokeWidth=2).encode(x=x, x2="x2:Q", y=y)
    dots = (
        _only(base, "no").mark_point(filled=True, size=25, opacity=0.35, color=GREY),
        _only(base, "unknown").mark_point(filled=False, size=70, opacity=1, color=GREY),
        _only(base, "true").mark_point(filled=True, size=110, opacity=1, color=BLUE),
    )
    drawn = [dot.encode(x=x, y=y, tooltip=tooltip) for dot in dots]
    bars = _bar_marks(base, verdicts_differ).encode(x=x, x2="x2:Q", y=y, tooltip=tooltip)
    return prepared(alt.layer(link, bars, *drawn, unseen).resolve_axis(y="independent"))


def _letter_axis(n_parts: int) -> alt.Axis:
    """Head the dots of each part with its letter."""
    width = _matrix(n_parts) / n_parts
    return alt.Axis(
        orient="top",
        grid=False,
        domain=False,
        ticks=False,
        values=[(place + 0.5) * width for place in range(n_parts)],
        labelExpr=f"slice('{LETTERS}', round(datum.value / {width} - 0.5), round(datum.value / {width} + 0.5))",
        labelOverlap=False,
        labelFlush=False,
    )


def _bar_marks(base: alt.Chart, verdicts_differ: bool) -> alt.Chart:
    """Colour bars by verdict; hollow where the patients are invented."""
    legend = alt.Legend(title=None, orient="top", symbolType="square", symbolOpacity=1) if verdicts_differ else None
    scale = alt.Scale(domain=list(VERDICTS), range=list(VERDICTS.values()))
    bars = _only(base, "bar").mark_bar(height={"band": 0.6}, strokeWidth=1.5)
    drawn: alt.Chart = bars.encode(
        color=alt.Color("verdict:N", scale=scale, legend=legend),
        stroke=alt.Stroke("verdict:N", scale=scale, legend=legend),
        fillOpacity=alt.condition("datum.hollow", alt.value(0), alt.value(1)),
    )
    return drawn


def _only(base: alt.Chart, mark: str) -> alt.Chart:
    return base.transform_filter(f"datum.mark == '{mark}'")
