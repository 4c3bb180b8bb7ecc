"""Adverse events as a table: who had which on which drug, of those who took it."""

from __future__ import annotations

import pandas as pd

from explorer.analysis.analyse import Analysis
from explorer.analysis.safety import Events, safety
from explorer.charts.counts import apart, part_apart

NOBODY = Events("", "", 0, 0, 0)


def event_rows(analysis: Analysis) -> pd.DataFrame:
    """Count who had which event on which drug, of those who took it, hypothetical additions apart; most frequent first."""
    invented = analysis.ledger.eligible & analysis.cohort.hypothetical
    added = {(each.drug, each.term): each for each in safety(analysis.facts, invented).events}
    rows = []
    for event in sorted(analysis.safety.events, key=lambda each: -each.n_patients):
        of = int((invented & analysis.facts.ever_took(event.drug)).sum())
        rows.append((event.drug, event.term, *_cells(event, added.get((event.drug, event.term), NOBODY), of)))
    return pd.DataFrame(rows, columns=["Drug", "Event", "Patients with it", "All episodes ended"])


def _cells(event: Events, added: Events, of: int) -> tuple[str, str]:
    if event.n_treated:
        with_it = part_apart(event.n_patients, event.n_treated, (added.n_patients, of))
    else:
        with_it = apart(event.n_patients, added.n_patients)
    ended = "not recorded" if event.n_resolved is None else apart(event.n_resolved, added.n_resolved or 0)
    return with_it, ended
