"""How one study differs from another, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from explorer.study.frozen import Frozen
from explorer.study.response import AtLeast, Combined, Rule
from explorer.study.windows import Window
from explorer.study.words import spelt

if TYPE_CHECKING:
    from explorer.study.study import Study

SUBJECTS = ("drug", "instrument", "item", "column")


def differences(study: Study, other: Study) -> list[str]:
    """Say how a study differs from another: one line per choice, empty where only the name does."""
    return [
        *_field(study, other, "index_drug", "index drug"),
        *_field(study, other, "prior_drug", "prior drug"),
        *_field(study, other, "index", "day 0"),
        *_criteria("eligibility", study.eligibility, other.eligibility),
        *_window("baseline", study.baseline, other.baseline),
        *_window("follow-up", study.follow_up, other.follow_up),
        *_criteria("response counted among", study.response.among, other.response.among),
        *_rule(study.response.rule, other.response.rule),
        *_field(study, other, "after_stop", "after stopping the index drug"),
        *_field(study, other, "missing", "missing outcomes"),
        *_field(study, other, "interval", "interval"),
        *_field(study, other, "confidence", "confidence", lambda level: f"{spelt(round(100 * level, 8))} %"),
        *_field(
            study, other, "hypothetical", "hypothetical additions", lambda held: "counted in" if held else "left out"
        ),
    ]


def _said(value: object) -> str:
    if value is None:
        return "none"
    return str(value) if isinstance(value, Frozen) else str(value).replace("_", " ")


def _field(study: Study, other: Study, field: str, label: str, said: Callable[..., str] = _said) -> list[str]:
    now, then = getattr(study, field), getattr(other, field)
    return [] if now == then else [f"{label}: {said(now)} instead of {said(then)}"]


def _window(label: str, now: Window, then: Window) -> list[str]:
    if now == then:
        return []
    # What both have in common is said once: "closest to day 90 within days 30 to 180 instead of within days 30 to 120".
    before = then.days if now.chosen == then.chosen else str(then)
    return [f"{label}: {now} instead of {before}"]


def _criteria(label: str, now: Sequence[Frozen], then: Sequence[Frozen]) -> list[str]:
    if now == then:
        return []
    return _changes(label, now, then) or [f"{label}: the same criteria in another order or number"]


def _rule(now: Rule, then: Rule) -> list[str]:
    if now == then:
        return []
    whole = [f"response: {now} instead of {then}"]
    if isinstance(now, Combined) and isinstance(then, Combined) and _combine_alike(now, then):
        return _changes("response", now.rules, then.rules) or whole
    return whole


def _combine_alike(now: Combined, then: Combined) -> bool:
    counts = [rule.count if isinstance(rule, AtLeast) else None for rule in (now, then)]
    return now.kind == then.kind and counts[0] == counts[1]


def _changes(label: str, now: Sequence[Frozen], then: Sequence[Frozen]) -> list[str]:
    """Say which parts changed, came or went; a part that kept its kind and subject has changed."""
    came = [part for part in now if part not in then]
    went = [part for part in then if part not in now]
    lines = []
    for part in came:
        before = next((old for old in went if _subject(old) == _subject(part)), None)
        if before is None:
            lines.append(f"{label}: also {part}")
        else:
            went.remove(before)
            lines.append(f"{label}: {part} instead of {before}")
    return lines + [f"{label}: without {part}" for part in went]


def _subject(part: Frozen) -> tuple[object, ...]:
    return (type(part), *(getattr(part, name, None) for name in SUBJECTS))
