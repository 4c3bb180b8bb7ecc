"""When baseline and follow-up are measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import streamlit as st

from explorer.analysis.analyse import Analysis
from explorer.study.presets import AS_PUBLISHED
from explorer.study.sentence import INDEX
from explorer.study.study import Study
from explorer.study.windows import Window
from explorer.ui import small_counts
from explorer.ui.controls import held

Which = Literal["baseline", "follow_up"]

NAMES: dict[Which, str] = {"baseline": "Baseline", "follow_up": "Follow-up"}
PICKS = {
    "closest": "closest to the target day",
    "first": "the first",
    "last": "the last",
    "best": "the best",
    "worst": "the worst",
    "mean": "the mean of all",
}
SHORTCUTS: dict[Which, dict[str, Window]] = {
    "baseline": {
        "Last in 60 days before": AS_PUBLISHED.baseline,
        "Last in 30 days before": Window(from_day=-30, to_day=0, pick="last"),
        "Day 0 only": Window(from_day=0, to_day=0, pick="last"),
    },
    "follow_up": {
        "Near day 90, days 30 to 120": AS_PUBLISHED.follow_up,
        "Week 16, give or take 4 weeks": Window(from_day=84, to_day=140, target_day=112, pick="closest"),
        "Near day 90, days 30 to 180": Window(from_day=30, to_day=180, target_day=90, pick="closest"),
        "Last in half a year": Window(from_day=1, to_day=183, pick="last"),
    },
}


def windows(analysis: Analysis) -> None:
    """Draw both windows and the day they count from."""
    _day_0(analysis)
    rows = analysis.change
    st.markdown("**Baseline**")
    _window("baseline", analysis.study.baseline)
    st.caption(_scored("a baseline score", [(row.instrument, row.n_baseline) for row in rows], analysis.ledger.n))
    st.markdown("**Follow-up**")
    _window("follow_up", analysis.study.follow_up)
    st.caption(_scored("a follow-up score", [(row.instrument, row.n_followup) for row in rows], analysis.ledger.n))


def summary(analysis: Analysis) -> str:
    """Say both windows and how many patients have both scores."""
    paired = sorted(row.n_paired for row in analysis.change)
    baseline, follow_up = (_days(window) for window in (analysis.study.baseline, analysis.study.follow_up))
    text = f"Day {baseline}, then {follow_up}"
    if not paired or small_counts.on():
        return text
    both = f"{paired[0]}" if paired[0] == paired[-1] else f"{paired[0]} to {paired[-1]}"
    return f"{text} · {both} of {analysis.ledger.n} with both scores"


def _days(window: Window) -> str:
    low, high = (f"{day}".replace("-", "−") for day in (window.from_day, window.to_day))
    return low if low == high else f"{low} to {high}"


def _scored(what: str, counts: Sequence[tuple[str, int]], n: int) -> str:
    if not counts:
        return "No scores."
    return small_counts.told(f"With {what}, of {n}: {', '.join(f'{code} {count}' for code, count in counts)}")


def _day_0(analysis: Analysis) -> None:
    if "start_day" in analysis.cohort.columns_given.get("treatments", ()) or analysis.study.index == "first_dose":
        held.choice(
            "Days count from",
            "index",
            analysis.study.index,
            tuple(INDEX),
            lambda study, index: study.replace(index=index),
            INDEX,
            "The day that is called 0. The source counts from the prescription; the first dose may come weeks later.",
        )


def _window(which: Which, window: Window) -> None:
    shortcuts = SHORTCUTS[which]
    held.add(
        f"{NAMES[which]}: a usual window",
        f"{which}-usual",
        list(shortcuts),
        lambda study, name: study.replace(**{which: shortcuts[name]}),
        "Windows that are often used. The days below can be typed freely.",
    )
    name = NAMES[which]
    _day(which, "from_day", f"{name} from day", window, "The first day that counts; negative is before day 0.")
    _day(which, "to_day", f"{name} to day", window, "The last day that counts.")
    held.choice(
        f"{name}: of several scores, use",
        f"{which}-pick",
        window.pick,
        tuple(PICKS),
        lambda study, pick: _changed(study, which, pick=pick),
        PICKS,
        "Best and worst are chosen by the scale's own direction and flatter or spoil the result, the more so "
        "the more visits there are. Ties go to the earlier day.",
    )
    _target(which, window)


def _day(which: Which, field: str, label: str, window: Window, help: str) -> None:
    held.number(
        label,
        f"{which}-{field}",
        getattr(window, field),
        lambda study, day: _changed(study, which, **{field: day}),
        (-40_000, 40_000),
        help=help,
        whole=True,
    )


def _target(which: Which, window: Window) -> None:
    held.number(
        f"{NAMES[which]} target day",
        f"{which}-target_day",
        window.target_day,
        lambda study, day: _changed(study, which, target_day=day),
        (window.from_day, window.to_day),
        help="The day that a score and a report should be near to; it lies within the window and moves with it.",
        whole=True,
        empty="none",
    )


def _changed(study: Study, which: Which, **fields: Any) -> Study:
    window: Window = getattr(study, which)
    days = {name: getattr(window, name) for name in ("from_day", "to_day", "target_day")} | fields
    pick = fields.get("pick", window.pick)
    if days["target_day"] is None and "pick" in fields and pick == "closest":
        days["target_day"] = (days["from_day"] + days["to_day"]) // 2
    if days["target_day"] is not None and "target_day" not in fields:
        days["target_day"] = max(days["from_day"], min(days["to_day"], days["target_day"]))
    return study.replace(**{which: window.replace(**days | {"pick": pick})})
