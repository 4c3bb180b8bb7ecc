"""One group measured twice: what a sample of changes says about its centre.

A change is follow-up minus baseline, in the instrument's points, one per patient who has both; the caller decides who
that is. Every function takes the changes as a row of floats without missing values (``ValueError`` otherwise) and gives
``nan`` where a sample is too small, or too uniform, for a number to exist.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from explorer.statistics import walsh
from explorer.statistics.samples import Floats, checked, normal_quantile, sample, t_quantile
from explorer.statistics.signed_rank import exact_p, ranked_sizes, signed_rank_cdf

_DUST = 10 * float(np.finfo(float).eps)  # R's t.test calls data with less relative spread constant
_LARGEST_T = 1e4


@dataclass(frozen=True, slots=True)
class PairedT:
    """Mean change with its t interval and paired t test; points, except t, df and p."""

    n: int
    mean: float
    sd: float
    low: float
    high: float
    t: float
    df: int
    p: float


@dataclass(frozen=True, slots=True)
class Wilcoxon:
    """A signed-rank test: ``w_plus`` sums the ranks of the positive changes; ``method`` is exact or normal."""

    n: int
    n_zero: int
    w_plus: float
    z: float
    p: float
    method: str


@dataclass(frozen=True, slots=True)
class HodgesLehmann:
    """The pseudo-median in points; ``coverage`` is what the ranks of its limits guarantee."""

    estimate: float
    low: float
    high: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Median:
    """The median with limits that are themselves observed values; ``coverage`` is what their ranks guarantee."""

    estimate: float
    low: float
    high: float
    coverage: float


@dataclass(frozen=True, slots=True)
class SignTest:
    """How many changes go each way, and the two-sided binomial p against an even chance."""

    n_positive: int
    n_negative: int
    p: float
    p_mid: float


@dataclass(frozen=True, slots=True)
class SignFlip:
    """Permutation p of the mean change; ``flips`` are the sign patterns looked at, ``method`` exact or sampled."""

    p: float
    flips: int
    method: str


@dataclass(frozen=True, slots=True)
class EffectSize:
    """A standardised mean change with its interval, in standard deviations."""

    estimate: float
    low: float
    high: float


def paired_t(change: ArrayLike, confidence: float = 0.95) -> PairedT:
    """Test and estimate the mean change by Student's t.

    Parameters
    ----------
    change : array-like of float, shape (n,)
    confidence : float
        Between 0 and 1.

    Returns
    -------
    PairedT
        Interval, t and p are nan below two changes, or when all are equal but for rounding (R refuses such data).

    Notes
    -----
    R: ``t.test(post, pre, paired = TRUE)``. The arithmetic of ``scipy.stats.ttest_rel`` on ``scipy.special.stdtr``,
    a tenth of its time.
    """
    values = sample(change)
    n = len(values)
    quantile = t_quantile(n - 1, confidence)
    mean = float(values.mean()) if n else np.nan
    sd = _sd(values)
    se = sd / n**0.5 if n else np.nan
    if not se > _DUST * abs(mean):
        return PairedT(n, mean, sd, np.nan, np.nan, np.nan, n - 1, np.nan)
    p = 2 * float(special.stdtr(n - 1, -abs(mean / se)))
    return PairedT(n, mean, sd, mean - quantile * se, mean + quantile * se, mean / se, n - 1, p)


def wilcoxon(change: ArrayLike, exact_up_to: int = 50) -> Wilcoxon:
    """Test by signed ranks whether the changes centre on zero; zeros by Pratt's method.

    Pratt (1959) ranks all sizes, zeros included, and then leaves the zeros' ranks out, so that many unchanged patients
    count against a difference instead of vanishing.

    Parameters
    ----------
    change : array-like of float, shape (n,)
        Tied is exactly equal, as in R, and 6.3 - 6.2 does not equal 4.2 - 4.1 in binary: round the changes to the
        scale's step first where that should not part them.
    exact_up_to : int
        Up to so many changes, zeros counted, p is exact given the ties; beyond, normal with the variance corrected for
        ties and zeros, without continuity correction.

    Returns
    -------
    Wilcoxon
        z and p are nan when nothing changed.

    Notes
    -----
    R: ``coin::wilcoxsign_test(post ~ pre, zero.method = "Pratt", distribution = "exact" | "asymptotic")``.
    ``scipy.stats.wilcoxon(zero_method="pratt")`` has no exact p with ties or zeros short of listing every sign pattern,
    and scores always have both.
    """
    values = sample(change)
    return _signed_rank(values, values, exact_up_to, correction=0.0)


def wilcoxon_zeros_dropped(change: ArrayLike, exact_up_to: int = 50, continuity: bool = False) -> Wilcoxon:
    """Test by signed ranks after leaving out the unchanged, as Wilcoxon did and most packages do.

    Parameters
    ----------
    change : array-like of float, shape (n,)
        Ties as for ``wilcoxon``.
    exact_up_to : int
        Up to so many changes that are not zero, p is exact given the ties.
    continuity : bool
        Whether the normal p beyond moves the statistic half a rank towards its mean.

    Returns
    -------
    Wilcoxon
        z and p are nan when nothing changed. z is without the correction.

    Notes
    -----
    R: ``exactRankTests::wilcox.exact(paired = TRUE)``; ``wilcox.test(exact = FALSE, correct = continuity)``.
    """
    values = sample(change)
    return _signed_rank(values, values[values != 0], exact_up_to, correction=0.5 if continuity else 0.0)


def _signed_rank(values: Floats, ranked: Floats, exact_up_to: int, correction: float) -> Wilcoxon:
    n, n_zero = len(values), int(np.count_nonzero(values == 0))
    if n == n_zero:
        return Wilcoxon(n, n_zero, 0.0, np.nan, np.nan, "none")
    ranks, counts, w_plus = ranked_sizes(ranked)
    if n_zero and len(ranked) == n:
        ranks, counts = ranks[1:], counts[1:]  # Pratt: the zeros took part in the ranking, and leave now
    expected, sd = float(ranks @ counts) / 2, float(ranks**2 @ counts) ** 0.5 / 2
    z = (w_plus - expected) / sd
    if len(ranked) <= exact_up_to:
        return Wilcoxon(n, n_zero, w_plus, z, exact_p(np.repeat(ranks, counts), w_plus), "exact")
    p = 2 * float(special.ndtr(-max(0.0, abs(w_plus - expected) - correction) / sd))
    return Wilcoxon(n, n_zero, w_plus, z, p, "normal")


def hodges_lehmann(change: ArrayLike, confidence: float = 0.95, exact_up_to: int = 50) -> HodgesLehmann:
    """Estimate the centre of the changes by the median of their Walsh averages.

    All changes take part, zeros too. The limits are Walsh averages of equal rank from either end; the rank comes from
    the null distribution of the signed-rank sum without ties.

    Parameters
    ----------
    change : array-like of float, shape (n,)
    confidence : float
        Between 0 and 1.
    exact_up_to : int
        Up to so many changes that distribution is exact (R's ``qsignrank``); beyond, normal with continuity correction.

    Returns
    -------
    HodgesLehmann
        Limits are nan where so few changes allow no interval of this confidence (95 % needs six); ``coverage`` is then
        that of the widest one there is. Ties make the true coverage at least what is said.

    Notes
    -----
    Neither scipy nor statsmodels has it. R's ``wilcox.test(conf.int = TRUE)`` drops zeros, and beyond 50 gives the root
    of its test statistic instead.
    """
    checked(confidence)
    values = sample(change)
    n = len(values)
    if n == 0:
        return HodgesLehmann(np.nan, np.nan, np.nan, np.nan)
    rank, coverage = _limit_rank(n, confidence, exact=n <= exact_up_to)
    last = n * (n + 1) // 2
    middle = [(last + 1) // 2, last // 2 + 1]
    below, above, low, high = walsh.order_statistics(values, [*middle, max(rank, 1), last + 1 - max(rank, 1)])
    estimate = (below + above) / 2
    return HodgesLehmann(estimate, low, high, coverage) if rank else HodgesLehmann(estimate, np.nan, np.nan, coverage)


def _limit_rank(n: int, confidence: float, exact: bool) -> tuple[int, float]:
    """Rank of the limits, counted from 1 at either end (0: there is none), and the coverage that it gives."""
    tail = (1 - confidence) / 2
    if exact:
        below = signed_rank_cdf(n)
        rank = int(np.searchsorted(below, tail))
        return rank, 1 - 2 * float(below[max(rank, 1) - 1])
    mean, sd = n * (n + 1) / 4, (n * (n + 1) * (2 * n + 1) / 24) ** 0.5
    rank = max(0, int(np.ceil(mean - 0.5 - normal_quantile(confidence) * sd)))
    return rank, 1 - 2 * float(special.ndtr((max(rank, 1) - 0.5 - mean) / sd))


def median(change: ArrayLike, confidence: float = 0.95) -> Median:
    """Estimate the median with limits that are order statistics (Conover 1999).

    Returns
    -------
    Median
        Limits are nan where so few values allow no interval of this confidence (95 % needs six); ``coverage`` is then
        that of the widest one there is.

    Notes
    -----
    R: ``x <- sort(x); k <- qbinom(tail, n, .5); c(x[k], x[n - k + 1])``.
    """
    checked(confidence)
    values = np.sort(sample(change) + 0.0)  # + 0.0: a negative zero is zero
    n = len(values)
    if n == 0:
        return Median(np.nan, np.nan, np.nan, np.nan)
    rank = _binomial_quantile((1 - confidence) / 2, n)
    coverage = 1 - 2 * float(special.bdtr(max(rank, 1) - 1, n, 0.5))
    estimate = float(values[(n - 1) // 2] + values[n // 2]) / 2
    if rank == 0:
        return Median(estimate, np.nan, np.nan, coverage)
    return Median(estimate, float(values[rank - 1]), float(values[n - rank]), coverage)


def _binomial_quantile(chance: float, n: int) -> int:
    """Smallest count of n fair coins whose cumulative probability reaches the chance (R ``qbinom``)."""
    near = int(np.ceil(special.bdtrik(chance, n, 0.5)))
    return near - 1 if near > 0 and special.bdtr(near - 1, n, 0.5) >= chance else near


def sign_test(change: ArrayLike) -> SignTest:
    """Test whether changes go up as often as down, zeros left out; p is nan when nothing changed.

    Notes
    -----
    R: ``binom.test(n_positive, n_positive + n_negative)``; ``p_mid`` counts what was seen half.
    """
    values = sample(change)
    positive, negative = int(np.count_nonzero(values > 0)), int(np.count_nonzero(values < 0))
    return SignTest(positive, negative, *even_chance(positive, negative))


def even_chance(one: int, other: int) -> tuple[float, float]:
    """Two-sided exact and mid-P of a split against an even chance; nan when there is nothing to split."""
    n, fewer = one + other, min(one, other)
    if n == 0:
        return np.nan, np.nan
    tail, less = float(special.bdtr(fewer, n, 0.5)), float(special.bdtr(fewer - 1, n, 0.5)) if fewer else 0.0
    return min(1.0, 2 * tail), min(1.0, tail + less)


def sign_flip(change: ArrayLike, seed: int = 0, resamples: int = 9999, exact_up_to: int = 20) -> SignFlip:
    """Test the mean change by permutation: how often random signs give a mean as far from zero.

    Parameters
    ----------
    change : array-like of float, shape (n,)
    seed : int
        Of the generator that samples sign patterns.
    resamples : int
        Patterns sampled when there are too many to list; p is then (b + 1) / (resamples + 1), so never 0.
    exact_up_to : int
        Up to so many changes that are not zero, all sign patterns are listed.

    Returns
    -------
    SignFlip
        p is nan when nothing changed.
    """
    values = sample(change)
    sizes = np.abs(values[values != 0])
    if len(sizes) == 0:
        return SignFlip(np.nan, 0, "none")
    # Sums of the same sizes in another order differ in the last digits; within this they are the same.
    far = abs(float(values.sum())) - 1e-9 * float(sizes.sum())
    if len(sizes) <= exact_up_to:
        sums = _signed_sums(sizes)
        return SignFlip(float(np.mean(np.abs(sums) >= far)), len(sums), "exact")
    beyond = sum(int((np.abs(sums) >= far).sum()) for sums in _sampled_sums(sizes, resamples, seed))
    return SignFlip((beyond + 1) / (resamples + 1), resamples, "sampled")


def _signed_sums(sizes: Floats) -> Floats:
    sums = np.zeros(1)
    for size in sizes:
        sums = np.concatenate([sums - size, sums + size])
    return sums


def _sampled_sums(sizes: Floats, resamples: int, seed: int) -> Iterator[Floats]:
    """Give the sums of randomly signed sizes, a block of a few million signs at a time."""
    random = np.random.default_rng(seed)
    block = max(1, 4_000_000 // len(sizes))
    for start in range(0, resamples, block):
        rows = min(block, resamples - start)
        bits = random.integers(0, 256, (rows, -(-len(sizes) // 8)), dtype=np.uint8)
        yield 2 * (np.unpackbits(bits, axis=1, count=len(sizes)) @ sizes) - sizes.sum()


def dz(change: ArrayLike, confidence: float = 0.95) -> EffectSize:
    """Mean change over the standard deviation of the changes (Cohen's dz), with its noncentral t interval.

    Returns
    -------
    EffectSize
        Not a number below two changes, or when all changes are equal; limits are nan when t passes 10,000, where the
        noncentral t distribution can no longer be computed.

    Notes
    -----
    The limits are the two means, in standard deviations, under which the t seen would be a tail event (Steiger and
    Fouladi 1997); found on ``scipy.special.nctdtr``. R's ``pt(t, df, ncp)`` gives the same up to ``ncp`` 37.62, beyond
    which it falls back on an approximation, good to three digits, and scipy does not.
    """
    test = paired_t(change, confidence)
    if np.isnan(test.t):
        return EffectSize(np.nan, np.nan, np.nan)
    root, tail = test.n**0.5, (1 - confidence) / 2
    if abs(test.t) > _LARGEST_T:
        return EffectSize(test.t / root, np.nan, np.nan)
    low, high = _noncentrality(test.t, test.df, 1 - tail), _noncentrality(test.t, test.df, tail)
    return EffectSize(test.t / root, low / root, high / root)


def hedges_g(change: ArrayLike, confidence: float = 0.95) -> EffectSize:
    """Return dz made unbiased by Hedges' exact factor (gz), the interval by the same factor; needs three changes."""
    biased = dz(change, confidence)
    df = np.size(np.asarray(change)) - 1
    if df < 2:
        return EffectSize(np.nan, np.nan, np.nan)
    factor = float(np.exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) / (df / 2) ** 0.5)
    return EffectSize(factor * biased.estimate, factor * biased.low, factor * biased.high)


def _noncentrality(t: float, df: int, chance: float) -> float:
    """Noncentrality under which a t below the one seen has this chance."""

    def excess(noncentrality: float) -> float:
        below = float(special.nctdtr(df, noncentrality, t))
        # scipy gives nan far out in either tail, where the answer is all but 0 or 1.
        return (float(noncentrality < t) if np.isnan(below) else below) - chance

    # The normal approximation is close except for the smallest samples, so widen until the root is inside.
    spread = (1 + t * t / (2 * df)) ** 0.5
    near, step = t - float(special.ndtri(chance)) * spread, spread / 4
    while excess(near - step) < 0 or excess(near + step) > 0:
        step *= 2
    return float(optimize.brentq(excess, near - step, near + step, xtol=1e-12))


def d_av(pre: ArrayLike, post: ArrayLike) -> float:
    """Mean change over the root mean square of the two standard deviations; nan when both are 0 or n is below 2.

    Parameters
    ----------
    pre, post : array-like of float, shape (n,)
        Scores of the same patients in the same order.

    Raises
    ------
    ValueError
        If they differ in length.
    """
    before, after = sample(pre), sample(post)
    if len(before) != len(after):
        raise ValueError(f"{len(before)} scores before and {len(after)} after are not pairs")
    scale = ((_sd(before) ** 2 + _sd(after) ** 2) / 2) ** 0.5
    mean = float((after - before).mean()) if len(before) else np.nan
    return mean / scale if scale > 0 else np.nan


def _sd(values: Floats) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else np.nan
