"""What plausible patients look like: the assumption that chooses among tables the source cannot tell apart.

Scores are normal on their own scale (BSA on a log scale) with correlations across instruments and over time, BSA is
written with a preference for multiples of five, and patients who gained more are likelier to report a benefit.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from scipy import stats

from explorer.reconstruction.scenario import PATIENTS, PRINTED_MEANS, Scenario

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# The largest whole score in use, per column: BSA in percent, PP-NRS 0-10, IGA 0-4, each at two times.
TOP: Ints = np.array([95, 95, 10, 10, 4, 4])
GAIN: Floats = np.array([1, -1, 1, -1, 1, -1]) / 3
IMPOSSIBLE = -1e9


@dataclass(frozen=True)
class Realism:
    """Spreads and correlations of one draw; none of them is published.

    Parameters
    ----------
    bsa_cv_before, bsa_cv_after : float
        Coefficient of variation of BSA at baseline and follow-up.
    itch_sd_before, itch_sd_after, iga_sd_before, iga_sd_after : float
        Standard deviations in points.
    across : float
        Correlation between instruments at one time.
    over_time : float
        Correlation of an instrument with itself, baseline to follow-up.
    slope : float
        How strongly a report follows the gain: log odds per standard deviation.
    """

    bsa_cv_before: float
    bsa_cv_after: float
    itch_sd_before: float
    itch_sd_after: float
    iga_sd_before: float
    iga_sd_after: float
    across: float
    over_time: float
    slope: float

    @property
    def sd(self) -> Floats:
        """Standard deviation per column, BSA on the log scale."""
        bsa = np.sqrt(np.log1p(np.square([self.bsa_cv_before, self.bsa_cv_after])))
        return np.array([*bsa, self.itch_sd_before, self.itch_sd_after, self.iga_sd_before, self.iga_sd_after])

    @property
    def mean(self) -> Floats:
        """Mean per column, BSA on the log scale."""
        mean = np.array([float(shown) for shown in PRINTED_MEANS])
        mean[:2] = np.log(mean[:2]) - self.sd[:2] ** 2 / 2
        return mean

    @property
    def correlation(self) -> Floats:
        """Correlation of the six columns: instruments and times act independently."""
        instruments = np.full((3, 3), self.across) + (1 - self.across) * np.eye(3)
        times = np.full((2, 2), self.over_time) + (1 - self.over_time) * np.eye(2)
        return np.asarray(np.kron(instruments, times), np.float64)

    def standardise(self, scores: Ints) -> Floats:
        """Express scores, in six columns, in standard deviations from the mean."""
        scale = scores.astype(float)
        scale[..., :2] = np.log(scale[..., :2] + 0.5)
        return np.asarray((scale - self.mean) / self.sd)

    def patients(self, rng: np.random.Generator, n: int, worse: float = 0.0) -> Ints:
        """Draw whole scores for n patients, follow-up shifted by `worse` standard deviations.

        Returns
        -------
        array of int, shape (n, 6)
            A baseline BSA or rating of 0 is not drawn: nobody is treated for clear skin.
        """
        z = rng.standard_normal((n, 6)) @ np.linalg.cholesky(self.correlation).T
        z[:, 1::2] += worse
        scale = z * self.sd + self.mean
        scale[:, :2] = np.exp(scale[:, :2]) - 0.5
        return np.clip(np.rint(scale), [1, 0, 1, 0, 1, 0], TOP).astype(np.int64)


RANGES = {
    "bsa_cv_before": (0.55, 0.95),
    "bsa_cv_after": (0.8, 1.3),
    "itch_sd_before": (1.7, 2.5),
    "itch_sd_after": (2.0, 2.8),
    "iga_sd_before": (0.6, 1.0),
    "iga_sd_after": (0.6, 1.0),
    "across": (0.3, 0.6),
    "over_time": (0.3, 0.7),
    "slope": (0.5, 3.0),
}


def draw_realism(rng: np.random.Generator) -> Realism:
    """Draw the spreads and correlations of one draw, each uniform in its range."""
    return Realism(**{field.name: float(rng.uniform(*RANGES[field.name])) for field in fields(Realism)})


def report_thresholds(scenario: Scenario) -> Floats:
    """Return the mean gain, in standard deviations, above which each report is likelier than not."""
    return np.asarray(0.85 * stats.norm.ppf(1 - np.array(scenario.reported) / PATIENTS))


class Target:
    """The log density of patients under each chain's realism, looked up rather than computed.

    Parameters
    ----------
    models : list of Realism, one per chain
    scenarios : list of Scenario, one per chain
    """

    def __init__(self, models: list[Realism], scenarios: list[Scenario]) -> None:
        values = np.repeat(np.arange(TOP.max() + 1)[:, None], 6, axis=1)
        self._z = np.stack([model.standardise(values) for model in models])
        self._weight = _score_weights()
        self._whiten = np.stack([np.linalg.inv(np.linalg.cholesky(model.correlation)).T for model in models])
        self._slope = np.array([model.slope for model in models])[:, None, None]
        self._threshold = np.stack([report_thresholds(scenario) for scenario in scenarios])[:, None, :]
        self._chain = np.arange(len(models))[:, None, None]
        self._column = np.arange(6)

    def log_density(self, scores: Ints, yes: Ints) -> Floats:
        """Return the log density of each patient, up to a constant.

        Parameters
        ----------
        scores : array of int, shape (chains, patients, 6)
        yes : array of 0 and 1, shape (chains, patients, 3)

        Returns
        -------
        array of float, shape (chains, patients)
        """
        z = self._z[self._chain, scores, self._column]
        odds = self._slope * ((z @ GAIN)[..., None] - self._threshold)
        reports = (yes * odds - np.logaddexp(0, odds)).sum(axis=-1)
        normal = np.square(z @ self._whiten).sum(axis=-1) / 2
        return np.asarray(self._weight[scores, self._column].sum(axis=-1) - normal + reports)

    def gain(self, scores: Ints) -> Floats:
        """Return each patient's mean improvement over the three instruments, in standard deviations."""
        return np.asarray(self._z[self._chain, scores, self._column] @ GAIN)


def _score_weights() -> Floats:
    """Return the log weight of writing each score: BSA in multiples of five above 5, nothing 0 at baseline."""
    score = np.arange(TOP.max() + 1)
    heaped = np.where((score % 5 == 0) | (score <= 5), 0.0, np.where(score <= 12, -0.5, -1.8))
    weight = np.where(score[:, None] <= TOP, 0.0, IMPOSSIBLE)
    weight[:, :2] += (heaped - np.log(score + 0.5))[:, None]
    weight[0, 0::2] = IMPOSSIBLE
    return weight
