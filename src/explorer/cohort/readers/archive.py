"""Packed files (ZIP, and the workbooks that are one) opened with suspicion: nothing is written to disk."""

from __future__ import annotations

import zlib
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import BadZipFile, Path, ZipFile, ZipInfo

from explorer.cohort.findings import shown
from explorer.cohort.readers.folder import METADATA, read_folder
from explorer.cohort.readers.limits import FILES, PARTS, RATIO, UNZIPPED, check_bytes, refusal
from explorer.cohort.tables import Cohort

DAMAGED = "the file is cut short or damaged: it cannot be unpacked"
AGAIN = "Export or copy it again."
PASSWORD = "Save it without a password."
SMALL = 2**20  # A file that unpacks to less is no danger, whatever it grew by.


def unpacked(content: bytes, file: str, most: int, allowed: int = UNZIPPED) -> ZipFile:
    """Open an archive whose every entry has been found sound and small enough.

    Parameters
    ----------
    content : bytes
        The archive.
    file : str
        Its name, for messages.
    most : int
        How many entries it may have.
    allowed : int
        How many bytes they may unpack to.

    Raises
    ------
    CohortError
        Where it is damaged, locked, too large, names a place outside itself, or names a place twice.
    """
    try:
        archive = ZipFile(BytesIO(content))
        _check_entries(archive.infolist(), file, most, allowed)
        # Unpacking all of it proves sizes and checksums: what an entry says of its own size may be a lie.
        broken = archive.testzip()
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise refusal(file, DAMAGED, AGAIN) from error
    if broken is not None:
        raise refusal(file, f"{DAMAGED} at {shown(broken)}", AGAIN)
    return archive


def _check_entries(entries: list[ZipInfo], file: str, most: int, allowed: int) -> None:
    if len(entries) > most:
        raise refusal(
            file, f"it holds {len(entries):,} files, and at most {most:,} are read", "Pack only what is needed."
        )
    names = [entry.filename for entry in entries]
    for entry in entries:
        _check_entry(entry, file)
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise refusal(file, f"it holds {shown(twice)} twice", "Pack each file once.")
    total = sum(entry.file_size for entry in entries)
    if total > allowed:
        what = f"it unpacks to {total / 2**20:,.0f} MB, and at most {allowed / 2**20:,.0f} MB are read"
        raise refusal(file, what, "Pack only what is needed.")


def _check_entry(entry: ZipInfo, file: str) -> None:
    places = entry.orig_filename.replace("\\", "/").split("/")
    if ".." in places or places[0] == "" or ":" in places[0]:
        raise refusal(file, f"it names a place outside itself: {shown(entry.filename)}", "Pack the files again.")
    if entry.flag_bits & 1:
        raise refusal(file, f"{shown(entry.filename)} in it is locked with a password", PASSWORD)
    if entry.file_size > SMALL and entry.file_size > RATIO * entry.compress_size:
        what = f"{shown(entry.filename)} in it grows more than {RATIO} times when unpacked, as no table does"
        raise refusal(file, what, "Pack the tables again, without that file.")


def holds_folder(content: bytes, file: str) -> bool:
    """Say whether a file is a ZIP that holds a `cohort.toml`, and so a cohort's folder rather than sheets."""
    if not content.startswith(b"PK"):
        return False
    with unpacked(content, file, PARTS) as archive:
        return any(PurePosixPath(name).name == METADATA for name in archive.namelist())


def read_packed_folder(content: bytes, file: str) -> Cohort:
    """Read a cohort from the folder of five tables packed as ZIP, wherever in the archive it lies.

    Parameters
    ----------
    content : bytes
        The archive; nothing of it is written to disk.
    file : str
        Its name, for messages.

    Raises
    ------
    CohortError
        Where the archive is unsound, holds no `cohort.toml` or several, or with every problem of every table.
    """
    check_bytes(len(content), file)
    with unpacked(content, file, FILES) as archive:
        places = [name for name in archive.namelist() if PurePosixPath(name).name == METADATA]
        if len(places) != 1:
            raise refusal(file, f"the archive holds {len(places)} files named {METADATA}", "Pack one cohort's folder.")
        return read_folder(Path(archive, places[0].removesuffix(METADATA)))
