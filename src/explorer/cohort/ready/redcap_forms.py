"""The forms of a REDCap project: which rows they fill, when they were filled in, and what each field becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from explorer.cohort.findings import Mask
from explorer.cohort.mapping.identifiers import identifying
from explorer.cohort.mapping.model import Column
from explorer.cohort.mapping.seen import Seen
from explorer.cohort.mapping.visits import plain, visit_in
from explorer.cohort.ready.plan import Plan, printable
from explorer.cohort.ready.redcap_dictionary import NEVER, Field
from explorer.cohort.ready.redcap_records import records
from explorer.cohort.ready.redcap_values import EVENT, Value, settle

OWN = {
    EVENT: "names the visit",
    "redcap_repeat_instrument": "names the form that is repeated",
    "redcap_repeat_instance": "counts how often a form is repeated",
    "redcap_data_access_group": "who may see the record",
    "redcap_survey_identifier": "who answered a survey",
}
BIRTH = re.compile(r"\b(?:dob|date of birth|birth ?date|born|birthday)\b")
BEGUN = re.compile(
    r"\b(?:index(?: date)?|first dose|first injection|first prescription|(?:start|begin|initiation) of (?:treatment|"
    r"therapy|drug)|(?:treatment|therapy|drug) (?:start|begin|initiation)(?: date)?|date started|baseline date)\b"
)
ARM = re.compile(r"_arm_(\d+)$")


@dataclass
class Project:
    """What is known of a project besides its data; `dates` gathers the dates whose meaning is not known."""

    fields: dict[str, Field]
    record: str
    data: str
    events: dict[str, str] = field(default_factory=dict)
    offsets: dict[str, str] = field(default_factory=dict)
    arms: dict[str, str] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)

    def field_of(self, name: str) -> tuple[Field | None, str | None]:
        """Return the field of a column, and of a checkbox the code of its choice."""
        own, _, code = name.lower().partition("___")
        found = self.fields.get(name.lower()) or self.fields.get(own)
        if found is None or (found.name != name.lower() and found.kind != "checkbox"):
            return None, None
        return found, code or None


def forms(plan: Plan, project: Project) -> list[Value]:
    """Plan the rows of a project, or those of one repeated form; return the columns that hold values.

    Facts of patients are taken only from the rows of the first event, and never from repeated forms.
    """
    _record(plan, project)
    _events(plan, project)
    listed = plan.name != project.data and records(plan, project.fields)
    first = _first_event(plan, project)
    values = [value for name in map(str, plan.frame) if (value := _value(plan, project, name, first)) is not None]
    for value in values if not listed else []:
        settle(plan, value, values)
    _remaining_dates(plan, project, values)
    return values


def _record(plan: Plan, project: Project) -> None:
    personal = project.fields[project.record].personal
    plan.take(project.record, Column(role="patient_id", pseudonym=bool(personal)), "the record's identifier")
    if personal:
        plan.identifiers[project.record] = personal
        plan.why[project.record] += f", which holds {personal}: numbers stand for it"


def _value(plan: Plan, project: Project, name: str, first: Mask) -> Value | None:
    """Return a column that may tell something; settle the others at once."""
    if name in plan.columns:
        return None
    found, code = project.field_of(name)
    if found is None:
        _leave(plan, name, OWN.get(name, _no_field(name)))
        return None
    seen = Seen(name, plan.frame[name], found.label, {})
    if _left_out(plan, seen, found):
        return None
    baseline = _baseline(plan, project, seen, first)
    if found.dated and baseline and _told_date(plan, seen, found):
        return None
    return Value(name, found, code, seen, baseline, EVENT in plan.columns)


def _left_out(plan: Plan, seen: Seen, found: Field) -> bool:
    """Leave out what is empty, what identifies people, and what no table can hold; say whether it was."""
    personal = found.personal or (identifying(seen) if found.kind in ("text", "notes") else None)
    if not seen.filled:
        _leave(plan, seen.name, "empty")
    elif personal is not None:
        plan.identifiers[seen.name] = personal
        plan.leave(seen.name, f"holds {personal}")
    elif found.kind in NEVER or found.validation in NEVER:
        plan.leave(seen.name, NEVER.get(found.kind) or NEVER[found.validation])
    else:
        return False
    return True


def _leave(plan: Plan, name: str, why: str) -> None:
    if plan.frame[name].notna().any():
        plan.leave(name, why)


def _no_field(name: str) -> str:
    status = name.endswith(("_complete", "_timestamp"))
    return "whether the form was filled in" if status else "not in the data dictionary"


def _baseline(plan: Plan, project: Project, seen: Seen, first: Mask) -> bool:
    """Say whether a column has one value per patient, told before anything else."""
    if plan.name != project.data:
        return False
    filled = seen.cells.notna().to_numpy()
    return not (filled & ~first).any() and seen.constant_by(plan.texts(project.record))


def _told_date(plan: Plan, seen: Seen, found: Field) -> bool:
    """Settle a date that says when someone was born, or when the index drug was begun."""
    words = f"{plain(found.name)} {plain(found.label)}"
    roles = {column.role for column in plan.columns.values()}
    order = found.order
    if BIRTH.search(words) and "birth_date" not in roles:
        column = Column.model_validate({"role": "birth_date", "order": order})
        plan.take(seen.name, column, "a date of birth: the age is kept, the date is not")
    elif BEGUN.search(words) and "index_date" not in roles:
        column = Column.model_validate({"role": "index_date", "order": order})
        plan.take(seen.name, column, f"its label says so: {printable(found.label) or found.name}")
    else:
        return False
    return True


def _remaining_dates(plan: Plan, project: Project, values: list[Value]) -> None:
    for value in values:
        if value.name not in plan.columns:
            plan.leave(value.name, "a date whose meaning is not known" if value.field.dated else "not used")
        if value.field.dated and plan.columns[value.name].role in ("ignore", "date"):
            project.dates[value.name] = printable(value.field.label)


def _events(plan: Plan, project: Project) -> None:
    """Settle the column of events: its days, if the project or the names tell them, and the arms."""
    if EVENT not in plan.frame or plan.frame[EVENT].isna().all():
        return
    events = list(dict.fromkeys(plan.texts(EVENT)[plan.frame[EVENT].notna().to_numpy()]))
    plan.take(EVENT, Column(role="visit"), "the events of the project")
    for event in events:
        day = _event_day(project, event)
        if day is not None:
            plan.visits[event] = day
    _arms(plan, project, events)


def _event_day(project: Project, event: str) -> int | None:
    offset = project.offsets.get(event, "")
    if re.fullmatch(r"-?\d{1,5}", offset):
        return int(offset)
    found = visit_in(project.events.get(event) or ARM.sub("", event))
    return found.day if found else None


def _arms(plan: Plan, project: Project, events: list[str]) -> None:
    arms = {event: found[1] for event in events if (found := ARM.search(event))}
    if len(set(arms.values())) < 2 or plan.name != project.data:
        return
    plan.joined["arm"] = (EVENT,)
    words = {event: printable(project.arms.get(number, "")) or f"arm {number}" for event, number in arms.items()}
    plan.take("arm", Column(role="covariate", name="arm", words=words), "the arm that the name of the event tells")


def _first_event(plan: Plan, project: Project) -> Mask:
    """Say which rows stand at the first event of their arm, in the order of the project; all, without events."""
    if EVENT not in plan.columns:
        return np.ones(len(plan.frame), bool)
    texts = plan.texts(EVENT)
    ordered = [*project.events, *texts] if project.events else list(texts)
    return texts.isin(set(_firsts(ordered))).to_numpy()


def _firsts(events: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    for event in filter(None, events):
        found = ARM.search(event)
        arm = found[1] if found else ""
        if arm not in seen:
            seen.add(arm)
            yield event
