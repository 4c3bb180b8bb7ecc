"""What the names and functions of a lesson stand for: results of the engine on a cohort, under a definition."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np

from explorer.analysis.analyse import Analysis, analyse
from explorer.analysis.change import percent_improvement
from explorer.analysis.keys import as_keys
from explorer.analysis.regression_to_the_mean import expected_change, observed, pull
from explorer.analysis.rule_sets import rule_sets
from explorer.cohort.tables import Cohort
from explorer.errors import DefinitionError
from explorer.lessons.draws import all_in_its_reading, draws, in_its_reading, readings
from explorer.lessons.expression import AbsentError, LessonError, holds, number, part, suggested, value
from explorer.lessons.lesson import DEFAULT, Lesson
from explorer.literature.claims import is_comparable
from explorer.multiverse.curve import Curve, response_curve
from explorer.multiverse.grids import grids_for
from explorer.multiverse.listing import listed
from explorer.multiverse.run import run
from explorer.reconstruction.facts import published
from explorer.reconstruction.printed import patients, shares_printing
from explorer.statistics import intervals
from explorer.statistics.grim import counts_printing
from explorer.study.presets import default_for, offered
from explorer.study.study import Study

LABELS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ledger": ("criterion",),
        "change": ("instrument",),
        "reports": ("item",),
        "subgroups": ("by", "level"),
        "events": ("drug", "term"),
        "carry_over": ("term",),
        "by_rule": ("rule",),
        "among_steps": ("criterion",),
        "sex": ("level",),
        "prior_drug_stop_reasons": ("level",),
    }
)
"""By what the rows of each list in the results are found."""


@dataclass(frozen=True, eq=False)
class Results:
    """What a lesson looks at: one cohort under one study, and further studies by name.

    Attributes
    ----------
    cohort : Cohort
    study : Study
        Under which bare names are computed.
    studies : mapping of str to Study
        What `under(...)` knows: presets, and the lesson's own.
    one_of_many : bool
        Whether the cohort is one of the reconstructions that an expression is computed over.
    """

    cohort: Cohort
    study: Study
    studies: Mapping[str, Study]
    one_of_many: bool = False
    _others: dict[str, Results] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def analysis(self) -> Analysis:
        """The analysis of the cohort under the study."""
        return _analysed(self.cohort, self.study)

    @cached_property
    def keys(self) -> Mapping[str, Any]:
        """The results as plain values, rows of lists found by name and by place."""
        found: Mapping[str, Any] = _found_by_name(as_keys(self.analysis))
        return found

    def named(self, name: str) -> Any:
        """Return the results under a top name of `explorer analyse --format json`."""
        if name in self.keys:
            return self.keys[name]
        raise LessonError(f"There is no quantity '{name}'.{suggested(name, list(self.keys))}")

    def function(self, name: str) -> Callable[..., Any]:
        """Return a function of lessons, bound to these results."""
        if name not in FUNCTIONS:
            raise LessonError(f"There is no function '{name}'.{suggested(name, list(FUNCTIONS))}")
        held = FUNCTIONS[name]
        return lambda *arguments: held(self, *arguments)

    def by(self, study: Study) -> Results:
        """Return the same under another study, once computed for all texts that name it."""
        return self._others.setdefault(study.canonical(), replace(self, study=study))


def results(lesson: Lesson, cohort: Cohort, study: Study | None = None) -> Results:
    """Return what a lesson looks at: by default under its own study.

    Raises
    ------
    LessonError
        Where it names a study that there is not.
    """
    studies = studies_of(lesson, cohort)
    if study is None:
        with lesson.at("study"):
            study = known(studies, lesson.study)
    return Results(cohort, study, studies)


def studies_of(lesson: Lesson, cohort: Cohort) -> Mapping[str, Study]:
    """Return every study that a lesson may name, by name; its own come before presets."""
    presets = {offer.preset.name: offer.preset.study for offer in offered(cohort)}
    return MappingProxyType(presets | {DEFAULT: default_for(cohort)} | dict(lesson.studies))


def known(studies: Mapping[str, Study], name: object) -> Study:
    """Return a study by its name, or raise LessonError."""
    if isinstance(name, str) and name in studies:
        return studies[name]
    raise LessonError(f"There is no study '{name}'.{suggested(str(name), list(studies))}")


def _analysed(cohort: Cohort, study: Study) -> Analysis:
    try:
        return analyse(cohort, study)
    except DefinitionError as error:
        raise AbsentError(f"“{study.name}” cannot be computed here. {error}") from error


def _found_by_name(value: Any, labels: Sequence[str] = ()) -> Any:
    """Turn lists of named rows into tables that are read by name and by place."""
    if isinstance(value, Mapping):
        return {key: _found_by_name(held, LABELS.get(key, ())) for key, held in value.items()}
    if isinstance(value, list) and labels:
        return {**dict(enumerate(value)), **_by_label(value, labels)}
    return value


def _by_label(rows: Iterable[Mapping[str, Any]], labels: Sequence[str]) -> dict[str, Any]:
    first, *further = labels
    grouped: dict[str, Any] = {}
    for row in rows:
        if further:
            grouped.setdefault(row[first], {})[row[further[0]]] = row
        else:
            grouped.setdefault(row[first], row)
    return grouped


# Functions. The first argument is the results that the expression is looked up in; the others are what the file gives.


def _under(seen: Results, name: str) -> Mapping[str, Any]:
    return seen.by(known(seen.studies, name)).keys


def _published(_: Results, name: str) -> float:
    """Give a published figure, as printed."""
    names = {fact.id: fact for fact in published().facts if fact.decimals is not None}
    if name not in names:
        raise LessonError(f"There is no published number '{name}'.{suggested(str(name), list(names))}")
    found = names[name].number
    return int(found) if found.denominator == 1 else float(found)


def _mean_of_percents(seen: Results, code: str) -> float:
    """Average the patients' percent improvements, of those with both scores and a baseline above 0."""
    _change(seen, code)
    analysis, instrument = seen.analysis, seen.cohort.instruments[code]
    eligible = analysis.ledger.eligible
    before, after = analysis.facts.baseline(code)[eligible], analysis.facts.follow_up(code)[eligible]
    each = percent_improvement(instrument, before, after)
    return float(np.mean(each[~np.isnan(each)])) if (~np.isnan(each)).any() else math.nan


def _percent_of_means(seen: Results, code: str) -> float:
    return number(_change(seen, code)["improvement_of_means_percent"], "the percent improvement of the means")


def _median_of_percents(seen: Results, code: str) -> float:
    return number(_change(seen, code)["median_improvement_percent"], "the median percent improvement")


def _change(seen: Results, code: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = part(seen.keys["change"], code)
    return found


def _regression(seen: Results, code: str, population_mean: float, repeatability: float) -> float:
    """Give the change expected without any treatment, in points, under two assumptions."""
    _change(seen, code)
    baseline = observed(seen.analysis, code).baseline_mean
    return float(expected_change(pull(baseline, population_mean), repeatability))


def _subgroups(seen: Results, fewest: int) -> list[Mapping[str, Any]]:
    rows = [row for place, row in seen.keys["subgroups"].items() if isinstance(place, int)]
    return [row for row in rows if row["n_evaluable"] >= fewest and row["rate"] is not None]


def _lowest_subgroup(seen: Results, fewest: int) -> Mapping[str, Any]:
    return min(_some(_subgroups(seen, fewest)), key=lambda row: row["rate"])


def _highest_subgroup(seen: Results, fewest: int) -> Mapping[str, Any]:
    return max(_some(_subgroups(seen, fewest)), key=lambda row: row["rate"])


def _some(rows: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    if not rows:
        raise AbsentError("There is no subgroup with so many patients here.")
    return rows


def _curve(seen: Results, grid: str) -> Curve:
    """Run the definitions of a grid around the study that share its rule; remembered by the cohort."""
    grids = grids_for(seen.cohort)
    if grid not in grids:
        raise LessonError(f"There is no grid '{grid}'. There are: {', '.join(grids)}.")
    key = ("lesson curve", grid, seen.study.canonical())
    return seen.cohort.derived(key, lambda: response_curve(run(seen.cohort, listed(grids[grid].around(seen.study)))))


def _at(curve: Curve, place: int) -> Mapping[str, Any]:
    if not len(curve):
        raise AbsentError("No definition with this rule has enough patients here.")
    rates, row = curve.multiverse.response, curve.rows[place]
    names = ("n_responders", "n_evaluable", "rate")
    return {name: float(getattr(rates, name)[row]) for name in names}


def _n_definitions_below(seen: Results, grid: str, rate: float) -> int:
    return int((_curve(seen, grid).value < rate).sum())


def _n_by_one_part(seen: Results) -> int:
    return rule_sets(seen.analysis).n_alone


def _chance_of_any(_: Results, tests: int, level: float) -> float:
    """Give the chance of at least one p below a level in so many independent tests of nothing."""
    return float(1 - (1 - level) ** min(tests, 10_000))


def _count(_: Results, rows: Any) -> int:
    """Count the rows of a list; of one that is also found by names, each once."""
    if not isinstance(rows, Mapping | list):
        raise LessonError("only a list can be counted.")
    places = [place for place in rows if isinstance(place, int)] if isinstance(rows, Mapping) else rows
    return len(places or rows)


def _rounded(_: Results, value: float, decimals: int = 0) -> float:
    found = round(number(value, "what is rounded"), int(decimals))
    return int(found) if decimals == 0 else found


def _interval_low(_: Results, k: int, n: int) -> float:
    """Give the lower end of the 95 % Wilson interval of a count of so many patients."""
    return _interval(k, n).low


def _interval_high(_: Results, k: int, n: int) -> float:
    """Give its upper end."""
    return _interval(k, n).high


def _interval(k: int, n: int) -> intervals.Rate:
    if not 0 <= k <= n or n < 1:
        raise LessonError(f"{k} of {n} is no count of patients.")
    return intervals.rate(k, n, "wilson", 0.95)


def _n_counts(_: Results, name: str, n: int) -> int:
    """Give how many counts of so many patients print a published percentage."""
    return len(counts_printing(percentage(name), n))


def _n_fractions(_: Results, name: str) -> int:
    """Give how many counts of at most all patients of the source print a published percentage."""
    return len(shares_printing(percentage(name), patients()))


def percentage(name: str) -> str:
    names = {fact.id: fact.value for fact in published().facts if fact.unit == "percent" and fact.decimals == 0}
    if name not in names:
        raise LessonError(f"There is no published percentage '{name}'.{suggested(str(name), list(names))}")
    return names[name]


# Over the reconstructions


@lru_cache(maxsize=256)
def _over_draws(expression: str, study: Study, names: tuple[str, ...], studies: tuple[Study, ...]) -> tuple[Any, ...]:
    return tuple(value(expression, seen) for seen in _each_draw(study, names, studies))


@lru_cache(maxsize=2)
def _each_draw(study: Study, names: tuple[str, ...], studies: tuple[Study, ...]) -> tuple[Results, ...]:
    """Look at every reconstruction by its own reading; the last ones are kept for the next text of the same lesson."""
    named = dict(zip(names, studies, strict=True))
    return tuple(
        Results(cohort, in_its_reading(study, reading), all_in_its_reading(named, reading), one_of_many=True)
        for cohort, reading in zip(draws(), readings(), strict=True)
    )


def over_draws(expression: str, seen: Results) -> tuple[Any, ...]:
    """Return what an expression comes to in every reconstruction.

    Raises
    ------
    AbsentError
        Where the results are of another cohort, about which the reconstructions say nothing.
    """
    if seen.one_of_many:
        raise LessonError("A function over the reconstructions cannot stand inside another.")
    if not is_comparable(seen.analysis):
        raise AbsentError("The reconstructions are of another cohort.")
    # Only what is named in it can matter; so the same question of two lessons is computed once.
    studies = {name: study for name, study in seen.studies.items() if name in expression}
    return _over_draws(expression, seen.study, tuple(studies), tuple(studies.values()))


def _size_of(found: Any) -> float:
    return number(found["rate"] if isinstance(found, Mapping) and "rate" in found else found, "what is compared")


def _draws_low(seen: Results, expression: str) -> Any:
    return min(over_draws(expression, seen), key=_size_of)


def _draws_high(seen: Results, expression: str) -> Any:
    return max(over_draws(expression, seen), key=_size_of)


def _conditions(seen: Results, condition: str) -> list[bool]:
    found = over_draws(condition, seen)
    if not all(isinstance(each, bool) for each in found):
        raise LessonError(f"'{condition}' is no condition; compare two quantities.")
    return list(found)


FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "under": _under,
        "published": _published,
        "mean_of_percents": _mean_of_percents,
        "percent_of_means": _percent_of_means,
        "median_of_percents": _median_of_percents,
        "regression": _regression,
        "lowest_subgroup": _lowest_subgroup,
        "highest_subgroup": _highest_subgroup,
        "n_subgroups": lambda seen, fewest: len(_subgroups(seen, fewest)),
        "n_by_one_part": _n_by_one_part,
        "lowest_rate": lambda seen, grid: _at(_curve(seen, grid), 0),
        "highest_rate": lambda seen, grid: _at(_curve(seen, grid), -1),
        "n_definitions": lambda seen, grid: len(_curve(seen, grid)),
        "n_definitions_below": _n_definitions_below,
        "chance_of_any": _chance_of_any,
        "draws_low": _draws_low,
        "draws_high": _draws_high,
        "every_draw": lambda seen, condition: all(_conditions(seen, condition)),
        "some_draw": lambda seen, condition: any(_conditions(seen, condition)),
        "interval_low": _interval_low,
        "interval_high": _interval_high,
        "n_counts": _n_counts,
        "n_fractions": _n_fractions,
        "count": _count,
        "rounded": _rounded,
        "smaller": lambda _, one, other: min(number(one, "the first"), number(other, "the second")),
        "larger": lambda _, one, other: max(number(one, "the first"), number(other, "the second")),
        "size": lambda _, value: abs(number(value, "the number")),
    }
)
"""What a lesson may call; docs/lessons.md says what each gives."""

__all__ = ["FUNCTIONS", "Results", "holds", "known", "over_draws", "results", "studies_of", "value"]
