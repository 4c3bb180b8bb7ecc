"""How long patients stayed on the index drug."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.analysis.facts import CohortFacts, codes
from explorer.analysis.scores import Floats
from explorer.cohort.tables import Cohort
from explorer.statistics.survival import KaplanMeier, kaplan_meier

Bools = npt.NDArray[np.bool_]

CONDITION = (
    "Among patients who met the entry rules. Where those ask for later prescriptions, scores or reports, "
    "who stopped early is left out and the curve starts too high."
)


@dataclass(frozen=True, eq=False)
class Persistence:
    """Time from the first dose of the index drug to leaving it (Kaplan-Meier, log-log limits).

    Who had not left is censored: at the end of a course that was completed as planned, else at the last day
    on which anything is recorded. Days.
    """

    n: int
    n_stopped: int
    median_days: float
    ci_low: float
    ci_high: float
    condition: str
    curve: KaplanMeier


def persistence(facts: CohortFacts, who: Bools, confidence: float) -> Persistence:
    """Estimate persistence on the study's index drug for some of the patients.

    Patients without a course of the drug are left out; all are where courses have no end recorded at all, since
    nobody could be seen to stop.
    """
    if not facts.cohort.gives("treatments", "end_day"):
        who = np.zeros_like(who)
    drug = facts.study.index_drug
    start, end, stop = facts.start_day(drug), facts.end_day(drug), facts.stop_day(drug)
    until = np.where(np.isnan(end), facts.cohort.derived("last seen", lambda: last_seen(facts.cohort)), end)
    # Someone on the drug was seen on it for no time at all when nothing is recorded after the first dose.
    time = np.maximum(until - start, 0)
    known = who & ~np.isnan(time)
    curve = kaplan_meier(time[known], ~np.isnan(stop[known]), confidence)
    return Persistence(
        n=int(known.sum()),
        n_stopped=int((known & ~np.isnan(stop)).sum()),
        median_days=curve.median,
        ci_low=curve.median_low,
        ci_high=curve.median_high,
        condition=CONDITION,
        curve=curve,
    )


def last_seen(cohort: Cohort) -> Floats:
    """Return the last day on which anything is recorded of each patient; NaN where nothing is."""
    last = np.full(cohort.n_patients, -np.inf)
    for table, column in (
        (cohort.assessments, "day"),
        (cohort.reports, "day"),
        (cohort.treatments, "start_day"),
        (cohort.treatments, "end_day"),
        (cohort.adverse_events, "start_day"),
        (cohort.adverse_events, "end_day"),
    ):
        np.fmax.at(last, codes(table["patient_id"]), table[column].to_numpy(float))
    return np.where(np.isinf(last), np.nan, last)
