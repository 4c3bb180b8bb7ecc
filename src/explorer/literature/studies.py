"""The published studies as frozen rows: what was printed, of whom, when, and where it was read."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from explorer.bundled import DATA
from explorer.literature.studies_outcomes import OUTCOMES, Outcome, band
from explorer.literature.studies_schema import BASELINE, DEFINITIONS, LITERATURE, EvidenceError, checked
from explorer.reconstruction.facts import Frozen

EVIDENCE = DATA / "evidence"
JOURNALS = ("jofskin.org", "clinics.elsevier.es")
"""Hosts that are the journal itself."""


@dataclass(frozen=True)
class Link:
    """Where a reader is sent for a row, and what stands there."""

    url: str
    kind: str


@dataclass(frozen=True)
class Finding:
    """One row: what one study printed of one group of patients, one outcome and one time.

    Attributes
    ----------
    prior : str
        Which of its patients had dupilumab before: all, some, none or unknown.
    n, k : int, optional
        Denominator and count as printed; nothing where none is printed.
    value : float, optional
        As printed, in `unit`; a percentage is 0 to 100.
    low, high : float, optional
        Interval as printed, of what `interval_of` says: the arm, or its difference from the comparator.
    weeks : float, optional
        Time of the outcome.
    selection : str
        Whom the row is of where it is not everybody treated; ours, from what was read.
    may_overlap : tuple of str
        Names of groups of patients; rows that share one may be of the same patients.
    missing_rule : str
        What became of missing outcomes, or "not stated".
    definition : str
        Row of the responder definitions, where it was read which one the study used.
    """

    row_id: str
    study_id: str
    study: str
    reference: str
    identifier: str
    design: str
    drug: str
    agent: str
    arm: str
    prior: str
    selection: str
    n: int | None
    k: int | None
    outcome: str
    value: float | None
    unit: str
    low: float | None
    high: float | None
    interval_of: str
    comparator: str
    comparator_value: float | None
    p_value: str
    weeks: float | None
    time: str
    source_url: str
    copy: str
    read_from: str
    note: str
    missing_rule: str
    may_overlap: tuple[str, ...]
    definition: str

    @property
    def counts(self) -> Outcome:
        """What is counted."""
        return OUTCOMES[self.outcome]

    @property
    def band(self) -> str:
        """The band in which its time lies."""
        return band(self.weeks)

    @property
    def link(self) -> Link:
        """Where to read it: by DOI or PubMed where either is known."""
        return link(self.source_url, self.read_from, self.identifier)

    @property
    def is_approximate(self) -> bool:
        """Whether the source gives the value vaguely."""
        return self.note.startswith("APPROXIMATE")


@dataclass(frozen=True)
class Baseline:
    """How severe the disease of a published group was when it began: mean or median, with its spread as printed."""

    row_id: str
    study_id: str
    population: str
    n: int | None
    measure: str
    statistic: str
    value: float
    spread: str
    source_url: str
    read_from: str
    note: str

    @property
    def link(self) -> Link:
        """Where to read it."""
        return link(self.source_url, self.read_from)


@dataclass(frozen=True)
class Definition:
    """Who counts as a responder elsewhere, and how well that rule was read."""

    def_id: str
    label: str
    instrument: str
    rule: str
    baseline_restriction: str
    timepoint: str
    used_in: str
    source_url: str
    read_status: str
    note: str

    @property
    def link(self) -> Link:
        """Where to read it."""
        return link(self.source_url, "")


class Gap(Frozen):
    """Something looked for and not found, or found in conflict."""

    about: str
    kind: str
    what: str


class Gaps(Frozen):
    """All gaps of the bundled evidence."""

    searched: str
    gap: tuple[Gap, ...]


@cache
def literature(folder: Path = EVIDENCE) -> tuple[Finding, ...]:
    """Read the rows of `literature.csv`, once.

    Raises
    ------
    EvidenceError
        Where a row breaks the schema.
    """
    return tuple(_finding(cells) for cells in checked(folder / "literature.csv", LITERATURE).to_dict("records"))


@cache
def baselines(folder: Path = EVIDENCE) -> tuple[Baseline, ...]:
    """Read how severe published groups were at baseline; raises EvidenceError as `literature` does."""
    rows = checked(folder / "baseline_context.csv", BASELINE).to_dict("records")
    return tuple(Baseline(**{str(name): cell for name, cell in row.items()} | {"n": _whole(row["n"])}) for row in rows)


@cache
def definitions(folder: Path = EVIDENCE) -> dict[str, Definition]:
    """Read the responder definitions by their name; raises EvidenceError as `literature` does."""
    names = list(Definition.__dataclass_fields__)
    rows = checked(folder / "responder_definitions.csv", DEFINITIONS)[names].to_dict("records")
    return {str(row["def_id"]): Definition(**{str(name): cell for name, cell in row.items()}) for row in rows}


@cache
def gaps(folder: Path = EVIDENCE) -> Gaps:
    """Read what was looked for and not found; raises EvidenceError where `gaps.toml` cannot be read."""
    try:
        return Gaps.model_validate(tomllib.loads((folder / "gaps.toml").read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise EvidenceError(f"gaps.toml: {error}. Restore the file from the project.") from error


def agents(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return the drugs that rows are of, each once, the most frequent first."""
    names = [each.agent for each in findings]
    return tuple(sorted(dict.fromkeys(names), key=lambda name: (-names.count(name), name)))


def link(url: str, read_from: str, identifier: str = "") -> Link:
    """Choose where to send a reader: DOI first, then PubMed, then the page the row names.

    Parameters
    ----------
    url : str
        The page the row names.
    read_from : str
        What was read; a page of news is called one.
    identifier : str
        DOI, PubMed number or nothing.
    """
    first, _, rest = identifier.partition(" ")
    if first.startswith("10."):
        return Link(f"https://doi.org/{first}", "DOI")
    if first == "PMID" and rest.isdigit():
        return Link(f"https://pubmed.ncbi.nlm.nih.gov/{rest}/", "PubMed")
    return Link(url, _kind(url, read_from))


def _kind(url: str, read_from: str) -> str:
    host = url.split("/")[2].removeprefix("www.")
    known = {"doi.org": "DOI", "pubmed.ncbi.nlm.nih.gov": "PubMed", "pmc.ncbi.nlm.nih.gov": "PubMed Central"}
    if host in known:
        return known[host]
    if host in JOURNALS:
        return "journal"
    return "news or company page" if read_from == "press" else "secondary copy"


def _finding(cells: dict[Any, Any]) -> Finding:
    return Finding(
        **{name: cells[name] for name in SAME},
        reference=", ".join(filter(None, (cells["first_author"], cells["year"], cells["journal"]))),
        identifier=cells["doi_or_pmid"],
        arm=cells["arm_or_subgroup"],
        prior=cells["population"],
        n=_whole(cells["n_evaluable"]),
        k=_whole(cells["responders"]),
        value=_number(cells["value"]),
        low=_number(cells["ci_low"]),
        high=_number(cells["ci_high"]),
        comparator=cells["comparator_arm"],
        comparator_value=_number(cells["comparator_value"]),
        weeks=_number(cells["timepoint_weeks"]),
        time=cells["timepoint_as_stated"],
        copy=cells["stored_copy"],
        may_overlap=tuple(name.strip() for name in cells["may_overlap"].split(";")),
    )


SAME = (
    *("row_id", "study_id", "study", "design", "drug", "agent", "selection", "outcome", "unit", "interval_of"),
    *("p_value", "source_url", "read_from", "note", "missing_rule", "definition"),
)
"""Columns that keep their name."""


def _number(cell: float) -> float | None:
    return None if math.isnan(cell) else float(cell)


def _whole(cell: float) -> int | None:
    return None if math.isnan(cell) else int(cell)
