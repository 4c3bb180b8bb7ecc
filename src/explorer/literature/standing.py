"""What agreement with a published figure is worth: whether the cohort can say it at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from explorer.export.numbers import NONE
from explorer.literature.claims import Claim
from explorer.reconstruction.facts import Fact, published

FIXED, ASSUMED, CANNOT = "fixed by the figures", "assumption", "cannot say"
AGREEMENT = {True: "agrees", False: "differs", None: "no printed number"}

RESPONSE, SCORES, WHO, REPORTS, SAFETY = "Response", "Scores", "Who", "Patients' reports", "Safety"
GROUPS: MappingProxyType[str, tuple[str, ...]] = MappingProxyType(
    {
        RESPONSE: ("C05",),
        SCORES: ("C07", "C08", "C09", "C10"),
        WHO: ("C01", "C02", "C03", "C04", "C06", "C16"),
        REPORTS: ("C11", "C12"),
        SAFETY: ("C13", "C14", "C15"),
    }
)
"""Which claims of the source belong together, in the order in which they are shown."""


@dataclass(frozen=True)
class Standing:
    """Whether the cohort can say a published figure, and what the source leaves unsaid about it.

    `mark` is `fixed by the figures` (the cohort was made to give the printed figure, so that agreement confirms the
    rebuilding alone), `assumption` (the source has only words; the count is a reading of them) or `cannot say` (the
    cohort, so analysed, holds nothing to compute it from).
    """

    mark: str
    unsaid: tuple[str, ...]

    def __str__(self) -> str:
        return self.mark + (f"; unsaid: {', '.join(self.unsaid)}" if self.unsaid else "")


def standing(claim: Claim) -> Standing:
    """Say whether the cohort can say what a claim is about."""
    return Standing(_mark(claim), claim.fact.not_stated)


def _mark(claim: Claim) -> str:
    if claim.here.text in (NONE, "no test"):
        return CANNOT
    return ASSUMED if _is_read_from_words(claim.fact) else FIXED


def _is_read_from_words(fact: Fact) -> bool:
    assumed = any(fact.id in constraint.facts and constraint.assumed for constraint in published().constraints)
    return assumed and fact.decimals is None


def in_words(claim: Claim) -> str:
    """Say what the definition in force gives, and whether it is the printed figure."""
    if _mark(claim) == CANNOT:
        return f"{claim.here.text}: nothing to compute it from"
    return f"{claim.here.text}: {AGREEMENT[claim.here.agrees]}"


def grouped(claims: Sequence[Claim]) -> dict[str, list[Claim]]:
    """Group claims by what they are about, every claim once."""
    return {name: [claim for claim in claims if claim.fact.claim in group] for name, group in GROUPS.items()}


def tally(claims: Sequence[Claim]) -> str:
    """Count in one sentence how many published figures the definition in force gives."""
    agree, differ, words = (sum(claim.here.agrees is verdict for claim in claims) for verdict in (True, False, None))
    return (
        f"Of {len(claims)} published statements, the definition in force gives {agree} as printed and {differ} "
        f"differently; {words} have no printed number, or nothing here to compare it with."
    )
