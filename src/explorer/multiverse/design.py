"""Estimates of some definitions as a design of crossed and nested factors, and the variance between its groups."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.multiverse.decisions import RuleDecision, ThresholdDecision
from explorer.multiverse.listing import Listing

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Numbers = tuple[Ints, int]
"""A number for every definition, and how many numbers there may be."""

ROOM = 8
"""Numbers may run to so many times the number of definitions before they are given out anew."""


class Design:
    """The estimates of some definitions, and the choices that these make as small whole numbers.

    A threshold arises with some rules only: it is nested in the rule, and all else is crossed.

    Attributes
    ----------
    rows : array of int
        The definitions, by their places in the listing.
    values, centred : array of float, one entry per definition
        The estimates, and the same about their mean.
    chosen : array of int, (decisions, definitions)
        The option each takes; -1 where the decision does not arise.
    options : list of list of int
        The options of each decision that are taken here.
    varied : list of int
        Decisions with more than one of them.
    rule : int, optional
        The place of the rule among the decisions.
    thresholds : frozenset of int
        What is nested in it; empty where no decision is about the rule.
    """

    def __init__(self, listing: Listing, rows: npt.NDArray[np.intp], values: Floats) -> None:
        self.listing, self.rows = listing, rows
        self.values, self.centred = values, values - values.mean()
        self.chosen = listing.choices[rows].T.astype(np.int64, order="C")
        drawn = [given_out_anew(column + 1, int(column.max()) + 2) for column in self.chosen]
        self._levels, self._sizes = [level for level, _ in drawn], [len(seen) for _, seen in drawn]
        self.options = [[at - 1 for at in seen if at > 0] for _, seen in drawn]
        self.varied = [at for at, options in enumerate(self.options) if len(options) > 1]
        kinds = list(enumerate(listing.grid.decisions))
        self.rule = next((at for at, each in kinds if isinstance(each, RuleDecision)), None)
        nested = [at for at, each in kinds if isinstance(each, ThresholdDecision) and self.rule is not None]
        self.thresholds = frozenset(nested)
        self._known: dict[frozenset[int], Numbers] = {}

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def variance(self) -> float:
        """Mean square of the values about their mean; 0 where only rounding is left of it."""
        square = float(np.mean(self.centred**2))
        return square if square > 1e-24 * float(np.mean(self.values**2)) else 0.0

    @cached_property
    def crossed(self) -> bool:
        """Whether, under each rule, every combination of options is there, and the same options under all."""
        stratum, n = self.number(() if self.rule is None else (self.rule,))
        combinations = np.ones(n)
        for at in set(range(len(self._sizes))) - {self.rule}:
            held = np.bincount(stratum * self._sizes[at] + self._levels[at], minlength=n * self._sizes[at]) > 0
            n_levels = held.reshape(n, -1).sum(axis=1)
            if at not in self.thresholds and (n_levels != self._sizes[at]).any():
                return False
            combinations *= n_levels
        return bool((np.bincount(stratum, minlength=n) == combinations).all())

    def nested_in(self, decision: int) -> frozenset[int]:
        """Return the decisions that arise with the options of another: the thresholds, of the rule."""
        return self.thresholds if decision == self.rule else frozenset()

    def strata(self, *decisions: int) -> tuple[int, ...]:
        """Return what these decisions are nested in: the rule, where a threshold is among them."""
        nested = self.rule not in decisions and not self.thresholds.isdisjoint(decisions)
        return (self.rule,) if nested and self.rule is not None else ()

    def all_but(self, decisions: Collection[int]) -> Numbers:
        """Give a number to each different choice in all decisions but some."""
        return self.number(set(range(len(self._sizes))) - set(decisions))

    def number(self, decisions: Collection[int]) -> Numbers:
        """Give a number to each different choice in some decisions; there may be numbers that none has."""
        ruled = frozenset(at for at in decisions if at == self.rule or at in self.thresholds)
        # Few combinations of rule and thresholds exist; to know which keeps all numbers small.
        if ruled not in self._known:
            number, seen = given_out_anew(*self._numbered(np.zeros(len(self), np.int64), 1, ruled))
            self._known[ruled] = number, len(seen)
        return self._numbered(*self._known[ruled], set(decisions) - ruled)

    def _numbered(self, number: Ints, n: int, decisions: Collection[int]) -> Numbers:
        for at in sorted(decisions):
            number, n = number * self._sizes[at] + self._levels[at], n * self._sizes[at]
            if n > ROOM * len(self):
                number, seen = given_out_anew(number, n)
                n = len(seen)
        return number, n

    def between(self, groups: Numbers) -> float:
        """Return the variance between the means of groups."""
        number, n = groups
        size, total = np.bincount(number, minlength=n), np.bincount(number, self.centred, minlength=n)
        return float(np.sum(total**2 / np.maximum(size, 1))) / len(self)

    def two_way(self, first: int, second: int) -> tuple[Floats, Floats]:
        """Count the definitions with each pair of options, and sum their centred values: (strata, firsts, seconds)."""
        stratum, n = self.number(self.strata(first, second))
        shape = (n, self._sizes[first], self._sizes[second])
        cell = self._levels[first] * shape[2] + self._levels[second]
        if n > 1:
            cell += stratum * (shape[1] * shape[2])
        size = shape[0] * shape[1] * shape[2]
        count, total = np.bincount(cell, minlength=size), np.bincount(cell, self.centred, minlength=size)
        return count.astype(float).reshape(shape), total.astype(float).reshape(shape)

    def share(self, variance: float) -> float:
        """Return a variance as share of all; rounding may have left it outside 0 to 1."""
        return min(1.0, max(0.0, variance / self.variance)) if self.variance else 0.0


def given_out_anew(number: Ints, n: int) -> tuple[Ints, list[int]]:
    """Give new numbers to groups so that none is empty; return them, and which old number each of them was."""
    if n > 8 * ROOM * len(number):
        anew, seen = pd.factorize(number)
        return anew.astype(np.int64), seen.tolist()
    present = np.bincount(number, minlength=n) > 0
    return (np.cumsum(present) - 1)[number], np.flatnonzero(present).tolist()
