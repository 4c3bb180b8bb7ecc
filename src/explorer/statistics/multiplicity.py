"""Several p values at once: adjusted so that they can be read together.

Benjamini-Hochberg is scipy's. Holm is written out: statsmodels' ``multipletests(method="holm")`` gives the same, but
collects Python's garbage on every call, which takes longer than a whole analysis.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from explorer.statistics.samples import Floats


def holm(p: ArrayLike) -> Floats:
    """Adjust p values so that the chance of any false finding is controlled (Holm 1979).

    Parameters
    ----------
    p : array-like of float, shape (n,)
        From 0 to 1; a missing one stays missing and does not count among the tests.

    Raises
    ------
    ValueError
        If a value lies outside 0 to 1.

    Notes
    -----
    R: ``p.adjust(p, "holm")``.
    """
    return _adjusted(p, _step_down)


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Adjust p values so that the expected share of false findings is controlled (1995).

    Parameters, missing values and errors as for ``holm``. R: ``p.adjust(p, "BH")``.
    """
    return _adjusted(p, stats.false_discovery_control)


def _adjusted(p: ArrayLike, method: Callable[[Floats], Floats]) -> Floats:
    adjusted = np.array(p, dtype=np.float64)
    known = ~np.isnan(adjusted)
    if ((adjusted[known] < 0) | (adjusted[known] > 1)).any():
        raise ValueError("a p value lies between 0 and 1")
    adjusted[known] = method(adjusted[known])
    return adjusted


def _step_down(p: Floats) -> Floats:
    order = np.argsort(p)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return adjusted
