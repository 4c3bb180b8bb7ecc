"""The cards of a protected analysis, for pages, reports and the command line alike: made of `Protected` alone."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from explorer.analysis.analyse import Analysis
from explorer.charts import protected as charts
from explorer.errors import DefinitionError
from explorer.export import report_definition as definition
from explorer.export.protected import Part, Protected, Score, protected, recorded
from explorer.export.report import Report, Section
from explorer.export.report_blocks import Block, Table, Words
from explorer.study.presets import title
from explorer.study.words import dated

RESULTS = ("question", "ledger", "change", "reports", "subgroups", "safety", "persistence")
REPORTED = ("question", "methods", *RESULTS[1:], "protection", "viewed", "source")

WIDTH = 100
WITHHELD = (
    "Not given: standard deviations, p values, medians, the smallest and the largest, anything about single patients, "
    "figures made with invented patients, and the comparison of many definitions."
)
ROUNDED = (
    "Means are given from twice as many patients on, rounded so coarsely that one patient, moved from one end of the scale "
    "to the other, moves the mean by one step at most."
)
LIMITS = (
    "Protection is against reading single patients off a page or a file. Who sets many crossing definitions, one after "
    "the other, can still narrow a count down."
)
LAST = "Not listed: levels that are too rare, or all but, to be shown, and the last level of each characteristic."


@dataclass(frozen=True, eq=False)
class ProtectedReport(Report):
    """A report made of protected results alone.

    Attributes
    ----------
    analysis : Analysis
        Only its study, and the title and the source of its cohort are read.
    held : Protected
    """

    held: Protected

    @property
    def about(self) -> list[tuple[str, str]]:
        """What the report is of: definition, patients as a range, day."""
        study = self.held.study
        return [
            ("Definition", f"{title(study, self.analysis.cohort)} ({study.fingerprint})"),
            ("Analysed", f"{self.held.n_eligible} patients"),
            ("Small counts", self.held.how),
            ("Made on", dated(self.made)),
        ]

    @property
    def results(self) -> dict[str, Any]:
        """The protected results under the keys of `explorer analyse --format json`."""
        return self.held.to_dict()

    @property
    def replayable(self) -> bool:
        """A script would need the patients' records."""
        return False


def protected_report(
    analysis: Analysis, threshold: int, made: date, names: Sequence[str] | None = None, trail: Sequence[str] = ()
) -> ProtectedReport:
    """Put a report of protected results together.

    Parameters
    ----------
    made : date
        The day that stands in it.
    names : sequence of str, optional
        Cards, in order; all if not given.
    trail : sequence of str
        What was looked at before, and what was fixed beforehand.

    Raises
    ------
    DefinitionError
        Where the threshold is none, or a card is asked for that protected results do not have.
    """
    of, held = recorded(analysis), protected(analysis, threshold)
    return ProtectedReport(of, made, tuple(sections(of, held, REPORTED if names is None else names, trail)), held)


def sections(analysis: Analysis, held: Protected, names: Sequence[str], trail: Sequence[str] = ()) -> Iterator[Section]:
    """Yield protected cards by name, in the order asked for.

    Parameters
    ----------
    analysis : Analysis
        For the wording of its study and the source of its cohort; no result of it is read.
    """
    cards = _cards(analysis, held, trail)
    if unknown := [name for name in names if name not in cards]:
        raise DefinitionError(
            f"With small counts protected there is no card '{unknown[0]}'. There are: {', '.join(cards)}."
        )
    for name in names:
        called, blocks = cards[name]
        yield Section(called, "", tuple(blocks()))


def _cards(
    analysis: Analysis, held: Protected, trail: Sequence[str]
) -> dict[str, tuple[str, Callable[[], Iterator[Block]]]]:
    return {
        "question": ("Question and answer", lambda: _question(held)),
        "methods": ("Methods and estimand", lambda: _methods(analysis, held)),
        "ledger": ("Who is analysed", lambda: _ledger(held)),
        "change": ("Score change", lambda: _change(held.scores)),
        "reports": ("What patients reported themselves", lambda: _reports(held.reports)),
        "subgroups": ("Subgroups, described and not compared", lambda: _subgroups(held.subgroups)),
        "safety": ("Adverse events", lambda: _events(held)),
        "persistence": (f"Staying on {held.study.index_drug}", lambda: _stopped(held)),
        "protection": ("How small counts are protected", lambda: _protection(held)),
        "viewed": ("Definitions viewed", lambda: definition.viewed(trail)),
        "source": ("Data and limits", lambda: _source(analysis)),
    }


def _question(held: Protected) -> Iterator[Block]:
    after = f" after {held.study.prior_drug}" if held.study.prior_drug else ""
    yield Words(f"Do patients improve on {held.study.index_drug}{after}? {held.answer}")
    yield charts.shares("protected-response", "Share of patients who responded", [held.response], "Patients who")
    aged = f", aged about {held.age} years on average" if held.age else ""
    yield Words(
        f"{held.n_eligible} of {held.n_patients} patients are analysed{aged}. Response is asked of {held.n_among} of them; "
        f"{held.study.missing}, so it is counted in {held.response.of}."
    )


def _methods(analysis: Analysis, held: Protected) -> Iterator[Block]:
    # Its cautions are about the data, and count.
    yield from (block for block in definition.methods(analysis) if not _remark(block))
    yield from (Words(caution, remark=True) for caution in held.cautions)


def _source(analysis: Analysis) -> Iterator[Block]:
    """Say where the data come from, without notes on single rows, and without the number that a guess could be tried on."""
    for block in definition.source(analysis):
        if isinstance(block, Table) and block.name == "source":
            kept = block.rows[block.rows["What"] != definition.FINGERPRINT]
            yield Table(block.name, block.title, kept, block.note)
        elif not _remark(block):
            yield block


def _remark(block: Block) -> bool:
    return isinstance(block, Words) and block.remark


def _ledger(held: Protected) -> Iterator[Block]:
    rows = [("Patients in the cohort", held.n_patients), *held.steps, ("Analysed", held.n_eligible)]
    rows += [*held.among_steps, ("Response is counted in", held.response.of)]
    yield charts.counts("protected-ledger", "Patients left after each step", rows)
    named = pd.DataFrame([(step, str(left)) for step, left in rows], columns=["Step", "Patients left"])
    yield Table("ledger", "Patients left after each step", named)


def _change(scores: Sequence[Score]) -> Iterator[Block]:
    if not scores:
        yield Words("This cohort holds no scores.")
        return
    yield Table("change", "Mean scores of the patients with both", _means(scores), ROUNDED)
    yield from _parts(
        "protected-improved", "Patients whose score improved", [each.improved for each in scores], "Score"
    )


def _means(scores: Sequence[Score]) -> pd.DataFrame:
    return pd.DataFrame([_mean(each) for each in scores], columns=["Score", "With both scores", "Before", "After"])


def _mean(score: Score) -> tuple[str, str, str, str]:
    before, after = (f"about {mean}" if mean else "not shown" for mean in (score.before, score.after))
    return f"{score.code}, {score.name}", str(score.both), before, after


def _reports(parts: Sequence[Part]) -> Iterator[Block]:
    if parts:
        yield from _parts("protected-reports", "Patients who answered yes, of those who answered", parts, "Report")
    else:
        yield Words("This cohort holds no reports of patients.")


def _subgroups(parts: Sequence[Part]) -> Iterator[Block]:
    if parts:
        yield from _parts("protected-subgroups", "Share of patients who responded, by subgroup", parts, "Level")
    yield Words(LAST, remark=True)


def _events(held: Protected) -> Iterator[Block]:
    if held.events:
        yield from _parts("protected-events", "Patients with each event, by drug", held.events, "Event")
    small = f"Not listed: events in fewer than {held.threshold} patients, or in all but fewer than {held.threshold}."
    yield Words(small, remark=True)


def _stopped(held: Protected) -> Iterator[Block]:
    if held.stopped is None:
        yield Words("Not recorded: this cohort gives no ends of courses.")
        return
    yield Words(f"{held.stopped.said} stopped {held.study.index_drug} while observed.")
    yield Words(
        "Conditional on the entry rules. The curve and the median are not given: each step is a patient.", remark=True
    )


def _protection(held: Protected) -> Iterator[Block]:
    yield from (Words(text) for text in (held.how, ROUNDED, WITHHELD, LIMITS))


def _parts(name: str, called: str, parts: Sequence[Part], what: str) -> Iterator[Block]:
    yield charts.shares(name, called, parts, what)
    rows = [(charts.label(each), each.said) for each in parts]
    yield Table(name.removeprefix("protected-"), called, pd.DataFrame(rows, columns=[what, "Patients"]))


def protected_text(report: ProtectedReport) -> str:
    """Say a protected report as plain text, at most 100 characters wide."""
    head = [report.title, report.label, *(": ".join(each) for each in report.about)]
    blocks = ["\n".join(filter(None, head)), _wrapped(report.held.study.words())]
    for section in report.sections:
        blocks.append("\n".join([section.title.upper(), *(line for block in section.blocks for line in _lines(block))]))
    return "\n\n".join(blocks)


def _lines(block: Block) -> Iterator[str]:
    if isinstance(block, Words):
        yield _wrapped(block.text, "  ")
    elif isinstance(block, Table):
        # A figure is not said: its table stands beside it.
        yield from (
            _wrapped(_row(list(block.rows.columns), cells), "  ") for cells in block.rows.itertuples(index=False)
        )


def _row(columns: Sequence[str], cells: Sequence[str]) -> str:
    """Write a row of a table as a line: "BSA: 30–34; before about 20; after about 10"."""
    first, second, *others = cells
    further = (f"; {name.lower()} {cell}" for name, cell in zip(columns[2:], others, strict=True))
    return f"{first}: {second}{''.join(further)}"


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  " * bool(indent))
