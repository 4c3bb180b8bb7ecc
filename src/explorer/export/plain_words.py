"""An analysis in one paragraph for a reader who is no statistician, computed from the result."""

from __future__ import annotations

import math
from collections.abc import Iterator

from explorer.analysis.analyse import Analysis
from explorer.analysis.attrition import entering
from explorer.analysis.change import Change
from explorer.analysis.rates import counts_invented
from explorer.export.change import additions
from explorer.export.numbers import count, decimals, number, percent, rate_interval, share
from explorer.export.people import counts_invented_outcomes, people, responders
from explorer.study.lint import FEWEST
from explorer.study.words import counted, listing, spelt

UNSAFE_SHARE = 0.2
"""Share of unknown outcomes from which what is done with them decides more than sampling does."""

SMALL = 100
"""Patients below whom the paragraph says that they are only so many."""

FRACTIONS = {
    0.0: "almost nobody",
    0.1: "about one in ten",
    0.2: "about one in five",
    0.25: "about one in four",
    1 / 3: "about one in three",
    0.4: "about two in five",
    0.5: "about half",
    0.6: "about three in five",
    2 / 3: "about two in three",
    0.75: "about three in four",
    0.8: "about four in five",
    0.9: "about nine in ten",
    1.0: "almost all",
}

TREATED_AS = {
    "observed": "were left out of the count",
    "non_responder": "were counted as not responding",
    "last_observation": "were judged by their last earlier score where there was one, and left out otherwise",
    "best_case": "were all counted as responding",
    "worst_case": "were all counted as not responding",
    "multiple_imputation": "were filled in many times over from what else was recorded",
}


def answer(analysis: Analysis) -> str:
    """Answer in one sentence: who responded, out of whom, with the interval."""
    r = analysis.response
    if not r.n_evaluable:
        return "Under the definition in force, nobody's response can be counted."
    said = f"Under the definition in force, {responders(analysis)} responded"
    if counts_invented(analysis):
        return f"{said}; hypothetical additions are invented, so no interval is given."
    return f"{said} ({rate_interval(r.ci_low, r.ci_high, analysis.study.confidence)})."


def in_plain_words(analysis: Analysis) -> str:
    """Say in one paragraph who was looked at, how many responded, how sure that is and what to mind most."""
    return " ".join(
        [_who(analysis), *_responded(analysis), *_unknown(analysis), *_scores(analysis), _largest_caveat(analysis)]
    )


def _who(analysis: Analysis) -> str:
    entered, n = int(entering(analysis.facts).sum()), analysis.ledger.n
    drug, invented = analysis.study.index_drug, int((analysis.ledger.eligible & analysis.cohort.hypothetical).sum())
    kind = "synthetic patient" if analysis.cohort.metadata.synthetic else "patient"
    said = f"Of {counted(entered, kind)} given {drug}, {'all' if n == entered > 1 else n}"
    said += f" meet{'s' * (n == 1)} the criteria for analysis"
    said += f", {invented} of them hypothetical additions" if invented else ""
    among = listing([str(criterion) for criterion in analysis.study.response.among])
    return f"{said}; response is counted in the {analysis.response.n_among} with {among}." if among else f"{said}."


def _responded(analysis: Analysis) -> Iterator[str]:
    r = analysis.response
    if not r.n_evaluable:
        yield "Nobody's response can be counted, so there is no rate."
        return
    on_average = "" if float(r.n_responders).is_integer() else "on average "
    if counts_invented_outcomes(analysis):
        yield f"By the rule in force, {on_average}{responders(analysis)} responded."
    else:
        yield (
            f"By the rule in force, {on_average}{count(r.n_responders)} of {r.n_evaluable} responded "
            f"({percent(r.rate)}, {_about(r.rate)})."
        )
    if math.isfinite(r.ci_low):
        level = spelt(round(100 * analysis.study.confidence, 8))
        yield (
            f"With {'only ' * (r.n_evaluable < SMALL)}{counted(r.n_evaluable, 'patient')}, true rates from {percent(r.ci_low)} to {percent(r.ci_high)} "
            f"would fit these data ({level} % interval)."
        )
    else:
        yield "Additions patients are counted in, so no interval is given."


def _about(rate: float) -> str:
    """Say a rate as a reader would: "about one in three"."""
    if rate in (0, 1):
        return "all" if rate else "nobody"
    return FRACTIONS[min(FRACTIONS, key=lambda fraction: abs(fraction - rate))]


def _unknown(analysis: Analysis) -> Iterator[str]:
    r = analysis.response
    if not r.n_among:
        return
    if not r.n_unknown:
        yield "Everybody's outcome is known."
        return
    low, high = (share(round(bound * r.n_among), r.n_among, bound) for bound in r.bounds)
    were = "was" if r.n_unknown == 1 else "were"
    treated = TREATED_AS[r.missing].replace("were ", f"{were} ", 1)
    yield (
        f"The outcome of {r.n_unknown} of the {r.n_among} is unknown; they {treated}. Had none or all of them responded, "
        f"the rate would be {low} or {high}."
    )


def _scores(analysis: Analysis) -> Iterator[str]:
    said = [_score(analysis, row) for row in analysis.change if row.n_paired]
    if said:
        yield f"Mean scores: {'; '.join(said)}."
    elif analysis.change:
        yield "Nobody has a score both at baseline and at follow-up."


def _score(analysis: Analysis, row: Change) -> str:
    instrument = analysis.cohort.instruments[row.instrument]
    places = decimals(instrument)
    before, after = number(row.baseline_mean, places), number(row.followup_mean, places)
    if before == after:
        moved = f"stayed at {before}"
    else:
        better = (row.mean_change < 0) == instrument.lower_is_better
        moved = f"{'improved' if better else 'worsened'} from {before} to {after}"
    added = additions(analysis, row.instrument).both
    who = people(row.n_paired, added, analysis.cohort) if added else row.n_paired
    return f"{instrument.name} {moved} in the {who} with both scores"


def _largest_caveat(analysis: Analysis) -> str:
    return f"What to mind most: {next(_caveats(analysis))}"


def _caveats(analysis: Analysis) -> Iterator[str]:
    """Yield caveats, the largest first."""
    r, drug = analysis.response, analysis.study.index_drug
    if (analysis.ledger.eligible & analysis.cohort.hypothetical).any():
        yield "some of the patients are invented additions, outcomes and all, so the rate describes nobody."
    if analysis.cohort.metadata.synthetic:
        yield (
            "the patients are synthetic. The figures show what follows from the definitions, not what "
            f"{drug} does; and without a comparison group nobody could tell its effect from improvement that comes "
            "by itself."
        )
    if r.n_evaluable < FEWEST:
        yield f"with {counted(r.n_evaluable, 'patient')}, the percentage says little."
    if r.n_unknown > UNSAFE_SHARE * r.n_among:
        yield f"{r.n_unknown} of {r.n_among} outcomes are unknown, and what is done with them moves the rate."
    yield f"the analysis has no comparison group, so an effect of {drug} cannot be told from improvement that comes by itself."
