"""`explorer check` and `explorer convert` on files that are not a cohort folder: guess, ask, replay a mapping."""

from __future__ import annotations

import argparse
from pathlib import Path

from explorer.cohort.mapping.apply import Mapped, apply
from explorer.cohort.mapping.guess import Guess, guess
from explorer.cohort.mapping.model import Mapping, load
from explorer.cohort.mapping.quality import quality
from explorer.cohort.readers import read
from explorer.cohort.readers.sheets import Sheets, read_sheets
from explorer.cohort.tables import Cohort
from explorer.errors import CohortError, Problem

HOW = (
    "Save the guess with `explorer convert FILE --save-mapping M.json`, correct it, and give it with --mapping M.json."
)


def add_mapping(command: argparse.ArgumentParser) -> None:
    """Let a command take a mapping."""
    command.add_argument(
        "--mapping",
        type=Path,
        metavar="M.json",
        help="what each column of the file is, as saved with `convert --save-mapping` (JSON or TOML)",
    )


def read_any(path: Path, mapping: Path | None) -> tuple[Cohort, tuple[str, ...]]:
    """Read a cohort folder, or a file by its mapping or by the guess, and say what became of the file's cells.

    Parameters
    ----------
    path : Path
    mapping : Path or None
        Of a file; the guess is used if none is given and nothing is unclear.

    Returns
    -------
    Cohort
    tuple of str
        Lines for the reader; none for a folder.

    Raises
    ------
    CohortError
        With every problem, or with everything that only the user can say.
    """
    if path.is_dir() or not path.exists():
        if mapping is not None and path.is_dir():
            raise CohortError([Problem(path.name, "a cohort folder needs no mapping", "Leave out --mapping.")])
        return read(path), ()
    sheets = read_sheets(path, path.name)
    used = load(mapping) if mapping is not None else _clear(guess(sheets), sheets)
    mapped = apply(used, sheets)
    return mapped.cohort, _told(mapped, sheets, used)


def save_guess(path: Path, out: Path) -> tuple[str, ...]:
    """Write what is guessed of a file as a mapping, and say why each column was taken for what it is.

    Raises
    ------
    CohortError
        When the file cannot be read, or the mapping cannot be written or is there already.
    """
    found = guess(read_sheets(path, path.name))
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(found.mapping.to_json())
    except OSError as error:
        what = f"the mapping cannot be written ({error.strerror})"
        raise CohortError([Problem(out.name, what, "Choose a new file in a folder that you may write to.")]) from error
    unclear = tuple(f"Unclear: {ask}" for ask in found.unclear)
    return (*_reasons(found), *unclear, f"Wrote the mapping to {out}.")


def _reasons(found: Guess) -> tuple[str, ...]:
    return tuple(
        f"{sheet}, column '{name}': {found.mapping.sheets[sheet].columns[name].role} ({why})"
        for (sheet, name), why in found.reasons.items()
    )


def _clear(found: Guess, sheets: Sheets) -> Mapping:
    if found.unclear:
        asked = [Problem(sheets.file, f"unclear: {ask.what}", ask.how) for ask in found.unclear]
        raise CohortError([*asked, Problem(sheets.file, "the file cannot be read without a mapping", HOW)])
    return found.mapping


def _told(mapped: Mapped, sheets: Sheets, mapping: Mapping) -> tuple[str, ...]:
    done = tuple(str(entry) for entry in mapped.report if entry.kind != "read")
    return (*done, *(f"to check: {finding}" for finding in quality(mapped.cohort, sheets, mapping)))
