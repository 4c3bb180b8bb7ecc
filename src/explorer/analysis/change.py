"""How each score changed from baseline to follow-up in the patients who have both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.analysis.facts import CohortFacts
from explorer.analysis.scores import Floats
from explorer.cohort.instruments import Instrument
from explorer.statistics.multiplicity import benjamini_hochberg, holm
from explorer.statistics.paired import dz, hedges_g, hodges_lehmann, paired_t, wilcoxon

Bools = npt.NDArray[np.bool_]
MOST_GRADES = 11


@dataclass(frozen=True)
class Grades:
    """Patients by baseline grade (rows) and follow-up grade (columns), for scales of few whole grades."""

    grades: tuple[float, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Change:
    """Change of one score: follow-up minus baseline, in points, of the patients who have both.

    Ranks take differences as they are, as R's `wilcox.test` does: on a scale of tenths, equal changes can differ in
    the last binary digit and then do not tie. Means called `available_` are over whoever had a score at that time. Percent improvement is in the
    instrument's better direction, 50 being halved, and leaves out the patients whose baseline is 0.
    The percentage by which the mean fell and the median patient's percentage are different things.
    Scores passed over lay in a window, but another score of the same patient there was used.
    `p_t_holm` and `p_t_bh` are the paired t test's p values adjusted for testing every score of the cohort.
    """

    instrument: str
    name: str
    n_baseline: int
    n_followup: int
    n_paired: int
    n_baseline_passed_over: int
    n_followup_passed_over: int
    baseline_mean: float
    followup_mean: float
    mean_change: float
    sd_change: float
    ci_low: float
    ci_high: float
    t: float
    p_t: float
    p_t_holm: float
    p_t_bh: float
    p_wilcoxon: float
    wilcoxon_method: str
    hodges_lehmann: float
    hodges_lehmann_low: float
    hodges_lehmann_high: float
    dz: float
    dz_low: float
    dz_high: float
    hedges_g: float
    hedges_g_low: float
    hedges_g_high: float
    available_baseline_mean: float
    available_followup_mean: float
    n_improved: int
    n_same: int
    n_worse: int
    improvement_of_means_percent: float
    median_improvement_percent: float
    n_percent: int
    grades: Grades | None
    available_baseline_grades: tuple[int, ...] | None
    available_followup_grades: tuple[int, ...] | None


INFERENTIAL = [
    "ci_low",
    "ci_high",
    "t",
    "p_t",
    "p_t_holm",
    "p_t_bh",
    "p_wilcoxon",
    "wilcoxon_method",
    "hodges_lehmann_low",
    "hodges_lehmann_high",
    "dz_low",
    "dz_high",
    "hedges_g_low",
    "hedges_g_high",
]
"""What is withheld when invented additions are counted in."""


def changes(facts: CohortFacts, who: Bools) -> tuple[Change, ...]:
    """Describe the change of every score of a cohort in some of its patients."""
    rows = [change(facts, code, who) for code in facts.cohort.instruments]
    p = [row.p_t for row in rows]
    adjusted = zip(rows, holm(p).tolist(), benjamini_hochberg(p).tolist(), strict=True)
    return tuple(replace(row, p_t_holm=by_holm, p_t_bh=by_bh) for row, by_holm, by_bh in adjusted)


def change(facts: CohortFacts, code: str, who: Bools) -> Change:
    """Describe the change of one score in some patients; its p value is not yet adjusted for the other scores."""
    instrument = facts.instrument(code)
    before, after = facts.baseline_visit(code), facts.follow_up_visit(code)
    baseline, follow_up = before.score[who], after.score[who]
    has_baseline, has_follow_up = ~np.isnan(baseline), ~np.isnan(follow_up)
    paired = has_baseline & has_follow_up
    pre, post = baseline[paired], follow_up[paired]
    return Change(
        instrument=instrument.code,
        name=instrument.name,
        n_baseline=int(has_baseline.sum()),
        n_followup=int(has_follow_up.sum()),
        n_paired=int(paired.sum()),
        n_baseline_passed_over=before.n_passed_over(who),
        n_followup_passed_over=after.n_passed_over(who),
        available_baseline_mean=_mean(baseline[has_baseline]),
        available_followup_mean=_mean(follow_up[has_follow_up]),
        baseline_mean=_mean(pre),
        followup_mean=_mean(post),
        grades=grades(instrument, pre, post),
        available_baseline_grades=grade_counts(instrument, baseline[has_baseline]),
        available_followup_grades=grade_counts(instrument, follow_up[has_follow_up]),
        **_direction(instrument.improvement(pre, post)),
        **_percent(instrument, pre, post),
        **_estimates(post - pre, facts.study.confidence),
    )


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _estimates(difference: Floats, confidence: float) -> dict[str, Any]:
    paired = paired_t(difference, confidence)
    ranks = wilcoxon(difference)
    centre = hodges_lehmann(difference, confidence)
    standardised, corrected = dz(difference, confidence), hedges_g(difference, confidence)
    return {
        "mean_change": paired.mean,
        "sd_change": paired.sd,
        "ci_low": paired.low,
        "ci_high": paired.high,
        "t": paired.t,
        "p_t": paired.p,
        "p_t_holm": paired.p,
        "p_t_bh": paired.p,
        "p_wilcoxon": ranks.p,
        "wilcoxon_method": ranks.method,
        "hodges_lehmann": centre.estimate,
        "hodges_lehmann_low": centre.low,
        "hodges_lehmann_high": centre.high,
        "dz": standardised.estimate,
        "dz_low": standardised.low,
        "dz_high": standardised.high,
        "hedges_g": corrected.estimate,
        "hedges_g_low": corrected.low,
        "hedges_g_high": corrected.high,
    }


def _direction(improvement: Floats) -> dict[str, Any]:
    return {
        "n_improved": int((improvement > 0).sum()),
        "n_same": int((improvement == 0).sum()),
        "n_worse": int((improvement < 0).sum()),
    }


def _percent(instrument: Instrument, before: Floats, after: Floats) -> dict[str, Any]:
    # Percent change is undefined at a baseline of 0, as PCHG in CDISC ADaM, and means nothing below it.
    each = percent_improvement(instrument, before, after)
    defined = each[~np.isnan(each)]
    of_means = percent_improvement(instrument, np.array([_mean(before)]), np.array([_mean(after)]))
    return {
        "improvement_of_means_percent": float(of_means[0]),
        "median_improvement_percent": float(np.median(defined)) if len(defined) else float("nan"),
        "n_percent": len(defined),
    }


def percent_improvement(instrument: Instrument, before: Floats, after: Floats) -> Floats:
    """Percent of the baseline score by which it improved; NaN unless the baseline is above 0 and no score missing."""
    # Multiplying first keeps whole-number scores exact: 50 to 21 is 58 %, not 57.99999999999999.
    return 100 * instrument.improvement(before, after) / np.where(before > 0, before, np.nan)


def grades(instrument: Instrument, before: Floats, after: Floats) -> Grades | None:
    """Count patients from grade to grade, for a scale of at most eleven grades; None for any other scale."""
    scale = _scale(instrument)
    if scale is None:
        return None
    pair = _grade(instrument, before) * len(scale) + _grade(instrument, after)
    counts = np.bincount(pair, minlength=len(scale) ** 2).reshape(len(scale), -1)
    return Grades(tuple(scale.tolist()), tuple(tuple(line) for line in counts.tolist()))


def grade_counts(instrument: Instrument, scores: Floats) -> tuple[int, ...] | None:
    """Count patients in each grade, lowest first, for a scale of at most eleven grades; None for any other scale."""
    scale = _scale(instrument)
    if scale is None:
        return None
    return tuple(np.bincount(_grade(instrument, scores), minlength=len(scale)).tolist())


def _scale(instrument: Instrument) -> Floats | None:
    if not instrument.step or (instrument.range_max - instrument.range_min) / instrument.step >= MOST_GRADES:
        return None
    return np.arange(instrument.range_min, instrument.range_max + instrument.step / 2, instrument.step)


def _grade(instrument: Instrument, scores: Floats) -> npt.NDArray[np.int64]:
    step = instrument.step or 1.0
    return np.rint((scores - instrument.range_min) / step).astype(np.int64)
