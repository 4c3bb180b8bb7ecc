"""Files as somebody brings them: a folder of five tables, or sheets whose columns have to be told first."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from explorer.cohort.instruments import catalogue
from explorer.cohort.mapping.guess import Guess
from explorer.cohort.mapping.model import Mapping, Role
from explorer.cohort.readers.archive import holds_folder, read_packed_folder
from explorer.cohort.readers.folder import METADATA
from explorer.cohort.readers.sheets import Sheets, read_several, read_sheets
from explorer.cohort.ready import Ready, understood
from explorer.cohort.schemas import TABLES
from explorer.cohort.tables import Cohort
from explorer.cohort.writer import folder_files

ROLES: dict[str, Role] = {
    "patient_id": "patient_id",
    "index_date": "index_date",
    "age": "age",
    "sex": "sex",
    "day": "day",
    "instrument": "instrument",
    "score": "score",
    "item": "item",
    "answer": "answer",
    "drug": "drug",
    "start_day": "start",
    "end_day": "end",
    "prescriptions": "prescriptions",
    "stop_reason": "stop_reason",
    "term": "term",
}
"""What the columns of the five tables are; any other of `patients` is a baseline column."""


@dataclass(frozen=True, eq=False)
class Intake:
    """What was brought, as far as it is understood without asking.

    Attributes
    ----------
    sheets : Sheets
    mapping : Mapping
        As guessed; of the five tables, what their columns are by name.
    guess : Guess or None
        Why; None for the five tables, where nothing is guessed.
    ready : Ready or None
        The known form that the files have, if they have one.
    cohort : Cohort or None
        Of the five tables, which need no mapping.
    """

    sheets: Sheets
    mapping: Mapping
    guess: Guess | None = None
    ready: Ready | None = None
    cohort: Cohort | None = None


def take_in(files: MappingOf[str, bytes]) -> Intake:
    """Read what somebody brings; nothing is written to disk.

    Parameters
    ----------
    files : mapping of str to bytes
        Content by name, at least one: a cohort's folder as ZIP or as its files, or sheets in any format that is read,
        several of which belong together.

    Returns
    -------
    Intake

    Raises
    ------
    CohortError
        With everything that is wrong.
    """
    packed = _packed_folder(files)
    if packed is not None:
        return _folder(*packed)
    sheets = read_several(files)
    ready, guessed = understood(sheets)
    return Intake(sheets if ready is None else ready.sheets, guessed.mapping, guessed, ready)


def as_brought(cohort: Cohort, name: str) -> Intake:
    """Return a cohort that was taken out of a database, as if its five tables had been brought."""
    return _folder(name, _zipped(dict(folder_files(cohort))))


def _packed_folder(files: MappingOf[str, bytes]) -> tuple[str, bytes] | None:
    """Return the ZIP of a cohort's folder and its name, packed here where its files came one by one."""
    if METADATA in files:
        return "the folder", _zipped(files)
    first, *others = files.items()
    return first if not others and holds_folder(first[1], first[0]) else None


def _zipped(files: MappingOf[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def _folder(name: str, content: bytes) -> Intake:
    cohort = read_packed_folder(content, name)
    read = read_sheets(content, name)
    tables = {sheet: frame for sheet, frame in read.frames.items() if PurePath(sheet).stem in TABLES}
    sheets = Sheets(name, "cohort folder", tables)
    return Intake(sheets, _by_name(cohort, sheets), cohort=cohort)


def _by_name(cohort: Cohort, sheets: Sheets) -> Mapping:
    """Say of the five tables what their columns are, so that findings can point to cells."""
    about = cohort.metadata
    own = [each for code, each in cohort.instruments.items() if each != catalogue().get(code)]
    return Mapping.from_dict(
        {
            "about": {"title": about.title, "index_drug": about.index_drug, "prior_drug": about.prior_drug},
            "sheets": {name: {"columns": _roles(name, list(map(str, frame)))} for name, frame in sheets.frames.items()},
            "instruments": [
                {
                    "code": each.code,
                    "range_min": each.range_min,
                    "range_max": each.range_max,
                    "direction": each.direction,
                }
                for each in own
            ],
        }
    )


def _roles(sheet: str, names: list[str]) -> dict[str, dict[str, Any]]:
    rest = "covariate" if PurePath(sheet).stem == "patients" else "ignore"
    return {name: {"role": ROLES.get(name, rest)} for name in names}
