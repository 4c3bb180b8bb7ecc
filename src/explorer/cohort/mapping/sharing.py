"""A mapping as the text of a link: it holds headings and words of categories, and never a cell that identifies anyone."""

from __future__ import annotations

from collections.abc import Collection

from explorer.cohort.mapping.model import Column, Mapping, Sheet
from explorer.errors import CohortError, DefinitionError
from explorer.links import pack, unpack

LONGEST = 65_536
LETTERS = 6_000
"""Addresses longer than this are cut by mail programs and proxies; the mapping is then a file only."""


def to_link(mapping: Mapping, identifiers: Collection[tuple[str, str]]) -> str | None:
    """Write a mapping in letters that an address may hold.

    Parameters
    ----------
    mapping : Mapping
    identifiers : collection of (sheet, column)
        Columns that look as if they identify patients.

    Returns
    -------
    str or None
        None where it would be too long, or would hold texts of cells that identify patients.
    """
    if any(
        _tells(sheet, {column for at, column in identifiers if at == name}) for name, sheet in mapping.sheets.items()
    ):
        return None
    link = pack(_bare(mapping).to_json())
    return link if len(link) <= LETTERS else None


def from_link(text: str) -> Mapping:
    """Read a mapping from the text of a link.

    Raises
    ------
    DefinitionError
        Where the text is cut short, altered or too large, or what it holds is no mapping.
    """
    try:
        return Mapping.from_json(unpack(text, "mapping", LONGEST), "the mapping of the link")
    except CohortError as error:
        raise DefinitionError(str(error)) from error


def _tells(sheet: Sheet, identifying: set[str]) -> bool:
    """Say whether a sheet's mapping quotes cells of a column that identifies patients."""
    private = identifying | sheet.having("patient_id", "birth_date").keys()
    quoted = {name for name, column in sheet.columns.items() if column.role != "ignore" and _quotes(column)}
    return bool(private & (quoted | sheet.leave_out.keys() | sheet.imputed.keys()))


def _quotes(column: Column) -> bool:
    return bool(column.words or column.missing or column.remove)


def _bare(mapping: Mapping) -> Mapping:
    """Keep of columns that are left out no more than that they are: why may quote their cells."""
    sheets = {
        name: sheet.replace(columns={held: _bare_column(column) for held, column in sheet.columns.items()})
        for name, sheet in mapping.sheets.items()
    }
    return mapping.replace(sheets=sheets)


def _bare_column(column: Column) -> Column:
    return Column(role="ignore") if column.role == "ignore" else column
