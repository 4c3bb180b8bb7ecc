"""Response against every threshold of one score."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np
import numpy.typing as npt

from explorer.analysis.analyse import Analysis
from explorer.analysis.change import percent_improvement
from explorer.analysis.rates import estimate
from explorer.cohort.instruments import Instrument
from explorer.study.cutoffs import Cutoff, Measure, cutoffs
from explorer.study.limits import exceeds, reaches
from explorer.study.response import PercentImprovement, PointImprovement, Reported, ScoreAtLeast, ScoreAtMost

Floats = npt.NDArray[np.float64]
ScoreLeaf = PercentImprovement | PointImprovement | ScoreAtMost | ScoreAtLeast

EVERY_PERCENT = tuple(float(value) for value in range(5, 101, 5))
MOST_STEPS = 60
WHOLE_SCALE = 12
"""Steps up to which a scale of points is swept from end to end; of a longer one, the first half is."""


@dataclass(frozen=True)
class Threshold:
    """Who passed a threshold, of the patients who have the scores for it.

    `suffices` says whether reaching the threshold is enough, or it has to be exceeded. Rates from 0 to 1.
    """

    threshold: float
    suffices: bool
    k: int
    n: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True)
class Sweep:
    """Response at every threshold of one score.

    Attributes
    ----------
    instrument : Instrument
    measure : str
        Points or percent of improvement, or the follow-up score reached (see `study.cutoffs.Measure`).
    n_among : int
        Patients in whom response is counted; those without the scores are left out of every rate.
    ends : (float, float)
        The stretch of thresholds swept.
    curve : tuple of Threshold
        By rising threshold.
    conventional : tuple of (Cutoff, Threshold)
        The cut-offs in use elsewhere.
    in_force : tuple of (str, Threshold)
        The thresholds that the rule in force lays on this score, with the rule's words.
    """

    instrument: Instrument
    measure: Measure
    n_among: int
    ends: tuple[float, float]
    curve: tuple[Threshold, ...]
    conventional: tuple[tuple[Cutoff, Threshold], ...]
    in_force: tuple[tuple[str, Threshold], ...]


def sweep(analysis: Analysis, code: str, measure: Measure) -> Sweep:
    """Give the share of patients who pass each threshold of a score, among those in whom response is counted.

    Parameters
    ----------
    analysis : Analysis
    code : str
        A score of the cohort.
    measure : str
        `points` or `percent` of improvement (percent is undefined from a baseline of 0), or `score`: the
        follow-up score, at most or at least so much, whichever is better.
    """
    instrument = analysis.cohort.instruments[code]
    amount = _amount(analysis, instrument, measure)
    asked = tuple(_asked(analysis, instrument, measure))
    conventional = cutoffs(code, measure)
    marks = [*(limit for _, limit, _ in asked), *(each.value for each in conventional)]
    ends = _ends(instrument, measure, marks)

    def at(limit: float, suffices: bool = True) -> Threshold:
        return _threshold(analysis, amount, limit, suffices, measure == "score" and instrument.lower_is_better)

    return Sweep(
        instrument=instrument,
        measure=measure,
        n_among=analysis.response.n_among,
        ends=ends,
        curve=tuple(at(limit) for limit in _limits(instrument, measure, ends, marks)),
        conventional=tuple((each, at(each.value)) for each in conventional),
        in_force=tuple((words, at(limit, suffices)) for words, limit, suffices in asked),
    )


def usual_measure(analysis: Analysis, code: str) -> Measure:
    """Return the measure that the rule in force lays a threshold on for a score; points where it lays none."""
    instrument = analysis.cohort.instruments[code]
    measures: tuple[Measure, ...] = ("percent", "points", "score")
    return next((each for each in measures if any(_asked(analysis, instrument, each))), "points")


def _amount(analysis: Analysis, instrument: Instrument, measure: Measure) -> Floats:
    """Return what the threshold is laid on, of the patients counted who have it."""
    facts, who = analysis.facts, analysis.response.among
    before, after = facts.baseline(instrument.code)[who], facts.follow_up(instrument.code)[who]
    if measure == "percent":
        amount = percent_improvement(instrument, before, after)
    else:
        amount = after if measure == "score" else instrument.improvement(before, after)
    return amount[~np.isnan(amount)]


def _threshold(analysis: Analysis, amount: Floats, limit: float, suffices: bool, at_most: bool) -> Threshold:
    sign = -1.0 if at_most else 1.0
    passes = reaches(sign * amount, sign * limit) if suffices else exceeds(amount, limit)
    found = estimate(analysis, int(passes.sum()), len(amount))
    return Threshold(limit, suffices, int(found.k), len(amount), found.rate, found.low, found.high)


def _asked(analysis: Analysis, instrument: Instrument, measure: Measure) -> Iterator[tuple[str, float, bool]]:
    """Yield the thresholds of the rule in force: words, value, and whether reaching it suffices."""
    for leaf in analysis.study.response.rule.leaves():
        if isinstance(leaf, Reported) or leaf.instrument != instrument.code:
            continue
        if _measure(leaf, instrument) == measure:
            yield (str(leaf), *_limit(leaf))


def _measure(leaf: ScoreLeaf, instrument: Instrument) -> Measure | None:
    if isinstance(leaf, PercentImprovement):
        return "percent"
    if isinstance(leaf, PointImprovement):
        return "points"
    better = ScoreAtMost if instrument.lower_is_better else ScoreAtLeast
    return "score" if isinstance(leaf, better) else None


def _limit(leaf: ScoreLeaf) -> tuple[float, bool]:
    if isinstance(leaf, (ScoreAtMost, ScoreAtLeast)):
        return leaf.score, True
    return leaf.threshold


def _ends(instrument: Instrument, measure: Measure, marks: Iterable[float]) -> tuple[float, float]:
    if measure == "percent":
        return min(0.0, *marks, 0.0), 100.0
    if measure == "score":
        return instrument.range_min, instrument.range_max
    span = instrument.range_max - instrument.range_min
    short = instrument.step is not None and span / instrument.step <= WHOLE_SCALE
    top = span if short or max(marks, default=0.0) > span / 2 else span / 2
    return min(0.0, *marks, 0.0), top


def _limits(instrument: Instrument, measure: Measure, ends: tuple[float, float], marks: Iterable[float]) -> list[float]:
    """List the thresholds to draw: a grid that suits the scale, and every marked one."""
    if measure == "percent":
        return sorted({*EVERY_PERCENT, *_worth_drawing(marks)})
    if measure == "score":
        step = stride(ends[1] - ends[0], instrument.step)
        return sorted({*_grid(ends[0], ends[1], step), *marks})
    step = stride(ends[1], instrument.step)
    return sorted({*_grid(step, ends[1], step), *_worth_drawing(marks)})


def _grid(first: float, last: float, step: float) -> list[float]:
    return [round(value, 9) for value in np.arange(first, last + step / 2, step).tolist()]


def _worth_drawing(marks: Iterable[float]) -> set[float]:
    # Improved by at least 0 is not improved.
    return {mark for mark in marks if mark != 0}


def stride(span: float, step: float | None) -> float:
    """Return the distance between the thresholds of a scale: 1, 2 or 5 steps, or a power of ten of that.

    Parameters
    ----------
    span : float
        The stretch to cover.
    step : float or None
        The scale's own step; None where it is continuous, which is divided decimally.
    """
    least = step or 10.0 ** math.floor(math.log10(span / MOST_STEPS))
    sizes = (least * factor * 10.0**power for power in count() for factor in (1, 2, 5))
    return next(size for size in sizes if span / size <= MOST_STEPS + 1e-9)
