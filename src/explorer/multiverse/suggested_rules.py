"""The rules of response and the thresholds that any cohort's scores and reports can be asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from explorer.cohort.instruments import Instrument
from explorer.cohort.tables import Cohort
from explorer.multiverse.decisions import RuleDecision, RuleOption, ThresholdDecision, ThresholdOption
from explorer.multiverse.published import OURS
from explorer.study.cutoffs import Cutoff, cutoffs
from explorer.study.response import AllOf, AnyOf, PercentImprovement, PointImprovement, Reported, ScoreAtMost
from explorer.study.study import Study

MOST_INSTRUMENTS, MOST_ITEMS, MOST_THRESHOLDS = 4, 3, 4


def responses(base: Study, cohort: Cohort) -> RuleDecision:
    """Return the rules that a cohort can be asked, that of its default study first."""
    options = [*_simple(cohort), *_combined(cohort)]
    first = [each for each in options if each.rule == base.response.rule]
    return RuleDecision(field="rule", name="Response", options=(*first, *(o for o in options if o not in first)))


def thresholds(cohort: Cohort) -> Iterator[ThresholdDecision]:
    """Give the thresholds of every rule that asks for improvement, where there is more than one."""
    for each in _instruments(cohort):
        code, percentages, points = each.code, _percentages(each), _points(each)
        if len(percentages) > 1:
            name, kind = short(f"{code} threshold (%)"), "percent_improvement"
            yield ThresholdDecision(field="threshold", name=name, kind=kind, about=code, options=percentages)
        if len(points) > 1:
            name, kind = short(f"{code} threshold (points)"), "point_improvement"
            yield ThresholdDecision(field="threshold", name=name, kind=kind, about=code, options=points)


def _simple(cohort: Cohort) -> Iterator[RuleOption]:
    for instrument in _instruments(cohort):
        yield from _improvements(instrument)
        yield from _states(instrument)
    for item in cohort.items[:MOST_ITEMS]:
        yield RuleOption(
            label=short(f"{item.replace('_', ' ')} reported"),
            rule=Reported(item=item),
            reason="The patient's own verdict, without any score.",
            source=OURS,
        )


def _instruments(cohort: Cohort) -> list[Instrument]:
    return list(cohort.instruments.values())[:MOST_INSTRUMENTS]


def _improvements(instrument: Instrument) -> Iterator[RuleOption]:
    code = instrument.code
    for percent in _percentages(instrument)[:1]:
        yield RuleOption(
            label=short(f"{code} by a percentage"),
            rule=PercentImprovement(instrument=code, at_least=percent.at_least),
            reason="Improvement as a share of the score at the start.",
            source=percent.source,
        )
    for points in _points(instrument)[:1]:
        yield RuleOption(
            label=short(f"{code} by points"),
            rule=PointImprovement(instrument=code, at_least=points.at_least),
            reason="Improvement in points, the same for mild and for severe disease.",
            source=points.source,
        )


def _states(instrument: Instrument) -> Iterator[RuleOption]:
    if instrument.lower_is_better:
        for each in cutoffs(instrument.code, "score"):
            rule = ScoreAtMost(instrument=instrument.code, score=each.value)
            yield RuleOption(
                label=short(str(rule)),
                rule=rule,
                reason="A state that is good enough, from wherever it was reached.",
                source=_cited(each),
            )


def _combined(cohort: Cohort) -> Iterator[RuleOption]:
    """Give the first rules of two instruments, either and both."""
    instruments = _instruments(cohort)[:2]
    rules = tuple(next(_improvements(each)).rule for each in instruments)
    if len(rules) == 2:
        either, both = (short(f" {word} ".join(each.code for each in instruments)) for word in ("or", "and"))
        yield RuleOption(label=either, rule=AnyOf(rules=rules), reason="Better on any of the scores.", source=OURS)
        yield RuleOption(label=both, rule=AllOf(rules=rules), reason="Better on all of the scores.", source=OURS)


def _percentages(instrument: Instrument) -> tuple[ThresholdOption, ...]:
    """Return sourced percentages, half of the score first; conventional ones where none was sourced."""
    # Half of a score means little on a scale that does not begin at 0 or rises with health.
    if not instrument.lower_is_better or instrument.range_min != 0:
        return () if instrument.mcid is not None else (_percent(50),)
    sourced = [_threshold(each, "%") for each in cutoffs(instrument.code, "percent")]
    return _by_value(
        [*(each for each in sourced if each.at_least == 50), _percent(50), *sourced, _percent(75), _percent(30)]
    )


def _percent(value: float) -> ThresholdOption:
    return ThresholdOption(
        label=f"{value:g} %", at_least=value, reason="A round figure in use for many scales.", source=OURS
    )


def _points(instrument: Instrument) -> tuple[ThresholdOption, ...]:
    """Return the change that matters and other sourced changes; none where none was sourced."""
    matters = [] if instrument.mcid is None else [_mcid(instrument, instrument.mcid)]
    return _by_value([*matters, *(_threshold(each, "points") for each in cutoffs(instrument.code, "points"))])


def _mcid(instrument: Instrument, value: float) -> ThresholdOption:
    source = instrument.mcid_source[:500] or "As the cohort describes the instrument"
    return ThresholdOption(
        label=f"{value:g} points",
        at_least=value,
        reason="The smallest change that matters to one person.",
        source=source,
    )


def _threshold(cutoff: Cutoff, unit: str) -> ThresholdOption:
    return ThresholdOption(
        label=f"{cutoff.value:g} {unit}",
        at_least=cutoff.value,
        reason=f"In use as {cutoff.label}.",
        source=_cited(cutoff),
    )


def _by_value(options: Iterable[ThresholdOption]) -> tuple[ThresholdOption, ...]:
    """Keep the first option of each threshold."""
    kept: dict[float, ThresholdOption] = {}
    for option in options:
        kept.setdefault(option.at_least, option)
    return tuple(kept.values())[:MOST_THRESHOLDS]


def _cited(cutoff: Cutoff) -> str:
    return f"{cutoff.used_in}, {cutoff.url}"


def short(text: str) -> str:
    """Cut a text to the length that a label may have."""
    return text if len(text) <= 200 else f"{text[:197]}..."
