"""One patient under one study: what is recorded, what was used of it, and how the verdict came about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.analysis.analyse import Analysis
from explorer.analysis.facts import CohortFacts, codes
from explorer.analysis.outcome import left_early
from explorer.analysis.scores import Picked
from explorer.analysis.standing import STANDINGS, standing
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
from explorer.study.response import AnyOf, AtLeast, Combined, Leaf, PercentImprovement, PointImprovement, Reported, Rule
from explorer.study.truth import FALSE, TRUE, Truth
from explorer.study.truth import UNKNOWN as UNDECIDED
from explorer.study.words import counted, dated, spelt

Ints = npt.NDArray[np.int64]

NOT_RECORDED = "not recorded"


@dataclass(frozen=True)
class Finding:
    """A criterion or a part of a rule, judged on one patient: false, unknown or true (0, 1, 2), and by what."""

    statement: str
    truth: int
    seen: str
    depth: int = 0


@dataclass(frozen=True)
class Verdict:
    """How a patient came out under a study, and why.

    `standing` is one of `STANDINGS`; `reason` says in sentences how it followed from the findings, the
    strategy for who left the index drug, and the missing-outcome policy.
    """

    patient_id: str
    hypothetical: bool
    standing: str
    reason: str
    eligibility: tuple[Finding, ...]
    among: tuple[Finding, ...]
    rule: tuple[Finding, ...]


def verdict(analysis: Analysis, row: int) -> Verdict:
    """Judge one patient step by step.

    Parameters
    ----------
    row : int
        Of the patient in `cohort.patients`.
    """
    facts, study = analysis.facts, analysis.study
    asked = zip(study.eligibility, analysis.ledger.met, strict=True)
    eligibility = tuple(_judged(criterion, met, facts, row) for criterion, met in asked)
    among = tuple(_judged(criterion, criterion.met_by(facts), facts, row) for criterion in study.response.among)
    return Verdict(
        patient_id=str(facts.column("patient_id").iloc[row]),
        hypothetical=bool(analysis.cohort.hypothetical[row]),
        standing=STANDINGS[standing(analysis)[row]],
        reason=_reason(analysis, row, eligibility, among),
        eligibility=eligibility,
        among=among,
        rule=tuple(_walk(study.response.rule, facts, row)),
    )


def _judged(criterion: Criterion, met: Truth, facts: CohortFacts, row: int) -> Finding:
    return Finding(str(criterion), int(met[row]), _seen(criterion, facts, row))


def _walk(rule: Rule, facts: CohortFacts, row: int, depth: int = 0) -> Iterator[Finding]:
    """Yield a rule and, below it, the parts it is made of."""
    truth = int(rule.met_by(facts)[row])
    if not isinstance(rule, Combined):
        yield Finding(str(rule), truth, _seen_by_rule(rule, facts, row), depth)
        return
    yield Finding(_heading(rule), truth, "", depth)
    for part in rule.rules:
        yield from _walk(part, facts, row, depth + 1)


def _heading(rule: Combined) -> str:
    if isinstance(rule, AtLeast):
        return f"at least {rule.count} of"
    return "any of" if isinstance(rule, AnyOf) else "all of"


# What a criterion or a rule was judged by


def _seen(criterion: Criterion, facts: CohortFacts, row: int) -> str:
    match criterion:
        case IndexDate():
            day = facts.column("index_date").iloc[row]
            return NOT_RECORDED if pd.isna(day) else dated(day)
        case AgeLimits():
            return _value(facts.column("age").iloc[row], "year")
        case Prescriptions(drug=drug):
            return _value(facts.prescriptions(drug)[row], "prescription")
        case PriorTreatment():
            return _treatment(criterion, facts, row)
        case BaselineScore(instrument=code):
            return f"{code} {_score(facts.baseline_visit(code), row)}"
        case FollowUpScores(instruments=held):
            return ", ".join(f"{code} {_score(facts.follow_up_visit(code), row)}" for code in held)
        case PatientReport():
            return f"{facts.reports_answered()[row]} answered"
        case Covariate(column=column):
            return _value(facts.column(column).iloc[row])


def _value(value: Any, unit: str = "") -> str:
    if pd.isna(value):
        return NOT_RECORDED
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (int, float, np.number)):
        return counted(float(value), unit) if unit else spelt(float(value))
    return str(value)


def _treatment(criterion: PriorTreatment, facts: CohortFacts, row: int) -> str:
    drug = criterion.drug
    if not facts.took(drug)[row]:
        return f"no course of {drug}"
    said = [f"taken for {_value(facts.exposure_days(drug)[row], 'day')}"]
    if criterion.stop_reasons is not None:
        said.append(f"stopped for {_value(facts.stop_reason(drug).iloc[row]).replace('_', ' ')}")
    if criterion.max_gap_days is not None:
        said.append(f"ended {_value(facts.gap_days(drug)[row], 'day')} before the index drug")
    return ", ".join(said)


def _seen_by_rule(rule: Leaf, facts: CohortFacts, row: int) -> str:
    if isinstance(rule, Reported):
        return _answered(rule.item, facts, row)
    before, after = facts.baseline_visit(rule.instrument), facts.follow_up_visit(rule.instrument)
    if not isinstance(rule, (PercentImprovement, PointImprovement)) and rule.baseline_at_least is None:
        return _score(after, row)
    seen = f"{_score(before, row)}, then {_score(after, row)}"
    improved = facts.instrument(rule.instrument).improvement(before.score, after.score)[row]
    return seen if np.isnan(improved) else f"{seen}: {_better(float(improved), float(before.score[row]))}"


def _better(improved: float, baseline: float) -> str:
    """Say an improvement in points and, where that exists, in percent of the baseline."""
    if improved == 0:
        return "unchanged"
    share = f", {spelt(round(100 * abs(improved) / baseline, 1))} %" if baseline > 0 else ""
    return f"{'better' if improved > 0 else 'worse'} by {counted(round(abs(improved), 6), 'point')}{share}"


def _score(picked: Picked, row: int) -> str:
    if np.isnan(picked.score[row]):
        return "no score in the window"
    if picked.row[row] < 0:
        return f"{spelt(round(picked.score[row], 2))} (mean of {picked.n_in_window[row]})"
    return f"{spelt(picked.score[row])} (day {int(picked.day[row])})"


def _answered(item: str, facts: CohortFacts, row: int) -> str:
    day = facts.report_day(item)[row]
    if np.isnan(day):
        return "no answer in the window"
    answer = {FALSE: "no", UNDECIDED: "contradictory answers", TRUE: "yes"}[facts.report(item)[row]]
    return f"{answer} (day {int(day)})"


# How the verdict followed


def _reason(analysis: Analysis, row: int, eligibility: Sequence[Finding], among: Sequence[Finding]) -> str:
    if analysis.cohort.hypothetical[row] and not analysis.study.hypothetical:
        return "A hypothetical addition, and those are left out under this definition."
    if not analysis.ledger.eligible[row]:
        return f"Not eligible: {_failing(eligibility)}."
    if not analysis.response.among[row]:
        return f"Eligible, but response is not counted in this patient: {_failing(among)}."
    left = left_early(analysis.facts, analysis.study.response.rule)[row]
    after_stop = analysis.study.after_stop if left else "ignore"
    if after_stop == "failure":
        return f"{_left(analysis, row)}: this counts as no response, whatever the scores say."
    if after_stop == "last_before_stop":
        return f"{_left(analysis, row)}: the last score on the drug stands in. {_outcome(analysis, row)}"
    return _outcome(analysis, row)


def _failing(findings: Sequence[Finding]) -> str:
    said = {FALSE: "is not met", UNDECIDED: "cannot be known"}
    return "; ".join(f"“{each.statement}” {said[np.int8(each.truth)]}" for each in findings if each.truth != TRUE)


def _left(analysis: Analysis, row: int) -> str:
    day = int(analysis.facts.index_stop_day()[row])
    return f"{analysis.study.index_drug} was left on day {day}, before the follow-up"


def _outcome(analysis: Analysis, row: int) -> str:
    result = analysis.response.outcome
    if result.verdict[row] != UNDECIDED:
        return _carried(analysis, row) if result.verdict[row] == TRUE else "The rule does not hold."
    return f"What is recorded does not decide the rule: {_policy(analysis, row)}."


def _carried(analysis: Analysis, row: int) -> str:
    """Say which parts make the rule hold, where one of several suffices."""
    rule = analysis.study.response.rule
    if not isinstance(rule, AnyOf):
        return "The rule holds."
    met = [str(part) for part in rule.rules if part.met_by(analysis.facts)[row] == TRUE]
    return f"The rule holds, by {counted(len(met), 'part')} of {len(rule.rules)}: {'; '.join(met)}."


def _policy(analysis: Analysis, row: int) -> str:
    result, kind = analysis.response.outcome, analysis.study.missing.kind
    if not result.evaluable[row]:
        return "the outcome is unknown, and the patient is left out of the denominator"
    if kind == "multiple_imputation":
        draws = len(result.responded)
        return f"a response in {int(result.responded[:, row].sum())} of {draws} completed data sets"
    said = "a response" if result.responded[0, row] else "no response"
    if kind == "last_observation":
        return f"with the last earlier score carried forward, it is {said}"
    return f"under the missing-outcome policy this counts as {said}"


# What is recorded


@dataclass(frozen=True)
class Visit:
    """A score, and what became of it: `baseline`, `follow-up`, `passed over` or `outside` the windows."""

    instrument: str
    day: int
    score: float
    use: str


@dataclass(frozen=True)
class Course:
    """A course of a drug; `end` is NaN while it is ongoing."""

    drug: str
    start: int
    end: float
    stop_reason: str


@dataclass(frozen=True)
class Event:
    """An adverse event; `end` is NaN where none is recorded."""

    drug: str
    term: str
    start: int
    end: float


@dataclass(frozen=True)
class Answer:
    """A report by the patient, and whether it is the answer that the study uses."""

    item: str
    day: int
    yes: bool
    used: bool


@dataclass(frozen=True)
class Timeline:
    """All that is recorded of one patient, by day from the study's index day (the first prescription without one)."""

    patient_id: str
    hypothetical: bool
    visits: tuple[Visit, ...]
    courses: tuple[Course, ...]
    events: tuple[Event, ...]
    answers: tuple[Answer, ...]

    @property
    def n_records(self) -> int:
        """How many entries there are."""
        return len(self.visits) + len(self.courses) + len(self.events) + len(self.answers)


def timeline(analysis: Analysis, row: int) -> Timeline:
    """Collect what is recorded of one patient; remembered while only rule and criteria change."""
    return analysis.facts.remembered(("timeline", row), lambda: _timeline(analysis, row))


def _timeline(analysis: Analysis, row: int) -> Timeline:
    cohort, facts = analysis.cohort, analysis.facts
    start = 0.0
    if analysis.study.index == "first_dose":
        start = float(np.nan_to_num(facts.start_day(analysis.study.index_drug)[row]))
    first = int(start)
    return Timeline(
        patient_id=str(facts.column("patient_id").iloc[row]),
        hypothetical=bool(cohort.hypothetical[row]),
        visits=tuple(visit for code in cohort.instruments for visit in _visits(facts, code, row, first)),
        courses=tuple(
            Course(course.drug, course.start_day - first, course.end_day - first, _value(course.stop_reason))
            for course in _of(cohort.treatments, row)
        ),
        events=tuple(
            Event(event.drug, event.term, event.start_day - first, event.end_day - first)
            for event in _of(cohort.adverse_events, row)
        ),
        answers=tuple(
            Answer(
                said.item,
                said.day - first,
                bool(said.answer),
                bool(facts.report_day(said.item)[row] == said.day - first),
            )
            for said in _of(cohort.reports, row)
        ),
    )


def _of(table: pd.DataFrame, row: int) -> Iterator[Any]:
    yield from table[codes(table["patient_id"]) == row].itertuples(index=False)


def _visits(facts: CohortFacts, code: str, row: int, first: int) -> Iterator[Visit]:
    scores = facts.cohort.scores(code)
    for place in range(int(scores.starts[row]), int(scores.starts[row + 1])):
        day = int(scores.day[place]) - first
        yield Visit(code, day, float(scores.score[place]), _use(facts, code, row, place))


def _use(facts: CohortFacts, code: str, row: int, place: int) -> str:
    """Say what became of one score, as `Analysis.visits` does of all."""
    day, use = facts.score_days(code)[place], "outside"
    for name, window, picked in (
        ("baseline", facts.study.baseline, facts.baseline_visit(code)),
        ("follow-up", facts.study.follow_up, facts.follow_up_visit(code)),
    ):
        if window.from_day <= day <= window.to_day:
            use = name if window.pick == "mean" else "passed over"
        if picked.row[row] == place:
            return name
    return use


# All patients


def entering(analysis: Analysis) -> Ints:
    """Rows of the patients that a study looks at: hypothetical additions only where they are counted."""
    left_out = analysis.cohort.hypothetical & (not analysis.study.hypothetical)
    return np.flatnonzero(~left_out)


def find(analysis: Analysis, patient_id: str) -> int | None:
    """Return the row of a patient that the study looks at; None where there is no such patient."""
    rows = np.flatnonzero(analysis.facts.column("patient_id") == patient_id)
    return int(rows[0]) if len(rows) and rows[0] in entering(analysis) else None
