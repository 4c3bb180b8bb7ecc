"""A sheet from a text file: its encoding, its separator, its decimal sign and its heading are found, not asked for."""

from __future__ import annotations

import csv
import re
from collections import Counter
from io import StringIO
from itertools import islice
from typing import NamedTuple

import pandas as pd

from explorer.cohort.findings import Findings, shown
from explorer.cohort.readers.delimited import BOMS, SAVE_AGAIN, decode, even_cells
from explorer.cohort.readers.grid import Table, tabulate, typed_texts
from explorer.cohort.readers.heading import LOOK, Heading, find_heading
from explorer.cohort.readers.limits import check_shape, refusal

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
# A line by which Excel is told the separator: it is no row of the table.
SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
BEGINNING = 2**20  # letters among which the separator is sought
FORMULA = r"^\s*(?:[=@]|[+-][A-Za-z(])"


class Text(NamedTuple):
    """A text file's content, its separator, the rows that stand before the content, and what was seen."""

    content: str
    separator: str
    skipped: int
    notes: list[str]


def read_text(content: bytes, file: str) -> Table:
    """Read a text file with one table, every column of numbers as numbers and every other cell as text.

    Parameters
    ----------
    content : bytes
        In UTF-8, UTF-16 or Windows-1252; separated by comma, semicolon, tab or bar; with decimal point or comma.
    file : str
        Name for messages.

    Returns
    -------
    Table

    Raises
    ------
    CohortError
        Where the file is no text, has no heading, changes its number of columns, or holds too much.
    """
    text = _separated(*_decoded(content, file))
    head = _rows(text, file, LOOK)
    heading = find_heading(_padded(head))
    if heading is None:
        raise refusal(file, "no row names the columns", "Let the first row name the columns.", 1 + text.skipped)
    heading = heading._replace(names=heading.names[: len(head[heading.at])])
    body = _body(text, heading, file)
    table = tabulate(body, heading, typed_texts)
    return Table(table.frame, [*text.notes, *table.notes, *_decimal_comma(body), *_formulas(table.frame)])


def _decoded(content: bytes, file: str) -> tuple[str, list[str]]:
    if b"\0" in content and not content.startswith(tuple(BOMS)):
        return _unmarked(content, file), ["the file is in UTF-16 without its mark."]
    findings = Findings()
    text = decode(content, file, findings)
    findings.stop_if_any([file])
    assert text is not None  # decode noted a problem otherwise
    marked = next((encoding for mark, encoding in BOMS.items() if content.startswith(mark)), "")
    notes = ["the file is in UTF-16."] if marked == "utf-16" else []
    return text.removeprefix("\ufeff"), [*notes, *(note.removeprefix(f"{file}: ") for note in findings.warnings)]


def _unmarked(content: bytes, file: str) -> str:
    """Decode UTF-16 that lacks its mark, which in Western text has a zero in every other byte; refuse other zeros."""
    for encoding, zeros in (("utf-16-le", content[1:400:2]), ("utf-16-be", content[0:400:2])):
        if zeros.count(0) > 0.9 * len(zeros) and len(content) % 2 == 0:
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            if "\0" not in text:
                return text
    row = content[: content.index(b"\0")].count(b"\n") + 1
    raise refusal(file, "the file holds a zero byte, so it is not text or is damaged", SAVE_AGAIN, row)


def _separated(text: str, notes: list[str]) -> Text:
    told = SEPARATOR_LINE.match(text)
    if told:
        return Text(
            text[told.end() :], told.group(1), 1, [*notes, f"row 1 only names the separator ({told.group(1)})."]
        )
    separator = _sniffed(text)
    seen = [] if separator == "," else [f"cells are separated by {SEPARATORS[separator]}."]
    return Text(text, separator, 0, notes + seen)


def _sniffed(text: str) -> str:
    """Return the separator that cuts most of the first rows into equally many cells, and into most cells."""
    beginning = text[:BEGINNING]

    def fitness(separator: str) -> tuple[float, int]:
        try:
            rows = list(islice(csv.reader(StringIO(beginning, newline=""), delimiter=separator), LOOK))
        except csv.Error:
            return 0, 0
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, count = widths.most_common(1)[0] if widths else (0, 0)
        return count / max(1, len(rows)), width

    return max(SEPARATORS, key=fitness)


def _rows(text: Text, file: str, limit: int | None = None) -> list[list[str]]:
    rows = csv.reader(StringIO(text.content, newline=""), delimiter=text.separator, strict=True)
    try:
        return list(islice(rows, limit))
    except csv.Error as error:
        what = f"quotation marks do not pair up, or a cell is too long ({error})"
        remedy = "Close the quotation mark there; double one that belongs to the text."
        raise refusal(file, what, remedy, rows.line_num + text.skipped) from error


def _padded(rows: list[list[str]]) -> list[list[str]]:
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _body(text: Text, heading: Heading, file: str) -> pd.DataFrame:
    """Return the cells below the heading, as many in each row; refuse rows that have more or fewer."""
    width = len(heading.names)
    check_shape(text.content.count("\n"), width, file)
    first = heading.at + text.skipped + 2
    cells = _even_body(text, heading.at + 1, width)
    if cells is None:
        cells = _uneven_body(text, heading.at + 1, width, file)
    return cells.set_axis(range(first, first + len(cells)), axis=0)


def _even_body(text: Text, skipped: int, width: int) -> pd.DataFrame | None:
    if '"' in text.content:
        return None
    lines = StringIO(text.content, newline="")
    for _ in range(skipped - 1):
        lines.readline()
    return even_cells(lines.read(), text.separator, width)


def _uneven_body(text: Text, skipped: int, width: int, file: str) -> pd.DataFrame:
    rows = _rows(text, file)[skipped:]
    for at, row in enumerate(rows):
        if len(row) != width:
            rows[at] = _evened(row, width, file, at + skipped + text.skipped + 1)
    return pd.DataFrame(rows, columns=range(width), dtype="str")


def _evened(row: list[str], width: int, file: str, number: int) -> list[str]:
    """Return a row as wide as the heading: blank cells may lack or be too many, others not."""
    surplus = next((cell for cell in row[width:] if cell.strip()), None)
    if surplus is not None or (len(row) < width and any(map(str.strip, row))):
        extra = f": {shown(surplus)} is one too many" if surplus is not None else ""
        what = f"the row has {len(row)} cells where the heading has {width}{extra}"
        raise refusal(file, what, "Put a value that holds the separator in quotation marks, or mend the row.", number)
    return [*row, *[""] * width][:width]


def _decimal_comma(body: pd.DataFrame) -> list[str]:
    number = r"\s*[+-]?\d+,\d+\s*"
    count = sum(int(body[at].str.fullmatch(number).sum()) for at in body if body[at].str.contains(",").any())
    return [f"numbers written with a decimal comma: {count}."] if count else []


def _formulas(frame: pd.DataFrame) -> list[str]:
    for column in frame:
        cells = frame[column]
        if not isinstance(cells.dtype, pd.StringDtype):
            continue
        suspicious = cells.fillna("").str.contains(FORMULA)
        if suspicious.any():
            at = int(suspicious.to_numpy(bool).argmax())
            place = f"row {cells.index[at]}, column {shown(column)}: {shown(cells.iloc[at])}"
            return [f"cells that begin like a formula were kept as text and never calculated ({place})."]
    return []
