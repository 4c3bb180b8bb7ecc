"""Table 1: who the patients are, group by group, described by the package tableone."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.analysis.attrition import left_out
from explorer.analysis.description import NEVER, why_stopped
from explorer.analysis.facts import CohortFacts
from explorer.study.eligibility import levels

Bools = npt.NDArray[np.bool_]

ELIGIBLE, LEFT_OUT = "Analysed", "Left out"
INVENTED = "hypothetical"
MOST_LEVELS = 8
OTHERS = "other values"
NO_YES = ("no", "yes")


@dataclass(frozen=True)
class Described:
    """One characteristic in one group of patients.

    Attributes
    ----------
    n, n_known : int
        Patients of the group to whom it applies (why a drug was stopped: who took it), and those of them in whom it
        is recorded.
    mean, sd, median, q1, q3 : float
        Of a number; NaN where it does not exist.
    counts : mapping of str to int
        Of anything else: patients at each level.
    """

    n: int
    n_known: int
    mean: float = math.nan
    sd: float = math.nan
    median: float = math.nan
    q1: float = math.nan
    q3: float = math.nan
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Characteristic:
    """A line of Table 1 (several for levels): what it is, and how it is described in each group."""

    name: str
    unit: str
    levels: tuple[str, ...]
    groups: Mapping[str, Described]


@dataclass(frozen=True, eq=False)
class Column:
    """A characteristic of every patient: numbers, or positions among levels (-1: not recorded)."""

    name: str
    values: npt.NDArray[np.float64]
    unit: str = ""
    levels: tuple[str, ...] = ()
    applies: Bools | None = None

    def n(self, who: Bools) -> int:
        """Count to how many of some patients the characteristic applies."""
        return int((who if self.applies is None else who & self.applies).sum())


def table_one(facts: CohortFacts, eligible: Bools) -> tuple[Characteristic, ...]:
    """Describe who is analysed and, where anybody is, who is left out; hypothetical additions in columns of their own.

    Characteristics are age, sex, the further baseline columns, the prior drug and the baseline scores. No test
    is made between the groups. Computed once per definition; it takes tens of milliseconds.
    """
    study = facts.study
    choice = ("table one", study.eligibility, study.hypothetical, study.prior_drug)
    return facts.remembered(choice, lambda: _table_one(facts, eligible))


def _table_one(facts: CohortFacts, eligible: Bools) -> tuple[Characteristic, ...]:
    groups, columns = _groups(facts, eligible), list(_columns(facts))
    described = {name: _describe(columns, who) for name, who in groups.items()}
    return tuple(
        Characteristic(column.name, column.unit, column.levels, {name: rows[at] for name, rows in described.items()})
        for at, column in enumerate(columns)
    )


def _groups(facts: CohortFacts, eligible: Bools) -> dict[str, Bools]:
    invented, out = facts.cohort.hypothetical, left_out(facts, eligible)
    apart = {
        f"{ELIGIBLE}, {INVENTED}": eligible & invented,
        LEFT_OUT: out & ~invented,
        f"{LEFT_OUT}, {INVENTED}": out & invented,
    }
    return {ELIGIBLE: eligible & ~invented} | {name: who for name, who in apart.items() if who.any()}


def _describe(columns: list[Column], who: Bools) -> list[Described]:
    """Hand the columns of one group to tableone, under names of our own: texts from files may be anything."""
    values = {f"v{at}": column.values[who] for at, column in enumerate(columns)}
    known = {name: int((~np.isnan(column)).sum()) for name, column in values.items()}
    numbers = [f"v{at}" for at, column in enumerate(columns) if not column.levels and known[f"v{at}"]]
    texts = [f"v{at}" for at, column in enumerate(columns) if column.levels and known[f"v{at}"]]
    if not numbers + texts:
        return [Described(column.n(who), 0) for column in columns]
    frame = pd.DataFrame({name: values[name] for name in numbers + texts})
    frame = frame.assign(**{name: _as_text(frame[name]) for name in texts})
    moments, counts = _tableone(frame, numbers, texts)
    return [
        Described(column.n(who), known[name], **moments.get(name, {}), counts=_named(column, counts.get(name, {})))
        for column, name in zip(columns, values, strict=True)
    ]


def _as_text(codes: pd.Series) -> pd.Series:
    return codes.map(lambda code: f"{code:.0f}", na_action="ignore").astype(object)


def _named(column: Column, counts: Mapping[str, int]) -> dict[str, int]:
    return {level: counts.get(str(code), 0) for code, level in enumerate(column.levels)}


def _tableone(
    frame: pd.DataFrame, numbers: list[str], texts: list[str]
) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, int]]]:
    """Return mean, SD and quartiles of numbers, and the counts of levels."""
    from tableone import TableOne  # Its import takes over a second, which only this table is worth.

    with warnings.catch_warnings():
        # It warns of the SD of one patient, which does not exist, and of pandas 4, which is not in use.
        warnings.simplefilter("ignore")
        made = TableOne(frame, columns=numbers + texts, continuous=numbers, categorical=texts, include_null=False)
    moments = {name: _moments(made, name) for name in numbers}
    counts = {name: made.cat_describe["freq", "Overall"][name].astype(int).to_dict() for name in texts}
    return moments, counts


def _moments(made: Any, name: str) -> dict[str, float]:
    stats = {"mean": "mean", "median": "median", "q25": "q1", "q75": "q3"}
    # The SD of one patient does not exist; tableone calls it 0, or has no column for it.
    if made.cont_describe["count", "Overall"][name] > 1:
        stats["std"] = "sd"
    return {ours: float(made.cont_describe[theirs, "Overall"][name]) for theirs, ours in stats.items()}


def _columns(facts: CohortFacts) -> Iterator[Column]:
    given = facts.cohort.columns_given["patients"]
    if "age" in given:
        yield Column("Age", facts.column("age").to_numpy(float), "years")
    if "sex" in given:
        yield _categories("Sex", facts.column("sex"))
    for name in facts.cohort.covariates:
        yield _covariate(name.replace("_", " "), facts.column(name))
    drug = facts.study.prior_drug
    if drug and facts.took(drug).any():
        yield from _prior(facts, drug)
    for code, instrument in facts.cohort.instruments.items():
        yield Column(f"{code} at baseline", facts.baseline(code), instrument.unit)


def _prior(facts: CohortFacts, drug: str) -> Iterator[Column]:
    took = facts.took(drug)
    yield Column(f"Prior {drug}", took.astype(float), levels=NO_YES)
    yield Column(f"Time on {drug}", facts.exposure_days(drug), "days", applies=took)
    groups, codes = why_stopped(facts, drug)
    named = tuple(group for group in groups if group != NEVER)
    yield Column(f"Why {drug} was stopped", np.where(took, codes, np.nan).astype(float), levels=named, applies=took)


def _covariate(name: str, values: pd.Series) -> Column:
    if isinstance(values.dtype, pd.CategoricalDtype) or pd.api.types.is_bool_dtype(values.dtype):
        return _categories(name, levels(values).astype("category"))
    return Column(name, values.to_numpy(float, na_value=np.nan))


def _categories(name: str, values: pd.Series) -> Column:
    """Give each level its position, the rarest of many together under one name."""
    named = [str(level) for level in values.cat.categories]
    codes = values.cat.codes.to_numpy().astype(float)
    codes[codes < 0] = np.nan
    if len(named) > MOST_LEVELS:
        frequent = pd.Series(codes).value_counts().index[: MOST_LEVELS - 1].to_numpy()
        places = {code: place for place, code in enumerate(sorted(frequent))}
        codes = np.array([place if np.isnan(place) else places.get(place, len(places)) for place in codes])
        named = [*(named[int(code)] for code in places), OTHERS]
    return Column(name, codes, levels=tuple(named))
