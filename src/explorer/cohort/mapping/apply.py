"""A mapping applied to sheets: a cohort with a report of what became of every cell, or every problem at once."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from explorer.cohort.findings import Findings, shown
from explorer.cohort.instruments import Instrument
from explorer.cohort.mapping.drawing import Table, draw, place
from explorer.cohort.mapping.model import NOT_SAID, Mapping
from explorer.cohort.mapping.parting import parted
from explorer.cohort.mapping.report import Entry, Log
from explorer.cohort.readers.sheets import Sheets
from explorer.cohort.schemas import TABLES
from explorer.cohort.tables import Cohort, Metadata, build
from explorer.errors import CohortError, Problem

REPEATED = re.compile(r"(?<= stands in row )\d+(?= already$)")
FIRST_ROW = re.compile(r"(?<=row )\d+(?= first)")
FILES = {f"{table}.csv": table for table in TABLES}


@dataclass(frozen=True)
class Mapped:
    """A cohort made of sheets.

    Attributes
    ----------
    cohort : Cohort
    report : tuple of Entry
        What was read, repaired, dropped and left alone.
    """

    cohort: Cohort
    report: tuple[Entry, ...]


@dataclass(frozen=True)
class Preview:
    """What a mapping makes of sheets, also where it cannot be a cohort yet.

    Attributes
    ----------
    tables : mapping of str to DataFrame
        As far as they could be drawn.
    report : tuple of Entry
    problems : tuple of Problem
        Everything that stands between this and a cohort; none when `cohort` is there.
    cohort : Cohort or None
    """

    tables: MappingOf[str, pd.DataFrame]
    report: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    cohort: Cohort | None


def apply(mapping: Mapping, sheets: Sheets) -> Mapped:
    """Make a cohort of sheets.

    Parameters
    ----------
    mapping : Mapping
    sheets : Sheets
        As `read_sheets` returns them.

    Returns
    -------
    Mapped

    Raises
    ------
    CohortError
        With every problem, in the file's own rows and columns; nothing is half-loaded.
    """
    seen = preview(mapping, sheets)
    if seen.cohort is None:
        raise CohortError(seen.problems)
    return Mapped(seen.cohort, seen.report)


def preview(mapping: Mapping, sheets: Sheets) -> Preview:
    """Say what a mapping makes of sheets and what would be lost, without refusing.

    Parameters
    ----------
    mapping : Mapping
    sheets : Sheets

    Returns
    -------
    Preview
    """
    findings, log = Findings(), Log()
    sheets = parted(mapping.parts, sheets)
    drawn = draw(mapping, sheets, findings, log)
    tables = {name: _once(name, table, log) for name, table in drawn.items()}
    _check(mapping, tables, sheets, findings)
    frames = {name: table.frame for name, table in tables.items()}
    cohort, problems = _built(mapping, tables, sheets, _noted(findings))
    if problems or cohort is None:
        return Preview(frames, log.entries(), tuple(dict.fromkeys(problems)), None)
    warned = (*sheets.notes, *findings.warnings, *cohort.warnings)
    _note_size(cohort, sheets, log)
    told = replace(cohort, warnings=tuple(_warning(warning, tables, sheets) for warning in warned))
    return Preview(frames, log.entries(), (), told)


def _check(mapping: Mapping, tables: MappingOf[str, Table], sheets: Sheets, findings: Findings) -> None:
    """Note what no table can tell: a drug or a direction that nobody named, and nothing to analyse."""
    if mapping.about.index_drug == NOT_SAID:
        findings.add(sheets.file, "the index drug is not said", 'Say "index_drug" under "about" in the mapping.')
    for scale in mapping.instruments:
        if scale.direction == NOT_SAID:
            remedy = "Say under 'instruments' whether lower is better or higher is better, and correct its range."
            findings.add(sheets.file, f"the direction of the score {shown(scale.code)} is not said", remedy)
    if tables["assessments"].frame.empty and "reports" not in tables and not findings.problems:
        remedy = "Map the scores before and after; a change from baseline alone cannot stand for them."
        findings.add(sheets.file, "there is no score and no answer to analyse", remedy)


def _built(
    mapping: Mapping, tables: MappingOf[str, Table], sheets: Sheets, problems: list[Problem]
) -> tuple[Cohort | None, list[Problem]]:
    """Build the cohort, or return every problem in the file's own rows and columns."""
    if problems and tables["patients"].frame.empty:
        return None, problems  # That no patient is there would only follow from what is said already.
    try:
        frames = {name: table.frame for name, table in tables.items()}
        return build(_metadata(mapping), frames, _described(mapping)), problems
    except CohortError as error:
        # A cell that could not be read is missing in the table, where it would be told of again as empty.
        known = {(problem.file, problem.row, problem.column) for problem in problems}
        placed = [
            _same_day(problem, tables, sheets, mapping) or _in_file(problem, tables, sheets)
            for problem in error.problems
        ]
        return None, problems + [one for one in placed if (one.file, one.row, one.column) not in known]


def _noted(findings: Findings) -> list[Problem]:
    try:
        findings.stop_if_any([])
    except CohortError as error:
        return list(error.problems)
    return []


def _note_size(cohort: Cohort, sheets: Sheets, log: Log) -> None:
    for table in sorted(cohort.tables):
        log.add("read", sheets.file, None, f"rows of the table {table} made", len(getattr(cohort, table)))


def _metadata(mapping: Mapping) -> Metadata:
    about = mapping.about
    texts = (about.title, about.synthetic, about.source, about.licence, about.index_drug, about.prior_drug)
    dated = "One index date stands for all: the file has none." if about.index_date else ""
    return Metadata(*texts, notes=" ".join(filter(None, (about.notes, dated))))


def _described(mapping: Mapping) -> dict[str, Instrument]:
    return {scale.code: scale.instrument() for scale in mapping.instruments}


def _once(name: str, table: Table, log: Log) -> Table:
    """Leave out rows that say the same of the same patient again, as a baseline repeated on every row does."""
    if name == "patients":
        return table
    again = table.frame.duplicated().to_numpy()
    if not again.any():
        return table
    rows = pd.Series(0, pd.Index(np.asarray(table.row) - 2))
    sheet = table.cell(int(again.argmax()), None).sheet
    log.cells("dropped", sheet, rows, again, f"the same in {name} as an earlier row")
    kept = np.flatnonzero(~again).tolist()
    frame = table.frame[~again].reset_index(drop=True)
    return Table(frame, table.origins, [table.of[at] for at in kept], [table.row[at] for at in kept])


def _same_day(problem: Problem, tables: MappingOf[str, Table], sheets: Sheets, mapping: Mapping) -> Problem | None:
    """Name the two columns, once and not for each patient, where both give one score on one day."""
    earlier, table = REPEATED.search(problem.what), tables["assessments"]
    if earlier is None or problem.row is None or FILES.get(problem.file) != "assessments":
        return None
    at = problem.row - 2
    first, second = table.cell(int(earlier[0]) - 2, "score"), table.cell(at, "score")
    held = mapping.sheets[second.sheet].columns
    if first[:2] != second[:2] or any(held[str(cell.column)].on is not None for cell in (first, second)):
        return None
    code, day = table.frame["instrument"].iloc[at], table.frame["day"].iloc[at]
    what = f"columns '{first.column}' and '{second.column}' both give {code} on day {day:g}"
    return Problem(place(sheets, second.sheet), what, "Leave one of the two columns out, or give it its own day.")


def _in_file(problem: Problem, tables: MappingOf[str, Table], sheets: Sheets) -> Problem:
    """Bring a problem of a table into the coordinates of the file it was drawn from."""
    table = tables.get(FILES.get(problem.file, ""))
    remedy = problem.remedy.replace("describe it in instruments.csv", "describe it under 'instruments' in the mapping")
    for file in FILES:
        remedy = remedy.replace(file, sheets.file)
    what = problem.what.replace("patients.csv", f"the patients of {sheets.file}")
    if table is None or problem.row is None:
        return Problem(sheets.file, what, remedy, column=problem.column)
    cell = table.cell(problem.row - 2, problem.column)
    what = REPEATED.sub(lambda found: str(table.row[int(found[0]) - 2]), what)
    return Problem(place(sheets, cell.sheet), what, remedy, cell.row, cell.column or problem.column)


def _warning(warning: str, tables: MappingOf[str, Table], sheets: Sheets) -> str:
    file, _, rest = warning.partition(": ")
    table = tables.get(FILES.get(file, ""))
    if table is None:
        return warning
    rest = FIRST_ROW.sub(lambda found: str(table.row[int(found[0]) - 2]), rest)
    return f"{sheets.file}, {FILES[file]}: {rest}"
