"""What a set of files was recognised as, and the mapping that reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from explorer.cohort.mapping.guess import Guess
from explorer.cohort.mapping.model import Mapping
from explorer.cohort.readers.sheets import Sheets


@dataclass(frozen=True, eq=False)
class Ready:
    """Files of a known form.

    Attributes
    ----------
    name : str
        "CDISC ADaM", "REDCap export", ...
    why : str
        What it was recognised by, naming the tables and columns.
    guess : Guess
        The mapping, why each column was taken for what it is, and what only the user can say.
    sheets : Sheets
        What the mapping is about. Applying the saved mapping to the files as they came gives the same cohort.
    left_out : tuple of str
        Tables and parts that were not taken, and why, one sentence each.
    """

    name: str
    why: str
    guess: Guess
    sheets: Sheets
    left_out: tuple[str, ...] = ()

    SAID: ClassVar[str] = "Read as "

    @property
    def mapping(self) -> Mapping:
        """The mapping, which the user sees, edits, saves and replays like any other."""
        return self.guess.mapping

    def __str__(self) -> str:
        return f"{self.SAID}{self.name}: {self.why}."
