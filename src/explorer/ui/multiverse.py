"""The multiverse of a visit: the grid in use, what it gives on the cohort, and the mark that other pages show of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np
import streamlit as st

from explorer.charts.curve import FEWEST_DEFINITIONS, counts_invented, definitions, most_patients, said
from explorer.charts.theme import BLUE, FEWEST_PATIENTS, GREY, ORANGE
from explorer.cohort.tables import Cohort
from explorer.errors import DefinitionError
from explorer.multiverse.curve import Curve, response_curve
from explorer.multiverse.estimates import share_of
from explorer.multiverse.grid import Grid
from explorer.multiverse.grids import grids_for
from explorer.multiverse.listing import Listing, counted, listed, rule_of
from explorer.multiverse.run import Multiverse, run
from explorer.multiverse.standing import Standing, standing
from explorer.multiverse.table import NOBODY
from explorer.study.study import Study
from explorer.ui import guard, state
from explorer.ui.caching import kept
from explorer.ui.show import plain, unbroken

FIRST = "small"
FROM_FILE = "file"
MOST_LIVE = 150_000
"""Definitions that are still run with every widget; larger grids are for the command line."""
POINTS = 60
"""Points of the small picture of the curve."""


@dataclass(frozen=True)
class InUse:
    """The grid of a visit.

    Attributes
    ----------
    cohort : str
        Fingerprint of the cohort it is for: with another cohort the visit begins anew.
    name : str
        Which one was chosen: a size, or `FROM_FILE`.
    given, whole, grid : Grid
        As chosen; with the options that were added; and without those that were left out.
    """

    cohort: str
    name: str
    given: Grid
    whole: Grid
    grid: Grid

    @property
    def edited(self) -> bool:
        """Say whether options were added or left out."""
        return self.grid != self.given

    @cached_property
    def digest(self) -> str:
        """Tell grids apart by their content."""
        return sha256(self.grid.to_json().encode()).hexdigest()[:12]


def called(of: InUse) -> str:
    """Name a grid within a sentence: "the small grid", "the grid from a file, edited"."""
    name = "grid from a file" if of.name == FROM_FILE else f"{of.name} grid"
    return f"the {name}{', edited' if of.edited else ''}"


def sizes() -> dict[str, InUse]:
    """Return the grids offered for the cohort, by name."""
    held = state.cohort()
    return held.derived("multiverse grids", lambda: _offered(held))


def _offered(cohort: Cohort) -> dict[str, InUse]:
    return {name: InUse(cohort.fingerprint, name, grid, grid, grid) for name, grid in grids_for(cohort).items()}


def in_use() -> InUse:
    """Return the grid in use: the smallest one offered until another is chosen."""
    held: InUse | None = st.session_state.get("multiverse")
    if held is None or held.cohort != state.cohort().fingerprint:
        return sizes()[FIRST]
    return held


def use(name: str, given: Grid, whole: Grid | None = None, grid: Grid | None = None) -> None:
    """Put a grid in use, `whole` where options were added to it, `grid` where options of the whole were left out.

    Raises
    ------
    DefinitionError
        Where it has more definitions than can be run with every widget.
    """
    whole = given if whole is None else whole
    new = InUse(state.cohort().fingerprint, name, given, whole, whole if grid is None else grid)
    n = counted(new.grid.around(state.study()))
    if n > MOST_LIVE:
        raise DefinitionError(
            f"This grid has {n:,} definitions; at most {MOST_LIVE:,} are run while you look on. Leave options out, or "
            "run it with `explorer multiverse`."
        )
    st.session_state.update(multiverse=new, refused=None)


def choose(name: str) -> None:
    """Put one of the offered grids in use."""
    st.session_state.update(multiverse=sizes()[name], refused=None)


def size(of: InUse) -> int:
    """Count the definitions of a grid around the study in force."""
    study = state.study()
    return _size(of.digest, study.to_json(), of, study)


# A number, which tells nothing of a cohort: kept for everybody.
@st.cache_data(max_entries=500, show_spinner=False)
def _size(digest: str, study: str, _of: InUse, _study: Study) -> int:
    return counted(_of.grid.around(_study))


def _listed(of: InUse, study: Study) -> Listing:
    return listed(of.grid.around(study))


def multiverse() -> Multiverse:
    """Return what every definition of the grid in use gives, around the study in force."""
    held, study, cohort = in_use(), state.study(), state.cohort()
    return _run(cohort, cohort.fingerprint, held.digest, study.to_json(), held, study)


@kept(6)
def _run(_cohort: Cohort, fingerprint: str, digest: str, study: str, _of: InUse, _study: Study) -> Multiverse:
    # Keyed by the content of cohort, grid and study: all that the result depends on.
    return run(_cohort, _listed(_of, _study))


def of_this_rule() -> Multiverse:
    """Return what the definitions with the responder rule in force give: all that a rank needs, for less time."""
    held, study, cohort = in_use(), state.study(), state.cohort()
    return _run_rule(cohort, cohort.fingerprint, held.digest, study.to_json(), held, study)


@kept(40)
def _run_rule(_cohort: Cohort, fingerprint: str, digest: str, study: str, _of: InUse, _study: Study) -> Multiverse:
    listing = _listed(_of, _study)
    rules = rule_of(listing)
    alike = rules == (-1 if listing.in_force is None else rules[listing.in_force])
    return run(_cohort, listing.rows(np.flatnonzero(alike)))


def put_in_force(found: Multiverse, row: int, widget: str) -> None:
    """Put the definition of a row in force, as a change of the one that is; for callbacks.

    Where that cannot be, the reason is said beside the widget.
    """
    state.attempt(widget, lambda: state.change(study_of(found, row, state.study())))


def study_of(found: Multiverse, row: int, now: Study) -> Study:
    """Return the definition of a row as a change of the one in force.

    It keeps that one's name, as after a change in the sidebar: its own says how it differs from the one before.
    """
    return found.listing.study(row).replace(name=now.name)


# The mark


def mark() -> None:
    """Say in one line where the definition in force stands in the multiverse, with its curve, and lead to the page."""
    try:
        curve = response_curve(of_this_rule())
    except DefinitionError:
        # Too many definitions around this study: the page says so.
        return
    if not enough(curve):
        return
    guard.look_at_many(len(curve))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="multiverse-mark"):
        st.html(strip(curve), width=WIDTH)
        st.markdown(f":small[{unbroken(plain(in_one_line(curve)))}]", width="content")
        st.page_link("pages/multiverse.py", label="Multiverse", icon=":material/scatter_plot:", width="content")


def in_one_line(curve: Curve) -> str:
    """Say what the definition in force gives, from where to where all go, and how many it is higher than."""
    reach = (
        f"{said(curve, 0)} to {said(curve, len(curve) - 1)} under {definitions(len(curve))} with this responder rule"
    )
    if (found := standing(curve)) is None or curve.in_force is None:
        return f"{reach}; {no_place(curve)}"
    return f"{said(curve, curve.in_force)}; {reach}: higher than {share_of(found.n_lower, found.n)}"


def no_place(curve: Curve) -> str:
    """Say that the definition in force is not on a curve, and why."""
    return f"the definition in force has no place among them: {why_not(curve.multiverse, curve.multiverse.in_force)}"


def why_not(found: Multiverse, row: int | None) -> str:
    """Say why the definition of a row gives no figure."""
    return (str(found.problem[row]) if row is not None else "the grid has no such option") or NOBODY


def ranked(curve: Curve) -> Standing | None:
    """Rank the definition in force; None where there is nothing to rank it among, or too few patients to mean it."""
    return standing(curve) if enough(curve) else None


def enough(curve: Curve) -> bool:
    """Say whether there are definitions and patients enough for a curve to mean something."""
    return len(curve) >= FEWEST_DEFINITIONS and most_patients(curve) >= FEWEST_PATIENTS


def rank(found: Standing) -> str:
    """Say a rank in one line."""
    if found.about is None:
        return f"Higher than {share_of(found.n_lower, found.n)} of the definitions with this responder rule"
    better = found.n_higher if found.lower_is_better else found.n_lower
    return f"More improvement in {found.about} than under {share_of(better, found.n)} of the definitions"


WIDTH, HEIGHT = 120, 28
"""Pixels of the small picture of the curve."""


def strip(curve: Curve) -> str:
    """Draw the curve small, from nobody to everybody, with a line where the definition in force stands, if it does.

    As plain blocks, which cost a page next to nothing. The sentence beside it says what it shows.
    """
    at = np.linspace(0, len(curve) - 1, min(len(curve), POINTS)).round().astype(int)
    points = [f"{100 * (place + 0.5) / len(curve):.1f}% {100 * (1 - curve.value[place]):.1f}%" for place in at.tolist()]
    ends = f"0% 100%, 0% {100 * (1 - curve.value[0]):.1f}%", f"100% {100 * (1 - curve.value[-1]):.1f}%, 100% 100%"
    area = f"position:absolute;inset:0;background:{BLUE};opacity:.5;clip-path:polygon({', '.join([ends[0], *points, ends[1]])})"
    frame = f"position:relative;width:{WIDTH}px;height:{HEIGHT}px;border-bottom:1px solid {GREY}"
    return f'<div aria-hidden="true" style="{frame}"><div style="{area}"></div>{_needle(curve)}</div>'


def _needle(curve: Curve) -> str:
    """Draw the line of the definition in force, hollow where hypothetical additions are counted in; empty without one."""
    if curve.in_force is None:
        return ""
    left = 100 * (curve.in_force + 0.5) / len(curve)
    look = f"border:1px solid {ORANGE}" if counts_invented(curve.multiverse) else f"background:{ORANGE}"
    return f'<div style="position:absolute;left:{left:.1f}%;top:0;bottom:0;width:4px;margin-left:-2px;{look}"></div>'
