"""Cards about scores, response and what it depends on, adverse events, and staying on the drug."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from explorer.analysis import pairs
from explorer.analysis.analyse import Analysis
from explorer.analysis.carry_over import hypothetical, in_cohort, of_terms
from explorer.analysis.courses import longest_on_index
from explorer.analysis.missing_bounds import missing_bounds
from explorer.analysis.rates import counts_invented
from explorer.analysis.rule_sets import rule_sets
from explorer.analysis.thresholds import sweep, usual_measure
from explorer.charts import bounds, forest, thresholds
from explorer.charts import change as changes
from explorer.charts import persistence as staying_chart
from explorer.charts import rule_sets as parts
from explorer.charts import safety as events_charts
from explorer.charts.counts import apart
from explorer.charts.theme import MOST_MARKS
from explorer.export import change as words
from explorer.export.people import responders
from explorer.export.report_blocks import Block, Table, Words
from explorer.export.safety import event_rows
from explorer.reconstruction.facts import is_rebuilt_from_publication
from explorer.study.cutoffs import cutoffs
from explorer.study.truth import UNKNOWN

BESIDE = 20
"""Marks that a chart of patients needs besides theirs."""
LINE = 50
"""Percent that the rate is held against, as on the pages until another is chosen."""


def change(analysis: Analysis, code: str) -> Iterator[Block]:
    """Show how far one score moved, in whom: estimates before tests."""
    instrument = analysis.cohort.instruments[code]
    row = next(each for each in analysis.change if each.instrument == code)
    both, confidence = pairs.pairs(analysis, code), analysis.study.confidence
    who = changes.who(analysis, both)
    yield Words(f"{words.headline(row, instrument, confidence, who)}. {words.directions(both, who)}".strip())
    few = pairs.n_scores(analysis, code) + both.n + BESIDE <= MOST_MARKS
    scores = pairs.near_windows(analysis, code) if few else None
    yield changes.paths(analysis, instrument, both, scores, pairs.at_both_times(analysis, code, both), None)
    if both.n + BESIDE <= MOST_MARKS:
        yield changes.waterfall(analysis, instrument, both)
    if row.n_paired:
        yield from _numbers(analysis, code)


def _numbers(analysis: Analysis, code: str) -> Iterator[Block]:
    instrument, added = analysis.cohort.instruments[code], words.additions(analysis, code)
    row = next(each for each in analysis.change if each.instrument == code)
    rows = words.estimates(row, instrument, analysis.study.confidence, added)
    yield Table(f"estimates-{code}", f"Estimates of change of {code}", rows)
    if counts_invented(analysis):
        yield Words("Hypothetical additions are counted in, so intervals and p values are withheld.", remark=True)
    else:
        made = words.made_so(analysis.cohort.metadata.synthetic, is_rebuilt_from_publication(analysis.cohort))
        tests = words.p_values(row, len(analysis.change))
        yield Table(f"tests-{code}", f"Tests of no change of {code}", tests, made)
    said = (f"{label} {value} ({rests})." for label, value, rests in words.percentages(row, instrument, added))
    yield Words(" ".join(said))


def response(analysis: Analysis) -> Iterator[Block]:
    """Show who responded, out of whom, and which part of the rule carries it."""
    yield Words(f"{responders(analysis)} responded. {unknown_outcomes(analysis)}")
    yield forest.rate_strip(analysis)
    found = rule_sets(analysis)
    yield parts.rule_parts(found)
    if found.how != "one":
        yield parts.combinations(found)


def unknown_outcomes(analysis: Analysis) -> str:
    """Say among how many response is counted, and in how many it is unknown; hypothetical additions apart."""
    r, invented = analysis.response, analysis.cohort.hypothetical
    unknown = r.among & (r.outcome.verdict == UNKNOWN)
    among, unclear = (apart(int(who.sum()), int((who & invented).sum())) for who in (r.among, unknown))
    return f"Of {among} in whom response is counted, the outcome is unknown in {unclear}: {analysis.study.missing}."


def cut_offs(analysis: Analysis) -> Iterator[Block]:
    """Show response at every threshold of each score that the rule asks for, the first score where it asks for none."""
    codes = analysis.study.response.rule.instruments() or tuple(analysis.cohort.instruments)[:1]
    if not codes:
        yield Words("This needs scores, and the cohort holds none.")
    for code in codes:
        measure = usual_measure(analysis, code)
        yield thresholds.thresholds(sweep(analysis, code, measure))
        held = [(each.label, each.used_in, each.url) for each in cutoffs(code, measure)]
        if held:
            rows = pd.DataFrame(held, columns=["Cut-off", "Used in", "Source"])
            yield Table(f"cut-offs-{code}", f"Conventional cut-offs of {code}", rows)


def unknown(analysis: Analysis) -> Iterator[Block]:
    """Show what the unknown outcomes could do to the rate."""
    held, invented = missing_bounds(analysis), counts_invented(analysis)
    if not held.n_unknown:
        yield Words("No outcome is unknown.")
        return
    yield bounds.bounds_strip(held, invented)
    yield bounds.splits(held, LINE, invented)


def subgroups(analysis: Analysis) -> Iterator[Block]:
    """Describe response in subgroups, without a test of difference."""
    yield forest.forest(analysis.subgroups, analysis.response, counts_invented(analysis))
    yield Words("Subgroups are described and not compared: no difference between them is tested.", remark=True)


def adverse_events(analysis: Analysis) -> Iterator[Block]:
    """Count adverse events by drug, and follow them from the prior drug to the index drug."""
    if "adverse_events" not in analysis.cohort.tables:
        yield Words("This cohort does not record adverse events, which is not the same as none.")
        return
    if not analysis.safety.events:
        yield Words(f"No event is recorded for the {analysis.ledger.n} patients analysed.")
        return
    yield from _carried_over(analysis)
    yield Table(
        "events", "Adverse events by drug", event_rows(analysis), "Patients, not episodes; most frequent first."
    )


def _carried_over(analysis: Analysis) -> Iterator[Block]:
    study, invented = analysis.study, _invented(analysis)
    terms = in_cohort(analysis, events_charts.MOST_EVENTS)
    if study.prior_drug is None or not analysis.cohort.gives("adverse_events", "end_day") or not terms:
        return
    most, added = of_terms(analysis.safety.carry_over, terms), of_terms(hypothetical(analysis), terms)
    yield events_charts.carry_over(most, added, analysis.ledger.n, invented, study.prior_drug, study.index_drug)


def staying(analysis: Analysis) -> Iterator[Block]:
    """Show how long patients stayed on the index drug, on the condition of the entry rules."""
    drug, found = analysis.study.index_drug, analysis.persistence
    if not (analysis.facts.took(drug).any() and analysis.cohort.gives("treatments", "end_day")):
        yield Words(f"This cohort does not record how long {drug} was taken.")
        return
    yield staying_chart.persistence(found, drug, longest_on_index(analysis.facts), _invented(analysis))
    yield Words(f"Conditional on the entry rules. {found.condition}", remark=True)


def _invented(analysis: Analysis) -> int:
    return int((analysis.ledger.eligible & analysis.cohort.hypothetical).sum())
