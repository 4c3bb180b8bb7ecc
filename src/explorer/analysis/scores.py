"""Which visit is baseline and which is follow-up, and which visits were passed over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.cohort.tables import Scores
from explorer.study.windows import Window

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Days = npt.NDArray[Any]
"""Whole days as the cohort holds them; floats, NaN where there is no index day to count from."""


@dataclass(frozen=True, eq=False)
class Picked:
    """What a window yields of one instrument: arrays with one entry per patient.

    Attributes
    ----------
    score : array of float
        The score used, in the instrument's units; NaN where the window holds none.
    day : array of float
        The day of that score; for the mean of several, the last of them.
    row : array of int
        Its row among the instrument's scores; -1 where there is none, or several were averaged.
    n_in_window : array of int
        How many scores the window held: all but one were passed over (none when averaged).
    """

    score: Floats
    day: Floats
    row: Ints
    n_in_window: Ints

    def __post_init__(self) -> None:
        """Make the arrays read-only: a cohort remembers them for other studies and other readers."""
        for array in (self.score, self.day, self.row, self.n_in_window):
            array.flags.writeable = False

    def n_passed_over(self, who: npt.NDArray[np.bool_]) -> int:
        """How many scores of some patients lay in the window without being used; none where they are averaged."""
        return int(np.where(self.row[who] < 0, 0, self.n_in_window[who] - 1).sum())


@dataclass(frozen=True, eq=False)
class Runs:
    """Rows that belong together: sorted by patient, then by day."""

    rows: Ints
    patient: npt.NDArray[np.int32]
    first: Ints
    count: Ints

    @property
    def last(self) -> Ints:
        """Position of each patient's last row."""
        return self.first + self.count - 1

    def smallest(self, key: npt.NDArray[Any]) -> Ints:
        """Position of each patient's row with the smallest key, the earliest where several tie."""
        least = np.repeat(np.minimum.reduceat(key, self.first), self.count)
        ties = np.flatnonzero(key == least)
        patient = self.patient[ties]
        return ties[np.flatnonzero(np.diff(patient, prepend=-1))]


def runs(rows: Ints, patient: npt.NDArray[np.int32]) -> Runs:
    """Group the given rows, already sorted by patient, into one run per patient."""
    first = np.flatnonzero(np.diff(patient, prepend=-1))
    return Runs(rows, patient, first, np.diff(first, append=len(patient)))


def pick(scores: Scores, day: Days, window: Window, lower_is_better: bool) -> Picked:
    """Choose one score per patient from a window.

    Parameters
    ----------
    scores : Scores
        All scores of one instrument, sorted by patient, then day.
    day : array, one entry per score
        The day of each score, counted from the study's index day; NaN where that day is unknown.
    window : Window
        Closed limits in days, and which score to use; ties go to the earlier day.
    lower_is_better : bool
        Which end of the scale the `best` and `worst` picks take.
    """
    rows = np.flatnonzero((day >= window.from_day) & (day <= window.to_day))
    return choose(scores, day, runs(rows, scores.patient[rows]), window, lower_is_better)


def choose(scores: Scores, day: Days, held: Runs, window: Window, lower_is_better: bool) -> Picked:
    """Choose one score per patient among the rows that a window holds (see `pick`)."""
    n = len(scores.starts) - 1
    score, day_used = np.full(n, np.nan), np.full(n, np.nan)
    row, count = np.full(n, -1, np.int64), np.zeros(n, np.int64)
    if len(held.rows):
        patient = held.patient[held.first]
        chosen = held.rows[_position(scores, day, held, window, lower_is_better)]
        count[patient], day_used[patient] = held.count, day[chosen]
        if window.pick == "mean":
            score[patient] = np.add.reduceat(scores.score[held.rows], held.first) / held.count
        else:
            score[patient], row[patient] = scores.score[chosen], chosen
    return Picked(score, day_used, row, count)


def _position(scores: Scores, day: Days, held: Runs, window: Window, lower_is_better: bool) -> Ints:
    """Position, among the rows a window holds, of the one used for each patient (for a mean, the last)."""
    if window.pick == "first":
        return held.first
    if window.pick in ("last", "mean"):
        return held.last
    if window.pick == "closest":
        return held.smallest(np.abs(day[held.rows] - centre(window)))
    score = scores.score[held.rows]
    return held.smallest(score if (window.pick == "best") == lower_is_better else -score)


def centre(window: Window) -> float:
    """Day that scores and reports should be near to: the target, or the middle of the window without one."""
    return (window.from_day + window.to_day) / 2 if window.target_day is None else window.target_day


def fill(picked: Picked, instead: Picked, where: npt.NDArray[np.bool_]) -> Picked:
    """Take another pick for some patients."""
    return Picked(
        np.where(where, instead.score, picked.score),
        np.where(where, instead.day, picked.day),
        np.where(where, instead.row, picked.row),
        np.where(where, instead.n_in_window, picked.n_in_window),
    )
