"""`explorer convert` on databases: an extract file says what to take, and one to begin with can be had."""

from __future__ import annotations

import argparse
from pathlib import Path

from explorer.cohort.tables import Cohort
from explorer.errors import CohortError, Problem

HOW = (
    "Save one to edit with `explorer convert TARGET --save-extract X.toml`, and give it with --extract X.toml; "
    "docs/databases.md explains it."
)


def place(text: str) -> Path | str:
    """Return a path, or the address of a database as it is: a Path would fold its slashes."""
    return text if "://" in text else Path(text)


def add_extract(command: argparse.ArgumentParser) -> None:
    """Let a command take an extract."""
    command.add_argument(
        "--extract", type=Path, metavar="X.toml", help="what to take out of a database (OMOP): drugs, scores, days"
    )
    command.add_argument(
        "--save-extract",
        type=Path,
        metavar="X.toml",
        help="write an extract to edit: what people took, what was measured",
    )
    command.add_argument(
        "--index-drug",
        metavar="TEXT",
        help="with --save-extract: part of the drug's name; lists what was measured of its takers",
    )
    command.add_argument("--schema", metavar="NAME", help="with --save-extract: where the database keeps its tables")
    command.add_argument(
        "--vocabulary-schema", metavar="NAME", help="with --save-extract: where it keeps the vocabulary, if elsewhere"
    )


def is_asked(options: argparse.Namespace) -> bool:
    """Say whether a command is about a database in the OMOP model."""
    if options.extract or options.save_extract or isinstance(options.path, str):
        return True
    if not options.path.is_dir() or (options.path / "cohort.toml").exists():
        return False
    # Imported here, as below: the engines take half a second to load, and few need them.
    from explorer.cohort.databases.opening import is_omop_folder

    return is_omop_folder(options.path)


def save_extract(options: argparse.Namespace) -> tuple[str, ...]:
    """Write an extract to edit, with the drugs and measurements of the database as comments.

    Raises
    ------
    CohortError
        When the database cannot be read, or the file cannot be written or is there already.
    """
    from explorer.cohort.databases.opening import opened
    from explorer.cohort.databases.suggestion import suggest

    out: Path = options.save_extract
    with opened(options.path) as database:
        text = suggest(database, options.index_drug, options.schema, options.vocabulary_schema).text()
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        what = f"the extract cannot be written ({error.strerror})"
        raise CohortError([Problem(out.name, what, "Choose a new file in a folder that you may write to.")]) from error
    return (f"Wrote an extract to edit to {out}; it decides nothing yet.",)


def read_extract(options: argparse.Namespace) -> tuple[Cohort, tuple[str, ...]]:
    """Read a cohort from a database by the extract that was given, and say what was taken and left out.

    Returns
    -------
    Cohort
    tuple of str
        Lines for the reader.

    Raises
    ------
    CohortError
        When no extract was given, or the database does not hold what it names.
    """
    from explorer.cohort.databases.extract import load
    from explorer.cohort.databases.reading import read_database
    from explorer.cohort.databases.redaction import without_passwords

    if options.extract is None:
        what = "this is a database: an extract has to say which drug and which scores to take"
        raise CohortError([Problem(without_passwords(str(options.path)), what, HOW)])
    found = read_database(options.path, load(options.extract))
    rows = sum(query.rows for query in found.fetched)
    return found.cohort, (*found.notes, f"{len(found.fetched)} queries; {rows:,} rows left the database.")
