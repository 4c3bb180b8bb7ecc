"""Two definitions on the same patients: who is judged alike, how far the rates lie apart, and which change did it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from explorer.analysis.analyse import Analysis
from explorer.analysis.response import parts
from explorer.analysis.standing import NO_RESPONSE, NOT_ELIGIBLE, STANDINGS, UNKNOWN, Codes, judged, standing
from explorer.errors import DefinitionError
from explorer.statistics.paired_proportions import Difference, Kappa, PairedTable, difference, kappa, mcnemar
from explorer.study.differences import SUBJECTS
from explorer.study.frozen import Frozen
from explorer.study.response import AtLeast, Combined, Response, Rule
from explorer.study.study import Study
from explorer.study.truth import TRUE

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
P = TypeVar("P", bound=Frozen)
NAN = float("nan")

FIELDS = (
    "index_drug",
    "prior_drug",
    "index",
    "baseline",
    "follow_up",
    "after_stop",
    "missing",
    "interval",
    "confidence",
    "hypothetical",
)
"""What a study changes as one piece; criteria and parts of the rule are changed one by one."""


@dataclass(frozen=True)
class Single:
    """One difference between two studies, and how many of the patients whose standing changes it explains alone."""

    words: str
    n_explained: int
    possible: bool
    """Whether the change can be made alone: a rule cannot lose its only part before it is given another."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """What becomes of the same patients under study A and under study B.

    Attributes
    ----------
    confidence : float
        Of the intervals: that of A.
    withheld : bool
        Whether hypothetical additions are counted in under A or B, so that nothing is inferred.
    crossed, invented : array of int, (5, 5)
        All patients of the cohort, and of these the hypothetical additions, by their standing under A (rows) and B
        (columns), in the order of `STANDINGS`.
    changes : tuple of Single
        The differences of B from A, one by one.
    changed : array of int
        Rows of the patients whose standing differs, those whose response turns first.
    before, after : array of int8
        Everybody's standing under A and under B.
    responsible : array of bool, (changes, changed)
        Whether the change, made alone to A, already gives the standing under B.
    """

    confidence: float
    withheld: bool
    crossed: Ints
    invented: Ints
    changes: tuple[Single, ...]
    changed: Ints
    before: Codes
    after: Codes
    responsible: Bools

    @cached_property
    def table(self) -> PairedTable:
        """Patients judged under both, by response: yes under both, only under A, only under B, under neither."""
        return _two_by_two(self.crossed)

    @cached_property
    def n_invented(self) -> PairedTable:
        """How many of these are hypothetical additions."""
        return _two_by_two(self.invented)

    @property
    def n_turned(self) -> int:
        """How many are judged under both, and differently."""
        return self.table.first_only + self.table.second_only

    @property
    def n_together(self) -> int:
        """Of how many changed patients no difference alone explains the change."""
        return int((~self.responsible.any(axis=0)).sum())

    @cached_property
    def newcombe(self) -> Difference:
        """Share of responders under A minus that under B, of patients judged under both, with Newcombe's interval."""
        return self._difference("newcombe")

    @cached_property
    def tango(self) -> Difference:
        """The same difference with Tango's interval."""
        return self._difference("tango")

    @cached_property
    def p_exact(self) -> float:
        """McNemar's exact p value; NaN where nobody changes, or it is withheld."""
        return NAN if self.withheld else mcnemar(self.table).p_exact

    @cached_property
    def agreement(self) -> Kappa:
        """Cohen's kappa; NaN where either study judges everybody alike: what agrees then agrees by chance."""
        table = self.table
        if table.first in (0, table.n) or table.second in (0, table.n):
            return Kappa(NAN, NAN, NAN, NAN)
        found = kappa(table, self.confidence)
        return Kappa(found.estimate, NAN, NAN, NAN) if self.withheld else found

    def _difference(self, method: str) -> Difference:
        if self.withheld:
            return Difference(self.table.difference, NAN, NAN, method, self.confidence)
        return difference(self.table, method, self.confidence)


def _two_by_two(crossed: Ints) -> PairedTable:
    return PairedTable(*(int(n) for n in crossed[: NO_RESPONSE + 1, : NO_RESPONSE + 1].flat))


def compare(a: Analysis, b: Analysis) -> Comparison:
    """Compare two analyses of one cohort, patient by patient; remembered by the cohort.

    Parameters
    ----------
    a, b : Analysis
        Of the same cohort. Intervals are made with the confidence of `a`.
    """
    key = ("comparison", a.study.canonical(), b.study.canonical())
    return a.cohort.derived(key, lambda: _compare(a, b))


def _compare(a: Analysis, b: Analysis) -> Comparison:
    before, after, invented = standing(a), standing(b), a.cohort.hypothetical
    changed = _changed(before, after)
    changes, responsible = _explained(a, b, changed, after)
    return Comparison(
        confidence=a.study.confidence,
        withheld=bool((np.minimum(before, after)[invented] < NOT_ELIGIBLE).any()),
        crossed=_crossed(before, after),
        invented=_crossed(before[invented], after[invented]),
        changes=changes,
        changed=changed,
        before=before,
        after=after,
        responsible=responsible,
    )


def _crossed(before: Codes, after: Codes) -> Ints:
    levels = len(STANDINGS)
    return np.bincount(before * levels + after.astype(np.int64), minlength=levels**2).reshape(levels, -1)


def _changed(before: Codes, after: Codes) -> Ints:
    """Rows of the patients whose standing differs: turned from response, turned to it, then the rest."""
    rows = np.flatnonzero(before != after)
    turned = (before[rows] <= NO_RESPONSE) & (after[rows] <= NO_RESPONSE)
    order = np.lexsort((after[rows], before[rows], ~turned))
    return np.asarray(rows[order], np.int64)


def _explained(a: Analysis, b: Analysis, changed: Ints, after: Codes) -> tuple[tuple[Single, ...], Bools]:
    ways, changes, responsible = one_by_one(a.study, b.study), [], []
    for words in b.study.differences(a.study):
        explains = np.zeros(len(changed), bool)
        if words in ways and len(changed):
            explains = judged(a.cohort, ways[words])[changed] == after[changed]
        changes.append(Single(words, int(explains.sum()), words in ways))
        responsible.append(explains)
    return tuple(changes), np.array(responsible, bool).reshape(len(changes), len(changed))


def one_by_one(a: Study, b: Study) -> dict[str, Study]:
    """Return A with each single difference of B put in its place, by the words of that difference.

    A difference that cannot be made alone is left out, as taking away a rule's only part.
    """
    made = [a.replace(**{field: getattr(b, field)}) for field in FIELDS if getattr(a, field) != getattr(b, field)]
    made += [a.replace(eligibility=criteria) for criteria in _each_part(b.eligibility, a.eligibility)]
    for among in _each_part(b.response.among, a.response.among):
        made.append(a.replace(response=a.response.replace(among=among)))
    made += [a.replace(response=response) for response in _responses(a.response, b.response)]
    return {words: study for study in made for words in study.differences(a)}


def _responses(a: Response, b: Response) -> list[Response]:
    made = []
    for rule in _rules(a.rule, b.rule) if a.rule != b.rule else ():
        # Two rules may each be within bounds, and not with a part of one put into the other.
        with suppress(DefinitionError):
            made.append(a.replace(rule=rule))
    return made


def _rules(a: Rule, b: Rule) -> list[Rule]:
    if not (isinstance(a, Combined) and isinstance(b, Combined) and _combine_alike(a, b)):
        return [b]
    made: list[Rule] = []
    for rules in _each_part(b.rules, a.rules):
        # No rule can do without its only part, nor ask for more parts than it has.
        with suppress(DefinitionError):
            made.append(a.replace(rules=rules))
    return made


def _combine_alike(a: Combined, b: Combined) -> bool:
    counts = [rule.count if isinstance(rule, AtLeast) else None for rule in (a, b)]
    return type(a) is type(b) and counts[0] == counts[1]


def _each_part(now: Sequence[P], then: Sequence[P]) -> list[tuple[P, ...]]:
    """Return `then` with one part changed, added or taken away as in `now`, once for each such difference."""
    if tuple(now) == tuple(then):
        return []
    came, went = [part for part in now if part not in then], [part for part in then if part not in now]
    ways: list[tuple[P, ...]] = []
    for part in came:
        before = next((old for old in went if _subject(old) == _subject(part)), None)
        if before is None:
            ways.append((*then, part))
        else:
            went.remove(before)
            ways.append(tuple(part if old == before else old for old in then))
    ways += [tuple(kept for kept in then if kept != old) for old in went]
    return ways or [tuple(now)]


def _subject(part: Frozen) -> tuple[object, ...]:
    return (type(part), *(getattr(part, name, None) for name in SUBJECTS))


def explanations(comparison: Comparison) -> list[str]:
    """Say of each changed patient which changes give the standing under B, each alone; numbered as in `changes`."""
    numbered = [f"{number}. {change.words}" for number, change in enumerate(comparison.changes, start=1)]
    return _true_of_each(comparison.responsible, numbered, "only together")


def parts_met(analysis: Analysis, rows: Ints) -> list[str]:
    """Say of some patients which parts of the response rule they meet, whatever else the study asks."""
    each = parts(analysis.study.response.rule)
    met = np.array([part.met_by(analysis.facts)[rows] == TRUE for part in each])
    return _true_of_each(met, [str(part) for part in each], "none")


def _true_of_each(holds: Bools, words: Sequence[str], none: str) -> list[str]:
    """Join, for each column, the words of the rows that hold; written once for each pattern."""
    if not holds.size:
        return []
    patterns, which = np.unique(holds, axis=1, return_inverse=True)
    texts = ["; ".join(compress(words, pattern)) or none for pattern in patterns.T]
    return [texts[pattern] for pattern in which.ravel()]


def became(comparison: Comparison) -> tuple[list[str], list[str]]:
    """Return the standing under A and under B of each changed patient, in words."""
    rows = comparison.changed
    sides = (comparison.before, comparison.after)
    before, after = ([STANDINGS[code] for code in side[rows]] for side in sides)
    return before, after


def judged_once(comparison: Comparison) -> tuple[dict[str, int], dict[str, int]]:
    """Count who is judged under A only, by their standing under B, and the other way round; empty levels left out."""
    outside = slice(UNKNOWN, None)
    only_a = comparison.crossed[: NO_RESPONSE + 1, outside].sum(axis=0)
    only_b = comparison.crossed[outside, : NO_RESPONSE + 1].sum(axis=1)
    names = STANDINGS[outside]
    first, second = ({name: int(n) for name, n in zip(names, side, strict=True) if n} for side in (only_a, only_b))
    return first, second
