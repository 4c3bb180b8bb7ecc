"""The joint test: whether the curve of a score's change, taken whole, could come from no change at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import special

from explorer.errors import DefinitionError
from explorer.multiverse.change_sets import change_sets
from explorer.multiverse.curve import change_curve
from explorer.multiverse.estimates import definitions, share_of
from explorer.multiverse.flips import refuse_synthetic
from explorer.multiverse.floor import PAIRED, left_out
from explorer.multiverse.run import Multiverse
from explorer.multiverse.selection import by_score

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

FLIPS = 1_999
AT_ONCE = 2_000_000
"""Signs, or sums, that are held at a time."""
STEPS = 20
"""Into how many parts the work is cut at least, so that progress can be shown."""
ALPHA = 0.05
SMALLEST_TAIL = 1e-16
"""A tail of t below this counts as this, so that no single definition outweighs all others in the mean Z."""
DUST = 1e-13
"""Share of the mean square below which a variance is rounding error."""

READ_AS = (
    "The test asks whether each patient's change, in all definitions at once, was as likely to go the other way. A "
    "small p speaks against that, not for the drug: the natural course, and patients who came because they were worse "
    "than usual, also move scores. The three figures are three views of one curve, to be read together."
)

SELECTED = (
    "they choose patients by a baseline score, or the best or the worst of several scores, and such scores come back "
    "towards the usual by themselves"
)
"""Why definitions are left out of the test."""


@dataclass(frozen=True)
class Tested:
    """One figure of the curve, and the share of sign flips that give one as far from no change."""

    observed: float
    p: float


@dataclass(frozen=True)
class JointTest:
    """The joint test of one score's curve, as far as it has come.

    Attributes
    ----------
    instrument : str
    n : int
        Definitions on the curve, each different choice of windows and criteria once; those with one pair alone, or
        without any change, have no t and are left out.
    n_patients : int
        Patients whose change differs from 0 in any of them.
    done, of : int
        Patterns of signs looked at so far, and all.
    exact : bool
        Whether all patterns there are get listed; else they are drawn at random.
    median : Tested
        The median of the mean changes, in points.
    significant : Tested
        The share of definitions significant at 5 % in the direction that more of them have.
    n_significant : int
        How many those are.
    mean_z : Tested
        The mean of the definitions' Z values, after Stouffer.
    n_by_score : int
        Definitions of the curve left out because they let in patients by a baseline score, or pick the best or the
        worst score: their scores move without any change (see `explorer.multiverse.selection`).
    n_few : int
        Definitions left out because too few patients have both scores (see `explorer.multiverse.floor`).
    """

    instrument: str
    n: int
    n_patients: int
    done: int
    of: int
    exact: bool
    median: Tested
    significant: Tested
    n_significant: int
    mean_z: Tested
    n_by_score: int = 0
    n_few: int = 0

    def __str__(self) -> str:
        return f"{self._found()}{self._left_out()}"

    def _left_out(self) -> str:
        few = f" {left_out(self.n_few, PAIRED)}." if self.n_few else ""
        if not self.n_by_score:
            return few
        are = "1 more definition is" if self.n_by_score == 1 else f"{self.n_by_score:,} more definitions are"
        return f" {are} left out: {SELECTED}.{few}"

    def _found(self) -> str:
        return (
            f"Over {self.n:,} definitions the median change of {self.instrument} is {self.median.observed:.2f} points "
            f"({_p(self.median.p)}); {share_of(self.n_significant, self.n)} are significant at 5 % in the same "
            f"direction ({_p(self.significant.p)}); the mean Z is {self.mean_z.observed:.2f} ({_p(self.mean_z.p)}). "
            f"{'All' if self.exact else 'Random'} sign patterns of {self.n_patients} patients: {self.done:,}."
        )


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def joint_test(multiverse: Multiverse, instrument: str, flips: int = FLIPS, seed: int = 0) -> Iterator[JointTest]:
    """Test the whole curve of a score's change against no change.

    Under the null each patient's change is as likely to have gone the other way. The sign of a patient's change is
    flipped in all definitions at once, so that what they share stays shared, and the curve is drawn anew. Three figures
    are compared with those of the flipped curves, each two-sided: the median of the estimates, the share that is
    significant in the dominant direction, and the mean Z.

    Where patients are let in by a baseline score, or a score is picked for being the best or the worst, a change is more
    likely to go one way though nothing happens, and the test would find that. Such definitions are left out, and counted.

    Parameters
    ----------
    multiverse : Multiverse
    instrument : str
    flips : int
        Patterns of signs. Where no more than these exist, all are listed and p is their share; else they are drawn and
        p is (b + 1) / (flips + 1), so never 0.
    seed : int
        Of the generator that draws signs.

    Returns
    -------
    iterator of JointTest
        After every part of the flips, so that progress can be shown; the last is the result.

    Raises
    ------
    DefinitionError
        At once, where the cohort is synthetic, hypothetical additions are counted in, no definition can be tested, or
        all choose by score.

    Notes
    -----
    U. Simonsohn, J. P. Simmons and L. D. Nelson, Specification curve analysis, Nature Human Behaviour 4 (2020) 1208.
    They shuffle what was randomised, or bootstrap under the null; one group measured twice has its signs to flip.
    """
    refuse_synthetic(multiverse.cohort)
    sets = change_sets(multiverse, instrument)
    curve = change_curve(multiverse, instrument)
    chosen = by_score(multiverse.listing)[curve.rows]
    of_curve = sets.which[curve.rows[~chosen]]
    if sets.invented[of_curve].any():
        raise DefinitionError("Hypothetical additions are counted in: nothing is tested on invented patients.")
    if chosen.any() and chosen.all():
        raise DefinitionError(f"Nothing is left to test, of {definitions(len(chosen))}: {SELECTED}.")
    weight = np.bincount(of_curve, minlength=len(sets)) * _testable(sets.changes)
    if not weight.any():
        raise DefinitionError(f"No definition has two patients with both scores of {instrument} and any change.")
    parts = under_flips(sets.changes[weight > 0], weight[weight > 0], flips, seed, instrument)
    return (replace(part, n_by_score=int(chosen.sum()), n_few=curve.n_few) for part in parts)


def _testable(changes: Floats) -> Bools:
    pairs = ~np.isnan(changes)
    found: Bools = (pairs.sum(axis=1) > 1) & (pairs & (changes != 0)).any(axis=1)
    return found


def under_flips(
    changes: Floats, weight: Ints, flips: int = FLIPS, seed: int = 0, instrument: str = ""
) -> Iterator[JointTest]:
    """Test given changes (see `joint_test`).

    Parameters
    ----------
    changes : array of float, (samples, patients)
        NaN where a sample leaves a patient out; each with two patients or more, and one change that is not 0.
    weight : array of int, one entry per sample
        How many definitions look at it.
    """
    curve = _Curve(changes, weight)
    exact = 2**curve.n_patients <= flips
    of = 2**curve.n_patients if exact else flips
    observed = curve.figures(np.ones((curve.n_patients, 1)))
    # Sums of the same changes in another order differ in the last digits; within this they are the same.
    least = np.abs(observed) - 1e-9 * np.maximum(1, np.abs(observed))
    beyond, done = np.zeros(3, np.int64), 0
    for signs in _patterns(curve, of, None if exact else seed):
        beyond += (np.abs(curve.figures(signs)) >= least).sum(axis=1)
        done += signs.shape[1]
        p = beyond / done if exact else (beyond + 1) / (done + 1)
        median, significant, z = observed[:, 0].tolist()
        yield JointTest(
            instrument=instrument,
            n=curve.n,
            n_patients=curve.n_patients,
            done=done,
            of=of,
            exact=exact,
            median=Tested(median, float(p[0])),
            significant=Tested(significant / curve.n, float(p[1])),
            n_significant=int(significant),
            mean_z=Tested(z, float(p[2])),
        )


class _Curve:
    """Samples of changes, ready to have their signs flipped.

    Patients whose change is 0 everywhere have no sign; neither pairs nor squares change with signs, only sums do.
    """

    def __init__(self, changes: Floats, weight: Ints) -> None:
        self.weight, self.n = weight, int(weight.sum())
        held = np.where(np.isnan(changes), 0.0, changes)
        self.changes: Floats = held[:, (held != 0).any(axis=0)]
        self.pairs: Floats = (~np.isnan(changes)).sum(axis=1, keepdims=True).astype(float)
        self.squares: Floats = (held**2).sum(axis=1, keepdims=True)

    @property
    def n_patients(self) -> int:
        """Patients who have a sign to flip."""
        return int(self.changes.shape[1])

    def figures(self, signs: Floats) -> Floats:
        """Return the three figures of the curve under patterns of signs.

        Parameters
        ----------
        signs : array of float, (patients, patterns)

        Returns
        -------
        array of float, (3, patterns)
            Median of the means; definitions significant at 5 % in the direction that more have; mean Z.
        """
        means = self.changes @ signs / self.pairs
        tail = np.maximum(special.stdtr(self.pairs - 1, -self._t(np.abs(means))), SMALLEST_TAIL)
        up, down = ((2 * tail < ALPHA) & side for side in (means > 0, means < 0))
        z = -np.sign(means) * special.ndtri(tail)
        median = np.median(np.repeat(means, self.weight, axis=0), axis=0)
        return np.stack([median, np.maximum(self.weight @ up, self.weight @ down), self.weight @ z / self.n])

    def _t(self, means: Floats) -> Floats:
        """Return t; infinite where all changes are equal, as flipped signs may make them."""
        left = self.squares - self.pairs * means**2
        variance = np.where(left <= DUST * self.squares, 0.0, left) / (self.pairs - 1)
        with np.errstate(divide="ignore"):
            return np.where(means == 0, 0.0, means / np.sqrt(variance / self.pairs))


def _patterns(curve: _Curve, n: int, seed: int | None) -> Iterator[Floats]:
    """Give patterns of signs, (patients, patterns), some at a time: drawn with a seed, or else all that there are."""
    random = np.random.default_rng(seed)
    step = max(1, min(-(-n // STEPS), AT_ONCE // max(curve.changes.shape)))
    for start in range(0, n, step):
        size = min(step, n - start)
        if seed is None:
            bits = np.arange(start, start + size) >> np.arange(curve.n_patients)[:, np.newaxis] & 1
        else:
            bits = random.integers(0, 2, (size, curve.n_patients)).T
        yield np.where(bits == 1, 1.0, -1.0)
