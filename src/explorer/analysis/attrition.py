"""From everyone in the cohort to the denominator of the response rate, and what keeps the others out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.analysis.facts import CohortFacts
from explorer.analysis.ledger import Ledger
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
    hypothetical, hypothetical_not_met, hypothetical_unknown : int
        How many of the remaining, of those who do not meet it and of those unknown are hypothetical additions.
    """

    part: str
    number: int | None
    label: str
    entered: int
    not_met: int
    unknown: int
    remaining: int
    hypothetical: int = 0
    hypothetical_not_met: int = 0
    hypothetical_unknown: int = 0

    @property
    def hypothetical_entered(self) -> int:
        """How many of those who had come so far are hypothetical additions."""
        return self.hypothetical + self.hypothetical_not_met + self.hypothetical_unknown


@dataclass(frozen=True)
class Pattern:
    """Patients who are left out for exactly these criteria, by their numbers from 1.

    `n` counts them all, `hypothetical` those of them who are hypothetical additions.
    """

    fails: tuple[int, ...]
    unknown: tuple[int, ...]
    n: int
    hypothetical: int = 0


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
        added = np.bincount(met[left & invented], minlength=3)
        left = left & (met == TRUE)
        counts = step.entered, step.not_met, step.unknown, step.remaining
        yield Stage(part, number, step.criterion, *counts, *(int(added[each]) for each in (TRUE, FALSE, UNKNOWN)))
    yield _outcomes(facts, result)


def _outcomes(facts: CohortFacts, result: Response) -> Stage:
    invented, kept = facts.cohort.hypothetical, result.n_evaluable
    added = int((result.outcome.evaluable & invented).sum())
    return Stage(
        part=OUTCOME,
        number=None,
        label=f"Outcomes: {facts.study.missing}",
        entered=result.n_among,
        not_met=0,
        unknown=result.n_among - kept,
        remaining=kept,
        hypothetical=added,
        hypothetical_unknown=int((result.among & invented).sum()) - added,
    )


def overlap(facts: CohortFacts, counted: Ledger) -> tuple[Pattern, ...]:
    """Group who is left out by the criteria of eligibility that each fails or leaves unknown, most frequent first.

    Every criterion is judged on every patient, whatever the others say: who fails one criterion alone would
    enter without it.
    """
    choice = ("overlap", facts.study.eligibility, facts.study.hypothetical)
    return facts.remembered(
        choice, lambda: _overlap(counted, left_out(facts, counted.eligible), facts.cohort.hypothetical)
    )


def left_out(facts: CohortFacts, eligible: Bools) -> Bools:
    """Say who could enter, but is not eligible."""
    return entering(facts) & ~eligible


def left_out_by(facts: CohortFacts, counted: Ledger, patterns: Sequence[Pattern]) -> Bools:
    """Say who is left out for exactly the criteria of one of some patterns."""
    fits: Bools = np.logical_or.reduce([_fits(counted, pattern) for pattern in patterns])
    return left_out(facts, counted.eligible) & fits


def _fits(counted: Ledger, pattern: Pattern) -> Bools:
    verdicts = dict.fromkeys(pattern.fails, FALSE) | dict.fromkeys(pattern.unknown, UNKNOWN)
    fits = [met == verdicts.get(number, TRUE) for number, met in enumerate(counted.met, start=1)]
    return np.asarray(np.logical_and.reduce(fits))


def _overlap(counted: Ledger, out: Bools, invented: Bools) -> tuple[Pattern, ...]:
    rows = np.flatnonzero(out)
    codes = np.zeros(len(rows), np.int64)
    for met in counted.met:
        # Numbered afresh after each criterion, so that many criteria do not overflow.
        _, codes = np.unique(codes * 3 + met[rows], return_inverse=True)
    _, first, code, n = np.unique(codes, return_index=True, return_inverse=True, return_counts=True)
    added = np.bincount(code[invented[rows]], minlength=len(n))
    found = [
        Pattern(_numbers(counted, rows[at], FALSE), _numbers(counted, rows[at], UNKNOWN), int(k), int(hypothetical))
        for at, k, hypothetical in zip(first, n, added, strict=True)
    ]
    return tuple(sorted(found, key=lambda pattern: (-pattern.n, pattern.fails, pattern.unknown)))


def _numbers(counted: Ledger, patient: np.int64, verdict: np.int8) -> tuple[int, ...]:
    return tuple(number for number, met in enumerate(counted.met, start=1) if met[patient] == verdict)
