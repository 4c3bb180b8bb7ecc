"""One group answering yes or no twice: McNemar's tests, the difference, the odds ratio and agreement."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special
from statsmodels.stats.inter_rater import cohens_kappa

from explorer.statistics.intervals import Limits, clopper_pearson, wilson
from explorer.statistics.paired import even_chance
from explorer.statistics.samples import checked, normal_quantile


@dataclass(frozen=True, slots=True)
class PairedTable:
    """Counts of patients by their two answers: yes both times, only first, only second, neither."""

    both: int
    first_only: int
    second_only: int
    neither: int

    def __post_init__(self) -> None:
        """Refuse negative counts."""
        if min(self.both, self.first_only, self.second_only, self.neither) < 0:
            raise ValueError(f"a count of patients cannot be negative: {self}")

    @property
    def n(self) -> int:
        """How many patients answered twice."""
        return self.both + self.first_only + self.second_only + self.neither

    @property
    def first(self) -> int:
        """How many said yes the first time."""
        return self.both + self.first_only

    @property
    def second(self) -> int:
        """How many said yes the second time."""
        return self.both + self.second_only

    @property
    def difference(self) -> float:
        """Share of yes the first time minus the second; nan without patients."""
        return (self.first_only - self.second_only) / self.n if self.n else np.nan


@dataclass(frozen=True, slots=True)
class McNemar:
    """McNemar's test in its four forms; ``chi2_corrected`` is the statistic with continuity correction."""

    p_exact: float
    p_mid: float
    chi2: float
    p_chi2: float
    chi2_corrected: float
    p_corrected: float


@dataclass(frozen=True, slots=True)
class Difference:
    """First share minus second, from -1 to 1, with its interval."""

    estimate: float
    low: float
    high: float
    method: str
    confidence: float


@dataclass(frozen=True, slots=True)
class OddsRatio:
    """Conditional odds ratio of the changes one way to the other; nan stands for infinite, too."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa: agreement beyond chance, at most 1."""

    estimate: float
    se: float
    low: float
    high: float


def mcnemar(table: PairedTable) -> McNemar:
    """Test whether as many changed one way as the other.

    Returns
    -------
    McNemar
        Not a number throughout when nobody changed.

    Notes
    -----
    R: ``mcnemar.test(correct = FALSE | TRUE)``; ``p_exact`` is ``binom.test(b, b + c)``; ``p_mid`` takes off the
    probability of what was seen (Fagerland, Lydersen and Laake 2013, who recommend it). statsmodels has no mid-P.
    """
    one, other = table.first_only, table.second_only
    if one + other == 0:
        return McNemar(*[np.nan] * 6)
    chi2 = (one - other) ** 2 / (one + other)
    corrected = max(0, abs(one - other) - 1) ** 2 / (one + other)
    p, p_corrected = special.chdtrc(1, [chi2, corrected]).tolist()
    return McNemar(*even_chance(one, other), chi2, p, corrected, p_corrected)


def difference(table: PairedTable, method: str = "newcombe", confidence: float = 0.95) -> Difference:
    """Estimate how much the share of yes differs between the two times.

    Parameters
    ----------
    table : PairedTable
    method : str
        ``newcombe`` (Newcombe 1998, method 10: Wilson limits combined, phi corrected for continuity),
        ``newcombe_uncorrected`` (the same, phi as it is), ``tango`` (score; Tango 1998), ``bonett_price`` (Wald with
        one pair added to each change; 2012) or ``wald``.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Difference
        First minus second. Not a number without patients. The last two may pass -1 or 1, and are not clipped.

    Raises
    ------
    ValueError
        If the method is unknown.

    Notes
    -----
    statsmodels has none of these for pairs.
    """
    if method not in _LIMITS:
        raise ValueError(f"there is no interval called {method!r}: choose one of {', '.join(METHODS)}")
    checked(confidence)
    low, high = _LIMITS[method](table, confidence) if table.n else (np.nan, np.nan)
    return Difference(table.difference, low, high, method, confidence)


def _newcombe(table: PairedTable, confidence: float) -> Limits:
    excess, half = table.both * table.neither - table.first_only * table.second_only, table.n / 2
    # A positive covariance is moved half a patient towards none, and not past it.
    return _combined(table, confidence, excess if excess < 0 else max(0.0, excess - half))


def _newcombe_uncorrected(table: PairedTable, confidence: float) -> Limits:
    return _combined(table, confidence, table.both * table.neither - table.first_only * table.second_only)


def _combined(table: PairedTable, confidence: float, covariance: float) -> Limits:
    n, first, second = table.n, table.first, table.second
    margins = float(first) * (n - first) * second * (n - second)
    phi = covariance / math.sqrt(margins) if margins else 0.0
    low_1, high_1 = wilson(first, n, confidence)
    low_2, high_2 = wilson(second, n, confidence)
    down_1, up_1, down_2, up_2 = first / n - low_1, high_1 - first / n, second / n - low_2, high_2 - second / n
    # A perfect square when phi is 1; rounding may leave it just below 0.
    below = math.sqrt(max(0.0, down_1**2 - 2 * phi * down_1 * up_2 + up_2**2))
    above = math.sqrt(max(0.0, up_1**2 - 2 * phi * up_1 * down_2 + down_2**2))
    return table.difference - below, table.difference + above


def _tango(table: PairedTable, confidence: float) -> Limits:
    z, n, one, other = normal_quantile(confidence), table.n, table.first_only, table.second_only

    def score(delta: float) -> float:
        b = -one - other + (2 * n - one + other) * delta
        c = -other * delta * (1 - delta)
        chance = (max(0.0, b * b - 8 * n * c) ** 0.5 - b) / (4 * n)
        return (one - other - n * delta) / math.sqrt(max(1e-300, n * (2 * chance + delta * (1 - delta))))

    def root(excess: float, start: float, end: float) -> float:
        return float(optimize.brentq(lambda delta: score(delta) - excess, start, end, xtol=1e-15))

    edge, estimate = 1 - 1e-9, table.difference
    low = root(z, -edge, estimate) if estimate > -edge else -1.0
    high = root(-z, estimate, edge) if estimate < edge else 1.0
    return low, high


def _bonett_price(table: PairedTable, confidence: float) -> Limits:
    one, other, n = (table.first_only + 1) / (table.n + 2), (table.second_only + 1) / (table.n + 2), table.n + 2
    half = normal_quantile(confidence) * math.sqrt((one + other - (one - other) ** 2) / n)
    return one - other - half, one - other + half


def _wald(table: PairedTable, confidence: float) -> Limits:
    one, other, n = table.first_only, table.second_only, table.n
    half = normal_quantile(confidence) * math.sqrt(max(0.0, one + other - (one - other) ** 2 / n)) / n
    return table.difference - half, table.difference + half


_LIMITS: dict[str, Callable[[PairedTable, float], Limits]] = {
    "newcombe": _newcombe,
    "newcombe_uncorrected": _newcombe_uncorrected,
    "tango": _tango,
    "bonett_price": _bonett_price,
    "wald": _wald,
}
METHODS = tuple(_LIMITS)


def odds_ratio(table: PairedTable, confidence: float = 0.95) -> OddsRatio:
    """Estimate the odds of changing one way against the other, among those who changed.

    Returns
    -------
    OddsRatio
        Limits from the Clopper-Pearson interval of the split. Not a number where infinite (nobody changed the other
        way) or when nobody changed.

    Notes
    -----
    R: ``b / c`` and ``ci / (1 - ci)`` of ``binom.test(b, b + c)$conf.int``.
    """
    one, other = table.first_only, table.second_only
    if one + other == 0:
        return OddsRatio(np.nan, np.nan, np.nan)
    low, high = clopper_pearson(one, one + other, checked(confidence))
    return OddsRatio(_odds(one / (one + other)), _odds(low), _odds(high))


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else np.nan


def kappa(table: PairedTable, confidence: float = 0.95) -> Kappa:
    """Estimate agreement of the two answers beyond chance, with its large-sample interval (statsmodels).

    Returns
    -------
    Kappa
        Not a number when every answer is the same, or without patients: chance alone then agrees in full.
    """
    z, n = normal_quantile(confidence), table.n
    if n == 0 or table.first == table.second == 0 or table.first == table.second == n:
        return Kappa(np.nan, np.nan, np.nan, np.nan)
    counts = np.array([[table.both, table.first_only], [table.second_only, table.neither]])
    result = cohens_kappa(counts)
    estimate, se = float(result.kappa), float(result.std_kappa)
    return Kappa(estimate, se, estimate - z * se, estimate + z * se)
