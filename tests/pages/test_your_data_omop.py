"""Your data with OMOP tables: recognised, chosen from, taken out and put in force."""

import io
import zipfile

import pytest

from explorer.ui.your_data import USE
from explorer.ui.your_data_omop import DATABASE, FILES, OPERATORS
from tests.cohort.databases.test_omop import PERSONS, SCORED, TOOK
from tests.cohort.databases.worlds import csv_folder, duckdb_file, world
from tests.pages.app import open_page, words
from tests.pages.test_your_data import bring, press, sound


@pytest.fixture
def brought(tmp_path):
    folder = csv_folder(tmp_path / "omop", world(person=PERSONS, drug_exposure=TOOK, measurement=SCORED))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    return bring(open_page("your_data"), ("omop.zip", held.getvalue()))


def test_omop_tables_are_recognised_and_nothing_is_decided(brought):
    assert "This looks like OMOP CDM" in words(brought).replace("\\", "")
    assert "which drug, and which scores" in words(brought)
    assert 'index_drug = "?"' in brought.text_area(key=f"{FILES}-extract").value
    refused = press(brought, f"{FILES}-take")
    assert "scores" in "".join(error.value for error in refused.error)
    assert "What becomes of it" not in [header.value for header in refused.subheader]


def chosen_of(page, key):
    """Name the drug, choose EASI and give a title."""
    page.text_input(key=f"{key}-drug").set_value("tralo").run()
    sound(page).multiselect(key=f"{key}-scores").set_value([30]).run()
    sound(page).text_input(key=f"{key}-title").set_value("Taken out").run()
    return sound(page)


def test_a_cohort_is_taken_out_and_used(brought):
    page = chosen_of(brought, FILES)
    text = page.text_area(key=f"{FILES}-extract").value
    assert "tralokinumab 150 MG/ML" in text
    assert "\nEASI = [30]" in text
    taken = press(page, f"{FILES}-take")
    assert "What becomes of it" in [header.value for header in taken.subheader]
    assert "2 of 2 concepts were met" in words(taken)
    again = press(taken, f"{FILES}-again")
    assert again.text_area(key=f"{FILES}-extract").value == text
    assert "Taken out" in words(press(press(again, f"{FILES}-take"), USE))


def test_what_is_edited_by_hand_is_followed(brought):
    page = chosen_of(brought, FILES)
    text = page.text_area(key=f"{FILES}-extract").value
    page.text_area(key=f"{FILES}-extract").set_value(text + "[stop_reasons]\nx = 'tired'\n").run()
    refused = press(page, f"{FILES}-take")
    assert "stop_reasons.x" in "".join(error.value for error in refused.error).replace("\\", "")


def test_a_drug_that_nobody_took_is_said_beside_its_name(brought):
    brought.text_input(key=f"{FILES}-drug").set_value("aspirin").run()
    told = sound(brought)
    assert "nobody took a drug whose name holds 'aspirin'" in "".join(e.value for e in told.error).replace("\\", "")


def test_a_database_is_offered_only_where_the_operator_names_one():
    assert "From a database" not in [part.label for part in open_page("your_data").expander]


def test_a_cohort_is_taken_out_of_the_operators_database(tmp_path, monkeypatch):
    file = duckdb_file(tmp_path / "cdm.duckdb", world(person=PERSONS, drug_exposure=TOOK, measurement=SCORED))
    monkeypatch.setenv(OPERATORS, f"duckdb://{file}")
    page = open_page("your_data")
    assert "From a database" in [part.label for part in page.expander]
    assert not [area for area in page.text_area if area.key == f"{DATABASE}-extract"]
    taken = press(chosen_of(page, DATABASE), f"{DATABASE}-take")
    assert "What becomes of it" in [header.value for header in taken.subheader]
    assert "Taken out" in words(press(taken, USE))
