"""What the tables owe to each other: keys, patients who exist, scores that their instruments allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.cohort.cells import CODED, CODES, LEAVE_EMPTY
from explorer.cohort.findings import Fault, Findings, shown, spreadsheet_row
from explorer.cohort.instruments import Instrument
from explorer.cohort.schemas import FARTHEST_DAY, TABLES

Positions = npt.NDArray[np.int64]

# Answers that contradict each other on one day may stand side by side (a study counts them as unknown).
KEYS: Mapping[str, Sequence[str]] = {
    "patients": ("patient_id",),
    "treatments": ("patient_id", "drug", "start_day"),
    "assessments": ("instrument", "patient_id", "day"),
    "reports": ("patient_id", "day", "item", "answer"),
    "adverse_events": ("patient_id", "drug", "term", "start_day"),
}
FULLEST = 2**62


def check_links(frame: pd.DataFrame, patients: pd.DataFrame, file: str, whole: str, findings: Findings) -> None:
    """Note the rows of a child table whose patient is not in the file `whole`."""
    if "patient_id" in frame and "patient_id" in patients:
        known = patients["patient_id"].cat.categories
        categories = frame["patient_id"].cat.categories
        strangers = frame["patient_id"].isin(categories[known.get_indexer(categories) < 0])
        remedy = f"Add the patient to {whole}, or correct the identifier."
        findings.add_cells(
            file, frame["patient_id"], Fault(strangers.to_numpy(bool), f"{{value}} is not in {whole}", remedy)
        )


def check_keys(table: str, frame: pd.DataFrame, file: str, findings: Findings) -> None:
    """Note every row that repeats the key of an earlier one."""
    key = KEYS[table]
    if not set(key) <= set(frame):
        return
    complete = frame[np.logical_and.reduce([frame[column].notna().to_numpy() for column in key])]
    packed = packed_key(complete, key)
    order = sorted_order(packed)
    new = np.diff(packed[order], prepend=-1) != 0
    if new.all():
        return
    # The order is stable, so that the first of equal keys is the one that stands first in the file.
    first, repeats = np.empty_like(order), np.empty(len(order), bool)
    rows = complete.index.to_numpy(np.int64)
    first[order] = order[np.flatnonzero(new)][np.cumsum(new) - 1]
    repeats[order] = ~new

    def what(position: int) -> str:
        values = (f"{column} {shown(complete[column].iloc[position])}" for column in TABLES[table] if column in key)
        return f"{', '.join(values)} stands in row {spreadsheet_row(rows[first[position]])} already"

    findings.add_cells(file, complete["patient_id"], Fault(repeats, what, "Keep one of the two rows."))


def check_order(frame: pd.DataFrame, file: str, findings: Findings) -> None:
    """Note rows that end before they start."""
    if {"start_day", "end_day"} <= set(frame):
        early = (frame["end_day"] < frame["start_day"]).to_numpy()
        remedy = "Correct one of the two days, or leave end_day empty if it has not ended."
        findings.add_cells(file, frame["end_day"], Fault(early, "{value} comes before start_day", remedy))


def check_scores(
    assessments: pd.DataFrame, instruments: Mapping[str, Instrument], file: str, findings: Findings
) -> None:
    """Note scores of unknown instruments and scores outside the range; warn of scores between two steps."""
    if not {"instrument", "score"} <= set(assessments):
        return
    codes, scores = assessments["instrument"].cat.codes.to_numpy(), assessments["score"]
    for code, name in enumerate(assessments["instrument"].cat.categories):
        at = np.flatnonzero(codes == code)
        if name not in instruments:
            what = f"no instrument {shown(name)} is known ({len(at)} rows, this one first)"
            remedy = f"Correct the name, or describe it in instruments.csv. Known are {', '.join(instruments)}."
            findings.add(file, what, remedy, spreadsheet_row(assessments.index[at[0]]), "instrument")
        else:
            _check_range(scores.iloc[at], instruments[name], file, findings)
            _check_step(scores.iloc[at], instruments[name], file, findings)


def _check_range(scores: pd.Series, instrument: Instrument, file: str, findings: Findings) -> None:
    low, high = instrument.range_min, instrument.range_max
    outside = ~scores.between(low, high).to_numpy() & np.isfinite(scores.to_numpy())
    coded = outside & scores.isin(CODES).to_numpy()
    what = f"{{value}} lies outside the range of {instrument.code}, {low:g} to {high:g}"
    remedy = "Correct the score, or leave it empty if the visit was missed."
    findings.add_cells(file, scores, Fault(outside & ~coded, what, remedy))
    findings.add_cells(file, scores, Fault(coded, f"{what}: it {CODED.removeprefix('{value} ')}", LEAVE_EMPTY))


def _check_step(scores: pd.Series, instrument: Instrument, file: str, findings: Findings) -> None:
    if instrument.step is None:
        return
    score = scores.to_numpy()
    steps = (np.where(np.isfinite(score), score, instrument.range_min) - instrument.range_min) / instrument.step
    between = np.abs(steps - np.round(steps)) > 1e-6
    if between.any():
        row = spreadsheet_row(scores.index[int(between.argmax())])
        findings.warnings.append(
            f"{file}: {between.sum()} of {len(scores)} scores of {instrument.code} lie between its steps of "
            f"{instrument.step:g}, row {row} first; they are used as they are."
        )


def packed_key(frame: pd.DataFrame, key: Sequence[str]) -> Positions:
    """Return one whole number per row, equal for equal keys and in their order; no part of the key is missing."""
    packed, size = np.zeros(len(frame), np.int64), 1
    for codes, distinct in _parts(frame, key):
        if size * distinct > FULLEST:
            _, packed = np.unique(packed, return_inverse=True)
            size = len(frame)
        packed, size = packed * distinct + codes, size * distinct
    return packed


def _parts(frame: pd.DataFrame, key: Sequence[str]) -> Iterator[tuple[npt.NDArray[Any], int]]:
    for values in (frame[name] for name in key):
        if isinstance(values.dtype, pd.CategoricalDtype):
            yield values.cat.codes.to_numpy(), len(values.cat.categories)
        elif pd.api.types.is_bool_dtype(values):
            yield values.to_numpy(bool), 2
        else:
            # Days out of bounds are refused elsewhere; here they only must not overflow.
            days = np.clip(values.to_numpy(np.float64), -FARTHEST_DAY, FARTHEST_DAY).astype(np.int64)
            yield days + FARTHEST_DAY, 2 * FARTHEST_DAY + 1


def sorted_order(packed: Positions) -> Positions:
    """Return the row positions in the order of their keys, equal ones as they stand."""
    if (packed[1:] >= packed[:-1]).all():
        return np.arange(len(packed))
    return np.argsort(packed, kind="stable")
