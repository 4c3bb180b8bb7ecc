"""Plausibility of a cohort before it is analysed: what looks odd, how often, and in which cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from explorer.cohort.findings import Findings, shown
from explorer.cohort.mapping import columns
from explorer.cohort.mapping.columns import Source
from explorer.cohort.mapping.drawing import Cell, Table, draw, place
from explorer.cohort.mapping.model import Mapping
from explorer.cohort.mapping.parting import parted
from explorer.cohort.mapping.report import Log
from explorer.cohort.mapping.rows import prepared
from explorer.cohort.readers.sheets import Sheets
from explorer.cohort.tables import Cohort

CELLS_NAMED = 50
FEWEST_SCORES = 30
RARE = 1e-4
SITE = re.compile(
    r"(?:^|[\W_])(?:site|siteid|centre|center|clinic|hospital|inv|investigator)(?:$|[\W_])", re.IGNORECASE
)


@dataclass(frozen=True)
class Finding:
    """Something that looks odd and may be right.

    Attributes
    ----------
    kind : str
        "digit preference", "duplicate patients", ...
    what : str
        What the data show, in one sentence, with counts.
    count : int
        How many cells or patients it concerns.
    cells : tuple of Cell
        The first fifty of them, in the file.
    """

    kind: str
    what: str
    count: int
    cells: tuple[Cell, ...]

    def __str__(self) -> str:
        rows = ", ".join(dict.fromkeys(str(cell.row) for cell in self.cells[:10]))
        return f"{self.kind}: {self.what}" + (f" (rows {rows})" if rows else "")


def quality(cohort: Cohort, sheets: Sheets, mapping: Mapping) -> tuple[Finding, ...]:
    """Look for what is possible but odd.

    Parameters
    ----------
    cohort : Cohort
        As `apply` made it of the same sheets and mapping.
    sheets : Sheets
    mapping : Mapping

    Returns
    -------
    tuple of Finding
        Digit preference, scales that may be reversed, patients that may be one, impossible sequences, visits before
        birth, ages that disagree with dates of birth, and sites that differ. None where nothing was found: that
        does not say that the data are right.
    """
    sheets = parted(mapping.parts, sheets)
    tables = draw(mapping, sheets, Findings(), Log())
    found: list[Finding] = []
    for look in (_digits, _reversed, _twins, _sequences, _sites):
        found += look(cohort, tables)
    return (*found, *_births(tables, sheets, mapping))


def _cells(table: Table, at: Any, column: str | None) -> tuple[Cell, ...]:
    return tuple(table.cell(int(position), column) for position in np.flatnonzero(at)[:CELLS_NAMED])


def _digits(cohort: Cohort, tables: dict[str, Table]) -> Iterator[Finding]:
    """Find scores of which more end in 0 or 5 than chance would have it."""
    table = tables["assessments"]
    for code, instrument in cohort.instruments.items():
        own = (table.frame["instrument"] == code).to_numpy()
        score = table.frame["score"].to_numpy(float)
        inside = own & (score % 1 == 0) & (score > instrument.range_min) & (score < instrument.range_max)
        n, round_ = int(inside.sum()), inside & (score % 5 == 0)
        if n < FEWEST_SCORES or instrument.range_max - instrument.range_min < 20 or n < own.sum() / 2:
            continue
        share = int(round_.sum()) / n
        if share > 0.4 and stats.binomtest(int(round_.sum()), n, 0.2, alternative="greater").pvalue < RARE:
            what = f"{round_.sum()}/{n} scores of {code} end in 0 or 5, where 1 in 5 would by chance"
            yield Finding("digit preference", what, int(round_.sum()), _cells(table, round_, "score"))


def _reversed(cohort: Cohort, tables: dict[str, Table]) -> Iterator[Finding]:
    """Find pairs of scores that run against each other although their directions agree."""
    frame = tables["assessments"].frame
    wide = frame.pivot_table(index=["patient_id", "day"], columns="instrument", values="score", observed=True)
    for one, other in combinations(wide.columns, 2):
        pairs = wide[[one, other]].dropna()
        if len(pairs) < FEWEST_SCORES or (pairs.nunique() < 3).any():
            continue
        agree = cohort.instruments[one].lower_is_better == cohort.instruments[other].lower_is_better
        rho = float(stats.spearmanr(pairs[one], pairs[other]).statistic) * (1 if agree else -1)
        if rho < -0.3:
            what = (
                f"{one} and {other} run against each other in {len(pairs)} pairs (rank correlation {rho:.2f} in the "
                "direction of worse): one of the two scales may be reversed"
            )
            yield Finding("reversed scale", what, len(pairs), ())


def _twins(cohort: Cohort, tables: dict[str, Table]) -> Iterator[Finding]:
    """Find patients under different identifiers whose facts and scores, at least three, are all the same."""
    table, scores = tables["patients"], tables["assessments"].frame
    row = pd.Index(table.frame["patient_id"]).get_indexer(scores["patient_id"].astype(str))
    told = pd.util.hash_pandas_object(scores[["day", "instrument", "score"]].astype({"instrument": str}), index=False)
    # A sum of hashes is the same in whatever order the scores stand.
    each = told.groupby(row).sum().reindex(range(len(table.frame)), fill_value=0)
    facts = pd.util.hash_pandas_object(table.frame.drop(columns="patient_id"), index=False)
    many = np.bincount(row, minlength=len(table.frame)) >= 3
    twin = pd.DataFrame({"facts": facts.to_numpy(), "scores": each.to_numpy()}).duplicated(keep=False).to_numpy() & many
    if twin.any():
        what = f"{twin.sum()} patients have the same facts and scores as another under a different identifier"
        yield Finding("duplicate patients", what, int(twin.sum()), _cells(table, twin, "patient_id"))


def _sequences(cohort: Cohort, tables: dict[str, Table]) -> Iterator[Finding]:
    """Find courses and events in an order that can hardly be."""
    about = cohort.metadata
    if "treatments" in tables:
        table = tables["treatments"]
        frame = table.frame
        index = (frame["drug"] == about.index_drug).to_numpy()
        start = frame["start_day"].to_numpy(float)
        early = index & (start < 0)
        if early.any():
            what = f"{early.sum()} courses of {about.index_drug} start before the index date, which is its first prescription"
            yield Finding("impossible sequence", what, int(early.sum()), _cells(table, early, "start_day"))
        late = (frame["drug"] == about.prior_drug).to_numpy() & (start > 0)
        if late.any():
            what = f"{late.sum()} courses of the prior drug {about.prior_drug} start after the index date"
            yield Finding("impossible sequence", what, int(late.sum()), _cells(table, late, "start_day"))
    scores = tables["assessments"]
    last = scores.frame.groupby("patient_id", observed=True)["day"].transform("max").to_numpy(float)
    before = last < 0
    if before.any():
        n = scores.frame["patient_id"][before].nunique()
        what = f"{n} patients have scores only before the index date, which may be wrong"
        yield Finding("impossible sequence", what, int(n), _cells(scores, before, "day"))


def _births(tables: dict[str, Table], sheets: Sheets, mapping: Mapping) -> Iterator[Finding]:
    """Find visits and index dates before birth, and ages that disagree with the date of birth."""
    for name, sheet in mapping.sheets.items():
        for column, spec in sheet.having("birth_date").items():
            source = Source(name, place(sheets, name), mapping, Findings(), Log())
            rows = prepared(sheets.frames[name], sheet, source)
            born = columns.dates(rows[column], spec, source)
            by_row = pd.Series(born.to_numpy(), rows.index.to_numpy() + 2)
            yield from _against_birth(tables, name, column, by_row)


def _against_birth(tables: dict[str, Table], sheet: str, column: str, born: pd.Series) -> Iterator[Finding]:
    table, scores = tables["patients"], tables["assessments"].frame
    own = np.array([table.origins[of].sheet == sheet for of in table.of])
    birth = pd.to_datetime(born.reindex(table.row)).reset_index(drop=True)
    index = pd.to_datetime(table.frame["index_date"]).reset_index(drop=True)
    first = scores.groupby(scores["patient_id"].astype(str))["day"].min().reindex(table.frame["patient_id"])
    earliest = index + pd.to_timedelta(first.fillna(0).clip(upper=0).to_numpy(float), unit="D")
    unborn = own & (birth > earliest).to_numpy()
    kept = tuple(Cell(sheet, table.row[at], column) for at in np.flatnonzero(unborn)[:CELLS_NAMED].tolist())
    if unborn.any():
        yield Finding("visit before birth", f"{unborn.sum()} patients are born after a visit", int(unborn.sum()), kept)
    years = (index - birth).dt.days / 365.25
    wrong = own & ((table.frame["age"] - years).abs() > 1.5).to_numpy() & ~unborn
    if wrong.any():
        kept = tuple(Cell(sheet, table.row[at], column) for at in np.flatnonzero(wrong)[:CELLS_NAMED].tolist())
        what = f"{wrong.sum()} ages differ by more than a year from the date of birth"
        yield Finding("age and birth disagree", what, int(wrong.sum()), kept)


def _sites(cohort: Cohort, tables: dict[str, Table]) -> Iterator[Finding]:
    """Find sites whose first scores lie apart from those of all others (Welch's t, divided among the comparisons)."""
    frame = tables["assessments"].frame
    first = frame.sort_values("day").drop_duplicates(["patient_id", "instrument"])
    people = tables["patients"]
    for column in (name for name in cohort.covariates if SITE.search(name)):
        site = people.frame.set_index("patient_id")[column].reindex(first["patient_id"].astype(str)).astype(str)
        for code in cohort.instruments:
            scores = first["score"].where(first["instrument"] == code).to_numpy(float)
            yield from _apart(code, column, site.to_numpy(), scores, people)


def _apart(code: str, column: str, site: Any, scores: Any, people: Table) -> Iterator[Finding]:
    told = ~np.isnan(scores)
    names = [name for name in pd.unique(site[told]) if (site[told] == name).sum() >= 5]
    for name in names if len(names) > 1 else []:
        own, others = scores[told & (site == name)], scores[told & (site != name)]
        if len(others) < 5 or own.std() + others.std() == 0:
            continue
        if stats.ttest_ind(own, others, equal_var=False).pvalue < 0.001 / len(names):
            what = (
                f"{column} {shown(str(name))}: the first {code} of its {len(own)} patients averages "
                f"{own.mean():.4g}, that of the {len(others)} others {others.mean():.4g}"
            )
            at = (people.frame[column].astype(str) == name).to_numpy()
            yield Finding("a site that differs", what, len(own), _cells(people, at, column))
