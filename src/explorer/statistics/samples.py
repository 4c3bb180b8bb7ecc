"""What every statistic asks of the numbers it is given."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]


def sample(values: ArrayLike) -> Floats:
    """Return the values as one row of floats, refusing missing ones.

    Parameters
    ----------
    values : array-like of float, shape (n,)
        n may be 0.

    Raises
    ------
    ValueError
        If the values are not one row, or any is missing or infinite: who is left out of a sample is the caller's
        decision, never made here in silence.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1:
        raise ValueError(f"a sample is one row of numbers, not an array of shape {numbers.shape}")
    if not np.isfinite(numbers).all():
        raise ValueError("a sample cannot hold missing or infinite values: leave them out first")
    return numbers


def checked(confidence: float) -> float:
    """Return the confidence level if it lies between 0 and 1, else raise ValueError."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not be {confidence}")
    return confidence


def normal_quantile(confidence: float) -> float:
    """Return the normal quantile that leaves half of ``1 - confidence`` above it: 1.96 for 0.95."""
    return float(special.ndtri(0.5 + checked(confidence) / 2))


def t_quantile(df: float, confidence: float) -> float:
    """Return the same quantile of Student's t; normal when ``df`` is infinite, nan when it is not above 0."""
    return float(special.stdtrit(df, 0.5 + checked(confidence) / 2)) if df > 0 else np.nan
