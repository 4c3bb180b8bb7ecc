"""Intervals and tests of score change that resample the patients: slower than the rest, so only when asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.analysis.analyse import Analysis
from explorer.analysis.scores import Floats
from explorer.statistics.bootstrap import bca
from explorer.statistics.paired import sign_flip

RESAMPLES = 9999


@dataclass(frozen=True)
class Resampled:
    """Mean change of one score by resampling.

    Attributes
    ----------
    bca_low, bca_high : float
        Bias-corrected and accelerated bootstrap interval of the mean change, in points.
    p_sign_flip : float
        Two-sided p value when the sign of each patient's change is flipped at random: exact for up to 20 patients.
    """

    instrument: str
    n_paired: int
    mean_change: float
    bca_low: float
    bca_high: float
    p_sign_flip: float


def resample(analysis: Analysis, seed: int = 0) -> tuple[Resampled, ...]:
    """Resample the change of every score of an analysis; the same seed gives the same figures.

    Nothing is estimated where hypothetical additions are counted in.
    """
    if (analysis.ledger.eligible & analysis.cohort.hypothetical).any():
        return ()
    return tuple(_resampled(analysis, code, seed) for code in analysis.cohort.instruments)


def _resampled(analysis: Analysis, code: str, seed: int) -> Resampled:
    change = _changes(analysis, code)
    interval = bca(change, resamples=RESAMPLES, seed=seed, confidence=analysis.study.confidence)
    return Resampled(
        instrument=code,
        n_paired=len(change),
        mean_change=float(change.mean()) if len(change) else float("nan"),
        bca_low=interval.low,
        bca_high=interval.high,
        p_sign_flip=sign_flip(change, seed=seed, resamples=RESAMPLES).p,
    )


def _changes(analysis: Analysis, code: str) -> Floats:
    facts, eligible = analysis.facts, analysis.ledger.eligible
    change = facts.follow_up(code)[eligible] - facts.baseline(code)[eligible]
    return change[~np.isnan(change)]
