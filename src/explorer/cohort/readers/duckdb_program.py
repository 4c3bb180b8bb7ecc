"""Write every table of a DuckDB database as Arrow streams, one after the other; a script of `isolated.py`.

The file never touches a disk: it lies in memory under a name that only this process can open. Views are left out,
because reading one runs whatever statement its author stored.
"""

from __future__ import annotations

import os
import sys

import duckdb
import pyarrow as pa

REFUSED, DAMAGED = 3, 4
LOCKED = (
    "SET memory_limit = '1GB'",
    "SET threads = 1",
    "SET temp_directory = ''",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
TABLES = """
    SELECT schema_name, table_name, column_count FROM duckdb_tables()
    WHERE NOT internal AND NOT temporary ORDER BY schema_name <> 'main', schema_name, table_oid
"""
PLAIN = ("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMP")
NUMBERS = ("DECIMAL", "HUGEINT", "UHUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")


def main(most_tables: int, most_rows: int, most_columns: int, most_cells: int) -> int:
    """Read standard input as a database, and write its tables to standard output."""
    try:
        native = _opened(sys.stdin.buffer.read())
        tables = native.execute(TABLES).fetchall()
        if len(tables) > most_tables:
            return _refused(f"the database holds {len(tables)} tables, and at most {most_tables} are read")
        cells = 0
        for schema, table, columns in tables:
            rows = native.execute(f"SELECT count(*) FROM {_named(schema, table)}").fetchall()[0][0]
            cells += rows * columns
            if rows > most_rows or columns > most_columns or cells > most_cells:
                size = f"{rows:,} rows and {columns:,} columns"
                return _refused(f"the table '{table}' has {size}, more than are read of a file that is sent")
            _write(native, schema, table)
    except (duckdb.Error, MemoryError):
        return DAMAGED
    return 0


def _refused(why: str) -> int:
    sys.stderr.write(why)
    return REFUSED


def _opened(content: bytes) -> duckdb.DuckDBPyConnection:
    held = os.memfd_create("database")
    with os.fdopen(os.dup(held), "wb") as file:
        file.write(content)
    native = duckdb.connect(f"/proc/self/fd/{held}", read_only=True)
    for setting in LOCKED:
        native.execute(setting)
    return native


def _named(schema: str, table: str) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in (schema, table))


def _write(native: duckdb.DuckDBPyConnection, schema: str, table: str) -> None:
    """Write one table; what pandas has no plain column for goes as a number or as text."""
    described = native.execute(f"DESCRIBE {_named(schema, table)}").fetchall()
    cells = ", ".join(_cell(str(name), str(kind)) for name, kind, *_ in described)
    held = native.sql(f"SELECT {cells} FROM {_named(schema, table)}").to_arrow_table()
    name = table if schema == "main" else f"{schema}.{table}"
    titled = held.replace_schema_metadata({"sheet": name})
    with pa.ipc.new_stream(sys.stdout.buffer, titled.schema) as stream:
        stream.write_table(titled)


def _cell(name: str, kind: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    if kind in PLAIN:
        return quoted
    return f"CAST({quoted} AS {'DOUBLE' if kind.startswith(NUMBERS) and '[' not in kind else 'VARCHAR'}) AS {quoted}"


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
