"""Event by event and patient by patient: what became of an event of the prior drug on the index drug."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.analysis.analyse import Analysis
from explorer.analysis.attrition import entering
from explorer.analysis.facts import codes
from explorer.analysis.safety import NOBODY, Affected, CarryOver, affected, carry_over

RESOLVED, UNRESOLVED, RECURRED, NEW = "resolved", "unresolved", "recurred", "new"
OUTCOMES = (RESOLVED, UNRESOLVED, RECURRED, NEW)
COLUMNS = ("patient_id", "hypothetical", "term", "outcome", "prior", "index")
NOT_RECORDED = "not recorded"


def most_frequent(rows: tuple[CarryOver, ...], most: int) -> tuple[CarryOver, ...]:
    """Return the events that most patients had on either drug, the most frequent first, by name where equal."""
    return tuple(sorted(rows, key=lambda row: (-patients_with(row), row.term))[:most])


def in_cohort(analysis: Analysis, most: int) -> tuple[str, ...]:
    """Return the events that most of all who could be analysed had on either drug, in the order of `most_frequent`.

    They do not change with the definition, so that a drawing of them stays put.
    """
    rows = carry_over(_of_everybody(analysis), str(analysis.study.prior_drug), analysis.study.index_drug)
    return tuple(row.term for row in most_frequent(rows, most))


def of_terms(rows: tuple[CarryOver, ...], terms: tuple[str, ...]) -> tuple[CarryOver, ...]:
    """Return what became of some events, also of those that nobody had."""
    held = {row.term: row for row in rows}
    return tuple(held.get(term, CarryOver(term, 0, 0, 0, 0)) for term in terms)


def hypothetical(analysis: Analysis) -> tuple[CarryOver, ...]:
    """Follow each event from the prior drug to the index drug in the hypothetical additions analysed."""
    study, cohort = analysis.study, analysis.cohort
    found = affected(cohort, analysis.ledger.eligible & cohort.hypothetical)
    return carry_over(found, str(study.prior_drug), study.index_drug)


def n_with_any(analysis: Analysis, terms: tuple[str, ...]) -> int:
    """Count of all who could be analysed those who had any of some events on either drug."""
    drugs = (analysis.study.prior_drug, analysis.study.index_drug)
    found = _of_everybody(analysis).items()
    who = [on.patient for (drug, term), on in found if drug in drugs and term in terms]
    return len(np.unique(np.concatenate([NOBODY.patient, *who])))


def _of_everybody(analysis: Analysis) -> dict[tuple[str, str], Affected]:
    """Return who had which event, of all who could be analysed; it follows the cohort alone."""
    cohort, key = analysis.cohort, ("events of everybody", analysis.study.hypothetical)
    return cohort.derived(key, lambda: affected(cohort, entering(analysis.facts)))


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
