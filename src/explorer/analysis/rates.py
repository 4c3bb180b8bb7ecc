"""Rates beside those of an analysis, by the same rules: its interval and confidence, and none with invented patients."""

from __future__ import annotations

from dataclasses import replace

from explorer.analysis.analyse import NAN, Analysis
from explorer.statistics.intervals import Rate, rate


def counts_invented(analysis: Analysis) -> bool:
    """Say whether hypothetical additions are among the eligible patients, so that nothing is inferred."""
    return bool((analysis.ledger.eligible & analysis.cohort.hypothetical).any())


def estimate(analysis: Analysis, k: float, n: int) -> Rate:
    """Estimate a rate as the study in force does; its limits are NaN where invented patients are counted in."""
    found = rate(k, n, analysis.study.interval, analysis.study.confidence)
    return replace(found, low=NAN, high=NAN) if counts_invented(analysis) else found
