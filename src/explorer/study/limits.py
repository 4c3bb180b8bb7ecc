"""Comparisons with a limit that forgive the rounding of binary fractions.

Scores on a grid of 0.1 are not exact in floating point: 7.1 - 3.1 is 3.9999999999999996, and would miss a
threshold of 4. So a value counts as having reached a limit when it falls short by no more than a billionth of
it (of 1, for limits below 1); no instrument resolves as little.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from explorer.study.truth import Truth, known

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

TOLERANCE = 1e-9


def reaches(values: Floats, limit: float) -> Bools:
    """Say which values are at least the limit; never where the value is NaN."""
    return values >= limit - TOLERANCE * max(1.0, abs(limit))


def exceeds(values: Floats, limit: float) -> Bools:
    """Say which values are more than the limit; never where the value is NaN."""
    return values > limit + TOLERANCE * max(1.0, abs(limit))


def between(values: Floats, low: float | None, high: float | None) -> Truth:
    """Say which values lie within closed limits, of which either may be absent; unknown where NaN."""
    inside = ~np.isnan(values)
    available = inside.copy()
    if low is not None:
        inside &= reaches(values, low)
    if high is not None:
        inside &= reaches(-values, -high)
    return known(inside, available)
