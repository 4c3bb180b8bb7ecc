"""The data dictionary of a REDCap project: what each field is, as its form was designed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from explorer.cohort.mapping.visits import plain
from explorer.cohort.ready.plan import Plan

NAMES: Mapping[str, tuple[str, ...]] = {
    "name": ("variable field name", "field name"),
    "form": ("form name",),
    "kind": ("field type",),
    "label": ("field label",),
    "choices": ("choices calculations or slider labels", "select choices or calculations"),
    "validation": ("text validation type or show slider number",),
    "low": ("text validation min",),
    "high": ("text validation max",),
    "identifier": ("identifier",),
}
"""Headings of the downloaded dictionary, and of the one that the API gives."""

NEEDED = {
    "kind": "Field Type",
    "choices": "Choices, Calculations, OR Slider Labels",
    "identifier": "Identifier?",
}
CHOICE = frozenset({"radio", "dropdown", "checkbox"})
YES_NO = {"1": "yes", "0": "no"}
PERSONAL = re.compile(r"phone|email|ssn|mrn|zipcode|postalcode|code_postal")
NEVER = {
    "notes": "free text, which may name people",
    "file": "names of files",
    "descriptive": "words of the form",
    "signature": "signatures",
}


@dataclass(frozen=True)
class Field:
    """One field of a form.

    Attributes
    ----------
    name, form, kind, label, validation : str
        As the dictionary has them, in lower case but for the label.
    choices : mapping of str to str
        Code to label, of fields with choices and of yes or no.
    low, high : float or None
        Limits that were checked when values were entered.
    identifier : bool
        Whether the project marks it as identifying people.
    """

    name: str
    form: str = ""
    kind: str = "text"
    label: str = ""
    validation: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    identifier: bool = False

    @property
    def dated(self) -> bool:
        """Whether it holds dates, or dates with times."""
        return self.validation.startswith(("date_", "datetime_"))

    @property
    def order(self) -> str | None:
        """The order in which day, month and year are entered."""
        return self.validation[-3:] if self.dated else None

    @property
    def comma(self) -> bool:
        """Whether numbers are written with a decimal comma."""
        return self.validation.endswith("comma_decimal")

    @property
    def personal(self) -> str | None:
        """Say what identifies people in it, if the project or its kind of text says so."""
        if self.identifier:
            return "data marked as identifying in the data dictionary"
        found = PERSONAL.search(self.validation)
        return f"data entered as {self.validation}" if found else None


def is_dictionary(frame: pd.DataFrame) -> bool:
    """Say whether a table is a data dictionary: it names fields, and their forms or their types."""
    found = _headings(frame)
    return "name" in found and bool({"form", "kind"} & set(found)) and ("label" in found or "kind" in found)


def lacking(frame: pd.DataFrame) -> list[str]:
    """Return the headings that a data dictionary should have and this one lacks."""
    found = _headings(frame)
    return [heading for name, heading in NEEDED.items() if name not in found]


def fields(frame: pd.DataFrame) -> dict[str, Field]:
    """Read a data dictionary.

    Parameters
    ----------
    frame : DataFrame
        One row per field, as downloaded from the project or given by its API.

    Returns
    -------
    dict of str to Field
        By name, in the order of the dictionary. Rows that name no field are passed over.
    """
    found = _headings(frame)
    texts = {name: Plan("", frame).texts(heading).tolist() for name, heading in found.items()}
    rows = (dict(zip(texts, row, strict=True)) for row in zip(*texts.values(), strict=True))
    return {row["name"].lower(): _field(row) for row in rows if row["name"]}


def _headings(frame: pd.DataFrame) -> dict[str, str]:
    there = {plain(str(name)): str(name) for name in frame}
    return {name: there[heading] for name, headings in NAMES.items() for heading in headings if heading in there}


def _field(row: Mapping[str, str]) -> Field:
    kind = row.get("kind", "").lower() or "text"
    choices = YES_NO if kind in ("yesno", "truefalse") else _choices(row.get("choices", "")) if kind in CHOICE else {}
    return Field(
        name=row["name"].lower(),
        form=row.get("form", "").lower(),
        kind=kind,
        label=_bare(row.get("label", "")),
        validation=row.get("validation", "").lower(),
        choices=choices,
        low=_number(row.get("low", "")),
        high=_number(row.get("high", "")),
        identifier=row.get("identifier", "").lower() in ("y", "yes", "1", "true"),
    )


def _choices(text: str) -> dict[str, str]:
    """Read "0, Latino | 1, Non-Latino"; what has no comma is no choice."""
    pairs = (part.partition(",") for part in text.split("|"))
    return {code.strip(): _bare(label) for code, comma, label in pairs if comma and code.strip()}


def _bare(text: str) -> str:
    """Take markup out of a label."""
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
