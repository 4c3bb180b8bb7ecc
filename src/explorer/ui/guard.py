"""Against picking the best: how many definitions were looked at, and which one was fixed before looking."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from explorer.study.estimand import Lock, Viewed, estimand
from explorer.study.presets import title
from explorer.study.study import Study
from explorer.ui import small_counts, state


def viewed() -> Viewed:
    """Return the definitions whose results were shown in this visit."""
    held: Viewed = st.session_state.get("viewed", Viewed())
    return held


def look(study: Study) -> None:
    """Note that the results of a definition are being shown, unless they are hidden."""
    if not waiting():
        st.session_state.viewed = viewed().and_then(study.fingerprint, title(study, state.cohort()))


def look_at_many(count: int) -> None:
    """Note that so many definitions are being shown together."""
    st.session_state.viewed = viewed().and_many(count)


def begin() -> None:
    """Begin a visit with results hidden, where the link asks for it: `results=hidden`."""
    if "waiting" not in st.session_state:
        st.session_state.waiting = st.query_params.get("results") == "hidden"


def lock() -> Lock | None:
    """Return the definition that was fixed, if any was."""
    held: Lock | None = st.session_state.get("locked")
    return held


def fix() -> None:
    """Fix the definition in force, and show results from now on."""
    seen = viewed()
    fixed = Lock(state.study(), datetime.now(UTC), len(seen.definitions), seen.at_once)
    st.session_state.update(locked=fixed, waiting=False)


def release() -> None:
    """Forget which definition was fixed."""
    st.session_state.locked = None


def waiting() -> bool:
    """Say whether results stay hidden until a definition is fixed."""
    return bool(st.session_state.get("waiting", False))


def wait(hidden: bool) -> None:
    """Hide results until a definition is fixed, or show them after all."""
    st.session_state.waiting = hidden


def result(text: str) -> str:
    """Return what says a result, or that it is hidden for now."""
    return "result hidden until a definition is locked" if waiting() else small_counts.told(text)


def trail() -> list[str]:
    """Say what belongs into every file: how many definitions were looked at before this one, and the one fixed."""
    study, held = state.study(), lock()
    lines = [viewed().words(study.fingerprint)]
    return lines if held is None else [*lines, standing(study, held)]


def standing(study: Study, held: Lock) -> str:
    """Say how a study stands to the one that was fixed."""
    differs = study.differences(held.study)
    if not differs:
        return f"{held.words}: this one."
    return f"{held.words}. This one differs: {'; '.join(differs)}."


def card(study: Study) -> str:
    """Write the estimand of a study as lines of Markdown, plain text escaped."""
    from explorer.ui.show import plain

    return "\n".join(f"- **{name}:** {plain(words)}" for name, words in estimand(study).rows())
