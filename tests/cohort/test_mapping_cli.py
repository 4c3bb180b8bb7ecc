"""`explorer check` and `convert` on data files: guess, ask, save, correct, replay."""

import json
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from explorer.bundled import BUNDLED
from explorer.cohort.mapping.apply import apply
from explorer.cohort.mapping.guess import guess
from explorer.cohort.mapping.model import ROLES, Column, Mapping, Sheet
from explorer.cohort.readers import read
from explorer.cohort.readers.sheets import read_sheets
from tests.command import run

DOCUMENTATION = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text("utf-8")
CLEAR = "id;start date;drug;EASI day 0;EASI week 16\n1;2022-01-05;x;22,5;3,1\n2;2022-02-07;x;30,0;n.d.\n"
UNCLEAR = "id,EASI day 0,EASI week 16\n1,22.5,3.1\n2,30,4\n"


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "clinic.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_file_without_a_question_is_checked_and_converted_by_the_guess(file, tmp_path):
    path = file(CLEAR)
    checked = run("check", str(path))
    assert (checked.code, "2 patients" in checked.out, "EASI" in checked.out) == (0, True, True)
    converted = run("convert", str(path), str(tmp_path / "out"))
    assert converted.code == 0
    assert "column 'EASI week 16': empty, so that there is no score: 1 (row 3)" in converted.out
    cohort = read(tmp_path / "out")
    assert cohort.scores("EASI").score.tolist() == [22.5, 3.1, 30.0]
    assert cohort.scores("EASI").day.tolist() == [0, 112, 0]


def test_what_is_unclear_is_listed_and_nothing_is_written(file, tmp_path):
    refused = run("convert", str(file(UNCLEAR)), str(tmp_path / "out"))
    assert (refused.code, refused.out) == (2, "")
    for words in ("index drug", "index date", "--save-mapping"):
        assert words in refused.err
    assert not (tmp_path / "out").exists()


def test_the_order_of_day_and_month_is_among_what_is_unclear(file, tmp_path):
    path = file("ID,Index date,EASI base\n1,02/03/2022,9\n2,03/04/2022,8\n")
    told = run("convert", str(path), "--save-mapping", str(tmp_path / "m.json"))
    assert "Unclear: column 'Index date': day and month could be mixed up" in told.out


def test_the_guess_is_saved_corrected_and_replayed(file, tmp_path):
    path, saved = file(UNCLEAR), tmp_path / "m.json"
    told = run("convert", str(path), "--save-mapping", str(saved))
    assert (told.code, "Unclear: the index drug" in told.out) == (0, True)
    content = json.loads(saved.read_text())
    content["about"] |= {"index_drug": "x", "index_date": "2022-01-01"}
    saved.write_text(json.dumps(content))
    assert run("convert", str(path), str(tmp_path / "out"), "--mapping", str(saved)).code == 0
    assert read(tmp_path / "out").metadata.index_drug == "x"
    assert run("check", str(path), "--mapping", str(saved)).code == 0


def test_an_uncorrected_guess_is_not_replayed_with_a_drug_that_nobody_named(file, tmp_path):
    path, saved = file(UNCLEAR), tmp_path / "m.json"
    run("convert", str(path), "--save-mapping", str(saved))
    refused = run("convert", str(path), str(tmp_path / "out"), "--mapping", str(saved))
    assert refused.code == 2
    assert "the index drug is not said" in refused.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--save-mapping", "{there}"], "cannot be written"),
        (["{out}", "--mapping", "{nowhere}"], "nowhere.json"),
        ([], "nothing to write"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(file, tmp_path, arguments, told):
    (tmp_path / "there.json").write_text("{}")
    places = {"there": tmp_path / "there.json", "out": tmp_path / "out", "nowhere": tmp_path / "nowhere.json"}
    refused = run("convert", str(file(CLEAR)), *(argument.format(**places) for argument in arguments))
    assert refused.code == 2
    assert told in refused.err
    assert "Traceback" not in refused.err
    assert (tmp_path / "there.json").read_text() == "{}"


def test_a_cohort_folder_needs_no_mapping(tmp_path):
    refused = run("check", str(BUNDLED), "--mapping", str(tmp_path / "m.json"))
    assert (refused.code, "needs no mapping" in refused.err) == (2, True)


def test_the_five_tables_in_a_zip_are_the_cohort_they_were(tmp_path):
    packed = tmp_path / "five.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for table in sorted(BUNDLED.glob("*.csv")):
            archive.write(table, table.name)
    sheets, bundled = read_sheets(packed, "five.zip"), read(BUNDLED)
    found = guess(sheets)
    assert [ask.what for ask in found.unclear] == ["the index drug is not known"]
    about = found.mapping.about.replace(index_drug=bundled.metadata.index_drug)
    cohort = apply(found.mapping.replace(about=about), sheets).cohort
    for table in ("patients", "treatments", "assessments", "reports", "adverse_events"):
        pd.testing.assert_frame_equal(getattr(cohort, table), getattr(bundled, table))


def test_the_example_of_the_documentation_works(tmp_path):
    (tmp_path / "clinic.csv").write_text(block("csv"), encoding="utf-8")
    (tmp_path / "clinic.json").write_text(block("json"), encoding="utf-8")
    ran = run(
        "convert", str(tmp_path / "clinic.csv"), str(tmp_path / "out"), "--mapping", str(tmp_path / "clinic.json")
    )
    assert ran.code == 0, ran.err
    cohort = read(tmp_path / "out")
    assert cohort.scores("EASI").score.tolist() == [22.5, 3.1, 31.0]
    assert cohort.scores("EASI").day.tolist() == [0, 113, 0]  # 5 January to 28 April 2022 is 113 days.
    assert cohort.scores("PPNRS").score.tolist() == [2]
    assert cohort.reports["answer"].tolist() == [True, False]
    assert cohort.patients["age"].tolist() == [41, 50]


def block(language):
    return re.search(rf"```{language}\n(.+?)```", DOCUMENTATION, re.DOTALL)[1]


def test_every_role_and_field_is_documented():
    named = set(re.findall(r"`(\w+)`", DOCUMENTATION))
    assert {*ROLES, *Mapping.model_fields, *Sheet.model_fields, *Column.model_fields} - {"role", "schema_"} <= named
