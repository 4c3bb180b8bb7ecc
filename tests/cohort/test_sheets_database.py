"""A DuckDB database as sheets: its tables, read by a process of its own; nothing else of it."""

import duckdb
import pytest

from explorer.cohort.mapping.apply import apply
from explorer.cohort.mapping.model import Mapping
from explorer.cohort.readers.sheets import read_sheets
from explorer.errors import CohortError


@pytest.fixture
def database(tmp_path):
    def write(*statements):
        path = tmp_path / "a.duckdb"
        with duckdb.connect(str(path)) as native:
            for statement in statements:
                native.execute(statement)
        return path

    return write


def test_every_table_is_a_sheet_with_plain_cells(database):
    path = database(
        "CREATE TABLE visits AS SELECT 'P1' AS id, DATE '2022-03-01' AS seen, 12.5::DECIMAL(4,1) AS score, true AS better, "
        "[1, 2] AS parts, NULL::BIGINT AS nothing UNION ALL SELECT 'P2', NULL, NULL, NULL, NULL, 7",
        "CREATE SCHEMA other",
        "CREATE TABLE other.drugs (name VARCHAR)",
    )
    sheets = read_sheets(path.read_bytes(), "a.duckdb")
    assert sheets.kind == "DuckDB database"
    assert list(sheets.frames) == ["visits", "other.drugs"]
    visits = sheets.frames["visits"]
    assert visits.index.tolist() == [2, 3]
    assert visits.loc[2, ["id", "score", "better", "parts"]].tolist() == ["P1", 12.5, True, "[1, 2]"]
    assert visits.loc[2, "seen"].isoformat() == "2022-03-01T00:00:00"
    assert visits.loc[3, ["seen", "score", "better", "parts"]].isna().all()
    assert visits.loc[3, "nothing"] == 7


def test_a_mapping_makes_a_cohort_of_the_tables(database):
    path = database(
        "CREATE TABLE clinic AS SELECT * FROM (VALUES ('a', DATE '2022-01-05', 22.5), ('b', DATE '2022-02-07', 30.0)) "
        "held(id, began, easi)"
    )
    columns = {
        "id": {"role": "patient_id"},
        "began": {"role": "index_date"},
        "easi": {"role": "score", "instrument": "EASI", "day": 0},
    }
    about = {"title": "t", "index_drug": "x"}
    mapping = Mapping.from_dict({"about": about, "sheets": {"clinic": {"columns": columns}}})
    cohort = apply(mapping, read_sheets(path, path.name)).cohort
    assert cohort.scores("EASI").score.tolist() == [22.5, 30.0]


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (["CREATE VIEW v AS SELECT 1 AS one"], "the database holds no table"),
        (["CREATE TABLE t AS SELECT range AS i FROM range(1000001)"], "the table 't' has 1,000,001 rows"),
        ([f"CREATE TABLE t{number} (i INTEGER)" for number in range(51)], "holds 51 tables, and at most 50 are read"),
    ],
)
def test_what_is_too_large_or_empty_is_refused(database, statements, said):
    with pytest.raises(CohortError, match=said):
        read_sheets(database(*statements), "a.duckdb")


@pytest.mark.parametrize("kept", [12, 20, 4096, 13_000])
def test_a_damaged_database_is_refused_in_a_sentence(database, kept):
    content = database("CREATE TABLE t AS SELECT range AS i FROM range(1000)").read_bytes()[:kept]
    with pytest.raises(CohortError, match="the DuckDB database is cut short, damaged, locked or of an unknown version"):
        read_sheets(content, "a.duckdb")
