"""Where the definition in force stands among those that ask the same question."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.multiverse.curve import Curve
from explorer.multiverse.estimates import count, percent, share_of
from explorer.multiverse.floor import EVALUABLE, PAIRED, left_out

SAME = 1e-11
"""Estimates nearer than this are the same: means of the same changes may differ in the last binary digits."""

NO_PROBABILITY = (
    "Only definitions with the same responder rule are compared, since different rules ask different questions. The "
    "rank is no probability: definitions are choices, not draws, and nothing says that they are equally likely."
)
NO_PROBABILITY_OF_CHANGE = (
    "The rank is no probability: definitions are choices, not draws, and nothing says that they are equally likely."
)


@dataclass(frozen=True)
class Standing:
    """The rank of the definition in force on a curve.

    Attributes
    ----------
    about : str, optional
        The instrument whose mean change is ranked; None for the response rate.
    lower_is_better : bool
        Whether a lower figure is the better one: of a change, as the instrument has it; never of a rate.
    value : float
        What the definition in force gives: a rate (0 to 1) or a mean change (points).
    n_lower, n_same, n_higher : int
        Definitions that give less, the same (the one in force itself among them) and more.
    n_without : int
        Definitions with the same rule that give no rate, and so have no place on the curve; 0 for a change.
    n_few : int
        Definitions left out because they have too few patients.
    lowest, highest : int
        Rows of definitions at the two ends of the curve.
    lowest_value, highest_value : float
    counts : three pairs of int
        Responders and denominator in force, at the lowest and at the highest; empty for a change.
    """

    about: str | None
    lower_is_better: bool
    value: float
    n_lower: int
    n_same: int
    n_higher: int
    n_without: int
    n_few: int
    lowest: int
    highest: int
    lowest_value: float
    highest_value: float
    counts: tuple[tuple[float, float], ...]

    @property
    def n(self) -> int:
        """All definitions on the curve."""
        return self.n_lower + self.n_same + self.n_higher

    @property
    def caution(self) -> str:
        """What a rank does not say; to be shown beside it."""
        return NO_PROBABILITY if self.about is None else NO_PROBABILITY_OF_CHANGE

    def __str__(self) -> str:
        here, lowest, highest = self._said()
        if self.n == 1:
            return f"{here}: the only definition {self._alike} that gives a figure.{self._missing}"
        (more, n_more), (less, n_less) = self._sides()
        return (
            f"{here}: {more} than {share_of(n_more, self.n)} of the {self.n:,} definitions {self._alike}, "
            f"the same as {share_of(self.n_same, self.n)}, itself included, and {less} than "
            f"{share_of(n_less, self.n)}. They run from {lowest} to {highest}.{self._missing}"
        )

    def _sides(self) -> tuple[tuple[str, int], tuple[str, int]]:
        """Say which definitions it is beyond, and which are beyond it: of a change, "higher" may mean worse."""
        if self.about is None:
            return ("higher", self.n_lower), ("lower", self.n_higher)
        beyond, behind = self.n_lower, self.n_higher
        if self.lower_is_better:
            beyond, behind = behind, beyond
        return ("a better change", beyond), ("a worse one", behind)

    @property
    def _alike(self) -> str:
        return "with this responder rule" if self.about is None else f"of the change of {self.about}"

    @property
    def _missing(self) -> str:
        without = f" {self.n_without:,} more with this rule give no rate." if self.n_without else ""
        return f" {left_out(self.n_few, self._whom)} of this comparison.{without}" if self.n_few else without

    @property
    def _whom(self) -> str:
        return EVALUABLE if self.about is None else PAIRED

    def _said(self) -> list[str]:
        values = (self.value, self.lowest_value, self.highest_value)
        if self.about is not None:
            return [f"{value:.2f} points" for value in values]
        return [f"{count(k)}/{count(n)} ({percent(rate)})" for (k, n), rate in zip(self.counts, values, strict=True)]


def standing(curve: Curve) -> Standing | None:
    """Rank the definition in force among those on a curve; None where it has no place on it.

    Best and worst case of unknown outcomes are bounds of every definition, not definitions, and are not ranked.
    """
    if curve.in_force is None:
        return None
    value = curve.value[curve.in_force]
    lower, higher = int((curve.value < value - SAME).sum()), int((curve.value > value + SAME).sum())
    at = np.array([curve.in_force, 0, len(curve) - 1])
    return Standing(
        about=curve.about,
        lower_is_better=curve.about is not None and curve.multiverse.cohort.instruments[curve.about].lower_is_better,
        value=float(value),
        n_lower=lower,
        n_same=len(curve) - lower - higher,
        n_higher=higher,
        n_without=_without(curve),
        n_few=curve.n_few,
        lowest=int(curve.rows[0]),
        highest=int(curve.rows[-1]),
        lowest_value=float(curve.value[0]),
        highest_value=float(curve.value[-1]),
        counts=_counts(curve, curve.rows[at]),
    )


def _without(curve: Curve) -> int:
    if curve.about is not None:
        return 0
    rule = curve.multiverse.rule
    return int((rule == rule[curve.rows[0]]).sum()) - len(curve) - curve.n_few


def _counts(curve: Curve, rows: npt.NDArray[np.intp]) -> tuple[tuple[float, float], ...]:
    if curve.about is not None:
        return ()
    found = curve.multiverse.response
    return tuple(zip(found.n_responders[rows].tolist(), found.n_evaluable[rows].tolist(), strict=True))
