"""Cautions that many definitions share, worded without the numbers of any one of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from explorer.study.lint import FEWEST

IN_GENERAL: Mapping[str, str] = MappingProxyType(
    {
        "few_evaluable": f"Fewer than {FEWEST} patients can be evaluated: read the interval and not the percentage.",
        "follow_up_before_start": "The follow-up window ends before the drug could have worked.",
        "follow_up_opens_early": "The follow-up window opens so early that a score from before the start can count as "
        "follow-up.",
        "windows_overlap": "The follow-up window opens before the baseline window closes: one visit can count as both, "
        "and its change is 0.",
        "baseline_after_start": "The baseline window goes on after the start, when scores may already show an effect.",
        "unreachable": "Part of the responder rule asks for what no score of its scale can give.",
        "impossible_after_restriction": "The restriction on baseline leaves nobody who could meet a part of the responder "
        "rule.",
        "met_at_baseline": "Everyone counted meets a part of the responder rule at baseline already.",
        "no_baseline": "No eligible patient has the baseline that a part of the responder rule needs.",
        "unreachable_here": "No eligible patient began with a score from which a part of the responder rule could be met.",
        "no_such_value": "No patient has a value that a criterion asks for.",
        "multiple_imputation": "Imputations are random draws: another seed gives slightly different figures. They assume "
        "that what was recorded explains what is missing.",
    }
)
"""By code: what `explorer.study.lint` says of one study with its own days, scores, rules and counts."""
