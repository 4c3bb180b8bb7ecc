"""When each patient was on which of the two drugs: one row per course, and the share on each drug by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.analysis.analyse import Analysis
from explorer.analysis.description import NOT_RECORDED, ONGOING, WHY_STOPPED
from explorer.analysis.facts import CohortFacts, codes, courses_of
from explorer.analysis.persistence import last_seen
from explorer.analysis.scores import Floats
from explorer.analysis.sequence import once

Bools = npt.NDArray[np.bool_]
COURSES = ("patient_id", "hypothetical", "drug", "from_day", "to_day", "reason", "end")
EVENTS = ("patient_id", "hypothetical", "drug", "from_day", "to_day", "term")
DAYS_A_STEP = 60
FAR = 1_000_000  # days; farther apart than any two days of one patient


@dataclass(frozen=True)
class DayShare:
    """Who was on a drug on a day, of those not yet out of sight. Day 0 is the first prescription of the index drug."""

    drug: str
    day: int
    k: int
    n: int


def longest_on_index(facts: CohortFacts) -> int:
    """Days on the index drug of whoever in the whole cohort was on it longest, rounded up to a multiple of 60."""
    return _rounded_up(np.nanmax(time_on_index(facts), initial=0))


def last_day(facts: CohortFacts) -> int:
    """Last day on which anything is recorded of anyone in the whole cohort, rounded up to a multiple of 60."""
    return _rounded_up(np.nanmax(_last_seen(facts), initial=0))


def time_on_index(facts: CohortFacts) -> Floats:
    """Days from the first to the last dose of the index drug, or to the last day on record; NaN without a course."""
    drug = facts.study.index_drug
    end = facts.end_day(drug)
    until = np.where(np.isnan(end), _last_seen(facts), end)
    return np.maximum(until - facts.start_day(drug), 0)


def in_order(analysis: Analysis) -> list[str]:
    """Return the analysed patients, longest on the index drug first, by identifier where equal; without it last."""
    who = np.flatnonzero(analysis.ledger.eligible)
    time = np.nan_to_num(time_on_index(analysis.facts)[who], nan=-1)
    # Patients stand by identifier, and the sort is stable.
    return [
        str(name) for name in analysis.cohort.patients["patient_id"].to_numpy()[who[np.argsort(-time, kind="stable")]]
    ]


def courses(analysis: Analysis) -> pd.DataFrame:
    """List the courses of both drugs of the analysed patients.

    Returns
    -------
    DataFrame
        patient_id, hypothetical, drug, from_day, to_day (an ongoing course ends on the patient's last day on
        record), reason (in words), end (its group, as in `description.STOPPED`).
    """
    table = analysis.cohort.treatments
    rows = _of_both_drugs(analysis, table)
    patient = codes(rows["patient_id"])
    ongoing = rows["end_day"].isna().to_numpy()
    reason = rows["stop_reason"].astype(object).where(rows["stop_reason"].notna(), NOT_RECORDED)
    return _columns(
        analysis,
        rows,
        COURSES,
        to_day=np.where(ongoing, np.fmax(_last_seen(analysis.facts)[patient], rows["start_day"]), rows["end_day"]),
        reason=reason.str.replace("_", " ").where(~ongoing, ONGOING),
        end=reason.map(lambda level: WHY_STOPPED.get(level, NOT_RECORDED)).where(~ongoing, ONGOING),
    )


def events(analysis: Analysis) -> pd.DataFrame:
    """List the adverse events of both drugs of the analysed patients.

    Returns
    -------
    DataFrame
        patient_id, hypothetical, drug, from_day, to_day (NaN: no end recorded), term.
    """
    rows = _of_both_drugs(analysis, analysis.cohort.adverse_events)
    return _columns(analysis, rows, EVENTS, to_day=rows["end_day"], term=rows["term"].astype(str))


def on_drug_by_day(analysis: Analysis, days: tuple[int, ...]) -> tuple[DayShare, ...]:
    """Count the analysed patients who were on each drug on some days.

    A patient leaves the denominator after the last day on record. Overlapping courses count once.
    """
    return once(analysis, f"on drug {days}", lambda: _on_drug_by_day(analysis, days))


def _on_drug_by_day(analysis: Analysis, days: tuple[int, ...]) -> tuple[DayShare, ...]:
    who, seen = analysis.ledger.eligible, _last_seen(analysis.facts)
    until = np.sort(seen[who & ~np.isnan(seen)])
    at = np.array(days, float)
    n = len(until) - np.searchsorted(until, at, side="left")
    found = []
    for drug in _both(analysis):
        start, end = _stretches(analysis.facts, drug, who)
        k = np.searchsorted(start, at, side="right") - np.searchsorted(end, at, side="left")
        found += [DayShare(drug, *map(int, row)) for row in zip(days, k, n, strict=True)]
    return tuple(found)


def _stretches(facts: CohortFacts, drug: str, who: Bools) -> tuple[Floats, Floats]:
    """Return the sorted first and the sorted last days of the stretches on a drug, overlaps taken out."""
    held = courses_of(facts.cohort, drug)
    kept = who[held.patient]
    patient, start = held.patient[kept], held.start[kept]
    end = np.where(np.isnan(held.end[kept]), np.fmax(_last_seen(facts)[patient], start), held.end[kept])
    # With patients moved far apart, one running maximum serves all of them.
    apart = patient.astype(float) * FAR
    reached = np.maximum.accumulate(end + apart)
    before = np.concatenate([[-np.inf], reached[:-1]])[: len(end)] - apart
    start = np.maximum(start, before + 1)
    return np.sort(start[start <= end]), np.sort(end[start <= end])


def _both(analysis: Analysis) -> list[str]:
    study = analysis.study
    return [drug for drug in (study.prior_drug, study.index_drug) if drug]


def _of_both_drugs(analysis: Analysis, table: pd.DataFrame) -> pd.DataFrame:
    kept = table["drug"].isin(_both(analysis)).to_numpy() & analysis.ledger.eligible[codes(table["patient_id"])]
    return table.loc[kept]


def _columns(analysis: Analysis, rows: pd.DataFrame, columns: tuple[str, ...], **further: object) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "patient_id": rows["patient_id"].astype(str),
            "hypothetical": analysis.cohort.hypothetical[codes(rows["patient_id"])],
            "drug": rows["drug"].astype(str),
            "from_day": rows["start_day"].astype(float),
            **further,
        }
    )[list(columns)].reset_index(drop=True)


def _last_seen(facts: CohortFacts) -> Floats:
    return facts.cohort.derived("last seen", lambda: last_seen(facts.cohort))


def _rounded_up(days: float) -> int:
    return max(1, int(np.ceil(days / DAYS_A_STEP))) * DAYS_A_STEP
