"""How numbers are printed: the same everywhere, and never a percentage without its count."""

from __future__ import annotations

import math

from explorer.cohort.instruments import Instrument

NONE = "–"


def number(value: float, decimals: int = 1) -> str:
    """Print a number, a dash where it does not exist."""
    return f"{value:.{decimals}f}" if math.isfinite(value) else NONE


def decimals(instrument: Instrument) -> int:
    """Decimals of a mean score: two on a scale of few points, one on a long scale."""
    return 2 if instrument.range_max - instrument.range_min <= 20 else 1


def count(value: float) -> str:
    """Print a count: whole, or one decimal for a mean over imputations."""
    return f"{value:g}" if float(value).is_integer() else f"{value:.1f}"


def percent(rate: float) -> str:
    """Print a rate between 0 and 1 as whole percent."""
    return f"{100 * rate:.0f} %" if math.isfinite(rate) else NONE


def share(k: float, n: int, rate: float) -> str:
    """Print count, denominator and percentage together."""
    return f"{count(k)}/{n} ({percent(rate)})" if n else f"{count(k)}/{n}"


def interval(low: float, high: float, confidence: float, decimals: int = 1) -> str:
    """Print an interval with its confidence; say so where there is none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "no interval"
    return f"{100 * confidence:g} % CI {number(low, decimals)} to {number(high, decimals)}"


def rate_interval(low: float, high: float, confidence: float) -> str:
    """Print the interval of a rate in percent."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "no interval"
    return f"{100 * confidence:g} % CI {percent(low)} to {percent(high)}"


def p_value(p: float) -> str:
    """Print a p value: three decimals, `< 0.001` below that."""
    if not math.isfinite(p):
        return "no p value"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
