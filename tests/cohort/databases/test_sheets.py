"""OMOP tables brought as files are recognised, asked about, and taken out like a database."""

import io
import zipfile

import pytest

from explorer.cohort.databases.reading import read_database, read_frames
from explorer.cohort.readers.sheets import read_sheets
from explorer.cohort.ready import omop, recognised
from tests.cohort.databases.test_omop import PERSONS, SCORED, TOOK
from tests.cohort.databases.worlds import csv_folder, duckdb_file, extract, world
from tests.command import run


@pytest.fixture
def drawn():
    return world(person=PERSONS, drug_exposure=TOOK, measurement=SCORED)


def zipped(tmp_path, drawn):
    folder, held = csv_folder(tmp_path / "omop", drawn), io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"omop/{file.name}")
    return read_sheets(held.getvalue(), "omop.zip")


def database(tmp_path, drawn):
    return read_sheets(duckdb_file(tmp_path / "cdm.duckdb", drawn), "cdm.duckdb")


@pytest.mark.parametrize("brought", [zipped, database])
def test_omop_tables_are_recognised_and_taken_out_by_an_extract(brought, drawn, tmp_path):
    sheets = brought(tmp_path, drawn)
    found = recognised(sheets)
    assert (found.name, "drug_concept_id" in found.why) == ("OMOP CDM", True)
    assert ["which drug and which scores" in ask.what for ask in found.guess.unclear] == [True]
    wanted = extract(source="drawn")
    assert omop.cohort(sheets, wanted).cohort.fingerprint == read_frames("x", drawn, wanted).cohort.fingerprint
    assert "# EASI = [30]" in omop.suggestion(sheets, "tralo").text()


def test_other_tables_are_not_omop(tmp_path):
    path = tmp_path / "person.csv"
    path.write_text("person_id,year_of_birth\n1,1980\n")
    assert omop.ready(read_sheets(path, path.name)) is None


def test_check_asks_for_an_extract(drawn, tmp_path):
    folder = csv_folder(tmp_path / "omop", drawn)
    told = run("check", str(folder))
    assert told.code == 2
    assert "--save-extract" in told.err


def test_a_zip_of_tables_is_a_database_too(drawn, tmp_path):
    folder, packed = csv_folder(tmp_path / "omop", drawn), tmp_path / "omop.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    wanted = extract(source="drawn")
    assert read_database(packed, wanted).cohort.fingerprint == read_database(folder, wanted).cohort.fingerprint
