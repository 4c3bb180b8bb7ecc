"""Table 1 as it is printed: every count with its denominator, every mean with how many it is of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from explorer.analysis.table_one import NO_YES, Characteristic, Described
from explorer.export.numbers import NONE, number, share

NOTE = (
    "Numbers: mean (SD); median [quartiles]; in how many it is recorded. All others: patients, of those in whom it is "
    "recorded. No test is made between the groups."
)
UNKNOWN = "not recorded"


def table_one(characteristics: Sequence[Characteristic]) -> pd.DataFrame:
    """Lay characteristics out, a row for each number and each level; the columns are the groups.

    Levels that nobody has are left out, as is "no" beside "yes"; a row says how many values are not recorded.
    """
    groups = {name: f"{name} (n = {about.n})" for row in characteristics[:1] for name, about in row.groups.items()}
    rows = [
        {"Characteristic": label} | {groups[name]: cell for name, cell in zip(groups, cells, strict=True)}
        for characteristic in characteristics
        for label, cells in _rows(characteristic)
    ]
    return pd.DataFrame(rows, columns=["Characteristic", *groups.values()])


def _rows(row: Characteristic) -> Iterator[tuple[str, list[str]]]:
    groups = list(row.groups.values())
    if not row.levels:
        yield (f"{row.name}, {row.unit}" if row.unit else row.name), [_number(about) for about in groups]
        return
    if row.levels == NO_YES:
        yield row.name, [_level(about, "yes") for about in groups]
    for level in () if row.levels == NO_YES else row.levels:
        if any(about.counts.get(level) for about in groups):
            yield f"{row.name}: {level}", [_level(about, level) for about in groups]
    if any(about.n_known < about.n for about in groups):
        yield f"{row.name}: {UNKNOWN}", [f"{about.n - about.n_known} of {about.n}" for about in groups]


def _level(about: Described, level: str) -> str:
    k = about.counts.get(level, 0)
    return share(k, about.n_known, k / about.n_known) if about.n_known else NONE


def _number(about: Described) -> str:
    if not about.n_known:
        return f"0/{about.n} recorded"
    moments = f"{number(about.mean)} ({number(about.sd)})"
    quartiles = f"{number(about.median)} [{number(about.q1)} to {number(about.q3)}]"
    return f"{moments}; {quartiles}; {about.n_known}/{about.n} recorded"
