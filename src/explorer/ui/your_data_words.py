"""What the parts of a mapping are called on the page."""

from __future__ import annotations

from explorer.cohort.instruments import catalogue
from explorer.cohort.mapping.model import Column, Mapping, Role
from explorer.cohort.schemas import STOP_REASONS

ROLES: dict[Role, str] = {
    "ignore": "Left out",
    "patient_id": "Patient's number",
    "index_date": "Index date (start of the drug)",
    "age": "Age",
    "birth_date": "Date of birth (only the age is kept)",
    "sex": "Sex",
    "covariate": "Baseline characteristic",
    "score": "Score",
    "instrument": "Which score the row holds",
    "report": "Yes or no to a question",
    "item": "Which question the row answers",
    "answer": "Answer to that question",
    "day": "Days, weeks or months since the start",
    "date": "Date of the visit",
    "visit": "Name of the visit",
    "drug": "Drug",
    "start": "Start of a drug or event",
    "end": "End of a drug or event",
    "stop_reason": "Why the drug was stopped",
    "prescriptions": "Number of prescriptions",
    "term": "Adverse event",
}
"""What a column may be, the most usual first within each kind."""

MEANINGS: dict[Role, str] = {
    "sex": "female, male or other",
    "report": "yes or no",
    "answer": "yes or no",
    "stop_reason": ", ".join(STOP_REASONS),
}
"""What words must be put into, where a column may not hold any word."""

NOT_SHOWN = "not shown here"
"""In place of a cell that identifies a patient."""
TABLES = {
    "patients": "Patients",
    "assessments": "Scores",
    "treatments": "Treatments",
    "reports": "Answers",
    "adverse_events": "Adverse events",
}


def score(code: str, mapping: Mapping) -> str:
    """Name a score: its code, and what it stands for where that is known."""
    own = {scale.code: scale.name for scale in mapping.instruments}
    known = catalogue().get(code)
    name = own.get(code) or (known.name if known else "")
    return f"{code}: {name}" if name and name != code else code


def details(column: Column) -> str:
    """Say in a line what else is said of a column."""
    told = {
        "score": f"{column.instrument or 'score named by another column'}, {_when(column)}",
        "report": f"{column.name or 'the heading'}, {_when(column)}",
        "day": f"in {column.unit}" + (", counted from 1" if column.from_one else ""),
        "patient_id": "replaced by P1, P2, ..." if column.pseudonym else "it stands",
        "covariate": f"called {column.name}" if column.name else "",
        "start": _course(column),
        "end": _course(column) + (", the last dose" if column.last_dose else ""),
        "stop_reason": _course(column),
        "prescriptions": _course(column),
    }.get(column.role, "")
    missing = f"missing: {', '.join(column.missing)}" if column.missing else ""
    units = f"without {', '.join(column.remove)}" if column.remove else ""
    return "; ".join(filter(None, (told, missing, units, "words given" if column.words else "")))


def _when(column: Column) -> str:
    if column.day is not None:
        return f"day {column.day}"
    if column.visit is not None:
        return f"at the visit “{column.visit}”"
    return f"dated by “{column.on}”" if column.on else "dated by its row"


def _course(column: Column) -> str:
    return f"of {column.drug}" if column.drug else "of the index drug, or of the row's"
