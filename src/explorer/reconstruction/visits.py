"""When scores and reports were written down: every day here is an assumption.

The pair that carries the published means is the baseline visit (days -30 to 0) and the follow-up visit (days 62 to
118). Around it lie scores that the as-published windows pass over, so that moving a window changes who is counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from explorer.reconstruction.chains import Bools
from explorer.reconstruction.realism import TOP, Floats, Ints
from explorer.reconstruction.scenario import INSTRUMENTS, ITEMS

JITTER_SD = {"PPNRS": 1.3, "IGA": 0.5}


@dataclass(frozen=True)
class Visits:
    """Days of each patient's six possible visits, arrays of one day per patient.

    `older` lies beyond the look-back of 60 days, `before` within it but not last, `early` in the follow-up window
    but farther from day 90 than `follow_up`, and `later` beyond the window.
    """

    older: Ints
    before: Ints
    baseline: Ints
    early: Ints
    follow_up: Ints
    later: Ints


def draw_visits(rng: np.random.Generator, n: int) -> Visits:
    """Draw the days of n patients' visits."""
    follow_up = np.clip(np.rint(rng.normal(88, 12, n)), 62, 118).astype(np.int64)
    return Visits(
        older=-rng.integers(61, 200, n),
        before=-rng.integers(37, 61, n),
        baseline=-rng.integers(0, 31, n),
        early=rng.integers(30, 90 - np.abs(follow_up - 90)),
        follow_up=follow_up,
        later=rng.integers(121, 300, n),
    )


def assess(rng: np.random.Generator, ids: pd.Index, scores: Ints, recorded: Bools, visits: Visits) -> pd.DataFrame:
    """Write down each patient's scores at their visits.

    Parameters
    ----------
    rng : Generator
    ids : Index of patient_id, n patients
    scores : array of int, shape (n, 6)
        BSA, PP-NRS and IGA at baseline and follow-up, known or not.
    recorded : array of bool, shape (n, 6)
        Which of these stand in the records.
    visits : Visits

    Returns
    -------
    DataFrame
        The assessments table: `patient_id`, `day`, `instrument`, `score`.
    """
    parts = []
    for at, instrument in enumerate(INSTRUMENTS):
        pair = scores[:, 2 * at : 2 * at + 2].T
        known = recorded[:, 2 * at : 2 * at + 2].T
        for days, who, values in _written(rng, instrument, pair, known, visits):
            parts.append(_rows(ids[who], days[who], instrument=instrument, score=values[who]))
    return pd.concat(parts, ignore_index=True)


def _written(
    rng: np.random.Generator, instrument: str, pair: Ints, known: Bools, visits: Visits
) -> list[tuple[Ints, Bools, Ints]]:
    """List the day, the patients and the score of every kind of visit, for one instrument."""
    (before, after), (has_before, has_after) = pair, known
    halfway = before + 0.55 * (after - before)
    also_older, also_before, also_early, also_later = rng.random((4, before.size)) < [[0.25], [0.25], [0.35], [0.35]]
    # Of those seen on one side only, some have the missing score just outside the window: a longer
    # look-back, or a longer follow-up, lets them in.
    older = _most_of(rng, has_after & ~has_before) | (has_before & also_older)
    later = _most_of(rng, has_before & ~has_after) | (has_after & also_later)
    return [
        (visits.older, older, _near(rng, before, instrument)),
        (visits.before, has_before & also_before, _near(rng, before, instrument)),
        (visits.baseline, has_before, before),
        (visits.early, has_after & also_early, _near(rng, halfway, instrument)),
        (visits.follow_up, has_after, after),
        (visits.later, later, _near(rng, after, instrument)),
    ]


def _most_of(rng: np.random.Generator, who: Bools) -> Bools:
    """Choose three patients in five, rounded up, so that never none is chosen of some."""
    chosen = np.zeros_like(who)
    there = rng.permutation(np.flatnonzero(who))
    chosen[there[: -(-3 * there.size // 5)]] = True
    return chosen


def _near(rng: np.random.Generator, scores: Ints | Floats, instrument: str) -> Ints:
    """Draw whole scores near the given ones, BSA by about half of itself."""
    noise = rng.standard_normal(scores.size)
    near = (scores + 0.5) * np.exp(0.5 * noise) - 0.5 if instrument == "BSA" else scores + JITTER_SD[instrument] * noise
    return np.clip(np.rint(near), 0, TOP[2 * INSTRUMENTS.index(instrument)]).astype(np.int64)


def report(rng: np.random.Generator, ids: pd.Index, yes: Bools, visits: Visits) -> pd.DataFrame:
    """Write down each patient's answers: all at the follow-up visit, some at an earlier or later one too.

    Parameters
    ----------
    rng : Generator
    ids : Index of patient_id, n patients
    yes : array of bool, shape (n, 3)
        The answers at the follow-up visit.
    visits : Visits

    Returns
    -------
    DataFrame
        The reports table: `patient_id`, `day`, `item`, `answer`.
    """
    asked_early, asked_later = rng.random((2, len(ids))) < [[0.25], [0.35]]
    parts = []
    for at, item in enumerate(ITEMS):
        # Benefit takes time to be noticed, and seldom fades from one visit to the next.
        early = yes[:, at] & (rng.random(len(ids)) < 0.6)
        later = np.where(rng.random(len(ids)) < 0.15, ~yes[:, at], yes[:, at])
        for days, who, answers in (
            (visits.early, asked_early, early),
            (visits.follow_up, np.ones(len(ids), bool), yes[:, at]),
            (visits.later, asked_later, later),
        ):
            parts.append(_rows(ids[who], days[who], item=item, answer=np.where(answers[who], "yes", "no")))
    return pd.concat(parts, ignore_index=True)


def _rows(ids: pd.Index, days: Ints, **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"patient_id": ids, "day": days} | columns)
