"""A study in one sentence, fit for a Methods section."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from explorer.study.eligibility import Criterion
from explorer.study.windows import Window
from explorer.study.words import numbered, spelt

if TYPE_CHECKING:
    from explorer.study.study import Study

INDEX = {"first_prescription": "first prescription", "first_dose": "first dose"}

INTERVAL = {
    "wilson": "Wilson",
    "clopper_pearson": "Clopper-Pearson",
    "jeffreys": "Jeffreys",
    "agresti_coull": "Agresti-Coull",
    "mid_p": "mid-P",
}

PICKED = {
    "first": "the first score",
    "last": "the last score",
    "best": "the best score",
    "worst": "the worst score",
    "mean": "the mean of the scores",
}


def sentence(study: Study) -> str:
    """Say who was analysed, when, what counted as response and what was done with the rest, in one sentence."""
    return (
        f"We analysed {who(study)}; baseline was {picked(study.baseline)} and follow-up {_follow_up(study)}; "
        f"{_response(study)}; {after_stop(study)}, {study.missing}, and the response rate is given "
        f"{interval(study)}."
    )


def picked(window: Window) -> str:
    """Say which score a window yields: "the score closest to day 90 within days 30 to 120"."""
    chosen = PICKED.get(window.pick, f"the score {window.chosen}")
    return f"{chosen} {window.days}"


def _follow_up(study: Study) -> str:
    """Say which score is follow-up and, where the rule asks for reports and it differs, which day they are near."""
    window = study.follow_up
    middle = (window.from_day + window.to_day) / 2
    target = middle if window.target_day is None else window.target_day
    reports = study.response.rule.items() and window.pick != "closest"
    return picked(window) + (f" (reports: nearest to day {spelt(target)})" if reports else "")


def after_stop(study: Study) -> str:
    """Say what was done with scores after leaving the index drug, and what ICH E9(R1) calls it."""
    drug = study.index_drug
    return {
        "ignore": f"scores counted whether or not {drug} had been stopped (treatment policy)",
        "failure": f"stopping {drug} before the follow-up score counted as no response (composite strategy)",
        "last_before_stop": f"after {drug} had been stopped no score or report counted, the last one before did (while on treatment)",
    }[study.after_stop]


def interval(study: Study) -> str:
    """Name the interval and its level: "with a 95 % Wilson interval"."""
    level = f"{spelt(round(100 * study.confidence, 8))} %"
    if study.hypothetical:
        return "without an interval wherever a hypothetical addition is counted"
    if study.missing.kind == "multiple_imputation":
        return f"with a {level} interval by Rubin's rules ({INTERVAL[study.interval]} where all imputations agree)"
    return f"with a {level} {INTERVAL[study.interval]} interval"


def who(study: Study) -> str:
    """Say who was analysed: "all patients given tralokinumab with (1) ..."."""
    patients = f"patients given {study.index_drug}"
    if study.hypothetical:
        patients += " (hypothetical additions included)"
    criteria = f" {_such_as(study.eligibility)}" if study.eligibility else ""
    return f"all {patients}{criteria}, counting days from the {INDEX[study.index]}"


def _response(study: Study) -> str:
    response = study.response
    among = f"among those {_such_as(response.among)}, " if response.among else ""
    return f"{among}response was {response.rule}"


def _such_as(criteria: Sequence[Criterion]) -> str:
    """Describe patients by criteria: "(1) with prior dupilumab and (2) aged 18 or over"."""
    return numbered([text if text.startswith("aged") else f"with {text}" for text in map(str, criteria)])
