"""The grids that are offered: around the published study, and around the starting point of any other cohort."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from explorer.cohort.tables import Cohort
from explorer.multiverse.decisions import Decision
from explorer.multiverse.editing import keeping
from explorer.multiverse.grid import Grid, still_forbidden
from explorer.multiverse.published import (
    BASELINE,
    BOTH,
    BSA,
    BY_2,
    COMPOSITE,
    COMPOSITE_ANY,
    COMPOSITE_BENEFIT,
    DECISIONS,
    EITHER,
    FOLLOW_UP,
    FORBIDDEN,
    ITCH_3,
    ITCH_4,
    ITCH_ASKED,
    PRESCRIBED,
    PRIOR,
    RESPONSE,
    SEVERITY,
    STOPPED,
    UNKNOWN,
)
from explorer.multiverse.suggested import suggested
from explorer.multiverse.trimming import trimmed
from explorer.study.availability import lacking
from explorer.study.presets import AS_PUBLISHED, default_for

SIZES: Mapping[str, int] = MappingProxyType({"small": 400, "medium": 6_000, "large": 60_000})
"""The grids by name, and the most studies each of them has."""


def _around_the_published(name: str, kept: Mapping[str, Collection[str]]) -> Grid:
    """Return the grid of the decisions named, each with the options named."""
    decisions = tuple(each for each in DECISIONS if each.name in kept)
    forbidden = still_forbidden(FORBIDDEN, decisions)
    return keeping(Grid(name=name, base=AS_PUBLISHED, decisions=decisions, forbidden=forbidden), kept)


def _labels(decision: Decision, *left_out: str) -> list[str]:
    return [each.label for each in decision.options if each.label not in left_out]


_SMALL = _around_the_published(
    "small",
    {
        PRIOR.name: _labels(PRIOR, "stopped without effect"),
        SEVERITY.name: _labels(SEVERITY),
        FOLLOW_UP.name: _labels(FOLLOW_UP)[:2],
        STOPPED.name: _labels(STOPPED, "last score on the drug"),
        UNKNOWN.name: _labels(UNKNOWN),
        RESPONSE.name: [COMPOSITE, COMPOSITE_BENEFIT, COMPOSITE_ANY, BY_2, ITCH_4, BSA],
    },
)
_MEDIUM = _around_the_published(
    "medium",
    {
        PRIOR.name: _labels(PRIOR),
        PRESCRIBED.name: _labels(PRESCRIBED),
        SEVERITY.name: _labels(SEVERITY),
        BASELINE.name: _labels(BASELINE, "mean of 60 days"),
        FOLLOW_UP.name: _labels(FOLLOW_UP, "6 months (days 90 to 210)", "best score up to day 180"),
        STOPPED.name: _labels(STOPPED, "last score on the drug"),
        UNKNOWN.name: _labels(UNKNOWN),
        RESPONSE.name: [COMPOSITE, COMPOSITE_BENEFIT, COMPOSITE_ANY, BY_2, ITCH_4, ITCH_3, BSA, EITHER, BOTH],
        ITCH_ASKED.name: _labels(ITCH_ASKED),
    },
)
_LARGE = Grid(name="large", base=AS_PUBLISHED, decisions=DECISIONS, forbidden=FORBIDDEN)

GRIDS: Mapping[str, Grid] = MappingProxyType({grid.name: grid for grid in (_SMALL, _MEDIUM, _LARGE)})
"""The grids around the published study: 288, 4,752 and 56,640 studies."""


def grids_for(cohort: Cohort) -> dict[str, Grid]:
    """Return a small, a medium and a large grid around the cohort's default study.

    Where the cohort holds what the published study needs, those are `GRIDS`, without the options for which the cohort
    lacks something. Elsewhere they are made from what the cohort holds; a cohort that holds little may have the same
    grid three times.

    Raises
    ------
    DefinitionError
        Where the cohort has neither scores nor reports.
    """
    return cohort.derived("grids", lambda: _grids_for(cohort))


def _grids_for(cohort: Cohort) -> dict[str, Grid]:
    if default_for(cohort) == AS_PUBLISHED:
        return {name: _possible(grid, cohort) for name, grid in GRIDS.items()}
    whole = suggested(cohort)
    return {name: trimmed(whole.replace(name=name), most) for name, most in SIZES.items()}


def _possible(grid: Grid, cohort: Cohort) -> Grid:
    """Return a grid without the options for which a cohort lacks something."""
    kept = {each.name: _held(grid, place, cohort) for place, each in enumerate(grid.decisions)}
    left_out = any(len(kept[each.name]) < len(each.options) for each in grid.decisions)
    return keeping(grid, kept) if left_out else grid


def _held(grid: Grid, decision: int, cohort: Cohort) -> list[str]:
    """Return the labels of a decision's options that a cohort can answer, all else being as the study has it."""
    now = [place or 0 for place in grid.as_now]
    choices = [[*now[:decision], at, *now[decision + 1 :]] for at in range(len(grid.decisions[decision].options))]
    return [grid.labels(choice)[decision] for choice in choices if not lacking(grid.study(choice), cohort)]
