"""Which parts of the rule carry the response: each part alone, and the combinations that are true together."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from explorer.analysis.response import Part
from explorer.analysis.rule_sets import MOST_COMBINATIONS, Combination, RuleSets, Segment, hypothetical
from explorer.charts.counts import apart, part_apart
from explorer.charts.figure import Figure, Spec, TooFew, prepared
from explorer.charts.forest import side_axis
from explorer.charts.strips import HOLLOW, INVENTED
from explorer.charts.theme import BLUE, FEWEST_PATIENTS, GREY, VERDICTS
from explorer.export.numbers import share
from explorer.study.words import listing

LETTERS = "ABCDEFGHIJ"
WRAP, FEWEST_LINES, MOST_LINES, LINE = 24, 3, 4, 15
LABEL, SAID = 160, 84
ROW, HEADING, LEGEND = 26, 165, 60
MANY_PARTS = 3
SELECT = "chosen"


def rule_parts(sets: RuleSets) -> Figure | TooFew:
    """Draw for each part of the rule in how many of the patients counted it is true, unknown and false."""
    invented = _n_invented(sets)
    title = f"Each part of the rule, in all {apart(sets.n_among, invented)} patients counted"
    if sets.n_among < FEWEST_PATIENTS:
        return TooFew(title, f"{sets.n_among} patients are counted; parts are drawn from {FEWEST_PATIENTS} on.")
    wrapped = [_wrapped(place, part.rule) for place, part in enumerate(sets.parts)]
    lines = max(FEWEST_LINES, *map(len, wrapped))
    labels = ["\n".join([*[""] * ((lines - len(label)) // 2), *label]) for label in wrapped]
    said = [_part_words(place, sets) for place in range(len(sets.parts))]
    return Figure(
        name="response-parts",
        title=title,
        alt=f"{'; '.join(said)}.{HOLLOW if invented else ''}",
        spec=_parts_spec(len(labels), lines),
        data=pd.DataFrame([cell for place, label in enumerate(labels) for cell in _part_cells(sets, place, label)]),
        tabulate=lambda: _parts_table(sets),
        counts=f"{apart(sets.n_among, invented)} patients counted",
    )


def _n_invented(sets: RuleSets) -> int:
    one = sets.hypothetical[0]
    return one.n_true + one.n_false + one.n_unknown


def _wrapped(place: int, rule: str) -> list[str]:
    lines = textwrap.wrap(f"{LETTERS[place]}  {rule}", WRAP)
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1][: WRAP - 1]}…"]


def _part_words(place: int, sets: RuleSets) -> str:
    part, added = sets.parts[place], sets.hypothetical[place]
    unknown = f", unknown in {apart(part.n_unknown, added.n_unknown)}" if part.n_unknown else ""
    true = part_apart(part.n_true, sets.n_among, (added.n_true, _n_invented(sets)))
    return f"{LETTERS[place]}, {part.rule}: true in {true}{unknown}"


def _part_cells(sets: RuleSets, place: int, label: str) -> Iterator[dict[str, Any]]:
    """Lay the verdicts on a part side by side, the hypothetical additions at the end of each."""
    part, added = sets.parts[place], sets.hypothetical[place]
    said, start = _printed(sets, place), 0
    for (verdict, n), k in zip(_verdicts(part).items(), _verdicts(added).values(), strict=True):
        for held, hollow in ((n - k, False), (k, True)):
            if held or not hollow:
                yield {
                    "row": f"{LETTERS[place]}{said:<28}{label}",
                    "rule": part.rule,
                    "verdict": verdict,
                    "said": verdict + INVENTED * hollow,
                    "hollow": hollow,
                    "n": held,
                    "from": start / sets.n_among,
                    "to": (start + held) / sets.n_among,
                }
                start += held


def _printed(sets: RuleSets, place: int) -> str:
    """Print in how many a part is true, short enough for the margin: "22/47 (47 %)", "22/47 + 3/12"."""
    true, n, k, of = sets.parts[place].n_true, sets.n_among, sets.hypothetical[place].n_true, _n_invented(sets)
    return f"{true - k}/{n - of} + {k}/{of}" if of else share(true, n, true / n)


def _verdicts(part: Part) -> dict[str, int]:
    return {"true": part.n_true, "unknown": part.n_unknown, "false": part.n_false}


def _parts_table(sets: RuleSets) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "Part": [LETTERS[place] for place in range(len(sets.parts))],
            "Rule": [part.rule for part in sets.parts],
            "True": [_printed(sets, place) for place in range(len(sets.parts))],
            "False": [part.n_false for part in sets.parts],
            "Unknown": [part.n_unknown for part in sets.parts],
            "True by this part alone": [part.n_only for part in sets.parts],
        }
    )
    if not _n_invented(sets):
        return table
    added = {verdict: [_verdicts(part)[verdict] for part in sets.hypothetical] for verdict in ("false", "unknown")}
    return table.assign(**{f"Hypothetical, of those {verdict}": k for verdict, k in added.items()})


@cache
def _parts_spec(n_parts: int, lines: int) -> Spec:
    base = alt.Chart(height=n_parts * (lines * LINE + 10) + HEADING)
    colours = [VERDICTS["responder"], VERDICTS["unknown"], VERDICTS["no response"]]
    scale = alt.Scale(domain=["true", "unknown", "false"], range=colours)
    told = {"rule:N": "Part", "said:N": "Is", "n:Q": "In"}
    legend = alt.Legend(title=None, orient="top", direction="vertical")
    bars = base.mark_bar(height={"band": 0.5}, strokeWidth=1.5).encode(
        x=alt.X("from:Q", title="Patients counted", scale=alt.Scale(domain=[0, 1]), axis=_percents()),
        x2="to:Q",
        y=alt.Y("row:N", title=None, axis=_part_names(lines)),
        color=alt.Color("verdict:N", scale=scale, legend=legend),
        stroke=alt.Stroke("verdict:N", scale=scale, legend=legend),
        fillOpacity=_filled(),
        strokeOpacity=_outlined(),
        tooltip=[alt.Tooltip(field, title=title) for field, title in told.items()],
    )
    counts = side_axis("trim(slice(datum.value, 1, 29))", SAID, orient="right", labelLimit=SAID, labelPadding=8)
    unseen = base.mark_point(opacity=0).encode(y=alt.Y("row:N", title=None, axis=counts))
    return prepared(alt.layer(bars, unseen).resolve_axis(y="independent"))


def _filled() -> Any:
    return alt.condition("datum.hollow", alt.value(0), alt.value(1))


def _outlined() -> Any:
    """Outline the hollow alone: an outline would show patients where a part has none."""
    return alt.condition("datum.hollow", alt.value(1), alt.value(0))


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
    """Draw how many patients each exact combination of true parts holds; a click chooses one (see `bars`)."""
    n = apart(sets.n, sets.n_hypothetical)
    title = f"The {n} {whom(sets)}, by exactly which parts are true"
    if sets.n < FEWEST_PATIENTS:
        return TooFew(title, f"{n} {whom(sets)}; combinations are drawn from {FEWEST_PATIENTS} on.")
    return Figure(
        name="response-combinations",
        title=title,
        alt=_sets_sentence(sets),
        spec=_sets_spec(len(sets.parts), _room(len(sets.parts)), sets.how != "any of"),
        data=_sets_rows(sets),
        tabulate=lambda: _sets_table(sets),
        counts=f"{_responded(sets)} responded by the parts that are known",
        select=SELECT,
    )


def _responded(sets: RuleSets) -> str:
    """Count responders of those counted; whoever meets the rule is in a combination."""
    segments = [*sets.rest, *(segment for each in sets.combinations for segment in each.segments)]
    added = hypothetical([segment for segment in segments if segment.verdict == "responder"])
    return f"{apart(sets.n_responders, added)} of {apart(sets.n_among, _n_invented(sets))}"


def whom(sets: RuleSets) -> str:
    """Say whose combinations are counted."""
    if sets.how != "any of":
        return "patients with at least one part"
    # What a policy makes of the unknown has no parts: only known responders can be told apart by them.
    return "known responders" if sets.n_unknown else "responders"


def bars(sets: RuleSets) -> dict[str, Combination | None]:
    """Name the bars of the combinations, from above, as a click names them; None: the rarer ones together."""
    named: dict[str, Combination | None] = {_letters(each): each for each in sets.combinations}
    return named | ({_rest(sets): None} if sets.n_rest else {})


def _room(n_parts: int) -> int:
    """Return how many bars so many parts can have: the drawing keeps room for them, and so its height."""
    return int(min(2**n_parts - 1, MOST_COMBINATIONS + 1))


def _sets_sentence(sets: RuleSets) -> str:
    single = [each for each in sets.combinations if sum(each.true) == 1]
    by = f" ({listing([f'{apart(each.n, each.n_hypothetical)} by {_letters(each)}' for each in single])})"
    alone = (
        f"One part alone in {apart(sets.n_alone, sets.n_alone_hypothetical)} of {apart(sets.n, sets.n_hypothetical)}"
    )
    several = apart(sets.n - sets.n_alone, sets.n_hypothetical - sets.n_alone_hypothetical)
    said = [f"{alone}{by if single else ''}, several together in {several}"]
    if sets.n_rest:
        rest = apart(sets.n_rest, hypothetical(sets.rest))
        said.append(f"{rest} are in {sets.n_rest_combinations} rarer combinations, the last bar")
    if sets.how != "any of":
        said.append(f"{_responded(sets)} counted meet the rule")
    if any(any(each.n_unknown) for each in sets.combinations):
        said.append("a ring marks a part that is unknown in some of them")
    hollow = HOLLOW if sets.n_hypothetical else ""
    return f"{'; '.join(said)}. A bar as wide as the drawing would be {_whole(sets)} patients.{hollow}"


def _whole(sets: RuleSets) -> int:
    """Return how many patients would fill the width: it follows the cohort and the number of parts.

    Of many parts a combination seldom holds more than a quarter of the cohort; where one does, there is room for all.
    """
    quarter = -(-sets.n_entering // 4)
    biggest = max([each.n for each in sets.combinations] + [sets.n_rest])
    return sets.n_entering if len(sets.parts) < MANY_PARTS or biggest > quarter else quarter


def _letters(each: Combination) -> str:
    return " + ".join(LETTERS[place] for place, true in enumerate(each.true) if true) or "none"


def _matrix(n_parts: int) -> float:
    """Share of the width that the dots take."""
    return min(0.5, 0.05 * n_parts)


def _sets_rows(sets: RuleSets) -> pd.DataFrame:
    n_parts = len(sets.parts)
    rows: list[dict[str, Any]] = []
    for place, (name, each) in enumerate(bars(sets).items()):
        segments = sets.rest if each is None else each.segments
        n = apart(sum(segment.n for segment in segments), hypothetical(segments))
        blank = _blank(f"{place:02d}{n.removesuffix(' hypothetical'):<12}", name)
        ground = {"mark": "ground", "x": 0, "x2": 1, "what": f"{name}: {n}"}
        dots = () if each is None else _dots(each, n_parts)
        cells = (ground, *dots, *_bars(name, segments, n_parts, _whole(sets)))
        rows += [{**blank, **cell} for cell in cells]
    rows += [_blank(f"{place:02d}", "") for place in range(len(bars(sets)), _room(n_parts))]
    return pd.DataFrame(rows)


def _blank(row: str, name: str) -> dict[str, Any]:
    return {"row": row, "set": name, **dict.fromkeys(("x", "x2", "mark", "what", "verdict", "hollow"))}


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


def _bars(name: str, segments: Sequence[Segment], n_parts: int, whole: int) -> Iterator[dict[str, Any]]:
    start = 0
    for segment in segments:
        what = f"{name}: {segment.n} {segment.verdict}" + INVENTED * segment.hypothetical
        bar = _bar(start, start + segment.n, n_parts, whole)
        yield {**bar, "verdict": segment.verdict, "hollow": segment.hypothetical, "what": what}
        start += segment.n


def _bar(start: int, end: int, n_parts: int, whole: int) -> dict[str, Any]:
    """Place a stretch of a bar right of the dots."""
    left = _matrix(n_parts) + 0.02
    return {"mark": "bar", "x": left + (1 - left) * start / whole, "x2": left + (1 - left) * end / whole}


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
        "Hypothetical additions": hypothetical(segments),
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
    ground = _ground(base).encode(x=x, x2="x2:Q", y=y, tooltip=tooltip)
    return prepared(alt.layer(unseen, ground, link, bars, *drawn).resolve_axis(y="independent"))


def _ground(base: alt.Chart) -> alt.Chart:
    """Lay an unseen ground under each bar to be clicked, a shade of grey under the chosen one."""
    chosen = alt.selection_point(name=SELECT, fields=["set"])
    shade = alt.condition(chosen, alt.value(0.16), alt.value(0), empty=False)
    rows = _only(base, "ground").mark_bar(height={"band": 1}, color=GREY, cursor="pointer")
    ground: alt.Chart = rows.encode(opacity=shade).add_params(chosen)
    return ground


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
    bars = _only(base, "bar").mark_bar(height={"band": 0.6}, strokeWidth=1.5, cursor="pointer")
    drawn: alt.Chart = bars.encode(
        color=alt.Color("verdict:N", scale=scale, legend=legend),
        stroke=alt.Stroke("verdict:N", scale=scale, legend=legend),
        fillOpacity=_filled(),
    )
    return drawn


def _only(base: alt.Chart, mark: str) -> alt.Chart:
    drawn: alt.Chart = base.transform_filter(f"datum.mark == '{mark}'")
    return drawn
