"""From everyone in the cohort to the denominator of the response rate, and what keeps the others out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.analysis.facts import CohortFacts
from explorer.analysis.ledger import Ledger, Step
from explorer.analysis.response import Response
from explorer.study.truth import FALSE, TRUE, UNKNOWN

Bools = npt.NDArray[np.bool_]

COHORT, ANALYSED, RESPONSE, OUTCOME = "cohort", "analysed", "response", "outcome"


@dataclass(frozen=True)
class Stage:
    """What one criterion did to those who had come so far.

    Attributes
    ----------
    part : str
        `cohort` (everyone who can enter), `analysed` (a criterion of eligibility), `response` (a criterion on whom
        response is counted in) or `outcome` (what the missing-outcome policy leaves in the denominator).
    number : int or None
        Place among the criteria, from 1; None for the first and the last stage.
    entered, not_met, unknown, remaining : int
        `entered = not_met + unknown + remaining`.
    hypothetical : int
        How many of the remaining are hypothetical additions.
    """

    part: str
    number: int | None
    label: str
    entered: int
    not_met: int
    unknown: int
    remaining: int
    hypothetical: int


@dataclass(frozen=True)
class Pattern:
    """Patients who are left out for exactly these criteria, by their numbers from 1."""

    fails: tuple[int, ...]
    unknown: tuple[int, ...]
    n: int


def entering(facts: CohortFacts) -> Bools:
    """Say who can enter: everyone, hypothetical additions only where the study counts them."""
    invented = facts.cohort.hypothetical
    return np.ones_like(invented) if facts.study.hypothetical else ~invented


def attrition(facts: CohortFacts, counted: Ledger, result: Response) -> tuple[Stage, ...]:
    """Follow the patients through eligibility, through whom response is counted in, and to the denominator."""
    return tuple(_stages(facts, counted, result))


def _stages(facts: CohortFacts, counted: Ledger, result: Response) -> Iterator[Stage]:
    invented, left = facts.cohort.hypothetical, entering(facts)
    n = int(left.sum())
    yield Stage(COHORT, None, "Everyone in the cohort", n, 0, 0, n, int((left & invented).sum()))
    criteria = [(ANALYSED, step, met) for step, met in zip(counted.steps, counted.met, strict=True)]
    among = zip(result.among_steps, facts.study.response.among, strict=True)
    criteria += [(RESPONSE, step, criterion.met_by(facts)) for step, criterion in among]
    for number, (part, step, met) in enumerate(criteria, start=1):
        left = left & (met == TRUE)
        yield _stage(part, number, step, int((left & invented).sum()))
    kept, evaluable = result.n_evaluable, result.outcome.evaluable
    label, unknown = f"Outcomes: {facts.study.missing}", result.n_among - kept
    yield Stage(OUTCOME, None, label, result.n_among, 0, unknown, kept, int((evaluable & invented).sum()))


def _stage(part: str, number: int, step: Step, hypothetical: int) -> Stage:
    counts = step.entered, step.not_met, step.unknown, step.remaining
    return Stage(part, number, step.criterion, *counts, hypothetical)


def overlap(facts: CohortFacts, counted: Ledger) -> tuple[Pattern, ...]:
    """Group who is left out by the criteria of eligibility that each fails or leaves unknown, most frequent first.

    Every criterion is judged on every patient, whatever the others say: who fails one criterion alone would
    enter without it.
    """
    choice = ("overlap", facts.study.eligibility, facts.study.hypothetical)
    return facts.remembered(choice, lambda: _overlap(counted, entering(facts) & ~counted.eligible))


def _overlap(counted: Ledger, out: Bools) -> tuple[Pattern, ...]:
    rows = np.flatnonzero(out)
    codes = np.zeros(len(rows), np.int64)
    for met in counted.met:
        # Numbered afresh after each criterion, so that many criteria do not overflow.
        _, codes = np.unique(codes * 3 + met[rows], return_inverse=True)
    _, first, n = np.unique(codes, return_index=True, return_counts=True)
    found = [
        Pattern(_numbers(counted, rows[at], FALSE), _numbers(counted, rows[at], UNKNOWN), int(k))
        for at, k in zip(first, n, strict=True)
    ]
    return tuple(sorted(found, key=lambda pattern: (-pattern.n, pattern.fails, pattern.unknown)))


def _numbers(counted: Ledger, patient: np.int64, verdict: np.int8) -> tuple[int, ...]:
    return tuple(number for number, met in enumerate(counted.met, start=1) if met[patient] == verdict)
