"""Tables of the OMOP common data model among files: recognised by name, taken out by an extract.

A mapping cannot say which of thousands of concepts is a score, so that none is guessed: `cohort` follows an extract,
with the same code as for a database, and `suggestion` lists what there is to choose from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.cohort.databases.sheets import by_table
from explorer.cohort.mapping.guess import Guess, Unclear
from explorer.cohort.mapping.model import NOT_SAID, About, Mapping
from explorer.cohort.readers.sheets import Sheets
from explorer.cohort.ready.model import Ready

if TYPE_CHECKING:
    from explorer.cohort.databases.extract import Extract
    from explorer.cohort.databases.extraction import Extraction
    from explorer.cohort.databases.suggestion import Suggestion

NAME = "OMOP CDM"
SIGNS = {"person": "year_of_birth", "drug_exposure": "drug_concept_id"}
ASKED = Unclear(
    "which drug and which scores to take: an OMOP database does not say",
    "Write an extract: `explorer convert PLACE --save-extract X.toml` lists what there is; docs/databases.md explains it.",
)


def ready(sheets: Sheets) -> Ready | None:
    """Recognise tables of the OMOP model by their names and columns.

    Parameters
    ----------
    sheets : Sheets
        A folder or ZIP of CSV or Parquet files, or a DuckDB file.

    Returns
    -------
    Ready or None
        With a mapping of nothing: what to take stays open.
    """
    found = by_table(sheets)
    if any(table not in found or sign not in found[table] for table, sign in SIGNS.items()):
        return None
    mapping = Mapping(about=About(title=sheets.file, index_drug=NOT_SAID), sheets={})
    named = " and ".join(f"the table '{table}' with the column {sign}" for table, sign in SIGNS.items())
    return Ready(NAME, named, Guess(mapping, {}, (ASKED,)), sheets)


def suggestion(sheets: Sheets, part_of_name: str | None = None) -> Suggestion:
    """List drugs and measurements to choose from.

    Parameters
    ----------
    sheets : Sheets
    part_of_name : str or None
        Part of the index drug's name, so that only what was measured of its takers is listed.

    Raises
    ------
    CohortError
        Where nobody took such a drug, or a table cannot be read.
    """
    # Imported here, as below: the engine takes half a second to load, and most files are of another form.
    from explorer.cohort.databases.opening import opened_frames
    from explorer.cohort.databases.suggestion import suggest

    with opened_frames(sheets.file, by_table(sheets)) as database:
        return suggest(database, part_of_name)


def cohort(sheets: Sheets, extract: Extract) -> Extraction:
    """Take a cohort out of the tables.

    Raises
    ------
    CohortError
        Where the tables do not hold what the extract names.
    """
    from explorer.cohort.databases.reading import read_frames

    return read_frames(sheets.file, by_table(sheets), extract)
