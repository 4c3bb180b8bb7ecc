"""Who is analysed, and among whom response is counted: criteria in force, with how many each one leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import streamlit as st

from explorer.analysis.analyse import Analysis
from explorer.analysis.ledger import Step
from explorer.cohort.schemas import STOP_REASONS
from explorer.cohort.tables import Cohort
from explorer.errors import DefinitionError
from explorer.reconstruction.facts import is_rebuilt_from_publication
from explorer.study.building import addable_criteria, covariate_levels, criterion_name, drugs
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
from explorer.study.study import Study
from explorer.study.words import counted
from explorer.ui import small_counts
from explorer.ui.controls import held
from explorer.ui.show import plain

Where = Literal["eligibility", "among"]

DRUG = "A drug of this cohort's treatment courses."
UNKNOWN_IS_OUT = "Who has no value recorded has not been shown to be eligible, is left out and counted as unknown."


def eligibility(analysis: Analysis) -> None:
    """Draw the criteria that decide who is analysed."""
    if is_rebuilt_from_publication(analysis.cohort):
        st.caption(
            "The source gives no screening count: it describes only patients who already met its criteria, "
            "so the published definition excludes nobody here."
        )
    editor("eligibility", analysis.study.eligibility, analysis.ledger.steps, analysis.cohort)
    _prior_drug(analysis)


def among(analysis: Analysis) -> None:
    """Draw the criteria that decide in whom response is counted."""
    editor("among", analysis.study.response.among, analysis.response.among_steps, analysis.cohort)


def editor(where: Where, criteria: Sequence[Criterion], steps: Sequence[Step], cohort: Cohort) -> None:
    """List criteria with what each removes, ready to be changed, removed and added to."""
    for place, (criterion, step) in enumerate(zip(criteria, steps, strict=True)):
        held.section(
            criterion_name(criterion),
            f"{where}-{place}-open",
            lambda place=place, criterion=criterion: _fields(where, place, criterion, cohort),  # type: ignore[misc]
            f"{criterion}: {kept(step)}",
            small=True,
        )
    if not criteria:
        st.caption("No criterion: everybody.")
    offered = cohort.derived("addable criteria", lambda: addable_criteria(cohort))
    held.add(
        "Add a criterion",
        f"{where}-add",
        list(offered),
        lambda study, name: _added(study, where, offered[name]),
        "Only what this cohort records is offered. " + UNKNOWN_IS_OUT,
    )


def kept(step: Step) -> str:
    """Say how many patients one criterion leaves, and why the others are not among them."""
    removed = step.entered - step.remaining
    why = f": {step.not_met} not met, {step.unknown} unknown" if removed else ""
    return small_counts.told(f"keeps {step.remaining} of {step.entered}{why}")


def _fields(where: Where, place: int, criterion: Criterion, cohort: Cohort) -> None:
    key = f"{where}-{place}-{criterion.kind}"
    field = _Field(where, place, criterion, key)
    match criterion:
        case IndexDate():
            field.day("from_", "First prescription on or after")
            field.day("to", "First prescription on or before")
        case AgeLimits():
            field.number("from_", "Aged at least (years)", (0, 130))
            field.number("to", "Aged at most (years)", (0, 130))
        case Prescriptions():
            field.choice("drug", "Drug", drugs(cohort))
            field.number("at_least", "At least so many prescriptions", (1, 1_000), whole=True)
            field.number("at_most", "At most so many prescriptions", (0, 1_000), whole=True)
        case PriorTreatment():
            _prior_treatment(field, cohort)
        case BaselineScore():
            _baseline_score(field, criterion, cohort)
        case FollowUpScores():
            _follow_up_scores(field, criterion, cohort)
        case PatientReport():
            most = max(len(cohort.items), 1)
            field.number("at_least", "At least so many different reports", (1, most), whole=True, needed=True)
        case Covariate():
            _covariate(field, criterion, cohort)
    held.press("Remove this criterion", f"{key}-remove", lambda study: _without(study, where, place, criterion))


class _Field:
    """Draws the fields of one criterion, each of which replaces it in the study."""

    def __init__(self, where: Where, place: int, criterion: Criterion, key: str) -> None:
        self.where, self.place, self.criterion, self.key = where, place, criterion, key

    def put(self, study: Study, **fields: Any) -> Study:
        """Return a study in which some fields of the criterion are replaced."""
        criteria = list(_of(study, self.where))
        if self.place >= len(criteria):
            raise DefinitionError("This criterion is no longer there.")
        criteria[self.place] = criteria[self.place].replace(**fields)
        return _with(study, self.where, criteria)

    def number(
        self,
        field: str,
        label: str,
        limits: tuple[float, float],
        whole: bool = False,
        needed: bool = False,
        help: str = UNKNOWN_IS_OUT,
        step: float = 1,
    ) -> None:
        held.number(
            label,
            f"{self.key}-{field}",
            getattr(self.criterion, field),
            lambda study, value: self.put(study, **{field: value}),
            limits,
            step,
            help,
            whole=whole,
            empty=None if needed else "no limit",
        )

    def choice(self, field: str, label: str, options: Sequence[str], help: str = DRUG) -> None:
        held.choice(
            label,
            f"{self.key}-{field}",
            getattr(self.criterion, field),
            options,
            lambda study, value: self.put(study, **{field: value}),
            help=help,
        )

    def day(self, field: str, label: str) -> None:
        held.day(
            label,
            f"{self.key}-{field}",
            getattr(self.criterion, field),
            lambda study, value: self.put(study, **{field: value}),
            "The index date of the patients table: the first prescription. " + UNKNOWN_IS_OUT,
        )

    def several(self, field: str, label: str, options: Sequence[str], help: str, empty: Any = ()) -> None:
        held.several(
            label,
            f"{self.key}-{field}",
            getattr(self.criterion, field) or (),
            options,
            lambda study, values: self.put(study, **{field: tuple(values) or empty}),
            help,
        )


def _prior_treatment(field: _Field, cohort: Cohort) -> None:
    given = cohort.columns_given.get("treatments", frozenset())
    field.choice("drug", "Drug taken before", drugs(cohort))
    if "end_day" in given:
        field.number(
            "min_days",
            "For at least so many days",
            (1, 40_000),
            whole=True,
            help="Days on the drug, summed over its courses; trials of a second drug often ask for 16 weeks (112).",
        )
        field.number(
            "max_gap_days",
            "Ended at most so many days before the index drug",
            (-40_000, 40_000),
            whole=True,
            help="From its end to the first dose of the index drug; an overlap is negative.",
        )
    if "stop_reason" in given:
        field.several(
            "stop_reasons",
            "Stopped for (empty: any reason)",
            STOP_REASONS,
            "Why its last course ended, as recorded. Failure is inadequate response or loss of response.",
            empty=None,
        )


def _baseline_score(field: _Field, criterion: BaselineScore, cohort: Cohort) -> None:
    instrument = cohort.instruments[criterion.instrument]
    limits, step = (instrument.range_min, instrument.range_max), instrument.step or 1
    bands = f" Severity: {', '.join(map(str, instrument.bands))}." if instrument.bands else ""
    meaning = plain(f"{instrument.name}, {instrument.direction}.{bands} {instrument.bands_source}")
    field.choice("instrument", "Score", tuple(cohort.instruments), "A score that this cohort has.")
    field.number("at_least", f"At least ({instrument.unit})", limits, help=meaning, step=step)
    field.number("at_most", f"At most ({instrument.unit})", limits, help=meaning, step=step)


def _follow_up_scores(field: _Field, criterion: FollowUpScores, cohort: Cohort) -> None:
    held.several(
        "Scores",
        f"{field.key}-instruments",
        criterion.instruments,
        tuple(cohort.instruments),
        lambda study, codes: field.put(
            study, instruments=tuple(codes), at_least=max(1, min(criterion.at_least, len(codes)))
        ),
        "Scored within the follow-up window.",
    )
    limits = (1, len(criterion.instruments))
    field.number("at_least", "At least so many of them", limits, whole=True, needed=True)


def _covariate(field: _Field, criterion: Covariate, cohort: Cohort) -> None:
    if criterion.in_ is not None:
        values = covariate_levels(cohort, criterion.column)
        field.several("in_", f"{held.spoken(criterion.column)}, one of", values, UNKNOWN_IS_OUT)
    else:
        field.number("from_", f"{held.spoken(criterion.column)}, at least", (-1e6, 1e6))
        field.number("to", f"{held.spoken(criterion.column)}, at most", (-1e6, 1e6))


def _prior_drug(analysis: Analysis) -> None:
    study, others = analysis.study, [drug for drug in drugs(analysis.cohort) if drug != analysis.study.index_drug]
    if len(others) > 1:
        held.choice(
            "Earlier drug described",
            "prior-drug",
            study.prior_drug,
            [None, *others],
            lambda study, drug: study.replace(prior_drug=drug),
            {None: "none"},
            "Whose courses, stops and events are set beside those of the index drug.",
        )


def _of(study: Study, where: Where) -> tuple[Criterion, ...]:
    return study.eligibility if where == "eligibility" else study.response.among


def _with(study: Study, where: Where, criteria: Sequence[Criterion]) -> Study:
    if where == "eligibility":
        return study.replace(eligibility=tuple(criteria))
    return study.replace(response=study.response.replace(among=tuple(criteria)))


def _added(study: Study, where: Where, criterion: Criterion) -> Study:
    criteria = _of(study, where)
    held.unfold(f"{where}-{len(criteria)}-open")
    return _with(study, where, (*criteria, criterion))


def _without(study: Study, where: Where, place: int, criterion: Criterion) -> Study:
    criteria = list(_of(study, where))
    if place >= len(criteria) or criteria[place] != criterion:
        raise DefinitionError(f"“{criterion}” is no longer there.")
    held.unfold(f"{where}-{place}-open", False)
    return _with(study, where, criteria[:place] + criteria[place + 1 :])


def summary(analysis: Analysis) -> str:
    """Say how many patients the criteria in force keep."""
    entering = analysis.ledger.steps[0].entered if analysis.ledger.steps else analysis.ledger.n
    return small_counts.told(f"{analysis.ledger.n} of {counted(entering, 'patient')}")
