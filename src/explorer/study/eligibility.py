"""Who is analysed: criteria on a patient, each answered true, false or unknown."""

from __future__ import annotations

from typing import Annotated, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from explorer.cohort.schemas import STOP_REASONS, StopReason
from explorer.study.facts import Facts, Floats
from explorer.study.frozen import (
    Count,
    Date,
    Frozen,
    Level,
    Number,
    Text,
    Whole,
    entries,
    in_order,
    one_of_limits,
    within,
)
from explorer.study.limits import between
from explorer.study.truth import Truth, all_of, known
from explorer.study.words import counted, dated, limits, listing, spelt

Age = Annotated[Number, within(0, 130, "an age in years")]
Days = Annotated[Whole, within(-40_000, 40_000, "a number of days")]


class IndexDate(Frozen):
    """The index date lies within closed limits; unknown where it is not recorded."""

    kind: Literal["index_date"] = "index_date"
    from_: Date | None = None
    to: Date | None = None

    @model_validator(mode="after")
    def _limits(self) -> Self:
        one_of_limits(**{"from": self.from_, "to": self.to})
        in_order(self.from_, self.to, dated)
        return self

    def met_by(self, facts: Facts) -> Truth:
        """Say of each patient whether the index date lies within the limits."""
        index = pd.to_datetime(facts.column("index_date")).to_numpy("datetime64[D]")
        inside = np.ones(len(index), bool)
        if self.from_ is not None:
            inside &= index >= np.datetime64(self.from_, "D")
        if self.to is not None:
            inside &= index <= np.datetime64(self.to, "D")
        return known(inside, ~np.isnat(index))

    def __str__(self) -> str:
        since, until = self.from_ and dated(self.from_), self.to and dated(self.to)
        if since and until:
            return f"index date from {since} to {until}"
        return f"index date from {since} on" if since else f"index date up to {until}"


class AgeLimits(Frozen):
    """Age at index, in years, lies within closed limits; unknown where it is not recorded."""

    kind: Literal["age"] = "age"
    from_: Age | None = None
    to: Age | None = None

    @model_validator(mode="after")
    def _limits(self) -> Self:
        one_of_limits(**{"from": self.from_, "to": self.to})
        in_order(self.from_, self.to)
        return self

    def met_by(self, facts: Facts) -> Truth:
        """Say of each patient whether the age lies within the limits."""
        return between(_numbers(facts.column("age")), self.from_, self.to)

    def __str__(self) -> str:
        if self.from_ is not None and self.to is not None:
            return f"aged {spelt(self.from_)} to {spelt(self.to)}"
        return f"aged {spelt(self.from_)} or over" if self.from_ is not None else f"aged {spelt(self.to or 0)} or under"


class Prescriptions(Frozen):
    """So many prescriptions of a drug, over all its courses; none for who never took it."""

    kind: Literal["prescriptions"] = "prescriptions"
    drug: Text
    at_least: Count | None = None
    at_most: Annotated[Whole, within(0, 1_000_000, "a count")] | None = None

    @model_validator(mode="after")
    def _limits(self) -> Self:
        one_of_limits(at_least=self.at_least, at_most=self.at_most)
        in_order(self.at_least, self.at_most)
        return self

    def met_by(self, facts: Facts) -> Truth:
        """Say of each patient whether the prescriptions lie within the limits; unknown where not counted."""
        return between(facts.prescriptions(self.drug), self.at_least, self.at_most)

    def __str__(self) -> str:
        noun = f"{self.drug} prescription"
        if self.at_least is None:
            return f"at most {counted(self.at_most or 0, noun)}"
        if self.at_most is None:
            return f"at least {counted(self.at_least, noun)}"
        return f"{self.at_least} to {counted(self.at_most, noun)}"


class PriorTreatment(Frozen):
    """A drug was taken, optionally for long enough, stopped for such reasons and not too long before.

    Who has no course of the drug does not meet it. Where a condition's value is not recorded, it is unknown.
    `max_gap_days` limits the days from the end of the drug to the first dose of the index drug; an overlap is
    negative, so it always meets a limit of 0 or more.
    """

    kind: Literal["prior_treatment"] = "prior_treatment"
    drug: Text
    min_days: Annotated[Count, within(1, 40_000, "a number of days")] | None = None
    stop_reasons: Annotated[tuple[StopReason, ...] | None, entries(1, len(STOP_REASONS))] = None
    max_gap_days: Days | None = None

    def met_by(self, facts: Facts) -> Truth:
        """Say of each patient whether the drug was taken and every further condition holds."""
        took = facts.took(self.drug)
        parts = [known(took, np.ones_like(took))]
        if self.min_days is not None:
            parts.append(between(facts.exposure_days(self.drug), self.min_days, None))
        if self.stop_reasons is not None:
            parts.append(_is_one_of(facts.stop_reason(self.drug), self.stop_reasons))
        if self.max_gap_days is not None:
            parts.append(between(facts.gap_days(self.drug), None, self.max_gap_days))
        return all_of(parts)

    def __str__(self) -> str:
        text = f"prior {self.drug}"
        if self.min_days is not None:
            text += f" for at least {counted(self.min_days, 'day')}"
        if self.stop_reasons is not None:
            text += f", stopped for {listing([reason.replace('_', ' ') for reason in self.stop_reasons], 'or')}"
        if self.max_gap_days is not None:
            text += f", ended at most {counted(self.max_gap_days, 'day')} before the first dose of the index drug"
        return text


class BaselineScore(Frozen):
    """The baseline score of an instrument lies within closed limits; unknown where there is none."""

    kind: Literal["baseline_score"] = "baseline_score"
    instrument: Text
    at_least: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _limits(self) -> Self:
        one_of_limits(at_least=self.at_least, at_most=self.at_most)
        in_order(self.at_least, self.at_most)
        return self

    def met_by(self, facts: Facts) -> Truth:
        """Say of each patient whether the baseline score lies within the limits."""
        return between(facts.baseline(self.instrument), self.at_least, self.at_most)

    def __str__(self) -> str:
        low, high = (None if limit is None else spelt(limit) for limit in (self.at_least, self.at_most))
        return f"a baseline {self.instrument} {limits(low, high)}"


class FollowUpScores(Frozen):
    """Some of the instruments were scored in the follow-up window: never unknown."""

    kind: Literal["follow_up_scores"] = "follow_up_scores"
    instruments: Annotated[tuple[Text, ...], entries(1, 50)]
    at_least: Count

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if len(set(self.instruments)) < len(self.instruments):
            raise ValueError(f"instruments {listing(self.instruments)} are not allowed; each is named only once")
        if self.at_least > len(self.instruments):
            raise ValueError(
                f"at_least {self.at_least} is not allowed; only {counted(len(self.instruments), 'instrument')} named"
            )
        return self

    def met_by(self, facts: Facts) -> Truth:
        """Say of each patient whether enough of the instruments have a follow-up score."""
        scored = sum((~np.isnan(facts.follow_up(code))).astype(np.int16) for code in self.instruments)
        enough = np.asarray(scored >= self.at_least)
        return known(enough, np.ones_like(enough))

    def __str__(self) -> str:
        if self.at_least == 1:
            return f"a follow-up score of {listing(self.instruments, 'or')}"
        if self.at_least == len(self.instruments):
            return f"follow-up scores of {listing(self.instruments)}"
        return f"follow-up scores of at least {self.at_least} of {listing(self.instruments)}"


class PatientReport(Frozen):
    """The patient answered so many different reports in the follow-up window: never unknown."""

    kind: Literal["patient_report"] = "patient_report"
    at_least: Count

    def met_by(self, facts: Facts) -> Truth:
        """Say of each patient whether enough reports were answered, whatever the answer."""
        enough = facts.reports_answered() >= self.at_least
        return known(enough, np.ones_like(enough))

    def __str__(self) -> str:
        if self.at_least == 1:
            return "a patient report at follow-up"
        return f"at least {self.at_least} different patient reports at follow-up"


class Covariate(Frozen):
    """A baseline column holds one of some values, or a number within closed limits; unknown where empty.

    Yes/no columns hold the values "yes" and "no".
    """

    kind: Literal["covariate"] = "covariate"
    column: Text
    in_: Annotated[tuple[Level, ...] | None, entries(1, 200)] = None
    from_: Number | None = None
    to: Number | None = None

    @model_validator(mode="after")
    def _values_or_limits(self) -> Self:
        one_of_limits(**{"in": self.in_, "from": self.from_, "to": self.to})
        if self.in_ is not None and not self.from_ is self.to is None:
            raise ValueError("either values (in) or limits (from, to) are allowed, not both")
        in_order(self.from_, self.to)
        return self

    def met_by(self, facts: Facts) -> Truth:
        """Say of each patient whether the column's value is among those allowed."""
        column = facts.column(self.column)
        if self.in_ is None:
            return between(_numbers(column), self.from_, self.to)
        return _is_one_of(levels(column), self.in_)

    def __str__(self) -> str:
        name = self.column.replace("_", " ")
        if self.in_ is not None:
            values = [value if isinstance(value, str) else spelt(value) for value in self.in_]
            return f"{name} {listing(values, 'or')}"
        low, high = (None if limit is None else spelt(limit) for limit in (self.from_, self.to))
        return f"{name} {limits(low, high)}"


Criterion = Annotated[
    IndexDate | AgeLimits | Prescriptions | PriorTreatment | BaselineScore | FollowUpScores | PatientReport | Covariate,
    Field(discriminator="kind"),
]


def levels(column: pd.Series) -> pd.Series:
    """Return a column's values as a study names them: yes and no for truth values, all others as they are."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.map({True: "yes", False: "no"})
    return column


def _numbers(column: pd.Series) -> Floats:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _is_one_of(column: pd.Series, values: tuple[str | float, ...]) -> Truth:
    return known(column.isin(values).to_numpy(bool), column.notna().to_numpy(bool))
