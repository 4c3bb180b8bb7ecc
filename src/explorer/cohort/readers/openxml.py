"""What an XLSX workbook holds besides plain cells, found before its cells are read.

The library that reads the cells makes room for a whole sheet at once, up to its last used cell: one stray cell in the
last corner would end the program. So each sheet is walked through here first, as that library will: by its XML.
"""

from __future__ import annotations

from functools import lru_cache
from string import digits
from xml.etree import ElementTree
from xml.parsers import expat
from zipfile import ZipFile

from explorer.cohort.findings import shown
from explorer.cohort.readers.archive import AGAIN
from explorer.cohort.readers.heading import letters
from explorer.cohort.readers.limits import CELLS, check_shape, refusal

BOOK, LINKS, TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
PLAIN_COPY = "Save a copy that holds values only (paste special: values), as .xlsx."
STORED = "the values stored in them were read, and nothing was calculated."
FAR = 10**12  # farther than any sheet reaches


def examine_xlsx(archive: ZipFile, file: str) -> list[str]:
    """Find what a workbook holds besides plain cells.

    Parameters
    ----------
    archive : ZipFile
        The workbook, found sound by `unpacked`.
    file : str
        Name for messages.

    Returns
    -------
    list of str
        A note on each sheet's formulas and errors.

    Raises
    ------
    CohortError
        Where there are macros, links to other files, formulas without a stored value, or too many cells.
    """
    _refuse_programs(archive, file)
    notes: list[str] = []
    sheets, total = _sheet_names(archive, file), 0
    for name in archive.namelist():
        content = archive.read(name)
        if b"sheetData" in content:
            walked = _walked(content, file)
            notes += _examined(walked, sheets.get(name, name), file)
            total += walked.rows * walked.columns
    if total > CELLS:
        check_shape(1, total, file)
    return notes


def refuse_entities(content: bytes, file: str) -> None:
    """Refuse XML that declares abbreviations of its own, by which a small file can grow without end."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise refusal(file, "the workbook declares XML entities, as no spreadsheet program does", PLAIN_COPY)


def _refuse_programs(archive: ZipFile, file: str) -> None:
    names = [name.lower() for name in archive.namelist()]
    if missing := {BOOK, LINKS, TYPES} - set(archive.namelist()):
        raise refusal(file, f"the workbook is damaged ({min(missing)} is missing)", AGAIN)
    macros = any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names)
    if macros or b"macroenabled" in archive.read(TYPES).lower():
        raise refusal(file, "the workbook holds macros (a program)", "Save it as .xlsx, which leaves them out.")
    if any("/externallinks/" in name for name in names):
        raise refusal(file, "the workbook takes values from other files (external links)", PLAIN_COPY)


def _sheet_names(archive: ZipFile, file: str) -> dict[str, str]:
    """Return the sheets' names by the parts of the workbook that hold them."""
    book, links = archive.read(BOOK), archive.read(LINKS)
    refuse_entities(book + links, file)
    try:
        parts = {link.get("Id"): link.get("Target", "") for link in ElementTree.fromstring(links)}
        sheets = [element for element in ElementTree.fromstring(book).iter() if element.tag.endswith("}sheet")]
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise refusal(file, f"the workbook is damaged ({error})", AGAIN) from error
    named = {sheet.get("name", ""): parts.get(_link(sheet), "") for sheet in sheets}
    return {part.removeprefix("/") if part.startswith("/") else f"xl/{part}": name for name, part in named.items()}


def _link(sheet: ElementTree.Element) -> str:
    return next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")


def _walked(content: bytes, file: str) -> _Walk:
    walk = _Walk()
    parser = expat.ParserCreate()
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.text
    refuse_entities(content, file)
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise refusal(file, f"the workbook is damaged ({error})", AGAIN) from error
    return walk


class _Walk:
    """A walk through a sheet's XML, which counts cells, formulas and errors without keeping any value."""

    def __init__(self) -> None:
        self.rows = self.columns = self.errors = 0
        self.formulas: list[str] = []
        self.without_value: list[str] = []
        self._row = self._column = 0
        self._element = self._type = ""
        self._formula = self._valued = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._element = name.rpartition(":")[2]
        if self._element == "c":
            self._start_cell(attributes)
        elif self._element == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdecimal() and len(number) < 12 else self._row + 1
            self._column = 0
        elif self._element == "f":
            self._formula = True

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        self._row, self._column = _place(place) if place else (self._row, self._column + 1)
        self.rows, self.columns = max(self.rows, self._row), max(self.columns, self._column)
        self._type = attributes.get("t", "n")
        self.errors += self._type == "e"
        # A formula may well give an empty text, and then stores nothing.
        self._formula, self._valued = False, self._type == "str"

    def text(self, text: str) -> None:
        if self._element in ("v", "t"):
            self._valued = True

    def end(self, name: str) -> None:
        self._element = ""
        if self._formula and name.rpartition(":")[2] == "c":
            place = f"{letters(self._column - 1)}{self._row}"
            self.formulas.append(place)
            if not self._valued:
                self.without_value.append(place)


def _place(place: str) -> tuple[int, int]:
    """Return row and column of a cell's name such as AB12, counted from 1."""
    column = place.rstrip(digits)
    row = place[len(column) :]
    return (int(row), _column(column)) if row and len(place) < 15 else (FAR, FAR)


@lru_cache(maxsize=20_000)
def _column(name: str) -> int:
    if not (name.isascii() and name.isalpha()):
        return FAR
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _examined(walk: _Walk, sheet: str, file: str) -> list[str]:
    check_shape(walk.rows, walk.columns, file, sheet)
    if walk.without_value:
        what = f"the formula in cell {walk.without_value[0]} of the sheet {shown(sheet)} has no stored value"
        raise refusal(file, what, "Open the workbook in a spreadsheet program, save it and choose it again.")
    notes = []
    if walk.errors:
        notes.append(f"cells that hold an error (such as #DIV/0!), read as empty: {walk.errors}.")
    if walk.formulas:
        notes.append(f"cells that hold formulas: {len(walk.formulas)} ({walk.formulas[0]} first); {STORED}")
    return [f"sheet {shown(sheet)}: {note}" for note in notes]
