"""What a printed percentage or a pair of printed means could have come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from scipy.special import bdtr

from explorer.reconstruction.facts import Fact, published
from explorer.statistics.grim import consistent_sizes, counts_printing, grim, sd_window


def patients() -> int:
    """Return how many patients the source says there were: no denominator is larger."""
    return int(published().fact("patients").number)


@cache
def shares_printing(percent: str, most: int) -> tuple[tuple[int, int], ...]:
    """List every (count, denominator) up to a largest denominator that prints a percentage, the largest first."""
    return tuple((k, n) for n in range(most, 0, -1) for k in counts_printing(percent, n))


@dataclass(frozen=True)
class PrintedMeans:
    """Two printed means of one score, at baseline and at follow-up.

    Attributes
    ----------
    before, after : Fact
    items : int
        Steps to a point: 1 where scores are whole, 2 for half points.
    """

    before: Fact
    after: Fact
    items: int = 1

    def sizes(self, most: int) -> tuple[int, ...]:
        """List the numbers of patients, up to a largest, whose scores can have both means."""
        fit = [set(consistent_sizes(fact.value, most, self.items)) for fact in (self.before, self.after)]
        return tuple(sorted(fit[0] & fit[1]))

    def sums(self, n: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """List the totals of n patients' scores, in steps, that print each mean."""
        before, after = (grim(fact.value, n, self.items).possible_sums for fact in (self.before, self.after))
        return before, after

    @property
    def fall(self) -> tuple[Fraction, Fraction]:
        """The smallest and the largest difference of two means that print so: their rounding apart, it is fixed."""
        slack = sum(
            (Fraction(1, 2 * 10 ** len(f.value.partition(".")[2])) for f in (self.before, self.after)), Fraction(0)
        )
        middle = self.before.number - self.after.number
        return middle - slack, middle + slack

    def largest_sd(self, n: int) -> float:
        """Return the standard deviation of change below which n pairs make the largest such fall significant at 5 %."""
        return sd_window(float(self.fall[1]), n)


def printed_means(instrument: str, items: int = 1) -> PrintedMeans:
    """Return the published means of a score (BSA, PPNRS or IGA), or raise KeyError."""
    before, after = (published().fact(f"{instrument.lower()}_{time}") for time in ("baseline", "follow_up"))
    return PrintedMeans(before, after, items)


def median_ranks(n: int) -> tuple[int, int]:
    """Return between which ordered values the median lies with 95 % confidence, whatever the distribution.

    The sign test turned round: of n patients, those below the median are binomial with a chance of a half.

    Parameters
    ----------
    n : int
        Patients, at least 6: with fewer no two of them enclose it so surely.

    Returns
    -------
    (int, int)
        Ranks counted from 1.
    """
    low = next(rank for rank in range(1, n) if bdtr(rank, n, 0.5) > 0.025)
    return low, n + 1 - low


def fewest_worse(n: int, total: int, squares: float, most: int) -> int | None:
    """Return how few of n patients can have worsened, given how spread out their changes are.

    Parameters
    ----------
    n : int
        Patients.
    total : int
        Sum of their improvements, worsening counted as negative; in steps of the scale, above 0.
    squares : float
        The least that the squares of the changes add up to.
    most : int
        Steps by which nobody changes more.

    Returns
    -------
    int or None
        None where no such changes reach the sum of squares.
    """
    return next((worse for worse in range(n + 1) if any(at >= squares for at in _squares(n, total, worse, most))), None)


def _squares(n: int, total: int, worse: int, most: int) -> Iterator[int]:
    """Yield the largest sum of squares for every total by which so many patients can have worsened."""
    for lost in range(worse, worse * most + 1):
        gained = total + lost
        if gained <= (n - worse) * most:
            # One step each for those who worsened; what is more is piled up on as few as possible.
            yield _piled(lost - worse, most - 1, 1, worse) + _piled(gained, most, 0, n - worse)


def _piled(amount: int, most: int, base: int, people: int) -> int:
    """Return the largest sum of squares when people share an amount, at most so much each, above a base."""
    full, rest = divmod(amount, most) if most else (0, 0)
    partly = min(1, people - full)
    return full * (base + most) ** 2 + partly * (base + rest) ** 2 + (people - full - partly) * base**2
