"""Rates beside those of an analysis follow its interval, and are not estimated with invented patients."""

import math

from explorer.analysis.analyse import analyse
from explorer.analysis.rates import counts_invented, estimate
from explorer.bundled import bundled_cohort
from explorer.statistics.intervals import rate
from explorer.study.presets import PRESETS

STUDY = PRESETS["as-published"].study


def test_the_interval_is_the_one_in_force():
    analysis = analyse(bundled_cohort(), STUDY.replace(interval="jeffreys", confidence=0.9))
    assert estimate(analysis, 3, 10) == rate(3, 10, "jeffreys", 0.9)


def test_no_interval_with_invented_patients():
    analysis = analyse(bundled_cohort(), STUDY.replace(hypothetical=True, eligibility=()))
    assert counts_invented(analysis)
    assert math.isnan(estimate(analysis, 3, 10).low)
    assert estimate(analysis, 3, 10).rate == 0.3
