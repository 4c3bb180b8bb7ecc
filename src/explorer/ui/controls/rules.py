"""Who counts as a responder: a rule of parts, each with its threshold, in groups as deep as is needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import cast

import numpy as np
import streamlit as st

from explorer.analysis.analyse import Analysis
from explorer.analysis.verdicts import SAID, Judged, judged
from explorer.cohort.instruments import Instrument
from explorer.cohort.tables import Cohort
from explorer.errors import DefinitionError
from explorer.export.numbers import share
from explorer.study import building
from explorer.study.building import Path
from explorer.study.response import (
    AllOf,
    AnyOf,
    AtLeast,
    Leaf,
    PercentImprovement,
    PointImprovement,
    Reported,
    Rule,
    ScoreAtLeast,
    ScoreAtMost,
)
from explorer.study.study import Study
from explorer.study.words import spelt
from explorer.ui import guard, reports, small_counts
from explorer.ui.controls import criteria, held
from explorer.ui.show import plain

COMBINED = {"any_of": "any of its parts", "all_of": "all of its parts", "at_least": "at least so many of its parts"}
DEEPEST = 4
"""Levels that can be built by hand; a link may bring more, and they are shown."""
MOST_LISTED = 1_000
"""Patients up to whom identifiers are listed to choose from."""
SIDES = {"at_least": "at least", "more_than": "more than"}


def responder(analysis: Analysis) -> None:
    """Draw in whom response is counted, the rule, and how it came out for one patient."""
    st.markdown("**Counted among**")
    criteria.among(analysis)
    st.markdown("**Responder, if**")
    top = judged(analysis.study.response.rule, analysis.facts, analysis.response.among)
    row = None if guard.waiting() or small_counts.on() else _patient(analysis)
    _node(top, (), analysis.cohort, row)


def summary(analysis: Analysis) -> str:
    """Say how many respond under the rule in force, of how many."""
    r = analysis.response
    return guard.result(share(r.n_responders, r.n_evaluable, r.rate))


def _patient(analysis: Analysis) -> int | None:
    """Let the reader choose one patient, for whom every part then says how it came out.

    The same patient as is chosen on pages: session key `patient`.
    """
    among = np.flatnonzero(analysis.response.among)
    names = analysis.facts.column("patient_id")
    chosen = st.session_state.get("patient")
    help = "For this patient every part below says true, false or unknown (a score or answer is missing)."
    if len(among) <= MOST_LISTED:
        listed = names.iloc[among].tolist()
        reports.put("rule-patient", chosen if chosen in listed else None)
        st.selectbox(
            "Show one patient", listed, None, key="rule-patient", placeholder="Nobody", help=help, on_change=_chosen
        )
    else:
        reports.put("rule-patient", chosen or "")
        st.text_input(
            "Show one patient (type the identifier)", chosen or "", key="rule-patient", help=help, on_change=_chosen
        )
    if not chosen:
        return None
    found = among[(names.iloc[among] == chosen).to_numpy(bool)]
    row = int(found[0]) if len(found) else None
    st.caption(plain(f"{chosen}: {'not among those counted' if row is None else _verdict(analysis, row)}"))
    return row


def _chosen() -> None:
    if reports.moved("rule-patient"):
        st.session_state["patient"] = st.session_state["rule-patient"] or None


def _verdict(analysis: Analysis, row: int) -> str:
    """Say how the whole rule came out for one patient, and what was done where that is unknown."""
    outcome = analysis.response.outcome
    said = SAID[int(outcome.verdict[row])]
    if said != "unknown":
        return "responder" if said == "true" else "no response"
    if not outcome.evaluable[row]:
        return "unknown, left out of the denominator"
    responded = float(outcome.responded[:, row].mean())
    if responded in (0, 1):
        return f"unknown, counted as {'a response' if responded else 'no response'}"
    return f"unknown, a response in {outcome.responded[:, row].sum()} of {len(outcome.responded)} imputations"


def _node(node: Judged, path: Path, cohort: Cohort, row: int | None) -> None:
    """Draw a part of the rule and what it is made of, in the order of its number: 3, 3.1, 3.2."""
    rule = node.rule
    if isinstance(rule, (AnyOf, AllOf, AtLeast)):
        name = "Group" if path else "The whole rule"
        edit = partial(_edit_group, rule, path, cohort)
    else:
        name = _slot_name(rule, cohort)
        edit = partial(_part, rule, path, cohort)
    number = ".".join(str(place + 1) for place in path)
    held.section(f"{number} {name}".strip(), f"part-{_at(path)}-open", edit, _summary(node, row), small=True)
    for place, part in enumerate(node.parts):
        _node(part, (*path, place), cohort, row)


def _edit_group(rule: AnyOf | AllOf | AtLeast, path: Path, cohort: Cohort) -> None:
    key = f"part-{_at(path)}"
    held.choice(
        "True when",
        f"{key}-combine",
        rule.kind,
        tuple(COMBINED),
        lambda study, kind: _regrouped(study, path, kind),
        COMBINED,
        "Any: one part suffices. All: none may fail. A part whose inputs are missing is unknown, and the whole is "
        "unknown only where that part could still decide.",
    )
    if isinstance(rule, AtLeast):
        held.number(
            "At least so many",
            f"{key}-count",
            rule.count,
            lambda study, count: _regrouped(study, path, "at_least", count),
            (1, len(rule.rules)),
            whole=True,
            help="How many parts have to be true.",
        )
    _add(path, cohort, "Add a part to this group" if path else "Add a part")
    _moves(rule, path)


def _add(path: Path, cohort: Cohort, label: str) -> None:
    offered = {_slot_name(part, cohort): part for part in building.addable_parts(cohort)}
    held.add(
        label,
        f"part-{_at(path)}-add",
        list(offered),
        lambda study, name: _added(study, path, offered[name]),
        "Only scores and reports that this cohort has are offered.",
    )


def _moves(rule: Rule, path: Path) -> None:
    """Offer what can be done with a part as a whole."""
    key = f"part-{_at(path)}"
    with st.container(horizontal=True, gap="small"):
        if isinstance(rule, (AnyOf, AllOf, AtLeast)) and len(rule.rules) == 1:
            _move("Ungroup", f"{key}-ungroup", path, rule, building.ungrouped, "Put the only part in its place.")
        if len(path) + rule.depth() < DEEPEST:
            help = "Put this part into a group of its own, then add others to the group."
            _move("Group", f"{key}-group", path, rule, building.grouped, help)
        if path:
            _move("Remove", f"{key}-remove", path, rule, building.without, "Undo brings it back.")


def _move(label: str, key: str, path: Path, rule: Rule, edit: Callable[[Rule, Path], Rule], help: str) -> None:
    def make(study: Study) -> Study:
        if building.part_at(study.response.rule, path) != rule:  # a second click on a button of the run before
            raise DefinitionError("This part of the rule has just changed.")
        held.unfold(f"part-{_at(path)}-open", False)
        return _with(study, edit(study.response.rule, path))

    held.press(label, key, make, help)


def _part(rule: Leaf, path: Path, cohort: Cohort) -> None:
    """Draw one simple rule: what it asks, its threshold, and from which baseline on."""
    offered = {_slot(part): part for part in building.addable_parts(cohort)}
    said = {slot: _slot_name(part, cohort) for slot, part in ({_slot(rule): rule} | offered).items()}
    held.choice(
        "What counts",
        f"part-{_at(path)}-what",
        _slot(rule),
        list(offered),
        lambda study, slot: _put(study, path, offered[slot]),
        said,
        "A score that got better by so much, a score reached, or an answer of the patient, at follow-up.",
    )
    if not isinstance(rule, Reported):
        _score_fields(rule, path, cohort.instruments[rule.instrument])
    if not path:
        _add(path, cohort, "Add a part")
    _moves(rule, path)


def _score_fields(
    rule: PercentImprovement | PointImprovement | ScoreAtMost | ScoreAtLeast, path: Path, instrument: Instrument
) -> None:
    key = f"part-{_at(path)}-{rule.kind}-{rule.instrument}"
    meaning = _meaning(instrument)
    whole, step = (instrument.range_min, instrument.range_max), instrument.step or 1
    if isinstance(rule, (ScoreAtMost, ScoreAtLeast)):
        label = f"{instrument.code} at follow-up, {'at most' if isinstance(rule, ScoreAtMost) else 'at least'}"
        held.threshold(
            label, f"{key}-score", rule.score, lambda s, value: _fields(s, path, score=value), whole, step, meaning
        )
    else:
        _improvement(rule, path, key, instrument, meaning)
    held.number(
        f"Only from a baseline of at least ({instrument.unit})",
        f"{key}-baseline",
        rule.baseline_at_least,
        lambda study, value: _fields(study, path, baseline_at_least=value),
        whole,
        step,
        "Whoever began lower does not meet this part; trials ask for it where nobody below could improve by enough.",
        empty="no limit",
    )


def _improvement(
    rule: PercentImprovement | PointImprovement, path: Path, key: str, instrument: Instrument, meaning: str
) -> None:
    value, suffices = rule.threshold
    side = "at_least" if suffices else "more_than"
    unit, limits, step = "%", (0.0, 100.0), 5.0
    if isinstance(rule, PointImprovement):
        span = instrument.range_max - instrument.range_min
        unit, limits, step = instrument.unit, (0.0, span), instrument.step or 1.0
    held.choice(
        f"{instrument.code} improved by",
        f"{key}-side",
        side,
        tuple(SIDES),
        lambda study, new: _fields(study, path, **{"at_least": None, "more_than": None, new: value}),
        SIDES,
        "“More than 0” is any improvement.",
    )
    held.threshold(
        f"{SIDES[side].capitalize()} ({unit})",
        f"{key}-amount",
        value,
        lambda study, amount: _amount(study, path, amount),
        limits,
        min(step, 1.0) if unit == "%" else step,
        meaning,
    )


def _amount(study: Study, path: Path, amount: float) -> Study:
    rule = building.part_at(study.response.rule, path)
    if not isinstance(rule, (PercentImprovement, PointImprovement)):
        raise DefinitionError("This part of the rule has just changed.")
    return _put(study, path, rule.replace(**{"at_least" if rule.threshold[1] else "more_than": amount}))


def _meaning(instrument: Instrument) -> str:
    """Say what a score means and what is known of it, with sources, for a help text."""
    low, high = spelt(instrument.range_min), spelt(instrument.range_max)
    said = [f"{instrument.name}: {low} to {high} {instrument.unit}, {instrument.direction}."]
    if instrument.mcid is not None:
        source = f" ({instrument.mcid_source})" if instrument.mcid_source else ""
        said.append(f"Smallest change that matters to one person: {spelt(instrument.mcid)} {instrument.unit}{source}.")
    else:
        said.append("No smallest important change was found in a source.")
    return plain(" ".join([*said, instrument.note]))


def _summary(node: Judged, row: int | None) -> str:
    """Say what a part asks, how it came out among those counted, and how for one patient."""
    rule = node.rule
    asked = str(rule)
    if isinstance(rule, (AnyOf, AllOf, AtLeast)):
        many = f"at least {rule.count}" if isinstance(rule, AtLeast) else COMBINED[rule.kind].split()[0]
        asked = f"{many} of {len(rule.rules)} parts" if len(rule.rules) > 1 else "one part so far"
    said = f"{asked}: " + guard.result(f"{node.n_true} true, {node.n_false} false, {node.n_unknown} unknown")
    return said if row is None else f"{said}. This patient: {node.of(row)}"


def _at(path: Path) -> str:
    return ".".join(map(str, path)) or "top"


def _slot(rule: Leaf) -> tuple[str, str]:
    return (rule.kind, rule.item if isinstance(rule, Reported) else rule.instrument)


def _slot_name(rule: Leaf, cohort: Cohort) -> str:
    if isinstance(rule, Reported):
        return f"Reported: {held.spoken(rule.item)}"
    unit = cohort.instruments[rule.instrument].unit
    asked = {
        "percent_improvement": "improvement in % of baseline",
        "point_improvement": f"improvement in {unit}",
        "score_at_most": "at follow-up, at most",
        "score_at_least": "at follow-up, at least",
    }[rule.kind]
    return f"{rule.instrument}: {asked}"


def _with(study: Study, rule: Rule) -> Study:
    return study.replace(response=study.response.replace(rule=rule))


def _added(study: Study, path: Path, part: Rule) -> Study:
    rule = building.added(study.response.rule, path, part)
    last = cast("AnyOf | AllOf | AtLeast", building.part_at(rule, path)).rules
    held.unfold(f"part-{_at((*path, len(last) - 1))}-open")
    return _with(study, rule)


def _put(study: Study, path: Path, part: Rule) -> Study:
    return _with(study, building.put(study.response.rule, path, part))


def _fields(study: Study, path: Path, **fields: object) -> Study:
    return _put(study, path, building.part_at(study.response.rule, path).replace(**fields))


def _regrouped(study: Study, path: Path, kind: str, count: int = 1) -> Study:
    group = building.part_at(study.response.rule, path)
    parts: Sequence[Rule] = group.rules if isinstance(group, (AnyOf, AllOf, AtLeast)) else (group,)
    return _put(study, path, building.combined(kind, parts, count))
