"""Order statistics of the Walsh averages: the means of all pairs of values, each value paired with itself too.

n values have n(n+1)/2 of them, 500 billion for a million values. Up to a few hundred values they are simply made.
Beyond, the wanted one is found by counting: sorted distinct values tell with one binary search each how many pairs lie
below a bound, so a bracket is narrowed until few enough pairs are left to look at one by one. What is returned is
always an actual Walsh average, the same float that making all of them would have given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from explorer.statistics.samples import Floats

_MAKE_ALL_UP_TO = 300
_FEW_ENOUGH = 100_000

Places = NDArray[np.intp]


def order_statistics(values: Floats, ranks: Sequence[int]) -> list[float]:
    """Return the Walsh averages of the given ranks, counted from 1 at the smallest.

    Parameters
    ----------
    values : array, shape (n,), n at least 1
    ranks : sequence of int
        Each from 1 to n(n+1)/2.
    """
    if len(values) <= _MAKE_ALL_UP_TO:
        first, second = _pairs(len(values))
        averages = (values[first] + values[second]) / 2
        places = [rank - 1 for rank in ranks]
        averages.partition(places)
        return [float(averages[place]) for place in places]
    pairs = _Pairs.of(values)
    bounds = pairs.outermost()
    return [pairs.ranked(rank, bounds) for rank in ranks]


@lru_cache(maxsize=64)
def _pairs(n: int) -> tuple[Places, Places]:
    return np.triu_indices(n)


@dataclass(frozen=True, slots=True)
class _Bound:
    """A bound on the sum of a pair: ``weight`` pairs do not exceed it, ``distinct`` counting equal ones once."""

    total: float
    weight: int
    distinct: int


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """The pairs of a sample, held as its sorted distinct values and how often each occurs."""

    value: Floats
    count: NDArray[np.int64]
    before: NDArray[np.int64]  # how many observations lie before each distinct value; one entry more than values
    dust: float  # a bound's own rounding error: sums closer than this may fall on either side of it

    @classmethod
    def of(cls, values: Floats) -> "_Pairs":
        value, count = np.unique(values, return_counts=True)
        count = count.astype(np.int64)
        before = np.concatenate([[0], np.cumsum(count)])
        dust = 8 * np.finfo(float).eps * float(np.abs(value).max())
        return cls(value, count, before, max(dust, float(np.finfo(float).tiny)))

    def outermost(self) -> list[_Bound]:
        """Return a bound below every pair, and one above."""
        n, distinct = int(self.before[-1]), len(self.value)
        lowest, highest = 2 * float(self.value[0]) - self.dust, 2 * float(self.value[-1]) + self.dust
        return [_Bound(lowest, 0, 0), _Bound(highest, n * (n + 1) // 2, distinct * (distinct + 1) // 2)]

    def ranked(self, rank: int, bounds: list[_Bound]) -> float:
        """Return the Walsh average of this rank, counted from 1; bounds tried on the way are added to those known."""
        low, high = self._bracket(rank, bounds)
        averages, weights, below = self._between(low.total - self.dust, high.total + self.dust)
        order = np.argsort(averages)
        place = np.searchsorted(np.cumsum(weights[order]), rank - below)
        return float(averages[order][place])

    def _bracket(self, rank: int, bounds: list[_Bound]) -> tuple[_Bound, _Bound]:
        """Find two bounds with the rank between them and few pairs, or no room for another bound."""
        low = max((bound for bound in bounds if bound.weight < rank), key=lambda bound: bound.total)
        high = min((bound for bound in bounds if bound.weight >= rank), key=lambda bound: bound.total)
        enough = max(_FEW_ENOUGH, len(self.value))
        margin = 1 / 16
        while high.distinct - low.distinct > enough and high.total - low.total > self.dust:
            width = high.total - low.total
            for total in _guesses(low, high, rank, margin):
                if low.total < total < high.total:
                    bounds.append(self._bound(total))
                    low, high = (bounds[-1], high) if bounds[-1].weight < rank else (low, bounds[-1])
            # The narrower the bracket, the straighter the count within it; where it is not, halving still goes on.
            margin = margin / 8 if high.total - low.total < 3 * margin * width else 1 / 16
        return low, high

    def _bound(self, total: float) -> _Bound:
        reach, own = self._reach(total), np.arange(len(self.value))
        return _Bound(total, self._weight(reach), int((reach - own).sum()))

    def _reach(self, total: float) -> Places:
        """Return, for each value, one past the last that added to it does not exceed the total; at least its own place.

        Pairs of a value with itself or a later one are counted, so each pair once.
        """
        return np.maximum(np.arange(len(self.value)), np.searchsorted(self.value, total - self.value, side="right"))

    def _weight(self, reach: Places) -> int:
        with_itself = self.count * (self.count - 1) // 2 * (reach > np.arange(len(reach)))
        return int((self.count * (self.before[reach] - self.before[:-1]) - with_itself).sum())

    def _between(self, low: float, high: float) -> tuple[Floats, NDArray[np.int64], int]:
        """Return the averages of the distinct pairs between two sums, how often each occurs, and how many lie below."""
        start = self._reach(low)
        size = self._reach(high) - start
        first = np.repeat(np.arange(len(self.value)), size)
        second = np.arange(len(first)) - np.repeat(np.cumsum(size) - size - start, size)
        weight = self.count[first] * self.count[second]
        weight[first == second] = (weight + self.count[first])[first == second] // 2
        return (self.value[first] + self.value[second]) / 2, weight, self._weight(start)


def _guesses(low: _Bound, high: _Bound, rank: int, margin: float) -> tuple[float, float, float]:
    """Straddle the rank where a straight line would put it, then halve what is left of the bracket."""
    width, weight = high.total - low.total, high.weight - low.weight
    at = low.total + width * (rank - low.weight) / weight
    return at - margin * width, at + margin * width, low.total + width / 2
