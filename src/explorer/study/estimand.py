"""A study as an estimand: what exactly is to be estimated, in the five attributes of ICH E9(R1)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from explorer.study.sentence import after_stop, interval, picked, who
from explorer.study.study import Study
from explorer.study.words import counted, listing


@dataclass(frozen=True)
class Estimand:
    """The attributes of an estimand, each in words."""

    population: str
    variable: str
    stopping: str
    missing: str
    summary: str

    def rows(self) -> list[tuple[str, str]]:
        """Return each attribute's name with its words."""
        return [
            ("Population", self.population),
            ("Variable", self.variable),
            ("Stopping the drug", self.stopping),
            ("Missing outcomes", self.missing),
            ("Summary", self.summary),
        ]


def estimand(study: Study) -> Estimand:
    """Take a study apart into the attributes of an estimand (ICH E9(R1), section A.3.3)."""
    among = [str(criterion) for criterion in study.response.among]
    return Estimand(
        population=who(study) + (f"; response counted among those with {listing(among)}" if among else ""),
        variable=f"response at follow-up ({picked(study.follow_up)}) from baseline ({picked(study.baseline)}): "
        f"{study.response.rule}",
        stopping=after_stop(study),
        missing=str(study.missing),
        summary=f"the share of responders {interval(study)}",
    )


@dataclass(frozen=True)
class Lock:
    """A study fixed at some time, before or after results were looked at.

    Attributes
    ----------
    at : datetime
        In UTC, by the clock of the server.
    viewed_before, at_once_before : int
        How many definitions had been looked at by then in the same visit, by themselves and together as a multiverse.
    """

    study: Study
    at: datetime
    viewed_before: int
    at_once_before: int = 0

    @property
    def words(self) -> str:
        """Say when it was locked, what, and after how many looks."""
        when = self.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        return f"Definition {self.study.fingerprint} was locked on {when}, {self._looks}"

    @property
    def _looks(self) -> str:
        if not self.viewed_before:
            return "before any result was shown"
        looks = f"after {counted(self.viewed_before, 'look')} at results"
        return looks + (
            f" and a multiverse of {counted(self.at_once_before, 'definition')}" if self.at_once_before else ""
        )

    def to_json(self) -> str:
        """Write the card as JSON: time, fingerprint, attributes, study."""
        card: dict[str, Any] = {
            "locked_at": self.at.astimezone(UTC).isoformat(timespec="seconds"),
            "fingerprint": self.study.fingerprint,
            "definitions_viewed_before": self.viewed_before,
            "shown_together_before": self.at_once_before,
            "estimand": asdict(estimand(self.study)),
            "study": self.study.to_dict(),
        }
        return json.dumps(card, indent=2, ensure_ascii=False)


@dataclass(frozen=True)
class Viewed:
    """What was looked at in one visit.

    Attributes
    ----------
    definitions : tuple of (str, str)
        Fingerprint and title of each definition looked at by itself, in order, each once.
    at_once : int
        The most definitions that were shown together, as a multiverse; 0 where none was.
    """

    definitions: tuple[tuple[str, str], ...] = ()
    at_once: int = 0

    def and_then(self, fingerprint: str, title: str) -> Viewed:
        """Return the record with one more definition, unless it stands there already."""
        if any(fingerprint == held for held, _ in self.definitions):
            return self
        return replace(self, definitions=(*self.definitions, (fingerprint, title)))

    def and_many(self, count: int) -> Viewed:
        """Return the record with so many definitions shown together."""
        return replace(self, at_once=max(self.at_once, count))

    def before(self, fingerprint: str) -> tuple[tuple[str, str], ...]:
        """Return the definitions looked at before one was first; all of them where it never was."""
        held = [number for number, _ in self.definitions]
        return self.definitions[: held.index(fingerprint)] if fingerprint in held else self.definitions

    def words(self, fingerprint: str) -> str:
        """Say how many definitions were viewed before one, and which."""
        before = self.before(fingerprint)
        together = (
            f" A multiverse of {counted(self.at_once, 'definition')} was shown in this visit." if self.at_once else ""
        )
        if not before:
            return f"No other definition was viewed by itself before this one in the same visit.{together}"
        named = "; ".join(f"{title} ({number})" for number, title in before)
        return f"{counted(len(before), 'definition')} viewed before this one: {named}.{together}"
