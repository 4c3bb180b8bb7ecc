"""Run every study of a listing on a cohort."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from explorer.analysis.facts import CohortFacts
from explorer.analysis.ledger import ledger
from explorer.analysis.response import response
from explorer.cohort.tables import Cohort
from explorer.multiverse.alike import cells_of
from explorer.multiverse.cautions import cautions
from explorer.multiverse.counts import Counts, counted
from explorer.multiverse.listing import Listing, rule_of
from explorer.multiverse.plan import Plan, planned
from explorer.multiverse.problems import problems
from explorer.multiverse.results import Changes, Rates, changes_of, rates_of
from explorer.study.study import Study

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
R = TypeVar("R", "Rates", "Changes")


@dataclass(frozen=True, eq=False)
class Multiverse:
    """What every study of a listing gives on a cohort.

    Attributes
    ----------
    response : Rates
    change : mapping of instrument to Changes
    remaining : mapping of str to array of float, one entry per study
        Patients left after each eligibility criterion, by its kind and subject; NaN where a study has no such.
    cautions : array of str, one entry per study
        Codes of what a reader should mind, as `explorer.study.lint` gives them, in alphabetical order, a space between.
    problem : array of str, one entry per study
        Why a study cannot be computed on the cohort; empty where it can.
    """

    cohort: Cohort
    listing: Listing
    response: Rates
    change: Mapping[str, Changes]
    remaining: Mapping[str, Floats]
    cautions: npt.NDArray[np.object_]
    problem: npt.NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.listing)

    @property
    def in_force(self) -> int | None:
        """The row of the study the grid lies around."""
        return self.listing.in_force

    @cached_property
    def rule(self) -> Places:
        """The number of each study's responder rule, thresholds included."""
        return rule_of(self.listing)

    @property
    def computed(self) -> Bools:
        """Which studies have a response rate."""
        return ~np.isnan(self.response.rate)

    def estimates(self, about: str | None) -> tuple[Floats, Floats]:
        """Return the response rate of every study, or its mean change of a score, and how many patients it is of."""
        if about is None:
            return self.response.rate, self.response.n_evaluable
        return self.change[about].mean_change, self.change[about].n_paired


def run(cohort: Cohort, listing: Listing, imputing: bool = False) -> Multiverse:
    """Run every study of a listing on a cohort.

    Masks, picked scores and the parts of rules are computed once and combined as arrays; patients alike in all of
    them are counted as one. The numbers are those of `explorer.analysis.analyse` on each study.

    Parameters
    ----------
    cohort : Cohort
    listing : Listing
    imputing : bool
        Whether to run studies that impute missing outcomes, one by one; otherwise their `problem` says that they were
        left out.
    """
    plan = planned(listing)
    problem = problems(cohort, plan, imputing)
    good = np.flatnonzero(problem == "")
    if len(good) == len(listing):
        return _run(cohort, plan, problem)
    if len(good) == 0:
        return _nothing(cohort, listing, problem)
    return _spread(_run(cohort, planned(listing.rows(good)), problem[good]), listing, good, problem)


def _run(cohort: Cohort, plan: Plan, problem: npt.NDArray[np.object_]) -> Multiverse:
    counts = counted(plan, cells_of(cohort, plan, tuple(cohort.instruments)))
    rates = _imputed(cohort, plan, rates_of(plan, counts, plan.window))
    return Multiverse(
        cohort=cohort,
        listing=plan.listing,
        response=rates,
        change={code: changes_of(plan, counts, code, plan.window) for code in cohort.instruments},
        remaining=_remaining(plan, counts),
        cautions=cautions(cohort, plan, counts, rates.n_evaluable),
        problem=problem,
    )


def _remaining(plan: Plan, counts: Counts) -> dict[str, Floats]:
    """Return the patients left after each eligibility criterion, by column."""
    tables: dict[str, Floats] = {}
    for place, walked in enumerate(plan.steps):
        seen: dict[str, int] = {}
        for step in walked[1:]:
            name = _column(plan, step, seen)
            table = tables.setdefault(name, np.full((len(counts.left), len(plan.steps)), np.nan))
            table[:, place] = counts.left[:, step]
    return {name: table[plan.window, plan.eligibility] for name, table in tables.items()}


def _column(plan: Plan, step: int, seen: dict[str, int]) -> str:
    criterion = plan.paths.criteria[plan.paths.criterion[step]]
    about = next(
        (getattr(criterion, name) for name in ("drug", "instrument", "column") if hasattr(criterion, name)), ""
    )
    name = f"remaining_{criterion.kind}" + (f"_{about}" if about else "")
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name}_{seen[name]}"


def _imputed(cohort: Cohort, plan: Plan, rates: Rates) -> Rates:
    """Run the studies that impute missing outcomes, one by one."""
    imputing = np.array([policy.kind == "multiple_imputation" for policy in plan.policies])[plan.missing]
    if not imputing.any():
        return rates
    columns = {each.name: getattr(rates, each.name).copy() for each in fields(rates)}
    for row in np.flatnonzero(imputing).tolist():
        found = _response(cohort, plan.listing.study(row))
        withheld = np.isnan(columns["ci_low"][row]) and columns["n_evaluable"][row] > 0
        for name in ("n_evaluable", "n_responders", "rate", "ci_low", "ci_high"):
            columns[name][row] = np.nan if withheld and name.startswith("ci_") else getattr(found, name)
    return Rates(**columns)


def _response(cohort: Cohort, study: Study) -> Any:
    facts = CohortFacts(cohort, study)
    entering = np.ones(cohort.n_patients, bool) if study.hypothetical else ~cohort.hypothetical
    return response(facts, study, ledger(entering, study.eligibility, facts).eligible)


def _nothing(cohort: Cohort, listing: Listing, problem: npt.NDArray[np.object_]) -> Multiverse:
    absent = np.full(len(listing), np.nan)
    return Multiverse(
        cohort,
        listing,
        Rates(*[absent] * len(fields(Rates))),
        {code: Changes(*[absent] * len(fields(Changes))) for code in cohort.instruments},
        {},
        np.full(len(listing), "", object),
        problem,
    )


def _spread(found: Multiverse, listing: Listing, good: Places, problem: npt.NDArray[np.object_]) -> Multiverse:
    """Put the results of the studies that could be computed in their places among all."""
    texts = np.full(len(listing), "", object)
    texts[good] = found.cautions
    return replace(
        found,
        listing=listing,
        response=_at(found.response, good, len(listing)),
        change={code: _at(held, good, len(listing)) for code, held in found.change.items()},
        remaining={name: _wide(values, good, len(listing)) for name, values in found.remaining.items()},
        cautions=texts,
        problem=problem,
    )


def _at(held: R, good: Places, n: int) -> R:
    return type(held)(*(_wide(getattr(held, each.name), good, n) for each in fields(held)))


def _wide(values: Floats, good: Places, n: int) -> Floats:
    whole = np.full(n, np.nan)
    whole[good] = values
    return whole
