"""The published figures, and the constraints a reconstructed cohort must meet, read from one file."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

if TYPE_CHECKING:
    from explorer.cohort.tables import Cohort

DATA = Path(__file__).resolve().parents[3] / "data"


class Frozen(BaseModel):
    """A value that checks itself when built and never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Frozen):
    """Where figures were read, and what that source leaves unsaid."""

    id: str
    citation: str
    url: str
    read: str
    not_stated: tuple[str, ...]


class Fact(Frozen):
    """One figure as printed, in words of our own, with what is not said about it.

    `value` is the text as printed: 2.60 is not 2.6, since the decimals say how far it was rounded.
    `decimals` is absent where the value is a word, a verdict or a month.
    """

    id: str
    claim: str
    source: str
    statement: str
    measure: str
    value: str
    decimals: int | None = None
    unit: str
    timepoint: str | None = None
    denominator: str | None = None
    not_stated: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _decimals_as_printed(self) -> Self:
        if self.decimals is not None and len(self.value.partition(".")[2]) != self.decimals:
            raise ValueError(f"{self.id}: {self.value} does not have {self.decimals} decimals")
        return self

    @property
    def number(self) -> Fraction:
        """The printed number, exactly; only for facts that are numbers."""
        if self.decimals is None:
            raise ValueError(f"{self.id} is printed as '{self.value}', which is not a number")
        return Fraction(self.value)


class Constraint(Frozen):
    """One thing that every reconstructed cohort must satisfy.

    `counts` lists the whole numbers allowed. `assumed` says that they are our reading of
    words such as "one third": they serve to rebuild and are never shown as published.
    """

    id: str
    facts: tuple[str, ...]
    statement: str
    counts: tuple[int, ...] = ()
    assumed: bool = False


class Published(Frozen):
    """Everything the source prints, and what follows from it for a reconstruction."""

    source: Source
    facts: tuple[Fact, ...] = Field(alias="fact")
    constraints: tuple[Constraint, ...] = Field(alias="constraint")

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        known = {fact.id for fact in self.facts}
        unknown = {name for constraint in self.constraints for name in constraint.facts} - known
        if unknown or len(known) < len(self.facts) or {fact.source for fact in self.facts} != {self.source.id}:
            raise ValueError(f"facts must have distinct names, a known source, and be those used; unknown: {unknown}")
        return self

    def fact(self, name: str) -> Fact:
        """Return the fact of this name, or raise KeyError."""
        return {fact.id: fact for fact in self.facts}[name]

    def counts(self, constraint: str) -> tuple[int, ...]:
        """Return the whole numbers that a constraint allows, or raise KeyError."""
        return {each.id: each for each in self.constraints}[constraint].counts


@cache
def published() -> Published:
    """Return the published figures of the tralokinumab cohort.

    Returns
    -------
    Published
        As written in `data/published/facts.toml`; frozen, so it is read once and shared.
    """
    return Published.model_validate(tomllib.loads((DATA / "published" / "facts.toml").read_text(encoding="utf-8")))


def is_rebuilt_from_publication(cohort: Cohort) -> bool:
    """Say whether a cohort is a reconstruction of the published one, so that comparing makes sense.

    Other synthetic cohorts are synthetic and nothing more: only the source that a reconstruction names tells them apart.
    """
    return cohort.metadata.synthetic and published().source.citation in cohort.metadata.source
