"""A cohort's fingerprint: the same for the same content, however it was filed or ordered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from hashlib import sha256
from typing import TYPE_CHECKING

import pandas as pd

from explorer.cohort.instruments import to_cells

if TYPE_CHECKING:
    from explorer.cohort.tables import Cohort

DIGITS = 12


def fingerprint(cohort: Cohort) -> str:
    """Return the first 12 hexadecimal digits of SHA-256 over metadata, instruments and the five tables.

    Rows and categories of a cohort stand in a fixed order, so the bytes of its columns are canonical once the columns
    are taken by name.
    """
    digest = sha256(_text(asdict(cohort.metadata)))
    digest.update(_text([to_cells(cohort.instruments[code]) for code in sorted(cohort.instruments)]))
    for table in sorted(cohort.tables):
        frame = getattr(cohort, table)
        for name in sorted(cohort.columns_given[table]):
            digest.update(_text([table, name]))
            for part in _bytes(frame[name]):
                digest.update(part)
    return digest.hexdigest()[:DIGITS]


def _text(content: object) -> bytes:
    return json.dumps(content, sort_keys=True).encode()


def _bytes(column: pd.Series) -> Iterator[bytes]:
    """Yield what a column holds; equal columns yield equal bytes on every machine."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        # Patients are numbered; their identifiers stand in their own table.
        if column.name != "patient_id":
            yield _text(column.cat.categories.to_list())
        yield column.cat.codes.to_numpy("<i4").tobytes()
    elif isinstance(column.dtype, pd.StringDtype):
        yield _text(column.to_list())
    elif isinstance(column.dtype, pd.BooleanDtype):
        yield column.to_numpy("<i1", na_value=-1).tobytes()
    elif pd.api.types.is_datetime64_any_dtype(column):
        yield column.to_numpy("datetime64[D]").astype("<i8").tobytes()
    elif pd.api.types.is_float_dtype(column):
        # One NaN and one zero, whatever sign or payload they came with.
        yield (column.where(column.notna()) + 0.0).to_numpy("<f8").tobytes()
    else:
        yield column.to_numpy("<i4").tobytes()
