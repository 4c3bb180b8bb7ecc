"""Rubin's rules: one estimate from several imputed data sets."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from explorer.statistics.samples import sample, t_quantile


@dataclass(frozen=True, slots=True)
class Pooled:
    """A pooled estimate with its interval, and where its uncertainty comes from.

    ``within`` and ``between`` are the variances inside and across imputations, ``total`` both with Rubin's factor;
    ``riv`` the relative increase of variance due to missing values, ``lambda_`` their share of the total, ``fmi`` the
    fraction of information missing. ``df_1987`` are Rubin's degrees of freedom, ``df`` Barnard and Rubin's (1999),
    used for the interval; both are infinite when nothing varies across imputations and the data set is large.
    """

    m: int
    estimate: float
    within: float
    between: float
    total: float
    se: float
    riv: float
    lambda_: float
    df_1987: float
    df: float
    fmi: float
    t: float
    p: float
    low: float
    high: float


def pool(
    estimates: ArrayLike, variances: ArrayLike, complete_df: float | None = None, confidence: float = 0.95
) -> Pooled:
    """Combine the estimates of several imputed data sets (Rubin 1987).

    Parameters
    ----------
    estimates, variances : array-like of float, shape (m,)
        The estimate and its squared standard error in each imputation.
    complete_df : float, optional
        Degrees of freedom the analysis would have with nothing missing; None for a large sample.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Pooled
        With one imputation the variance between, and all that follows from it, is nan.

    Raises
    ------
    ValueError
        If lengths differ, or a variance is negative or missing.

    Notes
    -----
    R: ``mice::pool.scalar(estimates, variances, n, k)``; where nothing varies between imputations mice floors lambda at
    1e-4, whereas the limits of the formulas are used here.
    """
    q, u = sample(estimates), sample(variances)
    if len(q) != len(u) or (u < 0).any():
        raise ValueError("each imputation gives one estimate and one variance that is not negative")
    m = len(q)
    estimate, within = (float(q.mean()), float(u.mean())) if m else (np.nan, np.nan)
    between = float(q.var(ddof=1)) if m > 1 else np.nan
    added = between * (1 + 1 / m) if m else np.nan
    total = within + added
    riv, lambda_ = _ratio(added, within), _ratio(added, total)
    df_1987 = _ratio(m - 1, lambda_**2)
    df = _barnard_rubin(df_1987, lambda_, complete_df)
    fmi = (riv + 2 / (df + 3)) / (riv + 1) if np.isfinite(riv) else lambda_
    se = total**0.5
    t, half = _ratio(estimate, se), t_quantile(df, confidence) * se
    p = 2 * float(special.stdtr(df, -abs(t)))
    return Pooled(
        *(m, estimate, within, between, total, se, riv, lambda_, df_1987, df, fmi, t, p),
        *(estimate - half, estimate + half),
    )


def _barnard_rubin(df_1987: float, lambda_: float, complete_df: float | None) -> float:
    if complete_df is None or np.isinf(complete_df):
        return df_1987
    observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - lambda_)
    return _ratio(1.0, _ratio(1.0, df_1987) + _ratio(1.0, observed))


def _ratio(above: float, below: float) -> float:
    """Divide as R does: infinite over zero, nan for nothing over nothing."""
    if below == 0:
        return np.nan if above == 0 or np.isnan(above) else float(np.copysign(np.inf, above))
    return above / below
