"""Those whom the entry rules left out, and what they could do to the rate: no missing-outcome policy brings them back.

Some rules of entry ask for what only time could tell: a second prescription, a score at follow-up, a report. Who is
left out by them alone was given the drug and would otherwise have been counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.analysis.analyse import Analysis
from explorer.analysis.attrition import left_out
from explorer.study.eligibility import Criterion, FollowUpScores, PatientReport, Prescriptions
from explorer.study.truth import FALSE, TRUE, UNKNOWN

Bools = npt.NDArray[np.bool_]
MOST_STEPS = 60


@dataclass(frozen=True)
class LeftOut:
    """Patients who would be counted but for rules on what happened after the start.

    Attributes
    ----------
    rules : tuple of str
        Those rules, in words; empty where the study has none.
    by_rule : tuple of int
        How many of the patients each rule leaves out; who fails several stands under each.
    n, n_true, n_false, n_unknown : int
        The patients, and how their outcomes would be judged: `n = n_true + n_false + n_unknown`.
    """

    rules: tuple[str, ...]
    by_rule: tuple[int, ...]
    n: int
    n_true: int
    n_false: int
    n_unknown: int


def after_start(criterion: Criterion, drug: str) -> bool:
    """Say whether a rule of entry asks for what happens only after the index drug was begun."""
    if isinstance(criterion, Prescriptions):
        return criterion.drug == drug and (criterion.at_least or 0) > 1
    return isinstance(criterion, FollowUpScores | PatientReport)


def left_out_after_start(analysis: Analysis) -> LeftOut:
    """Count who is left out by rules on what happened after the start, and by nothing else."""
    study, eligibility = analysis.study, analysis.study.eligibility
    later = [place for place, criterion in enumerate(eligibility) if after_start(criterion, study.index_drug)]
    met = analysis.ledger.met
    out = left_out(analysis.facts, analysis.ledger.eligible) & _otherwise_counted(analysis, set(later))
    verdicts = np.bincount(analysis.response.outcome.verdict[out], minlength=3)
    return LeftOut(
        rules=tuple(str(eligibility[place]) for place in later),
        by_rule=tuple(int((out & (met[place] != TRUE)).sum()) for place in later),
        n=int(out.sum()),
        n_true=int(verdicts[TRUE]),
        n_false=int(verdicts[FALSE]),
        n_unknown=int(verdicts[UNKNOWN]),
    )


def _otherwise_counted(analysis: Analysis, later: set[int]) -> Bools:
    """Say who meets every other rule of entry, and every criterion on whom response is counted in."""
    among = [criterion.met_by(analysis.facts) for criterion in analysis.study.response.among]
    others = [met for place, met in enumerate(analysis.ledger.met) if place not in later]
    everyone = np.ones(analysis.cohort.n_patients, bool)
    return np.asarray(np.logical_and.reduce([everyone, *(met == TRUE for met in (*others, *among))]))


@dataclass(frozen=True)
class Reach:
    """The rate with `n_more` patients more in the denominator, of whom none or all responded."""

    n_more: int
    n: int
    lowest_k: float
    highest_k: float

    @property
    def lowest(self) -> float:
        """The rate if none of them responded, from 0 to 1."""
        return self.lowest_k / self.n

    @property
    def highest(self) -> float:
        """The rate if all of them responded, from 0 to 1."""
        return self.highest_k / self.n


def reach(k: float, n: int, n_more: int, known: tuple[int, int] = (0, 0)) -> Reach:
    """Bound the rate with more patients counted.

    Parameters
    ----------
    k, n : float, int
        Responders and denominator as they are.
    n_more : int
        Patients more, at least as many as have a known outcome; `n + n_more` must be above 0.
    known : (int, int)
        How many of them are known to have responded, and not to have.
    """
    n_true, n_false = known
    return Reach(n_more, n + n_more, k + n_true, k + n_more - n_false)


def reaches_by(k: float, n: int, most: int) -> Iterator[Reach]:
    """Bound the rate with 0, 1, 2 and so on up to so many patients more; evenly thinned above 60."""
    steps = np.rint(np.linspace(0, most, min(most, MOST_STEPS) + 1)).astype(int)
    for n_more in sorted(set(steps.tolist())):
        yield reach(k, n, n_more)


def needed_to_cross(k: float, n: int, percent: int) -> int:
    """Return how few patients more, all without response (or all with), take a rate across a line.

    Parameters
    ----------
    k, n : float, int
        Responders and denominator, n above 0.
    percent : int
        From 1 to 99. A rate of so many percent or more is to fall below it, a lower one to reach it.
    """
    if 100 * k >= percent * n:
        # The least x with 100 k < percent (n + x).
        return int((100 * k - percent * n) // percent) + 1
    # The least x with 100 (k + x) >= percent (n + x).
    return -int((100 * k - percent * n) // (100 - percent))
