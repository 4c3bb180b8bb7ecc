"""What sourced rows say about the time after the first drug: options by the reason for stopping it, and where rows differ.

Every statement is a row of `data/evidence/` with its source and what was read of it. `sequencing_map.toml` only says which
row belongs where; nothing is said here that no row says.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from explorer.errors import Problem
from explorer.literature.studies import EVIDENCE, Finding, Link, gaps, link, literature
from explorer.literature.studies_schema import EvidenceError
from explorer.reconstruction.facts import published
from explorer.study.words import spelt

ROWS, PLACES = "sequencing.csv", "sequencing_map.toml"
SEED = "seed:"
INFORMS = "This informs, it does not recommend."

HOSTS = MappingProxyType(
    {
        "dailymed.nlm.nih.gov": "US label",
        "www.dupixenthcp.com": "company page",
        "medicaljournalssweden.se": "journal",
    }
)
"""Hosts of statements that are no secondary copy."""

DERIVED_CHANGE = re.compile(r"DERIVED: ([\d.]+)(?: \(SD [\d.]+\))? to ([\d.]*\d)")

Address = Annotated[str, Field(pattern=r"^(https?://\S+|see literature\.csv|)$")]
Year = Annotated[int | None, BeforeValidator(lambda cell: cell or None)]


class Checked(BaseModel):
    """A value that checks itself when built and never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Statement(Checked):
    """One row of `sequencing.csv`: who says what, how firmly, where it was read and how much of it."""

    row_id: str = Field(pattern=r"^S\d\d$")
    kind: Literal["guideline", "consensus", "evidence gap", "mechanism", "safety", "label position", "switch evidence"]
    body_or_drug: str = Field(min_length=1)
    year: Year
    topic: str = Field(min_length=1)
    statement: str = Field(min_length=1)
    strength_or_class: str
    source_url: Address
    read_from: str = Field(min_length=1)
    note: str


class Drug(Checked):
    """A drug of the map, with the rows that say where it acts and what its label warns of."""

    name: str
    mechanism: str
    safety: tuple[str, ...]


class Target(Checked):
    """A place of action with the drugs on it."""

    name: str
    drugs: tuple[Drug, ...]


class Pathway(Checked):
    """Targets that belong to one pathway."""

    name: str
    targets: tuple[Target, ...] = Field(alias="target")


class Mention(Checked):
    """A row, and the drugs it speaks of; none where it speaks of all."""

    row: str
    drugs: tuple[str, ...]


class Reason(Checked):
    """A reason for stopping the first drug.

    Attributes
    ----------
    stop_reasons : tuple of str
        How the table of treatments writes it, which tells adverse events not apart.
    recorded : str
        The same in words.
    words : tuple of str
        A row that is put to this reason holds one of them.
    gap : str
        What the rows do not speak of.
    """

    key: str
    name: str
    stop_reasons: tuple[str, ...]
    recorded: str
    words: tuple[str, ...]
    gap: str = ""
    evidence: tuple[Mention, ...]
    guidance: tuple[Mention, ...]
    safety: tuple[Mention, ...] = ()

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """Every row that is put to it."""
        return (*self.evidence, *self.guidance, *self.safety)


class Side(Checked):
    """One of the things that sources say where they differ."""

    says: str
    rows: tuple[str, ...] = Field(min_length=1)


class Conflict(Checked):
    """A question that sources answer differently, and the row that says what to mind."""

    question: str
    reasons: tuple[str, ...]
    caution: str
    sides: tuple[Side, ...] = Field(min_length=2)


class Missing(Checked):
    """A drug, and the gap of `gaps.toml` that is about it."""

    drug: str
    about: str


class Places(Checked):
    """Which row belongs where (`sequencing_map.toml`)."""

    disease: str
    after: str
    general: tuple[str, ...]
    pathways: tuple[Pathway, ...] = Field(alias="pathway")
    reasons: tuple[Reason, ...] = Field(alias="reason")
    conflicts: tuple[Conflict, ...] = Field(alias="conflict")
    gaps: tuple[Missing, ...] = Field(alias="gap")


@dataclass(frozen=True)
class Said:
    """A sourced row as it is shown: who says it, what, where that stands (perhaps nowhere) and what was read of it."""

    row: str
    who: str
    text: str
    link: Link | None
    read: str
    note: str


@dataclass(frozen=True)
class Option:
    """A drug of the map: where it acts, what its source calls it, what its label warns of and what was not found.

    `warning` says in a few words whether the label has a boxed warning, as far as was read.
    """

    drug: str
    pathway: str
    target: str
    mechanism: Said
    kind: str
    safety: tuple[Said, ...]
    warning: str
    gap: str


@dataclass(frozen=True, eq=False)
class Sequencing:
    """All sourced rows about the time after the first drug, put in their places.

    Attributes
    ----------
    places : Places
    rows : mapping of str to Said
        By row id.
    options : tuple of Option
        In the order of the map.
    """

    places: Places
    rows: Mapping[str, Said]
    options: tuple[Option, ...]

    def reason(self, key: str) -> Reason:
        """Return the reason of this key, or raise KeyError."""
        return {each.key: each for each in self.places.reasons}[key]

    def speaks_of(self, reason: Reason) -> dict[str, tuple[Said, ...]]:
        """Return, for every drug of the map, the rows that speak of it after this reason; perhaps none."""
        return {option.drug: self._about(reason.mentions, option.drug) for option in self.options}

    def evidence(self, reason: Reason, drug: str | None) -> tuple[Said, ...]:
        """Return the results and gaps after this reason that are about a drug, or about none in particular."""
        return self._about(reason.evidence, drug)

    def guidance(self, reason: Reason, drug: str | None) -> tuple[Said, ...]:
        """Return what guidelines, consensus and labels say of a drug, or of none in particular, after this reason."""
        return self._about(reason.guidance, drug)

    def _about(self, mentions: tuple[Mention, ...], drug: str | None) -> tuple[Said, ...]:
        return tuple(self.rows[each.row] for each in mentions if (drug in each.drugs if drug else not each.drugs))

    def general(self) -> tuple[Said, ...]:
        """Return guidelines and consensus about no reason in particular."""
        return tuple(self.rows[row] for row in self.places.general)

    def conflicts(self, reason: Reason) -> tuple[Conflict, ...]:
        """Return the questions about this reason that sources answer differently."""
        return tuple(each for each in self.places.conflicts if reason.key in each.reasons)

    def option(self, drug: str | None) -> Option | None:
        """Find a drug on the map, however it is written; None where it is not there."""
        wanted = (drug or "").strip().casefold()
        return next((each for each in self.options if each.drug == wanted), None)


@cache
def sequencing() -> Sequencing:
    """Return the sourced rows that come with the explorer, read and checked once."""
    return load(EVIDENCE)


def load(folder: Path) -> Sequencing:
    """Read and check the rows about sequencing.

    Parameters
    ----------
    folder : Path
        Holds `sequencing.csv`, `sequencing_map.toml`, `literature.csv` and `gaps.toml`.

    Raises
    ------
    EvidenceError
        Where a row or a place is not as it must be; says file, row and column.
    """
    places, statements = _places(folder / PLACES), {each.row_id: each for each in _statements(folder / ROWS)}
    rows = {row: _stated(each) for row, each in statements.items()}
    rows |= {each.row_id: _found(each) for each in literature(folder)} | _seeds(places)
    missing = {each.about: each.what for each in gaps(folder).gap}
    _know_each_other(places, rows, missing)
    not_found = {each.drug: missing[each.about] for each in places.gaps}
    options = tuple(_options(places, rows, statements, not_found))
    _speak_of_it(places, rows, options)
    return Sequencing(places, rows, options)


def _statements(file: Path) -> Iterator[Statement]:
    with file.open(encoding="utf-8", newline="") as opened:
        for row, cells in enumerate(csv.DictReader(opened), start=2):
            try:
                yield Statement.model_validate(cells)
            except ValidationError as error:
                raise EvidenceError(_why(file.name, error, row)) from error


def _places(file: Path) -> Places:
    try:
        return Places.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise EvidenceError(_why(file.name, error)) from error


def _why(file: str, error: ValueError, row: int | None = None) -> str:
    """Say the first thing that is wrong with a file, and where."""
    if not isinstance(error, ValidationError):
        return str(Problem(file, str(error), "Mend the line."))
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return str(Problem(file, f"{first['msg']}: {first['input']!r}", "Mend the entry.", row, where))


def _stated(row: Statement) -> Said:
    who = f"source on {row.body_or_drug}" if row.kind in ("mechanism", "safety") else row.body_or_drug
    who = f"{who}, {row.year}" if row.year else who
    strength = f" ({row.strength_or_class})" if row.strength_or_class else ""
    text = f"{row.topic[0].upper()}{row.topic[1:]}: {row.statement}{strength}"
    return Said(row.row_id, who, text, _linked(row), row.read_from, row.note)


def _linked(row: Statement) -> Link | None:
    if not row.source_url.startswith("http"):
        return None
    found = link(row.source_url, "press" if "news" in row.read_from else row.read_from)
    return Link(found.url, HOSTS.get(row.source_url.split("/")[2], found.kind))


def _found(row: Finding) -> Said:
    beside = ""
    if row.comparator_value is not None:
        beside = f"; {row.comparator}: {_amount(row.comparator_value, row.unit)}"
    when = f", {row.time}" if row.time else ""
    result = f"{row.counts.label}: {_amount(row.value, row.unit)} ({_counts(row)})"
    text = f"{row.drug}, {row.arm}. {result}{beside}{when}{_test(row)}{_ends(row)}"
    return Said(row.row_id, f"{row.study}, {row.design}", text, row.link, row.read_from, row.note)


def _amount(value: float | None, unit: str) -> str:
    """Write "72 %", and keep what qualifies the percent: "75.8 % (model probability)"."""
    return f"{'not stated' if value is None else spelt(value)} {unit.replace('percent', '%', 1)}"


def _counts(row: Finding) -> str:
    if row.k is not None and row.n is not None:
        return f"{row.k}/{row.n}"
    if row.n is None:
        return "count and n not printed"
    derived = " derived" if re.search(rf"\bn={row.n} is [^;]*\(derived\)", row.note) else ""
    return f"n {row.n}{derived}, count not printed"


def _test(row: Finding) -> str:
    """Give the p value as printed, or what the authors state in its place."""
    if not row.p_value:
        return ""
    return f"; {row.p_value} by the authors" if row.p_value.startswith("stated") else f"; p {row.p_value}"


def _ends(row: Finding) -> str:
    """Say between which means a change lies that is not printed itself: where patients start decides how far they can fall."""
    found = DERIVED_CHANGE.match(row.note)
    return (
        f"; means of {found[1]} at the start and {found[2]} at the end, the change derived from them" if found else ""
    )


def _seeds(places: Places) -> dict[str, Said]:
    """Return what the cohort's own publication says, where the map sets it beside others."""
    source, facts = published().source, {f"{SEED}{fact.id}": fact for fact in published().facts}
    asked = [row for row in _mentioned(places) if row in facts]
    where = Link(source.url, "news or company page")
    return {row: Said(row, source.citation, facts[row].statement, where, source.read, "") for row in asked}


def _mentioned(places: Places) -> Iterator[str]:
    """Yield every row id of the map."""
    yield from places.general
    for drug in _drugs(places):
        yield from (drug.mechanism, *drug.safety)
    for reason in places.reasons:
        yield from (each.row for each in reason.mentions)
    for conflict in places.conflicts:
        yield conflict.caution
        yield from (row for side in conflict.sides for row in side.rows)


def _drugs(places: Places) -> list[Drug]:
    return [drug for pathway in places.pathways for target in pathway.targets for drug in target.drugs]


def _know_each_other(places: Places, rows: Mapping[str, Said], missing: Mapping[str, str]) -> None:
    """Refuse a map that names a row, a gap, a drug or a reason that there is not."""
    drugs, reasons = {drug.name for drug in _drugs(places)}, {reason.key for reason in places.reasons}
    named = [drug for reason in places.reasons for each in reason.mentions for drug in each.drugs]
    _refuse("row", _mentioned(places), rows)
    _refuse("gap", (gap.about for gap in places.gaps), missing)
    _refuse("drug", [*named, *(gap.drug for gap in places.gaps)], drugs)
    _refuse("reason", (reason for conflict in places.conflicts for reason in conflict.reasons), reasons)


def _speak_of_it(places: Places, rows: Mapping[str, Said], options: Iterable[Option]) -> None:
    """Refuse a row put to a reason, or to a drug, that its text does not speak of."""
    kinds = {option.drug: option.kind for option in options}
    for reason in places.reasons:
        for each in reason.mentions:
            said = rows[each.row]
            text = f"{said.who} {said.text} {said.note}".casefold()
            if not any(word in text for word in reason.words):
                _misplaced(each.row, reason.name)
            for drug in each.drugs:
                if drug not in text and not ("JAK inhibitor" in kinds[drug] and "jak inhibitor" in text):
                    _misplaced(each.row, drug)


def _misplaced(row: str, about: str) -> None:
    raise EvidenceError(str(Problem(PLACES, f"row {row} does not speak of '{about}'", "Put it elsewhere.")))


def _refuse(what: str, named: Iterable[str], known: Iterable[str]) -> None:
    if unknown := sorted(set(named) - set(known)):
        raise EvidenceError(str(Problem(PLACES, f"there is no {what} '{unknown[0]}'", "Correct its name.")))


def _options(
    places: Places, rows: Mapping[str, Said], statements: Mapping[str, Statement], not_found: Mapping[str, str]
) -> Iterator[Option]:
    for pathway in places.pathways:
        for target in pathway.targets:
            for drug in target.drugs:
                yield Option(
                    drug=drug.name,
                    pathway=pathway.name,
                    target=target.name,
                    mechanism=rows[drug.mechanism],
                    kind=statements[drug.mechanism].strength_or_class,
                    safety=tuple(rows[row] for row in drug.safety),
                    warning=next((statements[row].strength_or_class for row in drug.safety), ""),
                    gap=not_found.get(drug.name, ""),
                )
