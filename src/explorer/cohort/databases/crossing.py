"""What crosses from the database to here: one query at a time, counted, and refused where it would be too much."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis import IbisError
from sqlglot.errors import SqlglotError

from explorer.cohort.databases.redaction import without_passwords
from explorer.cohort.readers.limits import ROWS
from explorer.errors import CohortError, Problem

NARROW = "Narrow the extract: fewer scores, fewer days before and after, or first_from and first_to."


@dataclass(frozen=True)
class Fetched:
    """One query: what it was for, how many rows came back, and what was asked."""

    what: str
    rows: int
    asked: ir.Table

    @property
    def sql(self) -> str:
        """What the database was told."""
        return str(ibis.to_sql(self.asked))


@dataclass(frozen=True)
class Crossing:
    """The only door between a database and this program.

    Attributes
    ----------
    name : str
        What the database is called in messages.
    run : callable
        Runs an ibis expression on the database and returns its rows.
    faults : tuple of exception types
        What its driver raises.
    most : int
        Rows that one query may return.
    """

    name: str
    run: Callable[[ir.Table], pd.DataFrame]
    faults: tuple[type[Exception], ...]
    most: int = ROWS
    fetched: list[Fetched] = field(default_factory=list)

    def fetch(self, what: str, rows: ir.Table) -> pd.DataFrame:
        """Run one query.

        Raises
        ------
        CohortError
            Where the database fails, or more than `most` rows come back.
        """
        bounded = rows.limit(self.most + 1)
        with self.told():
            frame = self.run(bounded)
            self.fetched.append(Fetched(what, len(frame), bounded))
        if len(frame) > self.most:
            raise CohortError([Problem(self.name, f"the {what} fill more than {self.most:,} rows", NARROW)])
        return frame

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn what the database or its driver raises into an error that can be shown."""
        try:
            yield
        except (*self.faults, IbisError, SqlglotError) as error:
            first = without_passwords(str(error)).strip().splitlines() or [type(error).__name__]
            remedy = "See that the tables follow the OMOP model, and that the database answers."
            raise CohortError([Problem(self.name, f"the database answered: {first[0][:300]}", remedy)]) from error
