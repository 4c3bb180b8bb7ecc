"""What is brought is understood: a folder in a ZIP or as its files, one sheet, several files as one."""

import io
import zipfile

import pandas as pd
import pytest

from explorer.bundled import BUNDLED, bundled_cohort
from explorer.cohort.intake import take_in
from explorer.cohort.mapping.quality import quality
from explorer.errors import CohortError

FOLDER = {path.name: path.read_bytes() for path in sorted(BUNDLED.iterdir())}
PEOPLE = b"patient_id,index_date,drug\n1,2022-01-05,x\n2,2022-01-19,x\n"
SCORES = b"patient_id,day,instrument,score\n1,0,EASI,20\n1,112,EASI,5\n2,0,EASI,30\n"


def packed(files):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


@pytest.mark.parametrize(
    "files", [FOLDER, {"mine.zip": packed(FOLDER)}, {"mine.zip": packed({f"a/{k}": v for k, v in FOLDER.items()})}]
)
def test_the_five_tables_are_the_cohort_they_were(files):
    brought = take_in(files)
    assert brought.cohort.fingerprint == bundled_cohort().fingerprint
    assert brought.guess is None


def test_findings_in_the_five_tables_point_to_their_files():
    courses = pd.read_csv(io.BytesIO(FOLDER["treatments.csv"]))
    at = int(((courses["drug"] == "tralokinumab") & courses["end_day"].isna()).to_numpy().argmax())
    courses.loc[at, "start_day"] = -3
    brought = take_in(FOLDER | {"treatments.csv": courses.to_csv(index=False).encode()})
    (finding,) = (one for one in quality(brought.cohort, brought.sheets, brought.mapping) if "start before" in one.what)
    assert finding.cells == (("treatments.csv", at + 2, "start_day"),)


def test_several_files_are_the_sheets_of_one_cohort():
    brought = take_in({"people.csv": PEOPLE, "scores.csv": SCORES})
    assert list(brought.sheets.frames) == ["people.csv", "scores.csv"]
    assert brought.sheets.file == "people.csv and 1 more"
    assert brought.guess.unclear == ()
    assert brought.mapping.sheets["scores.csv"].columns["score"].role == "score"


def test_a_zip_of_sheets_is_no_folder():
    brought = take_in({"both.zip": packed({"people.csv": PEOPLE, "scores.csv": SCORES})})
    assert brought.cohort is None
    assert list(brought.sheets.frames) == ["people.csv", "scores.csv"]


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"a.csv": PEOPLE, "b.csv": b""}, "b.csv: the file is empty"),
        ({"a.zip": b"PK\x03\x04 no more"}, "damaged"),
        ({"a.zip": packed({"cohort.toml": b"title = 3"})}, "cohort.toml"),
    ],
)
def test_what_cannot_be_read_is_said(files, says):
    with pytest.raises(CohortError, match=says):
        take_in(files)
