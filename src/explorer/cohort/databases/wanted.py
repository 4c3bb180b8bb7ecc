"""An extract with its names looked up: which concepts each of its parts stands for in this database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from explorer.cohort.databases.cdm import Cdm
from explorer.cohort.databases.concepts import drug_ids, ids, refuse_shared
from explorer.cohort.databases.crossing import Crossing
from explorer.cohort.databases.extract import Extract, Score
from explorer.cohort.databases.scores import Wanted


@dataclass(frozen=True)
class LookedUp:
    """The concepts of an extract.

    Attributes
    ----------
    drugs : mapping of str to tuple of int
        Of the index drug and, if there is one, the prior drug, by name.
    scores, measured : mapping of str to Wanted
        Scores by instrument, and numeric covariates by name.
    conditions, terms : mapping of str to tuple of int
        Covariates of yes and no, and adverse events.
    """

    drugs: Mapping[str, tuple[int, ...]]
    scores: Mapping[str, Wanted]
    measured: Mapping[str, Wanted]
    conditions: Mapping[str, tuple[int, ...]]
    terms: Mapping[str, tuple[int, ...]]


def look_up(cdm: Cdm, crossing: Crossing, extract: Extract) -> LookedUp:
    """Look up every concept that an extract names.

    Raises
    ------
    CohortError
        Where a name is unknown, or one concept stands for two drugs, two scores or two events.
    """
    drugs = {drug.name: drug_ids(cdm, crossing, drug) for drug in extract.drugs}
    scores = {
        code: _wanted(cdm, crossing, score, code, -extract.days_before, extract.days_after)
        for code, score in extract.scores.items()
    }
    terms = {
        term: ids(cdm, crossing, meant, f"the event '{term}'", below=True)
        for term, meant in extract.adverse_events.items()
    }
    refuse_shared(cdm, drugs)
    refuse_shared(cdm, {code: (*each.concepts, *each.score.source_values) for code, each in scores.items()})
    refuse_shared(cdm, terms)
    return LookedUp(drugs, scores, _measured(cdm, crossing, extract), _conditions(cdm, crossing, extract), terms)


def _wanted(cdm: Cdm, crossing: Crossing, score: Score, what: str, from_day: int, to_day: int) -> Wanted:
    return Wanted(score, ids(cdm, crossing, score.concepts, f"'{what}'", below=False), from_day, to_day)


def _measured(cdm: Cdm, crossing: Crossing, extract: Extract) -> dict[str, Wanted]:
    return {
        name: _wanted(cdm, crossing, Score(concepts=covariate.measurement), name, -extract.days_before, 0)
        for name, covariate in extract.covariates.items()
        if covariate.measurement
    }


def _conditions(cdm: Cdm, crossing: Crossing, extract: Extract) -> dict[str, tuple[int, ...]]:
    return {
        name: ids(cdm, crossing, covariate.conditions, f"the covariate '{name}'", below=True)
        for name, covariate in extract.covariates.items()
        if covariate.conditions
    }
