"""Adverse events by drug, and whether an event of the first drug came back on the second."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.analysis.facts import CohortFacts, codes
from explorer.cohort.tables import Cohort

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Events:
    """Patients with an event on a drug, those of them in whom every episode has an end, and who ever took the drug.

    None where the cohort records no ends, or no treatments.
    """

    drug: str
    term: str
    n_patients: int
    n_resolved: int | None
    n_treated: int | None


@dataclass(frozen=True)
class CarryOver:
    """What became of an event from the prior drug to the index drug, in patients.

    Attributes
    ----------
    resolved : int
        Had it on the prior drug, it ended, and it is not recorded on the index drug.
    unresolved : int
        Had it on the prior drug, no end is recorded, and it is not recorded anew on the index drug.
    recurred : int
        Had it on both drugs.
    new : int
        Had it on the index drug only.
    """

    term: str
    resolved: int
    unresolved: int
    recurred: int
    new: int


@dataclass(frozen=True)
class Safety:
    """Events per drug and term, and their carry-over; counts of patients, not of episodes.

    Carry-over is empty where the cohort records no ends of events: nobody knows what resolved.
    """

    events: tuple[Events, ...]
    carry_over: tuple[CarryOver, ...]


@dataclass(frozen=True, eq=False)
class Affected:
    """Patients with an event on a drug, in ascending order, and which of them have an end for every episode."""

    patient: npt.NDArray[np.int64]
    resolved: Bools


NOBODY = Affected(np.empty(0, np.int64), np.empty(0, bool))


def safety(facts: CohortFacts, who: Bools) -> Safety:
    """Count adverse events of some of the patients."""
    found, prior_drug = affected(facts.cohort, who), facts.study.prior_drug
    ends, courses = facts.cohort.gives("adverse_events", "end_day"), "treatments" in facts.cohort.tables
    events = tuple(
        Events(
            drug,
            term,
            len(on.patient),
            int(on.resolved.sum()) if ends else None,
            int((who & facts.ever_took(drug)).sum()) if courses else None,
        )
        for (drug, term), on in sorted(found.items())
    )
    return Safety(events, carry_over(found, prior_drug, facts.study.index_drug) if prior_drug and ends else ())


def affected(cohort: Cohort, who: Bools) -> dict[tuple[str, str], Affected]:
    """Return who of some of the patients had which event, by drug and term."""
    table = cohort.adverse_events
    patient = codes(table["patient_id"])
    rows = np.flatnonzero(who[patient])
    ended = table["end_day"].notna().to_numpy()[rows]
    drug, term = (np.asarray(table[column].cat.codes, np.int64)[rows] for column in ("drug", "term"))
    n_terms = len(table["term"].cat.categories)
    # One number per drug, term and patient; the smallest flag of its episodes says whether all have ended.
    key = (drug * n_terms + term) * cohort.n_patients + patient[rows]
    keys, episode = np.unique(key, return_inverse=True)
    resolved = np.ones(len(keys), bool)
    np.logical_and.at(resolved, episode, ended)
    event, of_patient = np.divmod(keys, cohort.n_patients)
    drugs, terms = (list(table[column].cat.categories) for column in ("drug", "term"))
    return {
        (str(drugs[code // n_terms]), str(terms[code % n_terms])): Affected(of_patient[on], resolved[on])
        for code in np.unique(event).tolist()
        for on in [event == code]
    }


def carry_over(found: dict[tuple[str, str], Affected], prior_drug: str, index_drug: str) -> tuple[CarryOver, ...]:
    """Follow each event from the prior drug to the index drug."""
    terms = sorted({term for drug, term in found if drug in (prior_drug, index_drug)})
    return tuple(
        _carried(term, found.get((prior_drug, term), NOBODY), found.get((index_drug, term), NOBODY)) for term in terms
    )


def _carried(term: str, before: Affected, after: Affected) -> CarryOver:
    again = np.isin(before.patient, after.patient)
    return CarryOver(
        term=term,
        resolved=int((before.resolved & ~again).sum()),
        unresolved=int((~before.resolved & ~again).sum()),
        recurred=int(again.sum()),
        new=len(after.patient) - int(again.sum()),
    )
