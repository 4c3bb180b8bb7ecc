"""Widgets that hold one field of the study in force.

The study is the only truth. Before a widget is drawn it is set to what the study says, so that presets, undo,
links, chips and clicks in charts move it; when the reader moves it (`ui/reports`), a new study is put in force. What the
study refuses is said beside the widget, which goes back to what it was. A browser that makes a widget late, when another run
has followed, knows only what it is by default: so the default is what the study says, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, Literal

import streamlit as st

from explorer.study.study import Study
from explorer.ui import reports, state
from explorer.ui.show import plain, unbroken

Apply = Callable[[Study, Any], Study]
"""Makes a new study of the one in force and the value of a widget."""


def number(
    label: str,
    key: str,
    value: float | None,
    apply: Apply,
    limits: tuple[float, float],
    step: float = 1,
    help: str | None = None,
    whole: bool = False,
    empty: str | None = None,
) -> None:
    """Draw a number to type; it may be left empty where `empty` says what that means."""
    kind = int if whole else float
    low, high = (kind(limit) for limit in _around(limits, value))
    shown: Any = None if value is None else kind(value)
    kinds: dict[str, Any] = {"min_value": low, "max_value": high, "step": kind(step)}
    reports.put(key, shown)
    st.number_input(
        label,
        **kinds,
        # One that has a value to begin with could not be left empty again.
        value=None if empty is not None else "min" if value is None else shown,
        format="%d" if whole else "%g",
        key=key,
        help=help,
        on_change=_moved,
        args=(key, apply),
        placeholder=empty,
    )
    told(key)


def threshold(
    label: str, key: str, value: float, apply: Apply, limits: tuple[float, float], step: float, help: str
) -> None:
    """Draw a number as a slider with a box beside it, to type what a slider cannot hit."""
    low, high = map(float, _around(limits, value))
    slider, typed = st.columns([3, 2], vertical_alignment="bottom", gap="small")
    reports.put(f"{key}-slider", float(value))
    slider.slider(
        label,
        low,
        high,
        float(value),
        step=float(step),
        format="%g",
        key=f"{key}-slider",
        help=help,
        on_change=_moved,
        args=(f"{key}-slider", apply),
    )
    with typed:
        reports.put(key, float(value))
        st.number_input(
            f"{label}, typed",
            low,
            high,
            float(value),
            step=float(step),
            format="%g",
            key=key,
            on_change=_moved,
            args=(key, apply),
            label_visibility="collapsed",
        )
    told(key)


def choice(
    label: str,
    key: str,
    value: Any,
    options: Sequence[Any],
    apply: Apply,
    said: Mapping[Any, str] | None = None,
    help: str | None = None,
    act: Callable[[Study], None] = state.change,
) -> None:
    """Draw a list to choose one value from; the one in force stands in it whether offered or not."""
    shown = list(options) if value in options else [*options, value]
    reports.put(key, value)
    st.selectbox(
        label,
        shown,
        shown.index(value),
        format_func=lambda option: (said or {}).get(option, str(option)),
        key=key,
        help=help,
        on_change=_moved,
        args=(key, apply, act),
    )
    told(key)


def several(
    label: str, key: str, values: Sequence[str], options: Sequence[str], apply: Apply, help: str | None = None
) -> None:
    """Draw a list to choose several values from."""
    held = list(values)
    reports.put(key, held)
    st.multiselect(
        label,
        [*options, *(value for value in held if value not in options)],
        held,
        format_func=spoken,
        key=key,
        help=help,
        on_change=_moved,
        args=(key, apply),
    )
    told(key)


def day(label: str, key: str, value: Any, apply: Apply, help: str | None = None) -> None:
    """Draw a date; empty where there is no limit."""
    reports.put(key, value)
    st.date_input(
        label,
        None,
        min_value="1900-01-01",
        max_value="2100-12-31",
        key=key,
        help=help,
        on_change=_moved,
        args=(key, apply),
        format="YYYY-MM-DD",
    )
    told(key)


def add(label: str, key: str, options: Sequence[str], apply: Apply, help: str | None = None) -> None:
    """Draw a list of things to add; what is chosen is added and the list is ready for the next."""
    reports.put(key, None)
    st.selectbox(label, options, None, key=key, placeholder="Choose", help=help, on_change=_moved, args=(key, apply))
    told(key)


def switch(label: str, key: str, value: bool, apply: Apply, help: str) -> None:
    """Draw a switch."""
    reports.put(key, value)
    st.toggle(label, value, key=key, help=help, on_change=_moved, args=(key, apply))
    told(key)


def text(label: str, key: str, value: str, apply: Apply, help: str) -> None:
    """Draw a line of text to type."""
    reports.put(key, value)
    st.text_input(label, value, key=key, help=help, max_chars=200, on_change=_moved, args=(key, apply))
    told(key)


def press(
    label: str,
    key: str,
    make: Callable[[Study], Study],
    help: str | None = None,
    looks: Literal["secondary", "tertiary"] = "tertiary",
    icon: str | None = None,
    wrap: bool | None = None,
) -> None:
    """Draw a button that puts another study in force."""

    def pressed() -> None:
        state.attempt(key, lambda: state.change(make(state.study())))

    st.button(label, key, help, pressed, type=looks, icon=icon, wrap=wrap)
    told(key)


def told(key: str) -> None:
    """Say beside a widget why its last entry was not taken, where that is so."""
    why = state.refusal(key)
    if why is not None:
        st.error(lines(f"Not changed. {why}"))


def section(label: str, key: str, draw: Callable[[], None], summary: str, small: bool = False) -> None:
    """Draw a part that is only made when it is open, with a line that says the present choice and whom it keeps.

    The label should stay as it is while the part is edited: Streamlit makes a new part of another label, and the
    widget that is being used would lose the keyboard.
    """
    reports.put(key, key in st.session_state.unfolded)
    # In any case: with another label it is another widget.
    st.session_state[key] = key in st.session_state.unfolded
    look: Literal["compact", "default"] = "compact" if small else "default"
    title = f"**{plain(label)}**" if small else plain(label)
    folded = st.expander(title, key=key, on_change=_folded, args=(key,), type=look)
    # Below a closed part; `show.STYLE` moves it near. A container around both would be one more thing to send and draw
    # for each of some twenty parts.
    with folded if folded.open else nullcontext():
        st.caption(plain(unbroken(summary)))
        if folded.open:
            draw()


def unfold(key: str, open: bool = True) -> None:
    """Let a part be open, or closed, the next time it is drawn."""
    held: frozenset[str] = st.session_state.unfolded
    st.session_state.unfolded = held | {key} if open else held - {key}


def _folded(key: str) -> None:
    if reports.moved(key):
        unfold(key, st.session_state[key])


def lines(text: str) -> str:
    """Keep the lines of a message apart, and its text from being read as markup."""
    return plain(text).replace("\n", "  \n")


def spoken(value: object) -> str:
    """Write a code of a data file as words."""
    return str(value).replace("_", " ")


def _moved(key: str, apply: Apply, act: Callable[[Study], None] = state.change) -> None:
    if reports.moved(key):
        state.attempt(key, lambda: act(apply(state.study(), st.session_state[key])))


def _around(limits: tuple[float, float], value: float | None) -> tuple[float, float]:
    """Widen limits to hold a value that a link or a file brought from outside them."""
    low, high = limits
    return (low, high) if value is None else (min(low, value), max(high, value))
