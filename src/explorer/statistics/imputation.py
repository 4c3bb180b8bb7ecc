"""Multiple imputation by chained equations with predictive mean matching.

Each column with missing values is regressed on all the others; a set of coefficients is drawn from the posterior, and
each missing value is taken from a patient whose own prediction is among the nearest (Rubin 1987; van Buuren 2018,
algorithms 3.1 and 3.3, type 1 matching; R ``mice(method = "pmm")``). statsmodels' ``MICEData`` is not used: it draws
from numpy's global random state, which other readers' sessions share, and takes seconds. All imputations run side by
side, as one stack of matrices.

Matching keeps to the values seen, so with few patients its intervals are a little short: 95 % intervals of a mean with
35 % missing at random cover about 93 % at 50 patients and 94 % at 100, where draws from the normal model cover 95 %.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.statistics.samples import Floats

_RIDGE = 1e-5  # as mice: enough for collinear columns, too little to be seen elsewhere

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class _Column:
    """One incomplete column: whose value is known, whose is not, and which other columns may predict it."""

    place: int
    known: Rows
    unknown: Rows
    predictors: Rows


def impute(
    matrix: ArrayLike, imputations: int = 20, seed: int = 0, cycles: int = 10, donors: int = 5
) -> NDArray[np.float64]:
    """Fill missing values several times, so that the spread between the fillings shows how little is known of them.

    Parameters
    ----------
    matrix : array-like of float, shape (n, p)
        One row per patient; nan is missing.
    imputations : int
        How many completed copies, at least 1.
    seed : int
        Of the generator; the same seed gives the same copies.
    cycles : int
        Rounds through the incomplete columns.
    donors : int
        How many nearest patients a value is drawn from.

    Returns
    -------
    array, shape (imputations, n, p)
        Known values are as they were. An imputed value is always one that was observed in its column, so it respects
        the scale's limits and steps. A column without any known value stays missing, and a column with a single value
        is filled with it; neither predicts. A column with too few known values to regress on the others is filled by
        drawing from a resample of them (the approximate Bayesian bootstrap).

    Raises
    ------
    ValueError
        If the matrix is not two-dimensional or holds infinite values.
    """
    data = np.array(matrix, dtype=np.float64)
    if data.ndim != 2 or np.isinf(data).any():
        raise ValueError("imputation needs a table of numbers, patients by columns, without infinite values")
    random = np.random.default_rng(seed)
    columns = _incomplete(data)
    source = np.tile(np.arange(len(data))[:, None], (imputations, 1, data.shape[1]))  # whose value stands where
    for column in columns:
        source[:, column.unknown, column.place] = _resampled(random, column, imputations)
    scaled = _standardised(data)
    state = np.take_along_axis(scaled[None], source, axis=1)
    for _ in range(cycles):
        for column in columns:
            if len(column.known) >= len(column.predictors) + 3:
                found = _matched(random, state, scaled, column, donors)
                source[:, column.unknown, column.place] = found
                state[:, column.unknown, column.place] = scaled[found, column.place]
    return np.take_along_axis(data[None], source, axis=1)


def _incomplete(data: Floats) -> list[_Column]:
    known = ~np.isnan(data)
    varies = np.array([len(np.unique(data[known[:, place], place])) > 1 for place in range(data.shape[1])], dtype=bool)
    return [
        _Column(
            place,
            np.flatnonzero(known[:, place]),
            np.flatnonzero(~known[:, place]),
            np.flatnonzero(varies & (np.arange(data.shape[1]) != place)),
        )
        for place in np.flatnonzero(known.any(axis=0) & ~known.all(axis=0)).tolist()
    ]


def _standardised(data: Floats) -> Floats:
    """Centre and scale each column by its known values, so that one ridge suits all."""
    known = ~np.isnan(data)
    count = np.maximum(1, known.sum(axis=0))
    centred = data - np.where(known, data, 0.0).sum(axis=0) / count
    spread = (np.where(known, centred, 0.0) ** 2).sum(axis=0) / count
    return np.asarray(centred / np.where(spread > 0, spread, 1.0) ** 0.5)


def _resampled(random: np.random.Generator, column: _Column, imputations: int) -> Rows:
    """Draw a donor for each missing value from a bootstrap resample of the known ones."""
    resample = random.choice(column.known, (imputations, len(column.known)))
    pick = random.integers(0, len(column.known), (imputations, len(column.unknown)))
    return np.take_along_axis(resample, pick, axis=1)


def _matched(random: np.random.Generator, state: Floats, scaled: Floats, column: _Column, donors: int) -> Rows:
    """Find a donor for each missing value of a column, in every imputation: the row it takes its value from."""
    design = np.concatenate([np.ones((*state.shape[:2], 1)), state[:, :, column.predictors]], axis=2)
    estimate, drawn = _coefficients(random, design[:, column.known], scaled[column.known, column.place])
    predicted = (design[:, column.known] @ estimate[..., None])[..., 0]
    wanted = (design[:, column.unknown] @ drawn[..., None])[..., 0]
    return np.stack([column.known[_nearest(random, of, to, donors)] for of, to in zip(predicted, wanted, strict=True)])


def _coefficients(random: np.random.Generator, design: Floats, outcome: Floats) -> tuple[Floats, Floats]:
    """Least-squares coefficients of each imputation, and a draw from their posterior, each of shape (m, q)."""
    m, n, q = design.shape
    crossed = np.swapaxes(design, 1, 2) @ design
    # At least as for one patient: a predictor that is the same for all who have the outcome leaves a diagonal of 0.
    crossed += _RIDGE * np.eye(q) * np.maximum(np.diagonal(crossed, axis1=1, axis2=2), 1.0)[:, None]
    estimate = np.asarray(np.linalg.solve(crossed, (outcome @ design)[..., None]), dtype=np.float64)
    residual = outcome - (design @ estimate)[..., 0]
    sigma = ((residual**2).sum(axis=1) / random.chisquare(max(1, n - q), m)) ** 0.5
    root = np.swapaxes(np.linalg.cholesky(crossed), 1, 2)
    noise = np.linalg.solve(root, random.standard_normal((m, q, 1)))
    drawn: Floats = estimate + sigma[:, None, None] * noise
    return estimate[..., 0], drawn[..., 0]


def _nearest(random: np.random.Generator, predicted: Floats, wanted: Floats, donors: int) -> Rows:
    """Draw, for each wanted prediction, one of the donors whose own prediction is nearest; equals in random order."""
    donors = min(donors, len(predicted))
    order = random.permutation(len(predicted))
    order = order[np.argsort(predicted[order], kind="stable")]
    ranked = predicted[order]
    # Among sorted predictions the nearest few lie within so many places on either side.
    width = min(2 * donors, len(ranked))
    start = np.clip(np.searchsorted(ranked, wanted) - donors, 0, len(ranked) - width)
    window = start[:, None] + np.arange(width)
    closest = np.argsort(np.abs(ranked[window] - wanted[:, None]), axis=1)[:, :donors]
    pick = random.integers(0, donors, (len(wanted), 1))
    chosen: Rows = np.take_along_axis(window, np.take_along_axis(closest, pick, axis=1), axis=1)[:, 0]
    return order[chosen]
