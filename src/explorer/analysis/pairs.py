"""Each patient's two scores, and the visits they came from: what the mean change is made of."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.analysis.analyse import Analysis, visits
from explorer.analysis.rates import counts_invented
from explorer.analysis.scores import Floats, Ints
from explorer.cohort.instruments import Instrument
from explorer.statistics.paired import paired_t
from explorer.study.limits import reaches

Bools = npt.NDArray[np.bool_]
T = TypeVar("T")
MOST_BINS = 40
ROUND_WIDTHS = (1.0, 2.0, 2.5, 5.0, 10.0)
MONTH = 30
QUARTILES = (0.25, 0.5, 0.75)
NAN = float("nan")


@dataclass(frozen=True, eq=False)
class Pairs:
    """The eligible patients who have both scores of an instrument, in the order of `cohort.patients` (by identifier).

    Attributes
    ----------
    patient : array of int
        Row in `cohort.patients`.
    baseline, follow_up, change, improvement : array of float
        In the instrument's units; change is follow-up minus baseline, improvement is positive where better.
    baseline_day, follow_up_day : array of float
        Days of the scores used.
    hypothetical : array of bool
        Which of them are invented additions.
    """

    patient: Ints
    baseline: Floats
    follow_up: Floats
    change: Floats
    improvement: Floats
    baseline_day: Floats
    follow_up_day: Floats
    hypothetical: Bools

    @property
    def n(self) -> int:
        """Number of patients."""
        return len(self.patient)

    def direction(self) -> npt.NDArray[np.str_]:
        """Say of each patient: improved, same or worse."""
        sign = np.sign(self.improvement).astype(int)
        return np.asarray(np.array(["worse", "same", "improved"])[sign + 1])

    def best_first(self) -> Ints:
        """Return positions by improvement, the largest first; equal ones keep the order of identifiers."""
        # Rounded: on a scale of tenths, equal changes differ in the last binary digit.
        return np.argsort(-np.round(self.improvement, 9), kind="stable")

    def reaching(self, amount: float) -> Bools:
        """Say who improved by at least so much."""
        return reaches(self.improvement, amount)

    def only(self, who: Bools) -> Pairs:
        """Return some of the patients alone, in the same order."""
        return Pairs(**{field.name: getattr(self, field.name)[who] for field in fields(self)})


@dataclass(frozen=True)
class At:
    """Scores of the patients who have both, at one of the two times.

    Mean with t interval (NaN below two patients, or with hypothetical additions), quartiles, and the mean day of the
    scores used.
    """

    time: str
    n: int
    day: float
    mean: float
    low: float
    high: float
    q1: float
    median: float
    q3: float


@dataclass(frozen=True)
class Bin:
    """Patients whose change lies around one value, by direction."""

    centre: float
    n_improved: int
    n_same: int
    n_worse: int


def pairs(analysis: Analysis, code: str) -> Pairs:
    """Return the two scores of every eligible patient who has both."""
    facts, instrument = analysis.facts, analysis.facts.instrument(code)
    baseline, follow_up = facts.baseline(code), facts.follow_up(code)
    who = np.flatnonzero(analysis.ledger.eligible & ~np.isnan(baseline) & ~np.isnan(follow_up))
    before, after = baseline[who], follow_up[who]
    return Pairs(
        patient=who,
        baseline=before,
        follow_up=after,
        change=after - before,
        improvement=instrument.improvement(before, after),
        baseline_day=facts.baseline_visit(code).day[who],
        follow_up_day=facts.follow_up_visit(code).day[who],
        hypothetical=analysis.cohort.hypothetical[who],
    )


def at_both_times(analysis: Analysis, code: str, both: Pairs) -> tuple[At, ...]:
    """Describe the scores used as baseline and as follow-up; empty when nobody has both."""
    if both.n == 0:
        return ()
    withheld = counts_invented(analysis)
    return _remembered(
        analysis, f"{code} at both times", lambda: _both_times(both, analysis.study.confidence, withheld)
    )


def _remembered(analysis: Analysis, what: str, compute: Callable[[], T]) -> T:
    """Keep small results on the analysed patients for as long as the cohort lives, and only the response rule changes."""
    study = analysis.study
    return analysis.facts.remembered((what, study.eligibility, study.hypothetical, study.confidence), compute)


def _both_times(both: Pairs, confidence: float, withheld: bool) -> tuple[At, ...]:
    return (
        _at("baseline", both.baseline_day, both.baseline, confidence, withheld),
        _at("follow-up", both.follow_up_day, both.follow_up, confidence, withheld),
    )


def _at(time: str, day: Floats, score: Floats, confidence: float, withheld: bool) -> At:
    estimate = paired_t(score, confidence)
    low, high = (NAN, NAN) if withheld else (estimate.low, estimate.high)
    q1, median, q3 = np.quantile(score, QUARTILES).tolist()
    return At(time, len(score), float(day.mean()), estimate.mean, low, high, q1, median, q3)


def n_scores(analysis: Analysis, code: str) -> int:
    """Count the scores that eligible patients have of one instrument, on whatever day."""
    patient = analysis.cohort.scores(code).patient
    return _remembered(analysis, f"{code} scores", lambda: int(analysis.ledger.eligible[patient].sum()))


def near_windows(analysis: Analysis, code: str) -> pd.DataFrame:
    """List the scores of eligible patients from shortly before the baseline window to shortly after the follow-up's.

    Returns
    -------
    DataFrame
        patient (row in `cohort.patients`), patient_id, day, score, and use: `baseline`, `follow-up`, `passed over`
        (inside a window, but another score of the patient was used), `outside`; and hypothetical.
    """
    rows = visits(analysis.facts, code)
    rows.insert(0, "patient", analysis.cohort.scores(code).patient)
    rows["hypothetical"] = analysis.cohort.hypothetical[rows["patient"].to_numpy()]
    first, last = span(analysis)
    near = rows["day"].between(first, last).to_numpy()
    near = near & analysis.ledger.eligible[rows["patient"].to_numpy()]
    kept: pd.DataFrame = rows[near].reset_index(drop=True)
    return kept


def span(analysis: Analysis) -> tuple[float, float]:
    """Return the days that show both windows with a margin of a twentieth, in whole months.

    So the days shown depend on no score, and stay where they are while a window moves by some days.
    """
    windows = analysis.study.baseline, analysis.study.follow_up
    first, last = min(window.from_day for window in windows), max(window.to_day for window in windows)
    margin = max(1.0, round((last - first) / 20))
    return MONTH * math.floor((first - margin) / MONTH), MONTH * math.ceil((last + margin) / MONTH)


def bin_width(instrument: Instrument) -> float:
    """Return how wide a bin of changes is: the scale's step where that gives few enough, else a round number."""
    scale = instrument.range_max - instrument.range_min
    if instrument.step and 2 * scale / instrument.step <= MOST_BINS:
        return instrument.step
    least = 2 * scale / MOST_BINS
    magnitude = 10 ** np.floor(np.log10(least))
    return float(next(width * magnitude for width in ROUND_WIDTHS if width * magnitude >= least - 1e-12))


def distribution(both: Pairs, instrument: Instrument) -> tuple[Bin, ...]:
    """Count changes in bins centred on the multiples of the bin width, over all changes that the scale allows."""
    width = bin_width(instrument)
    most = int(np.ceil((instrument.range_max - instrument.range_min) / width))
    # Rounded first, so that binary dust does not move a change over the edge between two bins.
    place = np.rint(np.round(both.change / width, 9)).astype(int) + most
    direction = np.sign(both.improvement).astype(int)
    better, same, worse = (np.bincount(place[direction == sign], minlength=2 * most + 1) for sign in (1, 0, -1))
    centres = (np.arange(-most, most + 1) * width).tolist()
    return tuple(map(Bin, centres, better.tolist(), same.tolist(), worse.tolist()))
