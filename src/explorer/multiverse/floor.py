"""Which definitions have too few patients to be set beside others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from explorer.multiverse.estimates import definitions
from explorer.multiverse.listing import Listing
from explorer.study import lint

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

FEWEST = lint.FEWEST
"""Patients from which on the figure of a definition is ranked, ranged or otherwise compared with those of others."""
EVALUABLE, PAIRED = "evaluable patients", "patients with both scores"


def too_few(listing: Listing, n: Floats) -> Bools:
    """Say which definitions have figures of fewer than ten patients, so that they are left out of comparisons.

    Of two or three patients 0 % and 100 % are near at hand whatever a treatment does: such definitions would make up
    both ends of every curve.

    Parameters
    ----------
    listing : Listing
    n : array of float, one entry per study
        Patients behind each figure; NaN, or 0, where there is none, which is not counted here.

    Returns
    -------
    array of bool, one entry per study
        Never of the study that the grid lies around, which is compared with the others however few it has.
    """
    few: Bools = (n > 0) & (n < FEWEST)
    if listing.in_force is not None:
        few[listing.in_force] = False
    return few


def left_out(n: int, whom: str = EVALUABLE) -> str:
    """Say how many definitions are left out, as "3 definitions with fewer than 10 evaluable patients are left out"."""
    return f"{definitions(n)} with fewer than {FEWEST} {whom} {'is' if n == 1 else 'are'} left out"
