"""Which options are over-represented among some definitions, such as those a reader has brushed on the curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.multiverse.estimates import share_of
from explorer.multiverse.listing import Listing

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Presence:
    """How often an option is taken by the definitions selected, and by all.

    Only definitions in which the decision arises are counted: `k_selected` of `n_selected` of those selected take the
    option, and `k_all` of `n_all` of all. These are counts of a complete list, so nothing is tested.
    """

    decision: int
    option: int
    name: str
    label: str
    k_selected: int
    n_selected: int
    k_all: int
    n_all: int

    @property
    def excess(self) -> float:
        """The share among those selected minus the share among all: above 0, the option is over-represented."""
        return self.k_selected / self.n_selected - self.k_all / self.n_all

    def __str__(self) -> str:
        selected, everywhere = share_of(self.k_selected, self.n_selected), share_of(self.k_all, self.n_all)
        return f"{self.name}, {self.label}: {selected} of the selection, {everywhere} of all"


def brushed(listing: Listing, selected: Bools, among: Bools) -> tuple[Presence, ...]:
    """Compare which options the selected definitions take with those that all take.

    Parameters
    ----------
    listing : Listing
    selected, among : array of bool, one entry per study
        Those selected, and all that they were selected from: as a rule those with a rate, and with one responder rule.

    Returns
    -------
    tuple of Presence
        One for each option that any of `among` takes, the most over-represented first. A decision that arises in none
        of those selected, or has one option alone, is left out.
    """
    found = [
        presence
        for decision in range(listing.choices.shape[1])
        for presence in _presences(listing, decision, selected & among, among)
    ]
    return tuple(sorted(found, key=lambda presence: -presence.excess))


def _presences(listing: Listing, decision: int, selected: Bools, among: Bools) -> list[Presence]:
    name, labels, chosen = listing.grid.decisions[decision].name, listing.labels(decision), listing.choices[:, decision]
    of_selected, of_all = (_taken(chosen[rows], len(labels)) for rows in (selected, among))
    taken = np.flatnonzero(of_all).tolist()
    if len(taken) < 2 or not of_selected.any():
        return []
    n_selected, n_all = int(of_selected.sum()), int(of_all.sum())
    return [
        Presence(decision, at, name, labels[at], int(of_selected[at]), n_selected, int(of_all[at]), n_all)
        for at in taken
    ]


def _taken(chosen: npt.NDArray[np.int16], n: int) -> npt.NDArray[np.intp]:
    return np.bincount(chosen[chosen >= 0], minlength=n)


def over_represented(found: tuple[Presence, ...], most: int = 3) -> str:
    """Say which options are over-represented in a selection, the most so first."""
    ahead = [str(presence) for presence in found if presence.excess > 0][:most]
    return "; ".join(ahead) if ahead else "No option is over-represented in the selection."
