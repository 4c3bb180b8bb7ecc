"""Which decision matters: how the spread of a multiverse's estimates divides among its decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from explorer.multiverse.design import Design, Floats, Ints, Numbers, given_out_anew
from explorer.multiverse.floor import too_few
from explorer.multiverse.listing import Listing

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Span:
    """How far the estimate moves when one option replaces another and the rest is held, over `n` such pairs."""

    n: int
    low: float
    median: float
    high: float


@dataclass(frozen=True)
class OptionInfluence:
    """One option of a decision: a node of the decision graph.

    Attributes
    ----------
    option : int
    label : str
    n : int
        Definitions that take it.
    mean, low, high : float
        Their mean, least and greatest estimate.
    everywhere : Span, optional
        Differences from the reference option, over all definitions; None for the reference itself.
    here : Span, optional
        The same from the definition in force alone, which is one pair unless a new rule leaves thresholds free; None
        for the reference itself, and where no definition listed is so like the one in force.
    """

    option: int
    label: str
    n: int
    mean: float
    low: float
    high: float
    everywhere: Span | None
    here: Span | None


@dataclass(frozen=True)
class DecisionInfluence:
    """What one decision does to the estimates.

    Attributes
    ----------
    decision : int
        Its place in the grid.
    name : str
    alone : float
        Share of the variance between its options' means: what knowing this choice alone would explain.
    total : float
        Share of the variance left when every other choice is held: on its own and by interactions.
    moves : float
        The same in the units of the estimate: the standard deviation that is left when only this decision varies. It
        shades the decision graph.
    reference : int
        The option that others are compared with: that of the definition in force, or else the first.
    options : tuple of OptionInfluence
    """

    decision: int
    name: str
    alone: float
    total: float
    moves: float
    reference: int
    options: tuple[OptionInfluence, ...]

    @property
    def in_all(self) -> float:
        """The share that a reader is told it has in all: `total`, but never less than what it has by itself.

        Where combinations are missing, `alone` also holds what goes along with the choice and may be the larger.
        """
        return max(self.alone, self.total)


@dataclass(frozen=True)
class Pair:
    """The share of the variance that two decisions make together, beyond what each of the two adds by itself."""

    first: int
    second: int
    names: tuple[str, str]
    share: float


@dataclass(frozen=True)
class Influence:
    """How the variance of the estimates divides.

    Attributes
    ----------
    n : int
        Definitions, each counting once.
    variance : float
    crossed : bool
        Whether every combination of options is there. Only then do shares add up: those `alone`, those of the pairs
        and the remainder make 1.
    decisions : tuple of DecisionInfluence
        In the order of the grid; those with one option here are left out.
    pairs : tuple of Pair
        The largest first.
    remainder : float
        The share that takes three decisions or more together; NaN where the options are not crossed.
    n_few : int
        Definitions left out because they have too few patients.
    """

    n: int
    variance: float
    crossed: bool
    decisions: tuple[DecisionInfluence, ...]
    pairs: tuple[Pair, ...]
    remainder: float
    n_few: int


def influence(listing: Listing, values: Floats, among: Bools | None = None, n: Floats | None = None) -> Influence:
    """Divide the variance of estimates among the decisions.

    The definitions listed are the whole population, each counting once; nothing is sampled. `alone` is the variance of
    the means of a decision's options over all variance, the first-order index of Sobol; `total` is the mean variance
    within groups of definitions that agree in all else, the total-effect index of Homma and Saltelli. Where all options
    are combined with all others these are the shares of an analysis of variance, `total` minus `alone` is what the
    decision does by interactions, and all parts add up to 1. Where combinations are missing both still lie between 0
    and 1 and mean what they say, but overlap: a choice may seem to matter because another often goes with it.

    A threshold arises with some rules only, so it is nested in the rule: its share is of the variance within rules, and
    the rule's `total` is with its thresholds. A pair's share is what the means of its combinations vary beyond the best
    sum of a part for each of the two.

    Parameters
    ----------
    listing : Listing
    values : array of float, one entry per study
        Response rates or mean changes; NaN where there is none.
    among : array of bool, one entry per study, optional
        The definitions to look at, as those of one responder rule; all if not given.
    n : array of float, one entry per study, optional
        Patients behind each value: definitions with too few of them (see `explorer.multiverse.floor`) are left out.

    Notes
    -----
    I. M. Sobol, Math. Comput. Simul. 55 (2001) 271; T. Homma and A. Saltelli, Reliab. Eng. Syst. Saf. 52 (1996) 1; for
    choices that go together, S. Kucherenko, S. Tarantola and P. Annoni, Comput. Phys. Commun. 183 (2012) 937. Nested
    and crossed factors: T. Tjur, Int. Stat. Rev. 52 (1984) 33.
    """
    looked_at = ~np.isnan(values) if among is None else among & ~np.isnan(values)
    few = looked_at & too_few(listing, np.full(len(listing), np.nan) if n is None else n)
    rows, n_few = np.flatnonzero(looked_at & ~few), int(few.sum())
    if len(rows) == 0:
        return Influence(0, 0.0, False, (), (), float("nan"), n_few)
    design = Design(listing, rows, values[rows])
    pairs = [_pair(design, first, second) for first, second in combinations(design.varied, 2)]
    found = tuple(_decision(design, decision) for decision in design.varied)
    held = tuple(sorted((pair for pair in pairs if pair is not None), key=lambda pair: -pair.share))
    explained = sum(each.alone for each in found) + sum(pair.share for pair in held)
    remainder = max(0.0, 1 - explained) if design.crossed and design.variance else float("nan")
    return Influence(len(rows), design.variance, design.crossed, found, held, remainder, n_few)


def _decision(design: Design, decision: int) -> DecisionInfluence:
    strata = design.strata(decision)
    alone = design.between(design.number((*strata, decision)))
    if strata:
        alone -= design.between(design.number(strata))
    groups = design.all_but({decision} | design.nested_in(decision))
    left = design.variance - design.between(groups)
    reference = _reference(design, decision)
    return DecisionInfluence(
        decision=decision,
        name=design.listing.grid.decisions[decision].name,
        alone=design.share(alone),
        total=design.share(left),
        moves=max(0.0, left) ** 0.5,
        reference=reference,
        options=tuple(_option(design, decision, at, reference, groups) for at in design.options[decision]),
    )


def _reference(design: Design, decision: int) -> int:
    now = design.listing.grid.as_now[decision]
    options = design.options[decision]
    return now if now in options else options[0]


def _pair(design: Design, first: int, second: int) -> Pair | None:
    """Return what two decisions make together; None for a threshold and its rule, which cannot be told apart."""
    if second in design.nested_in(first) or first in design.nested_in(second):
        return None
    decisions = design.listing.grid.decisions
    share = design.share(_beyond_sums(*design.two_way(first, second)) / len(design))
    return Pair(first, second, (decisions[first].name, decisions[second].name), share)


def _beyond_sums(count: Floats, total: Floats) -> float:
    """Return the sum of squares of a two-way table's means beyond the best sum of a part per row and one per column.

    Each stratum is fitted by least squares with its own counts, so that missing combinations do no harm.
    """
    of_cells = np.sum(total**2 / np.maximum(count, 1))
    across, down = _diagonal(count.sum(axis=2)), _diagonal(count.sum(axis=1))
    normal = np.block([[across, count], [count.swapaxes(1, 2), down]])
    sums = np.concatenate([total.sum(axis=2), total.sum(axis=1)], axis=1)[:, :, np.newaxis]
    fitted = np.linalg.pinv(normal, rcond=1e-10, hermitian=True) @ sums
    return float(of_cells - np.sum(fitted * sums))


def _diagonal(values: Floats) -> Floats:
    return values[:, :, np.newaxis] * np.eye(values.shape[1])


def _option(design: Design, decision: int, option: int, reference: int, groups: Numbers) -> OptionInfluence:
    held = design.values[design.chosen[decision] == option]
    everywhere, here = (None, None) if option == reference else _spans(design, decision, option, reference, groups)
    return OptionInfluence(
        option=option,
        label=design.listing.labels(decision)[option],
        n=len(held),
        mean=float(held.mean()),
        low=float(held.min()),
        high=float(held.max()),
        everywhere=everywhere,
        here=here,
    )


def _spans(
    design: Design, decision: int, option: int, reference: int, groups: Numbers
) -> tuple[Span | None, Span | None]:
    """Compare an option with the reference: everywhere, and from the definition in force."""
    old, new = (np.flatnonzero(design.chosen[decision] == at) for at in (reference, option))
    free = [at for at in design.nested_in(decision) if _arises_in_one(design.chosen[at], old, new)]
    if design.nested_in(decision):
        groups = design.all_but({decision, *free})
    slots = design.number(free)
    before, after = (_table(design, rows, groups, slots) for rows in (old, new))
    differences = after[:, :, np.newaxis] - before[:, np.newaxis, :]
    return _span(differences), _from_in_force(design, groups, after)


def _arises_in_one(chosen: Ints, old: Ints, new: Ints) -> bool:
    """Say whether a threshold arises with one of two rules alone.

    It is then free: that a new rule brings it along, or does without it, is no further change. Thresholds that both
    rules have are held.
    """
    return bool((chosen[old[0]] < 0) != (chosen[new[0]] < 0))


def _table(design: Design, rows: Ints, groups: Numbers, slots: Numbers) -> Floats:
    """Put estimates into a row for each group that agrees in all that is held, side by side where several do."""
    slot, seen = given_out_anew(slots[0][rows], slots[1])
    table = np.full((groups[1], len(seen)), np.nan)
    table[groups[0][rows], slot] = design.values[rows]
    return table


def _from_in_force(design: Design, groups: Numbers, after: Floats) -> Span | None:
    now = np.flatnonzero(design.rows == design.listing.in_force)
    return _span(after[groups[0][now]] - design.values[now, np.newaxis])


def _span(differences: Floats) -> Span | None:
    held = differences[~np.isnan(differences)]
    if len(held) == 0:
        return None
    return Span(len(held), float(held.min()), float(np.median(held)), float(held.max()))


def strongest(found: Influence) -> Sequence[DecisionInfluence]:
    """Order the decisions by how much of the variance is left when all others are held, the strongest first."""
    return sorted(found.decisions, key=lambda each: -each.total)
