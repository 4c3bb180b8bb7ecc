"""Statistics on ranks and resamples for every definition: asked for apart, and computed once per different sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.analysis.resampling import RESAMPLES
from explorer.multiverse.change_sets import ChangeSets, change_sets
from explorer.multiverse.run import Multiverse
from explorer.statistics.bootstrap import bca
from explorer.statistics.paired import hodges_lehmann, wilcoxon

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ranks:
    """Signed-rank statistics of the change of one score, one entry per study; NaN where there is none.

    The names and the arithmetic are those of `explorer.analysis.change`: zeros by Pratt's method, p exact up to 50
    patients, the median of the Walsh averages with its limits. p and limits are withheld where hypothetical additions
    are counted in.
    """

    p_wilcoxon: Floats
    hodges_lehmann: Floats
    hodges_lehmann_low: Floats
    hodges_lehmann_high: Floats


def ranks(multiverse: Multiverse, instrument: str) -> Ranks:
    """Rank the changes of a score under every definition."""
    sets, confidence = change_sets(multiverse, instrument), multiverse.listing.grid.base.confidence
    columns = np.array([_ranked(sets, number, confidence) for number in range(len(sets))]).reshape(-1, 4).T
    return Ranks(*(sets.spread(column) for column in columns))


def _ranked(sets: ChangeSets, number: int, confidence: float) -> tuple[float, float, float, float]:
    sample = sets.sample(number)
    centre = hodges_lehmann(sample, confidence)
    if sets.invented[number]:
        return np.nan, centre.estimate, np.nan, np.nan
    return wilcoxon(sample).p, centre.estimate, centre.low, centre.high


@dataclass(frozen=True, eq=False)
class Bootstrapped:
    """Bootstrap intervals of the mean change as far as they have come.

    Attributes
    ----------
    done, of : int
        Samples resampled so far, and all.
    bca_low, bca_high : array of float, one entry per study
        Bias-corrected and accelerated limits in points; NaN where not yet computed, or where there are none.
    """

    done: int
    of: int
    bca_low: Floats
    bca_high: Floats


def bootstrapped(
    multiverse: Multiverse, instrument: str, resamples: int = RESAMPLES, seed: int = 0
) -> Iterator[Bootstrapped]:
    """Resample the changes of a score under every definition, a number of samples at a time.

    Parameters
    ----------
    multiverse : Multiverse
    instrument : str
    resamples : int
        Of each sample.
    seed : int
        Of each sample's generator, as in `explorer.analysis.resampling`.

    Yields
    ------
    Bootstrapped
        After every twentieth of the samples; the last holds all.
    """
    sets, confidence = change_sets(multiverse, instrument), multiverse.listing.grid.base.confidence
    limits = np.full((2, len(sets)), np.nan)
    step = max(1, len(sets) // 20)
    for start in range(0, max(1, len(sets)), step):
        done = min(start + step, len(sets))
        for number in range(start, done):
            if not sets.invented[number]:
                found = bca(sets.sample(number), resamples=resamples, seed=seed, confidence=confidence)
                limits[:, number] = found.low, found.high
        yield Bootstrapped(done, len(sets), *(sets.spread(column) for column in limits))
