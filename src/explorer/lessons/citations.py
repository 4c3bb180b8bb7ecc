"""What stands at an address that a lesson names as its source, in words."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from explorer.bundled import DATA

FILE = DATA / "lessons" / "sources.csv"


def citation(address: str) -> str:
    """Return who wrote what stands at an address, and where; the address itself where that is not listed."""
    return citations().get(address, address)


def cited(address: str) -> str:
    """Return an address with its citation before it, for paper; the address alone where that is not listed."""
    return f"{citations()[address]}. {address}" if address in citations() else address


@cache
def citations() -> Mapping[str, str]:
    """Return the citations of `data/lessons/sources.csv` by their addresses, in the order of the file."""
    with FILE.open(encoding="utf-8", newline="") as rows:
        return MappingProxyType({row["address"]: row["citation"] for row in csv.DictReader(rows)})
