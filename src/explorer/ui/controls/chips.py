"""What differs from the chosen preset, each with the way back."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from explorer.study.study import Study
from explorer.ui.controls import held
from explorer.ui.show import plain

FIELDS = (
    "index_drug",
    "prior_drug",
    "index",
    "eligibility",
    "baseline",
    "follow_up",
    "among",
    "rule",
    "after_stop",
    "missing",
    "interval",
    "confidence",
    "hypothetical",
)


def chips(study: Study, preset: Study) -> None:
    """Offer each difference from the preset as a button that takes it back."""
    differing = list(differing_fields(study, preset))
    if not differing:
        return
    with st.container(horizontal=True, gap="small", key="chips"):
        for field, words in differing:
            held.press(
                plain(words),
                f"chip-{field}",
                lambda now, field=field: put_back(now, preset, field),  # type: ignore[misc]
                f"Back to “{plain(preset.name)}” in this",
                looks="secondary",
                icon=":material/undo:",
                wrap=True,
            )


def differing_fields(study: Study, preset: Study) -> Iterator[tuple[str, str]]:
    """Yield each field in which a study differs from a preset, with the difference in words."""
    for field in FIELDS:
        if _of(study, field) != _of(preset, field):
            yield field, "; ".join(study.differences(put_back(study, preset, field)))


def _of(study: Study, field: str) -> object:
    return getattr(study.response if field in ("among", "rule") else study, field)


def put_back(study: Study, preset: Study, field: str) -> Study:
    """Return the study with one field as the preset has it."""
    if field in ("among", "rule"):
        part = {field: getattr(preset.response, field)}
        return study.replace(response=study.response.replace(**part))
    return study.replace(**{field: getattr(preset, field)})
