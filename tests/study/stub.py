"""What is known of a few patients, written out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.cohort.instruments import Instrument
from explorer.study.truth import FALSE, TRUE, UNKNOWN, Truth

VERDICTS = {True: TRUE, False: FALSE, None: UNKNOWN}
YES, NO, DUNNO = True, False, None

INSTRUMENTS = {
    "BSA": Instrument("BSA", "Body surface area", 0, 100, lower_is_better=True),
    "PPNRS": Instrument("PPNRS", "Itch", 0, 10, lower_is_better=True, step=1),
    "IGA": Instrument("IGA", "Global assessment", 0, 4, lower_is_better=True, step=1),
    "WELL": Instrument("WELL", "Wellbeing", 0, 20, lower_is_better=False, step=1),
}

Scores = Mapping[str, tuple[float | None, ...]]


@dataclass(frozen=True)
class Known:
    """Facts of a few patients, one entry for each; None is missing (implements `explorer.study.facts.Facts`)."""

    before: Scores = field(default_factory=dict)
    after: Scores = field(default_factory=dict)
    answers: Mapping[str, tuple[bool | None, ...]] = field(default_factory=dict)
    columns: Mapping[str, pd.Series] = field(default_factory=dict)
    courses: Mapping[str, tuple[bool, ...]] = field(default_factory=dict)
    counts: tuple[float | None, ...] = ()
    days: tuple[float | None, ...] = ()
    reasons: tuple[str | None, ...] = ()
    gaps: tuple[float | None, ...] = ()

    def instrument(self, code: str) -> Instrument:
        return INSTRUMENTS[code]

    def column(self, name: str) -> pd.Series:
        return self.columns[name]

    def baseline(self, instrument: str) -> npt.NDArray[np.float64]:
        return np.array(self.before[instrument], float)

    def follow_up(self, instrument: str) -> npt.NDArray[np.float64]:
        return np.array(self.after[instrument], float)

    def report(self, item: str) -> Truth:
        return np.array([VERDICTS[answer] for answer in self.answers[item]], np.int8)

    def reports_answered(self) -> npt.NDArray[np.int64]:
        return np.sum([[answer is not None for answer in row] for row in self.answers.values()], axis=0)

    def took(self, drug: str) -> npt.NDArray[np.bool_]:
        return np.array(self.courses[drug], bool)

    def prescriptions(self, drug: str) -> npt.NDArray[np.float64]:
        return np.array(self.counts, float)

    def exposure_days(self, drug: str) -> npt.NDArray[np.float64]:
        return np.array(self.days, float)

    def stop_reason(self, drug: str) -> pd.Series:
        return pd.Series(self.reasons, dtype="category")

    def gap_days(self, drug: str) -> npt.NDArray[np.float64]:
        return np.array(self.gaps, float)


def verdicts(truth: Truth) -> list[bool | None]:
    """Read verdicts as True, False and None for unknown."""
    return [{TRUE: True, FALSE: False, UNKNOWN: None}[verdict] for verdict in truth]
