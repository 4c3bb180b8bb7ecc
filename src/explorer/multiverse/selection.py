"""Which definitions choose patients or scores by how bad or good the scores are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from explorer.multiverse.listing import Listing, distinct
from explorer.study.eligibility import BaselineScore

Bools = npt.NDArray[np.bool_]

EXTREMES = ("best", "worst")


def by_score(listing: Listing) -> Bools:
    """Say which definitions let in patients by a baseline score, or pick the best or the worst of several scores.

    A score that was chosen for being high stands higher than the patient usually does, and the next one lower, whatever
    was done between them: regression to the mean. Nothing then has to change for such scores to move one way.

    Notes
    -----
    A. G. Barnett, J. C. van der Pols and A. J. Dobson, Int. J. Epidemiol. 34 (2005) 215.
    """
    grid = listing.grid

    def severity(choice: Sequence[int]) -> bool:
        return any(isinstance(criterion, BaselineScore) for criterion in grid.eligibility(choice))

    def extreme(choice: Sequence[int]) -> bool:
        windows = grid.windows(choice)
        return any(windows[name].pick in EXTREMES for name in ("baseline", "follow_up"))

    return _each(listing, "eligibility", judged=severity) | _each(listing, "baseline", "follow_up", judged=extreme)


def _each(listing: Listing, *fields: str, judged: Callable[[Sequence[int]], bool]) -> Bools:
    """Judge every different choice about some fields once."""
    which = distinct(listing.choices[:, listing.columns(*fields)])[1]
    first = np.unique(which, return_index=True)[1]
    found: Bools = np.array([judged(choice) for choice in listing.choices[first].tolist()])[which]
    return found
