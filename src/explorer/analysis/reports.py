"""What patients themselves reported in the follow-up window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.analysis.facts import CohortFacts
from explorer.statistics.intervals import rate
from explorer.study.truth import TRUE, UNKNOWN

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Report:
    """How many of those who answered an item said yes."""

    item: str
    n_answered: int
    n_yes: int
    rate: float
    ci_low: float
    ci_high: float


def reports(facts: CohortFacts, who: Bools) -> tuple[Report, ...]:
    """Count the answers of some patients, item by item; contradictory answers do not count as answered."""
    return tuple(_report(item, facts, who) for item in facts.cohort.items)


def _report(item: str, facts: CohortFacts, who: Bools) -> Report:
    answers = facts.report(item)[who]
    answered, yes = int((answers != UNKNOWN).sum()), int((answers == TRUE).sum())
    estimate = rate(yes, answered, facts.study.interval, facts.study.confidence)
    return Report(item, answered, yes, estimate.rate, estimate.low, estimate.high)
