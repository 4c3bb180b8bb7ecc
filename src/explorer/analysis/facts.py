"""What is known of each patient of a cohort under one study's windows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.analysis.scores import Days, Floats, Ints, Picked, centre, fill, pick, runs
from explorer.cohort.instruments import Instrument
from explorer.cohort.tables import Cohort, Memo
from explorer.errors import DefinitionError
from explorer.study.study import Study
from explorer.study.truth import UNKNOWN, Truth, known
from explorer.study.windows import Window

T = TypeVar("T")
Bools = npt.NDArray[np.bool_]
Patients = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class CohortFacts:
    """A cohort seen through a study's windows (implements `explorer.study.facts.Facts`).

    Every array has one entry per patient, in the order of `cohort.patients`, and is computed once
    per cohort: arrays that only depend on the windows are remembered while thresholds change.
    """

    cohort: Cohort
    study: Study
    filled: Mapping[tuple[str, str], npt.NDArray[Any]] = field(default_factory=dict)
    """Scores and answers put in place of the observed ones (carried forward, imputed), one entry per
    patient, by (`baseline`, instrument), (`follow_up`, instrument) or (`report`, item)."""
    memo: Memo | None = None
    """Where arrays are remembered; with the cohort, unless a run over many windows keeps its own."""

    def remembered(self, what: Hashable, compute: Callable[[], T]) -> T:
        """Compute once per cohort and per choice of windows."""
        study = self.study
        return self._kept((what, *self._day_0, study.baseline, study.follow_up, study.after_stop), compute)

    def _kept(self, key: Hashable, compute: Callable[[], T]) -> T:
        if self.memo is None:
            return self.cohort.derived(key, compute)
        # What the analysis in force has computed is not computed again.
        return self.memo.get(key, lambda: self.cohort.recalled(key, compute))

    @property
    def _day_0(self) -> tuple[str, str]:
        return self.study.index, self.study.index_drug

    def _at_follow_up(self, what: Hashable, compute: Callable[[], T]) -> T:
        """Compute once per cohort and follow-up window, whatever the baseline window is."""
        study = self.study
        stopping = study.after_stop == "last_before_stop"
        return self._kept((what, *self._day_0, study.follow_up, stopping), compute)

    # Patients and treatments

    def column(self, name: str) -> pd.Series:
        """Return a column of `patients`."""
        return self.cohort.patients[name]

    def took(self, drug: str) -> Bools:
        """Return who has a course of the drug that counts: of a prior drug, one that began before day 0."""
        return np.bincount(self._courses(drug).patient, minlength=self.cohort.n_patients) > 0

    def ever_took(self, drug: str) -> Bools:
        """Return who has any course of the drug, whenever it began."""
        return np.bincount(self._every_course(drug).patient, minlength=self.cohort.n_patients) > 0

    def prescriptions(self, drug: str) -> Floats:
        """Return prescriptions over all courses; 0 without a course, NaN where a course does not say."""
        courses = self._every_course(drug)
        return np.bincount(courses.patient, courses.prescriptions, self.cohort.n_patients).astype(float)

    def exposure_days(self, drug: str) -> Floats:
        """Return days on the drug, summed over courses, an ongoing one ending on day 0; NaN without a course."""
        courses = self._courses(drug)
        days = np.where(np.isnan(courses.end), 0, courses.end) - courses.start
        total = np.bincount(courses.patient, days, self.cohort.n_patients)
        return np.where(self.took(drug), total, np.nan)

    def stop_reason(self, drug: str) -> pd.Series:
        """Return why the drug's last course ended; missing where it is ongoing or not recorded."""
        last = self._last_course(drug)
        reasons = self._courses(drug).stop_reason
        # A last code of its own stands for "no course", so that position -1 finds it.
        codes = np.append(reasons.codes, np.int8(-1))[last]
        return pd.Series(pd.Categorical.from_codes(codes, dtype=reasons.dtype))

    def start_day(self, drug: str) -> Floats:
        """Return the first day of the drug's first course, counted from the first prescription; NaN without."""
        courses = self._courses(drug)
        first = np.full(self.cohort.n_patients, np.inf)
        np.minimum.at(first, courses.patient, courses.start)
        return np.where(np.isinf(first), np.nan, first)

    def end_day(self, drug: str) -> Floats:
        """Return the last day of the drug's last course, from the first prescription; NaN where ongoing or none."""
        courses = self._courses(drug)
        last = np.full(self.cohort.n_patients, -np.inf)
        np.maximum.at(last, courses.patient, np.where(np.isnan(courses.end), np.inf, courses.end))
        return np.where(np.isinf(last), np.nan, last)

    def stop_day(self, drug: str) -> Floats:
        """Return the day the drug was left; NaN where it is ongoing, was completed as planned, or never taken."""
        completed = (self.stop_reason(drug) == "completed").to_numpy(bool)
        return np.where(completed, np.nan, self.end_day(drug))

    def gap_days(self, drug: str) -> Floats:
        """Return days from the end of the drug to the index drug's first dose; negative is overlap.

        An ongoing course counts as ending on day 0 at the earliest, so its gap is not positive.
        """
        start = self.start_day(self.study.index_drug)
        end = self.end_day(drug)
        ongoing = self.took(drug) & np.isnan(end)
        return np.where(ongoing, np.minimum(0.0, -start), start - end)

    def _every_course(self, drug: str) -> Courses:
        return self._kept(("every course", drug), lambda: courses_of(self.cohort, drug))

    def _courses(self, drug: str) -> Courses:
        """Courses that count: all of the index drug, of any other drug those that began before day 0.

        Who goes back to the first drug after the second has not been treated with it "before" once more.
        """
        if drug == self.study.index_drug:
            return self._every_course(drug)
        return self._kept(("prior courses", drug), lambda: self._every_course(drug).begun_before(0))

    def _last_course(self, drug: str) -> Ints:
        last = np.full(self.cohort.n_patients, -1, np.int64)
        patient = self._courses(drug).patient
        last[patient] = np.arange(len(patient))  # sorted by start day: the last assignment wins
        return last

    # Scores

    def instrument(self, code: str) -> Instrument:
        """Return the instrument of that code; DefinitionError when the cohort has no such scores."""
        if code not in self.cohort.instruments:
            held = ", ".join(self.cohort.instruments) or "no scores at all"
            raise DefinitionError(f"This cohort has no scores of {code}; it has {held}.")
        return self.cohort.instruments[code]

    def baseline(self, instrument: str) -> Floats:
        """Return the score used as baseline."""
        return self.filled.get(("baseline", instrument), self.baseline_visit(instrument).score)

    def follow_up(self, instrument: str) -> Floats:
        """Return the score used as follow-up."""
        return self.filled.get(("follow_up", instrument), self.follow_up_visit(instrument).score)

    def baseline_visit(self, instrument: str) -> Picked:
        """Return the visit used as baseline."""
        key = ("baseline", instrument, *self._day_0, self.study.baseline)
        return self._kept(key, lambda: self._pick(instrument, self.study.baseline))

    def follow_up_visit(self, instrument: str) -> Picked:
        """Return the visit used as follow-up, after the strategy for those who left the index drug."""
        return self._at_follow_up(("follow-up", instrument), lambda: self._follow_up_visit(instrument))

    def carried_forward(self, instrument: str) -> Floats:
        """Return follow-up scores, the last score before the window (baseline included) where there is none."""
        observed = self.follow_up(instrument)
        earlier = Window(
            from_day=self.study.baseline.from_day,
            to_day=max(self.study.baseline.from_day, self.study.follow_up.from_day - 1),
            pick="last",
        )
        last = self.remembered(("carried", instrument), lambda: self._pick(instrument, earlier, self._day_in_force))
        return np.where(np.isnan(observed), last.score, observed)

    def score_days(self, instrument: str) -> Days:
        """Return the day of every score of an instrument, counted from the study's index day."""
        scores = self.cohort.scores(instrument)
        key = ("days", instrument, *self._day_0)
        return self._kept(key, lambda: self._from_index(scores.day, scores.patient))

    def _follow_up_visit(self, instrument: str) -> Picked:
        picked = self._pick(instrument, self.study.follow_up)
        if self.study.after_stop != "last_before_stop":
            return picked
        return fill(picked, self._last_on_drug(instrument), self.left_before(picked.day))

    def _last_on_drug(self, instrument: str) -> Picked:
        window = Window(from_day=1, to_day=max(1, self.study.follow_up.to_day), pick="last")
        return self._pick(instrument, window, self._day_in_force)

    def _pick(self, instrument: str, window: Window, counted: Callable[[Days, Patients], Days] | None = None) -> Picked:
        scores, day = self.cohort.scores(instrument), self.score_days(instrument)
        if counted is not None:
            day = counted(day, scores.patient)
        return pick(scores, day, window, self.instrument(instrument).lower_is_better)

    def _day_in_force(self, day: Days, patient: Patients) -> Days:
        """Return the days, NaN where a study that looks at patients while on treatment leaves them out."""
        if self.study.after_stop != "last_before_stop":
            return day
        return np.where(day > self.index_stop_day()[patient], np.nan, day)

    # Leaving the index drug

    def index_stop_day(self) -> Floats:
        """Return the day the index drug was left, counted from the study's index day; NaN where it was not."""
        return self._kept(("stop day", *self._day_0), lambda: self._from_index(self.stop_day(self.study.index_drug)))

    def left_before(self, day: Floats) -> Bools:
        """Say who had left the index drug before a day (the end of the follow-up window where the day is NaN)."""
        due = np.where(np.isnan(day), self.study.follow_up.to_day, day)
        return self.index_stop_day() < due

    def _from_index(self, day: Days, patient: Patients | None = None) -> Days:
        if self.study.index == "first_prescription":
            return day
        start = self.start_day(self.study.index_drug)
        return day - (start if patient is None else start[patient])

    # Reports

    def report(self, item: str) -> Truth:
        """Return the answer in the follow-up window nearest to the target day; contradictions are unknown."""
        return self.filled.get(("report", item), self._answer(item)[0])

    def report_day(self, item: str) -> Floats:
        """Return the day of that answer; NaN where the item was not answered in the window."""
        return self._answer(item)[1]

    def reports_answered(self) -> npt.NDArray[np.int64]:
        """Return how many different items were answered in the follow-up window."""
        answered = [~np.isnan(self.report_day(item)) for item in self.cohort.items]
        return np.sum(answered, axis=0, dtype=np.int64) if answered else np.zeros(self.cohort.n_patients, np.int64)

    def _answer(self, item: str) -> tuple[Truth, Floats]:
        return self._at_follow_up(("report", item), lambda: self._nearest_answer(item))

    def _nearest_answer(self, item: str) -> tuple[Truth, Floats]:
        patient, day, yes = self._answers(item)
        truth, used = np.full(self.cohort.n_patients, UNKNOWN), np.full(self.cohort.n_patients, np.nan)
        window = self.study.follow_up
        day = self._day_in_force(day, patient)
        rows = np.flatnonzero((day >= window.from_day) & (day <= window.to_day))
        if len(rows):
            held = runs(rows, patient[rows])
            nearest = rows[held.smallest(np.abs(day[rows] - centre(window)))]
            used[patient[nearest]] = day[nearest]
            same_day = rows[day[rows] == used[patient[rows]]]
            n_yes = np.bincount(patient[same_day], yes[same_day], self.cohort.n_patients)
            n_all = np.bincount(patient[same_day], minlength=self.cohort.n_patients)
            truth = known(n_yes == n_all, (n_all > 0) & ((n_yes == 0) | (n_yes == n_all)))
        return truth, used

    def _answers(self, item: str) -> tuple[Patients, Days, Bools]:
        return self._kept(("answers", item, *self._day_0), lambda: self._every_answer(item))

    def _every_answer(self, item: str) -> tuple[Patients, Days, Bools]:
        reports = self.cohort.reports
        rows = reports.loc[(reports["item"] == item).to_numpy()]
        patient = codes(rows["patient_id"])
        return patient, self._from_index(rows["day"].to_numpy(), patient), rows["answer"].to_numpy(bool)


def codes(patients: pd.Series) -> Patients:
    """Return the row in `patients` of each entry of a `patient_id` column."""
    return np.asarray(patients.cat.codes, np.int32)


@dataclass(frozen=True, eq=False)
class Courses:
    """The courses of one drug, sorted by patient, then by start day."""

    patient: Patients
    start: Floats
    end: Floats
    prescriptions: Floats
    stop_reason: pd.Categorical

    def begun_before(self, day: int) -> Courses:
        """Return the courses that began before a day."""
        rows = np.flatnonzero(self.start < day)
        kept = (self.patient[rows], self.start[rows], self.end[rows], self.prescriptions[rows])
        return Courses(*kept, self.stop_reason[rows])


def courses_of(cohort: Cohort, drug: str) -> Courses:
    """Take the courses of one drug out of the cohort's treatments."""
    rows = cohort.treatments.loc[(cohort.treatments["drug"] == drug).to_numpy()]
    rows = rows.sort_values(["patient_id", "start_day"], kind="stable")
    return Courses(
        codes(rows["patient_id"]),
        rows["start_day"].to_numpy(float),
        rows["end_day"].to_numpy(float),
        rows["prescriptions"].to_numpy(float),
        rows["stop_reason"].array,
    )
