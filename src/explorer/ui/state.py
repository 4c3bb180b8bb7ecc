"""What a visit holds: the cohort, the study in force, the preset it is compared with, and the way back.

Everything in the session is a frozen value. One module owns the keys: widgets keep theirs (`ui/controls`), and
pages read `cohort()`, `study()` and `analysis()` without knowing where they come from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from explorer.analysis.analyse import Analysis, analyse
from explorer.bundled import bundled_cohort
from explorer.cohort.mapping import sharing
from explorer.cohort.mapping.model import Mapping
from explorer.cohort.tables import Cohort
from explorer.errors import DefinitionError
from explorer.study.availability import require
from explorer.study.presets import Offer, default_for, offered, title
from explorer.study.sharing import from_link, to_link
from explorer.study.study import Study
from explorer.ui.caching import kept

STEPS_BACK = 50
LOAD_AGAIN = (
    "This link was made on somebody's own cohort, which no server keeps: load its file again on the page Your data. "
    "The definition{mapping} of the link will then be used. Until then, everything here is about the bundled cohort."
)
CHANGED = "These are not the data that the link was made on: its results may differ."


@dataclass(frozen=True)
class Awaited:
    """What a link says of a cohort that has to be loaded again: its parts as they stand there, and the mapping read."""

    address: dict[str, str]
    mapping: Mapping | None


def begin() -> None:
    """Set up a visit on its first run: the study of the link it came by, or the default."""
    if "study" in st.session_state:
        return
    _begin_with(default())
    st.session_state.unfolded = frozenset()
    asked = st.query_params.get("study")
    if "cohort" in st.query_params:
        _await()
    elif asked is not None:
        _honour(asked)


def _begin_with(start: Study) -> None:
    st.session_state.update(study=start, history=(), preset=start.name, notice=None, refused=None)


def _honour(link: str) -> None:
    """Put the study of a link in force, or say why that cannot be."""
    try:
        linked = from_link(link)
        require(linked, cohort())
    except DefinitionError as error:
        st.session_state.notice = f"The link could not be honoured, so “{study().name}” is used instead. {error}"
    else:
        st.session_state.update(study=named(linked), preset=_nearest_preset(linked).name)


def _await() -> None:
    """Keep what a link says of a cohort that is not here."""
    said = {name: st.query_params[name] for name in ADDRESS if name in st.query_params}
    try:
        mapping = sharing.from_link(said["mapping"]) if "mapping" in said else None
    except DefinitionError as error:
        mapping = None
        st.session_state.notice = f"The mapping of the link could not be read. {error}"
    st.session_state.awaited = Awaited(said, mapping)


def awaited() -> Awaited | None:
    """Return what a link says of a cohort that has to be loaded again, until that is done or given up."""
    held: Awaited | None = st.session_state.get("awaited")
    return held


def forgo() -> None:
    """Give up the cohort that a link was made on."""
    st.session_state.awaited = None


def cohort() -> Cohort:
    """Return the cohort that is loaded: the visitor's own, else the bundled one."""
    held = own()
    return bundled_cohort() if held is None else held


def own() -> Cohort | None:
    """Return the visitor's own cohort; None while the bundled one is in force."""
    held: Cohort | None = st.session_state.get("cohort")
    return held


def mapping() -> Mapping | None:
    """Return the mapping by which the files of the visitor's own cohort were read, where they needed one."""
    held: Mapping | None = st.session_state.get("mapping")
    return held


def load_cohort(new: Cohort, mapping: Mapping | None = None, link: str | None = None) -> None:
    """Put a visitor's own cohort in force for this visit: every study begins anew from what it allows.

    Parameters
    ----------
    new : Cohort
    mapping : Mapping, optional
        By which its files were read.
    link : str, optional
        The mapping as an address may hold it.

    Raises
    ------
    DefinitionError
        Where it has nothing to analyse; what was in force stays.
    """
    start = default_for(new)
    _switch(start, cohort=new, mapping=mapping, mapping_link=link)
    waiting = awaited()
    st.session_state.awaited = None
    if waiting is not None and "study" in waiting.address:
        _honour(waiting.address["study"])
    if waiting is not None and waiting.address["cohort"] != new.fingerprint:
        st.session_state.notice = " ".join(filter(None, (CHANGED, st.session_state.notice)))


def unload_cohort() -> None:
    """Go back to the bundled cohort; the visitor's own is forgotten."""
    _switch(default_for(bundled_cohort()), cohort=None, mapping=None, mapping_link=None)


def _switch(start: Study, **to: Cohort | Mapping | str | None) -> None:
    # What was looked at, and what was locked, belongs to a cohort and is found again with it: loading a file anew
    # must not make anybody forget how many definitions were tried on it.
    trails = st.session_state.get("trails", {})
    trails = {**trails, cohort().fingerprint: {name: st.session_state.get(name) for name in TRAIL}}
    st.session_state.update(**to, trails=trails)
    for name in (*TRAIL, *OF_ONE_COHORT):
        st.session_state.pop(name, None)
    found = trails.get(cohort().fingerprint, {})
    st.session_state.update({name: value for name, value in found.items() if value is not None})
    _begin_with(start)


TRAIL = ("viewed", "locked")
OF_ONE_COHORT = ("patient", "multiverse", "change-resampled", "multiverse-joint", "compare-kept")


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
    """Return what has to be said about the link a visit came by, until it no longer matters."""
    held: str | None = st.session_state.notice
    waiting = awaited()
    if waiting is None:
        return held
    said = LOAD_AGAIN.format(mapping=" and the mapping" if waiting.mapping else "")
    return said if held is None else f"{said}\n{held}"


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
    """Keep the address in step with the study in force, so that copying it shares the study.

    While the cohort of a link is awaited the address stays as it came: reloading the page must not lose what it says.
    """
    waiting = awaited()
    wanted = address() if waiting is None else waiting.address
    for name in ADDRESS:
        if name not in wanted:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != wanted[name]:
            st.query_params[name] = wanted[name]


def turned_to(page: str) -> bool:
    """Say whether a page, named by its path, is another than the last one drawn."""
    before = st.session_state.get("page")
    st.session_state.page = page
    return bool(page != before)


ADDRESS = ("study", "cohort", "mapping")


def address(whole: bool = False) -> dict[str, str]:
    """Return what an address has to say: the study unless it is the default, and which own cohort it is of, and how read.

    Parameters
    ----------
    whole : bool
        Whether the study is said in any case.
    """
    held = own()
    said = {"study": to_link(study())} if whole or held is not None or study() != default() else {}
    if held is not None:
        said["cohort"] = held.fingerprint
    if (link := st.session_state.get("mapping_link")) is not None:
        said["mapping"] = link
    return said


def analysis(of: Study | None = None) -> Analysis:
    """Return the analysis of the study in force, or of another one."""
    asked = study() if of is None else of
    return _analysis(cohort(), cohort().fingerprint, asked.to_json(), asked)


@kept(200)
def _analysis(_cohort: Cohort, fingerprint: str, written: str, _study: Study) -> Analysis:
    # Keyed by the cohort's content and the study's JSON: both say all that the result depends on.
    return analyse(_cohort, _study)


def named(new: Study) -> Study:
    """Return a study under a name that cannot lie (see `study.presets.title`), wherever it came from."""
    name = title(new, cohort())
    return new if new.name == name else new.replace(name=name)


def _nearest_preset(study: Study) -> Study:
    return min(presets().values(), key=lambda preset: len(study.differences(preset)))
