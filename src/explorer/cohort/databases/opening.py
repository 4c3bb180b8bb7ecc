"""Databases opened to be read and nothing else: a DuckDB file, a folder of OMOP tables, PostgreSQL, Spark."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis.backends.sql import SQLBackend

from explorer.cohort.databases.cdm import SHAPES, VOCABULARY, Cdm, recognise
from explorer.cohort.databases.crossing import Crossing
from explorer.cohort.databases.redaction import shown_address, without_passwords, without_secrets_of
from explorer.cohort.databases.sheets import by_table
from explorer.cohort.findings import shown
from explorer.cohort.readers.kinds import DUCKDB_AT, DUCKDB_SIGN
from explorer.cohort.readers.limits import refusal
from explorer.cohort.readers.sheets import read_sheets

# A database file is closer to a program than to a document: it may not read other files, load extensions, go to the
# network, fill the memory or write patients' data to a temporary file. https://duckdb.org/docs/2.0/operations_manual/securing_duckdb
MEMORY, THREADS = "2GB", 2
LOCKED = (
    f"SET memory_limit = '{MEMORY}'",
    f"SET threads = {THREADS}",
    "SET temp_directory = ''",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
SCHEMES = "duckdb:///FILE, postgres://..., pyspark://..."
DRIVER_ERRORS = (duckdb.Error, OSError)


@dataclass(frozen=True)
class Opened:
    """A connection, and what is known of it.

    Attributes
    ----------
    name : str
        What it is called in messages; without user and password.
    connection : ibis backend
    faults : tuple of exception types
        What its driver raises.
    """

    name: str
    connection: SQLBackend
    faults: tuple[type[Exception], ...]

    def crossing(self) -> Crossing:
        """Return the door through which rows come."""
        return Crossing(self.name, self._run, self.faults)

    def cdm(self, cdm_schema: str | None = None, vocabulary_schema: str | None = None) -> Cdm:
        """Find the tables of the common data model.

        Raises
        ------
        CohortError
            Where a table or column is missing without which nothing can be done.
        """
        with self.crossing().told():
            found = self._tables(cdm_schema)
            if vocabulary_schema is not None:
                other = self._tables(vocabulary_schema)
                found |= {table: held for table, held in other.items() if table.lower() in VOCABULARY}
            return recognise(self.name, found)

    def _tables(self, schema: str | None) -> dict[str, ir.Table]:
        names = self._names(schema)
        return {name: self.connection.table(name, database=schema) for name in names if name.lower() in SHAPES}

    def _names(self, schema: str | None) -> list[str]:
        if self.connection.name != "duckdb":
            return list(self.connection.list_tables(database=schema))
        # ibis 12.0 lists tables by a method that DuckDB 2.0 no longer has.
        asked = "SELECT table_name FROM information_schema.tables WHERE table_schema = coalesce(?, current_schema())"
        return [name for (name,) in self.connection.con.execute(asked, [schema]).fetchall()]

    def _run(self, rows: ir.Table) -> pd.DataFrame:
        # Without this, ibis would silently cut a result at its default limit.
        frame: pd.DataFrame = self.connection.to_pyarrow(rows, limit=None).to_pandas()
        return frame


@contextmanager
def opened(target: str | Path) -> Iterator[Opened]:
    """Open a database to be read, and close it.

    Parameters
    ----------
    target : str or Path
        `duckdb:///FILE`, `postgres://USER@HOST/NAME`, `pyspark://`, a DuckDB file, or a folder or ZIP of OMOP tables (CSV, Parquet).

    Raises
    ------
    CohortError
        Where it cannot be opened.
    """
    with _way(target) as found:
        yield found


def is_database(path: Path) -> bool:
    """Say whether a file is a DuckDB database, by its content."""
    try:
        with path.open("rb") as file:
            return file.read(DUCKDB_AT + len(DUCKDB_SIGN)).endswith(DUCKDB_SIGN)
    except OSError:
        return False


def is_omop_folder(path: Path) -> bool:
    """Say whether a folder holds at least the two tables that an extraction needs."""
    return path.is_dir() and {"person", "drug_exposure"} <= {_table_of(file) for file in path.iterdir()}


@contextmanager
def opened_frames(name: str, frames: Mapping[str, pd.DataFrame]) -> Iterator[Opened]:
    """Open tables that are in memory already, by the name of each, as a database."""
    with _memory() as native:
        for table, frame in frames.items():
            native.register(table.lower(), frame)
        yield Opened(name, _locked(native), DRIVER_ERRORS)


def _way(target: str | Path) -> AbstractContextManager[Opened]:
    if isinstance(target, str) and "://" in target:
        scheme = urlsplit(target).scheme
        if scheme not in OPENERS:
            name = shown_address(target)
            raise refusal(name, f"databases of the kind {shown(scheme)} are not read", f"Give one of {SCHEMES}.")
        return OPENERS[scheme](target)
    path = Path(target)
    if path.is_dir():
        return _folder(path)
    return _packed(path) if path.suffix.lower() == ".zip" and path.is_file() else _file(path)


def _duckdb(url: str) -> AbstractContextManager[Opened]:
    parts = urlsplit(url)
    return _file(Path(unquote(parts.netloc + parts.path)))


@contextmanager
def _file(path: Path) -> Iterator[Opened]:
    if not is_database(path):
        what = "the file is not a DuckDB database" if path.is_file() else "there is no such file"
        raise refusal(path.name, what, f"Give {SCHEMES}, or a folder or ZIP of OMOP tables.")
    try:
        native = duckdb.connect(str(path), read_only=True)
    except DRIVER_ERRORS as error:
        what = f"the database cannot be opened ({_first_line(error)})"
        raise refusal(path.name, what, "Copy it again, and close whatever writes to it.") from error
    with native:
        yield Opened(path.name, _locked(native), DRIVER_ERRORS)


def _packed(path: Path) -> AbstractContextManager[Opened]:
    return opened_frames(path.name, by_table(read_sheets(path, path.name)))


@contextmanager
def _folder(path: Path) -> Iterator[Opened]:
    files = _files(path)
    with _memory() as native:
        try:
            for table, file in files.items():
                native.execute(f"CREATE VIEW {table} AS SELECT * FROM {_reading(file)}")
        except DRIVER_ERRORS as error:
            raise refusal(file.name, f"the table cannot be read ({_first_line(error)})", "Export it again.") from error
        native.execute(f"SET allowed_directories = [{_quoted(str(path.resolve()))}]")
        yield Opened(path.name or str(path), _locked(native), DRIVER_ERRORS)


def _memory() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:")


def _locked(native: duckdb.DuckDBPyConnection) -> SQLBackend:
    """Hand a connection to ibis, and close it to all else for good."""
    connection = ibis.duckdb.from_connection(native)
    for setting in LOCKED:
        native.execute(setting)
    return connection


def _files(path: Path) -> dict[str, Path]:
    """Return the file, or the folder of Parquet parts, of each OMOP table in a folder."""
    found: dict[str, Path] = {}
    for file in sorted(path.iterdir()):
        table = _table_of(file)
        if table is not None and table in found:
            raise refusal(file.name, f"the folder holds {found[table].name} as well", "Keep one of the two.")
        if table is not None:
            found[table] = file
    return found


def _table_of(file: Path) -> str | None:
    stem = file.name.lower() if file.is_dir() else file.stem.lower()
    known = file.is_dir() or file.suffix.lower() in (".csv", ".parquet")
    return stem if known and stem in SHAPES else None


def _reading(file: Path) -> str:
    """Return what DuckDB selects from; every cell of a CSV file is text, and is read by the model's types."""
    if file.is_dir():
        return f"read_parquet({_quoted(str(file.resolve() / '*.parquet'))})"
    if file.suffix.lower() == ".parquet":
        return f"read_parquet({_quoted(str(file.resolve()))})"
    return f"read_csv({_quoted(str(file.resolve()))}, all_varchar = true, header = true)"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def _postgres(url: str) -> Iterator[Opened]:
    name = shown_address(url)
    try:
        import psycopg
    except ImportError as error:
        raise refusal(name, "the driver for PostgreSQL is missing", 'Install "evidence-explorer[postgres]".') from error
    try:
        native = psycopg.connect(
            url, autocommit=True, options="-c default_transaction_read_only=on", connect_timeout=30
        )
    except psycopg.Error as error:
        remedy = "See that address, user and password are right (PGPASSWORD or ~/.pgpass keep it out of the address)."
        said = without_secrets_of(url, _first_line(error))
        # Not raised from the error: its text may hold what the address holds.
        raise refusal(name, f"the database cannot be opened ({said})", remedy) from None
    with native:
        yield Opened(name, ibis.postgres.from_connection(native), (psycopg.Error,))


@contextmanager
def _spark(url: str) -> Iterator[Opened]:
    name = shown_address(url)
    try:
        from pyspark.errors import PySparkException
    except ImportError as error:
        raise refusal(name, "pyspark is missing", "Install pyspark in the version of your cluster.") from error
    connection = ibis.connect(url)
    try:
        yield Opened(name, connection, (PySparkException,))
    finally:
        connection.disconnect()


def _first_line(error: Exception) -> str:
    return (without_passwords(str(error)).strip().splitlines() or [type(error).__name__])[0][:300]


OPENERS: Mapping[str, Callable[[str], AbstractContextManager[Opened]]] = {
    "duckdb": _duckdb,
    "postgres": _postgres,
    "postgresql": _postgres,
    "pyspark": _spark,
}
