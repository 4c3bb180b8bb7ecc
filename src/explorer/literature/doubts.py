"""Sampling, definition and reporting: the three doubts about one response rate, side by side and never added up."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.literature.ensemble import Result, Spread, Value, rate_value
from explorer.multiverse.curve import Curve, response_curve
from explorer.multiverse.run import Multiverse


@dataclass(frozen=True)
class Definitions:
    """The smallest and the largest rate over definitions with the responder rule in force.

    Attributes
    ----------
    n : int
        Definitions that are compared.
    n_few : int
        Definitions left out because they have too few patients.
    low, high : Value
    patients : (int, int)
        The fewest and the most patients that one of them counts.
    grid : str
        Which grid they are of, as within a sentence: "the small grid".
    """

    n: int
    n_few: int
    low: Value
    high: Value
    patients: tuple[int, int]
    grid: str


def definitions(found: Multiverse, grid: str) -> Definitions | None:
    """Say how far the response rate reaches over the definitions of a multiverse with the responder rule in force.

    Returns
    -------
    Definitions or None
        None where none of them has a rate.
    """
    curve = response_curve(found)
    if not len(curve):
        return None
    n = found.response.n_evaluable[curve.rows]
    return Definitions(
        n=len(curve),
        n_few=curve.n_few,
        low=_value(curve, 0),
        high=_value(curve, -1),
        patients=(int(n.min()), int(n.max())),
        grid=grid,
    )


def _value(curve: Curve, place: int) -> Value:
    found, row = curve.multiverse.response, curve.rows[place]
    return rate_value(found.n_responders[row], found.n_evaluable[row])


def reporting(result: Result) -> Spread:
    """Put the groups of draws together: the smallest and the largest rate over all of them."""
    low = min((spread.low for spread in result.spreads), key=lambda value: value.number)
    high = max((spread.high for spread in result.spreads), key=lambda value: value.number)
    return Spread("all draws", sum(spread.n for spread in result.spreads), low, high)
