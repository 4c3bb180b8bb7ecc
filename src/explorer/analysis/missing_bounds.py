"""What the unknown outcomes could do to a rate: the worst and the best they allow, and every split between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.analysis.analyse import Analysis
from explorer.analysis.rates import estimate
from explorer.study.truth import TRUE

MOST_SPLITS = 61


@dataclass(frozen=True)
class Scenario:
    """The rate if so many of the unknown outcomes were responses; `n_unknown_responders` is NaN for a policy."""

    name: str
    n_unknown_responders: float
    k: int | float
    n: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True)
class MissingBounds:
    """A rate under everything that the unknown outcomes could have been.

    Attributes
    ----------
    n_known, n_true, n_unknown : int
        Outcomes known, responses among them, and outcomes unknown before any policy.
    worst, observed, in_force, best : Scenario
        Every unknown a failure; the known ones alone; the policy in force; every unknown a response.
    splits : tuple of Scenario
        None of the unknown responded, one did, and so on up to all; evenly thinned above 61.
    """

    n_known: int
    n_true: int
    n_unknown: int
    worst: Scenario
    observed: Scenario
    in_force: Scenario
    best: Scenario
    splits: tuple[Scenario, ...]

    def needed(self, percent: int) -> int | None:
        """Return how few of the unknown must have responded for the rate to reach so many percent.

        0 where it is reached without any of them; None where all of them together would not reach it.
        """
        # In whole numbers: 100 k >= percent n has no rounding to go wrong.
        missing = percent * (self.n_known + self.n_unknown) - 100 * self.n_true
        needed = max(0, -(-missing // 100))
        return needed if needed <= self.n_unknown else None


def missing_bounds(analysis: Analysis) -> MissingBounds:
    """Bound the response rate of an analysis by what its unknown outcomes could have been."""
    response = analysis.response
    n_unknown, n = response.n_unknown, response.n_among
    n_true = int((response.outcome.verdict[response.among] == TRUE).sum())

    def split(name: str, responders: int) -> Scenario:
        return _scenario(analysis, name, responders, n_true + responders, n)

    return MissingBounds(
        n_known=n - n_unknown,
        n_true=n_true,
        n_unknown=n_unknown,
        worst=split("worst case", 0),
        observed=_scenario(analysis, "known only", float("nan"), n_true, n - n_unknown),
        in_force=_in_force(analysis),
        best=split("best case", n_unknown),
        splits=tuple(split(f"{each} of {n_unknown}", each) for each in _splits(n_unknown)),
    )


def _in_force(analysis: Analysis) -> Scenario:
    r = analysis.response
    return Scenario("in force", float("nan"), r.n_responders, r.n_evaluable, r.rate, r.ci_low, r.ci_high)


def _scenario(analysis: Analysis, name: str, responders: float, k: int, n: int) -> Scenario:
    found = estimate(analysis, k, n)
    return Scenario(name, responders, k, n, found.rate, found.low, found.high)


def _splits(n_unknown: int) -> list[int]:
    spread = np.linspace(0, n_unknown, min(n_unknown + 1, MOST_SPLITS))
    return sorted(set(np.rint(spread).astype(int).tolist()))
