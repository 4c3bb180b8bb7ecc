"""Tables of a DuckDB database as sheets, read in a process of its own."""

from __future__ import annotations

from io import BytesIO

import pandas as pd
import pyarrow as pa

from explorer.cohort.readers.isolated import damaged, run
from explorer.cohort.readers.kinds import DUCKDB
from explorer.cohort.readers.limits import CELLS, COLUMNS, ROWS, SHEETS, refusal

PROGRAM = "duckdb_program.py"


def read_tables(content: bytes, file: str) -> dict[str, pd.DataFrame]:
    """Read every table of a database, by its name; one outside the schema `main` as `schema.table`.

    Raises
    ------
    CohortError
        Where the file is damaged, of another version, too large, or holds no table.
    """
    written = BytesIO(run(PROGRAM, content, file, DUCKDB, SHEETS, ROWS, COLUMNS, CELLS))
    frames: dict[str, pd.DataFrame] = {}
    try:
        while written.tell() < len(written.getbuffer()):
            table = pa.ipc.open_stream(written).read_all()
            frame = table.replace_schema_metadata().to_pandas(date_as_object=False)
            frames[table.schema.metadata[b"sheet"].decode()] = frame.set_axis(range(2, len(frame) + 2), axis=0)
    except pa.ArrowException as error:
        raise damaged(file, DUCKDB) from error
    if not frames:
        raise refusal(file, "the database holds no table", "Views are not read: store what they select as a table.")
    return frames
