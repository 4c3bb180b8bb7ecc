"""Who the analysed patients are: age and sex, the prior drug, why it was stopped, and the switch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.analysis.facts import CohortFacts
from explorer.analysis.scores import Floats

Bools = npt.NDArray[np.bool_]

INADEQUATE, INTOLERANCE, OTHER, NOT_RECORDED = "inadequate response", "intolerance", "other reason", "not recorded"
ONGOING, NEVER = "ongoing", "never taken"
STOPPED = (INADEQUATE, INTOLERANCE, OTHER, NOT_RECORDED, ONGOING, NEVER)
WHY_STOPPED = {
    "inadequate_response": INADEQUATE,
    "loss_of_response": INADEQUATE,
    "adverse_event": INTOLERANCE,
    "access": OTHER,
    "patient_choice": OTHER,
    "remission": OTHER,
    "completed": OTHER,
    "other": OTHER,
}


@dataclass(frozen=True)
class Count:
    """A level and how many patients have it."""

    level: str
    n: int


@dataclass(frozen=True)
class Switch:
    """From the last prior dose to the first dose of the index drug; days of washout, negative for overlap."""

    n: int
    n_gap: int
    n_same_day: int
    n_overlap: int
    median_days: float


@dataclass(frozen=True)
class Description:
    """The analysed patients at the index date.

    Ages in years. Exposure to the prior drug: days summed over its courses, an ongoing one ending on day 0.
    """

    n: int
    n_age: int
    age_mean: float
    age_sd: float
    sex: tuple[Count, ...]
    prior_drug: str | None
    prior_drug_n: int
    prior_drug_exposure_median_days: float
    prior_drug_exposure_q1_days: float
    prior_drug_exposure_q3_days: float
    prior_drug_stop_reasons: tuple[Count, ...]
    switch: Switch | None


def description(facts: CohortFacts, who: Bools) -> Description:
    """Describe some of the patients."""
    age = facts.column("age").to_numpy(float)[who]
    age = age[~np.isnan(age)]
    return Description(
        n=int(who.sum()),
        n_age=len(age),
        age_mean=float(age.mean()) if len(age) else float("nan"),
        age_sd=float(age.std(ddof=1)) if len(age) > 1 else float("nan"),
        sex=_counts(facts.column("sex")[who]) if facts.cohort.gives("patients", "sex") else (),
        **_prior(facts, who),
    )


def _prior(facts: CohortFacts, who: Bools) -> dict[str, Any]:
    drug = facts.study.prior_drug if "treatments" in facts.cohort.tables else None
    treated = who & facts.took(drug) if drug else np.zeros_like(who)
    dated = drug is not None and facts.cohort.gives("treatments", "end_day")
    q1, median, q3 = _quartiles(facts.exposure_days(drug)[treated] if drug and dated else np.empty(0))
    return {
        "prior_drug": drug,
        "prior_drug_n": int(treated.sum()),
        "prior_drug_exposure_median_days": median,
        "prior_drug_exposure_q1_days": q1,
        "prior_drug_exposure_q3_days": q3,
        "prior_drug_stop_reasons": _stop_reasons(facts, drug, treated) if drug else (),
        "switch": _switch(facts.gap_days(drug)[treated]) if drug and dated else None,
    }


def _stop_reasons(facts: CohortFacts, drug: str, treated: Bools) -> tuple[Count, ...]:
    if not facts.cohort.gives("treatments", "stop_reason"):
        return ()
    reasons = facts.stop_reason(drug).astype(object)
    return _counts(reasons.mask(np.isnan(facts.end_day(drug)) & reasons.isna(), ONGOING)[treated])


def _quartiles(values: Floats) -> tuple[float, float, float]:
    if len(values) == 0:
        return (float("nan"),) * 3
    q1, median, q3 = np.quantile(values, [0.25, 0.5, 0.75])
    return float(q1), float(median), float(q3)


def _counts(values: pd.Series) -> tuple[Count, ...]:
    counts = values.astype(object).fillna(NOT_RECORDED).value_counts()
    return tuple(Count(str(level), int(n)) for level, n in counts.items())


def _switch(gap: Floats) -> Switch:
    gap = gap[~np.isnan(gap)]
    median = float(np.median(gap)) if len(gap) else float("nan")
    return Switch(len(gap), int((gap > 0).sum()), int((gap == 0).sum()), int((gap < 0).sum()), median)


def why_stopped(facts: CohortFacts, drug: str) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    """Group the reasons for stopping a drug: names of the groups, and each patient's position among them.

    Inadequate response and loss of response are one group: the drug did not do enough. Intolerance is
    the other question: the drug could not be borne.
    """
    reasons = facts.stop_reason(drug)
    groups = [STOPPED.index(WHY_STOPPED[reason]) for reason in reasons.cat.categories]
    # The last entry is found by code -1: a reason that is not recorded.
    codes = np.array([*groups, STOPPED.index(NOT_RECORDED)])[reasons.cat.codes]
    codes = np.where(np.isnan(facts.end_day(drug)), STOPPED.index(ONGOING), codes)
    return STOPPED, np.where(facts.took(drug), codes, STOPPED.index(NEVER))
