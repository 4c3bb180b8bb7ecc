"""Can a printed figure come from so many patients? Checks of published means and percentages.

GRIM (Brown and Heathers 2017): the total of whole-number scores is a whole number, so a mean of n of them can take only
some values. All arithmetic is on exact fractions, because a printed figure's rounding interval has exact ends. A total
whose mean lies exactly half-way counts as consistent: nobody knows which way the authors' software rounds. Who builds
data that must print a figure asks for the inside of the interval alone (``strictly``), where all rounding rules agree.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from explorer.statistics.samples import t_quantile


@dataclass(frozen=True, slots=True)
class Grim:
    """Whether a printed mean can be.

    ``possible_sums`` are the whole-number totals that print it, ``granularity`` the step between attainable means, and
    ``testable`` whether that step is wider than the last printed digit; where it is not, everything is consistent.
    """

    consistent: bool
    possible_sums: tuple[int, ...]
    granularity: float
    decimals: int
    testable: bool


def prints_as(value: Fraction, printed: str) -> bool:
    """Say whether an exact value prints as shown under every rounding rule: false on the edge of the interval."""
    low, high, _ = _rounding_interval(printed)
    return low < value < high


def grim(mean_as_printed: str, n: int, items: int = 1, strictly: bool = False) -> Grim:
    """Say which totals of whole-number scores print this mean.

    Parameters
    ----------
    mean_as_printed : str
        With the digits as printed: ``"2.60"`` says more than ``"2.6"``.
    n : int
        Patients, at least 1.
    items : int
        Whole-number answers averaged within each patient; 2 also stands for scores in half points.
    strictly : bool
        Leave out totals whose mean lies exactly half-way.

    Raises
    ------
    ValueError
        If the text is not a decimal number, or n or items is below 1.
    """
    if n < 1 or items < 1:
        raise ValueError(f"a mean needs at least one patient and one item, not {n} and {items}")
    low, high, decimals = _rounding_interval(mean_as_printed)
    sums = _whole_numbers(low * n * items, high * n * items, strictly)
    return Grim(bool(sums), sums, 1 / (n * items), decimals, n * items < 10**decimals)


def consistent_sizes(mean_as_printed: str, max_n: int, items: int = 1, strictly: bool = False) -> tuple[int, ...]:
    """List the numbers of patients, up to a largest, whose whole-number scores can have the printed mean."""
    return tuple(n for n in range(1, max_n + 1) if grim(mean_as_printed, n, items, strictly).consistent)


def counts_printing(percent: str, n: int, strictly: bool = False) -> tuple[int, ...]:
    """List the counts of n patients (at least 1) that print a percentage, such as ``"96"`` or ``"44.9"``."""
    if n < 1:
        raise ValueError(f"a percentage needs at least one patient, not {n}")
    low, high, _ = _rounding_interval(percent)
    return tuple(count for count in _whole_numbers(low * n / 100, high * n / 100, strictly) if 0 <= count <= n)


def sd_window(mean_change: float, n: int, alpha: float = 0.05) -> float:
    """Return the standard deviation of change below which a paired t test of this mean is significant.

    Parameters
    ----------
    mean_change : float
        In points; its sign does not matter.
    n : int
        Pairs.
    alpha : float
        Two-sided level, between 0 and 1.

    Returns
    -------
    float
        ``|mean| * sqrt(n) / t``, with t the critical value on n - 1 degrees of freedom; nan below two pairs.
    """
    if n < 2:
        return np.nan
    return abs(mean_change) * math.sqrt(n) / t_quantile(n - 1, 1 - alpha)


def _rounding_interval(printed: str) -> tuple[Fraction, Fraction, int]:
    """Return the ends of the interval of numbers that round to the printed one, and its number of decimals."""
    whole, _, fraction = printed.strip().partition(".")
    if not (whole.lstrip("+-") + fraction).isdecimal():
        raise ValueError(f"'{printed}' is not a decimal number as papers print it")
    middle, half = Fraction(printed.strip()), Fraction(1, 2 * 10 ** len(fraction))
    return middle - half, middle + half, len(fraction)


def _whole_numbers(low: Fraction, high: Fraction, strictly: bool) -> tuple[int, ...]:
    first, last = math.ceil(low), math.floor(high)
    if strictly:
        first, last = math.floor(low) + 1, math.ceil(high) - 1
    return tuple(range(first, last + 1))
