"""What a criterion or a rule may ask of a cohort: one answer per patient, under one study's windows."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.cohort.instruments import Instrument
from explorer.study.truth import Truth

Floats = npt.NDArray[np.float64]


class Facts(Protocol):
    """Arrays with one entry per patient, in the order of the cohort's `patients` table.

    Numbers are NaN where they are not known. The analysis supplies the values; the study
    only asks, so that a new kind of criterion or rule touches one class.
    """

    def instrument(self, code: str) -> Instrument:
        """Return the instrument of that code; DefinitionError when the cohort has no such scores."""

    def column(self, name: str) -> pd.Series:
        """Return a column of `patients` (age, sex, index_date or any further one)."""

    def baseline(self, instrument: str) -> Floats:
        """Return the score picked in the baseline window, in the instrument's units."""

    def follow_up(self, instrument: str) -> Floats:
        """Return the score picked in the follow-up window, in the instrument's units."""

    def report(self, item: str) -> Truth:
        """Return the answer to a report in the follow-up window, nearest to the target day."""

    def reports_answered(self) -> npt.NDArray[np.int64]:
        """Return how many different report items were answered in the follow-up window."""

    def took(self, drug: str) -> npt.NDArray[np.bool_]:
        """Return who has any course of the drug."""

    def prescriptions(self, drug: str) -> Floats:
        """Return the prescriptions over all courses of the drug; 0 for who never took it."""

    def exposure_days(self, drug: str) -> Floats:
        """Return days on the drug over its courses, an ongoing one ending on day 0; NaN without a course."""

    def stop_reason(self, drug: str) -> pd.Series:
        """Return the reason for which the drug's last course ended; missing where ongoing or not recorded."""

    def gap_days(self, drug: str) -> Floats:
        """Return days from the end of the drug's last course to the index drug's first dose; negative: overlap."""
