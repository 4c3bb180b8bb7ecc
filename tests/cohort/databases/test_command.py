"""`explorer convert` on databases: an extract is suggested, edited and followed; nothing is guessed."""

import re
import runpy
import tomllib

import duckdb
import pytest

from explorer.cohort.databases.extract import Extract, load
from explorer.cohort.databases.opening import opened
from explorer.cohort.databases.reading import read_database
from explorer.cohort.databases.suggestion import suggest
from explorer.cohort.readers import read
from explorer.errors import CohortError
from tests.cohort.databases.test_extract import DOCUMENTATION
from tests.cohort.databases.test_omop import PERSONS, SCORED, TOOK
from tests.cohort.databases.worlds import csv_folder, duckdb_file, extract, world
from tests.command import run


@pytest.fixture
def file(tmp_path):
    drawn = world(person=PERSONS, drug_exposure=TOOK + "|9,20,2022-01-01", measurement=SCORED + "|9,60,2022-01-01,,80")
    return duckdb_file(tmp_path / "cdm.duckdb", drawn)


@pytest.fixture
def folder(tmp_path):
    return csv_folder(tmp_path / "omop", world(person=PERSONS, drug_exposure=TOOK, measurement=SCORED))


def saved(tmp_path, text):
    path = tmp_path / "x.toml"
    path.write_text(text)
    return str(path)


SMALL = 'title = "t"\nindex_drug = "tralokinumab"\n[scores]\nEASI = [30]\n'


def test_a_database_is_converted_by_an_extract(file, tmp_path):
    out = tmp_path / "out"
    told = run("convert", f"duckdb://{file}", str(out), "--extract", saved(tmp_path, SMALL))
    assert (told.code, "Wrote 2 patients" in told.out) == (0, True)
    assert "tralokinumab: 2 of 2 concepts were met (people): 10 'tralokinumab' (1), 11" in told.out
    assert re.search(r"\d+ queries; \d+ rows left the database", told.out)
    assert sorted(read(out).scores("EASI").score.tolist()) == [5, 20, 30]


def test_the_documented_python_works(file, tmp_path, monkeypatch):
    documented = re.search(r"```python\n(.+?)```", DOCUMENTATION, re.DOTALL)[1]
    saved(tmp_path, SMALL)
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "script.py"
    script.write_text(documented.replace("duckdb:///data/cdm.duckdb", f"duckdb://{file}"))
    assert runpy.run_path(str(script))["found"].cohort.n_patients == 2


def test_without_an_extract_nothing_is_guessed(file, folder, tmp_path):
    for place in (f"duckdb://{file}", str(folder)):
        told = run("convert", place, str(tmp_path / "out"))
        assert (told.code, told.out) == (2, "")
        assert "an extract has to say which drug and which scores to take" in told.err
    assert not (tmp_path / "out").exists()


def test_a_saved_extract_lists_what_is_there_and_decides_nothing(file, tmp_path):
    path = tmp_path / "x.toml"
    told = run("convert", str(file), "--save-extract", str(path))
    assert (told.code, "decides nothing" in told.out) == (0, True)
    text = path.read_text()
    assert "#   20 Dupilumab: 1 people" in text
    assert "# EASI = [30]   # Eczema Area and Severity Index: 2 people, 3 values, 5 to 30" in text
    assert tomllib.loads(text)["index_drug"] == "?"
    with pytest.raises(CohortError, match="stands for what only you can say"):
        load(path)
    again = run("convert", str(file), "--save-extract", str(path))
    assert (again.code, "cannot be written" in again.err) == (2, True)


def test_a_saved_extract_of_one_drug_can_be_used_once_a_score_is_chosen(file, tmp_path):
    path = tmp_path / "x.toml"
    assert run("convert", str(file), "--save-extract", str(path), "--index-drug", "Tralo").code == 0
    text = path.read_text()
    assert "BODY_WEIGHT" not in text  # measured of person 9 alone, who did not take it
    chosen = text.replace("# EASI =", "EASI =").replace('title = "?"', 'title = "t"')
    path.write_text(chosen)
    assert read_database(file, load(path)).cohort.n_patients == 2
    nobody = run("convert", str(file), "--save-extract", str(tmp_path / "y.toml"), "--index-drug", "aspirin")
    assert (nobody.code, "nobody took a drug whose name holds 'aspirin'" in nobody.err) == (2, True)


def test_a_chosen_score_that_is_unknown_comes_with_a_description_to_fill_in(file):
    with opened(file) as database:
        found = suggest(database)
    assert found.offered[60] == "Body weight: 1 people, 1 values, 80 to 80"
    content = tomllib.loads(found.text("Mine", [30, 60]))
    assert (content["title"], content["scores"]) == ("Mine", {"EASI": [30], "BODY_WEIGHT": [60]})
    with pytest.raises(CohortError) as error:
        Extract.from_dict(content | {"index_drug": "tralokinumab"})
    for field in ("range_min", "range_max"):
        assert f"instruments.0.{field}" in str(error.value)


@pytest.mark.parametrize("kept", [8, 20, 4096, 200_000])
def test_a_damaged_database_is_refused_in_a_sentence(file, tmp_path, kept):
    damaged = tmp_path / "damaged.duckdb"
    damaged.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(CohortError, match=r"damaged\.duckdb: the (file is not a DuckDB database|database )"):
        read_database(damaged, extract())


def test_overwritten_pages_are_refused_in_a_sentence(file):
    content = bytearray(file.read_bytes())
    content[12_288:] = bytes(len(content) - 12_288)
    file.write_bytes(content)
    with pytest.raises(CohortError, match=r"cdm\.duckdb: the database"):
        read_database(file, extract())


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("nowhere.duckdb", "there is no such file"),
        ("duckdb:///nowhere.duckdb", "there is no such file"),
        ("mysql://me:pa55@host/cdm", "databases of the kind 'mysql' are not read"),
    ],
)
def test_a_target_that_is_no_database_is_refused(target, said):
    with pytest.raises(CohortError, match=said) as error:
        read_database(target, extract())
    assert "pa55" not in str(error.value)


def test_a_table_that_cannot_be_read_is_named(folder):
    (folder / "PERSON.csv").write_text("person_id,gender_concept_id,year_of_birth\n7,8532,about 1980\n")
    with pytest.raises(CohortError, match="about 1980"):
        read_database(folder, extract())
    (folder / "person.parquet").write_bytes(b"PAR1")
    with pytest.raises(CohortError, match=r"the folder holds PERSON\.csv as well"):
        read_database(folder, extract())


def test_a_database_file_reads_nothing_but_itself(file, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("person_id\n1\n")
    with duckdb.connect(str(file)) as native:
        native.execute(f"CREATE VIEW observation_period AS SELECT * FROM read_csv('{secret}')")
    with pytest.raises(CohortError, match="disabled by configuration"):
        read_database(file, extract())


@pytest.mark.parametrize(
    "statement",
    [
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "INSTALL httpfs",
        "CREATE TABLE mark (n INTEGER)",
        "COPY person TO 'stolen.csv'",
    ],
)
def test_an_opened_database_stays_locked(file, statement):
    with opened(file) as database, pytest.raises(duckdb.Error):
        database.connection.con.execute(statement)
