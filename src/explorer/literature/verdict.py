"""What a cohort can and cannot tell a patient, on one page: every line with its number and the doubt that belongs to it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from explorer.analysis.analyse import Analysis, analyse
from explorer.analysis.carry_over import in_cohort, of_terms
from explorer.analysis.left_out import left_out_after_start
from explorer.analysis.missing_bounds import missing_bounds
from explorer.analysis.pairs import pairs
from explorer.analysis.rates import counts_invented
from explorer.analysis.safety import CarryOver
from explorer.charts.counts import part
from explorer.errors import DefinitionError
from explorer.export.numbers import number, rate_interval, share
from explorer.export.people import people, responders
from explorer.export.report import Report, Section
from explorer.export.report_blocks import Table, Words
from explorer.export.report_html import html
from explorer.literature import over_draws
from explorer.literature.claims import is_comparable
from explorer.literature.doubts import Definitions, reporting
from explorer.literature.ensemble import Value, rate_results, rate_value
from explorer.literature.headline import headline
from explorer.literature.over_draws import Reach
from explorer.reconstruction.facts import published
from explorer.study.lint import FEWEST
from explorer.study.presets import offered
from explorer.study.words import listing, spelt

Doubt = Literal["Sampling", "Definition", "Reporting", "Design"]
"""Few patients; other choices as good; what the paper does not say; what no number of such patients could show."""

CAN, CANNOT = "What it can say", "What it cannot say"
TITLE = "What this cohort can and cannot tell a patient"
COLUMNS = ["Question", "In these data", "Why to doubt it"]
READ_AS = (
    "This page says what these data show under the definition named above. It informs, it does not recommend, and it is "
    "no advice to a patient."
)
KINDS = (
    "Sampling: few patients. Definition: other choices as good as this one. Reporting: what the paper does not say. "
    "Design: what no number of such patients could show. The doubts are of different kinds and are not added up."
)
ONE_SHEET = """
@page { margin: 10mm 12mm; }
@media print {
  body { font-size: 7.5pt; line-height: 1.25; } h1 { font-size: 14pt; margin: 0 0 2mm; } dl { margin: 0 0 2mm; gap: 0 4mm; }
  h2 { font-size: 10.5pt; margin: 2mm 0 0; padding-top: 1.5mm; } p, .table { margin: 1.5mm 0; }
  .table table { font-size: 7.5pt; line-height: 1.2; table-layout: fixed; } caption { font-size: 7.5pt; padding: 0; }
  .table th, .table td { padding: .5mm 3mm .5mm 0; } .table th:nth-child(1) { width: 25%; }
  .table th:nth-child(2) { width: 21%; } .pages > thead > tr > td { padding: 0 0 1.5mm; }
}
"""
"""What makes a report's look small enough for one sheet, in print alone."""
MOST_SCORES = 3
MOST_EVENTS = 2
PRINTED_AGAIN = MappingProxyType({"conjunctivitis": "conjunctivitis_recurrent"})
"""Events of which the paper prints in how many they came back, with its fact."""


@dataclass(frozen=True)
class Line:
    """One line: whether the cohort can say it, the question, the computed number, and the doubt that belongs to it."""

    can: bool
    question: str
    number: str
    kind: Doubt
    doubt: str


@dataclass(frozen=True, eq=False)
class Verdict(Report):
    """The page to print, in the form that the HTML and DOCX writers of reports take."""

    @property
    def title(self) -> str:
        """What the page answers."""
        return TITLE

    @property
    def about(self) -> list[tuple[str, str]]:
        """The cohort's name first, since the title is a question."""
        return [("Cohort", self.analysis.cohort.metadata.title), *super().about]


def lines(analysis: Analysis, varied: Definitions | None = None) -> tuple[Line, ...]:
    """Work out what a cohort can and cannot say under the study in force.

    Parameters
    ----------
    analysis : Analysis
        Of any cohort; lines for which it holds no data are left out.
    varied : Definitions, optional
        How far the rate reaches over other definitions with the same rule.

    Raises
    ------
    DefinitionError
        Where hypothetical additions are counted in: they are invented, outcomes and all.
    """
    if counts_invented(analysis):
        raise DefinitionError("Hypothetical additions are counted in, so no verdict is given. Leave them out.")
    return (*_can(analysis, varied), *_cannot(analysis))


def verdict(analysis: Analysis, made: date, varied: Definitions | None = None) -> Verdict:
    """Put the lines on one page to print (see `lines`); `made` is the day that stands on it."""
    held = lines(analysis, varied)
    can = Table("can-say", "Computed from these data, under the definition named above", as_table(held, True))
    cannot = Table("cannot-say", "Where these data are silent", as_table(held, False))
    how = Section("", "", (Words(KINDS, remark=True), Words(analysis.study.words()), Words(READ_AS)))
    return Verdict(analysis, made, (Section(CAN, "", (can,)), Section(CANNOT, "", (cannot,)), how))


def to_print(page: Verdict) -> str:
    """Write the page as HTML that prints on one sheet of A4."""
    return html(page).replace("</style>", f"{ONE_SHEET}</style>", 1)


def as_table(held: Sequence[Line], can: bool) -> pd.DataFrame:
    """Return the lines of one kind as a table to read."""
    rows = [(each.question, each.number, f"{each.kind}: {each.doubt}") for each in held if each.can == can]
    return pd.DataFrame(rows, columns=COLUMNS)


# What it can say


def _can(analysis: Analysis, varied: Definitions | None) -> Iterator[Line]:
    yield _responded(analysis)
    if varied is not None:
        yield _other_definitions(varied)
    yield from _other_rules(analysis)
    yield from _unknown(analysis)
    yield from _reporting(analysis)
    yield from _scores(analysis)
    yield from _noticed(analysis)
    yield from _stayed(analysis)
    yield from _events(analysis)


def _responded(analysis: Analysis) -> Line:
    r, confidence = analysis.response, analysis.study.confidence
    said = f"{rate_interval(r.ci_low, r.ci_high, confidence)}; chance alone leaves that much open."
    return Line(True, "How many responded?", responders(analysis), "Sampling", said)


def _other_definitions(varied: Definitions) -> Line:
    return Line(
        True,
        "And with other choices of who counts and when?",
        _range(varied.low, varied.high),
        "Definition",
        f"{varied.n:,} definitions with the same rule ({varied.grid}); no one of them is the right one.",
    )


def _range(low: Value, high: Value) -> str:
    return low.said if low.said == high.said else f"{low.said} to {high.said}"


def _other_rules(analysis: Analysis) -> Iterator[Line]:
    """Say how far named rules of response reach, where the cohort can compute more than one."""
    rates = analysis.cohort.derived("rates of the presets", lambda: _rates(analysis))
    if len(rates) < 2:
        return
    low, high = rates[0], rates[-1]
    yield Line(
        True,
        "And by other rules of response?",
        f"{low[0].said} to {high[0].said}",
        "Definition",
        f"From “{low[1]}” to “{high[1]}”: {len(rates)} presets, each with its own rule.",
    )


def _rates(analysis: Analysis) -> list[tuple[Value, str]]:
    """Return the rate under every computable preset, with its name, the lowest first."""
    found = []
    for offer in offered(analysis.cohort):
        if offer.computable and (r := analyse(analysis.cohort, offer.preset.study).response).n_evaluable:
            found.append((rate_value(r.n_responders, r.n_evaluable), offer.preset.study.name))
    return sorted(found, key=lambda each: each[0].number)


def _unknown(analysis: Analysis) -> Iterator[Line]:
    held = missing_bounds(analysis)
    if held.n_unknown:
        worst, best = (share(each.k, each.n, each.rate) for each in (held.worst, held.best))
        n = held.n_known + held.n_unknown
        yield Line(
            True,
            "And if the unknown outcomes were all bad, or all good?",
            f"{worst} to {best}",
            "Definition",
            f"The outcome of {part(held.n_unknown, n)} is unknown; {analysis.study.missing}.{_how_many_unknown(analysis)}",
        )


def _how_many_unknown(analysis: Analysis) -> str:
    if not is_comparable(analysis):
        return ""
    fewest, most = over_draws.unknown(analysis.study)
    return f" How many are is not printed: {fewest} to {most} in reconstructions."


def _reporting(analysis: Analysis) -> Iterator[Line]:
    if not is_comparable(analysis) or analysis.study.missing.kind == "multiple_imputation":
        return
    _, in_force, *_ = rate_results(analysis, "reading")
    if in_force.spreads:
        reach = reporting(in_force)
        yield Line(
            True,
            "And in other data that print the same figures?",
            _range(reach.low, reach.high),
            "Reporting",
            f"The paper leaves open whose scores these were; {reach.n} reconstructions, none likelier than another.",
        )


def _scores(analysis: Analysis) -> Iterator[Line]:
    codes = {row.name: row.instrument for row in analysis.change[:MOST_SCORES]}
    for each in headline(analysis):
        if each.label in codes:
            kind, doubt = _whose_score(analysis, codes[each.label], each.doubt)
            yield Line(True, f"Mean score: {each.label}", each.value, kind, doubt)


def _whose_score(analysis: Analysis, code: str, doubt: str) -> tuple[Doubt, str]:
    """Say of how many patients means are, and on the reconstruction that these numbers are not the paper's."""
    reach = over_draws.changed(analysis, code) if is_comparable(analysis) else None
    if reach is None:
        return "Sampling", f"{doubt}."
    return "Reporting", (
        f"Of how many is not printed; change in {reach.n} reconstructions {_range(reach.low, reach.high)}. Here {doubt}."
    )


def _noticed(analysis: Analysis) -> Iterator[Line]:
    """Count who improved by what one person notices, for every score that has such a mark."""
    for code, instrument in islice(analysis.cohort.instruments.items(), MOST_SCORES):
        both = pairs(analysis, code)
        if instrument.mcid is None or not both.n:
            continue
        here = part(int(both.reaching(instrument.mcid).sum()), both.n)
        reach = over_draws.noticed(analysis.study, code, instrument.mcid) if is_comparable(analysis) else None
        yield Line(
            True,
            f"How many improved by {spelt(instrument.mcid)} {instrument.unit} of {code} or more?",
            _parts(reach) if reach else here,
            "Reporting" if reach else "Sampling",
            f"Of those with both scores{_made(reach, here)}. That is the least change one person is held to notice (MCID).",
        )


def _parts(reach: Reach) -> str:
    low, high = (part(each.k, each.n) for each in (reach.low, reach.high))
    return low if low == high else f"{low} to {high}"


def _made(reach: Reach | None, here: str) -> str:
    """Say, as within a sentence, that a number is not printed but made; empty for a cohort that is not rebuilt."""
    if reach is None:
        return ""
    return f", not counted in print: {reach.n_draws} reconstructions, here {here}"


def _stayed(analysis: Analysis) -> Iterator[Line]:
    """Say how long patients stayed, where that was recorded and not made (see `_stay_not_printed`)."""
    held, drug = analysis.persistence, analysis.study.index_drug
    if not held.n or is_comparable(analysis):
        return
    low, high = (number(day, 0) if math.isfinite(day) else "not reached" for day in (held.ci_low, held.ci_high))
    yield Line(
        True,
        f"How long did they stay on {drug}?",
        f"median {_days(held.median_days)}; {part(held.n_stopped, held.n)} left it",
        "Design",
        f"{100 * analysis.study.confidence:g} % CI {low} to {high}, among those who met the entry rules.",
    )


def _days(median: float) -> str:
    return f"{median:.0f} days" if math.isfinite(median) else "not reached"


def _events(analysis: Analysis) -> Iterator[Line]:
    """Say in how many an event came back, where that was recorded, or is in print."""
    for row in _carried(analysis):
        if not is_comparable(analysis):
            yield _recorded_event(analysis, row)
        elif row.term in PRINTED_AGAIN:
            yield from _made_event(analysis, row)


def _carried(analysis: Analysis) -> Iterator[CarryOver]:
    rows = of_terms(analysis.safety.carry_over, in_cohort(analysis, MOST_EVENTS))
    return (row for row in rows if _had(row))


def _had(row: CarryOver) -> int:
    return row.resolved + row.unresolved + row.recurred


def _recorded_event(analysis: Analysis, row: CarryOver) -> Line:
    had = _had(row)
    return Line(
        True,
        f"Did {row.term} on {analysis.study.prior_drug} come back on {analysis.study.index_drug}?",
        f"{part(row.recurred, had)} of those who had it; new in {row.new}",
        "Sampling",
        f"One patient more or less moves it by {100 / had:.0f} percentage points.",
    )


def _made_event(analysis: Analysis, row: CarryOver) -> Iterator[Line]:
    """Give an event over the reconstructions: what cannot be said, but for the count that is printed."""
    reach, printed = over_draws.came_back(analysis.study, row.term), PRINTED_AGAIN.get(row.term)
    if reach is None:
        return
    said = f"All that is printed: {published().fact(printed).statement}" if printed else "Not counted in print."
    yield Line(
        printed is not None,
        f"Whether {row.term} on {analysis.study.prior_drug} came back on {analysis.study.index_drug}",
        f"{_parts(reach.back)} of those who had it; new in {_from_to(reach.new)}",
        "Reporting",
        f"{said} {reach.back.n_draws} reconstructions, here {part(row.recurred, _had(row))} and new in {row.new}.",
    )


def _from_to(counts: tuple[int, int]) -> str:
    low, high = counts
    return str(low) if low == high else f"{low} to {high}"


# What it cannot say


def _cannot(analysis: Analysis) -> Iterator[Line]:
    yield _because_of_the_drug(analysis)
    yield _left_out(analysis)
    yield from _later(analysis)
    yield from _like_me(analysis)
    if is_comparable(analysis):
        yield from _not_printed(analysis)
        yield _silent()


def _because_of_the_drug(analysis: Analysis) -> Line:
    drug, n = analysis.study.index_drug, analysis.ledger.n
    untreated = int((analysis.ledger.eligible & ~analysis.facts.ever_took(drug)).sum())
    recorded = "treatments" in analysis.cohort.tables and n
    return Line(
        False,
        f"Whether {drug} did it, or another drug would have done more",
        f"{part(untreated, n)} without {drug}" if recorded else "no untreated patients recorded",
        "Design",
        "No comparison group: time, season, other treatment and regression to the mean look the same.",
    )


def _left_out(analysis: Analysis) -> Line:
    held = left_out_after_start(analysis)
    asked = f"Entry needed {listing(held.rules)}." if held.rules else "Entry asked for nothing after the start."
    return Line(
        False,
        "How those fared who were never counted",
        people(held.n, 0, analysis.cohort) if held.n else "none recorded",
        "Design",
        f"{asked} Who did badly at once may be missing.",
    )


def _later(analysis: Analysis) -> Iterator[Line]:
    """Say up to which day scores were used."""
    visits = (
        analysis.facts.follow_up_visit(code).day[analysis.ledger.eligible] for code in analysis.cohort.instruments
    )
    used = np.concatenate([np.empty(0), *visits])
    used = used[~np.isnan(used)]
    if len(used):
        yield Line(
            False,
            "What happens later",
            f"scores used are of days {used.min():.0f} to {used.max():.0f}",
            "Design",
            "Nothing after them goes into the answer.",
        )


def _like_me(analysis: Analysis) -> Iterator[Line]:
    """Say how many subgroups hold too few patients to say anything of one like them."""
    held = [row for row in analysis.subgroups if row.n_evaluable]
    if held:
        few = sum(row.n_evaluable < FEWEST for row in held)
        widest = max(held, key=lambda row: _width(row.ci_low, row.ci_high))
        limits = rate_interval(widest.ci_low, widest.ci_high, analysis.study.confidence)
        yield Line(
            False,
            "What one person with given features can expect",
            f"{few} of {len(held)} subgroups hold fewer than {FEWEST} patients",
            "Sampling",
            f"The smallest holds {min(row.n_evaluable for row in held)}; the widest interval is {limits}.",
        )


def _width(low: float, high: float) -> float:
    return high - low if math.isfinite(high - low) else -1.0


def _not_printed(analysis: Analysis) -> Iterator[Line]:
    """Give what a reconstruction holds though the paper says nothing of it."""
    yield from _stay_not_printed(analysis)
    for row in _carried(analysis):
        if row.term not in PRINTED_AGAIN:
            yield from _made_event(analysis, row)


def _stay_not_printed(analysis: Analysis) -> Iterator[Line]:
    held, reach = analysis.persistence, over_draws.stayed(analysis.study)
    if not held.n or reach is None:
        return
    low, high = (_days(median) for median in reach.median)
    yield Line(
        False,
        f"How long they stayed on {analysis.study.index_drug}",
        f"median {low if low == high else f'{low} to {high}'}; {_parts(reach.left)} left it",
        "Reporting",
        f"Nothing of it is printed. {reach.left.n_draws} reconstructions, here {_days(held.median_days)} and "
        f"{part(held.n_stopped, held.n)}.",
    )


def _silent() -> Line:
    unsaid = published().source.not_stated
    return Line(
        False,
        "What the paper does not say",
        f"{len(unsaid)} things",
        "Reporting",
        f"Among them: {'; '.join(each.rstrip('.') for each in unsaid[:2])}.",
    )
