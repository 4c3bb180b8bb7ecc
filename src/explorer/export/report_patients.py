"""Cards about the patients: who is left after each criterion, who they are, and what is recorded of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple

import pandas as pd

from explorer.analysis.analyse import Analysis
from explorer.analysis.attrition import attrition
from explorer.analysis.ledger import Step
from explorer.analysis.missingness import coverage
from explorer.analysis.table_one import table_one
from explorer.charts.attrition import attrition as flow
from explorer.charts.missingness import missingness
from explorer.export import table_one as described
from explorer.export.report_blocks import Block, Table, Words
from explorer.export.report_results import unknown_outcomes

STEPS = ["Criterion", "Entered", "Not met", "Unknown", "Remaining"]


def ledger(analysis: Analysis) -> Iterator[Block]:
    """Show the way to the denominator, in a figure and as numbers."""
    yield flow(attrition(analysis.facts, analysis.ledger, analysis.response))
    yield from _steps("ledger", "Who is left after each criterion", analysis.ledger.steps)
    yield from _steps("among", "Among whom response is counted", analysis.response.among_steps)


def characteristics(analysis: Analysis) -> Iterator[Block]:
    """Describe the patients analysed: Table 1."""
    rows = described.table_one(table_one(analysis.facts, analysis.ledger.eligible))
    if rows.empty:
        yield Words("This cohort holds no age, sex, further column, prior drug or score to describe patients by.")
        return
    yield Table("characteristics", "Characteristics of the patients analysed", rows, described.NOTE)


def missing(analysis: Analysis) -> Iterator[Block]:
    """Show which scores there are of the patients analysed."""
    yield missingness(coverage(analysis.facts, analysis.ledger.eligible))
    yield Words(unknown_outcomes(analysis))


def _steps(name: str, title: str, steps: Sequence[Step]) -> Iterator[Block]:
    if steps:
        yield Table(name, title, pd.DataFrame([astuple(step) for step in steps], columns=STEPS))
