"""How every part of a response rule came out, down to the simplest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.study.facts import Facts
from explorer.study.response import AllOf, AnyOf, AtLeast, Rule
from explorer.study.truth import FALSE, TRUE, UNKNOWN, Truth, all_of, any_of, at_least

Bools = npt.NDArray[np.bool_]
SAID = {int(FALSE): "false", int(UNKNOWN): "unknown", int(TRUE): "true"}


@dataclass(frozen=True, eq=False)
class Judged:
    """A rule with its verdict on every patient, counts among some of them, and the same of each of its parts.

    Attributes
    ----------
    truth : array of int8, one entry per patient of the cohort
        True, false or unknown (see `study.truth`), whatever is done with unknown outcomes later.
    n_true, n_false, n_unknown : int
        Counted among the patients asked about.
    """

    rule: Rule
    truth: Truth
    n_true: int
    n_false: int
    n_unknown: int
    parts: tuple[Judged, ...] = ()

    def of(self, row: int) -> str:
        """Say how the rule came out for the patient in one row of `patients`: true, false or unknown."""
        return SAID[int(self.truth[row])]


def judged(rule: Rule, facts: Facts, who: Bools) -> Judged:
    """Judge a rule and all its parts, each once.

    Parameters
    ----------
    who : array of bool, one entry per patient
        Among whom verdicts are counted.
    """
    if isinstance(rule, (AnyOf, AllOf, AtLeast)):
        parts = tuple(judged(part, facts, who) for part in rule.rules)
        truth = _together(rule, [part.truth for part in parts])
    else:
        parts, truth = (), rule.met_by(facts)
    n_false, n_unknown, n_true = np.bincount(truth[who], minlength=3).tolist()
    return Judged(rule, truth, n_true, n_false, n_unknown, parts)


def _together(rule: AnyOf | AllOf | AtLeast, truths: Sequence[Truth]) -> Truth:
    if isinstance(rule, AtLeast):
        return at_least(truths, rule.count)
    return any_of(truths) if isinstance(rule, AnyOf) else all_of(truths)
