"""The IGA finding: how few numbers of patients the printed figures allow, and what "not significant" asks of them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from explorer.reconstruction.facts import published
from explorer.reconstruction.printed import fewest_worse, patients, printed_means
from explorer.statistics.grim import counts_printing, sd_window

MOST_GRADES = 2
"""Grades by which nobody is taken to have moved more, where patients who worsened are counted."""


@dataclass(frozen=True)
class Size:
    """What so many patients with an IGA could have printed.

    Attributes
    ----------
    n : int
    before, after : tuple of int
        Totals, in steps of the scale, that print the mean at baseline and at follow-up.
    clear : tuple of int
        Counts of n that print the percentage with an IGA of 1 or less.
    """

    n: int
    before: tuple[int, ...]
    after: tuple[int, ...]
    clear: tuple[int, ...]

    @property
    def paired(self) -> bool:
        """Whether the two means can be of the same patients, so many."""
        return bool(self.before and self.after)


@cache
def sizes(items: int = 1) -> tuple[Size, ...]:
    """Say of every number of patients, from 1 to all of them, what it could have printed.

    Parameters
    ----------
    items : int
        Steps to a grade: 1 for whole grades, 2 for half grades.
    """
    means, percent = printed_means("IGA", items), published().fact("iga_0_1").value
    return tuple(Size(n, *means.sums(n), counts_printing(percent, n)) for n in range(1, patients() + 1))


@dataclass(frozen=True)
class NotSignificant:
    """What a paired t test asks of n patients to miss significance at 5 %.

    Attributes
    ----------
    n : int
    fall : Fraction
        The smallest fall of the mean, in grades, that prints both means.
    sd : float
        The least standard deviation of change, in grades.
    fewest_worse : int or None
        How few must have worsened, had nobody moved by more than two grades; None where that cannot be.
    """

    n: int
    fall: Fraction
    sd: float
    fewest_worse: int | None

    def correlation(self, sd: float) -> float:
        """Return the largest correlation between the two scores, were each spread by a standard deviation `sd`."""
        return 1 - self.sd**2 / (2 * sd**2)


def not_significant(size: Size, items: int = 1) -> NotSignificant:
    """Work out what "not significant" asks of a number of patients that fits both means."""
    total = size.before[0] - size.after[-1]
    fall = Fraction(total, size.n * items)
    sd = sd_window(float(fall), size.n)
    squares = items**2 * ((size.n - 1) * sd**2 + size.n * float(fall) ** 2)
    # An SD on the very edge counts as reached, whatever the last digit of its square says.
    worse = fewest_worse(size.n, total, squares * (1 - 1e-12), MOST_GRADES * items)
    return NotSignificant(size.n, fall, sd, worse)


@cache
def needed_sds(most: int) -> tuple[float, ...]:
    """Return the SD of change from which a paired t test of the printed fall is not significant, from 2 pairs on."""
    means = printed_means("IGA")
    fall = float(means.before.number - means.after.number)
    return tuple(sd_window(fall, n) for n in range(2, most + 1))
