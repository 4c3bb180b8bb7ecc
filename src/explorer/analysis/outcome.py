"""What becomes of unknown outcomes: each missing-data policy, and the rate that follows from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import cast

import numpy as np
import numpy.typing as npt

from explorer.analysis.facts import CohortFacts
from explorer.statistics.imputation import impute
from explorer.statistics.intervals import rate
from explorer.statistics.pooling import pool
from explorer.study.missing import Missing
from explorer.study.response import Rule
from explorer.study.study import Study
from explorer.study.truth import FALSE, TRUE, UNKNOWN, Truth

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Outcome:
    """Who responded, once a missing-data policy has been applied.

    Attributes
    ----------
    verdict : array of int8, one entry per patient
        True, false or unknown (see `study.truth`) before the policy.
    evaluable : array of bool, one entry per patient
        Who counts in the denominator after it.
    responded : array of bool, (completed data sets, patients)
        Who responded after it: one row, or one per imputation.
    """

    verdict: Truth
    evaluable: Bools
    responded: Bools


@dataclass(frozen=True)
class ResponseRate:
    """Responders over evaluable patients, with the interval and how it was made."""

    n_responders: int | float
    n_evaluable: int
    rate: float
    low: float
    high: float
    interval: str


def verdict(facts: CohortFacts, rule: Rule) -> Truth:
    """Apply the rule and, where the study says so, count leaving the index drug early as failure."""
    met = rule.met_by(facts)
    if facts.study.after_stop != "failure":
        return met
    return np.where(left_early(facts, rule), FALSE, met)


def left_early(facts: CohortFacts, rule: Rule) -> Bools:
    """Say who left the index drug before the last of the follow-up scores and answers that the rule uses."""
    days = [facts.follow_up_visit(code).day for code in rule.instruments()]
    days += [facts.report_day(item) for item in rule.items()]
    return facts.left_before(np.fmax.reduce(days))


def outcome(facts: CohortFacts, study: Study, among: Bools) -> Outcome:
    """Apply a study's rule and its missing-outcome policy to the patients among whom response is counted."""
    rule = study.response.rule
    met = verdict(facts, rule)
    if study.missing.kind == "multiple_imputation":
        return _imputed(facts, rule, study.missing, met, among)
    if study.missing.kind == "last_observation":
        completed = verdict(_carried_forward(facts, rule), rule)
        return _single(met, completed, among & (completed != UNKNOWN))
    evaluable, responded = POLICIES[study.missing.kind](met)
    return Outcome(met, among & evaluable, responded[np.newaxis])


def _single(met: Truth, completed: Truth, evaluable: Bools) -> Outcome:
    return Outcome(met, evaluable, (completed == TRUE)[np.newaxis])


def _everyone(met: Truth) -> Bools:
    return np.ones(len(met), bool)


POLICIES: MappingProxyType[str, Callable[[Truth], tuple[Bools, Bools]]] = MappingProxyType(
    {
        "observed": lambda met: (met != UNKNOWN, met == TRUE),
        "non_responder": lambda met: (_everyone(met), met == TRUE),
        "worst_case": lambda met: (_everyone(met), met == TRUE),
        "best_case": lambda met: (_everyone(met), met != FALSE),
    }
)
"""Who is evaluable and who responded. Non-responder imputation and the worst case count alike, but mean
different things: one is a convention of trials, the other the lower bound of what the data allow."""


def _carried_forward(facts: CohortFacts, rule: Rule) -> CohortFacts:
    return replace(facts, filled={("follow_up", code): facts.carried_forward(code) for code in rule.instruments()})


def _imputed(facts: CohortFacts, rule: Rule, policy: Missing, met: Truth, among: Bools) -> Outcome:
    """Complete scores and answers by chained equations, judge every completed data set by the rule.

    Every score of the cohort at both times, and the answers that the rule uses, inform the imputation.
    Patients whose outcome no completed score can decide (percent change from a baseline of 0, or a score
    that nobody has) stay out of the denominator.
    """
    draws, seed = cast("tuple[int, int]", (policy.imputations, policy.seed))  # this policy always has both
    columns = _columns(facts, rule)
    matrix = np.column_stack([values[among] for values in columns.values()])
    completed = impute(matrix, draws, seed)
    verdicts = np.full((draws, len(met)), UNKNOWN)
    for number, data in enumerate(completed):
        filled = {key: _spread(key, data[:, column], among) for column, key in enumerate(columns)}
        verdicts[number] = verdict(replace(facts, filled=filled), rule)
    evaluable = among & (verdicts != UNKNOWN).all(axis=0)
    return Outcome(met, evaluable, verdicts == TRUE)


def _columns(facts: CohortFacts, rule: Rule) -> dict[tuple[str, str], npt.NDArray[np.float64]]:
    columns = {("baseline", code): facts.baseline(code) for code in facts.cohort.instruments}
    columns |= {("follow_up", code): facts.follow_up(code) for code in facts.cohort.instruments}
    # Halving the coded truth gives no = 0, yes = 1.
    answers = {("report", item): facts.report(item) for item in rule.items()}
    return columns | {key: np.where(truth == UNKNOWN, np.nan, truth / 2) for key, truth in answers.items()}


def _spread(key: tuple[str, str], completed: npt.NDArray[np.float64], among: Bools) -> npt.NDArray[np.generic]:
    """Put completed values back in the place of their patients; the others' are never asked for."""
    everyone = np.full(len(among), np.nan)
    everyone[among] = completed
    if key[0] != "report":
        return everyone
    return np.where(np.isnan(everyone), UNKNOWN, np.where(everyone > 0, TRUE, FALSE))


def response_rate(outcome: Outcome, who: Bools, study: Study) -> ResponseRate:
    """Rate of response among some patients, with the study's interval, or Rubin's rules over imputations.

    Where every imputation gives 0 or every one gives 100 %, Rubin's rules have no variance to pool and
    the study's own interval is used.
    """
    counted = who & outcome.evaluable
    k = (outcome.responded & counted).sum(axis=1)
    n = int(counted.sum())
    single = rate(float(k.mean()), n, study.interval, study.confidence)
    if n == 0 or len(k) == 1 or not ((k > 0) & (k < n)).any():
        return ResponseRate(_count(k), n, single.rate, single.low, single.high, study.interval)
    each = k / n
    pooled = pool(each, each * (1 - each) / n, complete_df=n - 1, confidence=study.confidence)
    return ResponseRate(_count(k), n, pooled.estimate, max(0.0, pooled.low), min(1.0, pooled.high), "rubin")


def _count(k: npt.NDArray[np.int64]) -> int | float:
    return int(k[0]) if len(k) == 1 else float(k.mean())
