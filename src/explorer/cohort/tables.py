"""A cohort: five tables, what is said about them, and the instruments of their scores, as one frozen value."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.cohort import consistency
from explorer.cohort.cells import texts
from explorer.cohort.findings import Findings, shown, spreadsheet_row
from explorer.cohort.fingerprint import fingerprint
from explorer.cohort.instruments import Instrument, catalogue
from explorer.cohort.schemas import REQUIRED, SEXES, STOP_REASONS, TABLES, TIERS, read_table

T = TypeVar("T")

CHILDREN = tuple(table for table in TABLES if table != "patients")
MOST_CATEGORIES, FEW_CATEGORIES = 50, 12
SURE_CODES = (999, 9999, 99999, -99, -999, -9999)  # Elsewhere the range of a column tells codes apart.
REMEMBERED = 64


@dataclass(frozen=True)
class Metadata:
    """What is said about a cohort as a whole."""

    title: str
    synthetic: bool
    source: str
    licence: str
    index_drug: str
    prior_drug: str | None
    notes: str


@dataclass(frozen=True, eq=False)
class Scores:
    """All scores of one instrument, by patient and then by day; the arrays are read-only.

    Attributes
    ----------
    patient : array of int32
        Row of the patient in `patients`.
    day : array of int32
        Days from the index date.
    score : array of float64
        In the instrument's units; never NaN.
    starts : array of int64, one more than there are patients
        Where the scores of each patient begin: those of patient `i` are `starts[i]` up to `starts[i + 1]`.
    """

    patient: npt.NDArray[np.int32]
    day: npt.NDArray[np.int32]
    score: npt.NDArray[np.float64]
    starts: npt.NDArray[np.int64]


class Memo:
    """The last arrays derived from a cohort, held by it and gone with it."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return what was computed under the key, or compute it and forget the one longest unused."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast("T", self._kept[key])
        # Computed outside the lock, so that one slow array does not hold up other readers.
        value = compute()
        with self._lock:
            self._kept[key] = value
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value

    def recalled(self, key: Hashable, otherwise: Callable[[], T]) -> T:
        """Return what is kept under the key, or compute it without keeping it."""
        with self._lock:
            if key in self._kept:
                return cast("T", self._kept[key])
        return otherwise()


@dataclass(frozen=True, eq=False)
class Cohort:
    """Five tables that fit together; made by `build`, which checks them. The frames are not to be changed.

    Attributes
    ----------
    metadata : Metadata
    patients : DataFrame
        One row per patient, by `patient_id`: `index_date` (datetime64), `age` (years), `sex` and `tier` (categories),
        then further baseline columns as float64, boolean or category.
    treatments, assessments, reports, adverse_events : DataFrame
        As the design describes them; empty where the cohort has none. `patient_id` is a category whose codes are
        row numbers of `patients`. Days are int32, but float64 where they may be missing.
    tables : frozenset of str
        The tables that were given.
    columns_given : mapping of str to frozenset of str
        For each of these, the columns that were given: the others stand in the frames and hold nothing.
    instruments : mapping of str to Instrument
        Those with scores here, the catalogue's first.
    warnings : tuple of str
        What was passed over while reading.
    """

    metadata: Metadata
    patients: pd.DataFrame
    treatments: pd.DataFrame
    assessments: pd.DataFrame
    reports: pd.DataFrame
    adverse_events: pd.DataFrame
    tables: frozenset[str]
    columns_given: Mapping[str, frozenset[str]]
    instruments: Mapping[str, Instrument]
    warnings: tuple[str, ...] = ()
    _memo: Memo = field(default_factory=Memo, init=False, repr=False)

    def __repr__(self) -> str:
        return f"Cohort({self.metadata.title!r}, {self.n_patients} patients, {self.fingerprint})"

    @property
    def n_patients(self) -> int:
        """Number of patients, hypothetical additions included."""
        return len(self.patients)

    @cached_property
    def drugs(self) -> tuple[str, ...]:
        """Drugs of any course or adverse event, in alphabetical order."""
        named = {*self.treatments["drug"].cat.categories, *self.adverse_events["drug"].cat.categories}
        return tuple(sorted(named))

    @cached_property
    def items(self) -> tuple[str, ...]:
        """Items of any report, in alphabetical order."""
        return tuple(self.reports["item"].cat.categories)

    @cached_property
    def covariates(self) -> tuple[str, ...]:
        """Names of the further baseline columns of `patients`, in alphabetical order."""
        return tuple(name for name in self.patients.columns if name not in TABLES["patients"])

    @cached_property
    def hypothetical(self) -> npt.NDArray[np.bool_]:
        """Which patients are hypothetical additions."""
        return _read_only((self.patients["tier"] == "hypothetical").to_numpy(bool))

    @cached_property
    def fingerprint(self) -> str:
        """First 12 hexadecimal digits of a SHA-256 over all that the cohort holds, however it was filed."""
        return fingerprint(self)

    def gives(self, table: str, column: str) -> bool:
        """Say whether a column was given; one that was not stands in the frame and holds nothing."""
        return column in self.columns_given.get(table, frozenset())

    def scores(self, code: str) -> Scores:
        """Return all scores of one instrument; none for an instrument without any here."""
        if code in self._scores:
            return self._scores[code]
        none = np.empty(0, np.int32)
        return _scores_of(none, none, np.empty(0), self.n_patients)

    @cached_property
    def _scores(self) -> dict[str, Scores]:
        instrument = self.assessments["instrument"].cat.codes.to_numpy()
        patient = self.assessments["patient_id"].cat.codes.to_numpy().astype(np.int32, copy=False)
        day, score = (self.assessments[column].to_numpy() for column in ("day", "score"))
        ends = np.searchsorted(instrument, np.arange(len(self.instruments) + 1))
        found = {}
        for code, low, high in zip(self.instruments, ends, ends[1:], strict=False):
            rows = slice(int(low), int(high))
            found[code] = _scores_of(patient[rows], day[rows], score[rows], self.n_patients)
        return found

    def derived(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return what was last computed under the key from this cohort, or compute it.

        Parameters
        ----------
        key : hashable
            Must name everything that the value depends on besides the cohort.
        compute : callable
            Its value is kept among the last 64 and shared: it must not be changed.
        """
        return self._memo.get(key, compute)

    def recalled(self, key: Hashable, otherwise: Callable[[], T]) -> T:
        """Return what is remembered under the key (see `derived`), or compute it without remembering it."""
        return self._memo.recalled(key, otherwise)


def build(
    metadata: Metadata,
    tables: Mapping[str, pd.DataFrame],
    instruments: Mapping[str, Instrument] | None = None,
    files: Mapping[str, str] | None = None,
) -> Cohort:
    """Check tables and put them together.

    Parameters
    ----------
    metadata : Metadata
    tables : mapping of str to DataFrame
        `patients` and `assessments`, and any of `treatments`, `reports` and `adverse_events`. Columns hold values of
        their kind or text, which is read by the rules of the cohort folder.
    instruments : mapping of str to Instrument, optional
        Those the catalogue lacks, or describes otherwise.
    files : mapping of str to str, optional
        The file of each table, for messages; `patients.csv` and so on if not given.

    Returns
    -------
    Cohort

    Raises
    ------
    CohortError
        With every problem of every table. Row 2 is the first row of a frame.
    """
    names = {table: f"{table}.csv" for table in TABLES} | dict(files or {})
    frames = {table: frame.reset_index(drop=True) for table, frame in tables.items()}
    return put_together(metadata, frames, instruments or {}, names, Findings())


def put_together(
    metadata: Metadata | None,
    tables: Mapping[str, pd.DataFrame | None],
    instruments: Mapping[str, Instrument],
    files: Mapping[str, str],
    findings: Findings,
) -> Cohort:
    """Check tables and put them together, for readers that may have found problems of their own.

    What could not be read is None and stands among the findings; the rest is checked all the same, so that
    CohortError tells every problem at once. The index of a frame counts the rows of its file from 0.
    """
    for table in REQUIRED:
        if table not in tables:
            findings.add(files[table], "the table is missing", "Every cohort needs patients and assessments; add it.")
    found = {
        table: _read(table, frame, files[table], findings)
        for table in TABLES
        if (frame := tables.get(table)) is not None
    }
    known = {**catalogue(), **instruments}
    _check(found, known, files, findings)
    findings.stop_if_any(list(files.values()))
    cohort = _assemble(cast("Metadata", metadata), found, known, findings.warnings)
    untaken = tuple(_untaken(cohort, files["treatments"])) if "treatments" in found else ()
    return replace(cohort, warnings=(*cohort.warnings, *untaken)) if untaken else cohort


def _untaken(cohort: Cohort, file: str) -> Iterator[str]:
    """Say which of the two drugs nobody took: a name written otherwise would make every patient untreated."""
    for role, drug in (("index", cohort.metadata.index_drug), ("prior", cohort.metadata.prior_drug)):
        if drug is not None and drug not in cohort.drugs:
            yield f"{file}: no course of the {role} drug {shown(drug)}; the drugs are {', '.join(cohort.drugs)}."


def _read(table: str, frame: pd.DataFrame, file: str, findings: Findings) -> pd.DataFrame:
    found = _recorded(table, read_table(table, frame, file, findings), frame, file, findings)
    if found.empty and table != "patients":
        findings.warnings.append(f"{file}: the table holds no rows.")
    return _baseline(found, file, findings) if table == "patients" else found


def _recorded(table: str, frame: pd.DataFrame, raw: pd.DataFrame, file: str, findings: Findings) -> pd.DataFrame:
    """Leave out rows that record nothing: an assessment without a score, a report without an answer.

    A cell that holds something unreadable stays, so that the rest of its row is checked too.
    """
    value = {"assessments": "score", "reports": "answer"}.get(table)
    if value not in frame or frame[value].notna().all():
        return frame
    empty = frame[value].isna().to_numpy() & (texts(raw.loc[frame.index, value]) == "").to_numpy()
    if not empty.any():
        return frame
    row = spreadsheet_row(frame.index[int(empty.argmax())])
    findings.warnings.append(
        f"{file}: {empty.sum()} of {len(frame)} rows hold no {value} (row {row} first) and were left out."
    )
    kept = frame[~empty]
    named = [name for name in ("instrument", "item") if name in kept]
    return kept.assign(**{name: kept[name].cat.remove_unused_categories() for name in named})


def _baseline(patients: pd.DataFrame, file: str, findings: Findings) -> pd.DataFrame:
    """Leave out further columns that look like free text or identify patients."""
    for name in [column for column in patients if column not in TABLES["patients"]]:
        column = patients[name]
        if isinstance(column.dtype, pd.CategoricalDtype) and _is_free_text(column):
            findings.warnings.append(
                f"{file}: the column {shown(name)} has {len(column.cat.categories)} different texts, so that it looks "
                "like free text or an identifier; it was left out."
            )
            patients = patients.drop(columns=name)
        elif pd.api.types.is_float_dtype(column) and (coded := column.isin(SURE_CODES)).any():
            row = spreadsheet_row(column.index[int(coded.argmax())])
            findings.warnings.append(
                f"{file}: {shown(column[coded].iloc[0])} in the column {shown(name)} (row {row} first, "
                f"{coded.sum()} in all) looks like a code for a missing value; it is used as it is."
            )
    return patients


def _is_free_text(column: pd.Series) -> bool:
    distinct = len(column.cat.categories)
    return distinct > MOST_CATEGORIES or (distinct > FEW_CATEGORIES and distinct > column.notna().sum() / 2)


def _check(
    found: Mapping[str, pd.DataFrame], known: Mapping[str, Instrument], names: Mapping[str, str], findings: Findings
) -> None:
    """Note what the tables do not owe to themselves alone."""
    for table, frame in found.items():
        consistency.check_keys(table, frame, names[table], findings)
        consistency.check_order(frame, names[table], findings)
        if "patients" in found:
            consistency.check_links(frame, found["patients"], names[table], names["patients"], findings)
    if "patients" in found and found["patients"].empty:
        findings.add(names["patients"], "the table holds no patients", "Add a row per patient.")
    if "assessments" in found:
        consistency.check_scores(found["assessments"], known, names["assessments"], findings)


def _assemble(
    metadata: Metadata, found: Mapping[str, pd.DataFrame], known: Mapping[str, Instrument], warnings: list[str]
) -> Cohort:
    """Sort the checked tables and number their patients."""
    patients = _patients(found["patients"])
    scored = set(found["assessments"]["instrument"].cat.categories)
    instruments = {code: known[code] for code in _catalogue_first(scored)}
    numbering = pd.CategoricalDtype(pd.Index(patients["patient_id"]))
    children = {table: _child(table, found.get(table), numbering, tuple(instruments)) for table in CHILDREN}
    return Cohort(
        metadata=metadata,
        patients=patients,
        **children,
        tables=frozenset(found),
        columns_given=MappingProxyType({table: frozenset(frame.columns) for table, frame in found.items()}),
        instruments=MappingProxyType(instruments),
        warnings=tuple(warnings),
    )


def _catalogue_first(codes: set[str]) -> list[str]:
    return [code for code in catalogue() if code in codes] + sorted(codes - catalogue().keys())


def _patients(found: pd.DataFrame) -> pd.DataFrame:
    """Return the patients by identifier, with the known columns first and the further ones by name."""
    ordered = found.sort_values("patient_id", ignore_index=True)
    further = sorted(set(found.columns.astype(str)) - TABLES["patients"].keys())
    frame = ordered.reindex(columns=[*TABLES["patients"], *further])
    return frame.assign(
        patient_id=frame["patient_id"].astype("str"),
        age=frame["age"].astype("float64"),
        sex=frame["sex"].astype(pd.CategoricalDtype(list(SEXES))),
        tier=frame["tier"].astype(pd.CategoricalDtype(list(TIERS))),
    )


def _child(
    table: str, found: pd.DataFrame | None, numbering: pd.CategoricalDtype, instruments: tuple[str, ...]
) -> pd.DataFrame:
    """Return a child table in the order of its key, its patients numbered as in `patients`."""
    if found is None:
        found = pd.DataFrame(columns=list(TABLES[table]))
    frame = found.reindex(columns=list(TABLES[table])).astype(_types(table, instruments))
    if "instrument" in frame:
        # Unordered categories are equal in any order, so that `astype` alone leaves them in the order of the file.
        frame["instrument"] = frame["instrument"].cat.set_categories(instruments)
    rows = numbering.categories.get_indexer(frame["patient_id"].cat.categories)
    codes = np.append(rows, -1)[frame["patient_id"].cat.codes.to_numpy()]
    frame["patient_id"] = pd.Categorical.from_codes(codes, dtype=numbering)
    order = consistency.sorted_order(consistency.packed_key(frame, consistency.KEYS[table]))
    return frame.iloc[order].reset_index(drop=True)


def _types(table: str, instruments: tuple[str, ...]) -> dict[str, Any]:
    """Return the type of each column of a child table."""
    fixed = {
        "instrument": pd.CategoricalDtype(list(instruments)),
        "stop_reason": pd.CategoricalDtype(list(STOP_REASONS)),
    }
    types = {"day": "int32", "start_day": "int32", "answer": "bool", "score": "float64", "end_day": "float64"}
    named = dict.fromkeys(("patient_id", "drug", "term", "item"), "category")
    known = {**fixed, **types, **named, "prescriptions": "float64"}
    return {column: known[column] for column in TABLES[table]}


def _scores_of(
    patient: npt.NDArray[np.int32], day: npt.NDArray[np.int32], score: npt.NDArray[np.float64], n_patients: int
) -> Scores:
    starts = np.searchsorted(patient, np.arange(n_patients + 1, dtype=np.int32)).astype(np.int64)
    return Scores(_read_only(patient), _read_only(day), _read_only(score), _read_only(starts))


def _read_only(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    view = values.view()
    view.flags.writeable = False
    return view
