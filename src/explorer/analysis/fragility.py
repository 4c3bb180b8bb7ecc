"""How many outcomes a verdict on the response rate hangs on, known and unknown."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Literal

from explorer.analysis.analyse import Analysis
from explorer.analysis.missing_bounds import MissingBounds
from explorer.analysis.rates import counts_invented, estimate
from explorer.statistics.fragility import fewest_changes
from explorer.statistics.intervals import Rate

Side = Literal["below", "around", "above"]
"""Where an interval lies from a line: wholly on one side, or around it."""


@dataclass(frozen=True)
class Turn:
    """The nearest count at which a verdict turns: how many outcomes must differ, and what is estimated then."""

    n_changes: int
    then: Rate


@dataclass(frozen=True)
class Fragility:
    """What can be said of a rate and a line, and how few outcomes would have to differ for it to turn.

    Attributes
    ----------
    now : Rate
        The rate in force.
    percent : int
        The line, in whole percent.
    reaches : bool
        Whether the rate is so many percent or more.
    crossing : Turn or None
        The nearest count at which it is not (or is, where it was not).
    side : str
        Where the interval lies: `below`, `around` or `above`.
    more, fewer : Turn or None
        The nearest counts, with more and with fewer responders, at which the interval lies elsewhere.
    """

    now: Rate
    percent: int
    reaches: bool
    crossing: Turn | None
    side: Side
    more: Turn | None
    fewer: Turn | None


def fragility(analysis: Analysis, percent: int) -> Fragility | None:
    """Say how few outcomes decide whether the rate, and its interval, lie above a line.

    Parameters
    ----------
    percent : int
        The line, from 1 to 99.

    Returns
    -------
    Fragility or None
        None where nobody is counted, invented patients are, or the count is a mean over imputations, so that no single
        outcome can differ.
    """
    k, n = analysis.response.n_responders, analysis.response.n_evaluable
    if not n or counts_invented(analysis) or analysis.response.missing == "multiple_imputation":
        return None

    def turn(verdict: Callable[[int], Hashable], last: int) -> Turn | None:
        changes = fewest_changes(verdict, int(k), last)
        return (
            None if changes is None else Turn(changes, estimate(analysis, k + (changes if last > k else -changes), n))
        )

    def side(count: float) -> Side:
        return side_of(estimate(analysis, count, n), percent)

    reached = reaches(k, n, percent)
    return Fragility(
        now=estimate(analysis, k, n),
        percent=percent,
        reaches=reached,
        crossing=turn(lambda count: reaches(count, n, percent), 0 if reached else n),
        side=side(k),
        more=turn(side, n),
        fewer=turn(side, 0),
    )


def reaches(k: float, n: int, percent: int) -> bool:
    """Say whether a count is so many percent of a denominator or more."""
    # In whole numbers: 100 k >= percent n has no rounding to go wrong.
    return 100 * k >= percent * n


def side_of(rate: Rate, percent: int) -> Side:
    """Say where an interval lies from a line in percent; touching it is lying around it."""
    line = percent / 100
    return "above" if rate.low > line else "below" if rate.high < line else "around"


@dataclass(frozen=True)
class Claims:
    """What would have to be true of the unknown outcomes for each claim about a line to hold.

    Attributes
    ----------
    n_unknown : int
    reaches_from : int or None
        How many of the unknown must have responded, at the least, for the rate to be so many percent or more; None
        where all of them would not do.
    above_from : int or None
        The same for the interval to lie wholly above the line.
    below_up_to : int or None
        How many of the unknown may have responded, at the most, for the interval to lie wholly below it; None where
        it does not even if none has.
    """

    n_unknown: int
    reaches_from: int | None
    above_from: int | None
    below_up_to: int | None


def claims(analysis: Analysis, bounds: MissingBounds, percent: int) -> Claims:
    """Say which splits of the unknown outcomes each claim about a line, in whole percent, needs."""
    n_unknown, n = bounds.n_unknown, bounds.n_known + bounds.n_unknown

    def side(responding: int) -> Side:
        return side_of(estimate(analysis, bounds.n_true + responding, n), percent)

    above = fewest_changes(lambda each: side(each) == "above", 0, n_unknown)
    below = fewest_changes(lambda each: side(each) == "below", 0, n_unknown)
    return Claims(
        n_unknown=n_unknown,
        reaches_from=bounds.needed(percent),
        above_from=0 if side(0) == "above" else above,
        below_up_to=None if side(0) != "below" else n_unknown if below is None else below - 1,
    )
