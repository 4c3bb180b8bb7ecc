"""An analysis with small counts protected: every count a range, nothing of single patients, no exact figure left.

`Protected` is all that pages, reports and files may show while small counts are protected: they are made of it and of
the study alone, so that what it does not hold cannot leak. docs/decisions/0014-small-counts.md says what it guards
against and what remains possible.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd

from explorer.analysis.analyse import Analysis, analyse
from explorer.analysis.change import Change
from explorer.analysis.ledger import Step
from explorer.analysis.subgroups import Subgroup
from explorer.errors import DefinitionError
from explorer.export.numbers import number, percent, rate_interval
from explorer.export.people import synthetic_label
from explorer.statistics.intervals import rate
from explorer.study.lint import of_windows
from explorer.study.study import Study

THRESHOLDS = (5, 10, 20)
"""Each divides the next: ranges of 10 follow from ranges of 5, so that changing the threshold reveals nothing."""

OLDEST = 100.0
"""Years that an age is taken to range over."""


@dataclass(frozen=True)
class Band:
    """A count of patients as a range of so many whole numbers as the threshold says; the lowest range is hidden."""

    low: int
    high: int

    @property
    def hidden(self) -> bool:
        """Whether the count is below the threshold."""
        return self.low == 0

    @property
    def middle(self) -> float:
        """The middle of the range."""
        return (self.low + self.high) / 2

    def __str__(self) -> str:
        return f"under {self.high + 1}" if self.hidden else f"{self.low}–{self.high}"

    def to_list(self) -> list[int] | None:
        """Return the two ends, None where the count is hidden."""
        return None if self.hidden else [self.low, self.high]


def band(count: float, threshold: int) -> Band:
    """Return the range that a count lies in; a mean over imputations counts as the whole number below it."""
    low = int(count) // threshold * threshold
    return Band(low, low + threshold - 1)


@dataclass(frozen=True)
class Part:
    """Some of a number of patients.

    Attributes
    ----------
    name, group : str
        What is true of them; the group is the characteristic of a level, the drug of an event.
    of : Band
        Among how many.
    count : Band or None
        None where fewer than the threshold are in it, or fewer are not in it.
    few : bool
        Of a hidden count: whether it is small itself; else what is left of the whole is.
    """

    name: str
    of: Band
    count: Band | None
    few: bool = False
    group: str = ""

    @property
    def rate(self) -> float | None:
        """Middle of the range over that of the whole, from twice the threshold on; None below and where hidden."""
        if self.count is None or self.of.low < 2 * (self.of.high - self.of.low + 1):
            return None
        return self.count.middle / self.of.middle

    @property
    def limits(self) -> tuple[float, float] | None:
        """The lowest and the highest share that the ranges allow; None where no share is given."""
        if self.rate is None or self.count is None:
            return None
        return self.count.low / self.of.high, self.count.high / self.of.low

    @property
    def said(self) -> str:
        """The part in words: "20–24 of 45–49 (about 47 %)", "under 5 of 45–49"."""
        if self.count is None:
            small = f"under {self.of.high - self.of.low + 1}"
            return f"{small} of {self.of}" if self.few else f"all but {small} of {self.of}"
        about = "" if self.rate is None else f" (about {percent(self.rate)})"
        return f"{self.count} of {self.of}{about}"


def part(name: str, count: float, of: int, threshold: int, group: str = "") -> Part:
    """Protect a count together with what is left of its whole."""
    whole, few = band(of, threshold), count < threshold
    shown = not few and of - count >= threshold
    return Part(name, whole, band(count, threshold) if shown else None, few, group)


@dataclass(frozen=True)
class Mean:
    """A mean of at least twice the threshold's patients, rounded so that no single patient moves it by more than a step."""

    value: float
    step: float

    def __str__(self) -> str:
        return number(self.value, max(0, -math.floor(math.log10(self.step))))


def mean(value: float, of: Band, span: float) -> Mean | None:
    """Round a mean; None of fewer than twice the threshold's patients.

    Parameters
    ----------
    value : float
    of : Band
        Of how many patients.
    span : float
        Range of the scale: a patient who changes from one end to the other moves the mean by `span / n`.
    """
    if of.low < 2 * (of.high - of.low + 1) or not math.isfinite(value):
        return None
    step = _step(span / of.low)
    return Mean(round(round(value / step) * step, 10), step)


def _step(least: float) -> float:
    """Return the smallest of 1, 5, 10, 50, ... (or 0.5, 0.1, ...) that is not below: each divides the next."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(step for step in (power, 5 * power, 10 * power) if step >= least * (1 - 1e-9))


@dataclass(frozen=True)
class Score:
    """How one score moved, of the patients with both scores."""

    code: str
    name: str
    both: Band
    before: Mean | None
    after: Mean | None
    improved: Part


@dataclass(frozen=True)
class Protected:
    """What may be shown of an analysis while small counts are protected.

    Two cohorts that give the same value cannot be told apart by anything that is made of it. Hypothetical additions
    are left out. Not in it, on purpose: zero as a number, standard deviations, tests, medians, extremes, the last
    level of every characteristic (the others could be subtracted from the whole), and the cohort's fingerprint.
    """

    threshold: int
    study: Study
    label: str
    title: str
    n_patients: Band
    steps: tuple[tuple[str, Band], ...]
    n_eligible: Band
    among_steps: tuple[tuple[str, Band], ...]
    n_among: Band
    response: Part
    age: Mean | None
    scores: tuple[Score, ...]
    reports: tuple[Part, ...]
    events: tuple[Part, ...]
    stopped: Part | None
    subgroups: tuple[Part, ...]

    @property
    def interval(self) -> tuple[float, float] | None:
        """Interval of the middles of the ranges; None where no share is given, or outcomes are imputed."""
        count, of, study = self.response.count, self.response.of, self.study
        if self.response.rate is None or count is None or study.missing.kind == "multiple_imputation":
            return None
        found = rate(count.middle, of.middle, study.interval, study.confidence)
        return found.low, found.high

    @property
    def answer(self) -> str:
        """Who responded, out of whom, in one sentence."""
        return f"Under the definition in force, {self.response.said} responded{self._doubt}."

    @property
    def _doubt(self) -> str:
        if self.interval is None:
            return ""
        return f"; {rate_interval(*self.interval, self.study.confidence).replace('CI ', 'CI about ')}"

    @property
    def cautions(self) -> list[str]:
        """What to mind about the definition whatever the data: cautions about the data hold counts."""
        return [caution.text for caution in of_windows(self.study)]

    @property
    def how(self) -> str:
        """How small counts are protected, in one sentence."""
        return f"Counts under {self.threshold} are hidden; all others are shown as ranges of {self.threshold}."

    def to_dict(self) -> dict[str, Any]:
        """Return the keys of `Analysis.to_dict`: counts as their range [from, to], None for what is hidden."""
        return {
            "small_counts": {"threshold": self.threshold, "how": self.how},
            "cohort": self._cohort(),
            "ledger": _steps(self.steps),
            "baseline": {"n": self.n_eligible.to_list(), "age_mean": self.age and self.age.value},
            "change": [_score(each) for each in self.scores],
            "response": self._response(),
            "reports": [_keys(each, "item", "n_answered", "n_yes") for each in self.reports],
            "safety": {
                "events": [
                    _keys(each, "term", "n_treated", "n_patients") | {"drug": each.group} for each in self.events
                ],
                "carry_over": None,
            },
            "persistence": self._persistence(),
            "subgroups": [
                _keys(each, "level", "n_evaluable", "n_responders") | {"by": each.group} for each in self.subgroups
            ],
            "cautions": self.cautions,
            "study": self.study.to_dict(),
            "fingerprint": self.study.fingerprint,
            "words": self.study.words(),
        }

    def _cohort(self) -> dict[str, Any]:
        counts = {"n_patients": self.n_patients.to_list(), "n_eligible": self.n_eligible.to_list()}
        return {"title": self.title, "synthetic": bool(self.label)} | counts

    def _persistence(self) -> dict[str, Any]:
        held = (
            dict.fromkeys(("n", "n_stopped", "rate"))
            if self.stopped is None
            else _keys(self.stopped, "", "n", "n_stopped")
        )
        return {**held, "median_days": None}

    def _response(self) -> dict[str, Any]:
        low, high = self.interval or (None, None)
        return {
            "among_steps": _steps(self.among_steps),
            "n_among": self.n_among.to_list(),
            "n_unknown": None,
            **_keys(self.response, "", "n_evaluable", "n_responders"),
            "ci_low": low,
            "ci_high": high,
            "interval": self.study.interval,
            "missing": self.study.missing.kind,
            "by_rule": None,
        }


def _steps(steps: Iterable[tuple[str, Band]]) -> list[dict[str, Any]]:
    hidden = {"entered": None, "not_met": None, "unknown": None}
    return [{"criterion": criterion, **hidden, "remaining": left.to_list()} for criterion, left in steps]


def _keys(held: Part, name: str, of: str, count: str) -> dict[str, Any]:
    named = {name: held.name} if name else {}
    return named | {of: held.of.to_list(), count: held.count and held.count.to_list(), "rate": held.rate}


def _score(held: Score) -> dict[str, Any]:
    return {
        "instrument": held.code,
        "n_paired": held.both.to_list(),
        "baseline_mean": held.before and held.before.value,
        "followup_mean": held.after and held.after.value,
        "rounded_to": held.before and held.before.step,
        "n_improved": held.improved.count and held.improved.count.to_list(),
    }


def protected(analysis: Analysis, threshold: int) -> Protected:
    """Protect the small counts of an analysis.

    Parameters
    ----------
    analysis : Analysis
        Hypothetical additions are left out, whatever its study says.
    threshold : int
        One of `THRESHOLDS`.

    Raises
    ------
    DefinitionError
        For any other threshold.
    """
    if threshold not in THRESHOLDS:
        raise DefinitionError(
            f"small counts: {threshold} is no threshold. Choose one of {', '.join(map(str, THRESHOLDS))}."
        )
    of = recorded(analysis)
    r, stayed, about = of.response, of.persistence, of.description
    ends_given = of.cohort.gives("treatments", "end_day")
    return Protected(
        threshold=threshold,
        study=of.study,
        label=synthetic_label(of.cohort),
        title=of.cohort.metadata.title,
        n_patients=band(int((~of.cohort.hypothetical).sum()), threshold),
        steps=_remaining(of.ledger.steps, threshold),
        n_eligible=band(of.ledger.n, threshold),
        among_steps=_remaining(r.among_steps, threshold),
        n_among=band(r.n_among, threshold),
        response=part("responded", r.n_responders, r.n_evaluable, threshold),
        age=mean(about.age_mean, band(about.n_age, threshold), OLDEST),
        scores=tuple(_moved(of, row, threshold) for row in of.change),
        reports=tuple(part(_spoken(row.item), row.n_yes, row.n_answered, threshold) for row in of.reports),
        events=tuple(shown(_events(of, threshold))),
        stopped=part("stopped", stayed.n_stopped, stayed.n, threshold) if ends_given else None,
        subgroups=tuple(shown(_levels(of, threshold))),
    )


def recorded(analysis: Analysis) -> Analysis:
    """Return the analysis without hypothetical additions: ranges of both together would describe nobody."""
    if not analysis.study.hypothetical:
        return analysis
    return analyse(analysis.cohort, analysis.study.replace(hypothetical=False))


def shown(parts: Iterable[Part]) -> Iterator[Part]:
    """Keep the parts whose count is shown: the name of a rare event or level can itself point at somebody."""
    return (each for each in parts if each.count is not None)


def _remaining(steps: Iterable[Step], threshold: int) -> tuple[tuple[str, Band], ...]:
    # How many each criterion removes is left out: with who remains it would add up to who entered.
    return tuple((step.criterion, band(step.remaining, threshold)) for step in steps)


def _moved(analysis: Analysis, row: Change, threshold: int) -> Score:
    instrument, both = analysis.cohort.instruments[row.instrument], band(row.n_paired, threshold)
    span = instrument.range_max - instrument.range_min
    before, after = (mean(value, both, span) for value in (row.baseline_mean, row.followup_mean))
    improved = part(row.instrument, row.n_improved, row.n_paired, threshold)
    return Score(row.instrument, instrument.name, both, before, after, improved)


def _events(analysis: Analysis, threshold: int) -> Iterator[Part]:
    for row in sorted(analysis.safety.events, key=lambda row: (row.drug, row.term)):
        treated = analysis.ledger.n if row.n_treated is None else row.n_treated
        # An event may be recorded on a drug without a course of it; then the whole is everybody.
        of = treated if treated >= row.n_patients else analysis.ledger.n
        yield part(row.term, row.n_patients, of, threshold, row.drug)


def _levels(analysis: Analysis, threshold: int) -> Iterator[Part]:
    """Yield the levels of each characteristic but the last: it could else be had by subtraction, and so the others."""
    for by, rows in groupby(analysis.subgroups, key=lambda row: row.by):
        if by not in _halved(analysis):
            yield from (_level(row, threshold) for row in list(rows)[:-1])


def _level(row: Subgroup, threshold: int) -> Part:
    return part(row.level, row.n_responders, row.n_evaluable, threshold, row.by)


def _halved(analysis: Analysis) -> set[str]:
    """Name the characteristics that are cut at their median: it is the value of a patient."""
    cohort = analysis.cohort
    numbers = {name for name in cohort.covariates if _is_number(analysis.facts.column(name))}
    return numbers | {f"days on {analysis.study.prior_drug}"}


def _is_number(values: pd.Series) -> bool:
    dtype = values.dtype
    return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)


def _spoken(code: str) -> str:
    return code.replace("_", " ")
