"""Which published rows may be pooled, and why the others may not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from explorer.literature.studies import Finding
from explorer.literature.studies_outcomes import DRUG_BEFORE, NOT_STATED
from explorer.statistics.meta_analysis import PooledRate, leave_one_out, pooled_rate
from explorer.study.words import counted, listing

FEWEST_STUDIES = 3
"""Studies below which nothing is pooled."""
FEWEST_TO_PREDICT = 5
"""Studies from which a prediction interval is given."""

MAY_NOT = (
    "A pool is the average of shares in single groups. It may not be used to compare drugs, to say what a drug caused, "
    "to foretell one patient's course, or to judge the loaded cohort. Studies that print no count are missing from it."
)
"""What a pool may not be used for."""


class Condition(NamedTuple):
    """What rows must have in common to be pooled."""

    drug: str
    prior: str
    selection: str
    band: str
    missing_rule: str

    def __str__(self) -> str:
        who = self.selection or "everybody treated"
        return (
            f"{self.drug}; prior {DRUG_BEFORE}: {self.prior}; {who}; {self.band}; missing outcomes: {self.missing_rule}"
        )


@dataclass(frozen=True)
class Allowed:
    """What the reader lets into a pool beyond the strict rule.

    Attributes
    ----------
    press : bool
        Figures read in the press.
    unstated : bool
        Rows that do not state their time, their missing-data rule or prior treatment: "not stated" then counts as one
        and the same.
    """

    press: bool = False
    unstated: bool = False

    def __str__(self) -> str:
        asked = [(self.press, "press figures let in"), (self.unstated, "what is not stated taken as equal")]
        return listing([words for on, words in asked if on])


@dataclass(frozen=True)
class LeftOut:
    """A row that stays out of a pool, and why."""

    finding: Finding
    why: str


@dataclass(frozen=True)
class Candidates:
    """Rows that could be pooled together: one per group of patients, all with counts."""

    condition: Condition
    rows: tuple[Finding, ...]

    @property
    def suffices(self) -> bool:
        """Whether there are enough studies."""
        return len(self.rows) >= FEWEST_STUDIES

    @property
    def predicts(self) -> bool:
        """Whether there are enough studies for a prediction interval."""
        return len(self.rows) >= FEWEST_TO_PREDICT

    def pooled(self) -> PooledRate:
        """Pool them by random effects."""
        return pooled_rate(*self._counts())

    def without_each(self) -> tuple[PooledRate, ...]:
        """Pool them again without each in turn."""
        return leave_one_out(*self._counts())

    def _counts(self) -> tuple[list[int], list[int]]:
        return [row.k or 0 for row in self.rows], [row.n or 0 for row in self.rows]


@dataclass(frozen=True)
class Sorted:
    """All rows of one outcome: those that could be pooled, the largest set first, and those left out."""

    sets: tuple[Candidates, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def refusal(self) -> str:
        """Why nothing is pooled; empty where something can be."""
        if self.sets and self.sets[0].suffices:
            return ""
        if not self.sets:
            return f"Refused: no row may enter a pool, and it takes {FEWEST_STUDIES} studies."
        largest = self.sets[0]
        named = listing([row.study for row in largest.rows])
        count = len(largest.rows)
        return (
            f"Refused: pooling takes {FEWEST_STUDIES} studies alike in drug, patients, time and missing-data rule. "
            f"The largest set has {'1 study' if count == 1 else f'{count} studies'}: {named} ({largest.condition})."
        )


def sort_out(findings: Sequence[Finding], outcome: str, allowed: Allowed) -> Sorted:
    """Sort the rows of one outcome into sets that could be pooled.

    Parameters
    ----------
    findings : sequence of Finding
        Published rows; the loaded cohort never is one.
    outcome : str
        Code of the outcome.
    allowed : Allowed
        What the reader lets in.
    """
    rows = [each for each in findings if each.outcome == outcome]
    reasons = {each.row_id: _why_not(each, allowed) for each in rows}
    left_out = [LeftOut(each, reasons[each.row_id]) for each in rows if reasons[each.row_id]]
    fit = sorted((each for each in rows if not reasons[each.row_id]), key=_condition)
    sets = []
    for condition, alike in groupby(fit, key=_condition):
        kept, overlapping = _one_per_group(list(alike))
        sets.append(Candidates(condition, kept))
        left_out += overlapping
    return Sorted(tuple(sorted(sets, key=lambda each: -len(each.rows))), tuple(left_out))


def poolable(findings: Sequence[Finding]) -> frozenset[str]:
    """Return the outcomes of which a pool can be had at all, by their codes, whatever the reader lets in."""
    asked = [Allowed(press, unstated) for press in (False, True) for unstated in (False, True)]
    outcomes = {each.outcome for each in findings}
    return frozenset(
        outcome for outcome in outcomes if not all(sort_out(findings, outcome, allowed).refusal for allowed in asked)
    )


@dataclass(frozen=True)
class Near:
    """Studies that print counts of one outcome, drug and prior treatment, and what keeps them apart."""

    rows: tuple[Finding, ...]

    def __str__(self) -> str:
        first = self.rows[0]
        apart = "; ".join(f"{row.study}: {', '.join(_particulars(row))}" for row in self.rows)
        return f"{first.counts.label}, {first.drug}, prior {DRUG_BEFORE}: {first.prior} ({apart})"


def nearest(findings: Sequence[Finding]) -> tuple[Near, ...]:
    """Return the most studies that print counts of one outcome, drug and prior treatment, whatever else differs.

    Returns
    -------
    tuple of Near
        More than one where several are equally many; empty where no two studies come near each other.
    """
    counted_rows = sorted((each for each in findings if each.k is not None), key=_in_common)
    near = [Near(_one_per_group(list(alike))[0]) for _, alike in groupby(counted_rows, key=_in_common)]
    most = max((len(each.rows) for each in near), default=0)
    return tuple(each for each in near if len(each.rows) == most > 1)


def _in_common(finding: Finding) -> tuple[str, str, str]:
    return finding.outcome, finding.drug, finding.prior


def _particulars(finding: Finding) -> Iterator[str]:
    if finding.selection:
        yield finding.selection
    yield finding.band if finding.band != NOT_STATED else "time not stated"
    yield f"missing outcomes {finding.missing_rule}"


def _condition(finding: Finding) -> Condition:
    return Condition(finding.drug, finding.prior, finding.selection, finding.band, finding.missing_rule)


def _why_not(finding: Finding, allowed: Allowed) -> str:
    if finding.k is None:
        return "no count printed"
    if finding.read_from == "press" and not allowed.press:
        return "read in the press only"
    unstated = list(_unstated(finding))
    return f"not stated: {listing(unstated)}" if unstated and not allowed.unstated else ""


def _unstated(finding: Finding) -> Iterator[str]:
    if finding.prior == "unknown":
        yield f"prior {DRUG_BEFORE}"
    if finding.band == NOT_STATED:
        yield "time"
    if finding.missing_rule == NOT_STATED:
        yield "missing-data rule"


def _one_per_group(alike: list[Finding]) -> tuple[tuple[Finding, ...], list[LeftOut]]:
    """Keep one row per group of patients, the largest: arms, subgroups and times of one study are the same people."""
    kept: list[Finding] = []
    left_out = []
    for each in sorted(alike, key=lambda row: (-(row.n or 0), row.row_id)):
        same = next((other for other in kept if set(other.may_overlap) & set(each.may_overlap)), None)
        if same is None:
            kept.append(each)
        else:
            left_out.append(LeftOut(each, f"may be the same patients as {same.study} ({same.row_id})"))
    return tuple(sorted(kept, key=lambda row: row.row_id)), left_out


def press_among(rows: Sequence[Finding]) -> str:
    """Say how many of the pooled rows were read in the press; empty where none was."""
    n = sum(row.read_from == "press" for row in rows)
    return f"{counted(n, 'row')} of {len(rows)} read in the press only." if n else ""
