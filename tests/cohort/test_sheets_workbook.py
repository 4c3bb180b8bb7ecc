"""Workbooks: what is read as stored, and what is refused before any library makes room for it."""

import struct
import subprocess
import sys
from datetime import date, datetime

import openpyxl
import pandas as pd
import pytest

from explorer.cohort.readers import isolated, workbook
from explorer.cohort.readers.sheets import read_sheets
from explorer.errors import CohortError
from tests.cohort.workbooks import ods, ods_row, packed, parts, saved, xls, xlsx
from tests.reference_cases import shared

FORMULA, NUMBER, LOCKED, LINK = 0x06, 0x203, 0x2F, 0x1AE


def read(content, name="visits.xlsx"):
    return read_sheets(content, name)


def refused(content, name="visits.xlsx"):
    with pytest.raises(CohortError) as error:
        read_sheets(content, name)
    (problem,) = error.value.problems
    assert problem.file == name
    assert problem.remedy
    return problem.what


def changed(content, **changes):
    """Return a workbook with parts replaced; double underscores in a name stand for slashes."""
    return packed(parts(content) | {name.replace("__", "/") + ".xml": part for name, part in changes.items()})


def sheet(rows, more=""):
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData>{more}</worksheet>'


def with_rows(rows):
    return changed(xlsx(["id", "score"]), xl__worksheets__sheet1=sheet(rows))


def test_numbers_dates_and_text_stay_what_they_are():
    sheets = read(
        xlsx(
            ["id", "born", "seen", "score", "flag", "mixed"],
            [1, date(1980, 5, 31), datetime(2023, 1, 2, 3, 4), 7.5, True, "ND"],
            [2, None, None, None, False, 5],
        )
    )
    frame = sheets.frames["Data"]
    assert sheets.kind == "Excel workbook"
    assert list(frame.index) == [2, 3]
    assert frame["id"].tolist() == [1, 2]
    assert frame["born"].iloc[0] == pd.Timestamp("1980-05-31")
    assert frame["seen"].iloc[0] == pd.Timestamp("2023-01-02 03:04")
    assert frame["score"].isna().tolist() == [False, True]
    assert frame["flag"].tolist() == [True, False]
    assert frame["mixed"].tolist() == ["ND", 5]


def test_every_sheet_is_read_and_those_without_a_table_are_noted():
    sheets = read(xlsx(Patients=[["id"], ["P1"]], Empty=[], Figures=[[1, 2], [3, 4]]))
    assert list(sheets.frames) == ["Patients"]
    assert "sheet 'Empty': it has no row that names columns, and was left out." in sheets.notes
    assert "sheet 'Figures': it has no row that names columns, and was left out." in sheets.notes


def test_a_hidden_sheet_is_read_and_noted():
    book = openpyxl.Workbook()
    book.active.append(["id"])
    book.active.append(["P1"])
    hidden = book.create_sheet("Old")
    hidden.append(["id"])
    hidden.append(["P2"])
    hidden.sheet_state = "hidden"
    sheets = read(saved(book))
    assert sheets.frames["Old"]["id"].tolist() == ["P2"]
    assert sheets.notes == ("sheet 'Old': it is hidden in the workbook, and was read.",)


def test_merged_headings_give_each_column_the_name_of_its_group():
    book = openpyxl.Workbook()
    for row in (
        ["Study X"],
        [],
        ["id", "Start", None, "End", None],
        [None, "IGA", "BSA", "IGA", "BSA"],
        [1, 3, 20, 1, 5],
    ):
        book.active.append(row)
    book.active.merge_cells("B3:C3")
    book.active.merge_cells("D3:E3")
    frame = read(saved(book)).frames["Sheet"]
    assert list(frame.columns) == ["id", "Start IGA", "Start BSA", "End IGA", "End BSA"]
    assert list(frame.index) == [5]


def test_stored_values_of_formulas_are_read_and_noted():
    rows = """<row r="1"><c r="A1" t="str"><v>id</v></c><c r="B1" t="str"><v>sum</v></c></row>
    <row r="2"><c r="A2"><v>1</v></c><c r="B2"><f>1+1</f><v>2</v></c></row>
    <row r="3"><c r="A3"><v>2</v></c><c r="B3" t="str"><f>IF(A3,"")</f><v></v></c></row>"""
    sheets = read(with_rows(rows))
    assert sheets.frames["Data"]["sum"].tolist()[0] == 2
    assert sheets.frames["Data"]["sum"].isna().tolist() == [False, True]
    (note,) = sheets.notes
    assert note.startswith("sheet 'Data': cells that hold formulas: 2 (B2 first)")


def test_a_formula_without_a_stored_value_is_refused_by_its_cell():
    what = refused(xlsx(["id", "sum"], [1, "=1+1"]))
    assert what == "the formula in cell B2 of the sheet 'Data' has no stored value"


def test_errors_are_empty_and_counted():
    sheets = read(xlsx(["id", "score"], [1, "#DIV/0!"], [2, 5]))
    assert sheets.frames["Data"]["score"].isna().tolist() == [True, False]
    assert "sheet 'Data': cells that hold an error (such as #DIV/0!), read as empty: 1." in sheets.notes


def test_macros_are_refused():
    content = packed(parts(xlsx(["id"], [1])) | {"xl/vbaProject.bin": b"program"})
    assert "macros" in refused(content, "visits.xlsm")
    types = parts(xlsx(["id"], [1]))["[Content_Types].xml"].replace(b"sheet.main", b"sheet.macroEnabled.main")
    assert "macros" in refused(packed(parts(xlsx(["id"], [1])) | {"[Content_Types].xml": types}))


def test_links_to_other_files_are_refused():
    content = packed(parts(xlsx(["id"], [1])) | {"xl/externalLinks/externalLink1.xml": "<externalLink/>"})
    assert "external links" in refused(content)


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c x="&gt;" y=">" r="XFD1048576"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="4000000000"><c><v>2</v></c></row>',
        '<row r="1">' + "<c><v>1</v></c>" * 3000 + "</row>",
        '<row r="1"><c r="A1"><v>1</v></c><c r="ZZZZZZZ9"><v>2</v></c></row>',
        '<row r="1"><c r="a1"><v>1</v></c><c r="xfd1048576"><v>2</v></c></row>',
    ],
)
def test_one_far_cell_is_refused_before_room_is_made_for_a_whole_sheet(rows):
    assert "the sheet 'Data' reaches over" in refused(with_rows(rows))


def test_declared_entities_are_refused():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + sheet('<row r="1"><c r="A1"><v>&b;</v></c></row>')
    assert "XML entities" in refused(changed(xlsx(["id"]), xl__worksheets__sheet1=bomb))


def test_damage_is_refused():
    content = xlsx(["id", "score"], [1, 2])
    assert "damaged" in refused(content[: len(content) // 2])
    assert "damaged" in refused(changed(content, xl__worksheets__sheet1="<worksheet><sheetData><row>"))
    missing = {name: part for name, part in parts(content).items() if "rels/workbook" not in name}
    assert "workbook.xml.rels is missing" in refused(packed(missing))


def test_too_many_sheets_are_refused(monkeypatch):
    monkeypatch.setattr(workbook, "SHEETS", 2)
    assert refused(xlsx(a=[["x"]], b=[["x"]], c=[["x"]])) == "the workbook has 3 sheets, and at most 2 are read"


def test_a_workbook_is_read_where_the_system_allows_less_memory_than_the_reader_would(monkeypatch):
    program = isolated.HERE / workbook.PROGRAM
    bounded = "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31)); "
    bounded += f"sys.argv = ['', '50']; runpy.run_path({str(program)!r}, run_name='__main__')"
    real = subprocess.run

    def run(command, **options):
        return real([sys.executable, "-c", bounded], **options)

    monkeypatch.setattr(subprocess, "run", run)
    assert read(xlsx(["id"], ["P1"])).frames["Data"]["id"].tolist() == ["P1"]


def test_other_office_files_are_refused_by_what_they_are():
    assert refused(packed({"word/document.xml": "<x/>"}), "a.docx") == "the file is a text document"
    assert refused(packed({"xl/workbook.bin": b"x"}), "a.xlsb") == "the file is a binary workbook (XLSB)"


def test_an_opendocument_sheet_is_read():
    sheets = read(ods(ods_row("id", "note") + ods_row("P1", "a") + ods_row("P2", "b")), "visits.ods")
    assert sheets.kind == "OpenDocument spreadsheet"
    assert sheets.frames["Data"].to_dict("list") == {"id": ["P1", "P2"], "note": ["a", "b"]}


def test_opendocument_hazards_are_refused():
    row = ods_row("id", "note")
    assert "macros" in refused(ods(row, **{"Basic/Standard/Module1.xml": b"Sub"}), "visits.ods")
    locked = b"<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    assert "password" in refused(ods(row, **{"META-INF/manifest.xml": locked}), "visits.ods")
    assert "XML entities" in refused(ods(row, '<!DOCTYPE x [<!ENTITY a "a">]>'), "visits.ods")
    link = row.replace("<table:table-cell ", "<table:table-cell table:formula=\"of:='file:///a.ods'#x\" ", 1)
    assert "external links" in refused(ods(link), "visits.ods")


def test_opendocument_formulas_are_read_as_stored_or_refused():
    cell = '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"><text:p>2</text:p>'
    row = f"<table:table-row>{cell}</table:table-cell></table:table-row>"
    sheets = read(ods(ods_row("sum") + row), "visits.ods")
    assert sheets.frames["Data"]["sum"].tolist() == [2]
    assert sheets.notes[0].startswith("sheet 'Data': cells that hold formulas: 1")
    bare = '<table:table-row><table:table-cell table:formula="of:=1+1"/></table:table-row>'
    assert (
        refused(ods(ods_row("sum") + bare), "visits.ods")
        == "formulas of the sheet 'Data' have no stored value (1 in all)"
    )


def test_one_row_that_stands_for_millions_is_refused():
    assert "1,000,000,001 rows" in refused(ods(ods_row("id") + ods_row("P1", times=10**9)), "visits.ods")
    wide = ods_row("id").replace("<table:table-cell ", '<table:table-cell table:number-columns-repeated="16384" ')
    assert "16,384 columns" in refused(ods(wide), "visits.ods")


def test_blank_rows_that_fill_the_rest_of_a_sheet_are_no_rows():
    rest = '<table:table-row table:number-rows-repeated="1048570"><table:table-cell/></table:table-row>'
    assert len(read(ods(ods_row("id") + ods_row("P1") + rest), "visits.ods").frames["Data"]) == 1


def cell(row, column, value=1.0):
    return struct.pack("<HHHd", row, column, 0, value)


def text(row, column, words):
    return 0x204, struct.pack("<HHHHB", row, column, 0, len(words), 0) + words.encode()


HEADING = (text(0, 0, "id"), text(0, 1, "score"))


def test_an_old_workbook_is_read_with_the_stored_values_of_its_formulas():
    formula = cell(2, 1, 9.0) + struct.pack("<HIH", 0, 0, 0)
    rows = (NUMBER, cell(1, 0)), (NUMBER, cell(1, 1, 7.5)), (NUMBER, cell(2, 0, 2.0)), (FORMULA, formula)
    sheets = read(xls(*HEADING, *rows), "visits.xls")
    assert sheets.kind == "Excel 97-2003 workbook"
    assert sheets.frames["Data"].to_dict("list") == {"id": [1, 2], "score": [7.5, 9.0]}
    assert sheets.notes[0].startswith("cells that hold formulas: 1 (B3 first)")


def test_old_workbooks_hazards_are_refused():
    assert "macros" in refused(xls(*HEADING, streams=("Workbook", "_VBA_PROJECT_CUR")), "visits.xls")
    assert "password" in refused(xls((LOCKED, b"\0\0"), *HEADING), "visits.xls")
    assert "password" in refused(xls(*HEADING, streams=("EncryptedPackage",)), "visits.xlsx")
    assert "external links" in refused(xls((LINK, b"\x01\x00\x08\x00\x00file.xls"), *HEADING), "visits.xls")
    assert "without sheets" in refused(xls(*HEADING, streams=("WordDocument",)), "letter.doc")
    assert "reaches over" in refused(
        xls(*HEADING, (NUMBER, cell(65535, 255)), (NUMBER, cell(65535, 4000))), "visits.xls"
    )
    assert "damaged" in refused(xls(*HEADING)[:600], "visits.xls")


def public(name):
    return read_sheets(shared("data", f"messy_spreadsheets/{name}"), name)


# Values and the number of formulas were read off the sheets with openpyxl; the README beside them says what is wrong with them.
def test_public_bowel_study():
    sheets = public("messy_uc.xlsx")
    frame = sheets.frames["Data"]
    assert list(sheets.frames) == ["Explainer", "Codebook", "Data", "Problems"]
    assert frame.index[0] == 8
    assert frame["pat_id"].tolist() == [f"{number:03}" for number in range(1, 31)]
    assert frame["start_date"].iloc[0] == pd.Timestamp("2021-01-12")
    assert frame.loc[8, "start_mes"] == 3
    assert any("sheet 'Data': cells that hold formulas: 462 (K8 first)" in note for note in sheets.notes)


def test_public_blood_pressure_study():
    frame = public("messy_bp.xlsx").frames["Sheet1"]
    assert list(frame.columns[-6:]) == [f"Visit {visit} {what}" for visit in (1, 2, 3) for what in ("BP", "HR")]
    assert frame.loc[5, "Visit 1 BP"] == "167/92"
    assert frame.loc[5, "Visit 3 HR"] == 77


def test_public_kidney_study():
    sheets = public("messy_aki.xlsx")
    frame = sheets.frames["Sheet1"]
    assert frame.index[0] == 6
    assert frame.loc[8, "dob"] == "may 5 1970"
    assert frame.loc[7, "DAY2GFR`"] == "19 but poor collection"
    assert frame["study_id"].tolist()[:4] == [1, 2, 3, 3]
    assert any("left out as remarks (row 27 first" in note for note in sheets.notes)


def test_public_glucose_study():
    frame = public("messy_glucose.xlsx").frames["Sheet1"]
    assert list(frame.columns) == ["pat_id", "Race", "Sex", "DofB", "glucose PRE", "glucose POST"]
    assert frame.loc[5, "glucose POST"] == pytest.approx(125.8)
    assert frame.loc[5, "DofB"] == pd.Timestamp("1971-02-27")
