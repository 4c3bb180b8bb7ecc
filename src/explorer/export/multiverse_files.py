"""The results of a multiverse as one file: CSV for spreadsheets, Parquet for programs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from explorer.cohort.tables import Cohort
from explorer.export.people import synthetic_label
from explorer.export.spreadsheet import commented_csv, harmless
from explorer.multiverse.estimates import definitions
from explorer.multiverse.listing import Listing

ATTRIBUTES = b"PANDAS_ATTRS"
"""Where pandas keeps what is said about a table, and finds it again as `attrs`."""


def join(parts: Sequence[Path], out: Path, about: Sequence[str]) -> None:
    """Put the chunks of a run together as one file, written whole or not at all.

    Parameters
    ----------
    parts : sequence of Path
        Parquet files in order, as `explorer.multiverse.chunks.run_in_chunks` leaves them; at least one.
    out : Path
        Ends in `.csv` or `.parquet`, in letters of either case.
    about : sequence of str
        What the file is: comment lines above the CSV, `attrs["about"]` of the Parquet file.
    """
    unfinished = out.with_name(f"{out.name}.unfinished")
    WRITERS[out.suffix.lower()](parts, unfinished, about)
    os.replace(unfinished, out)


def about(cohort: Cohort, listing: Listing) -> list[str]:
    """Say what the results are of: label, invented additions, cohort, grid, and what rows and shares of them are not."""
    grid = listing.grid
    base = f"'{grid.base.name}' ({grid.base.fingerprint})"
    lines = [
        synthetic_label(cohort),
        "Hypothetical additions, which are invented, are counted in." if grid.base.hypothetical else "",
        f"{cohort.metadata.title} (content {cohort.fingerprint})",
        f"grid '{grid.name}', {definitions(len(listing))} around {base}; explorer {version('evidence-explorer')}",
        "One row per definition. How many rows agree is no probability: nobody drew the definitions at random.",
    ]
    return [line for line in lines if line]


def _csv(parts: Sequence[Path], out: Path, about: Sequence[str]) -> None:
    with out.open("w", encoding="utf-8", newline="") as file:
        for place, rows in enumerate(_frames(parts)):
            if place == 0:
                file.write(commented_csv(about, rows.head(0)))
            texts = {str(name): rows[name].map(harmless) for name, kind in rows.dtypes.items() if kind == "str"}
            rows.assign(**texts).to_csv(file, index=False, header=False)


def _parquet(parts: Sequence[Path], out: Path, about: Sequence[str]) -> None:
    first = pa.Schema.from_pandas(next(_frames(parts)), preserve_index=False)
    said = {ATTRIBUTES: json.dumps({"about": list(about)}).encode()}
    schema = first.with_metadata({**first.metadata, **said})
    with pq.ParquetWriter(out, schema) as writer:
        for rows in _frames(parts):
            writer.write_table(
                pa.Table.from_pandas(rows, schema, preserve_index=False).replace_schema_metadata(schema.metadata)
            )


def _frames(parts: Sequence[Path]) -> Iterator[pd.DataFrame]:
    """Give one chunk after the other, all with the same columns."""
    columns = list(dict.fromkeys(name for part in parts for name in pq.read_schema(part).names))
    for part in parts:
        rows = pd.read_parquet(part)
        # What a chunk lacks is the count after a criterion that none of its studies has.
        absent = {name: pd.Series(pd.NA, rows.index, "Int64") for name in columns if name not in rows}
        yield rows.assign(**absent)[columns]


WRITERS: Mapping[str, Callable[[Sequence[Path], Path, Sequence[str]], None]] = {".csv": _csv, ".parquet": _parquet}
"""How a file is written, by what its name ends in."""
