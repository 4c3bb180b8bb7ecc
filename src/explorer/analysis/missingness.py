"""Who has which score at baseline and at follow-up, under the study's windows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.analysis.facts import CohortFacts

Bools = npt.NDArray[np.bool_]

BOTH, BASELINE, FOLLOW_UP, NEITHER = "both", "baseline only", "follow-up only", "neither"
HELD = (BOTH, BASELINE, FOLLOW_UP, NEITHER)


@dataclass(frozen=True)
class Coverage:
    """How many patients have one score when: at both times, at one of them, at neither.

    `counts` and, of these, the hypothetical additions stand in the order of `HELD`.
    """

    instrument: str
    name: str
    n: int
    counts: tuple[int, int, int, int]
    hypothetical: tuple[int, int, int, int] = (0, 0, 0, 0)


def held(facts: CohortFacts, code: str) -> npt.NDArray[np.int64]:
    """Return each patient's position in `HELD` for one score."""
    has_baseline, has_follow_up = (~np.isnan(score) for score in (facts.baseline(code), facts.follow_up(code)))
    return np.asarray(3 - 2 * has_baseline.astype(np.int64) - has_follow_up)


def coverage(facts: CohortFacts, who: Bools) -> tuple[Coverage, ...]:
    """Count, score by score, who of some patients has it when."""
    return tuple(_coverage(facts, code, who) for code in facts.cohort.instruments)


def _coverage(facts: CohortFacts, code: str, who: Bools) -> Coverage:
    has = held(facts, code)
    counts, added = (_counts(has[some]) for some in (who, who & facts.cohort.hypothetical))
    return Coverage(code, facts.instrument(code).name, int(who.sum()), counts, added)


def _counts(has: npt.NDArray[np.int64]) -> tuple[int, int, int, int]:
    both, baseline, follow_up, neither = np.bincount(has, minlength=len(HELD)).tolist()
    return both, baseline, follow_up, neither


def by_patient(facts: CohortFacts, who: Bools) -> npt.NDArray[np.int64]:
    """Return, for some patients, their row in the cohort, then their position in `HELD` for each score.

    Returns
    -------
    array of int, (patients, 1 + scores)
        Patients who lack the same scores stand together, the most complete first.
    """
    rows = np.flatnonzero(who)
    table = np.column_stack([rows, *(held(facts, code)[who] for code in facts.cohort.instruments)])
    missing = (table[:, 1:] > 0).sum(axis=1)
    return table[np.lexsort([rows, *table[:, :0:-1].T, missing])]
