"""The folder form: its files, their encodings, and the way back."""

import codecs

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.bundled import bundled_cohort
from explorer.cohort.instruments import Band, Instrument
from explorer.cohort.readers import read
from explorer.cohort.tables import Metadata, build
from explorer.cohort.writer import folder_files, write_folder
from explorer.errors import CohortError
from explorer.export.bundle_zip import zipped
from tests.tables import cohort, metadata

TOML = 'title = "Drawn"\nsynthetic = true\nindex_drug = "tralokinumab"\n'
PATIENTS = "patient_id,index_date,site\nP1,2022-06-01,Zürich\nP2,2022-07-01,Genève\n"
ASSESSMENTS = "patient_id,day,instrument,score\nP1,0,BSA,30\nP1,90,BSA,10\n"
OWN = "code,name,range_min,range_max,direction,step,mcid\nITCH7,Weekly itch,0,70,lower is better,1,\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "cohort.toml").write_text(TOML)
    (tmp_path / "patients.csv").write_text(PATIENTS, encoding="utf-8")
    (tmp_path / "assessments.csv").write_text(ASSESSMENTS)
    return tmp_path


def refusal(path):
    with pytest.raises(CohortError) as caught:
        read(path)
    return str(caught.value).splitlines()


class TestMetadata:
    def test_what_is_not_said_is_empty(self, folder):
        assert read(folder).metadata == Metadata("Drawn", True, "", "", "tralokinumab", None, "")

    def test_all_of_it_is_read(self, folder):
        more = 'prior_drug = "dupilumab"\nsource = "a registry"\nlicence = "CC0"\nnotes = "Two sites."\n'
        (folder / "cohort.toml").write_text(TOML.replace("true", "false") + more)
        assert read(folder).metadata == Metadata(
            "Drawn", False, "a registry", "CC0", "tralokinumab", "dupilumab", "Two sites."
        )

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("", "cohort.toml: the file is empty. Export it again"),
            ("title = Drawn", "cohort.toml: the file is not TOML: Invalid value (at line 1, column 9)"),
            ('title = "a"\nindex_drug = "b"', "cohort.toml: 'synthetic' is missing. Add synthetic = true or false."),
            (TOML.replace("true", '"true"'), "cohort.toml: 'synthetic' is 'true'. Write synthetic = true or"),
            (TOML.replace('"Drawn"', "3"), "cohort.toml: 'title' is '3'. Write title as text in quotation marks."),
            (TOML.replace('"Drawn"', '" "'), "cohort.toml: 'title' is ' '. Write title as text in quotation marks."),
        ],
    )
    def test_what_is_wrong_is_told(self, folder, content, message):
        (folder / "cohort.toml").write_text(content)
        assert refusal(folder)[0].startswith(message)

    def test_a_missing_file_is_told(self, folder):
        (folder / "cohort.toml").unlink()
        assert refusal(folder) == [
            "cohort.toml: the file is missing. Add it, with title, synthetic = true or false, and index_drug."
        ]

    def test_an_unknown_entry_is_warned_of(self, folder):
        (folder / "cohort.toml").write_text(TOML + "sponsor = 1\n")
        assert read(folder).warnings == ("cohort.toml: the entry 'sponsor' is not known and was left out.",)


class TestEncodings:
    @pytest.mark.parametrize(
        "content",
        [
            PATIENTS.encode(),
            PATIENTS.encode("utf-8-sig"),
            PATIENTS.encode("utf-16"),
            codecs.BOM_UTF16_BE + PATIENTS.encode("utf-16-be"),
            PATIENTS.replace("\n", "\r\n").encode(),
            PATIENTS.replace("\n", "\r").encode(),
            PATIENTS.replace(",", ";").encode(),
            PATIENTS.replace(",", "\t").encode("utf-16"),
            PATIENTS.replace(",", " , ").encode(),
            ('"' + PATIENTS.strip().replace(",", '","').replace("\n", '"\n"') + '"').encode(),
        ],
    )
    def test_of_spreadsheet_programs_are_read_alike(self, folder, content):
        (folder / "patients.csv").write_bytes(content)
        found = read(folder)
        assert list(found.patients["site"]) == ["Zürich", "Genève"]
        assert found.warnings == ()

    def test_windows_1252_is_read_with_a_warning(self, folder):
        (folder / "patients.csv").write_bytes(PATIENTS.encode("cp1252"))
        found = read(folder)
        assert list(found.patients["site"]) == ["Zürich", "Genève"]
        assert found.warnings == (
            "patients.csv: the file is not in UTF-8 and was read as Windows-1252; check letters with accents.",
        )

    @pytest.mark.parametrize("content", [b"PK\x03\x04\x00\x00", PATIENTS.encode("utf-16")[:-1], b"\xff\xfe\x00\x00a"])
    def test_what_is_not_text_is_refused(self, folder, content):
        (folder / "patients.csv").write_bytes(content)
        assert refusal(folder) == [
            "patients.csv: the file is not text: it may be a workbook or damaged. Save it again as 'CSV UTF-8'."
        ]

    @pytest.mark.parametrize("content", [b"", b"\n\n  \n"])
    def test_an_empty_file_is_refused(self, folder, content):
        (folder / "patients.csv").write_bytes(content)
        assert refusal(folder) == [
            "patients.csv: the file is empty. Export it again, or delete it where the table is not required."
        ]

    def test_a_blank_first_row_is_refused(self, folder):
        (folder / "patients.csv").write_text("\n" + PATIENTS)
        assert refusal(folder) == ["patients.csv, row 1: the first row is blank. Let the first row name the columns."]


class TestParquet:
    @pytest.fixture
    def frame(self):
        return pd.DataFrame({"patient_id": ["P1", "P2"], "index_date": pd.to_datetime(["2022-06-01"] * 2)})

    def save(self, frame, folder):
        (folder / "patients.csv").unlink(missing_ok=True)
        frame.to_parquet(folder / "patients.parquet")
        return folder

    def test_is_read(self, frame, folder):
        found = read(self.save(frame.assign(age=[30, None], arm=pd.Categorical(["a", "b"])), folder))
        assert next(iter(found.patients["age"])) == 30
        assert found.covariates == ("arm",)

    def test_of_zero_bytes_is_refused(self, frame, folder):
        (self.save(frame, folder) / "patients.parquet").write_bytes(b"")
        assert refusal(folder) == ["patients.parquet: the file is empty (0 bytes). Export or copy it again."]

    @pytest.mark.parametrize("keep", [4, 100, -8, -1])
    def test_cut_short_is_refused(self, frame, folder, keep):
        path = self.save(frame, folder) / "patients.parquet"
        path.write_bytes(path.read_bytes()[:keep])
        assert refusal(folder) == [
            "patients.parquet: the file is cut short, damaged or not Parquet. Export or copy it again."
        ]

    def test_with_a_wrong_value_names_its_row(self, frame, folder):
        assert refusal(self.save(frame.assign(age=[30, 300]), folder)) == [
            (
                "patients.parquet, row 3, column 'age': '300' lies outside 0 to 120. Give the age in years at the index "
                "date, or leave the cell empty."
            )
        ]

    def test_with_text_in_a_number_names_its_row(self, frame, folder):
        assert refusal(self.save(frame.assign(age=["30", "ND"]), folder))[0].startswith(
            "patients.parquet, row 3, column 'age': 'ND' looks like a code for a missing value."
        )

    def test_with_dates_for_days_is_refused(self, frame, folder):
        (folder / "assessments.csv").unlink()
        dated = frame.assign(day=frame["index_date"], instrument="BSA", score=3)
        dated.to_parquet(folder / "assessments.parquet")
        assert refusal(folder)[0].startswith(
            "assessments.parquet, row 2, column 'day': '2022-06-01' is a date, not a day."
        )

    def test_with_lists_in_cells_is_refused(self, frame, folder):
        assert refusal(self.save(frame.assign(age=[[1], [2]]), folder))[0].startswith(
            "patients.parquet, column 'age': the column holds lists or stands twice in the file."
        )


class TestOwnInstruments:
    def test_are_read(self, folder):
        (folder / "instruments.csv").write_text(OWN)
        (folder / "assessments.csv").write_text("patient_id,day,instrument,score\nP1,0,ITCH7,66\n")
        assert read(folder).instruments["ITCH7"] == Instrument("ITCH7", "Weekly itch", 0, 70, True, 1)

    def test_bound_their_scores(self, folder):
        (folder / "instruments.csv").write_text(OWN)
        (folder / "assessments.csv").write_text("patient_id,day,instrument,score\nP1,0,ITCH7,71\n")
        assert "'71' lies outside the range of ITCH7, 0 to 70" in refusal(folder)[0]

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("lower is better", "down", "row 2, column 'direction': 'down' is no direction. Write 'lower is better'"),
            ("0,70", "0,", "row 2, column 'range_max': the cell is empty. Fill it in."),
            ("0,70", "0,high", "row 2, column 'range_max': 'high' is not a number."),
            ("0,70", "70,0", "row 2, column 'range_max': '0' is not above range_min. Correct the range."),
            (",1,", ",0,", "row 2, column 'step': '0' is no step. Give a number above 0, or leave it empty."),
            ("ITCH7", "", "row 2, column 'code': the cell is empty. Fill it in."),
            ("ITCH7", "=ITCH7", "row 2, column 'code': '=ITCH7' begins like a spreadsheet formula"),
            ("direction", "better", "the column 'direction' is missing. Add it; code, range_min, range_max"),
        ],
    )
    def test_badly_described_are_refused(self, folder, old, new, message):
        (folder / "instruments.csv").write_text(OWN.replace(old, new))
        assert any(
            f"instruments.csv, {message}" in line or f"instruments.csv: {message}" in line for line in refusal(folder)
        )

    def test_described_twice_are_refused(self, folder):
        (folder / "instruments.csv").write_text(OWN + OWN.splitlines()[1])
        assert refusal(folder) == ["instruments.csv, row 3, column 'code': 'ITCH7' stands twice. Keep one."]

    def test_with_bands_that_cannot_be_read_are_refused(self, folder):
        (folder / "instruments.csv").write_text(
            "code,range_min,range_max,direction,bands\nITCH7,0,70,lower is better,mild\n"
        )
        assert refusal(folder)[0].startswith(
            "instruments.csv, row 2, column 'bands': the band 'mild' is not of the form"
        )


@pytest.mark.parametrize(
    ("name", "message"),
    [("absent", "absent: there is no such file or folder."), ("patients.csv", "patients.csv: the format is not")],
)
def test_other_paths_are_refused_with_what_is_supported(folder, name, message):
    line = refusal(folder / name)[0]
    assert line.startswith(message)
    assert line.endswith("Give a folder that holds cohort.toml, patients.csv and assessments.csv (or .parquet).")


def drawn():
    own = Instrument(
        "WELL", "Well-being", -1.5, 10, False, 0.1, 2.5, "cm", (Band("poor", -1.5, 3),), "x", "y", "z", "n"
    )
    return cohort(
        """
        patient_id | age  | sex    | tier         | weight | smoker | site
        P2         | 30.5 | female |              | 70.1   | yes    | north, east
        P1         | 40   |        | hypothetical |        | no     | "south"
        """,
        """
        patient_id | day | instrument | score
        P1         | 90  | BSA        | 10.25
        P1         | -7  | BSA        | 20
        P2         | 0   | WELL       | 0.3
        """,
        """
        patient_id | drug         | start_day | end_day | stop_reason
        P2         | tralokinumab | 0         |         |
        P2         | dupilumab    | -300      | -30     | inadequate_response
        """,
        """
        patient_id | day | item            | answer
        P2         | 90  | overall_benefit | yes
        P2         | 90  | less_topical    | no
        """,
        "patient_id | drug | term | start_day | end_day",
        instruments={"WELL": own},
    )


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
class TestTheWayBack:
    def test_a_written_cohort_reads_back_the_same(self, tmp_path, file_format):
        written = drawn()
        write_folder(written, tmp_path / "out", file_format)
        found = read(tmp_path / "out")
        assert found.fingerprint == written.fingerprint
        assert found.metadata == written.metadata
        assert found.columns_given == written.columns_given
        assert found.instruments == written.instruments
        for table in ("patients", "treatments", "assessments", "reports", "adverse_events"):
            pd.testing.assert_frame_equal(getattr(found, table), getattr(written, table))

    def test_a_folder_that_holds_anything_is_left_alone(self, tmp_path, file_format):
        write_folder(drawn(), tmp_path / "mine", "csv")
        before = {path.name: path.read_bytes() for path in (tmp_path / "mine").iterdir()}
        with pytest.raises(CohortError, match="already exists and is not empty. Choose a new folder"):
            write_folder(drawn(), tmp_path / "mine", file_format)
        assert {path.name: path.read_bytes() for path in (tmp_path / "mine").iterdir()} == before

    def test_an_empty_folder_is_filled_and_nothing_else_is_left_behind(self, tmp_path, file_format):
        (tmp_path / "new").mkdir()
        write_folder(drawn(), tmp_path / "new", file_format)
        assert read(tmp_path / "new").fingerprint == drawn().fingerprint
        assert [path.name for path in tmp_path.iterdir()] == ["new"]

    def test_a_place_that_cannot_be_written_is_refused(self, tmp_path, file_format):
        (tmp_path / "file").write_text("x")
        with pytest.raises(CohortError, match="cannot be written"):
            write_folder(drawn(), tmp_path / "file" / "out", file_format)


@settings(deadline=None, max_examples=30)
@given(
    scores=st.lists(st.floats(0, 100, allow_subnormal=True), min_size=1, max_size=6),
    weights=st.lists(st.floats(allow_nan=True, allow_infinity=False), min_size=2, max_size=2),
    title=st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip).map(str.strip),
)
def test_any_number_and_any_title_survive_both_formats(tmp_path_factory, scores, weights, title):
    frames = {
        "patients": pd.DataFrame({"patient_id": ["P1", "P2"], "index_date": "2022-06-01", "weight": weights}),
        "assessments": pd.DataFrame(
            {"patient_id": "P1", "day": range(len(scores)), "instrument": "BSA", "score": scores}
        ),
    }
    written = build(Metadata(**vars(metadata()) | {"title": title}), frames)
    for file_format in ("csv", "parquet"):
        out = tmp_path_factory.mktemp("out")
        write_folder(written, out, file_format)
        assert read(out).fingerprint == written.fingerprint


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_a_folder_packed_without_a_disk_reads_back_as_the_same_cohort(file_format, tmp_path):
    (tmp_path / "cohort.zip").write_bytes(zipped(dict(folder_files(bundled_cohort(), file_format))))
    assert read(tmp_path / "cohort.zip").fingerprint == bundled_cohort().fingerprint
