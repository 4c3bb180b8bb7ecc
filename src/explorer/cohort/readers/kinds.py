"""What a file is, told by how it begins: an ending may have been changed by hand, a beginning hardly."""

from __future__ import annotations

from io import BytesIO
from zipfile import BadZipFile, ZipFile

from explorer.cohort.readers.archive import AGAIN, DAMAGED
from explorer.cohort.readers.limits import refusal

TEXT, PARQUET, ARCHIVE = "text table", "Parquet file", "archive"
XLSX, XLS, ODS = "Excel workbook", "Excel 97-2003 workbook", "OpenDocument spreadsheet"
DUCKDB = "DuckDB database"
XPORT, SAS, SPSS, STATA = "SAS transport file", "SAS data set", "SPSS file", "Stata file"
SUPPORTED = "CSV, TSV, XLSX, XLS, ODS, Parquet, DuckDB, SAS (XPT, SAS7BDAT), SPSS (SAV), Stata (DTA), or a ZIP of these"
TEXT_ENDINGS = (".csv", ".tsv", ".tab", ".txt")
ENDINGS = (
    *TEXT_ENDINGS,
    *(".xlsx", ".xlsm", ".xls", ".ods", ".parquet", ".pq", ".xpt", ".sas7bdat", ".sav", ".zsav", ".dta", ".duckdb"),
)

BEGINNINGS = {
    b"PAR1": PARQUET,
    b"HEADER RECORD*******LIB": XPORT,
    bytes.fromhex("000000000000000000000000c2ea8160b31411cfbd92080009c7318c181f1011"): SAS,
    b"$FL2": SPSS,
    b"$FL3": SPSS,
    b"<stata_dta>": STATA,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": XLS,
    b"PK\x03\x04": ARCHIVE,
    b"PK\x05\x06": ARCHIVE,
}
DUCKDB_SIGN, DUCKDB_AT = b"DUCK", 8  # after a checksum
OLD_STATA = range(0x69, 0x74)  # up to version 12 the first byte is the format's number, which may be a letter too
FOREIGN = {
    b"\x1f\x8b": "packed with gzip",
    b"7z\xbc\xaf\x27\x1c": "packed with 7-Zip",
    b"Rar!": "packed with RAR",
    b"%PDF": "a PDF",
    b"{\\rtf": "a text document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"<": "a web page or XML",
}
PACKED = {
    "xl/workbook.xml": XLSX,
    "xl/workbook.bin": "a binary workbook (XLSB)",
    "content.xml": ODS,
    "word/document.xml": "a text document",
    "ppt/presentation.xml": "a presentation",
}


def kind_of(content: bytes, file: str) -> str:
    """Tell what a file is.

    Parameters
    ----------
    content : bytes
        Not empty.
    file : str
        Name, for messages and to tell old Stata files from text.

    Raises
    ------
    CohortError
        Where the file is of a kind that is not read, or a packed file is damaged.
    """
    kind = next((kind for beginning, kind in BEGINNINGS.items() if content.startswith(beginning)), TEXT)
    if kind == ARCHIVE:
        return _packed_kind(content, file)
    if content.startswith(DUCKDB_SIGN, DUCKDB_AT):
        return DUCKDB
    if content[0] in OLD_STATA and file.lower().endswith(".dta"):
        return STATA
    if kind == TEXT:
        _refuse_foreign(content[:100].removeprefix(b"\xef\xbb\xbf").lstrip(), file)
    return kind


def _refuse_foreign(beginning: bytes, file: str) -> None:
    for sign, what in FOREIGN.items():
        if beginning.startswith(sign):
            raise refusal(file, f"the file is {what}, whatever its ending", f"Give {SUPPORTED}.")


def _packed_kind(content: bytes, file: str) -> str:
    try:
        with ZipFile(BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise refusal(file, DAMAGED, AGAIN) from error
    kind = next((kind for name, kind in PACKED.items() if name in names), ARCHIVE)
    if kind not in (XLSX, ODS, ARCHIVE):
        raise refusal(file, f"the file is {kind}", "Save it as .xlsx.")
    return kind
