"""The table behind a cohort: one row per patient, whichever columns a reader asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.analysis.analyse import Analysis
from explorer.analysis.change import percent_improvement
from explorer.analysis.facts import CohortFacts, codes
from explorer.analysis.patient import entering
from explorer.analysis.standing import STANDINGS, standing
from explorer.reconstruction.facts import is_rebuilt_from_publication
from explorer.study.truth import FALSE, TRUE

Columns = dict[str, Callable[[], Any]]

PATIENT, TIER, AGE, SEX, STANDING = "Patient", "Tier", "Age (years)", "Sex", "Standing"
FEW = 3
TRUTHS = ("false", "unknown", "true")


def names(analysis: Analysis) -> tuple[str, ...]:
    """Return the columns that can be asked for, in their order."""
    return tuple(_columns(analysis))


def first_choice(analysis: Analysis) -> tuple[str, ...]:
    """Return the columns to begin with: who, how it came out, and the scores."""
    wanted = [PATIENT, TIER, AGE, SEX, STANDING]
    for code, instrument in list(analysis.cohort.instruments.items())[:FEW]:
        wanted += [f"{code} {time} ({instrument.unit})" for time in ("baseline", "follow-up")]
    return tuple(name for name in names(analysis) if name in wanted)


def patient_table(analysis: Analysis, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return one row per patient that the study looks at.

    Parameters
    ----------
    columns : sequence of str, optional
        Of `names`, in the order wanted; all if not given. Others are passed over, since another cohort may lack
        what was chosen for the last one. Only these are computed.
    """
    offered, rows = _columns(analysis), entering(analysis)
    chosen = offered if columns is None else [name for name in columns if name in offered]
    return pd.DataFrame({name: _whole(offered[name]()).iloc[rows].reset_index(drop=True) for name in chosen})


def _whole(values: Any) -> pd.Series:
    return values if isinstance(values, pd.Series) else pd.Series(values)


def _columns(analysis: Analysis) -> Columns:
    known = _who(analysis) | _verdict(analysis)
    for code in analysis.cohort.instruments:
        known |= _scores(analysis.facts, code)
    for drug in analysis.cohort.drugs:
        known |= _courses(analysis.facts, drug)
    return known | _reports(analysis.facts) | _covariates(analysis, known)


def _who(analysis: Analysis) -> Columns:
    patients, given = analysis.cohort.patients, analysis.cohort.columns_given["patients"]
    columns: Columns = {PATIENT: lambda: patients["patient_id"]}
    if analysis.study.hypothetical and analysis.cohort.hypothetical.any():
        usual = "reconstructed" if is_rebuilt_from_publication(analysis.cohort) else "patient"
        columns[TIER] = lambda: np.where(analysis.cohort.hypothetical, "hypothetical", usual)
    for name, column in (("Index date", "index_date"), (AGE, "age"), (SEX, "sex")):
        if column in given:
            columns[name] = _column(patients, column)
    return columns


def _column(patients: pd.DataFrame, name: str) -> Callable[[], pd.Series]:
    return lambda: patients[name]


def _covariates(analysis: Analysis, known: Mapping[str, object]) -> Columns:
    """Return the cohort's own columns; one that is called like another of the table says whose it is."""
    cohort = analysis.cohort
    return {
        f"{name} (of the cohort)" if name in known else name: _column(cohort.patients, name)
        for name in cohort.covariates
    }


def _verdict(analysis: Analysis) -> Columns:
    return {
        STANDING: lambda: _words(standing(analysis), STANDINGS),
        "Rule": lambda: _words(analysis.response.outcome.verdict, TRUTHS),
        "First criterion not met or unknown": lambda: _first_failing(analysis),
    }


def _words(places: npt.NDArray[Any], words: Sequence[str]) -> pd.Series:
    """Write words for their places; none for -1."""
    return pd.Series(pd.Categorical.from_codes(places.astype(np.int64), pd.Index(words)))


def _first_failing(analysis: Analysis) -> pd.Series:
    statements = list(dict.fromkeys(map(str, analysis.study.eligibility)))
    first = np.full(analysis.cohort.n_patients, -1)
    for criterion, met in zip(analysis.study.eligibility, analysis.ledger.met, strict=True):
        first = np.where((first < 0) & (met != TRUE), statements.index(str(criterion)), first)
    return _words(first, statements)


def _scores(facts: CohortFacts, code: str) -> Columns:
    instrument = facts.instrument(code)
    unit = instrument.unit

    def improved() -> npt.NDArray[np.float64]:
        return percent_improvement(instrument, facts.baseline(code), facts.follow_up(code))

    return {
        f"{code} baseline ({unit})": lambda: facts.baseline(code),
        f"{code} baseline day": lambda: facts.baseline_visit(code).day,
        f"{code} follow-up ({unit})": lambda: facts.follow_up(code),
        f"{code} follow-up day": lambda: facts.follow_up_visit(code).day,
        f"{code} change ({unit})": lambda: facts.follow_up(code) - facts.baseline(code),
        f"{code} improved by (% of baseline)": improved,
    }


def _courses(facts: CohortFacts, drug: str) -> Columns:
    cohort = facts.cohort
    columns: Columns = {
        f"{drug} first day": lambda: facts.start_day(drug),
        f"{drug} last day": lambda: facts.end_day(drug),
        f"{drug} prescriptions": lambda: np.where(facts.took(drug), facts.prescriptions(drug), np.nan),
        f"{drug} stopped for": lambda: facts.stop_reason(drug),
        f"{drug} adverse events": lambda: _events(facts, drug),
    }
    if drug == facts.study.prior_drug:
        columns[f"{drug} days taken"] = lambda: facts.exposure_days(drug)
        columns["Days between the drugs"] = lambda: facts.gap_days(drug)
    if "adverse_events" not in cohort.tables:
        del columns[f"{drug} adverse events"]
    return columns


def _events(facts: CohortFacts, drug: str) -> npt.NDArray[np.int64]:
    events = facts.cohort.adverse_events
    on_drug = (events["drug"] == drug).to_numpy()
    return np.bincount(codes(events["patient_id"])[on_drug], minlength=facts.cohort.n_patients)


def _reports(facts: CohortFacts) -> Columns:
    return {f"Reported: {item.replace('_', ' ')}": _answers(facts, item) for item in facts.cohort.items}


def _answers(facts: CohortFacts, item: str) -> Callable[[], pd.Series]:
    def answers() -> pd.Series:
        answered = pd.Series(facts.report_day(item)).notna()
        return pd.Series(facts.report(item)).map({FALSE: "no", TRUE: "yes"}).where(answered)

    return answers
