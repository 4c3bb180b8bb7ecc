"""Make a grid smaller, by leaving out the options that come last."""

from __future__ import annotations

from math import prod

from explorer.multiverse.decisions import AnyDecision, Decision, RuleDecision, ThresholdDecision
from explorer.multiverse.editing import keeping
from explorer.multiverse.grid import Grid
from explorer.study.response import Rule


def trimmed(grid: Grid, most: int) -> Grid:
    """Return a grid of at most so many studies: the last options go first, where a decision has the most of them.

    What the study that the grid lies around does is kept, so a grid may remain larger.
    """
    while combinations(grid) > most:
        widest = max((each for each in grid.decisions if _spare(grid, each)), key=_n_options, default=None)
        if widest is None:
            return grid
        left = [each.label for each in widest.options if each.label != _spare(grid, widest)]
        grid = keeping(grid, {widest.name: left})
    return grid


def combinations(grid: Grid) -> int:
    """Count the combinations of a grid, forbidden ones included."""
    rules = [each for each in grid.decisions if isinstance(each, RuleDecision)]
    others = [each for each in grid.decisions if not isinstance(each, RuleDecision | ThresholdDecision)]
    asked = [option.rule for each in rules for option in each.options] or [grid.base.response.rule]
    return prod(_n_options(each) for each in others) * sum(_n_thresholds(grid, rule) for rule in asked)


def _n_options(decision: AnyDecision) -> int:
    return len(decision.options)


def _n_thresholds(grid: Grid, rule: Rule) -> int:
    varied = [each for each in grid.decisions if isinstance(each, ThresholdDecision) and each.asked(rule) is not None]
    return prod(_n_options(each) for each in varied)


def _spare(grid: Grid, decision: Decision) -> str:
    """Return the label of the last option that can be left out; empty where there is none."""
    mine = grid.as_now[grid.decisions.index(decision)]
    labels = [each.label for place, each in enumerate(decision.options) if place != max(mine or 0, 0)]
    return labels[-1] if labels else ""
