"""Who is left after each criterion, and which criteria keep the others out."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from explorer.analysis.attrition import Pattern, Stage
from explorer.charts.figure import Figure, TooFew
from explorer.charts.strips import Strip, strip_rows, strip_spec
from explorer.charts.theme import NO, UNKNOWN, YES
from explorer.study.words import counted, listing

REMAIN, INVENTED, NOT_MET, NOT_KNOWN = "remain", "hypothetical", "do not meet it", "unknown"
FLOW = ((REMAIN, YES), (INVENTED, YES), (NOT_KNOWN, UNKNOWN), (NOT_MET, NO))
LEFT_OUT = (("left out", NO),)
MOST_PATTERNS = 10


def attrition(stages: Sequence[Stage]) -> Figure:
    """Draw the way from the cohort to the denominator, one bar for each criterion."""
    everyone = stages[0].entered
    invented = INVENTED if any(stage.hypothetical for stage in stages) else ""
    return Figure(
        name="attrition",
        title="From the cohort to the denominator of the response rate",
        alt=_way(stages),
        spec=strip_spec(len(stages), tuple(part for part in FLOW if part[0] != INVENTED or invented), invented),
        data=strip_rows([_strip(stage, everyone) for stage in stages], hollow=INVENTED),
        table=pd.DataFrame(
            {
                "Step": [_label(stage) for stage in stages],
                "Entered": [stage.entered for stage in stages],
                "Not met": [stage.not_met for stage in stages],
                "Unknown": [stage.unknown for stage in stages],
                "Remaining": [stage.remaining for stage in stages],
                "of these hypothetical": [stage.hypothetical for stage in stages],
            }
        ),
        counts=f"{stages[-1].remaining} of {everyone} counted in the response rate",
    )


def _label(stage: Stage) -> str:
    return stage.label if stage.number is None else f"{stage.number}. {stage.label}"


def _strip(stage: Stage, everyone: int) -> Strip:
    shares = {
        REMAIN: stage.remaining - stage.hypothetical,
        INVENTED: stage.hypothetical,
        NOT_KNOWN: stage.unknown,
        NOT_MET: stage.not_met,
    }
    return Strip(_label(stage), _note(stage), {name: k / everyone for name, k in shares.items() if everyone})


def _note(stage: Stage) -> str:
    remaining = str(stage.remaining)
    if stage.hypothetical:
        remaining = f"{stage.remaining - stage.hypothetical} + {stage.hypothetical} hypothetical"
    if stage.number is None and not stage.unknown:
        return remaining
    not_met = [] if stage.number is None else [f"{stage.not_met} not met"]
    return ", ".join([f"{remaining} of {stage.entered} remain", *not_met, f"{stage.unknown} unknown"])


def _way(stages: Sequence[Stage]) -> str:
    first, last = stages[0], stages[-1]
    lost = [stage for stage in stages[1:] if stage.not_met or stage.unknown]
    if not lost:
        return f"No step leaves anybody out: {counted(last.remaining, 'patient')} of {first.entered} to the end."
    steps = [f"{stage.entered - stage.remaining} {_where(stage)}" for stage in lost]
    return f"Of {counted(first.entered, 'patient')}, {last.remaining} reach the end. Left out: {listing(steps)}."


def _where(stage: Stage) -> str:
    return "with an unknown outcome" if stage.number is None else f"at step {stage.number}"


def overlap(patterns: Sequence[Pattern], criteria: Sequence[str]) -> Figure | TooFew:
    """Draw how many patients are left out for exactly which criteria, the most frequent combinations first.

    Parameters
    ----------
    criteria : sequence of str
        The criteria in words, the first being number 1.
    """
    title = "Which criteria the patients who are left out fail"
    n = sum(pattern.n for pattern in patterns)
    if not n:
        return TooFew(title, "Nobody is left out by a criterion, so there is no overlap to show.")
    shown, rest = patterns[:MOST_PATTERNS], sum(pattern.n for pattern in patterns[MOST_PATTERNS:])
    rows = [(_pattern(pattern, criteria), pattern.n) for pattern in shown]
    rows += [(f"{len(patterns) - MOST_PATTERNS} other combinations", rest)] if rest else []
    strips = [Strip(label, f"{k} of the {n} left out", {"left out": k / n}) for label, k in rows]
    named = [_pattern(pattern, criteria) for pattern in patterns]
    return Figure(
        name="overlap",
        title=title,
        alt=_alone(patterns, n),
        spec=strip_spec(len(rows), LEFT_OUT),
        data=strip_rows(strips),
        table=pd.DataFrame({"Criteria": named, "Patients left out": [pattern.n for pattern in patterns]}),
        counts=f"{n} left out by a criterion",
    )


def _pattern(pattern: Pattern, criteria: Sequence[str]) -> str:
    """Name criteria by their numbers in the attrition: "fails 2 and 3; 5 unknown"; a single one in full."""
    numbers = (*pattern.fails, *pattern.unknown)
    if len(numbers) == 1:
        verdict = "Fails only" if pattern.fails else "Unknown only"
        return f"{verdict} {numbers[0]}. {criteria[numbers[0] - 1]}"
    fails, unknown = (listing([str(number) for number in some]) for some in (pattern.fails, pattern.unknown))
    return "; ".join([f"Fails {fails}"] * bool(fails) + [f"{unknown} unknown"] * bool(unknown))


def _alone(patterns: Sequence[Pattern], n: int) -> str:
    alone = sum(pattern.n for pattern in patterns if len(pattern.fails) + len(pattern.unknown) == 1)
    unknown = sum(pattern.n for pattern in patterns if not pattern.fails)
    said = f"Of {n} left out, {alone} would enter if one criterion were dropped"
    return f"{said}; {unknown} fail none, but something about them is unknown." if unknown else f"{said}."
