"""Widgets that hold one field of the mapping: set from it before they are drawn, and changing it when they are moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from explorer.cohort.mapping import model
from explorer.ui import reports, your_data
from explorer.ui.controls import held

Apply = Callable[[model.Mapping, Any], model.Mapping]
"""Makes a new mapping of the present one and the value of a widget."""


def choice(
    label: str,
    key: str,
    value: Any,
    options: Sequence[Any],
    apply: Apply,
    said: Mapping[Any, str] | None = None,
    help: str | None = None,
    hidden: bool = False,
    empty: str = "Choose",
    clears: bool = False,
) -> None:
    """Draw a list to choose one value from; with `clears`, what is chosen can be taken out again."""
    shown = list(options) if value in options or value is None else [*options, value]
    reports.put(key, value)
    st.selectbox(
        label,
        shown,
        None if clears or value is None else shown.index(value),
        key=key,
        format_func=lambda option: (said or {}).get(option, str(option)),
        on_change=_moved,
        args=(key, apply),
        help=help,
        placeholder=empty,
        label_visibility="collapsed" if hidden else "visible",
    )
    held.told(key)


def number(
    label: str,
    key: str,
    value: float | None,
    apply: Apply,
    whole: bool = False,
    help: str | None = None,
    empty: str = "not known",
) -> None:
    """Draw a number to type; empty where it is not known."""
    kind = int if whole else float
    reports.put(key, None if value is None else kind(value))
    st.number_input(
        label,
        value=None,
        step=kind(1),
        format="%d" if whole else "%g",
        key=key,
        on_change=_moved,
        args=(key, apply),
        help=help,
        placeholder=empty,
    )
    held.told(key)


def text(label: str, key: str, value: str, apply: Apply, help: str | None = None, empty: str | None = None) -> None:
    """Draw a line of text to type."""
    reports.put(key, value)
    st.text_input(
        label, value, key=key, max_chars=200, on_change=_moved, args=(key, apply), help=help, placeholder=empty
    )
    held.told(key)


def lines(label: str, key: str, value: str, apply: Apply, help: str) -> None:
    """Draw a box of several lines to type."""
    reports.put(key, value)
    st.text_area(label, value, key=key, max_chars=10_000, height=120, on_change=_moved, args=(key, apply), help=help)
    held.told(key)


def switch(label: str, key: str, value: bool, apply: Apply, help: str | None = None) -> None:
    """Draw a switch."""
    reports.put(key, value)
    st.toggle(label, value, key=key, on_change=_moved, args=(key, apply), help=help)
    held.told(key)


def day(label: str, key: str, value: Any, apply: Apply, help: str) -> None:
    """Draw a date; empty where there is none."""
    reports.put(key, value)
    st.date_input(
        label,
        None,
        min_value="1900-01-01",
        max_value="2100-12-31",
        key=key,
        on_change=_moved,
        args=(key, apply),
        format="YYYY-MM-DD",
        help=help,
    )
    held.told(key)


def _moved(key: str, apply: Apply) -> None:
    found = your_data.draft()
    if found is not None and reports.moved(key):
        your_data.attempt(key, lambda: your_data.put(apply(found.mapping, st.session_state[key])))
