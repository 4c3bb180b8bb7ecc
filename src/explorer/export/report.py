"""A report: chosen cards in chosen order, free text between, ready to be written as HTML or DOCX."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

import pandas as pd

from explorer.analysis.analyse import Analysis
from explorer.charts.figure import Figure
from explorer.errors import DefinitionError
from explorer.export.people import analysed, people, synthetic_label
from explorer.export.report_blocks import Block, Table, paragraphs
from explorer.export.report_cards import Card, cards, usual
from explorer.study.presets import title
from explorer.study.words import dated

ANSWERED = "Items answered, in full or in part"
NOT_HERE = "Items not listed, such as funding, ethics and interpretation, are for the authors to add."


@dataclass(frozen=True)
class FreeText:
    """What an author writes between cards: plain text, an empty line between paragraphs."""

    text: str


@dataclass(frozen=True, eq=False)
class Section:
    """A card with everything it shows, on a new page where asked for; free text has neither title nor items."""

    title: str
    items: str
    blocks: tuple[Block, ...]
    new_page: bool = False


@dataclass(frozen=True, eq=False)
class Report:
    """What a report holds, computed once, whatever it is written as.

    Attributes
    ----------
    analysis : Analysis
    made : date
        The day that stands in it; the same inputs on the same day give the same bytes.
    sections : tuple of Section
        The last says which items of STROBE and RECORD are answered where.
    """

    analysis: Analysis
    made: date
    sections: tuple[Section, ...]

    @property
    def label(self) -> str:
        """What stands on every page of a report on a synthetic cohort; empty for patients."""
        return synthetic_label(self.analysis.cohort)

    @property
    def title(self) -> str:
        """The cohort's name."""
        return self.analysis.cohort.metadata.title

    @property
    def about(self) -> list[tuple[str, str]]:
        """What the report is of: definition, patients, day."""
        study = self.analysis.study
        return [
            ("Definition", f"{title(study, self.analysis.cohort)} ({study.fingerprint})"),
            ("Analysed", _analysed(self.analysis)),
            ("Made on", dated(self.made)),
        ]

    @property
    def results(self) -> dict[str, Any]:
        """Every number, under the keys of `explorer analyse --format json`."""
        return self.analysis.to_dict()

    @property
    def replayable(self) -> bool:
        """Whether a script that computes the numbers again goes with it."""
        return True

    def numbered(self) -> Iterator[tuple[Section, list[tuple[str, Block]]]]:
        """Yield the sections in order, each block with what it is called: "Figure 2", "Table 1", or nothing."""
        numbers = {Figure: count(1), Table: count(1)}
        for section in self.sections:
            called = [
                f"{type(block).__name__} {next(numbers[type(block)])}" if isinstance(block, (Figure, Table)) else ""
                for block in section.blocks
            ]
            yield section, list(zip(called, section.blocks, strict=True))


def report(
    analysis: Analysis, made: date, parts: Sequence[str | FreeText] | None = None, trail: Sequence[str] = ()
) -> Report:
    """Put a report together.

    Parameters
    ----------
    made : date
        The day that stands in it.
    parts : sequence of str or FreeText, optional
        Names of cards (see `report_cards.cards`), in order, and texts between them; the usual cards if not given.
    trail : sequence of str
        What was looked at before, and what was fixed beforehand.

    Raises
    ------
    DefinitionError
        Where a card is asked for that there is not.
    """
    held = cards(analysis, trail)
    asked = usual(analysis) if parts is None else parts
    _check([part for part in asked if isinstance(part, str)], held)
    sections = [_section(part, held) for part in asked]
    return Report(analysis, made, (*sections, _items([held[part] for part in asked if isinstance(part, str)])))


def _check(names: Sequence[str], held: dict[str, Card]) -> None:
    unknown = [name for name in names if name not in held]
    if unknown:
        raise DefinitionError(f"There is no card '{unknown[0]}'. There are: {', '.join(held)}.")
    if twice := [name for name in names if names.count(name) > 1]:
        raise DefinitionError(f"The card '{twice[0]}' is asked for twice.")


def _section(part: str | FreeText, held: dict[str, Card]) -> Section:
    if isinstance(part, FreeText):
        return Section("", "", tuple(paragraphs(part.text)))
    card = held[part]
    return Section(card.title, card.items, tuple(card.blocks()))


def _items(chosen: Sequence[Card]) -> Section:
    rows = [(card.title, ", ".join(card.strobe), ", ".join(card.record)) for card in chosen]
    frame = pd.DataFrame(rows, columns=["Card", "STROBE item", "RECORD item"])
    return Section("Reporting items", "", (Table("reporting-items", ANSWERED, frame, NOT_HERE),))


def _analysed(analysis: Analysis) -> str:
    invented = int((analysis.ledger.eligible & analysis.cohort.hypothetical).sum())
    return analysed(analysis) if invented else people(analysis.ledger.n, 0, analysis.cohort)
