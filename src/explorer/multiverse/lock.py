"""One run at a time in a folder of chunks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from explorer.errors import ExplorerError

if sys.platform != "win32":
    import fcntl

LOCK = "lock"


class InUseError(ExplorerError):
    """Another run is at work where this one would put its chunks, or a file is in the way."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder for this run alone, made where it is not there; removed at the end where nothing was left in it.

    The operating system lets go of it when the run ends, even killed, so that a lock never outlives its run. Windows
    has no such lock, and there nothing is held.

    Raises
    ------
    InUseError
        Where another run holds the folder, or a file is in its place.
    """
    if folder.exists() and not folder.is_dir():
        raise InUseError(
            f"'{folder}' is a file, and chunks are kept under that name. Choose another --out, or move it."
        )
    folder.mkdir(exist_ok=True)
    with (folder / LOCK).open("w") as file:
        _take(file, folder)
        try:
            yield
        finally:
            _let_go(folder)


def _take(file: IO[str], folder: Path) -> None:
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise InUseError(
            f"Another run is writing to '{folder}'. Wait until it is done, or choose another --out."
        ) from error


def _let_go(folder: Path) -> None:
    if folder.is_dir():
        (folder / LOCK).unlink(missing_ok=True)
        if not any(folder.iterdir()):
            folder.rmdir()
