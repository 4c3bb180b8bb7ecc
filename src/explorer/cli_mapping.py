"""`explorer check`, `convert` and `--cohort` on files that are no cohort folder: recognise or guess, ask, replay."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from explorer.cohort.findings import shown
from explorer.cohort.mapping.apply import Mapped, apply
from explorer.cohort.mapping.drawing import UNNAMED
from explorer.cohort.mapping.guess import Guess
from explorer.cohort.mapping.model import Mapping, load
from explorer.cohort.mapping.quality import quality
from explorer.cohort.readers import read
from explorer.cohort.readers.archive import holds_folder
from explorer.cohort.readers.folder import METADATA
from explorer.cohort.readers.kinds import ENDINGS
from explorer.cohort.readers.limits import check_bytes
from explorer.cohort.readers.sheets import Sheets, read_several, read_sheets
from explorer.cohort.ready import Ready, understood
from explorer.cohort.schemas import TABLES
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
    """Read a cohort folder, or files by their mapping, by their known form or by the guess, and say what became of them.

    Parameters
    ----------
    path : Path
        A cohort folder, or one packed as ZIP; a data file; a folder or ZIP of data files that belong together.
    mapping : Path or None
        Of data files; if none is given they are recognised or guessed, and read where nothing is unclear.

    Returns
    -------
    Cohort
    tuple of str
        Lines for the reader; none for a cohort folder.

    Raises
    ------
    CohortError
        With every problem, or with everything that only the user can say.
    """
    sheets = sheets_of(path)
    if sheets is None:
        if mapping is not None and path.exists():
            raise CohortError([Problem(path.name, "a cohort folder needs no mapping", "Leave out --mapping.")])
        return read(path), ()
    if mapping is not None:
        return _applied(load(mapping), sheets)
    ready, found = understood(sheets)
    cohort, told = _applied(_clear(found, sheets, ready), sheets)
    return cohort, (*_named(ready), *told)


def sheets_of(path: Path) -> Sheets | None:
    """Return the sheets of a data file, or of a folder of data files; None for a cohort folder and for nothing at all.

    Raises
    ------
    CohortError
        Where a file cannot be read whole and safely.
    """
    if path.is_dir():
        return _folder(path)
    packed = path.suffix.lower() == ".zip" and path.is_file() and holds_folder(path.read_bytes(), path.name)
    return read_sheets(path, path.name) if path.is_file() and not packed else None


def _folder(path: Path) -> Sheets | None:
    """Return the sheets of a folder; None where it is a cohort's, or meant to be one."""
    files = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith("."))
    tables = [file for file in files if file.suffix.lower() in ENDINGS]
    if not tables or any(file.name == METADATA or file.stem in TABLES for file in files):
        return None
    check_bytes(sum(file.stat().st_size for file in tables), path.name)
    others = tuple(f"{shown(file.name)} is no table and was left out." for file in files if file not in tables)
    sheets = read_several({file.name: file.read_bytes() for file in tables}, path.name)
    return replace(sheets, notes=(*sheets.notes, *others))


def read_cohort(options: argparse.Namespace) -> tuple[Cohort, tuple[str, ...]]:
    """Read what `--cohort` names, by `--mapping` if that is given; return it with what it was recognised as.

    Raises
    ------
    CohortError
        As `read_any` does.
    """
    cohort, told = read_any(options.cohort, options.mapping)
    return cohort, tuple(line for line in told if line.startswith(Ready.SAID))


def save_guess(path: Path, out: Path) -> tuple[str, ...]:
    """Write what files are recognised as, or guessed to be, as a mapping, and say why each column is what it is.

    Raises
    ------
    CohortError
        When a file cannot be read, or the mapping cannot be written or is there already.
    """
    sheets = sheets_of(path)
    if sheets is None:
        read(path)
        raise CohortError([Problem(path.name, "a cohort folder needs no mapping", "Leave out --save-mapping.")])
    ready, found = understood(sheets)
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(found.mapping.to_json())
    except OSError as error:
        what = f"the mapping cannot be written ({error.strerror})"
        raise CohortError([Problem(out.name, what, "Choose a new file in a folder that you may write to.")]) from error
    unclear = tuple(f"Unclear: {ask}" for ask in found.unclear)
    return (*_named(ready), *_reasons(found), *unclear, f"Wrote the mapping to {out}.")


def _named(ready: Ready | None) -> tuple[str, ...]:
    return () if ready is None else (str(ready), *ready.left_out)


def _reasons(found: Guess) -> tuple[str, ...]:
    return tuple(
        f"{sheet}, column '{name}': {found.mapping.sheets[sheet].columns[name].role} ({why})"
        for (sheet, name), why in found.reasons.items()
    )


def _clear(found: Guess, sheets: Sheets, ready: Ready | None) -> Mapping:
    if found.unclear:
        asked = [Problem(sheets.file, f"unclear: {ask.what}", ask.how) for ask in found.unclear]
        form = "" if ready is None else f" ({str(ready).removesuffix('.')})"
        mapped = Problem(sheets.file, f"it cannot be read without a mapping{form}", HOW)
        # A form without a sheet that is mapped (OMOP) says by itself what it needs instead.
        raise CohortError([*asked, mapped] if found.mapping.sheets else asked)
    return found.mapping


def _applied(mapping: Mapping, sheets: Sheets) -> tuple[Cohort, tuple[str, ...]]:
    mapped = apply(mapping, sheets)
    return mapped.cohort, _told(mapped, sheets, mapping)


def _told(mapped: Mapped, sheets: Sheets, mapping: Mapping) -> tuple[str, ...]:
    done = tuple(str(entry) for entry in mapped.report if entry.kind != "read" and entry.what != UNNAMED)
    checks = (f"to check: {finding}" for finding in quality(mapped.cohort, sheets, mapping))
    return (*done, *_unnamed(mapped), *checks)


def _unnamed(mapped: Mapped) -> Iterator[str]:
    """Name the columns of each sheet of which the mapping says nothing, in one line."""
    columns: dict[str, list[str]] = {}
    for entry in mapped.report:
        if entry.what == UNNAMED:
            columns.setdefault(entry.sheet, []).append(str(entry.column))
    for sheet, names in columns.items():
        yield f"dropped: sheet '{sheet}': columns that the mapping does not name: {len(names)} ({', '.join(names)})"
