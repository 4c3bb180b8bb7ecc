"""The headline figures: response and scores, each with its doubt and its difference from the published one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from explorer.analysis.analyse import Analysis
from explorer.analysis.attrition import entering
from explorer.analysis.change import Change
from explorer.export.change import additions
from explorer.export.numbers import decimals, interval, number, rate_interval, share
from explorer.export.people import counts_invented_outcomes, people, responders_apart
from explorer.literature.claims import (
    is_comparable,
    means_print,
    over_whoever_had_a_score,
    published_means,
)
from explorer.reconstruction.facts import published
from explorer.study.words import listing

MOST = 4


@dataclass(frozen=True)
class Headline:
    """One figure: what it is, its value with its denominator, and the doubt that belongs to it."""

    label: str
    value: str
    doubt: str


def published_rate(analysis: Analysis) -> float | None:
    """Return the published response rate, between 0 and 1; None where nothing may be compared with it."""
    if not is_comparable(analysis):
        return None
    return float(published().fact("improved").number) / 100


def headline(analysis: Analysis) -> tuple[Headline, ...]:
    """Give the four figures that answer the question: response first, then scores, then who is analysed."""
    return tuple(islice(_headline(analysis), MOST))


def _headline(analysis: Analysis) -> Iterator[Headline]:
    yield _response(analysis)
    for row in analysis.change[: MOST - 1]:
        yield _score(analysis, row)
    yield _analysed(analysis)
    for report in analysis.reports:
        limits = rate_interval(report.ci_low, report.ci_high, analysis.study.confidence)
        yield Headline(
            f"Reported: {report.item.replace('_', ' ')}", share(report.n_yes, report.n_answered, report.rate), limits
        )


SECOND = "hypothetical additions second"


def _analysed(analysis: Analysis) -> Headline:
    entered, n = int(entering(analysis.facts).sum()), analysis.ledger.n
    added = int((analysis.ledger.eligible & analysis.cohort.hypothetical).sum())
    if added:
        return Headline("Analysed", f"{n - added} + {added}", f"meet every criterion; {SECOND}")
    share_of_all = share(n, entered, n / entered if entered else 0.0)
    return Headline("Analysed", share_of_all, "of the cohort meet every criterion")


def _response(analysis: Analysis) -> Headline:
    r = analysis.response
    among = listing([str(criterion) for criterion in analysis.study.response.among])
    limits = rate_interval(r.ci_low, r.ci_high, analysis.study.confidence)
    said = [f"of those with {among}"] * bool(among) + [limits, *_from_published_rate(analysis)]
    value = share(r.n_responders, r.n_evaluable, r.rate)
    if counts_invented_outcomes(analysis):
        value = " + ".join(responders_apart(analysis))
        said.append(SECOND)
    return Headline("Responded", value, "; ".join(said))


def _from_published_rate(analysis: Analysis) -> Iterator[str]:
    rate = published_rate(analysis)
    if rate is None or not analysis.response.n_evaluable:
        return
    points = round(100 * analysis.response.rate) - round(100 * rate)
    if points == 0:
        yield f"as published ({100 * rate:.0f} %)"
    else:
        side = "above" if points > 0 else "below"
        yield f"{abs(points)} percentage points {side} the published {100 * rate:.0f} %"


def _score(analysis: Analysis, row: Change) -> Headline:
    places = decimals(analysis.cohort.instruments[row.instrument])
    if row.n_paired == 0:
        held = f"{row.n_baseline} have a baseline, {row.n_followup} a follow-up score"
        return Headline(row.name, f"0/{analysis.ledger.n} with both scores", held)
    comparable, added = is_comparable(analysis), additions(analysis, row.instrument)
    available = "available_" if comparable and over_whoever_had_a_score(row) else ""
    means = [number(getattr(row, f"{available}{time}_mean"), places) for time in ("baseline", "followup")]
    limits = interval(row.ci_low, row.ci_high, analysis.study.confidence, places)
    change = f"change {number(row.mean_change, places)}, {limits}"
    if available:
        said = [f"means of the {row.n_baseline} and the {row.n_followup} who had a score"]
        said += [f"in the {row.n_paired} with both, {change}"]
    else:
        said = [f"means of the {people(row.n_paired, added.both, analysis.cohort)} with both scores", change]
    return Headline(row.name, " → ".join(means), "; ".join([*said, *_from_published_means(row, available, comparable)]))


def _from_published_means(row: Change, whose: str, comparable: bool) -> Iterator[str]:
    printed = published_means(row.instrument)
    if printed is None or not comparable:
        return
    if means_print(row, whose):
        yield "as published"
        return
    before, after = printed
    change, places = float(after.number - before.number), after.decimals or 0
    yield f"differs by {row.mean_change - change:+.{places}f} from the published change of {change:.{places}f}"
