"""Response in subgroups: why the prior drug was stopped first, then patients' and baseline characteristics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.analysis.description import NOT_RECORDED, why_stopped
from explorer.analysis.facts import CohortFacts
from explorer.analysis.outcome import Outcome, response_rate
from explorer.analysis.scores import Floats

Bools = npt.NDArray[np.bool_]
MOST_LEVELS = 6
AGES = {"under 18": 0, "18 to 39": 18, "40 to 64": 40, "65 and over": 65}


@dataclass(frozen=True)
class Subgroup:
    """Responders in one level of one characteristic. Descriptive: no test of difference is made."""

    by: str
    level: str
    n_evaluable: int
    n_responders: int | float
    rate: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, eq=False)
class Grouping:
    """A characteristic: its levels, and each patient's position among them (-1: not recorded)."""

    by: str
    levels: tuple[str, ...]
    codes: npt.NDArray[np.integer]


def subgroups(facts: CohortFacts, outcome: Outcome, among: Bools) -> tuple[Subgroup, ...]:
    """Give the response rate in every level that holds patients, unknown levels counted apart."""
    found = (_levels(grouping, facts, outcome, among) for grouping in groupings(facts, among))
    return tuple(subgroup for levels in found if len(levels) > 1 for subgroup in levels)


def _levels(grouping: Grouping, facts: CohortFacts, outcome: Outcome, among: Bools) -> list[Subgroup]:
    named = [*enumerate(grouping.levels), (-1, NOT_RECORDED)]
    present = np.bincount(grouping.codes[among] + 1, minlength=len(named))
    return [
        _subgroup(grouping.by, level, facts, outcome, among & (grouping.codes == code))
        for code, level in named
        if present[code + 1]
    ]


def _subgroup(by: str, level: str, facts: CohortFacts, outcome: Outcome, who: Bools) -> Subgroup:
    estimate = response_rate(outcome, who, facts.study)
    return Subgroup(by, level, estimate.n_evaluable, estimate.n_responders, estimate.rate, estimate.low, estimate.high)


def groupings(facts: CohortFacts, among: Bools) -> Iterator[Grouping]:
    """List the characteristics that the cohort offers, in the order in which they are shown."""
    drug = facts.study.prior_drug
    if drug and facts.took(drug).any():
        yield Grouping(f"why {drug} was stopped", *why_stopped(facts, drug))
        yield _halves(f"days on {drug}", facts.exposure_days(drug), among)
    yield _categories("sex", facts.column("sex").array)
    yield _bands("age", facts.column("age").to_numpy(float), list(AGES), list(AGES.values()))
    for code, instrument in facts.cohort.instruments.items():
        if instrument.bands:
            ascending = sorted(instrument.bands, key=lambda band: band.low)
            names, lows = zip(*((band.name, band.low) for band in ascending), strict=True)
            yield _bands(f"{code} at baseline", facts.baseline(code), names, lows)
    for name in facts.cohort.covariates:
        yield from _covariate(name, facts.column(name), among)


def _categories(by: str, values: pd.Categorical) -> Grouping:
    return Grouping(by, tuple(str(level) for level in values.categories), values.codes)


def _bands(by: str, values: Floats, names: Sequence[str], lows: Sequence[float]) -> Grouping:
    # A score below the lowest band, in a gap between the bands' printed ends, belongs to the one above it.
    codes = np.maximum(np.searchsorted(np.asarray(lows), values, side="right") - 1, 0)
    return Grouping(by, tuple(names), np.where(np.isnan(values), -1, codes))


def _halves(by: str, values: Floats, among: Bools) -> Grouping:
    known = values[among & ~np.isnan(values)]
    middle = float(np.median(known)) if len(known) else 0.0
    codes = np.where(np.isnan(values), -1, (values >= middle).astype(int))
    return Grouping(by, (f"under {middle:g}", f"{middle:g} or more"), codes)


def _covariate(name: str, values: pd.Series, among: Bools) -> Iterator[Grouping]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        if len(values.cat.categories) <= MOST_LEVELS:
            yield _categories(name, values.array)
    elif pd.api.types.is_bool_dtype(values.dtype):
        codes = np.where(values.isna(), -1, values.fillna(False).astype(int))
        yield Grouping(name, ("no", "yes"), codes)
    else:
        yield _halves(name, values.to_numpy(float), among)
