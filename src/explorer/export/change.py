"""The change of one score in sentences and small tables: estimates first, then tests, percentages with care."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from explorer.analysis.analyse import Analysis
from explorer.analysis.change import Change
from explorer.analysis.pairs import Pairs
from explorer.analysis.regression_to_the_mean import Observed, Severity
from explorer.analysis.resampling import RESAMPLES, Resampled
from explorer.cohort.instruments import Instrument
from explorer.export.numbers import NONE, decimals, interval, number, p_value
from explorer.export.people import tally

WHY_NO_MEAN_PERCENT = (
    "The mean of the patients' percentages is not shown: a low baseline makes any step a large percentage, "
    "nobody can improve by more than 100 % but there is no limit to worsening, and a baseline of 0 has none."
)


def amount(value: float, instrument: Instrument) -> str:
    """Print an amount of change with its unit, so that a scale in percent is not read as a percentage change."""
    unit = instrument.unit
    words = f"percentage points{unit[1:]}" if unit.startswith("%") else unit
    return f"{number(value, decimals(instrument))} {words}"


def headline(row: Change, instrument: Instrument, confidence: float, who: str) -> str:
    """Say by how much the mean changed, in whom, with the interval.

    Parameters
    ----------
    who : str
        The patients with both scores, as `people.people` counts them.
    """
    if row.n_paired == 0:
        return f"Nobody has both a baseline and a follow-up {instrument.code}"
    places = decimals(instrument)
    size = round(row.mean_change, places)
    verb = "did not change on average" if size == 0 else "fell" if size < 0 else "rose"
    moved = verb if size == 0 else f"{verb} by {amount(abs(row.mean_change), instrument)}"
    doubt = interval(row.ci_low, row.ci_high, confidence, places)
    return (
        f"{instrument.code} {moved} in {who} with both scores (mean change {number(row.mean_change, places)}, {doubt})"
    )


def directions(both: Pairs, who: str) -> str:
    """Count who improved, stayed the same and became worse, hypothetical additions apart."""
    if both.n == 0:
        return ""
    moved = both.direction()
    counts = {"improved": moved == "improved", "stayed the same": moved == "same", "became worse": moved == "worse"}
    return f"{tally(counts, both.hypothetical, who)}."


@dataclass(frozen=True)
class Additions:
    """How many of the patients that estimates rest on are hypothetical additions."""

    both: int = 0
    baseline: int = 0
    follow_up: int = 0


NOBODY = Additions()


def additions(analysis: Analysis, code: str) -> Additions:
    """Count the hypothetical additions with a score of an instrument at each time, and at both."""
    added = analysis.ledger.eligible & analysis.cohort.hypothetical
    before, after = (~np.isnan(scores(code)) & added for scores in (analysis.facts.baseline, analysis.facts.follow_up))
    return Additions(int((before & after).sum()), int(before.sum()), int(after.sum()))


def estimates(row: Change, instrument: Instrument, confidence: float, added: Additions = NOBODY) -> pd.DataFrame:
    """List the estimates of change, each with its interval and the patients it rests on."""
    places, unit = decimals(instrument), instrument.unit
    n = apart(row.n_paired, added.both)

    def line(name: str, value: float, low: float, high: float, precision: int = places) -> tuple[str, str, str, str]:
        return name, number(value, precision), interval(low, high, confidence, precision), n

    rows = [
        (f"Mean baseline, both scores ({unit})", number(row.baseline_mean, places), "", n),
        (f"Mean follow-up, both scores ({unit})", number(row.followup_mean, places), "", n),
        line(f"Mean change ({unit})", row.mean_change, row.ci_low, row.ci_high),
        line(
            f"Typical change, Hodges-Lehmann ({unit})",
            row.hodges_lehmann,
            row.hodges_lehmann_low,
            row.hodges_lehmann_high,
        ),
        line("Change in standard deviations of change (dz)", row.dz, row.dz_low, row.dz_high, 2),
        line("The same, corrected for few patients (Hedges' g)", row.hedges_g, row.hedges_g_low, row.hedges_g_high, 2),
        (
            f"Mean of everyone with a baseline ({unit})",
            _available(row, "baseline", places),
            "",
            apart(row.n_baseline, added.baseline),
        ),
        (
            f"Mean of everyone with a follow-up ({unit})",
            _available(row, "followup", places),
            "",
            apart(row.n_followup, added.follow_up),
        ),
    ]
    return pd.DataFrame(rows, columns=["Estimate", "Value", "Interval", "Patients"])


def apart(n: int, added: int) -> str:
    """Count patients, hypothetical additions apart: "45", "33 + 12 hypothetical"."""
    return f"{n - added} + {added} hypothetical" if added else str(n)


def _available(row: Change, time: str, places: int) -> str:
    return number(getattr(row, f"available_{time}_mean"), places)


def p_values(row: Change, n_scores: int) -> pd.DataFrame:
    """List the tests of no change, the p values adjusted for testing every score of the cohort beside the plain ones."""
    adjusted = p_value(row.p_t_holm) if n_scores > 1 else NONE
    student = f"t({row.n_paired - 1}) = {number(row.t, 2)}" if math.isfinite(row.t) else NONE
    rows = [
        ("Paired t test", student, p_value(row.p_t), adjusted),
        ("Wilcoxon signed ranks, zeros by Pratt", row.wilcoxon_method, p_value(row.p_wilcoxon), NONE),
    ]
    return pd.DataFrame(rows, columns=["Test of no change", "Statistic", "p", f"p for {n_scores} scores (Holm)"])


def made_so(synthetic: bool, rebuilt: bool) -> str:
    """Say what p values of invented patients are worth, above all where they were rebuilt to give published ones."""
    if rebuilt:
        return (
            "This synthetic cohort was made so that the p values lie where the source says: they confirm the "
            "rebuilding, not the treatment."
        )
    return "The cohort is synthetic: its p values say nothing about patients." if synthetic else ""


def resampling(row: Resampled, instrument: Instrument, confidence: float) -> str:
    """Say what resampling the patients gives for the mean change."""
    places = decimals(instrument)
    return (
        f"By resampling {row.n_paired} patients {RESAMPLES} times: mean change {number(row.mean_change, places)} "
        f"({interval(row.bca_low, row.bca_high, confidence, places)}, BCa bootstrap); "
        f"flipping the signs of the changes at random, {p_value(row.p_sign_flip)}."
    )


def percentages(row: Change, instrument: Instrument, added: Additions = NOBODY) -> Sequence[tuple[str, str, str]]:
    """Give the two honest percentages: label, value, and what it rests on."""
    places, n = decimals(instrument), apart(row.n_paired, added.both)
    means = f"from {number(row.baseline_mean, places)} to {number(row.followup_mean, places)}"
    return (
        ("The mean improved by", _percent(row.improvement_of_means_percent), f"{means}, n {n}"),
        (
            "The median patient improved by",
            _percent(row.median_improvement_percent),
            f"of their own baseline; n {row.n_percent} with a baseline above 0, of {n}",
        ),
    )


def _percent(value: float) -> str:
    return f"{value:.0f} %" if math.isfinite(value) else NONE


PLACES = {
    "eligibility": "Who is analysed is filtered by",
    "among": "Response is counted only among patients with",
    "rule": "The response rule can only be met from",
}


def filtered(limits: Severity, instrument: Instrument) -> str:
    """Say which filter on the baseline is on, and whose change stands beside it."""
    said = f"{PLACES[limits.where]} {limit_words(limits, instrument)}."
    if limits.where == "eligibility":
        return said
    return f"{said} The change above is that of everybody analysed; here it is that of the patients within the limit."


def limit_words(limits: Severity, instrument: Instrument) -> str:
    """Say the limits: "a baseline BSA of 10 or more"."""
    low, high = limits.at_least, limits.at_most
    if low is not None and high is not None:
        return f"a baseline {instrument.code} from {low:g} to {high:g}"
    return f"a baseline {instrument.code} of " + (f"{low:g} or more" if low is not None else f"{high:g} or less")


def expected_words(seen: Observed, expected: float, instrument: Instrument, confidence: float, who: str) -> str:
    """Put the change expected without treatment beside the observed one, in the patients that `who` counts."""
    places = decimals(instrument)
    return (
        f"Under your assumptions a mean change of {number(expected, places)} ({instrument.unit}) would be expected "
        f"without any treatment; observed: {number(seen.change, places)} "
        f"({interval(seen.low, seen.high, confidence, places)}) in {who}."
    )
