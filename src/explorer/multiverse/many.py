"""What is known of each patient under several windows at once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.analysis.facts import CohortFacts
from explorer.cohort.instruments import Instrument
from explorer.cohort.tables import Cohort, Memo
from explorer.study.facts import Floats
from explorer.study.study import Study
from explorer.study.truth import Truth

S = TypeVar("S", bound=np.generic)
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ManyWindows:
    """A cohort seen through the windows of several studies (implements `explorer.study.facts.Facts`).

    What depends on windows is an array of (studies, patients); what does not is an array of (patients,) that spreads
    over the studies. So one rule or criterion judges every patient under every window in one step.
    """

    views: Sequence[CohortFacts]
    carried: bool = False
    """Whether the last earlier score stands in for a missing follow-up score."""

    def carrying_forward(self) -> ManyWindows:
        """Return the same with the last earlier score in place of missing follow-up scores."""
        return replace(self, carried=True)

    def instrument(self, code: str) -> Instrument:
        """Return the instrument of that code; DefinitionError when the cohort has no such scores."""
        return self.views[0].instrument(code)

    def column(self, name: str) -> pd.Series:
        """Return a column of `patients`."""
        return self.views[0].column(name)

    def baseline(self, instrument: str) -> Floats:
        """Return the scores used as baseline, (studies, patients)."""
        return self._stacked(("baseline", instrument), lambda view: view.baseline(instrument))

    def follow_up(self, instrument: str) -> Floats:
        """Return the scores used as follow-up, (studies, patients)."""
        if self.carried:
            return self._stacked(("carried", instrument), lambda view: view.carried_forward(instrument))
        return self._stacked(("follow-up", instrument), lambda view: view.follow_up(instrument))

    def report(self, item: str) -> Truth:
        """Return the answers to a report, (studies, patients)."""
        return self._stacked(("report", item), lambda view: view.report(item))

    def reports_answered(self) -> npt.NDArray[np.int64]:
        """Return how many different items were answered, (studies, patients)."""
        return self._stacked("reports answered", lambda view: view.reports_answered())

    def took(self, drug: str) -> Bools:
        """Return who has a course of the drug that counts."""
        return self.views[0].took(drug)

    def prescriptions(self, drug: str) -> Floats:
        """Return prescriptions over all courses."""
        return self.views[0].prescriptions(drug)

    def exposure_days(self, drug: str) -> Floats:
        """Return days on the drug."""
        return self.views[0].exposure_days(drug)

    def stop_reason(self, drug: str) -> pd.Series:
        """Return why the drug's last course ended."""
        return self.views[0].stop_reason(drug)

    def gap_days(self, drug: str) -> Floats:
        """Return days from the end of the drug to the index drug's first dose."""
        return self.views[0].gap_days(drug)

    def left_early(self, instruments: Sequence[str], items: Sequence[str]) -> Bools:
        """Say who left the index drug before the last of some follow-up scores and answers, (studies, patients).

        As `explorer.analysis.outcome.left_early` does under one study.
        """

        def left(view: CohortFacts) -> Bools:
            days = [view.follow_up_visit(code).day for code in instruments] + [view.report_day(item) for item in items]
            return view.left_before(np.fmax.reduce(days))

        return self._stacked(("left", *instruments, *items), left)

    @cached_property
    def _held(self) -> dict[Hashable, npt.NDArray[Any]]:
        return {}

    def _stacked(self, what: Hashable, of: Callable[[CohortFacts], npt.NDArray[S]]) -> npt.NDArray[S]:
        if what not in self._held:
            arrays = [of(view) for view in self.views]
            self._held[what] = arrays[0][np.newaxis] if len(arrays) == 1 else np.stack(arrays)
        return self._held[what]


def many_windows(cohort: Cohort, studies: Sequence[Study]) -> ManyWindows:
    """Look at a cohort through the windows of several studies.

    The picked scores are remembered for the next run in a store of their own, so that a run over hundreds of windows
    does not push out what the analysis in force has remembered.
    """
    most = int(np.clip(64_000_000 // max(1, cohort.n_patients), 64, 4096))
    memo = cohort.derived("picks of many windows", lambda: Memo(most))
    return ManyWindows([CohortFacts(cohort, study, memo=memo) for study in studies])
