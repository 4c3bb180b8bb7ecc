"""Which parts of the response rule hold together: patients by the exact combination of parts that are true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.analysis.analyse import Analysis
from explorer.analysis.attrition import entering
from explorer.analysis.response import Part, by_part
from explorer.study.response import AnyOf, AtLeast, Combined, Rule
from explorer.study.truth import FALSE, TRUE, UNKNOWN

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

VERDICTS = {"responder": TRUE, "no response": FALSE, "unknown": UNKNOWN}
MOST_PARTS = 10
MOST_COMBINATIONS = 12


@dataclass(frozen=True)
class Segment:
    """Patients of one combination who came out alike: `responder`, `no response` or `unknown`."""

    verdict: str
    hypothetical: bool
    n: int


@dataclass(frozen=True)
class Combination:
    """Patients in whom exactly these parts are true.

    Attributes
    ----------
    true : tuple of bool
        Of each part, whether it is true in them.
    n_unknown : tuple of int
        Of each part, in how many of them it is unknown.
    segments : tuple of Segment
        The patients by verdict, before any missing-outcome policy.
    """

    true: tuple[bool, ...]
    n_unknown: tuple[int, ...]
    segments: tuple[Segment, ...]

    @property
    def n(self) -> int:
        """All patients of the combination."""
        return sum(segment.n for segment in self.segments)

    @property
    def n_hypothetical(self) -> int:
        """Hypothetical additions among them."""
        return hypothetical(self.segments)


@dataclass(frozen=True)
class RuleSets:
    """The parts of a rule, alone and together.

    Attributes
    ----------
    how : str
        How the rule joins its parts: `any of`, `all of`, `at least 2 of`, or `one` for a rule without parts.
    parts, hypothetical : tuple of Part
        Each part among all patients in whom response is counted, and among the hypothetical additions of these.
    n_entering, n_among : int
        How many could be analysed under any definition, and in how many response is counted.
    n, n_hypothetical : int
        Patients whose combinations are counted (of an `any of`, the responders; of any other rule, those in
        whom at least one part is true), and the hypothetical additions among them.
    n_responders, n_unknown : int
        Responders, and outcomes unknown, before any missing-outcome policy.
    combinations : tuple of Combination
        The commonest, single parts first, then pairs and so on in the order of the rule.
    rest : tuple of Segment
        Patients in rarer combinations, by verdict.
    n_rest_combinations : int
        How many of those there are.
    n_alone, n_alone_hypothetical : int
        Patients in whom exactly one part is true, and the hypothetical additions among them.
    """

    how: str
    parts: tuple[Part, ...]
    hypothetical: tuple[Part, ...]
    n_entering: int
    n_among: int
    n: int
    n_hypothetical: int
    n_responders: int
    n_unknown: int
    combinations: tuple[Combination, ...]
    rest: tuple[Segment, ...]
    n_rest_combinations: int
    n_alone: int
    n_alone_hypothetical: int

    @property
    def n_rest(self) -> int:
        """Patients in rarer combinations."""
        return sum(segment.n for segment in self.rest)


def hypothetical(segments: Sequence[Segment]) -> int:
    """Count the hypothetical additions in some segments."""
    return sum(segment.n for segment in segments if segment.hypothetical)


def rule_sets(analysis: Analysis) -> RuleSets:
    """Count the patients of an analysis by the exact combination of rule parts that are true in them."""
    rule, who = unwrapped(analysis.study.response.rule), analysis.response.among
    truths = _truths(analysis)
    counted = _counted(analysis, truths)
    verdict, invented = analysis.response.outcome.verdict, analysis.cohort.hypothetical
    found = _combinations(truths[:, counted], verdict[counted], invented[counted])
    alone = [each for each in found if sum(each.true) == 1]
    by_size = sorted(found, key=lambda each: -each.n)
    kept, rare = by_size[:MOST_COMBINATIONS], by_size[MOST_COMBINATIONS:]
    return RuleSets(
        how=_how(rule),
        parts=by_part(AnyOf(rules=shown_parts(rule)), analysis.facts, who, verdict),
        hypothetical=by_part(AnyOf(rules=shown_parts(rule)), analysis.facts, who & invented, verdict),
        n_entering=int(entering(analysis.facts).sum()),
        n_among=analysis.response.n_among,
        n=int(counted.sum()),
        n_hypothetical=int((counted & invented).sum()),
        n_responders=int((verdict[who] == TRUE).sum()),
        n_unknown=analysis.response.n_unknown,
        combinations=tuple(sorted(kept, key=_by_parts)),
        rest=_together([segment for each in rare for segment in each.segments]),
        n_rest_combinations=len(rare),
        n_alone=sum(each.n for each in alone),
        n_alone_hypothetical=sum(each.n_hypothetical for each in alone),
    )


def patients_in(analysis: Analysis, sets: RuleSets, combination: Combination | None) -> Bools:
    """Say of each patient of the cohort whether exactly the parts of a combination are true in them.

    Parameters
    ----------
    sets : RuleSets
        Of the same analysis.
    combination : Combination, optional
        One of the sets; None stands for the rarer ones together.
    """
    truths = _truths(analysis)
    of = sets.combinations if combination is None else (combination,)
    named: Bools = np.logical_or.reduce([(each.true == (truths == TRUE).T).all(axis=1) for each in of])
    return _counted(analysis, truths) & (~named if combination is None else named)


def _truths(analysis: Analysis) -> npt.NDArray[np.int8]:
    """Judge every patient of the cohort by every part of the rule; (parts, patients)."""
    rule = unwrapped(analysis.study.response.rule)
    return np.stack([piece.met_by(analysis.facts) for piece in shown_parts(rule)])


def _counted(analysis: Analysis, truths: npt.NDArray[np.int8]) -> Bools:
    """Say whose combination of parts is counted: see `RuleSets.n`."""
    response = analysis.response
    any_of = isinstance(unwrapped(analysis.study.response.rule), AnyOf)
    shown: Bools = response.outcome.verdict == TRUE if any_of else (truths == TRUE).any(axis=0)
    return response.among & shown


def unwrapped(rule: Rule) -> Rule:
    """Take off combinations of a single part, which say no more than the part."""
    return unwrapped(rule.rules[0]) if isinstance(rule, Combined) and len(rule.rules) == 1 else rule


def shown_parts(rule: Rule) -> tuple[Rule, ...]:
    """Return the parts of a rule, those beyond the ninth taken together; a rule without parts is its own."""
    if not isinstance(rule, Combined):
        return (rule,)
    if len(rule.rules) <= MOST_PARTS:
        return rule.rules
    together = AnyOf if isinstance(rule, (AnyOf, AtLeast)) else type(rule)
    return (*rule.rules[: MOST_PARTS - 1], together(rules=rule.rules[MOST_PARTS - 1 :]))


def _how(rule: Rule) -> str:
    if isinstance(rule, AtLeast):
        return f"at least {rule.count} of"
    return rule.kind.replace("_", " ") if isinstance(rule, Combined) else "one"


def _by_parts(each: Combination) -> tuple[int, tuple[int, ...]]:
    places = tuple(place for place, true in enumerate(each.true) if true)
    return len(places), places


def _combinations(truths: npt.NDArray[np.int8], verdict: npt.NDArray[np.int8], invented: Bools) -> list[Combination]:
    """Count every combination that occurs; one code per patient, a bit per part."""
    n_parts = len(truths)
    code: Ints = ((truths == TRUE) * (1 << np.arange(n_parts))[:, np.newaxis]).sum(axis=0)
    cells = np.bincount(code * 6 + verdict * 2 + invented, minlength=6 << n_parts).reshape(-1, 6)
    unknown = np.stack([np.bincount(code[part == UNKNOWN], minlength=1 << n_parts) for part in truths], axis=1)
    return [
        Combination(
            true=tuple(bool(one >> place & 1) for place in range(n_parts)),
            n_unknown=tuple(unknown[one].tolist()),
            segments=_segments(cells[one]),
        )
        for one in np.flatnonzero(cells.sum(axis=1)).tolist()
    ]


def _segments(cells: Ints) -> tuple[Segment, ...]:
    return tuple(
        Segment(verdict, bool(invented), int(cells[2 * code + invented]))
        for verdict, code in VERDICTS.items()
        for invented in (0, 1)
        if cells[2 * code + invented]
    )


def _together(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Add up the patients of several combinations who came out alike."""
    total = Counter({(verdict, invented): 0 for verdict in VERDICTS for invented in (False, True)})
    for segment in segments:
        total[segment.verdict, segment.hypothetical] += segment.n
    return tuple(Segment(*alike, n) for alike, n in total.items() if n)
