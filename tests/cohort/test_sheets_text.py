"""Text tables as hospitals export them: what is found without asking, and what is refused."""

import codecs
from pathlib import Path

import numpy as np
import pytest

from explorer.cohort.readers import limits
from explorer.cohort.readers.sheets import read_sheets
from explorer.errors import CohortError
from tests.reference_cases import shared

ROOT = Path(__file__).parents[2]
PLAIN = "patient_id,score\nP1,7\nP2,\n"


def only(content, name="scores.csv"):
    sheets = read_sheets(content.encode() if isinstance(content, str) else content, name)
    (frame,) = sheets.frames.values()
    return frame, sheets.notes


def refused(content, name="scores.csv"):
    with pytest.raises(CohortError) as error:
        read_sheets(content.encode() if isinstance(content, str) else content, name)
    (problem,) = error.value.problems
    assert problem.file.startswith(name)
    assert problem.remedy
    return problem


def test_a_row_is_called_by_the_number_a_spreadsheet_shows():
    frame, notes = only(PLAIN)
    assert list(frame.index) == [2, 3]
    assert list(frame["patient_id"]) == ["P1", "P2"]
    assert frame["score"].dtype == "float64"
    assert frame["score"].isna().tolist() == [False, True]
    assert notes == ()


def test_whole_numbers_stay_whole_and_codes_stay_text():
    frame, _ = only("id,code,long\n7,007,1234567890123456789\n8,010,1\n")
    assert frame["id"].tolist() == [7, 8]
    assert frame["id"].dtype == "int64"
    assert frame["code"].tolist() == ["007", "010"]
    assert frame["long"].tolist() == ["1234567890123456789", "1"]


@pytest.mark.parametrize(("separator", "word"), [(";", "semicolon"), ("\t", "tab"), ("|", "bar")])
def test_the_separator_is_found(separator, word):
    frame, notes = only(f"id{separator}note\nP1{separator}a, b, c\nP2{separator}d, e, f\n")
    assert list(frame.columns) == ["id", "note"]
    assert notes == (f"cells are separated by {word}.",)


def test_decimal_commas_are_numbers_and_noted():
    frame, notes = only("id;PASI;BSA\nP1;12,5;3\nP2;7,25;4\n")
    assert frame["PASI"].tolist() == [12.5, 7.25]
    assert "numbers written with a decimal comma: 2." in notes


@pytest.mark.parametrize("cells", [("1,200", "3,400"), ("1,5", "2.5"), ("1e999", "2")])
def test_a_number_that_can_be_read_two_ways_or_none_stays_text(cells):
    frame, _ = only("id;dose\nP1;{}\nP2;{}\n".format(*cells))
    assert frame["dose"].tolist() == list(cells)


@pytest.mark.parametrize(
    ("encoding", "mark", "note"),
    [
        ("utf-8", b"", None),
        ("utf-8", codecs.BOM_UTF8, None),
        ("utf-16-le", codecs.BOM_UTF16_LE, "the file is in UTF-16."),
        ("utf-16-be", codecs.BOM_UTF16_BE, "the file is in UTF-16."),
        ("utf-16-le", b"", "the file is in UTF-16 without its mark."),
        ("utf-16-be", b"", "the file is in UTF-16 without its mark."),
        ("cp1252", b"", "the file is not in UTF-8 and was read as Windows-1252; check letters with accents."),
        ("latin-1", b"", "the file is not in UTF-8 and was read as Windows-1252; check letters with accents."),
    ],
)
def test_the_encoding_is_found(encoding, mark, note):
    frame, notes = only(mark + "Größe,Name\n7,Zoë\n8,Åsa\n".encode(encoding))
    assert list(frame.columns) == ["Größe", "Name"]
    assert frame["Name"].tolist() == ["Zoë", "Åsa"]
    assert list(notes) == ([note] if note else [])


def test_titles_above_the_heading_are_passed_over_and_rows_keep_their_numbers():
    frame, notes = only("Skin clinic 2023,,\nexported 5 May,,\n,,\nid,PASI,visit\nP1,7,1\nP2,8,2\n")
    assert list(frame.columns) == ["id", "PASI", "visit"]
    assert list(frame.index) == [5, 6]
    assert notes == ("the table's heading stands in a row below 'Skin clinic 2023'; what is above it was passed over.",)


def test_titles_may_be_shorter_than_the_table():
    frame, _ = only("Skin clinic\n\nid,PASI\nP1,7\nP2,8\n")
    assert list(frame.index) == [4, 5]
    assert frame["PASI"].tolist() == [7, 8]


def test_a_group_of_columns_is_named_where_the_names_alone_are_not_told_apart():
    frame, notes = only("id,Visit 1,,Visit 2,\n,BP,HR,BP,HR\nP1,120/80,70,118/79,66\nP2,130/85,71,128/80,68\n")
    assert list(frame.columns) == ["id", "Visit 1 BP", "Visit 1 HR", "Visit 2 BP", "Visit 2 HR"]
    assert frame.loc[3, "Visit 2 BP"] == "118/79"
    assert any("rows 1 and 2 name the columns together" in note for note in notes)


def test_a_line_that_only_names_the_separator_is_no_row():
    frame, notes = only("sep=;\nid;score\nP1;7\n")
    assert list(frame.columns) == ["id", "score"]
    assert list(frame.index) == [3]
    assert notes == ("row 1 only names the separator (;).",)


def test_names_are_made_unique_and_nameless_columns_are_called_by_their_letters():
    frame, notes = only("id,score,,score,\nP1,7,8,9,\nP2,7,8,9,\n")
    assert list(frame.columns) == ["id", "score", "column C", "score (2)"]
    assert "column C has values but no name, and is called 'column C'." in notes
    assert "a further column is named 'score' (column D), and is called 'score (2)'." in notes


def test_names_made_unique_do_not_meet_names_that_are_there():
    frame, _ = only("score,score (2),score,,column D\n1,2,3,4,5\n")
    assert frame.columns.is_unique
    assert frame.iloc[0].tolist() == [1, 2, 3, 4, 5]


def test_blank_rows_and_repeated_headings_are_left_out_with_their_rows():
    frame, notes = only("id,score\nP1,7\n,\nid,score\nP2,8\n")
    assert list(frame.index) == [2, 5]
    assert frame["score"].tolist() == [7, 8]
    assert "blank rows were passed over (row 3 first, 1 in all)." in notes
    assert "rows that repeat the heading were left out (row 4 first, 1 in all)." in notes


def test_a_line_of_totals_is_kept_and_named():
    frame, notes = only("id,score\nP1,7\nP2,8\nTotal,15\n")
    assert len(frame) == 3
    assert notes == ("row 4 may hold totals ('Total'); it was kept.",)


def test_remarks_below_the_table_are_left_out_with_their_rows():
    rows = "".join(f"P{at},7,8,9\n" for at in range(6))
    frame, notes = only(f"id,a,b,c\n{rows},,,\n,1 = mild,,\n,2 = severe,,\n")
    assert len(frame) == 6
    assert any("left out as remarks (row 9 first, 2 in all)" in note for note in notes)


def test_a_patient_without_a_number_but_with_values_is_no_remark():
    frame, notes = only("id,a,b,c\nP1,1,2,3\nP2,1,2,3\nP3,1,2,3\nP4,1,2,3\n,1,2,3\n")
    assert len(frame) == 5
    assert notes == ()


def test_text_like_a_formula_stays_text_and_is_noted():
    frame, notes = only('id,note\nP1,"=HYPERLINK(""http://x"")"\nP2,ok\n')
    assert frame["note"].tolist() == ['=HYPERLINK("http://x")', "ok"]
    (note,) = notes
    assert note.startswith("cells that begin like a formula were kept as text and never calculated (row 2")


def test_a_quoted_cell_may_hold_separators_and_lines():
    frame, _ = only('id,note\nP1,"a, b\nc"\nP2,d\n')
    assert frame["note"].tolist() == ["a, b\nc", "d"]


def test_a_row_with_too_many_cells_is_refused_by_its_number_and_value():
    problem = refused("id,score\nP1,7\nP2,8,stray\n")
    assert problem.row == 3
    assert problem.what == "the row has 3 cells where the heading has 2: 'stray' is one too many"


def test_a_file_that_changes_its_number_of_columns_half_way_is_refused():
    problem = refused("id,a,b,c\n" + "P1,1,2,3\n" * 50 + "P1,1\n" * 49)
    assert problem.row == 52
    assert problem.what == "the row has 2 cells where the heading has 4"


def test_blank_cells_too_many_or_too_few_do_no_harm():
    frame, _ = only("id,score\nP1,7,,\n\nP2,8\n")
    assert frame["score"].tolist() == [7, 8]
    assert list(frame.index) == [2, 4]


def test_a_zero_byte_is_refused_with_its_row():
    problem = refused(b"id,score\nP1,7\nP2,\x008\n")
    assert problem.row == 3
    assert "zero byte" in problem.what


def test_unpaired_quotation_marks_are_refused_with_a_row():
    problem = refused('id,note\nP1,"a\nP2,b\n')
    assert problem.row is not None
    assert "quotation marks do not pair up" in problem.what


@pytest.mark.parametrize("content", ["1,2,3\n4,5,6\n", "2020-01-05\n", ",,\n,,\n"])
def test_a_table_without_names_is_refused(content):
    assert refused(content).what == "no row names the columns"


def test_an_empty_file_is_refused():
    assert "empty" in refused(b"").what
    assert "empty" in refused(b" \n\n").what


def test_a_sheet_of_ten_thousand_columns_is_refused_with_the_limit():
    wide = ",".join(f"x{at}" for at in range(10_000))
    problem = refused(f"{wide}\n{wide}\n")
    assert "10,000 columns" in problem.what
    assert f"{limits.COLUMNS:,}" in problem.what


def test_too_many_bytes_rows_and_cells_are_refused(monkeypatch):
    monkeypatch.setattr(limits, "BYTES", 20)
    assert "MB" in refused(PLAIN).what
    monkeypatch.undo()
    monkeypatch.setattr(limits, "ROWS", 2)
    assert "3 rows" in refused(PLAIN).what
    monkeypatch.undo()
    monkeypatch.setattr(limits, "CELLS", 5)
    assert "6 cells" in refused(PLAIN).what


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\x1f\x8b\x08\x00", "packed with gzip"),
        (b"\xef\xbb\xbf  <html><table>", "a web page or XML"),
        (b"\x89PNG\r\n", "a picture"),
        (b"{\\rtf1", "a text document"),
    ],
)
def test_other_kinds_of_file_are_refused_by_what_they_are(content, what):
    assert refused(content, "scores.xls").what == f"the file is {what}, whatever its ending"


def test_a_file_that_cannot_be_opened_is_refused(tmp_path):
    with pytest.raises(CohortError, match=r"gone\.csv: the file cannot be opened"):
        read_sheets(tmp_path / "gone.csv", "gone.csv")


def test_a_path_and_its_content_are_read_alike(tmp_path):
    (tmp_path / "scores.csv").write_text(PLAIN)
    assert read_sheets(tmp_path / "scores.csv", "scores.csv").frames["scores.csv"].equals(only(PLAIN)[0])


def test_the_documentation_states_the_limits_in_force():
    documentation = " ".join((ROOT / "docs" / "sheets.md").read_text().split())
    sizes = f"{limits.BYTES // 2**20} MB as sent, {limits.UNZIPPED // 2**20} MB unpacked, {limits.FILES} files"
    counts = f"{limits.SHEETS} sheets, {limits.ROWS:,} rows, {limits.COLUMNS:,} columns and {limits.CELLS:,} cells"
    assert f"{sizes} in an archive, {counts}" in documentation
    assert f"more than {limits.RATIO} times" in documentation


# Counted with wc -l and head -1 from the file itself; values from its first and last lines.
def test_public_streptomycin_trial():
    sheets = read_sheets(shared("data", "wide_trials/strep_tb.csv"), "strep_tb.csv")
    frame = sheets.frames["strep_tb.csv"]
    assert frame.shape == (107, 13)
    assert frame["baseline_condition"].iloc[0] == "1_Good"
    assert sheets.notes == ()


def test_public_pancreatitis_trial():
    frame = read_sheets(shared("data", "wide_trials/indo_rct.csv"), "indo_rct.csv").frames["indo_rct.csv"]
    assert frame.shape == (602, 33)
    assert np.isin(frame["rx"], ["0_placebo", "1_indomethacin"]).all()
