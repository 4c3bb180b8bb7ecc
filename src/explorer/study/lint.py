"""What a reader should mind about a study: definitions nobody can meet, windows out of place, known biases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from explorer.cohort.instruments import Instrument
from explorer.reconstruction.facts import is_rebuilt_from_publication
from explorer.study.eligibility import BaselineScore, Covariate, Criterion, Prescriptions, levels
from explorer.study.facts import Facts, Floats
from explorer.study.limits import exceeds, reaches
from explorer.study.response import Leaf, PercentImprovement, PointImprovement, Reported, ScoreAtLeast, ScoreAtMost
from explorer.study.study import Study
from explorer.study.words import counted, listing, spelt

if TYPE_CHECKING:
    from explorer.cohort.tables import Cohort

FEWEST = 10
"""Evaluable patients below which a percentage says little."""


@dataclass(frozen=True)
class Caution:
    """One thing to mind about a study, in a sentence or two; the code says which."""

    code: str
    text: str

    def __str__(self) -> str:
        return self.text


def lint(
    study: Study,
    cohort: Cohort,
    facts: Facts | None = None,
    eligible: npt.NDArray[np.bool_] | None = None,
    n_evaluable: int | None = None,
) -> tuple[Caution, ...]:
    """List what a reader should mind about a study that can be computed on a cohort.

    Parameters
    ----------
    study, cohort
        The study must not lack anything in the cohort (see `availability`).
    facts, eligible : optional
        The patients' scores under the study's windows, and a mask of those counted: with both, thresholds that no
        patient's baseline allows are found in the data too.
    n_evaluable : int, optional
        The denominator of the response rate.
    """
    return (
        *of_windows(study),
        *_out_of_reach(study, cohort, facts, eligible),
        *_unmatched(study, cohort),
        *_few(n_evaluable),
        *_selection(study, cohort),
        *of_policy(study),
    )


def of_windows(study: Study) -> tuple[Caution, ...]:
    """List what a reader should mind about the windows of a study and the scores picked in them."""
    return (*_windows(study), *_flattering_picks(study))


def of_criteria(study: Study, cohort: Cohort) -> tuple[Caution, ...]:
    """List what a reader should mind about the criteria of a study, whatever else it holds but its rule."""
    return (*_unmatched(study, cohort), *_selection(study, cohort))


def _windows(study: Study) -> Iterator[Caution]:
    baseline, follow_up = study.baseline, study.follow_up
    if follow_up.to_day <= 0:
        yield Caution(
            "follow_up_before_start",
            f"The follow-up window ends on day {follow_up.to_day}, before {study.index_drug} could have worked.",
        )
    elif follow_up.from_day <= 0:
        yield Caution(
            "follow_up_opens_early",
            f"The follow-up window opens on day {follow_up.from_day}: a score from before {study.index_drug} was "
            "started can count as follow-up.",
        )
    elif follow_up.from_day <= baseline.to_day:
        yield Caution(
            "windows_overlap",
            f"The follow-up window opens on day {follow_up.from_day} and the baseline window closes on day "
            f"{baseline.to_day}: one visit can count as both, and its change is 0.",
        )
    if baseline.to_day > 0:
        yield Caution(
            "baseline_after_start",
            f"The baseline window runs to day {baseline.to_day}: scores after the start may already show an effect.",
        )


@dataclass(frozen=True)
class _Span:
    """Between which scores the patients counted can have begun, as far as the definition says."""

    low: float
    high: float


def _out_of_reach(
    study: Study, cohort: Cohort, facts: Facts | None, eligible: npt.NDArray[np.bool_] | None
) -> Iterator[Caution]:
    for leaf in study.response.rule.leaves():
        if isinstance(leaf, Reported):
            continue
        instrument = cohort.instruments[leaf.instrument]
        if (caution := of_scale(study, leaf, instrument)) is not None:
            yield caution
        elif facts is not None and eligible is not None:
            yield from _nobody_began_so(leaf, instrument, facts.baseline(leaf.instrument)[eligible])


def of_scale(study: Study, leaf: Leaf, instrument: Instrument) -> Caution | None:
    """Say what a reader should mind about a simple rule, given its scale and the baselines that the criteria admit."""
    span, whole = _span(study, leaf, instrument), _Span(instrument.range_min, instrument.range_max)
    if not _within_reach(leaf, instrument, _baselines(whole, instrument)).any():
        return Caution("unreachable", f"No patient can meet '{leaf}': {_scale(instrument)}.")
    if span.low > span.high or not _within_reach(leaf, instrument, _baselines(span, instrument)).any():
        return Caution(
            "impossible_after_restriction", f"The restriction on baseline leaves nobody who could meet '{leaf}'."
        )
    if _met_at_start(leaf, instrument, span):
        return Caution("met_at_baseline", f"Everyone counted meets '{leaf}' at baseline already.")
    return None


def _scale(instrument: Instrument) -> str:
    low, high = spelt(instrument.range_min), spelt(instrument.range_max)
    return f"{instrument.code} runs from {low} to {high}, and {instrument.direction}"


def _span(study: Study, leaf: Leaf, instrument: Instrument) -> _Span:
    """Intersect what eligibility, `among` and the rule ask of the baseline score."""
    low, high = instrument.range_min, instrument.range_max
    for criterion in _criteria(study):
        if isinstance(criterion, BaselineScore) and criterion.instrument == instrument.code:
            low = max(low, low if criterion.at_least is None else criterion.at_least)
            high = min(high, high if criterion.at_most is None else criterion.at_most)
    if not isinstance(leaf, Reported) and leaf.baseline_at_least is not None:
        low = max(low, leaf.baseline_at_least)
    return _Span(low, high)


def _baselines(span: _Span, instrument: Instrument) -> Floats:
    """Return the baselines from which most can be gained, whichever way is better and however it is measured."""
    least = instrument.step or 1e-6  # a percentage of 0 is undefined, so the smallest score above it is tried
    return np.array([span.low, min(max(span.low, least), span.high), span.high])


def _within_reach(leaf: Leaf, instrument: Instrument, baseline: Floats) -> npt.NDArray[np.bool_]:
    """Say from which baselines the rule could be met, were the follow-up score the best there is."""
    gained = instrument.improvement(baseline, np.full_like(baseline, instrument.best))
    match leaf:
        case PercentImprovement():
            gained = 100 * gained / np.where(baseline > 0, baseline, np.nan)
        case PointImprovement():
            pass
        case _:
            return np.ones(np.shape(baseline), bool)
    threshold, suffices = leaf.threshold
    return reaches(gained, threshold) if suffices else exceeds(gained, threshold)


def _met_at_start(leaf: Leaf, instrument: Instrument, span: _Span) -> bool:
    if isinstance(leaf, ScoreAtMost):
        return instrument.lower_is_better and span.high <= leaf.score
    return isinstance(leaf, ScoreAtLeast) and not instrument.lower_is_better and span.low >= leaf.score


def _nobody_began_so(leaf: Leaf, instrument: Instrument, baseline: Floats) -> Iterator[Caution]:
    as_asked, able = beginnings(leaf, instrument, baseline)
    began = baseline[as_asked]
    if len(began) == 0:
        yield Caution("no_baseline", f"No eligible patient has the baseline that '{leaf}' needs.")
    elif not able.any():
        yield Caution(
            "unreachable_here",
            f"No eligible patient began with a score from which '{leaf}' could be met: their {instrument.code} began "
            f"between {spelt(float(began.min()))} and {spelt(float(began.max()))}.",
        )


def beginnings(
    leaf: Leaf, instrument: Instrument, baseline: Floats
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Say who began with a score as a simple rule asks, and who of them could meet it; arrays like the baseline's."""
    asked = ~np.isnan(baseline)
    if not isinstance(leaf, Reported) and leaf.baseline_at_least is not None:
        asked &= reaches(baseline, leaf.baseline_at_least)
    return asked, asked & _within_reach(leaf, instrument, baseline)


def _unmatched(study: Study, cohort: Cohort) -> Iterator[Caution]:
    for criterion in _criteria(study):
        if isinstance(criterion, Covariate) and criterion.in_ is not None:
            held = set(levels(cohort.patients[criterion.column]).dropna().unique())
            absent = [str(value) for value in criterion.in_ if value not in held]
            if absent:
                yield Caution(
                    "no_such_value", f"No patient has {listing(absent, 'or')} in the column {criterion.column}."
                )


def _few(n_evaluable: int | None) -> Iterator[Caution]:
    if n_evaluable is not None and n_evaluable < FEWEST:
        yield Caution(
            "few_evaluable",
            f"Only {counted(n_evaluable, 'patient')} can be evaluated: with fewer than {FEWEST}, read the interval and "
            "not the percentage.",
        )


def _selection(study: Study, cohort: Cohort) -> Iterator[Caution]:
    if _severe_only(study, cohort):
        made = " In most of the shipped reconstructions, IGA change turns significant under an IGA filter."
        yield Caution(
            "regression_to_the_mean",
            "Patients are chosen, or counted as able to respond, by a bad baseline score. Such scores fall back "
            "towards the average on their own, so part of the improvement is regression to the mean."
            + (made if is_rebuilt_from_publication(cohort) and _only_severe_iga(study) else ""),
        )
    if any(
        isinstance(criterion, Prescriptions) and criterion.drug == study.index_drug and (criterion.at_least or 0) > 1
        for criterion in _criteria(study)
    ):
        assumed = " In this synthetic cohort that link is an assumption." if is_rebuilt_from_publication(cohort) else ""
        yield Caution(
            "selection_after_start",
            f"Who must have several prescriptions of {study.index_drug} was chosen by what happened after the start: "
            f"early stoppers are left out, which raises the response rate.{assumed}",
        )
    if study.hypothetical:
        yield Caution("hypothetical", "Hypothetical additions are counted in: they are invented, outcomes and all.")


def _only_severe_iga(study: Study) -> bool:
    return any(
        isinstance(criterion, BaselineScore) and criterion.instrument == "IGA" and criterion.at_least is not None
        for criterion in study.eligibility
    )


def _severe_only(study: Study, cohort: Cohort) -> bool:
    """Say whether baseline severity decides who is counted or who can respond."""
    for criterion in _criteria(study):
        if isinstance(criterion, BaselineScore):
            lower_is_better = cohort.instruments[criterion.instrument].lower_is_better
            if (criterion.at_least if lower_is_better else criterion.at_most) is not None:
                return True
    return any(
        not isinstance(leaf, Reported)
        and leaf.baseline_at_least is not None
        and cohort.instruments[leaf.instrument].lower_is_better
        for leaf in study.response.rule.leaves()
    )


def _flattering_picks(study: Study) -> Iterator[Caution]:
    picks = (("baseline", study.baseline.pick, "worst"), ("follow-up", study.follow_up.pick, "best"))
    for when, pick, flattering in picks:
        if pick in ("best", "worst"):
            effect = "overstates" if pick == flattering else "understates"
            yield Caution(
                f"{pick}_{when.replace('-', '_')}",
                f"Taking the {pick} of several {when} scores {effect} improvement, the more so the more visits.",
            )


def of_policy(study: Study) -> Iterator[Caution]:
    """Give what a reader should mind about the policy for unknown outcomes."""
    missing = study.missing
    if missing.kind in ("best_case", "worst_case"):
        side = "highest" if missing.kind == "best_case" else "lowest"
        yield Caution(
            missing.kind,
            f"This is the {side} rate the missing outcomes allow: a bound, not an estimate, and its interval covers "
            "sampling alone.",
        )
    if missing.kind == "multiple_imputation":
        yield Caution(
            "multiple_imputation",
            f"The {missing.imputations} imputations are random draws (seed {missing.seed}): another seed gives "
            "slightly different figures. They assume that what was recorded explains what is missing.",
        )


def _criteria(study: Study) -> tuple[Criterion, ...]:
    return (*study.eligibility, *study.response.among)
