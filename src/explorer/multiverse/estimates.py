"""What one definition gives, in numbers and as a sentence prints it: never a percentage without its count."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from explorer.multiverse.run import Multiverse
from explorer.study.words import spelt

MOST_DECIMALS = 4


@dataclass(frozen=True)
class RateFound:
    """The response rate under one definition; limits are NaN where hypothetical additions are counted in.

    `row` is its place in the listing, `k` of `n` patients responded, rates lie between 0 and 1.
    """

    row: int
    k: float
    n: int
    rate: float
    low: float
    high: float
    confidence: float

    def __str__(self) -> str:
        return f"{count(self.k)}/{self.n} ({percent(self.rate)}{_limits(self)})"


@dataclass(frozen=True)
class ChangeFound:
    """The mean change of a score under one definition, in points, of `n` patients with both scores; p is the t test's."""

    row: int
    instrument: str
    n: int
    mean: float
    p: float

    def __str__(self) -> str:
        return f"{self.instrument} changed by {self.mean:.2f} points in {self.n} patients ({_p(self.p)})"


def rate_found(multiverse: Multiverse, row: int) -> RateFound | None:
    """Return the response rate under the definition of a row; None where it has none."""
    if not multiverse.computed[row]:
        return None
    found = multiverse.response
    return RateFound(
        row=row,
        k=float(found.n_responders[row]),
        n=int(found.n_evaluable[row]),
        rate=float(found.rate[row]),
        low=float(found.ci_low[row]),
        high=float(found.ci_high[row]),
        confidence=multiverse.listing.grid.base.confidence,
    )


def change_found(multiverse: Multiverse, instrument: str, row: int) -> ChangeFound:
    """Return the mean change of a score under the definition of a row."""
    found = multiverse.change[instrument]
    return ChangeFound(row, instrument, int(found.n_paired[row]), float(found.mean_change[row]), float(found.p_t[row]))


def percent(share: float) -> str:
    """Print a share between 0 and 1 as whole percent, with decimals where it would read as nothing or all and is not."""
    decimals = 0
    while 0 < share < 1 and decimals < MOST_DECIMALS and float(f"{100 * share:.{decimals}f}") in (0, 100):
        decimals += 1
    return f"{100 * share:.{decimals}f} %"


def share_of(k: int, n: int) -> str:
    """Print how many of several, as percentage and count: "83 % (359/432)"."""
    return f"{percent(k / n)} ({k:,}/{n:,})"


def definitions(n: int) -> str:
    """Print a number of definitions."""
    return "1 definition" if n == 1 else f"{n:,} definitions"


def count(k: float) -> str:
    """Print a count: whole, or one decimal for a mean over imputations."""
    return f"{k:,.0f}" if k.is_integer() else f"{k:,.1f}"


def _limits(found: RateFound) -> str:
    if not isfinite(found.low):
        return ""
    level = spelt(round(100 * found.confidence, 8))
    return f"; {level} % CI {100 * found.low:.0f} % to {100 * found.high:.0f} %"


def _p(p: float) -> str:
    if not isfinite(p):
        return "no p value"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
