"""Who is left after each criterion, and which criteria keep the others out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from explorer.analysis.attrition import Pattern, Stage
from explorer.charts.counts import apart, people
from explorer.charts.figure import Figure, TooFew
from explorer.charts.strips import CHOSEN, HOLLOW, Strip, row_height, strip_rows, strip_spec
from explorer.charts.theme import NO, UNKNOWN, YES
from explorer.study.words import listing

REMAIN, NOT_MET, NOT_KNOWN = "remain", "do not meet it", "unknown"
FLOW = ((REMAIN, YES), (NOT_KNOWN, UNKNOWN), (NOT_MET, NO))
LEFT_OUT = (("left out", NO),)
MOST_PATTERNS = 10
ROOM = (4, 7, MOST_PATTERNS + 1)
"""Rows that the drawing of the overlap keeps room for, so that it seldom changes height; one criterion has two."""


def attrition(stages: Sequence[Stage]) -> Figure:
    """Draw the way from the cohort to the denominator, one bar for each criterion."""
    everyone, invented = stages[0].entered, stages[0].hypothetical_entered
    strips = [_strip(stage, everyone, bool(invented)) for stage in stages]
    return Figure(
        name="attrition",
        title="From the cohort to the denominator of the response rate",
        alt=_way(stages) + (HOLLOW if invented else ""),
        spec=strip_spec(len(stages), row_height(strips), FLOW),
        data=strip_rows(strips),
        tabulate=lambda: pd.DataFrame([_row(stage) | (_added(stage) if invented else {}) for stage in stages]),
        counts=f"{_remaining(stages[-1])} of {_entered(stages[0])} counted in the response rate",
    )


def _row(stage: Stage) -> dict[str, Any]:
    return {
        "Step": _label(stage),
        "Entered": stage.entered,
        "Not met": stage.not_met,
        "Unknown": stage.unknown,
        "Remaining": stage.remaining,
    }


def _added(stage: Stage) -> dict[str, Any]:
    return {
        "Hypothetical entered": stage.hypothetical_entered,
        "Hypothetical not met": stage.hypothetical_not_met,
        "Hypothetical unknown": stage.hypothetical_unknown,
        "Hypothetical remaining": stage.hypothetical,
    }


def _remaining(stage: Stage) -> str:
    return apart(stage.remaining, stage.hypothetical)


def _entered(stage: Stage) -> str:
    return apart(stage.entered, stage.hypothetical_entered)


def _label(stage: Stage) -> str:
    return stage.label if stage.number is None else f"{stage.number}. {stage.label}"


def _strip(stage: Stage, everyone: int, invented: bool) -> Strip:
    parts = {REMAIN: stage.remaining, NOT_KNOWN: stage.unknown, NOT_MET: stage.not_met}
    hollow = {
        REMAIN: stage.hypothetical,
        NOT_KNOWN: stage.hypothetical_unknown,
        NOT_MET: stage.hypothetical_not_met,
    }
    usual = {name: n - hollow[name] for name, n in parts.items()}
    added = f"hypothetical: {_note(stage, hollow)}" if invented else ""
    return Strip(_label(stage), _note(stage, usual), everyone, parts, hollow, added)


def _note(stage: Stage, counts: Mapping[str, int]) -> str:
    remain = counts[REMAIN]
    if stage.number is None and not stage.unknown:
        return str(remain)
    not_met = [] if stage.number is None else [f"{counts[NOT_MET]} not met"]
    return ", ".join([f"{remain} of {sum(counts.values())} remain", *not_met, f"{counts[NOT_KNOWN]} unknown"])


def _way(stages: Sequence[Stage]) -> str:
    first, last = stages[0], stages[-1]
    lost = [stage for stage in stages[1:] if stage.not_met or stage.unknown]
    if not lost:
        everybody = people(last.remaining, last.hypothetical)
        return f"No step leaves anybody out: {everybody} of {_entered(first)} to the end."
    steps = [f"{_lost(stage)} {_where(stage)}" for stage in lost]
    everybody = people(first.entered, first.hypothetical_entered)
    return f"Of {everybody}, {_remaining(last)} reach the end. Left out: {listing(steps)}."


def _lost(stage: Stage) -> str:
    return apart(stage.entered - stage.remaining, stage.hypothetical_entered - stage.hypothetical)


def _where(stage: Stage) -> str:
    return "with an unknown outcome" if stage.number is None else f"at step {stage.number}"


def overlap(patterns: Sequence[Pattern], criteria: Sequence[str]) -> Figure | TooFew:
    """Draw how many patients are left out for exactly which criteria, the most frequent combinations first.

    A click chooses a combination: see `behind`.

    Parameters
    ----------
    criteria : sequence of str
        The criteria in words, the first being number 1.
    """
    title = "Which criteria the patients who are left out fail"
    n = sum(pattern.n for pattern in patterns)
    if not n:
        return TooFew(title, "Nobody is left out by a criterion, so there is no overlap to show.")
    added = sum(pattern.hypothetical for pattern in patterns)
    strips = [_bar(label, held, n, added) for label, held in _by_row(patterns, criteria).items()]
    room = 2 if len(criteria) == 1 else next(rows for rows in ROOM if rows >= len(strips))
    return Figure(
        name="overlap",
        title=title,
        alt=_alone(patterns),
        spec=strip_spec(room, row_height(strips), LEFT_OUT, clickable=True),
        data=strip_rows(strips),
        tabulate=lambda: pd.DataFrame([_held(pattern, criteria) | _invented(pattern, added) for pattern in patterns]),
        counts=f"{_together(patterns)} left out by a criterion",
        select=CHOSEN,
    )


def _held(pattern: Pattern, criteria: Sequence[str]) -> dict[str, Any]:
    return {"Criteria": _pattern(pattern, criteria), "Patients left out": pattern.n}


def _invented(pattern: Pattern, added: int) -> dict[str, Any]:
    return {"Of these hypothetical": pattern.hypothetical} if added else {}


def _by_row(patterns: Sequence[Pattern], criteria: Sequence[str]) -> dict[str, Sequence[Pattern]]:
    rows: dict[str, Sequence[Pattern]] = {_pattern(each, criteria): [each] for each in patterns[:MOST_PATTERNS]}
    rest = patterns[MOST_PATTERNS:]
    return rows | ({f"{len(rest)} other combinations": rest} if rest else {})


def behind(row: str | None, patterns: Sequence[Pattern], criteria: Sequence[str]) -> Sequence[Pattern] | None:
    """Return the patterns that a row of the overlap stands for, or None where it has no such row."""
    return _by_row(patterns, criteria).get(row or "")


def _bar(label: str, held: Sequence[Pattern], n: int, added: int) -> Strip:
    k, hypothetical = sum(each.n for each in held), sum(each.hypothetical for each in held)
    note, of_added = f"{k - hypothetical} of the {n - added} left out", f"hypothetical: {hypothetical} of {added}"
    return Strip(label, note, n, {"left out": k}, {"left out": hypothetical}, of_added if added else "")


def _pattern(pattern: Pattern, criteria: Sequence[str]) -> str:
    """Name criteria by their numbers in the attrition: "fails 2 and 3; 5 unknown"; a single one in full."""
    numbers = (*pattern.fails, *pattern.unknown)
    if len(numbers) == 1:
        verdict = "Fails only" if pattern.fails else "Unknown only"
        return f"{verdict} {numbers[0]}. {criteria[numbers[0] - 1]}"
    fails, unknown = (listing([str(number) for number in some]) for some in (pattern.fails, pattern.unknown))
    return "; ".join([f"Fails {fails}"] * bool(fails) + [f"{unknown} unknown"] * bool(unknown))


def _alone(patterns: Sequence[Pattern]) -> str:
    alone = [pattern for pattern in patterns if len(pattern.fails) + len(pattern.unknown) == 1]
    unknown = [pattern for pattern in patterns if not pattern.fails]
    said = f"Of {_together(patterns)} left out, {_together(alone)} would enter if one criterion were dropped"
    unknowing = f"; {_together(unknown)} fail none, but something about them is unknown" if unknown else ""
    return f"{said}{unknowing}.{HOLLOW if any(pattern.hypothetical for pattern in patterns) else ''}"


def _together(patterns: Sequence[Pattern]) -> str:
    return apart(sum(pattern.n for pattern in patterns), sum(pattern.hypothetical for pattern in patterns))
