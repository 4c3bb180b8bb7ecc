"""The curve: definitions that ask the same question, in the order of what they give."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from explorer.multiverse.decisions import AfterStopDecision
from explorer.multiverse.floor import EVALUABLE, PAIRED, too_few
from explorer.multiverse.listing import distinct
from explorer.multiverse.run import Multiverse

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

OF_CHANGE = ("eligibility", "baseline", "follow_up", "index", "after_stop")
"""The decisions that the change of a score depends on: not the rule, its denominator or unknown outcomes."""


@dataclass(frozen=True, eq=False)
class Curve:
    """What some definitions of a multiverse give, the lowest first.

    Attributes
    ----------
    about : str, optional
        The instrument whose mean change it is; None for the response rate.
    rows : array of int
        The rows of the multiverse, in the order of their estimates; those without an estimate are left out.
    few : array of int
        The rows that are left out because too few patients have a say in them (see `explorer.multiverse.floor`).
    value, low, high : arrays of float, one entry per row
        The rate (0 to 1) or mean change (points) and its interval; the limits NaN where they are withheld.
    bound_low, bound_high : arrays of float, the same
        The rate if every unknown outcome were a failure, and if every one were a response; NaN for a change.
    """

    multiverse: Multiverse
    about: str | None
    rows: Places
    few: Places
    value: Floats
    low: Floats
    high: Floats
    bound_low: Floats
    bound_high: Floats

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def n_few(self) -> int:
        """How many definitions are left out because of too few patients."""
        return len(self.few)

    @property
    def whom(self) -> str:
        """Say whom the denominators count."""
        return EVALUABLE if self.about is None else PAIRED

    @cached_property
    def in_force(self) -> int | None:
        """The place on the curve of the definition in force; None where it gives nothing."""
        found = np.flatnonzero(self.rows == self.multiverse.in_force)
        return int(found[0]) if len(found) else None

    @cached_property
    def varied(self) -> list[int]:
        """The decisions in which these definitions differ, by their places in the grid."""
        choices = self.multiverse.listing.choices[self.rows]
        return np.flatnonzero((choices != choices[:1]).any(axis=0)).tolist()

    def n_options(self, decision: int) -> int:
        """Count the options of a decision, taken here or not."""
        return len(self.multiverse.listing.labels(decision))


def response_curve(multiverse: Multiverse, rule: int | None = None) -> Curve:
    """Put the definitions of one responder rule in the order of their response rates.

    Parameters
    ----------
    rule : int, optional
        The rule's number in `Multiverse.rule`; that of the definition in force if not given.
    """
    if rule is None:
        rule = -1 if multiverse.in_force is None else int(multiverse.rule[multiverse.in_force])
    rates = multiverse.response
    names = ("rate", "ci_low", "ci_high", "bound_low", "bound_high")
    columns = [getattr(rates, name) for name in names]
    return _in_order(multiverse, None, np.flatnonzero(multiverse.rule == rule), columns)


def by_rule(multiverse: Multiverse) -> list[Curve]:
    """Return one curve of the response rate for each responder rule; rules without any to draw are left out."""
    curves = [response_curve(multiverse, rule) for rule in range(int(multiverse.rule.max(initial=-1)) + 1)]
    return [curve for curve in curves if len(curve)]


def change_curve(multiverse: Multiverse, instrument: str) -> Curve:
    """Put the definitions that can give different changes of a score in the order of the mean change.

    Definitions that differ only in what a change does not depend on (the responder rule, among whom response is
    counted, unknown outcomes) are one; the one that is most like the definition in force stands for them.
    """
    changes = multiverse.change[instrument]
    none = np.full(len(multiverse), np.nan)
    columns = [changes.mean_change, changes.ci_low, changes.ci_high, none, none]
    return _in_order(multiverse, instrument, _differing_in_change(multiverse), columns)


def _differing_in_change(multiverse: Multiverse) -> Places:
    listing = multiverse.listing
    columns = listing.columns(*OF_CHANGE)
    choices = listing.choices[:, columns].copy()
    for column, place in enumerate(columns):
        decision = listing.grid.decisions[place]
        if isinstance(decision, AfterStopDecision):
            # To count leavers as failures takes nobody's change away: as if nothing had been decided.
            cut_off = [option.after_stop == "last_before_stop" for option in decision.options]
            choices[:, column] = np.array(cut_off)[choices[:, column]]
    nearest = _nearest_first(multiverse)
    _, which = distinct(choices[nearest])
    _, first = np.unique(which, return_index=True)
    return nearest[first]


def _nearest_first(multiverse: Multiverse) -> Places:
    """Order the rows by the number of choices that differ from the definition in force."""
    if multiverse.in_force is None:
        return np.arange(len(multiverse))
    choices = multiverse.listing.choices
    return np.argsort((choices != choices[multiverse.in_force]).sum(axis=1), kind="stable")


def _in_order(multiverse: Multiverse, about: str | None, rows: Places, columns: list[Floats]) -> Curve:
    sparse = too_few(multiverse.listing, multiverse.estimates(about)[1])[rows]
    few, rows = rows[sparse], rows[~sparse]
    held = [column[rows] for column in columns]
    known = np.flatnonzero(~np.isnan(held[0]))
    value, low, high = (column[known] for column in held[:3])
    order = known[np.lexsort((rows[known], high, low, value))]
    return Curve(multiverse, about, rows[order], few, *(column[order] for column in held))


@dataclass(frozen=True, eq=False)
class Steps:
    """A curve in steps of as many definitions each.

    Attributes
    ----------
    first, last : arrays of int, one entry per step
        Where on the curve a step begins, and one past where it ends.
    middle : array of int
        The place on the curve that stands for the step: the definition in force where it is in it.
    """

    curve: Curve
    first: Places
    last: Places
    middle: Places

    def __len__(self) -> int:
        return len(self.first)

    def least(self, values: Floats) -> Floats:
        """Return the least of a column of the curve within each step."""
        return np.fmin.reduceat(values, self.first)

    def most(self, values: Floats) -> Floats:
        """Return the greatest of a column of the curve within each step."""
        return np.fmax.reduceat(values, self.first)

    def taken(self, decision: int) -> Floats:
        """Return how many definitions of each step take each option of a decision: (steps, options)."""
        n = self.curve.n_options(decision)
        chosen = self.curve.multiverse.listing.choices[self.curve.rows, decision]
        step = np.repeat(np.arange(len(self)), self.last - self.first)
        arises = chosen >= 0
        counts = np.bincount(step[arises] * n + chosen[arises], minlength=len(self) * n)
        return counts.reshape(len(self), n).astype(float)


def in_steps(curve: Curve, size: int) -> Steps:
    """Cut a curve of at least one definition into steps of so many; the last may have fewer."""
    first = np.arange(0, len(curve), size)
    last = np.minimum(first + size, len(curve))
    middle = (first + last - 1) // 2
    if curve.in_force is not None:
        middle[curve.in_force // size] = curve.in_force
    return Steps(curve, first, last, middle)
