"""The cards a report can be made of, and which items of STROBE and RECORD each answers.

STROBE: von Elm 2007, items for cohort studies (https://www.strobe-statement.org). RECORD: Benchimol 2015, PLoS Med
12:e1001885, its extension to routinely collected health data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from explorer.analysis.analyse import Analysis
from explorer.export import report_definition as definition
from explorer.export import report_patients as patients
from explorer.export import report_results as results
from explorer.export.report_blocks import Block
from explorer.export.report_multiverse import multiverse

MOST_SCORES = 4
"""Scores whose change a report shows unasked, those of the responder rule first."""


@dataclass(frozen=True)
class Card:
    """One part of a report.

    Attributes
    ----------
    name : str
        As it is asked for; `change-` and the instrument for the change of a score.
    title : str
    strobe, record : tuple of str
        Numbers of the items it answers, in full or in part.
    blocks : callable
        Computes what it shows.
    """

    name: str
    title: str
    strobe: tuple[str, ...]
    record: tuple[str, ...]
    blocks: Callable[[], Iterator[Block]]

    @property
    def items(self) -> str:
        """Say which items it answers: "STROBE 13a, 13b; RECORD 13.1"."""
        named = (("STROBE", self.strobe), ("RECORD", self.record))
        return "; ".join(f"{name} {', '.join(held)}" for name, held in named if held)


def cards(analysis: Analysis, trail: Sequence[str] = ()) -> dict[str, Card]:
    """Return every card of an analysis by name, in their usual order; nothing is computed yet.

    Parameters
    ----------
    trail : sequence of str
        What was looked at before, and what was fixed beforehand.
    """
    return {card.name: card for card in _cards(analysis, trail)}


def usual(analysis: Analysis) -> tuple[str, ...]:
    """Name the cards of a report that nobody has chosen: all, but the change of a few scores alone."""
    asked = analysis.study.response.rule.instruments()
    first = tuple(dict.fromkeys((*asked, *analysis.cohort.instruments)))[:MOST_SCORES]
    others = {_change(code) for code in analysis.cohort.instruments if code not in first}
    return tuple(name for name in cards(analysis) if name not in others)


def _change(code: str) -> str:
    return f"change-{code}"


def _cards(analysis: Analysis, trail: Sequence[str]) -> Iterator[Card]:
    def card(name: str, title: str, show: Callable[[Analysis], Iterator[Block]], strobe: str, record: str = "") -> Card:
        return Card(name, title, tuple(strobe.split()), tuple(record.split()), partial(show, analysis))

    yield card("question", "Question and answer", definition.question, "3 16a 18")
    yield card("methods", "Methods and estimand", definition.methods, "6a 7 11 12a 12c", "6.1 7.1")
    yield card("ledger", "Who is analysed", patients.ledger, "6a 13a 13b 13c", "13.1")
    yield card("characteristics", "Characteristics of the patients", patients.characteristics, "14a 14b")
    yield card("missing", "What is missing", patients.missing, "12c 14b")
    for code in analysis.cohort.instruments:
        yield card(_change(code), f"Score change: {code}", partial(results.change, code=code), "15 16a")
    yield card("response", "Response", results.response, "15 16a")
    yield card("thresholds", "Where the line is drawn", results.cut_offs, "16b 17")
    yield card("unknown", "What the unknown outcomes could do", results.unknown, "12c 17")
    yield card("subgroups", "Subgroups, described and not compared", results.subgroups, "12b 17")
    yield card("safety", "Adverse events", results.adverse_events, "15")
    yield card("persistence", f"Staying on {analysis.study.index_drug}", results.staying, "14c 15")
    yield card("multiverse", "Other definitions", multiverse, "12e 17")
    shown = partial(definition.viewed, trail)
    yield Card("viewed", "Definitions viewed", ("12", "17"), (), shown)
    yield card("source", "Data and limits", definition.source, "5 8 19", "1.1 19.1 22.1")
