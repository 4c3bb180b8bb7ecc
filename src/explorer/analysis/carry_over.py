"""Event by event and patient by patient: what became of an event of the prior drug on the index drug."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.analysis.analyse import Analysis
from explorer.analysis.facts import codes
from explorer.analysis.safety import NOBODY, CarryOver, affected

RESOLVED, UNRESOLVED, RECURRED, NEW = "resolved", "unresolved", "recurred", "new"
OUTCOMES = (RESOLVED, UNRESOLVED, RECURRED, NEW)
COLUMNS = ("patient_id", "hypothetical", "term", "outcome", "prior", "index")
NOT_RECORDED = "not recorded"


def most_frequent(rows: tuple[CarryOver, ...], most: int) -> tuple[CarryOver, ...]:
    """Return the events that most patients had on either drug, the most frequent first, by name where equal."""
    return tuple(sorted(rows, key=lambda row: (-patients_with(row), row.term))[:most])


def patients_with(row: CarryOver) -> int:
    """How many patients had the event on either drug."""
    return row.resolved + row.unresolved + row.recurred + row.new


def patient_events(analysis: Analysis, terms: tuple[str, ...]) -> pd.DataFrame:
    """Say of each analysed patient what became of each of some events.

    Returns
    -------
    DataFrame
        One row per patient and event, in the order of `terms`, then of the patients: patient_id, hypothetical,
        term, outcome (one of `OUTCOMES`, as in `CarryOver`), prior and index (days of its episodes on either
        drug, in words).
    """
    study, cohort = analysis.study, analysis.cohort
    found = affected(cohort, analysis.ledger.eligible)
    rows = []
    for term in terms:
        before, after = (found.get((str(drug), term), NOBODY) for drug in (study.prior_drug, study.index_drug))
        patients = np.union1d(before.patient, after.patient)
        again = np.isin(patients, before.patient) & np.isin(patients, after.patient)
        ended = np.isin(patients, before.patient[before.resolved])
        only_after = ~np.isin(patients, before.patient)
        outcome = np.select([again, only_after, ended], [RECURRED, NEW, RESOLVED], UNRESOLVED)
        rows += [(patient, term, what) for patient, what in zip(patients.tolist(), outcome.tolist(), strict=True)]
    return _named(analysis, pd.DataFrame(rows, columns=["row", "term", "outcome"]))


def _named(analysis: Analysis, found: pd.DataFrame) -> pd.DataFrame:
    row = found.pop("row").to_numpy(np.int64)
    study = analysis.study
    days = {drug: _episodes(analysis, drug, row) for drug in (study.prior_drug, study.index_drug) if drug}
    keys = list(zip(row.tolist(), found["term"], strict=True))
    named = found.assign(
        patient_id=analysis.cohort.patients["patient_id"].to_numpy()[row],
        hypothetical=analysis.cohort.hypothetical[row],
        prior=[days.get(str(study.prior_drug), {}).get(key, NOT_RECORDED) for key in keys],
        index=[days[study.index_drug].get(key, NOT_RECORDED) for key in keys],
    )
    return named[list(COLUMNS)]


def _episodes(analysis: Analysis, drug: str, rows: npt.NDArray[np.int64]) -> dict[tuple[int, str], str]:
    """Write out the episodes of some patients on a drug: "day -29 to 88; day 120, no end recorded"."""
    table = analysis.cohort.adverse_events
    patient = codes(table["patient_id"])
    kept = (table["drug"] == drug).to_numpy() & np.isin(patient, rows)
    written: dict[tuple[int, str], list[str]] = {}
    for who, term, start, end in zip(
        patient[kept].tolist(), *(table.loc[kept, name] for name in ("term", "start_day", "end_day")), strict=True
    ):
        until = ", no end recorded" if np.isnan(end) else f" to {end:g}"
        written.setdefault((who, str(term)), []).append(f"day {start:g}{until}")
    return {key: "; ".join(days) for key, days in written.items()}
