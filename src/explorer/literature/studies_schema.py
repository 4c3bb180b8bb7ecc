"""What the files of published evidence must hold (pandera), and what is said where a row breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaError, SchemaErrors

from explorer.cohort.findings import shown, spreadsheet_row
from explorer.errors import ExplorerError, Problem
from explorer.literature.studies_outcomes import DESIGNS, MISSING_RULES, OUTCOMES, PRIORS, SOURCES

LINK = r"https?://[^\s]+"
AGREES = 0.6
"""Percentage points by which a printed percentage may differ from its count: rounded to whole ones, and a little more."""


class EvidenceError(ExplorerError):
    """A file of published evidence that breaks its schema: names file, row, column, value and remedy."""


def _check(holds: Callable[[pd.Series], pd.Series], what: str, remedy: str) -> pa.Check:
    return pa.Check(holds, error=what, description=remedy)


def _row_check(holds: Callable[[pd.DataFrame], pd.Series], what: str, remedy: str) -> pa.Check:
    return pa.Check(holds, error=what, description=remedy, ignore_na=False)


def _one_of(allowed: Iterable[str]) -> pa.Column:
    known = tuple(allowed)
    remedy = f"Write one of: {', '.join(known)}."
    return pa.Column(None, _check(lambda values: values.isin(known), "{value} is not known", remedy))


def _like(pattern: str, what: str, remedy: str) -> pa.Column:
    return pa.Column(None, _check(lambda values: values.str.fullmatch(pattern), what, remedy))


def _at_least(low: float) -> pa.Column:
    what = f"{{value}} is below {low:g}"
    return pa.Column(
        "float64", _check(lambda values: values >= low, what, "Correct the number, or empty the cell."), nullable=True
    )


def _unique(pattern: str) -> pa.Column:
    return pa.Column(
        None,
        [
            _check(
                lambda values: values.str.fullmatch(pattern), "{value} is not a row name", f"Write it as {pattern}."
            ),
            _check(lambda values: ~values.duplicated(keep=False), "{value} stands twice", "Name each row once."),
        ],
    )


FILLED = _like(r"(?s).*\S.*", "the cell is empty", "Fill in the cell.")
FREE = pa.Column(None)
NUMBER = pa.Column("float64", nullable=True)
SOURCE = _like(LINK, "{value} is no link to a source", "Give the DOI, PubMed or page address the row was read from.")


def _count_fits(rows: pd.DataFrame) -> pd.Series:
    return rows["responders"].isna() | (rows["responders"] <= rows["n_evaluable"])


def _percent_fits(rows: pd.DataFrame) -> pd.Series:
    off = (100 * rows["responders"] / rows["n_evaluable"] - rows["value"]).abs()
    return off.isna() | (off <= AGREES)


def _share_fits(rows: pd.DataFrame) -> pd.Series:
    shares = rows["outcome"].isin([code for code, outcome in OUTCOMES.items() if outcome.is_share])
    return ~shares | rows["value"].isna() | rows["value"].between(0, 100)


def _has_result(rows: pd.DataFrame) -> pd.Series:
    return rows["value"].notna() | rows["responders"].notna()


def _interval_fits(rows: pd.DataFrame) -> pd.Series:
    given = rows["ci_low"].notna() & rows["ci_high"].notna() & (rows["ci_low"] <= rows["ci_high"])
    none = rows["ci_low"].isna() & rows["ci_high"].isna()
    return (none & rows["interval_of"].eq("")) | (given & rows["interval_of"].ne(""))


LITERATURE = pa.DataFrameSchema(
    {
        "row_id": _unique(r"L\d{3}"),
        "study_id": FILLED,
        "study": FILLED,
        "first_author": FREE,
        "year": FREE,
        "journal": FREE,
        "doi_or_pmid": FREE,
        "design": _one_of(DESIGNS),
        "drug": FILLED,
        "arm_or_subgroup": FILLED,
        "population": _one_of(PRIORS),
        "n_evaluable": _at_least(1),
        "responders": _at_least(0),
        "outcome": _one_of(OUTCOMES),
        "value": NUMBER,
        "unit": FILLED,
        "ci_low": NUMBER,
        "ci_high": NUMBER,
        "comparator_arm": FREE,
        "comparator_value": NUMBER,
        "p_value": FREE,
        "timepoint_weeks": _at_least(0),
        "timepoint_as_stated": FREE,
        "source_url": SOURCE,
        "stored_copy": FILLED,
        "read_from": _one_of(SOURCES),
        "note": FREE,
        "agent": FILLED,
        "selection": FREE,
        "interval_of": _one_of(("", "arm", "difference")),
        "missing_rule": _one_of(MISSING_RULES),
        "may_overlap": FILLED,
        "definition": FREE,
    },
    checks=[
        _row_check(_count_fits, "the count has no denominator, or exceeds it", "Give both as printed."),
        _row_check(_percent_fits, "the printed percentage is not that of the printed count", "Read both again."),
        _row_check(_share_fits, "a share of patients lies outside 0 to 100", "Give the percentage as printed."),
        _row_check(_has_result, "the row holds neither a value nor a count", "Give one of them, or delete the row."),
        _row_check(_interval_fits, "the interval has one limit, the wrong order, or nothing it is of", "Mend it."),
    ],
)

BASELINE = pa.DataFrameSchema(
    {
        "row_id": _unique(r"B\d{2}"),
        "study_id": FILLED,
        "population": FILLED,
        "n": _at_least(1),
        "measure": FILLED,
        "statistic": _one_of(("mean", "median")),
        "value": pa.Column("float64"),
        "spread": FREE,
        "source_url": SOURCE,
        "read_from": _one_of(SOURCES),
        "note": FREE,
    }
)

DEFINITIONS = pa.DataFrameSchema(
    {
        "def_id": _unique(r"[A-Z0-9_]+"),
        "label": FILLED,
        "instrument": FILLED,
        "rule": FILLED,
        "baseline_restriction": FREE,
        "timepoint": FREE,
        "formula": FREE,
        "used_in": FILLED,
        "source_url": SOURCE,
        "year": FREE,
        "read_status": FILLED,
        "note": FREE,
    }
)


def checked(file: Path, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Read a file of evidence and check every row.

    Parameters
    ----------
    file : Path
        CSV with a heading; cells may be empty.
    schema : DataFrameSchema
        Its columns; those of type float64 are read as numbers, all others as text.

    Returns
    -------
    DataFrame
        The columns of the schema, numbers NaN and texts "" where a cell is empty.

    Raises
    ------
    EvidenceError
        Where the file cannot be read or a row breaks the schema; one line for each fault.
    """
    found = _read(file)
    if missing := [name for name in schema.columns if name not in found.columns]:
        raise _error(Problem(file.name, f"the column '{name}' is missing", "Add the column.") for name in missing)
    numeric = [name for name, column in schema.columns.items() if str(column.dtype) == "float64"]
    found = found[list(schema.columns)]
    read = found.assign(**{name: pd.to_numeric(found[name], errors="coerce") for name in numeric})
    problems = [*_not_numbers(file.name, found[numeric], read), *_broken(file.name, schema, read)]
    if problems:
        raise _error(problems)
    return read


def _read(file: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(file, dtype="str", keep_default_na=False)
    except (OSError, ValueError) as error:  # pandas' errors of parsing and of encoding are ValueErrors
        raise EvidenceError(f"{file.name}: the file cannot be read ({error}). Restore it from the project.") from error


def _not_numbers(file: str, given: pd.DataFrame, read: pd.DataFrame) -> Iterator[Problem]:
    for name in given:
        wrong = read[name].isna() & given[name].ne("")
        for place in np.flatnonzero(wrong):
            what = f"{shown(given[name].iloc[place])} is not a number"
            yield Problem(file, what, "Correct the cell, or empty it.", spreadsheet_row(place), str(name))


def _broken(file: str, schema: pa.DataFrameSchema, read: pd.DataFrame) -> Iterator[Problem]:
    try:
        schema.validate(read, lazy=True)
    except SchemaErrors as errors:
        for error in errors.schema_errors:
            yield from _problems(file, error, read)


def _problems(file: str, error: SchemaError, read: pd.DataFrame) -> Iterator[Problem]:
    """Say of each row at fault what it breaks; a check of whole rows names no column."""
    column = error.schema.name if error.schema.name in read else None
    for place in sorted({int(at) for at in error.failure_cases["index"]}):
        what, remedy = "the cell is empty", "Fill in the cell."
        if error.check is not None and not isinstance(error.check, str):
            value = "" if column is None else shown(read[column].iloc[place])
            what, remedy = str(error.check.error).replace("{value}", value), str(error.check.description)
        yield Problem(file, what, remedy, spreadsheet_row(place), column)


def _error(problems: Iterable[Problem]) -> EvidenceError:
    return EvidenceError("\n".join(map(str, problems)))


def schemas() -> Mapping[str, pa.DataFrameSchema]:
    """Return the schema of each file, by the file's name without its ending."""
    return {"literature": LITERATURE, "baseline_context": BASELINE, "responder_definitions": DEFINITIONS}
