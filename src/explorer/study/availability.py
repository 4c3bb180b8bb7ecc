"""What a cohort lacks for a study: tables, drugs, instruments, items and columns, and scores beyond a scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

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
)
from explorer.study.response import Leaf, PercentImprovement, PointImprovement, Reported
from explorer.study.study import Study
from explorer.study.words import listing, spelt

if TYPE_CHECKING:
    from explorer.cohort.tables import Cohort

KNOWN_AS = {
    "PGIS": "a patient global assessment (PGIS)",
    "wants_to_continue": "the patient's wish to continue (report item wants_to_continue)",
}
"""What a code stands for, where a reader should not have to guess."""


@dataclass(frozen=True)
class Lack:
    """One thing a study asks for and a cohort does not have: the field that asks, what for, and what there is."""

    field: str
    needs: str
    held: str

    def __str__(self) -> str:
        return f"{self.field}: {self.needs}; {self.held}"


def lacking(study: Study, cohort: Cohort) -> list[str]:
    """Say what a cohort lacks for a study, each thing once; empty where the study can be computed."""
    return list(dict.fromkeys(lack.needs for lack in _lacks(study, cohort)))


def require(study: Study, cohort: Cohort) -> None:
    """Raise DefinitionError where a cohort lacks something for a study: the field, what it asks for, what there is."""
    lines = [str(lack) for lack in _lacks(study, cohort)]
    if lines:
        raise DefinitionError("\n".join(dict.fromkeys(lines)))


def _lacks(study: Study, cohort: Cohort) -> Iterator[Lack]:
    yield from index_lacks(study, cohort)
    for field, criteria in (("eligibility", study.eligibility), ("response.among", study.response.among)):
        for place, criterion in enumerate(criteria):
            yield from criterion_lacks(f"{field}[{place}]", criterion, cohort)
    for leaf in study.response.rule.leaves():
        yield from leaf_lacks("response.rule", leaf, cohort)


def index_lacks(study: Study, cohort: Cohort) -> Iterator[Lack]:
    """Give what a cohort lacks for the drugs, the day 0 and the strategy for stoppers of a study."""
    drug = cohort.metadata.index_drug
    if drug and study.index_drug != drug:
        yield Lack("index_drug", f"needs days counted from {study.index_drug}", f"this cohort counts them from {drug}")
    if study.index == "first_dose":
        yield from _column("index", "treatments", "start_day", cohort)
    if study.after_stop != "ignore":
        yield from _column("after_stop", "treatments", "end_day", cohort)


def criterion_lacks(field: str, criterion: Criterion, cohort: Cohort) -> Iterator[Lack]:
    """Give what a cohort lacks for a criterion."""
    match criterion:
        case IndexDate():
            yield from _column(field, "patients", "index_date", cohort)
        case AgeLimits():
            yield from _column(field, "patients", "age", cohort)
        case Prescriptions(drug=drug):
            yield from _course(field, drug, "prescriptions", cohort)
        case PriorTreatment(drug=drug):
            for column in _columns_asked(criterion):
                yield from _course(field, drug, column, cohort)
        case BaselineScore(instrument=code):
            yield from _scores(field, code, (criterion.at_least, criterion.at_most), cohort)
        case FollowUpScores(instruments=codes):
            for code in codes:
                yield from _scores(field, code, (), cohort)
        case PatientReport():
            yield from _table(field, "reports", cohort)
        case Covariate(column=column):
            yield from _covariate(field, criterion, cohort)


def _columns_asked(criterion: PriorTreatment) -> Iterator[str]:
    yield "start_day"
    if criterion.min_days is not None or criterion.max_gap_days is not None:
        yield "end_day"
    if criterion.stop_reasons is not None:
        yield "stop_reason"


def leaf_lacks(field: str, rule: Leaf, cohort: Cohort) -> Iterator[Lack]:
    """Give what a cohort lacks for a simple rule."""
    if isinstance(rule, Reported):
        yield from _item(field, rule.item, cohort)
        return
    limits = [rule.baseline_at_least]
    if not isinstance(rule, (PercentImprovement, PointImprovement)):
        limits.append(rule.score)
    yield from _scores(field, rule.instrument, tuple(limits), cohort)
    if isinstance(rule, PointImprovement) and rule.instrument in cohort.instruments:
        yield from _change(field, rule, cohort)


def _table(field: str, table: str, cohort: Cohort) -> Iterator[Lack]:
    if table not in cohort.tables:
        held = listing(sorted(cohort.tables))
        yield Lack(field, f"needs a table of {table.replace('_', ' ')}", f"this cohort has {held}")


def _column(field: str, table: str, column: str, cohort: Cohort) -> Iterator[Lack]:
    if table not in cohort.tables:
        yield from _table(field, table, cohort)
    elif column not in cohort.columns_given[table]:
        held = listing(sorted(cohort.columns_given[table]))
        yield Lack(field, f"needs the column {column} of {table}", f"this cohort's {table} give {held}")


def _course(field: str, drug: str, column: str, cohort: Cohort) -> Iterator[Lack]:
    courses = tuple(cohort.treatments["drug"].cat.categories)
    if "treatments" in cohort.tables and drug not in courses:
        held = listing(courses) or "no drug"
        yield Lack(field, f"needs courses of {drug}", f"this cohort has courses of {held}")
    else:
        yield from _column(field, "treatments", column, cohort)


def _item(field: str, item: str, cohort: Cohort) -> Iterator[Lack]:
    if item not in cohort.items:
        needs = KNOWN_AS.get(item, f"answers to the report {item}")
        yield Lack(field, f"needs {needs}", f"this cohort has answers to {listing(cohort.items) or 'no report'}")


def _scores(field: str, code: str, limits: tuple[float | None, ...], cohort: Cohort) -> Iterator[Lack]:
    instrument = cohort.instruments.get(code)
    if instrument is None:
        needs, held = KNOWN_AS.get(code, f"scores of {code}"), listing(tuple(cohort.instruments)) or "none"
        yield Lack(field, f"needs {needs}", f"this cohort has scores of {held}")
        return
    low, high = instrument.range_min, instrument.range_max
    for limit in limits:
        if limit is not None and not low <= limit <= high:
            scale = f"{code} runs from {spelt(low)} to {spelt(high)}"
            yield Lack(field, f"needs a score of {spelt(limit)} on {code}, which no patient can have", scale)


def _change(field: str, rule: PointImprovement, cohort: Cohort) -> Iterator[Lack]:
    instrument = cohort.instruments[rule.instrument]
    widest = instrument.range_max - instrument.range_min
    threshold, _ = rule.threshold
    if threshold > widest:
        needs = f"needs a change of {rule.instrument} by {spelt(threshold)}, which no patient can have"
        yield Lack(field, needs, f"{rule.instrument} changes by at most {spelt(widest)}")


def _covariate(field: str, criterion: Covariate, cohort: Cohort) -> Iterator[Lack]:
    columns = sorted(cohort.columns_given["patients"] - {"patient_id", "index_date"})
    if criterion.column not in columns:
        yield Lack(
            field, f"needs the column {criterion.column} of patients", f"this cohort has {listing(columns) or 'none'}"
        )
    elif criterion.in_ is None and not pd.api.types.is_float_dtype(cohort.patients[criterion.column].dtype):
        yield Lack(field, f"needs numbers in {criterion.column}", "this cohort has words there: choose values (in)")
