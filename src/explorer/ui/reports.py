"""What a browser reports of a widget, and whether its reader moved it.

With every change a browser sends what each widget holds there. Where the server has set a widget since, that is old: the
reader pressed a key while a run that moves another widget, say the slider beside a typed number, was still under way.
Streamlit takes any report that differs from what it holds for a reader's wish, and would undo the change. So every run
has a number, which a hidden widget, drawn last, carries to the browser and back; with what a widget held at that run,
a report of the same is known to be none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

RUN, SEEN, KNOWN = "run", "run-seen", "known"
"""Keys of the last run's number, of the widget that carries it, and of what is known of each widget."""
PLACE = "run-seen-place"
HIDDEN = f'<style>[data-testid="stLayoutWrapper"]:has(> .st-key-{PLACE}) {{ display: none; }}</style>'
"""Hides the whole place: an empty one would still push the page down."""


@dataclass(frozen=True)
class Known:
    """What a browser may hold of one widget.

    Attributes
    ----------
    values : tuple of (int, value)
        From which run on which value is held, oldest first. All after the first were set by the server.
    """

    values: tuple[tuple[int, Any], ...]

    def at(self, seen: int) -> Any:
        """Return what a browser holds that has seen a run, while its reader does not move the widget."""
        return next((value for run, value in reversed(self.values) if run <= seen), self.values[0][1])

    def may_be(self, value: Any, seen: int) -> bool:
        """Say whether a browser that has seen a run may hold a value though its reader did not move the widget.

        It draws a run piece by piece, so that it may hold what a later one has set.
        """
        return value == self.at(seen) or any(value == each for run, each in self.values if run > seen)

    def then(self, value: Any, reported: Any, run: int, seen: int) -> tuple[Known, bool]:
        """Return what is known once a widget is to hold a value, and whether the server has to set it for that.

        Parameters
        ----------
        value : what the widget is to hold.
        reported : what the session says that it holds: the browser's report, or what was set last.
        run, seen : int
            The run that draws the widget, and the last one the browser had seen when it asked for it.
        """
        under_way = tuple(each for each in self.values if each[0] > seen)
        if value == reported and not under_way:
            return Known(((seen, value),)), False
        base = self.at(seen) if reported == self.values[-1][1] else reported
        return Known(((seen, base), *under_way, (run, value))), True


def put(key: str, value: Any) -> None:
    """Let the widget of a key, which is drawn next, hold a value.

    It is set only where it has to be: setting a widget makes the browser drop what is being typed into it.
    """
    known = _known()
    if key not in st.session_state or key not in known:
        known[key], needed = Known(((_run(), value),)), True
    else:
        known[key], needed = known[key].then(value, st.session_state[key], _run(), _seen())
    if needed:
        st.session_state[key] = value


def moved(key: str) -> bool:
    """Say whether the reader moved the widget of a key; for its callback."""
    known = _known().get(key)
    return known is None or not known.may_be(st.session_state[key], _seen())


def carrier() -> DeltaGenerator:
    """Make the place of the hidden widget: always the same, wherever a page ends."""
    place = st.container(key=PLACE)
    place.html(HIDDEN)
    return place


def end_run(carrier: DeltaGenerator) -> None:
    """Let the browser know the number of the run once everything before it is drawn."""
    st.session_state[RUN] = st.session_state[SEEN] = _run()
    carrier.number_input("Run", value=st.session_state[RUN], step=1, key=SEEN)


def _run() -> int:
    return int(st.session_state.get(RUN, 0)) + 1


def _seen() -> int:
    # Without a hidden widget, as where a page is drawn alone, nothing is under way.
    return int(st.session_state.get(SEEN, _run()))


def _known() -> dict[str, Known]:
    held: dict[str, Known] = st.session_state.setdefault(KNOWN, {})
    return held
