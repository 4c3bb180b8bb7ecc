"""Where each patient stands under a study: responder or not, unknown, not counted, or not eligible."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from explorer.analysis.analyse import Analysis
from explorer.analysis.facts import CohortFacts
from explorer.analysis.ledger import ledger
from explorer.analysis.outcome import Outcome, outcome
from explorer.cohort.tables import Cohort
from explorer.study.study import Study

Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]

STANDINGS = ("responder", "no response", "unknown", "not counted", "not eligible")
RESPONDER, NO_RESPONSE, UNKNOWN, NOT_COUNTED, NOT_ELIGIBLE = (np.int8(code) for code in range(len(STANDINGS)))


def standing(analysis: Analysis) -> Codes:
    """Say where each patient stands in an analysis.

    Returns
    -------
    array of int8, one entry per patient
        Position in `STANDINGS`. Unknown is who stays unknown after the missing-outcome policy, and in whom the
        completed data sets of multiple imputation disagree; not counted is who is eligible, but not among those
        in whom response is counted; hypothetical additions that are left out are not eligible.
    """
    result = analysis.response
    return _standing(analysis.ledger.eligible, result.among, result.outcome)


def judged(cohort: Cohort, study: Study) -> Codes:
    """Say where each patient stands under a study, computing nothing else; remembered by the cohort."""
    return cohort.derived(("standing", study.canonical()), lambda: _judge(cohort, study))


def _judge(cohort: Cohort, study: Study) -> Codes:
    facts = CohortFacts(cohort, study)
    entering = np.ones(cohort.n_patients, bool) if study.hypothetical else ~cohort.hypothetical
    eligible = ledger(entering, study.eligibility, facts).eligible
    among = ledger(eligible, study.response.among, facts).eligible
    return _standing(eligible, among, outcome(facts, study, among))


def _standing(eligible: Bools, among: Bools, outcome: Outcome) -> Codes:
    always, ever = outcome.responded.all(axis=0), outcome.responded.any(axis=0)
    verdict = np.where(always, RESPONDER, np.where(ever, UNKNOWN, NO_RESPONSE))
    counted = np.where(outcome.evaluable, verdict, UNKNOWN)
    return np.where(among, counted, np.where(eligible, NOT_COUNTED, NOT_ELIGIBLE)).astype(np.int8)
