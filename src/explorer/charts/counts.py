"""How charts of safety and sequence say counts: no percentage of fewer than ten, hypothetical additions apart."""

from explorer.export.numbers import share

FEWEST_FOR_PERCENT = 10


def part(k: int, n: int) -> str:
    """Say a count with its denominator, and as a percentage from ten patients on: "3/7", "25/47 (53 %)"."""
    return f"{k}/{n}" if n < FEWEST_FOR_PERCENT else share(k, n, k / n)


def people(n: int, hypothetical: int = 0) -> str:
    """Say how many patients: "1 patient", "49 reconstructed + 8 hypothetical patients"."""
    if hypothetical:
        return f"{n - hypothetical} reconstructed + {hypothetical} hypothetical patients"
    return f"{n} patient" if n == 1 else f"{n} patients"
