"""Courses of the two drugs, and the adverse events during them: every day but the median exposure is an assumption."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.reconstruction.chains import Bools
from explorer.reconstruction.facts import published
from explorer.reconstruction.realism import Ints

Words = npt.NDArray[np.str_]

CONJUNCTIVITIS, HEAD_AND_NECK = "conjunctivitis", "head and neck dermatitis"
INDEX_DRUG, PRIOR_DRUG = "tralokinumab", "dupilumab"
# Shares of the reasons for leaving a drug otherwise than for an adverse event.
LEFT_TRALOKINUMAB = {"inadequate_response": 0.55, "loss_of_response": 0.1, "access": 0.2, "patient_choice": 0.15}
LEFT_DUPILUMAB = {
    "inadequate_response": 0.5,
    "loss_of_response": 0.3,
    "access": 0.07,
    "patient_choice": 0.05,
    "other": 0.08,
}
LOG_EXPOSURE_SD = 0.85


@dataclass(frozen=True)
class Couplings:
    """How treatment goes with outcome; the source says nothing of either.

    Parameters
    ----------
    exposure : float
        Those who improved had longer (positive) or shorter dupilumab exposure.
    persistence : float
        Those who improved have more tralokinumab prescriptions.
    """

    exposure: float
    persistence: float


def draw_couplings(rng: np.random.Generator) -> Couplings:
    """Draw both couplings, each uniform in its range."""
    return Couplings(float(rng.uniform(-0.6, 0.6)), float(rng.uniform(0, 1.2)))


@dataclass(frozen=True)
class Events:
    """Who has which adverse event, arrays of bool, one per patient.

    `eyes` and `skin` left dupilumab for conjunctivitis or for head and neck dermatitis; `again` are those of
    `eyes` whose conjunctivitis returned on tralokinumab; `on_index` all who had it on tralokinumab.
    """

    eyes: Bools
    skin: Bools
    again: Bools
    on_index: Bools

    @property
    def leavers(self) -> Bools:
        """Who left dupilumab for an adverse event."""
        return self.eyes | self.skin


def draw_events(rng: np.random.Generator, prior: Bools) -> Events:
    """Draw who has which adverse event: both terms occur, and exactly two have conjunctivitis on both drugs."""
    facts = published()
    leavers = rng.permutation(np.flatnonzero(prior))[: rng.choice(facts.counts("C13"))]
    n_eyes = int(np.clip(rng.binomial(leavers.size, 0.6), 3, leavers.size - 1))
    again = rng.choice(leavers[:n_eyes], int(facts.fact("conjunctivitis_recurrent").number), replace=False)
    eyes = _members(prior.size, leavers[:n_eyes])
    n_new = int(rng.choice(facts.counts("C14"))) - again.size
    new = rng.choice(np.flatnonzero(~eyes), n_new, replace=False)
    return Events(
        eyes=eyes,
        skin=_members(prior.size, leavers[n_eyes:]),
        again=_members(prior.size, again),
        on_index=_members(prior.size, np.concatenate([again, new])),
    )


def _members(n: int, at: Ints) -> Bools:
    return np.isin(np.arange(n), at)


def draw_exposures(rng: np.random.Generator, n: int) -> Ints:
    """Draw n days of dupilumab, n odd, whose middle value is the published median, in ascending order.

    Half of a log-normal spread lies on each side, within 28 to 1500 days.
    """
    median = int(published().fact("dupilumab_exposure").number)
    below, above = np.exp(LOG_EXPOSURE_SD * np.abs(rng.standard_normal((2, n // 2))))
    days = np.concatenate([np.clip(median / below, 28, median), [median], np.clip(median * above, median, 1500)])
    return np.sort(np.rint(days).astype(np.int64))


def draw_first_dose(rng: np.random.Generator, n: int) -> Ints:
    """Draw the days from first prescription to first dose: mostly two weeks or less, at most 44."""
    return np.minimum(rng.exponential(12, n), 44).astype(np.int64)


def index_courses(
    rng: np.random.Generator, ids: pd.Index, prescriptions: Ints, ended: Bools, first_dose: Ints, onset: Ints
) -> pd.DataFrame:
    """Draw the tralokinumab courses.

    Parameters
    ----------
    rng : Generator
    ids : Index of patient_id, n patients
    prescriptions : array of int
        How many each has, one to two months apart.
    ended : array of bool
        Whose course has ended by the last record.
    first_dose : array of int
        Days from the first prescription to the first dose.
    onset : array of int
        Day of conjunctivitis on tralokinumab; negative if there was none.

    Returns
    -------
    DataFrame
        Rows of the treatments table.
    """
    n = len(ids)
    supplied = first_dose + (prescriptions - 1) * rng.integers(28, 61, n) + rng.integers(7, 50, n)
    # An event comes before the end of the course in which it arose.
    end = np.maximum(supplied, np.where(onset < 0, 0, onset + 14))
    reason = np.where(onset < 0, _reasons(rng, LEFT_TRALOKINUMAB, n), "adverse_event")
    table = courses(ids, INDEX_DRUG, first_dose, end, reason)
    table["prescriptions"] = pd.array(prescriptions, dtype="Int64")
    table.loc[~ended, ["end_day", "stop_reason"]] = pd.NA
    return table


def prior_courses(rng: np.random.Generator, ids: pd.Index, exposure: Ints, left_for_event: Bools) -> pd.DataFrame:
    """Draw the dupilumab courses: most end before day 0, some on it, a few overlap tralokinumab, a few have a break.

    Parameters
    ----------
    rng : Generator
    ids : Index of patient_id, n patients with prior dupilumab
    exposure : array of int
        Days on dupilumab in all.
    left_for_event : array of bool
        These have one course that ended by day 0.

    Returns
    -------
    DataFrame
        Rows of the treatments table; prescriptions of dupilumab are not given.
    """
    n = len(ids)
    kind = rng.random(n)
    overlap = np.where((kind > 0.92) & ~left_for_event, rng.integers(7, 22, n), 0)
    end = np.where(kind > 0.8, overlap, -np.floor(rng.exponential(40, n))).astype(np.int64)
    broken = (exposure >= 240) & ~left_for_event & (rng.random(n) < 0.12)
    first_part = np.where(broken, rng.integers(60, np.maximum(exposure - 60, 61)), 0)
    start = end - (exposure - first_part)
    first_end = start - rng.integers(30, 150, n)
    reason = np.where(left_for_event, "adverse_event", _reasons(rng, LEFT_DUPILUMAB, n))
    pause = np.where(rng.random(n) < 0.6, "access", "patient_choice")
    first = courses(ids, PRIOR_DRUG, first_end - first_part, first_end, pause)
    return pd.concat([courses(ids, PRIOR_DRUG, start, end, reason), first[broken]], ignore_index=True)


def _reasons(rng: np.random.Generator, shares: dict[str, float], n: int) -> Words:
    return rng.choice(list(shares), n, p=list(shares.values()))


def courses(ids: pd.Index, drug: str, start: Ints, end: Ints, reason: Words) -> pd.DataFrame:
    """Set out one ended course per patient as rows of the treatments table, prescriptions not given."""
    table = pd.DataFrame({"patient_id": ids, "drug": drug, "start_day": start, "end_day": end})
    table["end_day"] = table["end_day"].astype("Int64")
    table["prescriptions"] = pd.array([pd.NA] * len(ids), dtype="Int64")
    return table.assign(stop_reason=reason)


def adverse_events(
    rng: np.random.Generator, ids: pd.Index, events: Events, exposure: Ints, treatments: pd.DataFrame, onset: Ints
) -> pd.DataFrame:
    """Draw the days of the adverse events.

    Parameters
    ----------
    rng : Generator
    ids : Index of patient_id, n patients
    events : Events
    exposure : array of int
        Days on dupilumab; 0 for those who had none.
    treatments : DataFrame
        The treatments table.
    onset : array of int
        Day of conjunctivitis on tralokinumab; negative if there was none.

    Returns
    -------
    DataFrame
        The adverse events table. Events on dupilumab arise within its last 120 days and resolve
        within 80 days of the first dose of tralokinumab.
    """
    days = treatments.groupby("drug")
    left = days.get_group(PRIOR_DRUG).groupby("patient_id")["end_day"].max().reindex(ids)
    first_dose = days.get_group(INDEX_DRUG).set_index("patient_id")["start_day"].reindex(ids)
    began = left - rng.integers(5, np.clip(exposure, 6, 120))
    gone = first_dose + rng.integers(5, 80, len(ids))
    cleared = (onset + rng.integers(10, 60, len(ids))).astype(float)
    cleared[rng.random(len(ids)) < 0.3] = np.nan
    new = pd.Series(cleared, index=ids, dtype="Int64")
    return pd.concat(
        [
            _events(PRIOR_DRUG, CONJUNCTIVITIS, began[events.eyes], gone),
            _events(PRIOR_DRUG, HEAD_AND_NECK, began[events.skin], gone),
            _events(INDEX_DRUG, CONJUNCTIVITIS, pd.Series(onset, index=ids)[events.on_index], new),
        ],
        ignore_index=True,
    )


def _events(drug: str, term: str, start: pd.Series, end: pd.Series) -> pd.DataFrame:
    table = pd.DataFrame(
        {"patient_id": start.index, "drug": drug, "term": term, "start_day": start.to_numpy(dtype=int)}
    )
    table["end_day"] = end.reindex(start.index).astype("Int64").array
    return table


def draw_onset(rng: np.random.Generator, events: Events, first_dose: Ints) -> Ints:
    """Draw the day of conjunctivitis on tralokinumab, -1 if none; where it returned, the first episode is over."""
    earliest = np.where(events.again, 85, 20)
    return np.where(events.on_index, first_dose + rng.integers(earliest, 120), -1)
