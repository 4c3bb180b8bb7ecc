"""Zip files in memory that hold the same bytes whenever they are made."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip file can hold, stamped on every file."""


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Pack files by name, in the order given."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            about = zipfile.ZipInfo(name, LONG_AGO)
            about.compress_type, about.create_system = zipfile.ZIP_DEFLATED, 0
            archive.writestr(about, content)
    return held.getvalue()


def members(archive: bytes) -> dict[str, bytes]:
    """Unpack the files of a zip that was made here."""
    with zipfile.ZipFile(io.BytesIO(archive)) as held:
        return {name: held.read(name) for name in held.namelist()}
