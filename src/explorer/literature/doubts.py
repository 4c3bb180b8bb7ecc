"""Sampling, definition and reporting: the three doubts about one response rate, side by side and never added up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.analysis.analyse import Analysis
from explorer.literature.ensemble import FEWEST, Result, Spread, Value, rate_value
from explorer.multiverse.grids import grids_for
from explorer.multiverse.listing import listed
from explorer.multiverse.run import run


@dataclass(frozen=True)
class Definitions:
    """The smallest and the largest rate over other definitions with the same responder rule.

    `n_few` more have too few patients for a rate.
    """

    n: int
    n_few: int
    low: Value
    high: Value


def definitions(analysis: Analysis) -> Definitions | None:
    """Vary everything but the responder rule by the small grid around the study in force.

    Returns
    -------
    Definitions or None
        None where no definition of the grid has a rate.
    """
    found = run(analysis.cohort, listed(grids_for(analysis.cohort)["small"].around(analysis.study)))
    alike = found.computed if found.in_force is None else found.computed & (found.rule == found.rule[found.in_force])
    enough = alike & (found.response.n_evaluable >= FEWEST)
    if not enough.any():
        return None
    k, n = found.response.n_responders[enough], found.response.n_evaluable[enough]
    low, high = int(np.argmin(k / n)), int(np.argmax(k / n))
    few = int((alike & ~enough).sum())
    return Definitions(int(enough.sum()), few, rate_value(k[low], n[low]), rate_value(k[high], n[high]))


def reporting(result: Result) -> Spread:
    """Put the groups of draws together: the smallest and the largest rate over all of them."""
    low = min((spread.low for spread in result.spreads), key=lambda value: value.number)
    high = max((spread.high for spread in result.spreads), key=lambda value: value.number)
    return Spread("all draws", sum(spread.n for spread in result.spreads), low, high)
