"""Everything the source leaves open, settled once per draw before any score is sampled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from explorer.reconstruction.facts import published
from explorer.statistics.grim import consistent_sizes, counts_printing

INSTRUMENTS = ("BSA", "PPNRS", "IGA")
ITEMS = ("fewer_flares", "less_topical", "overall_benefit")
PATIENTS = 49

# The second part of every seed says what it is for. Seeds of different lengths alone would not
# do: numpy fills a short one up with zeros.
SCENARIO_SEED, CHAIN_SEED, DAYS_SEED = 1, 2, 3

# Over whom the IGA means are taken, and over whom the 14 %: shares of the ensemble. Means over whoever
# had a score are much easier to reconcile with "not significant", so they get the larger part.
FAMILIES = {"paired": 0.20, "paired49": 0.10, "available": 0.45, "available49": 0.25}
# What counted as improvement; see `improvement` below.
READINGS = {"mid": 0.5, "thr": 0.3, "any": 0.2}
# How many hypothetical patients are added.
ADDITIONS = {"usual": 0.5, "half": 0.25, "more": 0.25}
PRINTED_MEANS = tuple(
    published().fact(f"{instrument.lower()}_{time}").value
    for instrument in INSTRUMENTS
    for time in ("baseline", "follow_up")
)


class Evaluable(NamedTuple):
    """How many patients have one score: at baseline, at follow-up, and at both."""

    baseline: int
    follow_up: int
    paired: int


@dataclass(frozen=True)
class Scenario:
    """One way to fill in what the source does not say.

    Parameters
    ----------
    family : str
        Which patients the IGA means and the 14 % refer to, a key of `FAMILIES`.
    reading : str
        What counted as improvement, a key of `READINGS`.
    scores : tuple of Evaluable
        How many have BSA, PP-NRS and IGA.
    clear, clear_of : int
        Patients with a follow-up IGA of 1 or less, and the denominator of the 14 %.
    reported : tuple of int
        How many answer yes to fewer flares, less topical treatment and overall benefit.
    naive_improved : int
        How many of those who never used dupilumab improved.
    additions : str
        How many hypothetical patients are added, a key of `ADDITIONS`.
    """

    family: str
    reading: str
    scores: tuple[Evaluable, Evaluable, Evaluable]
    clear: int
    clear_of: int
    reported: tuple[int, int, int]
    naive_improved: int
    additions: str

    @property
    def iga_mode(self) -> str:
        """Whether the IGA means are over `paired` patients or whoever was `available`."""
        return self.family.removesuffix("49")


def allocate(draws: int) -> list[tuple[str, str, str]]:
    """Share families, readings and numbers of additions out evenly over the draws.

    Each draw goes to the family, within it to the reading, and within that to the number, that is furthest behind its
    share; so any number of draws is close to the intended mix, and the first is always an available-case draw with
    the `mid` reading.

    Returns
    -------
    list of (family, reading, additions)
    """
    chosen: list[tuple[str, str, str]] = []
    for _ in range(draws):
        family = _furthest_behind(FAMILIES, [each[0] for each in chosen])
        reading = _furthest_behind(READINGS, [each[1] for each in chosen if each[0] == family])
        alike = [each[2] for each in chosen if each[:2] == (family, reading)]
        chosen.append((family, reading, _furthest_behind(ADDITIONS, alike)))
    return chosen


def _furthest_behind(shares: dict[str, float], sofar: list[str]) -> str:
    return max(shares, key=lambda name: shares[name] * (len(sofar) + 1) - sofar.count(name))


def draw_scenario(rng: np.random.Generator, family: str, reading: str, additions: str) -> Scenario:
    """Draw the numbers of patients and reports for one family, reading and number of additions."""
    facts = published()
    iga, clear, clear_of = _iga(rng, family)
    return Scenario(
        family=family,
        reading=reading,
        scores=(_mostly_paired(rng, 0, 22, 43), _mostly_paired(rng, 2, 18, 41), iga),
        clear=clear,
        clear_of=clear_of,
        reported=(
            int(rng.choice(facts.counts("C11"))),
            int(rng.choice(facts.counts("C10"))),
            int(rng.integers(14, 23)),
        ),
        naive_improved=int(rng.binomial(PATIENTS - facts.counts("C2")[0], 0.5)),
        additions=additions,
    )


def _mostly_paired(rng: np.random.Generator, column: int, low: int, high: int) -> Evaluable:
    """Draw the sizes for BSA or PP-NRS, whose published means are over the paired patients."""
    before, after = (_sizes(shown, high) for shown in PRINTED_MEANS[column : column + 2])
    paired = int(rng.choice([n for n in before if n in after and n >= low]))
    left = PATIENTS - paired
    baseline_only, follow_up_only = (int(rng.integers(3, min(7, left // 2) + 1)) for _ in range(2))
    return Evaluable(paired + baseline_only, paired + follow_up_only, paired)


def _sizes(shown: str, most: int) -> tuple[int, ...]:
    return consistent_sizes(shown, most, strictly=True)


def _iga(rng: np.random.Generator, family: str) -> tuple[Evaluable, int, int]:
    """Draw the IGA sizes, how many reached 1 or less, and out of how many."""
    if family.startswith("paired"):
        n = int(rng.choice([42, 43] if family == "paired" else [42, 43, 47]))
        sizes = Evaluable(n + (PATIENTS - n) // 2, n, n)
    else:
        sizes = _iga_available(rng, over_all=family.endswith("49"))
    clear_of = PATIENTS if family.endswith("49") else sizes.follow_up
    return sizes, counts_printing(published().fact("iga_0_1").value, clear_of)[0], clear_of


def _iga_available(rng: np.random.Generator, over_all: bool) -> Evaluable:
    """Draw IGA sizes that differ between the times, with a large overlap."""
    percent = published().fact("iga_0_1").value
    before, after = ([n for n in _sizes(shown, PATIENTS) if n >= 20] for shown in PRINTED_MEANS[4:])
    pairs = [
        (n0, n1)
        for n0 in before
        for n1 in after
        if n0 != n1 and abs(n0 - n1) <= 15 and n1 <= 43 and (over_all or counts_printing(percent, n1))
    ]
    n0, n1 = pairs[rng.integers(len(pairs))]
    most = min(n0, n1)
    least = max(15, n0 + n1 - PATIENTS, most - 6)
    return Evaluable(n0, n1, int(rng.integers(least, most + 1)))


def draw_recorded(rng: np.random.Generator, scenario: Scenario) -> npt.NDArray[np.bool_]:
    """Draw who has which score, at random, so that everyone has at least one at follow-up.

    Returns
    -------
    array of bool, shape (49, 6)
        Columns are BSA, PP-NRS and IGA, each at baseline and at follow-up.
    """
    recorded = np.zeros((PATIENTS, 6), bool)
    for column, sizes in zip((0, 2, 4), scenario.scores, strict=True):
        order = rng.permutation(PATIENTS)
        end = sizes.baseline + sizes.follow_up - sizes.paired
        recorded[order[: sizes.baseline], column] = True
        recorded[order[: sizes.paired], column + 1] = True
        recorded[order[sizes.baseline : end], column + 1] = True
    while not recorded[:, 1::2].any(axis=1).all():
        _give_a_follow_up(rng, recorded)
    return recorded


def _give_a_follow_up(rng: np.random.Generator, recorded: npt.NDArray[np.bool_]) -> None:
    """Let a patient without any follow-up score change places, in one instrument, with one who has several."""
    scores = recorded[:, 1::2].sum(axis=1)
    without = rng.choice(np.flatnonzero(scores == 0))
    column = 2 * rng.integers(3)
    several = np.flatnonzero(recorded[:, column + 1] & (scores >= 2))
    if several.size:
        pair = [without, rng.choice(several)]
        recorded[pair, column : column + 2] = recorded[pair[::-1], column : column + 2]


def improvement(
    scores: npt.NDArray[np.int64],
    yes: npt.NDArray[np.bool_],
    paired: npt.NDArray[np.bool_],
    reading: npt.NDArray[np.str_],
) -> npt.NDArray[np.bool_]:
    """Say who improved, in each of the three readings of "objective scores or patient-reported benefit".

    `thr`: BSA halved, PP-NRS down 4 points, IGA down to 1 or less, or overall benefit. `mid`: the same scores, or
    any of the three reports. `any`: any score down at all, or any of the three reports.

    Parameters
    ----------
    scores : array, shape (..., 6)
        BSA, PP-NRS and IGA, each at baseline and at follow-up.
    yes : array, shape (..., 3)
        Fewer flares, less topical treatment, overall benefit.
    paired : array, shape (..., 3)
        Which instruments have both scores; a change is not known otherwise, and counts as none.
    reading : array of str, shape (...)
        The reading that applies; broadcast against the patients.
    """
    before, after = scores[..., 0::2], scores[..., 1::2]
    fell = paired & (after < before)
    met = (
        (fell[..., 0] & (2 * after[..., 0] <= before[..., 0]))
        | (fell[..., 1] & (before[..., 1] - after[..., 1] >= 4))
        | (fell[..., 2] & (after[..., 2] <= 1))
    )
    scored = np.where(reading == "any", fell.any(axis=-1), met)
    return scored | np.where(reading == "thr", yes[..., 2], yes.any(axis=-1))
