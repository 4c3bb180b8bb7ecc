"""Counts and scores of the cohort in every reconstruction: what of a line is printed, and what only this one holds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.analysis.analyse import Analysis, analyse
from explorer.analysis.pairs import pairs
from explorer.analysis.persistence import persistence
from explorer.analysis.safety import NOBODY, affected
from explorer.literature.doubts import reporting
from explorer.literature.ensemble import FEWEST, Spread, change_result
from explorer.multiverse.draws import ensemble
from explorer.study.presets import AS_PUBLISHED
from explorer.study.study import Study
from explorer.study.truth import UNKNOWN

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """A count of a denominator in one reconstruction."""

    k: int
    n: int


@dataclass(frozen=True)
class Reach:
    """A part over the reconstructions: the smallest and the largest share, and how many have the denominator."""

    low: Part
    high: Part
    n_draws: int


@dataclass(frozen=True)
class Again:
    """An event of the first drug over the reconstructions: in how many it came back, and the fewest and most new."""

    back: Reach
    new: tuple[int, int]


@dataclass(frozen=True)
class Stay:
    """Time on the index drug over the reconstructions: who left it, and the shortest and longest median in days.

    A median is infinite where one reconstruction does not reach it.
    """

    left: Reach
    median: tuple[float, float]


def noticed(study: Study, code: str, amount: float) -> Reach | None:
    """Count who improved by so much of those with both scores, in every reconstruction."""
    found = _in_all(study)
    both = pairs(found, code)
    return _reach(_by_draw(both.patient[both.reaching(amount)]), _by_draw(both.patient), FEWEST)


def came_back(study: Study, term: str) -> Again | None:
    """Count in whom an event of the prior drug is recorded on the index drug too, in every reconstruction."""
    found = _in_all(study)
    on = affected(found.cohort, found.ledger.eligible)
    before, after = (on.get((str(drug), term), NOBODY).patient for drug in (study.prior_drug, study.index_drug))
    back = _reach(_by_draw(np.intersect1d(before, after)), _by_draw(before))
    new = _by_draw(np.setdiff1d(after, before))
    return None if back is None else Again(back, (int(new.min()), int(new.max())))


def stayed(study: Study) -> Stay | None:
    """Follow who left the index drug, and the median time to it, in every reconstruction."""
    found = _in_all(study)
    draw, eligible = _draw_of_patient(), found.ledger.eligible
    each = [persistence(found.facts, eligible & (draw == at), study.confidence) for at in range(len(ensemble()))]
    left = _reach(np.array([one.n_stopped for one in each]), np.array([one.n for one in each]))
    medians = [one.median_days if math.isfinite(one.median_days) else math.inf for one in each if one.n]
    return None if left is None else Stay(left, (min(medians), max(medians)))


def changed(analysis: Analysis, code: str) -> Spread | None:
    """Give the mean change of a score in the reconstructions, from the least to the greatest value."""
    found = change_result(analyse(analysis.cohort, _counted_once(analysis.study)), code, "reading")
    return reporting(found) if found.spreads else None


def unknown(study: Study) -> tuple[int, int]:
    """Count the unknown outcomes by the rule in force: the fewest and the most in any reconstruction."""
    found = _in_all(study).response
    n = _by_draw(np.flatnonzero(found.among & (found.outcome.verdict == UNKNOWN)))
    return int(n.min()), int(n.max())


def _in_all(study: Study) -> Analysis:
    """Analyse the patients of all reconstructions at once, kept with their cohort."""
    study, cohort = _counted_once(study), ensemble().cohort
    return cohort.derived(("all reconstructions", study.fingerprint), lambda: analyse(cohort, study))


def _counted_once(study: Study) -> Study:
    """Leave out imputation, of which nothing here depends: it is not run on every reconstruction."""
    return study.replace(missing=AS_PUBLISHED.missing, hypothetical=False)


def _draw_of_patient() -> Counts:
    """Return the place of each patient's reconstruction."""
    held = ensemble()
    draw = np.zeros(held.cohort.n_patients, np.int64)
    draw[held.place[held.there]] = np.nonzero(held.there)[0]
    return draw


def _by_draw(patients: Counts) -> Counts:
    return np.bincount(_draw_of_patient()[patients], minlength=len(ensemble()))


def _reach(k: Counts, n: Counts, fewest: int = 1) -> Reach | None:
    """Return the smallest and the largest share where the denominator is large enough; None where it nowhere is."""
    k, n = k[n >= fewest], n[n >= fewest]
    if not len(n):
        return None
    # Of equal shares the smallest denominator stands first and the largest last, so that 0 of 3 and 0 of 13 both show.
    order = np.lexsort((n, k / n))
    low, high = (Part(int(k[at]), int(n[at])) for at in (order[0], order[-1]))
    return Reach(low, high, len(n))
