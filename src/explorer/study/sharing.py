"""The compact text of a whole study, safe in an address: `1.` and the packed JSON."""

from __future__ import annotations

import json

from explorer.errors import DefinitionError
from explorer.links import pack, unpack
from explorer.study.study import LONGEST, Study


def to_link(study: Study) -> str:
    """Write the whole study, its name included, in letters that an address may hold.

    Raises
    ------
    DefinitionError
        Where the study is longer than `from_link` would read.
    """
    text = json.dumps(study.to_dict(), separators=(",", ":"), ensure_ascii=False)
    if (size := len(text.encode())) > LONGEST:
        raise DefinitionError(f"This study is too long for a link: {size} bytes; at most {LONGEST} are read.")
    return pack(text)


def from_link(text: str) -> Study:
    """Read a study from the text of a link.

    Raises
    ------
    DefinitionError
        Where the text is cut short, altered, of an unknown version or too large, or what it holds is no study.
    """
    return Study.from_json(unpack(text, "study", LONGEST))
