"""Who is left after each criterion, and why the others are not: every denominator comes from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.study.eligibility import Criterion
from explorer.study.facts import Facts
from explorer.study.truth import FALSE, TRUE, UNKNOWN, Truth

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Step:
    """What one criterion did to those who had met all criteria before it."""

    criterion: str
    entered: int
    not_met: int
    unknown: int
    remaining: int


@dataclass(frozen=True, eq=False)
class Ledger:
    """Attrition: the steps in order, and who is left.

    Attributes
    ----------
    steps : tuple of Step
        One per criterion; `entered = not_met + unknown + remaining`.
    met : tuple of arrays
        Each criterion's verdict on every patient of the cohort, whatever the other criteria say.
    eligible : array of bool
        Who is left after all criteria.
    """

    steps: tuple[Step, ...]
    met: tuple[Truth, ...]
    eligible: Bools

    def __post_init__(self) -> None:
        """Make the arrays read-only: a cohort remembers them for other studies and other readers."""
        for array in (*self.met, self.eligible):
            array.flags.writeable = False

    @property
    def n(self) -> int:
        """Number of patients left."""
        return int(self.eligible.sum())


def ledger(entering: Bools, criteria: Sequence[Criterion], facts: Facts) -> Ledger:
    """Apply criteria in order to the patients who enter.

    A patient for whom a criterion is unknown has not been shown to be eligible and is left out;
    counted apart, because better records could bring that patient back.
    """
    left, steps, verdicts = entering, [], []
    for criterion in criteria:
        met = criterion.met_by(facts)
        counts = np.bincount(met[left], minlength=3)
        left = left & (met == TRUE)
        steps.append(_step(criterion, counts))
        verdicts.append(met)
    return Ledger(tuple(steps), tuple(verdicts), left)


def _step(criterion: Criterion, counts: npt.NDArray[np.int64]) -> Step:
    not_met, unknown, remaining = (int(counts[verdict]) for verdict in (FALSE, UNKNOWN, TRUE))
    return Step(str(criterion), not_met + unknown + remaining, not_met, unknown, remaining)
