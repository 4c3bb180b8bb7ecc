"""A REDCap export by its data dictionary: events, arms, repeated forms, choices and identifiers."""

from __future__ import annotations

from pathlib import PurePosixPath

import pandas as pd

from explorer.cohort.mapping.guess import Unclear
from explorer.cohort.mapping.model import NOT_SAID, About
from explorer.cohort.mapping.parting import parted
from explorer.cohort.mapping.visits import plain
from explorer.cohort.readers.sheets import Sheets
from explorer.cohort.ready.model import Ready
from explorer.cohort.ready.plan import Plan, printable
from explorer.cohort.ready.plan import ready as put_together
from explorer.cohort.ready.redcap_dictionary import Field, fields, is_dictionary, lacking
from explorer.cohort.ready.redcap_forms import Project, forms
from explorer.cohort.ready.redcap_values import EVENT, describe

NAME = "REDCap export"
INSTRUMENT = "redcap_repeat_instrument"


def ready(sheets: Sheets) -> Ready | None:
    """Recognise a REDCap export by its data dictionary, with raw data whose columns the dictionary names.

    Parameters
    ----------
    sheets : Sheets
        `data.csv` and `dictionary.csv`, by whatever names; also the lists of events and of arms, if they are there.

    Returns
    -------
    Ready or None
    """
    dictionary = next((name for name, frame in sheets.frames.items() if is_dictionary(frame)), None)
    known = fields(sheets.frames[dictionary]) if dictionary is not None else {}
    data = _data(sheets, known, dictionary)
    if dictionary is None or data is None:
        return None
    parts = {data: INSTRUMENT} if _filled(sheets.frames[data], INSTRUMENT) else {}
    split = parted(parts, sheets)
    project = _project(sheets, data, known)
    plans = [Plan(name, frame) for name, frame in split.frames.items() if _is_of(name, data) and len(frame)]
    told = [(plan, forms(plan, project)) for plan in plans]
    if not any(plan.first("score") for plan in plans):
        describe(told)
    asked = _asked(plans, project, lacking(sheets.frames[dictionary]), dictionary)
    about = _about(plans, data, sheets)
    return put_together(NAME, _why(data, dictionary, plans), about, plans, split, (), asked, parts)


def _data(sheets: Sheets, known: dict[str, Field], dictionary: str | None) -> str | None:
    """Name the table that has the record's identifier, the first field of the dictionary, and the most other fields."""
    record = next(iter(known), None)
    held = {
        name: len({str(column).split("___")[0].lower() for column in frame} & set(known))
        for name, frame in sheets.frames.items()
        if name != dictionary and record is not None and record in frame
    }
    return max(held, key=lambda name: held[name]) if held else None


def _filled(frame: pd.DataFrame, name: str) -> bool:
    return name in frame and bool(frame[name].notna().any())


def _is_of(name: str, data: str) -> bool:
    return name == data or name.startswith(f"{data} / ")


def _project(sheets: Sheets, data: str, known: dict[str, Field]) -> Project:
    """Gather what the lists of events and arms say beside the dictionary."""
    project = Project(known, next(iter(known)), data)
    for frame in sheets.frames.values():
        there = {plain(str(name)).replace(" ", "_"): Plan("", frame).texts(str(name)).tolist() for name in frame}
        if "unique_event_name" in there and "event_name" in there:
            project.events |= dict(zip(there["unique_event_name"], there["event_name"], strict=True))
            offsets = there.get("day_offset", [])
            project.offsets |= dict(zip(there["unique_event_name"], offsets, strict=False))
        elif {"arm_num", "name"} <= set(there):
            project.arms |= dict(zip(there["arm_num"], there["name"], strict=True))
    return project


def _about(plans: list[Plan], data: str, sheets: Sheets) -> About:
    drugs = {text for plan in plans for text in _drugs(plan)}
    return About(
        title=printable(PurePosixPath(sheets.file).stem) or NAME,
        index_drug=printable(next(iter(drugs))) if len(drugs) == 1 else NOT_SAID,
        source=printable(f"{sheets.file} ({NAME})"),
    )


def _drugs(plan: Plan) -> set[str]:
    named = [(name, column) for name, column in plan.columns.items() if column.role == "drug"]
    return {column.words.get(text, text) for name, column in named for text in plan.texts(name)} - {""}


def _why(data: str, dictionary: str, plans: list[Plan]) -> str:
    repeated = [plan.name.removeprefix(f"{data} / ") for plan in plans if plan.name != data]
    what = [f"{dictionary} is a data dictionary, and {data} has the fields that it names"]
    what += [f"{EVENT} names the visits"] if any(EVENT in plan.columns for plan in plans) else []
    what += [f"{INSTRUMENT} names repeated forms ({', '.join(repeated[:4])})"] if repeated else []
    return "; ".join(what)


def _asked(plans: list[Plan], project: Project, lacks: list[str], dictionary: str) -> list[Unclear]:
    """Ask what no dictionary tells."""
    roles = {column.role for plan in plans for column in plan.columns.values()}
    asked = []
    if lacks:
        what = f"the data dictionary {dictionary} lacks the column{'s' if lacks[1:] else ''} {' and '.join(lacks)}"
        asked.append(Unclear(what, "Download it again from the project; or see that no column identifies patients."))
    if not any(drug for plan in plans for drug in _drugs(plan)):
        asked.append(Unclear("the index drug is not known", 'Say "index_drug": "NAME" under "about".'))
    if "index_date" not in roles:
        told = "; ".join(f"{name} ({label})" for name, label in project.dates.items())
        how = f"Give one of the dates the role index_date: {told}." if told else 'Say "index_date" under "about".'
        asked.append(Unclear("the day on which the index drug was begun is not known", how))
    if not {"score", "report"} & roles:
        how = 'Give a column {"role": "score", "instrument": CODE}, and describe a new score under "instruments".'
        asked.append(Unclear("no field is a score that changes over time", how))
    return asked
