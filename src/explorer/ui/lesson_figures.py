"""The figures that a lesson may name: each a drawing of the app's own, of the definition that the lesson shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from explorer.analysis import pairs
from explorer.analysis import regression_to_the_mean as rtm
from explorer.analysis.analyse import Analysis
from explorer.analysis.carry_over import hypothetical, in_cohort, of_terms
from explorer.analysis.courses import longest_on_index
from explorer.analysis.missing_bounds import missing_bounds
from explorer.analysis.rates import counts_invented
from explorer.analysis.rule_sets import rule_sets
from explorer.charts import bounds, change, curve, ensemble, forest, persistence, safety
from explorer.charts import regression_to_the_mean as rtm_charts
from explorer.charts import rule_sets as sets
from explorer.charts.figure import Figure, TooFew
from explorer.charts.headline import headline
from explorer.charts.theme import MOST_MARKS
from explorer.cohort.instruments import Instrument
from explorer.errors import DefinitionError
from explorer.lessons.expression import LessonError, suggested
from explorer.literature.claims import is_comparable
from explorer.literature.ensemble import change_result, rate_results
from explorer.literature.headline import published_rate
from explorer.multiverse.curve import response_curve
from explorer.multiverse.grids import grids_for
from explorer.multiverse.listing import listed
from explorer.multiverse.run import run

Drawn = Figure | TooFew
LINE = 50
"""Percent that the unknown outcomes are held against."""
BESIDE = 20
"""Marks that a chart of patients needs besides theirs."""


def drawn(name: str, analysis: Analysis) -> Drawn:
    """Draw a figure by the name that lessons give it, as `response` or `change:BSA`.

    Raises
    ------
    LessonError
        Where there is no such figure, or it cannot be drawn of this cohort.
    """
    kind, _, of = name.partition(":")
    if kind not in FIGURES:
        raise LessonError(f"There is no figure '{kind}'.{suggested(kind, list(FIGURES))}")
    try:
        return FIGURES[kind](analysis, of)
    except DefinitionError as error:
        raise LessonError(f"The figure '{name}' cannot be drawn here. {error}") from error


def _instrument(analysis: Analysis, code: str) -> Instrument:
    held = analysis.cohort.instruments
    if code not in held:
        raise LessonError(f"A figure asks for scores of '{code}'. There are: {', '.join(held)}.")
    return held[code]


def _response(analysis: Analysis, _: str) -> Drawn:
    return headline(analysis, published_rate(analysis))


def _parts(analysis: Analysis, _: str) -> Drawn:
    return sets.rule_parts(rule_sets(analysis))


def _combinations(analysis: Analysis, _: str) -> Drawn:
    return sets.combinations(rule_sets(analysis))


def _change(analysis: Analysis, code: str) -> Drawn:
    instrument = _instrument(analysis, code)
    both = pairs.pairs(analysis, code)
    at = pairs.at_both_times(analysis, code, both)
    drawable = pairs.n_scores(analysis, code) + both.n + BESIDE <= MOST_MARKS
    return change.paths(analysis, instrument, both, pairs.near_windows(analysis, code) if drawable else None, at)


def _waterfall(analysis: Analysis, code: str) -> Drawn:
    instrument, both = _instrument(analysis, code), pairs.pairs(analysis, code)
    if both.n + BESIDE > MOST_MARKS:
        raise LessonError(f"With {both.n} patients a bar each could not be read.")
    return change.waterfall(analysis, instrument, both)


def _regression(analysis: Analysis, code: str) -> Drawn:
    instrument, seen = _instrument(analysis, code), rtm.observed(analysis, code)
    return rtm_charts.regression(instrument, seen, rtm.grid(seen, instrument.range_min, instrument.range_max), None)


def _unknown(analysis: Analysis, _: str) -> Drawn:
    return bounds.splits(missing_bounds(analysis), LINE, counts_invented(analysis))


def _carry_over(analysis: Analysis, _: str) -> Drawn:
    terms, study = in_cohort(analysis, safety.MOST_EVENTS), analysis.study
    rows, added = of_terms(analysis.safety.carry_over, terms), of_terms(hypothetical(analysis), terms)
    invented = int((analysis.ledger.eligible & analysis.cohort.hypothetical).sum())
    return safety.carry_over(rows, added, analysis.ledger.n, invented, str(study.prior_drug), study.index_drug)


def _subgroups(analysis: Analysis, _: str) -> Drawn:
    return forest.forest(analysis.subgroups, analysis.response, counts_invented(analysis))


def _persistence(analysis: Analysis, _: str) -> Drawn:
    until = longest_on_index(analysis.facts)
    invented = int((analysis.ledger.eligible & analysis.cohort.hypothetical).sum())
    return persistence.persistence(analysis.persistence, analysis.study.index_drug, until, invented)


def _draws(analysis: Analysis, code: str) -> Drawn:
    if not is_comparable(analysis):
        raise LessonError("The reconstructions are of another cohort, or hypothetical additions are counted in.")
    if code:
        return ensemble.change(change_result(analysis, code, "reading"), _instrument(analysis, code))
    return ensemble.rates(rate_results(analysis, "reading"))


def _multiverse(analysis: Analysis, grid: str) -> Drawn:
    around = grids_for(analysis.cohort)[grid or "small"].around(analysis.study)
    return curve.curve(response_curve(run(analysis.cohort, listed(around))), "lesson")


FIGURES: Mapping[str, Callable[[Analysis, str], Drawn]] = MappingProxyType(
    {
        "response": _response,
        "parts": _parts,
        "combinations": _combinations,
        "change": _change,
        "waterfall": _waterfall,
        "regression": _regression,
        "unknown": _unknown,
        "carry_over": _carry_over,
        "subgroups": _subgroups,
        "persistence": _persistence,
        "draws": _draws,
        "multiverse": _multiverse,
    }
)
"""What a lesson may show after an answer; docs/lessons.md says what each is."""
