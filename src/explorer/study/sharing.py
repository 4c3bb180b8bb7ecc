"""The compact text of a whole study, safe in an address: `1.` and the packed JSON."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib

from explorer.errors import DefinitionError
from explorer.study.study import LONGEST, Study

VERSION = "1"
MEND = "Copy the whole link again, or ask for the study as a JSON file."


def to_link(study: Study) -> str:
    """Write the whole study, its name included, in letters that an address may hold.

    Raises
    ------
    DefinitionError
        Where the study is longer than `from_link` would read.
    """
    text = json.dumps(study.to_dict(), separators=(",", ":"), ensure_ascii=False).encode()
    if len(text) > LONGEST:
        raise DefinitionError(f"This study is too long for a link: {len(text)} bytes; at most {LONGEST} are read.")
    packed = zlib.compress(text, level=9)
    return f"{VERSION}.{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


def from_link(text: str) -> Study:
    """Read a study from the text of a link.

    Raises
    ------
    DefinitionError
        Where the text is cut short, altered, of an unknown version or too large, or what it holds is no study.
    """
    version, dot, payload = text.strip().partition(".")
    if not dot or not re.fullmatch(r"\d{1,9}", version, re.ASCII):
        raise DefinitionError(f"The link holds no study: its text should begin with '{VERSION}.'. {MEND}")
    if version != VERSION:
        raise DefinitionError(f"The link is of version {version}; this program reads version {VERSION}.")
    return Study.from_json(_unpacked(_bytes(payload)))


def _bytes(payload: str) -> bytes:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", payload, re.ASCII):
        raise DefinitionError(f"The link holds letters that no study is written in, or nothing at all. {MEND}")
    try:
        return base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    except binascii.Error as error:
        raise DefinitionError(f"The link is damaged: its length cannot be right. {MEND}") from error


def _unpacked(packed: bytes) -> str:
    # Never more than the limit is unpacked: a few letters can stand for gigabytes.
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(packed, LONGEST + 1)
        if len(text) > LONGEST:
            raise DefinitionError(f"The link unpacks to more than {LONGEST} bytes, which no study needs.")
        if not unpacking.eof:
            raise DefinitionError(f"The link is cut short. {MEND}")
        if unpacking.unused_data:
            raise DefinitionError(f"The link is damaged: something follows its end. {MEND}")
        return text.decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise DefinitionError(f"The link is damaged: its text does not unpack. {MEND}") from error
