"""How charts say counts: hypothetical additions apart, and where patients are few no percentage."""

import math

from explorer.export.numbers import share

FEWEST_FOR_PERCENT = 10


def part(k: int, n: int) -> str:
    """Say a count with its denominator, and as a percentage from ten patients on: "3/7", "25/47 (53 %)"."""
    return f"{k}/{n}" if n < FEWEST_FOR_PERCENT else share(k, n, k / n)


def apart(n: int, hypothetical: int) -> str:
    """Say how many, hypothetical additions apart: "12", "10 + 2 hypothetical"."""
    return f"{n - hypothetical} + {hypothetical} hypothetical" if hypothetical else str(n)


def people(n: int, hypothetical: int = 0) -> str:
    """Say how many patients: "1 patient", "49 + 8 hypothetical patients"."""
    return "1 patient" if (n, hypothetical) == (1, 0) else f"{apart(n, hypothetical)} patients"


def part_apart(k: int, n: int, hypothetical: tuple[int, int]) -> str:
    """Say a part, that of hypothetical additions apart: "33/49 (67 %)", "33/49 (67 %) + 3/12 hypothetical".

    Parameters
    ----------
    k, n : int
        Count and denominator of everybody.
    hypothetical : (int, int)
        Of these, the additions.
    """
    added, of = hypothetical
    said = part(k - added, n - of)
    return f"{said} + {added}/{of} hypothetical" if of else said


def ceiling(count: int) -> int:
    """Round a count up, so that an axis seldom changes and cohorts of like size share one drawing."""
    power = int(10 ** max(0, math.floor(math.log10(max(count, 1))) - 1))
    return max(5, -(-count // (5 * power)) * 5 * power)
