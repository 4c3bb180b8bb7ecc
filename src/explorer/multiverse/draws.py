"""Many studies on many cohorts at once: the reconstructions that the published figures allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.bundled import bundled_cohort
from explorer.cohort.tables import Cohort, build
from explorer.errors import DefinitionError
from explorer.multiverse.cells import Cells, Sums, patients
from explorer.multiverse.counts import counted
from explorer.multiverse.listing import Listing
from explorer.multiverse.many import many_windows
from explorer.multiverse.plan import planned
from explorer.multiverse.problems import problems
from explorer.multiverse.results import Changes, Rates, changes_of, rates_of
from explorer.reconstruction.ensemble import load_ensemble

Places = npt.NDArray[np.intp]
AT_ONCE = 20_000_000
"""Patients times windows that are looked at in one step."""


@dataclass(frozen=True, eq=False)
class Draws:
    """Cohorts of the same columns, put together as one.

    Attributes
    ----------
    cohort : Cohort
        The patients of all draws, those of a draw next to each other.
    numbers : array of int
        The number of each draw.
    place : array of int, (draws, patients of the largest draw)
        The rows of each draw's patients; the first patient again where a draw has fewer.
    there : array of bool, the same
        Where there is a patient.
    """

    cohort: Cohort
    numbers: Places
    place: Places
    there: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, eq=False)
class DrawResults:
    """What every study gives on every draw: as `Multiverse`, with arrays of (draws, studies)."""

    draws: Draws
    listing: Listing
    response: Rates
    change: Mapping[str, Changes]


@cache
def ensemble() -> Draws:
    """Read the bundled ensemble of reconstructions, once per process."""
    tables = load_ensemble()
    for frame in tables.values():
        frame["patient_id"] = frame["draw"].map("{:04d} ".format) + frame["patient_id"].astype(str)
    named = {name: frame.drop(columns="draw") for name, frame in tables.items()}
    cohort = build(bundled_cohort().metadata, named)
    return _put_together(cohort, cohort.patients["patient_id"].astype(str).str[:4].astype(int).to_numpy())


def _put_together(cohort: Cohort, draw: npt.NDArray[Any]) -> Draws:
    numbers, first, count = np.unique(draw, return_index=True, return_counts=True)
    step = np.arange(count.max())
    there = step < count[:, np.newaxis]
    return Draws(cohort, numbers, np.where(there, first[:, np.newaxis] + step, 0), there)


def run_draws(draws: Draws, listing: Listing) -> DrawResults:
    """Run every study of a listing on every draw.

    Raises
    ------
    DefinitionError
        Where a study asks for something the draws do not have, or imputes missing outcomes.
    """
    plan = planned(listing)
    problem = problems(draws.cohort, plan, imputing=False)
    if problem.any():
        raise DefinitionError(next(text for text in problem if text))
    each = []
    step = max(1, AT_ONCE // draws.cohort.n_patients)
    for start in range(0, len(plan.windows), step):
        many = many_windows(draws.cohort, plan.windows[start : start + step])
        each.append(_by_draw(draws, patients(draws.cohort, plan, many, tuple(draws.cohort.instruments))))
    counts = counted(plan, each)
    window = plan.window * len(draws) + np.arange(len(draws))[:, np.newaxis]
    return DrawResults(
        draws=draws,
        listing=listing,
        response=rates_of(plan, counts, window),
        change={code: changes_of(plan, counts, code, window) for code in draws.cohort.instruments},
    )


def _by_draw(draws: Draws, cells: Cells) -> Cells:
    """Give every draw rows of its own: (windows and draws, patients of a draw)."""

    def split(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        values = np.broadcast_to(values, cells.weight.shape)
        return values[:, draws.place].reshape(-1, draws.place.shape[1])

    def each(held: Mapping[Any, npt.NDArray[Any]]) -> dict[Any, npt.NDArray[Any]]:
        return {key: split(values) for key, values in held.items()}

    there = np.tile(draws.there, (len(cells.weight), 1))
    return Cells(
        failing=np.repeat(cells.failing, len(draws), axis=0),
        weight=there.astype(float),
        enters=split(cells.enters) & there,
        invented=split(cells.invented),
        criteria=[split(met) for met in cells.criteria],
        leaves=each(cells.leaves),
        carried=each(cells.carried),
        left=each(cells.left),
        began={},
        able={},
        change={code: _sums(sums, split, len(draws)) for code, sums in cells.change.items()},
    )


def _sums(sums: Sums, split: Any, n: int) -> Sums:
    held = {each.name: split(getattr(sums, each.name)) for each in fields(sums) if each.name != "centre"}
    return Sums(**held, centre=np.repeat(sums.centre, n))
