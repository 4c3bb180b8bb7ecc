"""What is to become of each sheet of a known form, gathered until it is a mapping."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from explorer.cohort.findings import Mask
from explorer.cohort.mapping.columns import as_text
from explorer.cohort.mapping.guess import Guess, Unclear
from explorer.cohort.mapping.model import PER_PATIENT, About, Column, Mapping, Role, Scale, Sheet, covariate_name
from explorer.cohort.readers.sheets import Sheets
from explorer.cohort.ready.model import Ready
from explorer.cohort.schemas import TABLES

LONGEST = 100


@dataclass
class Plan:
    """One sheet under way: its columns, how its rows are read, and what only the user can say."""

    name: str
    frame: pd.DataFrame
    columns: dict[str, Column] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    joined: dict[str, tuple[str, ...]] = field(default_factory=dict)
    first_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    leave_out: dict[str, tuple[str, ...]] = field(default_factory=dict)
    imputed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    merged: bool = False
    known_patients: bool = False
    visits: dict[str, int] = field(default_factory=dict)
    scales: list[Scale] = field(default_factory=list)
    unclear: list[Unclear] = field(default_factory=list)
    identifiers: dict[str, str] = field(default_factory=dict)

    def find(self, *names: str) -> str | None:
        """Name the first of some columns that is there and not empty; capitals do not matter."""
        there = {str(name).upper(): str(name) for name in self.frame}
        held = (there[name] for name in names if name in there)
        return next((name for name in held if self.frame[name].notna().any()), None)

    def first(self, role: Role) -> str:
        """Name the first column that was taken for a role; an empty text if none was."""
        return next((name for name, column in self.columns.items() if column.role == role), "")

    def take(self, name: str, column: Column, why: str) -> None:
        """Settle what a column is."""
        self.columns[name], self.why[name] = column, why

    def leave(self, name: str, why: str) -> None:
        """Leave a column out."""
        self.take(name, Column(role="ignore", why=why), why)

    def ask(self, what: str, how: str) -> None:
        """Leave something for the user to say."""
        self.unclear.append(Unclear(what, how))

    def texts(self, name: str) -> pd.Series:
        """Return the cells of a column as text, an empty text where there is nothing."""
        codes, uniques = pd.factorize(self.frame[name])
        held = np.array([*map(as_text, uniques), ""], dtype=object)
        return pd.Series(held[codes], self.frame.index, dtype="str")

    def kept(self) -> Mask:
        """Say which rows are neither left out nor imputed."""
        kept = np.ones(len(self.frame), bool)
        for name, texts in (*self.leave_out.items(), *self.imputed.items()):
            kept &= ~self.texts(name).isin(texts).to_numpy()
        return kept

    def lacks(self, name: str) -> bool:
        """Say whether a column is empty in some of the rows that are kept."""
        return bool(self.frame[name][self.kept()].isna().any())

    def drop_rows(self, name: str, texts: Iterable[str]) -> int:
        """Leave out the rows that have one of these texts in a column; return how many went."""
        before = int(self.kept().sum())
        out = tuple(dict.fromkeys([*self.leave_out.get(name, ()), *texts]))
        if out:
            self.leave_out[name] = out
        return before - int(self.kept().sum())

    def sheet(self) -> Sheet:
        """Return it as a mapping holds it."""
        return Sheet(
            columns=self.columns,
            joined=self.joined,
            first_of=self.first_of,
            leave_out=self.leave_out,
            imputed=self.imputed,
            merged=self.merged,
            known_patients=self.known_patients,
        )


def covariate(name: str, words: dict[str, str] | None = None, missing: tuple[str, ...] = ()) -> Column:
    """Return a baseline column that keeps its name, unless one of the five tables uses it."""
    own = f"{name}_recorded" if name in TABLES["patients"] else None
    return Column(role="covariate", name=own, words=words or {}, missing=missing)


def ready(
    name: str,
    why: str,
    about: About,
    plans: Sequence[Plan],
    sheets: Sheets,
    left_out: Sequence[str] = (),
    asked: Sequence[Unclear] = (),
    parts: dict[str, str] | None = None,
) -> Ready:
    """Put plans together; `asked` stands before what the plans ask."""
    _each_fact_once(plans)
    mapping = Mapping(
        about=about,
        parts=parts or {},
        sheets={plan.name: plan.sheet() for plan in plans},
        visits={label: day for plan in plans for label, day in plan.visits.items()},
        instruments=tuple({scale.code: scale for plan in plans for scale in plan.scales}.values()),
    )
    reasons = {(plan.name, column): said for plan in plans for column, said in plan.why.items()}
    unclear = tuple(dict.fromkeys([*asked, *(ask for plan in plans for ask in plan.unclear)]))
    identifiers = {(plan.name, column): what for plan in plans for column, what in plan.identifiers.items()}
    return Ready(name, why, Guess(mapping, reasons, unclear, identifiers), sheets, tuple(left_out))


def _each_fact_once(plans: Iterable[Plan]) -> None:
    """Keep what several columns say of patients from the first of them."""
    told: dict[str, str] = {}
    for plan in plans:
        for name, column in list(plan.columns.items()):
            fact = covariate_name(name, column) if column.role == "covariate" else column.role
            if column.role in PER_PATIENT and told.setdefault(fact, f"{plan.name}, {name}") != f"{plan.name}, {name}":
                plan.leave(name, f"{told[fact]} says it already")


def printable(text: str) -> str:
    """Keep of a text what can stand in a mapping."""
    return "".join(letter for letter in text if letter.isprintable())[:LONGEST].strip()
