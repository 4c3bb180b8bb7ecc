"""What the studies of a grid have in common, so that each part is computed once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from explorer.multiverse.grid import RULE, WINDOWS
from explorer.multiverse.listing import Listing, distinct
from explorer.study.eligibility import Criterion
from explorer.study.missing import Missing
from explorer.study.response import Leaf, Rule
from explorer.study.study import Study

Places = npt.NDArray[np.intp]


class Paths:
    """Sequences of criteria as a tree: those that begin alike share their first steps.

    Step 0 is whoever enters; every other step is one criterion after another step.
    """

    def __init__(self) -> None:
        self.parent, self.criterion = [0], [-1]
        self.criteria: list[Criterion] = []
        self._steps: dict[tuple[int, int], int] = {}
        self._numbers: dict[Criterion, int] = {}

    def walk(self, criteria: Sequence[Criterion], start: int = 0) -> list[int]:
        """Return the step after each criterion, adding the steps that are new; the start itself comes first."""
        steps = [start]
        for criterion in criteria:
            steps.append(self._step(steps[-1], self._number(criterion)))
        return steps

    def up_to(self, step: int) -> list[Criterion]:
        """Return the criteria on the way to a step, the last one first."""
        held = []
        while step:
            held.append(self.criteria[self.criterion[step]])
            step = self.parent[step]
        return held

    def _step(self, parent: int, criterion: int) -> int:
        if (parent, criterion) not in self._steps:
            self._steps[parent, criterion] = len(self.parent)
            self.parent.append(parent)
            self.criterion.append(criterion)
        return self._steps[parent, criterion]

    def _number(self, criterion: Criterion) -> int:
        if criterion not in self._numbers:
            self._numbers[criterion] = len(self.criteria)
            self.criteria.append(criterion)
        return self._numbers[criterion]


@dataclass(frozen=True, eq=False)
class Plan:
    """The parts of a listing's studies, each once, and which of them every study has.

    Attributes
    ----------
    windows : list of Study
        One study for each combination of windows, day 0 and strategy for stoppers.
    window, eligible, among, rule, missing : arrays, one entry per study
        Its windows, the step of `paths` after its eligibility criteria and after those of its denominator, its rule
        and its policy for unknown outcomes.
    steps : list of lists
        For each different eligibility, the steps of `paths` it goes through.
    eligibility : array, one entry per study
        Its place in `steps`.
    """

    listing: Listing
    windows: list[Study]
    window: Places
    paths: Paths
    steps: list[list[int]]
    eligibility: Places
    eligible: Places
    among: Places
    rules: list[Rule]
    rule: Places
    policies: list[Missing]
    missing: Places

    @cached_property
    def leaves(self) -> list[Leaf]:
        """The simple rules of all rules, each once."""
        return list(dict.fromkeys(leaf for rule in self.rules for leaf in rule.walk()))

    @cached_property
    def denominators(self) -> Places:
        """The different steps of `among`."""
        return np.unique(self.among)

    @cached_property
    def denominator(self) -> Places:
        """The place of each study's step among the denominators."""
        return np.searchsorted(self.denominators, self.among)

    @property
    def carries_forward(self) -> bool:
        """Whether any study carries the last score forward."""
        return any(policy.kind == "last_observation" for policy in self.policies)


def planned(listing: Listing) -> Plan:
    """Take the studies of a listing apart."""
    grid = listing.grid
    windows, window = _parts(listing, *WINDOWS)
    rules, rule = _parts(listing, *RULE)
    policies, missing = _parts(listing, "missing")
    entries, eligibility = _parts(listing, "eligibility")
    denominators, denominator = _parts(listing, "among", "rule")
    paths = Paths()
    steps = [paths.walk(grid.eligibility(choice)) for choice in entries]
    among = _second_steps(paths, steps, [grid.among(choice) for choice in denominators], eligibility, denominator)
    return Plan(
        listing=listing,
        windows=[grid.base.model_copy(update=grid.windows(choice)) for choice in windows],
        window=window,
        paths=paths,
        steps=steps,
        eligibility=eligibility,
        eligible=np.array([walked[-1] for walked in steps], np.intp)[eligibility],
        among=among,
        rules=[grid.rule(choice) for choice in rules],
        rule=rule,
        policies=[grid.missing(choice) for choice in policies],
        missing=missing,
    )


def _parts(listing: Listing, *fields: str) -> tuple[list[list[int]], Places]:
    """Return the different choices about some fields, the others at -1, and which of them each study makes."""
    columns = listing.columns(*fields)
    different, which = distinct(listing.choices[:, columns])
    whole = np.full((len(different), listing.choices.shape[1]), -1, np.int16)
    whole[:, columns] = different
    return whole.tolist(), which


def _second_steps(
    paths: Paths, steps: list[list[int]], criteria: list[tuple[Criterion, ...]], first: Places, second: Places
) -> Places:
    """Return the step after the criteria of each study's denominator, which follow on its eligibility."""
    pairs, which = np.unique(first * len(criteria) + second, return_inverse=True)
    ends = [paths.walk(criteria[pair % len(criteria)], steps[pair // len(criteria)][-1])[-1] for pair in pairs]
    return np.array(ends, np.intp)[which]
