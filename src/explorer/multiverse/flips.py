"""The nearest flip: the fewest changed choices that turn a stated conclusion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from explorer.analysis.facts import CohortFacts
from explorer.analysis.ledger import ledger
from explorer.analysis.response import response
from explorer.cohort.tables import Cohort
from explorer.errors import DefinitionError
from explorer.multiverse.estimates import ChangeFound, RateFound, change_found, percent, rate_found, share_of
from explorer.multiverse.floor import EVALUABLE, PAIRED, left_out, too_few
from explorer.multiverse.listing import Listing
from explorer.multiverse.run import Multiverse
from explorer.study.study import Study
from explorer.study.words import counted, spelt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]


class Conclusion(Protocol):
    """A statement that holds under some definitions and not under others."""

    @property
    def whom(self) -> str:
        """Say whom the denominator counts."""

    def margin(self, multiverse: Multiverse) -> Floats:
        """Return by how much each definition keeps clear of turning; NaN where the statement cannot be judged."""

    def holds(self, multiverse: Multiverse) -> Bools:
        """Say under which definitions it holds; False where it cannot be judged."""

    def stated(self, holds: bool) -> str:
        """Say it, or its contrary, in words."""

    def found(self, multiverse: Multiverse, row: int) -> RateFound | ChangeFound | None:
        """Return the figures of a definition that it rests on."""

    def n(self, multiverse: Multiverse) -> Floats:
        """Return the size of each definition's denominator."""

    def counts(self, cohort: Cohort, study: Study) -> Bools:
        """Say who is in the denominator under a study, one entry per patient."""


class _OfResponse:
    """What conclusions on the response rate have in common."""

    @property
    def whom(self) -> str:
        """Say whom the denominator counts."""
        return EVALUABLE

    def found(self, multiverse: Multiverse, row: int) -> RateFound | None:
        """Return the response rate of a definition."""
        return rate_found(multiverse, row)

    def n(self, multiverse: Multiverse) -> Floats:
        """Return the evaluable patients of each definition."""
        return multiverse.response.n_evaluable

    def counts(self, cohort: Cohort, study: Study) -> Bools:
        """Say who is evaluable under a study."""
        facts = CohortFacts(cohort, study)
        result = response(facts, study, _eligible(facts))
        return result.among & result.outcome.evaluable


@dataclass(frozen=True)
class RateBelow(_OfResponse):
    """The response rate lies below a value between 0 and 1."""

    value: float

    def margin(self, multiverse: Multiverse) -> Floats:
        """Return how far the rate lies from the value."""
        return np.abs(multiverse.response.rate - self.value)

    def holds(self, multiverse: Multiverse) -> Bools:
        """Say under which definitions the rate lies below the value."""
        return multiverse.response.rate < self.value

    def stated(self, holds: bool) -> str:
        """Say on which side of the value the rate lies."""
        return f"the rate is below {percent(self.value)}" if holds else f"the rate is {percent(self.value)} or more"


@dataclass(frozen=True)
class IntervalIncludes(_OfResponse):
    """The interval of the response rate includes a value between 0 and 1, its limits counted in."""

    value: float

    def margin(self, multiverse: Multiverse) -> Floats:
        """Return how far the nearer limit of the interval lies from the value."""
        low, high = multiverse.response.ci_low, multiverse.response.ci_high
        return np.minimum(np.abs(low - self.value), np.abs(high - self.value))

    def holds(self, multiverse: Multiverse) -> Bools:
        """Say under which definitions the interval includes the value."""
        return (multiverse.response.ci_low <= self.value) & (self.value <= multiverse.response.ci_high)

    def stated(self, holds: bool) -> str:
        """Say whether the interval includes the value."""
        return f"the interval {'includes' if holds else 'does not include'} {percent(self.value)}"


@dataclass(frozen=True)
class PCrosses:
    """The paired t test of a score's change gives a p value below alpha; for cohorts of real patients only."""

    instrument: str
    alpha: float = 0.05

    @property
    def whom(self) -> str:
        """Say whom the denominator counts."""
        return PAIRED

    def margin(self, multiverse: Multiverse) -> Floats:
        """Return how far p lies from alpha.

        Raises
        ------
        DefinitionError
            Where the cohort is synthetic: its scores were placed so as to give the published p values.
        """
        refuse_synthetic(multiverse.cohort)
        return np.abs(multiverse.change[self.instrument].p_t - self.alpha)

    def holds(self, multiverse: Multiverse) -> Bools:
        """Say under which definitions p lies below alpha; refused as `margin` is."""
        refuse_synthetic(multiverse.cohort)
        return multiverse.change[self.instrument].p_t < self.alpha

    def stated(self, holds: bool) -> str:
        """Say on which side of alpha p lies."""
        side = f"below {spelt(self.alpha)}" if holds else f"{spelt(self.alpha)} or more"
        return f"p of the change of {self.instrument} is {side}"

    def found(self, multiverse: Multiverse, row: int) -> ChangeFound:
        """Return the mean change of a definition, with its p value."""
        return change_found(multiverse, self.instrument, row)

    def n(self, multiverse: Multiverse) -> Floats:
        """Return the patients with both scores under each definition."""
        return multiverse.change[self.instrument].n_paired

    def counts(self, cohort: Cohort, study: Study) -> Bools:
        """Say who is eligible and has both scores under a study."""
        facts = CohortFacts(cohort, study)
        changed: Bools = ~np.isnan(facts.follow_up(self.instrument) - facts.baseline(self.instrument))
        return changed & _eligible(facts)


def refuse_synthetic(cohort: Cohort) -> None:
    """Raise a DefinitionError where a cohort is synthetic, since its p values were put where they are."""
    if cohort.metadata.synthetic:
        raise DefinitionError(
            "This cohort is a synthetic reconstruction: its scores were placed so that they give the published p "
            "values, and a p value found in them says nothing about patients. Open a cohort of patients to test it."
        )


def _eligible(facts: CohortFacts) -> Bools:
    study, cohort = facts.study, facts.cohort
    entering = np.ones(cohort.n_patients, bool) if study.hypothetical else ~cohort.hypothetical
    return ledger(entering, study.eligibility, facts).eligible


@dataclass(frozen=True)
class Flip:
    """A definition under which the conclusion turns.

    Attributes
    ----------
    row : int
        Its place in the listing.
    changes : tuple of str
        The choices that differ from the definition in force: "Follow-up: days 60 to 120 instead of days 30 to 120".
    brought : tuple of str
        Thresholds that arise with its rule and not with the rule in force.
    found : RateFound or ChangeFound
        What it gives.
    gained : int
        By how many patients its denominator is larger; below 0, smaller. `exchanged` says who came and who went.
    """

    row: int
    changes: tuple[str, ...]
    brought: tuple[str, ...]
    found: RateFound | ChangeFound | None
    gained: int

    def __str__(self) -> str:
        brought = f" (with {'; '.join(self.brought)})" if self.brought else ""
        return f"{'; '.join(self.changes)}{brought}: {self.found}, {self._patients}"

    @property
    def _patients(self) -> str:
        if self.gained == 0:
            return "as many patients in the denominator"
        return f"{counted(abs(self.gained), 'patient')} {'more' if self.gained > 0 else 'fewer'} in the denominator"


@dataclass(frozen=True)
class AtDistance:
    """How many definitions differ from that in force by so many choices, how many can be judged, how many flip."""

    distance: int
    n: int
    n_judged: int
    n_flipped: int


@dataclass(frozen=True)
class NearestFlip:
    """How many choices must change before a conclusion turns.

    Attributes
    ----------
    holds : bool
        Whether the conclusion holds under the definition in force.
    found : RateFound or ChangeFound
        What the definition in force gives.
    distance : int, optional
        The fewest changed choices that turn it; None where no definition listed does.
    flips : tuple of Flip
        Every definition that turns it with so few, those that lose fewest patients first.
    by_distance : tuple of AtDistance
    n_few : int
        Definitions not judged because they have too few patients.
    closest : Flip, optional
        Where none turns it, the definition that comes nearest to that; None where the one in force does.
    """

    conclusion: Conclusion
    holds: bool
    found: RateFound | ChangeFound | None
    distance: int | None
    flips: tuple[Flip, ...]
    by_distance: tuple[AtDistance, ...]
    n_few: int
    closest: Flip | None

    def __str__(self) -> str:
        few = f" {left_out(self.n_few, self.conclusion.whom)} of the search." if self.n_few else ""
        return f"{self._answer()}{few}"

    def _answer(self) -> str:
        now, then = self.conclusion.stated(self.holds), self.conclusion.stated(not self.holds)
        begun = f"Under the definition in force {now}: {self.found}. "
        if self.distance is not None:
            at = next(each for each in self.by_distance if each.distance == self.distance)
            return (
                f"{begun}{_fewest(self.distance)} so that {then}: so say {share_of(at.n_flipped, at.n_judged)} of the "
                f"definitions that differ by {counted(self.distance, 'choice')} and can be judged."
            )
        n_judged = sum(each.n_judged for each in self.by_distance)
        begun += f"No other definition listed says that {then}, of {n_judged - 1:,} that can be judged"
        return f"{begun}. The closest: {self.closest}." if self.closest else f"{begun}, nor does any come closer to it."


def _fewest(distance: int) -> str:
    return "One changed choice is enough" if distance == 1 else f"It takes {distance} changed choices"


def distances(listing: Listing, row: int) -> npt.NDArray[np.int64]:
    """Count by how many choices each definition differs from the one in a row.

    A threshold that arises in only one of the two does not count: it comes and goes with the rule, whose change is
    counted already. So a new rule is one change, whatever threshold of its own it comes with.
    """
    choices, now = listing.choices, listing.choices[row]
    apart = np.zeros(len(choices), np.int64)
    for column, place in zip(choices.T, now.tolist(), strict=True):
        if place >= 0:
            apart += (column != place) & (column >= 0)
    return apart


def nearest_flip(multiverse: Multiverse, conclusion: Conclusion, among: Bools | None = None) -> NearestFlip | None:
    """Find the fewest changed choices that turn a conclusion.

    Definitions with too few patients (see `explorer.multiverse.floor`) turn nothing: they are counted, and not judged.

    Parameters
    ----------
    multiverse : Multiverse
    conclusion : Conclusion
    among : array of bool, one entry per study, optional
        The definitions to look at, as those of the responder rule in force, since another rule asks another question;
        all if not given.

    Returns
    -------
    NearestFlip or None
        None where the study in force is not listed, or the conclusion cannot be judged under it.

    Raises
    ------
    DefinitionError
        Where the conclusion is about a p value and the cohort is synthetic.
    """
    margin, now = conclusion.margin(multiverse), multiverse.in_force
    if now is None or np.isnan(margin[now]):
        return None
    looked_at = np.ones(len(multiverse), bool) if among is None else among
    few = looked_at & too_few(multiverse.listing, conclusion.n(multiverse))
    margin = np.where(looked_at & ~few, margin, np.nan)
    apart, judged, holds = distances(multiverse.listing, now), ~np.isnan(margin), conclusion.holds(multiverse)
    turned = judged & (holds != holds[now])
    distance = int(apart[turned].min()) if turned.any() else None
    rows = np.flatnonzero(turned & (apart == distance)) if distance is not None else np.empty(0, np.intp)
    flips = [_flip(multiverse, conclusion, row) for row in rows.tolist()]
    return NearestFlip(
        conclusion=conclusion,
        holds=bool(holds[now]),
        found=conclusion.found(multiverse, now),
        distance=distance,
        flips=tuple(sorted(flips, key=lambda flip: -flip.gained)),
        by_distance=_by_distance(apart, looked_at, judged, turned),
        n_few=int(few.sum()),
        closest=None if distance is not None else _closest(multiverse, conclusion, margin, apart),
    )


def _by_distance(apart: npt.NDArray[np.int64], *rows: Bools) -> tuple[AtDistance, ...]:
    most = int(apart[rows[0]].max()) + 1
    counts = [np.bincount(apart[some], minlength=most).tolist() for some in rows]
    return tuple(AtDistance(distance, *each) for distance, each in enumerate(zip(*counts, strict=True)))


def _closest(
    multiverse: Multiverse, conclusion: Conclusion, margin: Floats, apart: npt.NDArray[np.int64]
) -> Flip | None:
    """Return the definition that comes nearest to turning a conclusion, of several the one with fewest changes."""
    row = int(np.lexsort((apart, margin))[0])
    return None if row == multiverse.in_force else _flip(multiverse, conclusion, row)


def _flip(multiverse: Multiverse, conclusion: Conclusion, row: int) -> Flip:
    n, now = conclusion.n(multiverse), multiverse.in_force
    changes, brought = differences(multiverse.listing, row)
    return Flip(row, changes, brought, conclusion.found(multiverse, row), int(n[row] - n[now]))


def differences(listing: Listing, row: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Say in which choices a definition differs from the one in force, and which thresholds its rule brings along."""
    return tuple(_changed(listing, row)), tuple(_brought(listing, row))


def _changed(listing: Listing, row: int) -> Sequence[str]:
    return [f"{name}: {label} instead of {before}" for name, label, before in _sides(listing, row) if label and before]


def _brought(listing: Listing, row: int) -> Sequence[str]:
    return [f"{name}: {label}" for name, label, before in _sides(listing, row) if not before]


def _sides(listing: Listing, row: int) -> list[tuple[str, str, str]]:
    """Return the name of each decision in which two definitions differ, with what either has; empty: not arising."""
    grid, now = listing.grid, listing.in_force
    labels = [grid.labels(listing.choices[at].tolist()) for at in (row, now)] if now is not None else [(), ()]
    names = [decision.name for decision in grid.decisions]
    return [sides for sides in zip(names, *labels, strict=True) if sides[1] != sides[2]]


@dataclass(frozen=True, eq=False)
class Exchange:
    """Whom a flip loses from the denominator and whom it gains: rows of `cohort.patients`."""

    lost: Places
    gained: Places


def exchanged(multiverse: Multiverse, conclusion: Conclusion, rows: Iterable[int]) -> list[Exchange]:
    """Say who leaves the denominator and who enters it when each of some definitions takes the place of the one in force.

    Two denominators of one size may hold different patients. This analyses every definition by itself.
    """
    listing, cohort = multiverse.listing, multiverse.cohort
    now = conclusion.counts(cohort, listing.grid.base)
    counted = (conclusion.counts(cohort, listing.study(row)) for row in rows)
    return [Exchange(lost=np.flatnonzero(now & ~then), gained=np.flatnonzero(then & ~now)) for then in counted]
