"""The change to expect without any treatment, only because patients are seen when their score is far from the mean.

Whoever is measured at a bad moment tends to be measured nearer to the usual the next time. How much nearer depends on
two numbers that a group measured before and after treatment cannot give: the mean of the untreated population, and
the repeatability, the correlation of two scores of the same untreated person. Both are assumptions of the reader and
are never estimated here; the observed change stands beside what follows from them.

Sources: Davis CE. The effect of regression to the mean in epidemiologic and clinical studies. Am J Epidemiol
1976;104:493-498; Barnett AG, van der Pols JC, Dobson AJ. Regression to the mean: what it is and how to deal with it.
Int J Epidemiol 2005;34:215-220, equation 1, whose code (`expected.rtm.R`) is public at github.com/agbarnett/RTM.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from explorer.analysis.analyse import Analysis
from explorer.statistics.paired import paired_t
from explorer.study.eligibility import BaselineScore, Criterion
from explorer.study.limits import between
from explorer.study.response import Reported
from explorer.study.study import Study
from explorer.study.truth import TRUE

Floats = npt.NDArray[np.float64]
NAN = float("nan")
COLUMNS, ROWS, FINE = 25, 21, 61


@dataclass(frozen=True)
class Severity:
    """Limits on the baseline score that a study sets, and where: `eligibility`, `among` or `rule`."""

    where: str
    at_least: float | None
    at_most: float | None


@dataclass(frozen=True)
class Observed:
    """Mean baseline and mean change (follow-up minus baseline, with its t interval) of the patients who have both."""

    n: int
    baseline_mean: float
    change: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Line:
    """Assumptions under which a certain change is expected: pairs of a mean and a repeatability; perhaps none."""

    means: Floats
    repeatabilities: Floats


@dataclass(frozen=True, eq=False)
class Grid:
    """Change expected without treatment, over what a reader may assume.

    Attributes
    ----------
    means : array, shape (columns,)
        Means of the untreated population.
    repeatabilities : array, shape (rows,)
        From 0, nothing of a score lasts, to 1, it is the same each time.
    expected : array, shape (rows, columns)
        Expected follow-up minus baseline; NaN where the population would hold practically nobody whom the filter keeps.
    line, line_low, line_high : Line
        Break-even: where the expected change is the observed one, or either limit of its interval.
    """

    means: Floats
    repeatabilities: Floats
    expected: Floats
    line: Line
    line_low: Line
    line_high: Line


def pull(baseline_mean: float, population_mean: npt.ArrayLike) -> Floats:
    """Return the change expected of untreated patients with this mean baseline if scores had no repeatability.

    Scores then fall back to the population's mean entirely. Holds however the patients were chosen by their baseline,
    as long as two scores of a person are related linearly and the population has the same mean both times.
    """
    return np.asarray(population_mean, np.float64) - baseline_mean


def pull_of_selection(
    population_mean: npt.ArrayLike, population_sd: float, at_least: float | None, at_most: float | None
) -> Floats:
    """Return the same for patients chosen by limits on their baseline, from the population alone.

    Parameters
    ----------
    population_mean : array-like of float
    population_sd : float
        Standard deviation of single scores across the untreated population, measurement error included: the total,
        sqrt(between-patient variance + within-patient variance), as in the source.
    at_least, at_most : float, optional
        Closed limits on the baseline score.

    Returns
    -------
    array of float
        For a lower limit c alone, -sd * phi(z) / (1 - Phi(z)) with z = (c - mean) / sd, the mean excess of a normal
        population above c. NaN where there is practically nobody between the limits.
    """
    mean = np.asarray(population_mean, np.float64)
    low = np.full_like(mean, -np.inf) if at_least is None else (at_least - mean) / population_sd
    high = np.full_like(mean, np.inf) if at_most is None else (at_most - mean) / population_sd
    return -population_sd * _mean_between(low, high)


def _mean_between(low: Floats, high: Floats) -> Floats:
    """Mean of a standard normal variable between two limits."""
    # Chances are exact in the lower tail only, so limits above the mean are mirrored.
    mirrored = low > 0
    lower, upper = np.where(mirrored, -high, low), np.where(mirrored, -low, high)
    chance = special.ndtr(upper) - special.ndtr(lower)
    inside = np.where(chance > 0, chance, np.nan)
    mean = (_density(lower) - _density(upper)) / inside
    return np.where(mirrored, -mean, mean)


def _density(z: Floats) -> Floats:
    return np.asarray(np.exp(-z * z / 2) / (2 * np.pi) ** 0.5)


def expected_change(pulled: npt.ArrayLike, repeatability: npt.ArrayLike) -> Floats:
    """Return the change expected without treatment: the part of the pull that does not repeat itself."""
    return (1 - np.asarray(repeatability, np.float64)) * np.asarray(pulled, np.float64)


def break_even(pulled: Floats, change: float) -> Floats:
    """Return the repeatability at which the expected change would be this one; NaN where none between 0 and 1 is."""
    if change == 0:
        return np.where(np.isnan(pulled), np.nan, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 1 - change / pulled
    return np.where((found >= 0) & (found <= 1), found, np.nan)


def severity_filter(study: Study, code: str) -> Severity | None:
    """Find the limits that a study sets on the baseline score of an instrument.

    Those on who is analysed come first, as they alone decide whose change is shown; then those on whom response is
    counted among; then the lowest baseline from which a part of the response rule can be met.
    """
    for where, criteria in (("eligibility", study.eligibility), ("among", study.response.among)):
        if (found := _limits(where, criteria, code)) is not None:
            return found
    leaves = [leaf for leaf in study.response.rule.leaves() if not isinstance(leaf, Reported)]
    starts = [leaf.baseline_at_least for leaf in leaves if leaf.instrument == code]
    given = [start for start in starts if start is not None]
    return Severity("rule", min(given), None) if given and len(given) == len(starts) else None


def _limits(where: str, criteria: tuple[Criterion, ...], code: str) -> Severity | None:
    ours = [each for each in criteria if isinstance(each, BaselineScore) and each.instrument == code]
    lows = [each.at_least for each in ours if each.at_least is not None]
    highs = [each.at_most for each in ours if each.at_most is not None]
    return Severity(where, max(lows, default=None), min(highs, default=None)) if ours else None


def observed(analysis: Analysis, code: str, within: Severity | None = None) -> Observed:
    """Describe the change of one score in the eligible patients who have both, or in those within some limits.

    The interval is NaN where hypothetical additions are counted in, or there are fewer than two patients.
    """
    eligible = analysis.ledger.eligible
    baseline, follow_up = analysis.facts.baseline(code)[eligible], analysis.facts.follow_up(code)[eligible]
    counted = ~np.isnan(baseline) & ~np.isnan(follow_up)
    if within is not None:
        counted &= between(baseline, within.at_least, within.at_most) == TRUE
    if not counted.any():
        return Observed(0, NAN, NAN, NAN, NAN)
    before, after = baseline[counted], follow_up[counted]
    estimate = paired_t(after - before, analysis.study.confidence)
    withheld = (eligible & analysis.cohort.hypothetical).any()
    low, high = (NAN, NAN) if withheld else (estimate.low, estimate.high)
    return Observed(estimate.n, float(before.mean()), estimate.mean, low, high)


def grid(seen: Observed, low: float, high: float) -> Grid:
    """Lay out the change expected of these patients, given their mean baseline, for population means from low to high."""
    return _grid(seen, lambda means: pull(seen.baseline_mean, means), low, high)


def grid_of_selection(seen: Observed, limits: Severity, population_sd: float, low: float, high: float) -> Grid:
    """Lay out the change expected of a population cut off at these limits, for population means from low to high."""
    return _grid(
        seen, lambda means: pull_of_selection(means, population_sd, limits.at_least, limits.at_most), low, high
    )


def _grid(seen: Observed, pulled: Callable[[Floats], Floats], low: float, high: float) -> Grid:
    means, repeatabilities = np.linspace(low, high, COLUMNS), np.linspace(0, 1, ROWS)
    fine = np.linspace(low, high, FINE)
    lines = [_line(fine, pulled(fine), change) for change in (seen.change, seen.low, seen.high)]
    return Grid(means, repeatabilities, expected_change(pulled(means), repeatabilities[:, None]), *lines)


def _line(means: Floats, pulled: Floats, change: float) -> Line:
    """Follow the break-even line, down to the mean at which even scores without repeatability give just the change."""
    known = ~np.isnan(pulled)
    means, pulled = means[known], pulled[known]
    if len(means) and pulled[0] < change < pulled[-1]:
        # The pull rises with the mean, so the place where it equals the change can be read off.
        place = int(np.searchsorted(pulled, change))
        end = np.interp(change, pulled, means)
        means, pulled = np.insert(means, place, end), np.insert(pulled, place, change)
    found = break_even(pulled, change)
    return Line(means[~np.isnan(found)], found[~np.isnan(found)])
