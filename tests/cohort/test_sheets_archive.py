"""Archives: several tables in one file, the five-table folder packed, and archives made to do harm."""

import struct
import zipfile
from io import BytesIO

import pandas as pd
import pytest

from explorer.cohort.readers import archive, read
from explorer.cohort.readers import sheets as sheets_module
from explorer.cohort.readers.archive import read_packed_folder
from explorer.cohort.readers.sheets import read_sheets
from explorer.cohort.writer import write_folder
from explorer.errors import CohortError
from tests.cohort.test_folder import drawn
from tests.cohort.workbooks import ods, ods_row, packed, parts, xlsx

TABLE = "id,score\nP1,7\n"


def refused(content, name="data.zip"):
    with pytest.raises(CohortError) as error:
        read_sheets(content, name)
    (problem,) = error.value.problems
    assert problem.file.startswith(name)
    assert problem.remedy
    return problem.what


def test_every_table_of_an_archive_is_read_under_its_name():
    parquet = BytesIO()
    pd.DataFrame({"id": ["P1"], "dose": [300.0]}).to_parquet(parquet)
    read_in = read_sheets(
        packed(
            {
                "out/scores.csv": TABLE,
                "visits.xlsx": xlsx(Start=[["id"], ["P1"]], End=[["id"], ["P2"]]),
                "visits.ods": ods(ods_row("id") + ods_row("P3")),
                "doses.parquet": parquet.getvalue(),
                "README.md": "words",
                "__MACOSX/._scores.csv": b"\0\1",
            }
        ),
        "data.zip",
    )
    names = ["out/scores.csv", "visits.xlsx / Start", "visits.xlsx / End", "visits.ods", "doses.parquet"]
    assert list(read_in.frames) == names
    assert read_in.frames["visits.xlsx / End"]["id"].tolist() == ["P2"]
    assert read_in.frames["doses.parquet"].loc[2, "dose"] == 300
    assert read_in.notes == ("'README.md' is no table and was left out.",)


def test_a_problem_within_an_archive_names_the_file_within():
    with pytest.raises(CohortError, match=r"data\.zip: b\.csv, row 2: the row has 3 cells"):
        read_sheets(packed({"a.csv": TABLE, "b.csv": "id,score\nP1,7,9\n"}), "data.zip")


@pytest.mark.parametrize("place", ["../scores.csv", "/etc/scores.csv", "a/../../b.csv", "C:\\scores.csv", "..\\b.csv"])
def test_places_outside_an_archive_are_refused(place):
    assert "names a place outside itself" in refused(packed({place: TABLE}))


def test_a_bomb_is_refused_by_how_much_it_grows():
    assert "grows more than 200 times" in refused(packed({"a.csv": b"0" * (8 * 2**20)}))


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(archive, "SMALL", 2**30)
    many = packed({f"{at}.csv": bytes(50 * 2**20) for at in range(9)})
    assert refused(many) == "it unpacks to 450 MB, and at most 400 MB are read"


def test_an_entry_that_lies_about_its_size_is_refused():
    content = bytearray(packed({"a.csv": TABLE * 1000}))
    size = struct.pack("<I", len(TABLE) * 1000)
    while (at := content.find(size)) >= 0:
        content[at : at + 4] = struct.pack("<I", 20)
    assert "damaged" in refused(bytes(content))


def test_workbooks_within_an_archive_share_its_room(monkeypatch):
    book = xlsx(["id"], ["P1"])
    size = sum(map(len, parts(book).values()))
    monkeypatch.setattr(sheets_module, "UNZIPPED", 2 * size)
    assert read_sheets(packed({"a.xlsx": book}), "data.zip").frames
    assert "it unpacks to" in refused(packed({"a.xlsx": book, "b.xlsx": book, "c.xlsx": book}))


def test_archives_within_archives_are_refused():
    inner = packed({"a.csv": TABLE})
    assert refused(packed({"b.zip": inner})) == "the archive holds no table"
    assert refused(packed({"b.csv": inner})) == "an archive lies within the archive"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_locked_repeated_and_too_many_entries_are_refused():
    locked = bytearray(packed({"a.csv": TABLE}))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert "locked with a password" in refused(bytes(locked))
    twice = BytesIO()
    with zipfile.ZipFile(twice, "w") as file:
        file.writestr("a.csv", TABLE)
        file.writestr("a.csv", TABLE)
    assert refused(twice.getvalue()) == "it holds 'a.csv' twice"
    assert "101 files" in refused(packed({f"{at}.csv": TABLE for at in range(101)}))


def test_damage_is_refused():
    content = packed({"a.csv": TABLE * 100})
    assert "damaged" in refused(content[:-30])
    flipped = bytearray(content)
    flipped[45] ^= 0xFF
    assert "damaged" in refused(bytes(flipped))


def test_the_five_table_folder_is_read_from_an_archive(tmp_path):
    write_folder(drawn(), tmp_path / "cohort")
    files = {f"my cohort/{path.name}": path.read_bytes() for path in (tmp_path / "cohort").iterdir()}
    content = packed(files)
    assert read_packed_folder(content, "cohort.zip").fingerprint == read(tmp_path / "cohort").fingerprint
    (tmp_path / "cohort.zip").write_bytes(content)
    assert read(tmp_path / "cohort.zip").fingerprint == read(tmp_path / "cohort").fingerprint


def test_a_packed_folder_without_its_description_is_refused():
    with pytest.raises(CohortError, match=r"cohort\.zip: the archive holds 0 files named cohort\.toml"):
        read_packed_folder(packed({"patients.csv": "patient_id\nP1\n"}), "cohort.zip")
