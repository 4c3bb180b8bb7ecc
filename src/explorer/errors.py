"""What a user can mend: every error here is written to be shown as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SHOWN = 50


class ExplorerError(Exception):
    """Something the user can mend; pages and the command line show it without a traceback."""


class DefinitionError(ExplorerError):
    """A study that cannot be honoured: names the field, the value and what is allowed."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a file: where it stands, what it is and how to mend it.

    Rows count as a spreadsheet shows them: 1 is the header, 2 the first row of data.
    """

    file: str
    what: str
    remedy: str
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column '{self.column}'")
        return f"{', '.join(place)}: {self.what}. {self.remedy}"


class CohortError(ExplorerError):
    """A cohort that could not be read; lists every problem found, the first fifty in full.

    Parameters
    ----------
    problems : sequence of Problem
        At least one.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"... and {len(self.problems) - SHOWN} more problems ({len(self.problems)} in all).")
        super().__init__("\n".join(lines))
