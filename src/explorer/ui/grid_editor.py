"""The grid in use as a reader changes it: leave options out, take the grid away, bring another."""

from __future__ import annotations

from functools import partial
from typing import Any, get_args

import streamlit as st

from explorer.errors import DefinitionError
from explorer.export.multiverse_files import about
from explorer.export.spreadsheet import commented_csv
from explorer.multiverse.decisions import AnyDecision, Option, ThresholdDecision, WindowDecision
from explorer.multiverse.editing import add_threshold, add_window, decision_of, keeping
from explorer.multiverse.grid import Grid
from explorer.multiverse.run import Multiverse
from explorer.multiverse.table import table
from explorer.study.windows import Pick, Window
from explorer.ui import guard, multiverse, reports, state
from explorer.ui.controls import held
from explorer.ui.show import plain

PICKS = get_args(Pick)
SIZE, FILE = "multiverse-size", "multiverse-file"


def sizes() -> None:
    """Draw the choice of a grid, each with the number of its definitions around the one in force."""
    now, offered = multiverse.in_use(), multiverse.sizes()
    names = [*offered, *([now.name] if now.name not in offered else [])]
    counts = {name: multiverse.size(now if name == now.name else offered[name]) for name in names}
    reports.put(SIZE, now.name)
    st.segmented_control(
        "Definitions that are compared",
        names,
        default=now.name,
        required=True,
        format_func=lambda name: f"{_called(name, now)} · {counts[name]:,}",
        key=SIZE,
        on_change=_chosen,
        help="How many defensible options of each decision are combined. The definition in force is always among them.",
    )


def _called(name: str, now: multiverse.InUse) -> str:
    called = "From a file" if name == multiverse.FROM_FILE else name.capitalize()
    return f"{called}, edited" if name == now.name and now.edited else called


def _chosen() -> None:
    name = st.session_state[SIZE]
    if reports.moved(SIZE) and name in multiverse.sizes():
        multiverse.choose(name)


def editor() -> None:
    """Draw every option with its reason and source, to be left out or put back."""
    now = multiverse.in_use()
    st.markdown(
        "Each option is one that somebody could defend. Take out those that you would not, and add thresholds and windows "
        "that you would; what the definition in force does stays in."
    )
    for place, decision in enumerate(now.whole.decisions):
        with st.container(gap="xsmall"):
            _decision(now, place, decision)
    _forbidden(now.grid)
    if now.edited:
        st.button(
            "The grid as it was given", on_click=multiverse.use, args=(now.name, now.given), key="multiverse-whole"
        )


def _decision(now: multiverse.InUse, place: int, decision: AnyDecision) -> None:
    st.markdown(f"**{plain(decision.name)}**")
    kept = {option.label for option in now.grid.decisions[place].options}
    for at, option in enumerate(decision.options):
        _option(now, decision, option, f"multiverse-keep-{place}-{at}", option.label in kept)
    held.told(f"multiverse-keep-{place}")
    if isinstance(decision, ThresholdDecision):
        _more_thresholds(now, place, decision)
    if isinstance(decision, WindowDecision):
        _more_windows(now, place, decision)


def _more_thresholds(now: multiverse.InUse, place: int, decision: ThresholdDecision) -> None:
    """Draw what a threshold is added with."""
    key = f"multiverse-add-{place}"
    percent = decision.kind == "percent_improvement"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        instrument = state.cohort().instruments.get(decision.about)
        st.number_input(
            f"Another threshold of {plain(decision.about)} ({'%' if percent else 'points'})",
            0.0,
            100.0 if percent or instrument is None else instrument.range_max - instrument.range_min,
            None,
            key=f"{key}-value",
            placeholder="at least",
            width=260,
        )
        st.button("Add", key=key, on_click=_threshold_added, args=(now, decision, key))
    held.told(key)


def _threshold_added(now: multiverse.InUse, decision: ThresholdDecision, key: str) -> None:
    value = st.session_state[f"{key}-value"]
    if value is None:
        state.refuse(key, "Type the threshold to add.")
    else:
        state.attempt(key, lambda: _add(now, decision, add_threshold(now.whole, decision.name, value)))


def _more_windows(now: multiverse.InUse, place: int, decision: WindowDecision) -> None:
    """Draw what a window is added with: the one in force until it is changed."""
    key = f"multiverse-add-{place}"
    window: Window = getattr(state.study(), decision.field)
    middle = (window.from_day + window.to_day) // 2 if window.target_day is None else window.target_day
    with st.popover("Another window", key=f"{key}-open"):
        first = st.number_input("From day", value=window.from_day, step=1, key=f"{key}-from")
        last = st.number_input("To day", value=window.to_day, step=1, key=f"{key}-to")
        pick = st.selectbox("Score used, of several", PICKS, PICKS.index(window.pick), key=f"{key}-pick")
        target = None
        if pick == "closest":
            target = st.number_input("Closest to day", value=middle, step=1, key=f"{key}-target")
        asked = {"from_day": first, "to_day": last, "pick": pick, "target_day": target}
        st.button("Add", key=key, on_click=_window_added, args=(now, decision, key, asked))
    held.told(key)


def _window_added(now: multiverse.InUse, decision: WindowDecision, key: str, asked: dict[str, Any]) -> None:
    state.attempt(key, lambda: _add(now, decision, add_window(now.whole, decision.name, Window(**asked))))


def _add(now: multiverse.InUse, decision: AnyDecision, whole: Grid) -> None:
    """Put the whole grid with its new option in use; what was left out stays out."""
    kept = {each.name: [option.label for option in each.options] for each in now.grid.decisions}
    known = {option.label for option in decision.options}
    kept[decision.name] += [each.label for each in decision_of(whole, decision.name).options if each.label not in known]
    multiverse.use(now.name, now.given, whole, keeping(whole, kept))


def _option(now: multiverse.InUse, decision: AnyDecision, option: Option, key: str, kept: bool) -> None:
    reports.put(key, kept)
    st.checkbox(plain(option.label), kept, key=key, on_change=_switched, args=(decision.name, option.label, key))
    why = " ".join(text for text in (option.reason, f"Source: {option.source}." if option.source else "") if text)
    if why:
        st.caption(plain(why))


def _switched(decision: str, label: str, key: str) -> None:
    """Leave an option out, or put it back; a decision keeps at least one."""
    if not reports.moved(key):
        return
    now = multiverse.in_use()
    kept = {each.name: {option.label for option in each.options} for each in now.grid.decisions}
    kept[decision] ^= {label}
    widget = key.rpartition("-")[0]
    state.attempt(widget, lambda: multiverse.use(now.name, now.given, now.whole, keeping(now.whole, kept)))


def _forbidden(grid: Grid) -> None:
    if grid.forbidden:
        st.markdown("**Left out because they make no sense together**")
    for each in grid.forbidden:
        chosen = "; ".join(f"{name}: {' or '.join(labels)}" for name, labels in each.choices.items())
        st.caption(plain(f"{chosen}. {each.reason}"))


def files(found: Multiverse) -> None:
    """Offer the results and the grid as files, and take a grid from one."""
    now = multiverse.in_use()
    with st.container(horizontal=True):
        st.download_button(
            "All definitions (CSV)",
            partial(_csv, found, guard.trail()),
            f"multiverse-{now.digest}-{state.study().fingerprint}.csv",
            "text/csv",
            key="multiverse-csv",
            on_click="ignore",
        )
        st.download_button(
            "This grid (JSON)",
            now.grid.to_json,
            f"grid-{now.digest}.json",
            "application/json",
            key="multiverse-json",
            on_click="ignore",
        )
    # A new key after each file: the uploader is empty again and the same file can be brought once more.
    key = f"{FILE}-{st.session_state.setdefault('grids_read', 0)}"
    st.file_uploader(
        "Take a grid from a file (JSON)",
        "json",
        key=key,
        help="One saved here, edited or not, or written for the command line. What cannot be honoured is said.",
        on_change=_read,
        args=(key,),
        max_upload_size=1,
    )
    held.told(FILE)


def _csv(found: Multiverse, trail: list[str]) -> str:
    return commented_csv([*about(found.cohort, found.listing), *trail], table(found))


def _read(key: str) -> None:
    file = st.session_state[key]
    if file is None:
        return
    st.session_state.grids_read += 1
    try:
        multiverse.use(multiverse.FROM_FILE, Grid.from_json(file.getvalue().decode("utf-8-sig")))
    except UnicodeDecodeError:
        state.refuse(FILE, f"{file.name} is not text in UTF-8, as JSON is. Save it as UTF-8.")
    except DefinitionError as error:
        state.refuse(FILE, f"{file.name}: {error}")
