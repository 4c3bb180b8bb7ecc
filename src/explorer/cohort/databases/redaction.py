"""Addresses of databases as they may be shown: without what opens them."""

from __future__ import annotations

import re
from urllib.parse import unquote

IN_ADDRESS = re.compile(r"(?<=://)[^\s@]*(?:@[^\s@/]*)*@")
NAMED = re.compile(r"(?i)\b(password|passwd|pwd|token|secret|sslpassword)(\s*[=:]\s*)[^\s&;,]+")
PLAIN = re.compile(r"[\w.\-\[\]]*(:\d+)?(/[\w.\-/ ]*)?")
SHORTEST = 3


def without_passwords(text: str) -> str:
    """Return a text without the user names, passwords and tokens of the addresses in it."""
    return NAMED.sub(r"\1\2...", IN_ADDRESS.sub("", text))


def without_secrets_of(url: str, text: str) -> str:
    """Return a text without any part of what opens an address: a driver may quote what it could not split."""
    opening = url.partition("://")[2].rpartition("@")[0]
    parts = {part for piece in (opening, unquote(opening)) for part in re.split(r"[:@/?#]", piece)}
    for part in sorted(parts, key=len, reverse=True):
        text = text.replace(part, "...") if len(part) >= SHORTEST else text
    return without_passwords(text)


def shown_address(url: str) -> str:
    """Return what a database is called in messages: its kind, host and name, never who opens it or by what."""
    scheme, _, rest = url.partition("://")
    place = rest.partition("?")[0].rpartition("@")[2]
    # What is left of a password with unusual letters must not pass for a host.
    return f"{scheme}://{place}" if PLAIN.fullmatch(place) else f"{scheme}://..."
