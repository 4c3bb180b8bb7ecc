"""Who is left after every step, who responds by every rule, how scores changed: each counted once, as products of arrays."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from explorer.multiverse.cells import Cells, Flag
from explorer.multiverse.plan import Plan
from explorer.study.response import Leaf, Rule
from explorer.study.truth import FALSE, TRUE, UNKNOWN, Truth

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
K = TypeVar("K", bound=Hashable)
SUMS = ("n", "first", "second")


@dataclass(frozen=True, eq=False)
class Counts:
    """Counts that the results of all studies are put together from, by window.

    Attributes
    ----------
    left, invented : array of float, (windows, steps)
        Patients left after each step of the plan's paths, and the hypothetical additions among them.
    met, unknown : array of float, (windows, denominators, rules)
        Patients for whom each rule is true, and for whom it is unknown.
    met_carried, unknown_carried : the same
        With missing scores carried forward; empty where no study does so.
    began, able : mapping of rule to array of bool, (windows, denominators)
        Whether anybody's baseline is as a simple rule asks, and whether any of them could meet it from there.
    paired, first, second : mapping of instrument to array of float, (windows, eligibilities)
        Patients with both scores, and sums of their change about the centre.
    centre : mapping of instrument to array of float, (windows,)
    """

    left: Floats
    invented: Floats
    met: Floats
    unknown: Floats
    met_carried: Floats
    unknown_carried: Floats
    began: Mapping[Leaf, Bools]
    able: Mapping[Leaf, Bools]
    paired: Mapping[str, Floats]
    first: Mapping[str, Floats]
    second: Mapping[str, Floats]
    centre: Mapping[str, Floats]


def counted(plan: Plan, blocks: Iterable[Cells]) -> Counts:
    """Count the patients of all cells under every mask and rule of a plan."""
    each = [_block(plan, cells) for cells in blocks]
    return each[0] if len(each) == 1 else _joined(each)


def _joined(each: list[Counts]) -> Counts:
    def whole(name: str) -> Any:
        held = [getattr(counts, name) for counts in each]
        if isinstance(held[0], np.ndarray):
            return np.concatenate(held)
        return {key: np.concatenate([arrays[key] for arrays in held]) for key in held[0]}

    return Counts(**{field.name: whole(field.name) for field in fields(Counts)})


def _block(plan: Plan, cells: Cells) -> Counts:
    masks = _masks(plan, cells)
    among = masks[plan.denominators].swapaxes(0, 1).astype(float)
    met, unknown = _judged(plan, cells, among, cells.leaves)
    later = _judged(plan, cells, among, cells.carried) if cells.carried else (met[:, :, :0], met[:, :, :0])
    ends = masks[[walked[-1] for walked in plan.steps]].swapaxes(0, 1).astype(float)
    sums = _products(ends, {(name, code): getattr(held, name) for name in SUMS for code, held in cells.change.items()})
    return Counts(
        left=np.einsum("swc,wc->ws", masks, cells.weight),
        invented=np.einsum("swc,wc->ws", masks, cells.weight * cells.invented),
        met=met,
        unknown=unknown,
        met_carried=later[0],
        unknown_carried=later[1],
        began=_any(among, cells.began),
        able=_any(among, cells.able),
        paired={code: sums["n", code] for code in cells.change},
        first={code: sums["first", code] for code in cells.change},
        second={code: sums["second", code] for code in cells.change},
        centre={code: held.centre for code, held in cells.change.items()},
    )


def _any(masks: Floats, flags: Mapping[Leaf, Flag]) -> dict[Leaf, Bools]:
    """Say which masks hold a patient with each flag; all patients are asked only where the first few do not settle it."""
    first = {leaf: found > 0 for leaf, found in _products(masks, {of: flags[of].first_few for of in flags}).items()}
    unsettled = {leaf: flags[leaf].everybody() for leaf, found in first.items() if not found.all()}
    return first | {leaf: found > 0 for leaf, found in _products(masks, unsettled).items()}


def _products(masks: Floats, columns: Mapping[K, Floats]) -> dict[K, Floats]:
    """Sum columns over the cells of each mask, all in one product."""
    if not columns:
        return {}
    found = masks @ np.stack(list(columns.values()), axis=2)
    return {key: found[:, :, place] for place, key in enumerate(columns)}


def _masks(plan: Plan, cells: Cells) -> Bools:
    """Say which cells are left after every step of the paths: (steps, windows, cells)."""
    masks = np.empty((len(plan.paths.parent), *cells.weight.shape), bool)
    masks[0] = cells.enters
    for step, (parent, criterion) in enumerate(zip(plan.paths.parent, plan.paths.criterion, strict=True)):
        if criterion >= 0:
            np.logical_and(masks[parent], cells.criteria[criterion], out=masks[step])
    return masks


def _judged(plan: Plan, cells: Cells, among: Floats, leaves: Mapping[Leaf, Truth]) -> tuple[Floats, Floats]:
    """Count, for every denominator and rule, whom the rule is true of and of whom it is unknown."""
    verdicts = np.stack([_verdict(cells, rule, leaves) for rule in plan.rules], axis=1)
    weight = cells.weight[:, np.newaxis, :]

    def count(verdict: np.int8) -> Floats:
        counts: Floats = among @ ((verdicts == verdict) * weight).swapaxes(1, 2)
        return counts

    return count(TRUE), count(UNKNOWN)


def _verdict(cells: Cells, rule: Rule, leaves: Mapping[Leaf, Truth]) -> Truth:
    met = np.broadcast_to(rule.judged(leaves.__getitem__), cells.weight.shape)
    if not cells.left:
        return met
    return np.where(cells.failing & cells.left[rule.instruments(), rule.items()], FALSE, met)
