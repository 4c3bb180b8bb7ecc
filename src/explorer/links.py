"""Text packed into letters that an address may hold; what comes back is a stranger's input and unpacked as such."""

from __future__ import annotations

import base64
import binascii
import re
import zlib

from explorer.errors import DefinitionError

VERSION = "1"


def pack(text: str) -> str:
    """Write a text as `1.` and letters that need no escaping in an address."""
    packed = zlib.compress(text.encode(), level=9)
    return f"{VERSION}.{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


def unpack(link: str, what: str, most: int) -> str:
    """Read the text back.

    Parameters
    ----------
    link : str
        As `pack` wrote it.
    what : str
        What the link should hold, for messages: "study", "mapping".
    most : int
        Bytes that the text may have.

    Raises
    ------
    DefinitionError
        Where the link is cut short, altered, of an unknown version or too large.
    """
    mend = f"Copy the whole link again, or ask for the {what} as a JSON file."
    version, dot, payload = link.strip().partition(".")
    if not dot or not re.fullmatch(r"\d{1,9}", version, re.ASCII):
        raise DefinitionError(f"The link holds no {what}: its text should begin with '{VERSION}.'. {mend}")
    if version != VERSION:
        raise DefinitionError(f"The link is of version {version}; this program reads version {VERSION}.")
    return _unpacked(_bytes(payload, what, mend), what, mend, most)


def _bytes(payload: str, what: str, mend: str) -> bytes:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", payload, re.ASCII):
        raise DefinitionError(f"The link holds letters that no {what} is written in, or nothing at all. {mend}")
    try:
        return base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    except binascii.Error as error:
        raise DefinitionError(f"The link is damaged: its length cannot be right. {mend}") from error


def _unpacked(packed: bytes, what: str, mend: str, most: int) -> str:
    # Never more than the limit is unpacked: a few letters can stand for gigabytes.
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(packed, most + 1)
        if len(text) > most:
            raise DefinitionError(f"The link unpacks to more than {most} bytes, which no {what} needs.")
        if not unpacking.eof:
            raise DefinitionError(f"The link is cut short. {mend}")
        if unpacking.unused_data:
            raise DefinitionError(f"The link is damaged: something follows its end. {mend}")
        return text.decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise DefinitionError(f"The link is damaged: its text does not unpack. {mend}") from error
