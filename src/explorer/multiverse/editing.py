"""Change a grid: leave an option out, put it back, add a threshold or a window. Every function returns a new grid."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from explorer.errors import DefinitionError
from explorer.multiverse.decisions import (
    AnyDecision,
    Decision,
    Option,
    ThresholdDecision,
    ThresholdOption,
    WindowDecision,
    WindowOption,
)
from explorer.multiverse.grid import Grid, still_forbidden
from explorer.study.response import PercentImprovement, PointImprovement
from explorer.study.windows import Window
from explorer.study.words import listing

ADDED = "Added by hand"
"""The source of an option that a reader brings, unless they give one."""


def keeping(grid: Grid, kept: Mapping[str, Collection[str]]) -> Grid:
    """Return a grid with only some options of some decisions, by name and labels; the other decisions stay whole.

    What the options left out were forbidden to go with goes with them.

    Raises
    ------
    DefinitionError
        Where a decision would be left without options, or the grid has no such decision or option.
    """
    for name, labels in kept.items():
        _check(decision_of(grid, name), labels)
    decisions = tuple(_narrowed(each, kept[each.name]) if each.name in kept else each for each in grid.decisions)
    return grid.replace(decisions=decisions, forbidden=still_forbidden(grid.forbidden, decisions))


def leave_out(grid: Grid, decision: str, label: str) -> Grid:
    """Return a grid without an option.

    What the study in force chooses comes back with `Grid.around`, because that study is always among those compared.

    Raises
    ------
    DefinitionError
        Where it is the decision's last option.
    """
    held = decision_of(grid, decision)
    option = option_of(held, label)
    if len(held.options) == 1:
        raise DefinitionError(f"'{decision}' keeps at least one option: add another before leaving out '{label}'.")
    return keeping(grid, {decision: [each.label for each in held.options if each != option]})


def put_back(grid: Grid, whole: Grid, decision: str, label: str) -> Grid:
    """Return a grid with an option of the whole grid in its old place again, and with what it was forbidden to go with.

    Raises
    ------
    DefinitionError
        Where the whole grid has no such decision or option.
    """
    back, held = decision_of(whole, decision), decision_of(grid, decision)
    option_of(back, label)
    labels = {each.label for each in held.options}
    old = [each for each in back.options if each.label in labels or each.label == label]
    added = [each for each in held.options if each.label not in {each.label for each in back.options}]
    return _restored(grid, whole, held, (*old, *added))


def add_threshold(grid: Grid, decision: str, at_least: float, reason: str = "", source: str = ADDED) -> Grid:
    """Return a grid whose decision about a threshold has one more.

    Raises
    ------
    DefinitionError
        Where the decision is about something else, has the threshold already, or nobody can improve by so much.
    """
    held = decision_of(grid, decision)
    if not isinstance(held, ThresholdDecision):
        raise DefinitionError(f"'{decision}' is not about a threshold.")
    # Built for its checks alone: a percentage lies between 0 and 100, points are not negative.
    rule = PercentImprovement if held.kind == "percent_improvement" else PointImprovement
    rule(instrument=held.about, at_least=at_least)
    label = f"{at_least:g} {'%' if rule is PercentImprovement else 'points'}"
    return _adding(grid, held, ThresholdOption(label=label, at_least=at_least, reason=reason, source=source))


def add_window(
    grid: Grid, decision: str, window: Window, label: str = "", reason: str = "", source: str = ADDED
) -> Grid:
    """Return a grid whose decision about a window has one more, under its own words unless a label is given.

    Raises
    ------
    DefinitionError
        Where the decision is about something else, or has the window already.
    """
    held = decision_of(grid, decision)
    if not isinstance(held, WindowDecision):
        raise DefinitionError(f"'{decision}' is not about a window.")
    return _adding(grid, held, WindowOption(label=label or str(window), window=window, reason=reason, source=source))


def decision_of(grid: Grid, name: str) -> Decision:
    """Return the decision of that name; DefinitionError where there is none."""
    for each in grid.decisions:
        if each.name == name:
            return each
    raise DefinitionError(f"This grid has no decision '{name}'; it has {listing([d.name for d in grid.decisions])}.")


def option_of(decision: AnyDecision, label: str) -> Option:
    """Return the option of that label; DefinitionError where there is none."""
    options: tuple[Option, ...] = decision.options
    for each in options:
        if each.label == label:
            return each
    raise DefinitionError(f"'{decision.name}' has no option '{label}'; it has {listing([o.label for o in options])}.")


def _check(decision: AnyDecision, labels: Collection[str]) -> None:
    if not labels:
        raise DefinitionError(f"'{decision.name}' keeps at least one option.")
    for label in labels:
        option_of(decision, label)


def _narrowed(decision: Any, labels: Collection[str]) -> Decision:
    kept: Decision = decision.replace(options=tuple(each for each in decision.options if each.label in labels))
    return kept


def _adding(grid: Grid, decision: Any, option: Option) -> Grid:
    place = decision.place(option)
    if place is not None:
        raise DefinitionError(f"'{decision.name}' has this option already: '{decision.options[place].label}'.")
    return _with(grid, decision, (*decision.options, option))


def _with(grid: Grid, decision: Any, options: tuple[Option, ...]) -> Grid:
    changed = decision.replace(options=options)
    return grid.replace(decisions=tuple(changed if each == decision else each for each in grid.decisions))


def _restored(grid: Grid, whole: Grid, decision: Any, options: tuple[Option, ...]) -> Grid:
    restored = _with(grid, decision, options)
    mine = still_forbidden(whole.forbidden, restored.decisions)
    others = [each for each in restored.forbidden if each.reason not in {held.reason for held in whole.forbidden}]
    return restored.replace(forbidden=(*mine, *others))
