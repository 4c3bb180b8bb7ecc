"""What a visit holds: the cohort, the study in force, the preset it is compared with, and the way back.

Everything in the session is a frozen value. One module owns the keys: widgets keep theirs (`ui/controls`), and
pages read `cohort()`, `study()` and `analysis()` without knowing where they come from.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.analysis.analyse import Analysis, analyse
from explorer.bundled import bundled_cohort
from explorer.cohort.tables import Cohort
from explorer.errors import DefinitionError
from explorer.study.availability import require
from explorer.study.presets import Offer, default_for, offered, title
from explorer.study.sharing import from_link, to_link
from explorer.study.study import Study

STEPS_BACK = 50


def begin() -> None:
    """Set up a visit on its first run: the study of the link it came by, or the default."""
    if "study" in st.session_state:
        return
    start = default()
    st.session_state.update(study=start, history=(), preset=start.name, notice=None, refused=None, unfolded=frozenset())
    asked = st.query_params.get("study")
    if asked is None:
        return
    try:
        linked = from_link(asked)
        require(linked, cohort())
    except DefinitionError as error:
        st.session_state.notice = f"The link could not be honoured, so “{start.name}” is used instead. {error}"
    else:
        st.session_state.update(study=named(linked), preset=_nearest_preset(linked).name)


def cohort() -> Cohort:
    """Return the cohort that is loaded: the visitor's own, else the bundled one."""
    loaded: Cohort | None = st.session_state.get("cohort")
    return bundled_cohort() if loaded is None else loaded


def study() -> Study:
    """Return the study in force."""
    held: Study = st.session_state.study
    return held


def default() -> Study:
    """Return the study a visit begins with."""
    held = cohort()
    return held.derived("default study", lambda: default_for(held))


def offers() -> tuple[Offer, ...]:
    """Return every preset with what the cohort lacks for it."""
    held = cohort()
    return held.derived("offered presets", lambda: tuple(offered(held)))


def presets() -> dict[str, Study]:
    """Return the studies that the present one can be compared with, by name: computable presets and the default."""
    return {each.name: each for each in (default(), *(o.preset.study for o in offers() if o.computable))}


def preset() -> Study:
    """Return the preset that the study in force is compared with."""
    return presets().get(st.session_state.preset, default())


def notice() -> str | None:
    """Return what has to be said about the link a visit came by, until the study changes."""
    held: str | None = st.session_state.notice
    return held


def change(new: Study) -> None:
    """Put another study in force; the last one can be had back. For callbacks, before the page is drawn."""
    require(new, cohort())
    new = named(new)
    st.session_state.update(refused=None, notice=None)
    if new == study():
        return
    history = (*st.session_state.history, (study(), st.session_state.preset))[-STEPS_BACK:]
    st.session_state.update(study=new, history=history)


def attempt(widget: str, act: Callable[[], None]) -> None:
    """Do what a widget asks; where that cannot be, the study stays and the reason is said beside the widget."""
    try:
        act()
    except DefinitionError as error:
        refuse(widget, str(error))


def refuse(widget: str, why: str) -> None:
    """Say beside a widget why its last entry was not taken."""
    st.session_state.refused = (widget, why)


def refusal(widget: str) -> str | None:
    """Return why the last entry of a widget was not taken, until the next change."""
    asked, why = st.session_state.refused or (None, None)
    return why if asked == widget else None


def choose_preset(new: Study) -> None:
    """Put a preset in force and compare with it from now on."""
    change(new)
    st.session_state.preset = new.name


def load(new: Study) -> None:
    """Put a study from a file in force, compared with the preset it differs least from."""
    change(new)
    st.session_state.preset = _nearest_preset(new).name


def undo() -> None:
    """Take back the last change."""
    if st.session_state.history:
        *earlier, (last, named) = st.session_state.history
        st.session_state.update(study=last, preset=named, history=tuple(earlier), notice=None, refused=None)


def can_undo() -> bool:
    """Say whether there is a change to take back."""
    return bool(st.session_state.history)


def share() -> None:
    """Keep the address in step with the study in force, so that copying it shares the study."""
    link = to_link(study())
    if study() == default():
        st.query_params.pop("study", None)
    elif st.query_params.get("study") != link:
        st.query_params["study"] = link


def analysis(of: Study | None = None) -> Analysis:
    """Return the analysis of the study in force, or of another one."""
    asked = study() if of is None else of
    return _analysis(cohort().fingerprint, cohort(), asked.to_json(), asked)


@st.cache_resource(max_entries=200, show_spinner=False)
def _analysis(fingerprint: str, _cohort: Cohort, written: str, _study: Study) -> Analysis:
    # Keyed by the cohort's content and the study's JSON: both say all that the result depends on.
    return analyse(_cohort, _study)


def named(new: Study) -> Study:
    """Return a study under a name that cannot lie (see `study.presets.title`), wherever it came from."""
    name = title(new, cohort())
    return new if new.name == name else new.replace(name=name)


def _nearest_preset(study: Study) -> Study:
    return min(presets().values(), key=lambda preset: len(study.differences(preset)))
