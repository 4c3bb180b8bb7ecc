"""What can be put into a study of a cohort, and how a rule is taken apart and put together again.

Only what the cohort has is offered. A path says where a part of a rule stands: () is the rule itself, (2, 0) the
first part of its third part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

import pandas as pd

from explorer.cohort.instruments import Instrument
from explorer.errors import DefinitionError
from explorer.study.eligibility import (
    AgeLimits,
    BaselineScore,
    Covariate,
    Criterion,
    FollowUpScores,
    IndexDate,
    PatientReport,
    Prescriptions,
    PriorTreatment,
    levels,
)
from explorer.study.response import (
    AllOf,
    AnyOf,
    AtLeast,
    Combined,
    Leaf,
    PercentImprovement,
    PointImprovement,
    Reported,
    Rule,
    ScoreAtLeast,
    ScoreAtMost,
)

if TYPE_CHECKING:
    from explorer.cohort.tables import Cohort

Path = tuple[int, ...]
NOT_COVARIATES = {"patient_id", "index_date", "age", "tier"}
MOST_LEVELS = 50


def addable_criteria(cohort: Cohort) -> dict[str, Criterion]:
    """List the criteria that a cohort can be asked, by name, each as wide as it can be when it is added."""
    found: list[Criterion] = []
    dates = pd.to_datetime(cohort.patients["index_date"]).dropna()
    if len(dates):
        found.append(IndexDate(from_=dates.min().date(), to=dates.max().date()))
    if "age" in cohort.columns_given["patients"]:
        found.append(AgeLimits(from_=18))
    found += [*_about_treatment(cohort), *_about_scores(cohort), *_about_covariates(cohort)]
    return {criterion_name(criterion): criterion for criterion in found}


def criterion_name(criterion: Criterion) -> str:
    """Say what a criterion asks about, whatever its limits: "Age", "Baseline BSA"."""
    match criterion:
        case IndexDate():
            return "Index date"
        case AgeLimits():
            return "Age"
        case Prescriptions(drug=drug):
            return f"Prescriptions of {drug}"
        case PriorTreatment(drug=drug):
            return f"Earlier treatment with {drug}"
        case BaselineScore(instrument=code):
            return f"Baseline {code}"
        case FollowUpScores():
            return "Scores at follow-up"
        case PatientReport():
            return "Patient reports at follow-up"
        case Covariate(column=column):
            return f"Column {column}"


def _about_treatment(cohort: Cohort) -> Iterator[Criterion]:
    given = cohort.columns_given.get("treatments", frozenset())
    for drug in drugs(cohort):
        if "prescriptions" in given:
            yield Prescriptions(drug=drug, at_least=1)
        if "start_day" in given and drug != cohort.metadata.index_drug:
            yield PriorTreatment(drug=drug)


def _about_scores(cohort: Cohort) -> Iterator[Criterion]:
    for code, instrument in cohort.instruments.items():
        yield BaselineScore(instrument=code, at_least=instrument.range_min)
    if cohort.instruments:
        yield FollowUpScores(instruments=tuple(cohort.instruments), at_least=1)
    if cohort.items:
        yield PatientReport(at_least=1)


def _about_covariates(cohort: Cohort) -> Iterator[Criterion]:
    for name in sorted(cohort.columns_given["patients"] - NOT_COVARIATES):
        column = cohort.patients[name].dropna()
        values = covariate_levels(cohort, name)
        if values:
            yield Covariate(column=name, in_=values[:MOST_LEVELS])
        elif len(column) and pd.api.types.is_float_dtype(column.dtype):
            yield Covariate(column=name, from_=float(column.min()))


def drugs(cohort: Cohort) -> tuple[str, ...]:
    """Return the drugs of any course, in alphabetical order."""
    return tuple(cohort.treatments["drug"].cat.categories)


def covariate_levels(cohort: Cohort, column: str) -> tuple[str, ...]:
    """Return the values of a column of words or of yes and no; none for a column of numbers."""
    held = cohort.patients[column]
    if pd.api.types.is_float_dtype(held.dtype):
        return ()
    return tuple(sorted(map(str, levels(held).dropna().unique())))


def addable_parts(cohort: Cohort) -> tuple[Leaf, ...]:
    """List the simple rules that a cohort can be asked, each with a threshold to begin with."""
    on_scores = [part for instrument in cohort.instruments.values() for part in _parts_on(instrument)]
    return (*on_scores, *(Reported(item=item) for item in cohort.items))


def _parts_on(instrument: Instrument) -> tuple[Leaf, ...]:
    code, clear = instrument.code, instrument.bands[0].high if instrument.bands else instrument.best
    points = instrument.mcid or instrument.step or (instrument.range_max - instrument.range_min) / 10
    reaching = ScoreAtMost if instrument.lower_is_better else ScoreAtLeast
    return (
        PercentImprovement(instrument=code, at_least=50),
        PointImprovement(instrument=code, at_least=points),
        reaching(instrument=code, score=clear if instrument.lower_is_better else instrument.best),
    )


def part_at(rule: Rule, path: Path) -> Rule:
    """Return the part at a path.

    Raises
    ------
    DefinitionError
        Where the rule has no such part (any more).
    """
    for place in path:
        if not isinstance(rule, Combined) or place >= len(rule.rules):
            raise DefinitionError("This part of the rule is no longer there.")
        rule = rule.rules[place]
    return rule


def put(rule: Rule, path: Path, new: Rule) -> Rule:
    """Return the rule with another part at a path."""
    if not path:
        return new
    place, *rest = path
    held = cast("AnyOf | AllOf | AtLeast", part_at(rule, ()))
    inner = put(part_at(rule, (place,)), tuple(rest), new)
    return held.replace(rules=(*held.rules[:place], inner, *held.rules[place + 1 :]))


def without(rule: Rule, path: Path) -> Rule:
    """Return the rule without the part at a path; a group that is left empty goes with it."""
    part_at(rule, path)
    if not path:
        raise DefinitionError("A response needs a rule: change this part, or add another before removing it.")
    group = cast("AnyOf | AllOf | AtLeast", part_at(rule, path[:-1]))
    left = [part for place, part in enumerate(group.rules) if place != path[-1]]
    return put(rule, path[:-1], combined(group.kind, left, _count(group))) if left else without(rule, path[:-1])


def added(rule: Rule, path: Path, part: Rule) -> Rule:
    """Return the rule with a further part at the end of the group at a path."""
    group = part_at(rule, path)
    if not isinstance(group, Combined):
        return put(rule, path, AnyOf(rules=(group, part)))
    return put(rule, path, group.replace(rules=(*group.rules, part)))


def grouped(rule: Rule, path: Path) -> Rule:
    """Return the rule with the part at a path in a group of its own, to which others can be added."""
    return put(rule, path, AllOf(rules=(part_at(rule, path),)))


def ungrouped(rule: Rule, path: Path) -> Rule:
    """Return the rule with the only part of the group at a path in place of that group."""
    group = part_at(rule, path)
    alone = isinstance(group, Combined) and len(group.rules) == 1
    return put(rule, path, part_at(group, (0,))) if alone else rule


def combined(kind: str, parts: Sequence[Rule], count: int = 1) -> Rule:
    """Return parts as one rule: `any_of`, `all_of` or `at_least` so many (at most as many as there are)."""
    if kind == "at_least":
        return AtLeast(count=min(count, len(parts)), rules=tuple(parts))
    return AnyOf(rules=tuple(parts)) if kind == "any_of" else AllOf(rules=tuple(parts))


def _count(group: Rule) -> int:
    return group.count if isinstance(group, AtLeast) else 1
