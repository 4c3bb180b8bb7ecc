"""The studies of a grid, countable and readable before any is run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from math import prod

import numpy as np
import numpy.typing as npt

from explorer.errors import DefinitionError
from explorer.multiverse.decisions import (
    MissingDecision,
    MissingOption,
    RuleDecision,
    ThresholdDecision,
    WindowDecision,
)
from explorer.multiverse.grid import RULE, Choices, Grid
from explorer.study.study import Study

Bools = npt.NDArray[np.bool_]
MOST_STUDIES = 5_000_000


@dataclass(frozen=True, eq=False)
class Listing:
    """The studies of a grid, one per row.

    Attributes
    ----------
    grid : Grid
    choices : array of int16, (studies, decisions)
        The place of the option each study takes; -1 where the decision does not arise in it.
    """

    grid: Grid
    choices: Choices

    def __len__(self) -> int:
        return len(self.choices)

    def study(self, row: int) -> Study:
        """Return the study of a row."""
        return self.grid.study(self.choices[row].tolist())

    def labels(self, decision: int) -> list[str]:
        """Return the labels of a decision's options, in order."""
        return [option.label for option in self.grid.decisions[decision].options]

    @cached_property
    def in_force(self) -> int | None:
        """The row of the study that the grid lies around; None where its choices are not among the options."""
        if None in self.grid.as_now:
            return None
        found = np.flatnonzero((self.choices == np.array(self.grid.as_now, np.int16)).all(axis=1))
        return int(found[0]) if len(found) else None

    def rule_label(self, row: int) -> str:
        """Name the responder rule of a row, with its thresholds."""
        labels = self.grid.labels(self.choices[row].tolist())
        rule = [labels[at] for at in self.columns("rule")] or ["the rule in force"]
        return "; ".join([*rule, *(labels[at] for at in self.columns("threshold") if labels[at])])

    def columns(self, *fields: str) -> list[int]:
        """Return the places of the decisions about some fields."""
        return [place for place, each in enumerate(self.grid.decisions) if each.field in fields]

    def rows(self, rows: slice | npt.NDArray[np.intp]) -> Listing:
        """Return some of the studies."""
        return Listing(self.grid, self.choices[rows])


def listed(grid: Grid) -> Listing:
    """List the studies of a grid: every combination of options that makes sense.

    A threshold is varied only where the rule has a part that asks for it. Left out are combinations that the grid
    forbids, and follow-up windows that open before the baseline window has closed or the drug was started. The study
    that the grid lies around is always listed.

    Raises
    ------
    DefinitionError
        When there are more than five million, or none.
    """
    choices = np.concatenate([_combinations(first, sizes) for first, sizes in _runnable(grid)])
    allowed = _sensible(grid, choices)
    if None not in grid.as_now:
        allowed |= (choices == np.array(grid.as_now, np.int16)).all(axis=1)
    if not allowed.any():
        raise DefinitionError(_why_none(grid, _in_time(grid, choices)))
    return Listing(grid, choices[allowed])


def counted(grid: Grid) -> int:
    """Count the studies that `listed` would list, without listing them; 0 where there are none.

    Only the decisions that bear on what makes sense are combined; the others multiply.

    Raises
    ------
    DefinitionError
        When there are more than five million combinations: a grid from a file may name all of them as forbidden.
    """
    named = _named(grid)
    bear = [isinstance(each, WindowDecision) or each.name in named for each in grid.decisions]
    steps = cache(lambda sizes: _combinations([0] * len(sizes), sizes))
    combined, weights = [], []
    for first, sizes in _runnable(grid):
        narrow = tuple(size if bears else 1 for size, bears in zip(sizes, bear, strict=True))
        combined.append(steps(narrow) + np.array(first, np.int16))
        weights.append(np.full(len(combined[-1]), prod(sizes) // prod(narrow)))
    sensible = _sensible(grid, np.concatenate(combined))
    return int(np.concatenate(weights)[sensible].sum()) + _only_for_being_in_force(grid)


def _named(grid: Grid) -> set[str]:
    return {name for rule in grid.forbidden for name in rule.choices}


def _only_for_being_in_force(grid: Grid) -> bool:
    return None not in grid.as_now and not _sensible(grid, np.array([grid.as_now], np.int16)).all()


def _why_none(grid: Grid, in_time: Bools) -> str:
    n, late = len(in_time), int((~in_time).sum())
    early = f"in {late:,} follow-up opens before the baseline window has closed or the drug was started"
    ruled_out = f"{n - late:,} {'are' if late == 0 else 'others are'} forbidden by the grid"
    why = " and ".join(text for text, some in ((early, late), (ruled_out, n - late)) if some)
    return f"Grid '{grid.name}' lists no definition: of its {n:,} combinations {why}. Change an option, or what is forbidden."


def alone(study: Study) -> Listing:
    """List one study, to run it where many are run."""
    as_it_is = MissingDecision(field="missing", name="Missing outcomes", options=_only(study))
    return listed(Grid.model_construct(name="One study", base=study, decisions=(as_it_is,), forbidden=()))


def _only(study: Study) -> tuple[MissingOption]:
    return (MissingOption(label=study.missing.kind.replace("_", " "), missing=study.missing),)


def _runnable(grid: Grid) -> list[tuple[list[int], list[int]]]:
    """Return the blocks of a grid, unless it has too many combinations."""
    blocks = list(_blocks(grid))
    n = sum(prod(sizes) for _, sizes in blocks)
    if n > MOST_STUDIES:
        raise DefinitionError(f"This grid has {n:,} combinations; at most {MOST_STUDIES:,} are run. Leave options out.")
    return blocks


def _blocks(grid: Grid) -> Iterator[tuple[list[int], list[int]]]:
    """Give, for each option of the rule, the first option of every decision and how many there are of it."""
    rules = [each for each in grid.decisions if isinstance(each, RuleDecision)]
    for at in range(len(rules[0].options) if rules else 1):
        rule = rules[0].options[at].rule if rules else grid.base.response.rule
        first, sizes = [], []
        for each in grid.decisions:
            absent = isinstance(each, ThresholdDecision) and each.asked(rule) is None
            is_rule = isinstance(each, RuleDecision)
            first.append(at if is_rule else -1 if absent else 0)
            sizes.append(1 if is_rule or absent else len(each.options))
        yield first, sizes


def _combinations(first: Sequence[int], sizes: Sequence[int]) -> Choices:
    steps = np.indices(sizes, np.int16).reshape(len(sizes), -1).T
    return steps + np.array(first, np.int16)


def _sensible(grid: Grid, choices: Choices) -> Bools:
    allowed = _in_time(grid, choices)
    names = [each.name for each in grid.decisions]
    for rule in grid.forbidden:
        together = np.ones(len(choices), bool)
        for name, chosen in rule.choices.items():
            column = names.index(name)
            places = [at for at, option in enumerate(grid.decisions[column].options) if option.label in chosen]
            together &= np.isin(choices[:, column], places)
        allowed &= ~together
    return allowed


def _in_time(grid: Grid, choices: Choices) -> Bools:
    """Say which studies measure follow-up after both the start and the baseline window."""
    closes, opens = (
        np.full(len(choices), grid.base.baseline.to_day),
        np.full(len(choices), grid.base.follow_up.from_day),
    )
    for column, each in enumerate(grid.decisions):
        if isinstance(each, WindowDecision) and each.field == "baseline":
            closes = np.array([option.window.to_day for option in each.options])[choices[:, column]]
        elif isinstance(each, WindowDecision):
            opens = np.array([option.window.from_day for option in each.options])[choices[:, column]]
    in_time: Bools = opens > np.maximum(closes, 0)
    return in_time


def distinct(choices: Choices) -> tuple[Choices, npt.NDArray[np.intp]]:
    """Return the different rows of some columns of the choices, and which of them each study has."""
    if choices.shape[1] == 0:
        return choices[:1], np.zeros(len(choices), np.intp)
    # One number per row sorts far faster than rows.
    sizes = choices.max(axis=0).astype(np.int64) + 2
    code = np.ravel_multi_index(tuple((choices + 1).T.astype(np.int64)), tuple(sizes))
    _, first, which = np.unique(code, return_index=True, return_inverse=True)
    return choices[first], which


def rule_of(listing: Listing) -> npt.NDArray[np.intp]:
    """Give each study the number of its rule, thresholds included: studies of one number ask the same question."""
    return distinct(listing.choices[:, listing.columns(*RULE)])[1]
