"""The readings of "improved", and what they alone say about other rules: bounds that no reconstruction can leave."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from explorer.reconstruction.facts import published
from explorer.reconstruction.printed import patients, shares_printing
from explorer.study.presets import ALMOST_CLEAR, AS_PUBLISHED, PRESETS
from explorer.study.response import (
    AllOf,
    AnyOf,
    AtLeast,
    Leaf,
    PercentImprovement,
    PointImprovement,
    Reported,
    Rule,
    ScoreAtLeast,
    ScoreAtMost,
)
from explorer.study.study import Study

READINGS: Mapping[str, Rule] = MappingProxyType(
    {
        reading: PRESETS[preset].study.response.rule
        for reading, preset in (
            ("mid", "as-published"),
            ("thr", "as-published-thresholds"),
            ("any", "as-published-any"),
        )
    }
)
"""What a draw takes the source to have counted as improvement, by the name its manifest gives it."""


def is_a_reading(rule: Rule) -> bool:
    """Say whether a rule is one of the readings of the published composite."""
    return rule in READINGS.values()


def figures_bind_response(study: Study) -> bool:
    """Say whether the printed share bounds a study's response rate: all but the rule is as published."""
    as_it_is = {"name", "response", "missing", "interval", "confidence"}
    held = {field: getattr(study, field) for field in Study.model_fields if field not in as_it_is}
    same = all(value == getattr(AS_PUBLISHED, field) for field, value in held.items())
    return (
        same
        and study.response.among == AS_PUBLISHED.response.among
        and study.missing.kind in ("non_responder", "worst_case")
    )


def figures_bind_means(study: Study) -> bool:
    """Say whether the printed means bound a study's changes: patients and windows are as published."""
    decisive = ("index_drug", "eligibility", "baseline", "follow_up", "index", "hypothetical")
    same = all(getattr(study, field) == getattr(AS_PUBLISHED, field) for field in decisive)
    return same and study.after_stop != "last_before_stop"


def outer_counts(rule: Rule) -> tuple[int, int]:
    """Bound how many of the prior users can meet a rule, whichever reading the source had.

    The bounds are by logic alone, so they hold for every cohort that gives the published share: who meets a rule that
    is stricter than the reading is among the improved, and who improved meets every looser rule. They enclose the
    sharp bounds, and where they are tight, so are those.

    Returns
    -------
    (int, int)
        The fewest and the most, of the 47.
    """
    bounds = [_counts(rule, reading) for reading in READINGS.values()]
    return min(low for low, _ in bounds), max(high for _, high in bounds)


def _counts(rule: Rule, reading: Rule) -> tuple[int, int]:
    (users,), (improved,) = published().counts("C2"), published().counts("C3")
    most = [users]
    most += [improved] if implies(rule, reading) else []
    most += [_most_clear()] if implies(rule, ALMOST_CLEAR) else []
    return improved if implies(reading, rule) else 0, min(most)


def _most_clear() -> int:
    """Return the largest count with an IGA of 1 or less that prints the published percentage."""
    return max(k for k, _ in shares_printing(published().fact("iga_0_1").value, patients()))


def implies(one: Rule, other: Rule) -> bool:
    """Say whether whoever meets one rule is sure to meet another.

    True is always right; false may mean that it was not seen.
    """
    if one == other:
        return True
    if isinstance(one, AnyOf | AtLeast) and all(implies(part, other) for part in one.rules):
        return True
    if isinstance(one, AllOf) and any(implies(part, other) for part in one.rules):
        return True
    if isinstance(other, AnyOf | AllOf | AtLeast):
        return sum(implies(one, part) for part in other.rules) >= _parts_needed(other)
    return not isinstance(one, AnyOf | AllOf | AtLeast) and _leaf_implies(one, other)


def _parts_needed(rule: AnyOf | AllOf | AtLeast) -> int:
    if isinstance(rule, AtLeast):
        return rule.count
    return 1 if isinstance(rule, AnyOf) else len(rule.rules)


def _leaf_implies(one: Leaf, other: Leaf) -> bool:
    if isinstance(one, Reported) or isinstance(other, Reported) or one.instrument != other.instrument:
        return False
    if not _starts_as_high(one.baseline_at_least, other.baseline_at_least):
        return False
    if isinstance(one, ScoreAtMost) and isinstance(other, ScoreAtMost):
        return one.score <= other.score
    if isinstance(one, ScoreAtLeast) and isinstance(other, ScoreAtLeast):
        return one.score >= other.score
    return _improves_as_much(one, other)


def _starts_as_high(one: float | None, other: float | None) -> bool:
    return other is None or (one is not None and one >= other)


def _improves_as_much(one: Leaf, other: Leaf) -> bool:
    improvements = PercentImprovement | PointImprovement
    if not isinstance(one, improvements) or not isinstance(other, improvements):
        return False
    (asked, suffices), (wanted, enough) = one.threshold, other.threshold
    if one.kind == other.kind:
        return asked > wanted or (asked == wanted and (enough or not suffices))
    # Any percentage above 0 is some improvement in points; how much depends on the baseline.
    some = asked > 0 or not suffices
    return isinstance(one, PercentImprovement) and some and wanted == 0
