"""Many Markov chains side by side, each walking over the tables of one scenario.

A state is 49 patients with six scores and three reports. A step changes two patients; it is kept by Metropolis' rule
on plausibility less a penalty for what the scenario still violates. What a patient contributes to sums, tests and
counts is additive, so a step costs the same whatever the size of the cohort.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from explorer.reconstruction.realism import TOP, Floats, Ints, Realism, Target
from explorer.reconstruction.scenario import PATIENTS, PRINTED_MEANS, Scenario, improvement
from explorer.statistics.grim import grim

Bools = npt.NDArray[np.bool_]

PRIOR_IMPROVED = 24  # of the 47 prior users, C3
BLOCK = 500
LIMIT: Ints = np.concatenate([TOP, [1, 1, 1]])
BSA_STEPS = np.repeat([1, 2, 3, 4, 5, 10, 15, 20, 30], [12, 8, 5, 5, 30, 20, 10, 6, 4])
OTHER_STEPS = np.repeat([1, 2, 3], [60, 30, 10])
# Weight of a point outside the range of a sum: a quarter for BSA, whose sums run to 900.
OUTSIDE: Floats = np.array([0.25, 0.25, 1, 1, 2, 2])


@dataclass(frozen=True)
class Proposals:
    """A block of proposed steps, drawn ahead of time: nothing here depends on the state.

    Parameters
    ----------
    patients : array of int, shape (steps, chains, 2)
        The two patients changed.
    exchange : array of bool, shape (steps, chains, 1, 9)
        Columns in which the two change places.
    add : array of int, shape (steps, chains, 2, 9)
        What is added to each.
    log_u : array of float, shape (steps, chains)
        Logarithm of the uniform number that decides.
    """

    patients: Ints
    exchange: Bools
    add: Ints
    log_u: Floats


def propose(generators: list[np.random.Generator], steps: int) -> Proposals:
    """Draw a block of steps for every chain from that chain's own generator.

    Half move points from one patient to another within a column, a fifth change one score, an eighth exchange one
    instrument's two scores between the patients, the others exchange one report or all three.
    """
    u = np.stack([generator.random((steps, 7)) for generator in generators], axis=1)
    first = (u[..., 0] * PATIENTS).astype(int)
    second = (first + 1 + (u[..., 1] * (PATIENTS - 1)).astype(int)) % PATIENTS
    column, kind = (u[..., 2] * 6).astype(int), u[..., 3]
    size = np.where(column < 2, _pick(BSA_STEPS, u[..., 4]), _pick(OTHER_STEPS, u[..., 4]))
    size = np.where(u[..., 5] < 0.5, -size, size)
    here = np.arange(9) == column[..., None]
    moved = here * np.where(kind < 0.7, size, 0)[..., None]
    returned = here * np.where(kind < 0.5, -size, 0)[..., None]
    return Proposals(
        patients=np.stack([first, second], axis=-1),
        exchange=_exchanged(kind[..., None], column[..., None])[..., None, :],
        add=np.stack([moved, returned], axis=-2),
        log_u=np.log1p(-u[..., 6]),
    )


def _pick(values: Ints, u: Floats) -> Ints:
    return np.asarray(values[(u * len(values)).astype(int)])


def _exchanged(kind: Floats, column: Ints) -> Bools:
    """Say in which columns two patients change places: an instrument's scores, a report, or all reports."""
    at = np.arange(9)
    scores = (kind >= 0.7) & (kind < 0.82) & (at < 6) & (at // 2 == column // 2)
    report = (kind >= 0.82) & (kind < 0.95) & (at == 6 + column % 3)
    return np.asarray(scores | report | ((kind >= 0.95) & (at >= 6)))


class Limits:
    """What each chain's scenario demands of the totals over its patients.

    Parameters
    ----------
    scenarios : list of Scenario, one per chain
    recorded : array of bool, shape (chains, 49, 6)
        Who has which score.
    """

    def __init__(self, scenarios: list[Scenario], recorded: Bools) -> None:
        self.available = np.array([scenario.iga_mode == "available" for scenario in scenarios])
        self._reading = np.array([scenario.reading for scenario in scenarios])[:, None]
        self.paired = recorded[..., 0::2] & recorded[..., 1::2]
        # The published means are over paired patients; in available-case draws, the IGA means are not.
        self.counted = np.repeat(self.paired, 2, axis=-1)
        self.counted[self.available, :, 4:] = recorded[self.available, :, 4:]
        self.has_iga = recorded[..., 5]
        self._n = self.counted.sum(axis=1)
        sums = [
            [grim(*each, strictly=True).possible_sums for each in zip(PRINTED_MEANS, n.tolist(), strict=True)]
            for n in self._n
        ]
        self._low = np.array([[min(each) for each in row] for row in sums])
        self._high = np.array([[max(each) for each in row] for row in sums])
        self._pairs = self.paired.sum(axis=1)
        self._t_limit = stats.t.ppf(0.975, self._pairs - 1)
        self._clear = np.array([scenario.clear for scenario in scenarios])
        # Who never used dupilumab is settled afterwards, so the 24 and those two are counted together.
        self._improved = np.array([PRIOR_IMPROVED + scenario.naive_improved for scenario in scenarios])
        self._masks = np.concatenate([self.counted, self.paired, self.has_iga[..., None]], axis=-1)
        self._chain = np.arange(len(scenarios))[:, None]

    def contributions(self, rows: Ints, patients: Ints) -> Floats:
        """Return what patients add to the totals: six sums, three changes and their squares, two counts, IGA squares.

        Parameters
        ----------
        rows : array of int, shape (chains, k, 9)
        patients : array of int, shape (chains, k)
            Which of the 49 these are.
        """
        masks = self._masks[self._chain, patients]
        scores, yes = rows[..., :6], rows[..., 6:] > 0
        counted, paired = scores * masks[..., :6], masks[..., 6:9]
        change = (scores[..., 0::2] - scores[..., 1::2]) * paired
        clear = (scores[..., 5] <= 1) & masks[..., 9]
        improved = improvement(scores, yes, paired, self._reading)
        counts = np.stack([clear, improved], axis=-1)
        return np.concatenate([counted, change, change * change, counts, counted[..., 4:] ** 2], axis=-1).astype(float)

    def violation(self, totals: Floats) -> Floats:
        """Return how far each chain is from meeting its scenario, 0 if it does.

        Tests are by t alone here, with a small margin; the others are looked at when a state is harvested.
        """
        sums, change, squares = totals[:, :6], totals[:, 6:9], totals[:, 9:12]
        outside = np.maximum(0, self._low - sums) + np.maximum(0, sums - self._high)
        spread = np.maximum((squares - change**2 / self._pairs) / (self._pairs - 1), 1e-9)
        t = change / np.sqrt(spread * self._pairs)
        weak = np.maximum(0, 1.05 * self._t_limit[:, :2] - t[:, :2]).sum(axis=1)
        strong = np.maximum(0, np.abs(t[:, 2]) - 0.97 * self._t_limit[:, 2])
        unpaired = np.where(self.available, np.maximum(0, self._welch(sums[:, 4:], totals[:, 14:]) - 1.95), 0)
        miscounted = np.abs(totals[:, 12] - self._clear) + np.abs(totals[:, 13] - self._improved)
        return np.asarray(outside @ OUTSIDE + 3 * weak + 6 * strong + 6 * unpaired + 2 * miscounted)

    def _welch(self, sums: Floats, squares: Floats) -> Floats:
        """Return Welch's statistic for IGA as if the two times were separate groups."""
        n = self._n[:, 4:]
        error = ((squares - sums**2 / n) / (n - 1) / n).sum(axis=1)
        mean = sums / n
        return np.asarray(np.abs(mean[:, 0] - mean[:, 1]) / np.sqrt(np.maximum(error, 1e-9)))


class Chains:
    """States of all chains, and the walk that changes them.

    Parameters
    ----------
    scenarios, models : list, one per chain
        What each chain must meet, and what it finds plausible.
    recorded : array of bool, shape (chains, 49, 6)
        Who has which score.
    generators : list of Generator, one per chain
        A chain's own randomness.
    """

    def __init__(
        self,
        scenarios: list[Scenario],
        models: list[Realism],
        recorded: Bools,
        generators: list[np.random.Generator],
    ) -> None:
        self._generators = generators
        self._target = Target(models, scenarios)
        self._limits = Limits(scenarios, recorded)
        scores = np.stack([model.patients(rng, PATIENTS) for model, rng in zip(models, generators, strict=True)])
        self.rows = np.concatenate([scores, self._first_reports(scores, scenarios)], axis=-1)
        self._chain = np.arange(len(scenarios))[:, None]
        everyone = np.broadcast_to(np.arange(PATIENTS), scores.shape[:2])
        self._parts = self._limits.contributions(self.rows, everyone)
        self._density = self._target.log_density(scores, self.rows[..., 6:])
        self._totals = self._parts.sum(axis=1)
        self._violation = self._limits.violation(self._totals)

    @property
    def met(self) -> Bools:
        """Which chains now meet their scenario, as far as `Limits.violation` can tell."""
        return np.asarray(self._violation == 0)

    def _first_reports(self, scores: Ints, scenarios: list[Scenario]) -> Ints:
        """Give each report to those who gained most, give or take."""
        noise = np.stack([generator.gumbel(0, 0.7, PATIENTS) for generator in self._generators])
        place = np.argsort(np.argsort(-(self._target.gain(scores) + noise), axis=1), axis=1)
        reported = np.array([scenario.reported for scenario in scenarios])
        return (place[..., None] < reported[:, None, :]).astype(np.int64)

    def walk(self, penalties: Floats) -> None:
        """Take one step per penalty; the penalty weighs what is violated against plausibility."""
        for start in range(0, len(penalties), BLOCK):
            block = penalties[start : start + BLOCK]
            proposals = propose(self._generators, len(block))
            for step, penalty in enumerate(block):
                self._step(proposals, step, penalty)

    def _step(self, proposals: Proposals, step: int, penalty: float) -> None:
        who = proposals.patients[step]
        old = self.rows[self._chain, who]
        new = np.where(proposals.exchange[step], old[:, ::-1], old) + proposals.add[step]
        inside = ((new >= 0) & (new <= LIMIT)).all(axis=(1, 2))
        new = np.where(inside[:, None, None], new, old)
        parts = self._limits.contributions(new, who)
        density = self._target.log_density(new[..., :6], new[..., 6:])
        totals = self._totals + (parts - self._parts[self._chain, who]).sum(axis=1)
        violation = self._limits.violation(totals)
        gain = (density - self._density[self._chain, who]).sum(axis=1) - penalty * (violation - self._violation)
        kept = np.flatnonzero(proposals.log_u[step] < gain)
        at = kept[:, None], who[kept]
        self.rows[at], self._parts[at], self._density[at] = new[kept], parts[kept], density[kept]
        self._totals[kept], self._violation[kept] = totals[kept], violation[kept]
