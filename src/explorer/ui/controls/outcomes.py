"""What is done about leaving the drug and missing outcomes, how doubt is given, and who may be invented."""

from __future__ import annotations

import streamlit as st

from explorer.analysis.analyse import Analysis
from explorer.analysis.outcome import left_early
from explorer.analysis.rates import counts_invented
from explorer.export.numbers import rate_interval, share
from explorer.export.people import analysed
from explorer.study.missing import Missing
from explorer.study.sentence import INTERVAL
from explorer.study.study import Study
from explorer.study.words import spelt
from explorer.ui import guard, small_counts
from explorer.ui.controls import held
from explorer.ui.show import plain

AFTER_STOP = {
    "ignore": "their score counts all the same",
    "failure": "they count as not responding",
    "last_before_stop": "their last score on the drug counts",
}
MISSING = {
    "non_responder": "count as no response",
    "observed": "leave out",
    "last_observation": "carry the last score forward",
    "best_case": "count as response (upper bound)",
    "worst_case": "count as no response (lower bound)",
    "multiple_imputation": "multiple imputation",
}


def n_left_early(analysis: Analysis) -> int | None:
    """Count those who left the index drug before their follow-up score; None where the cohort does not say."""
    if "end_day" not in analysis.cohort.columns_given.get("treatments", ()):
        return None
    rule, facts = analysis.study.response.rule, analysis.facts
    left = facts.remembered(("left early", rule.instruments(), rule.items()), lambda: left_early(facts, rule))
    return int((left & analysis.response.among).sum())


def after_stop(analysis: Analysis) -> None:
    """Draw what is done with scores after the index drug was left."""
    n, drug = n_left_early(analysis), analysis.study.index_drug
    if n is None:
        st.caption(plain(f"This cohort does not record when {drug} ended, so its scores count as they are."))
        return
    held.choice(
        "Who left the drug before the follow-up score",
        "after-stop",
        analysis.study.after_stop,
        tuple(AFTER_STOP),
        lambda study, value: study.replace(after_stop=value),
        AFTER_STOP,
        "What ICH E9(R1) calls the strategy for an intercurrent event: treatment policy (the score counts), "
        "composite (leaving is failure) or while on treatment (the last score before).",
    )
    st.caption(small_counts.told(f"{n} of {analysis.response.n_among} had left before their follow-up."))


def after_stop_summary(analysis: Analysis) -> str:
    """Say what is done with who left the drug, and how many that are."""
    n = n_left_early(analysis)
    if n is None:
        return "Not recorded"
    choice = AFTER_STOP[analysis.study.after_stop]
    return choice if small_counts.on() else f"{n} of {analysis.response.n_among}: {choice}"


def missing(analysis: Analysis) -> None:
    """Draw what is done with unknown outcomes."""
    policy, r = analysis.study.missing, analysis.response
    held.choice(
        "Patients whose response is unknown",
        "missing",
        policy.kind,
        tuple(MISSING),
        lambda study, kind: study.replace(missing=Missing(kind=kind)),
        MISSING,
        "The source counts improvement among all prior users, so unknown counts as no response there. Best and worst "
        "case bound what the missing outcomes allow.",
    )
    if policy.kind == "multiple_imputation":
        _imputations(policy)
    left = f"{r.n_unknown} of {r.n_among} unknown; {r.n_evaluable} of {r.n_among} stay in the denominator."
    st.caption(f"{small_counts.told(left)} Response: {guard.result(share(r.n_responders, r.n_evaluable, r.rate))}.")


def _imputations(policy: Missing) -> None:
    held.number(
        "Imputations",
        "imputations",
        policy.imputations,
        lambda study, value: _imputed(study, imputations=value),
        (2, 200),
        whole=True,
        help="Completed data sets, combined by Rubin's rules; 20 is usual.",
    )
    held.number(
        "Seed",
        "seed",
        policy.seed,
        lambda study, value: _imputed(study, seed=value),
        (0, 2**32 - 1),
        whole=True,
        help="Starts the random draws; the same seed gives the same figures.",
    )


def _imputed(study: Study, **fields: int) -> Study:
    return study.replace(missing=study.missing.replace(**fields))


def missing_summary(analysis: Analysis) -> str:
    """Say how many outcomes are unknown and what is done with them."""
    r, choice = analysis.response, MISSING[analysis.study.missing.kind]
    return choice if small_counts.on() else f"{r.n_unknown} of {r.n_among} unknown: {choice}"


def interval(analysis: Analysis) -> None:
    """Draw how the interval of the response rate is made."""
    r, study = analysis.response, analysis.study
    held.choice(
        "Interval of the response rate",
        "interval",
        study.interval,
        tuple(INTERVAL),
        lambda study, value: study.replace(interval=value),
        INTERVAL,
        "How far the rate could lie by chance alone. Wilson suits small samples; Clopper-Pearson is never too short, "
        "and so often too long.",
    )
    held.number(
        "Confidence (%)",
        "confidence",
        round(100 * study.confidence, 8),
        lambda study, value: study.replace(confidence=round(value / 100, 10)),
        (50.1, 99.9),
        help="How often intervals made this way hold the true rate. 95 is usual.",
    )
    limits = rate_interval(r.ci_low, r.ci_high, study.confidence)
    st.caption(guard.result(f"{share(r.n_responders, r.n_evaluable, r.rate)}, {limits}"))


def interval_summary(analysis: Analysis) -> str:
    """Name the interval in force."""
    return f"{spelt(round(100 * analysis.study.confidence, 8))} % {INTERVAL[analysis.study.interval]}"


def hypothetical(analysis: Analysis) -> None:
    """Draw the switch that counts invented patients in, where the cohort holds such."""
    cohort = analysis.cohort
    n = int(cohort.hypothetical.sum())
    if not n:
        return
    held.switch(
        "Hypothetical additions",
        "hypothetical",
        analysis.study.hypothetical,
        lambda study, value: study.replace(hypothetical=value),
        f"{n} invented patients whom only looser criteria would let in: they show what a criterion keeps out, are "
        "drawn hollow, and no p value or interval is given while any of them is counted.",
    )
    if analysis.study.hypothetical:
        st.caption(small_counts.told(f"{analysed(analysis)}; {n} in all would need looser criteria."))


def invented(analysis: Analysis) -> str:
    """Say above the results how far hypothetical additions are in them."""
    if counts_invented(analysis):
        return f"**{analysed(analysis)}** analysed: no p values and no intervals are given."
    return f"**{analysed(analysis)}** analysed: the criteria in force let no hypothetical addition in."
