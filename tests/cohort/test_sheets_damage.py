"""Damaged sheets are read or refused with a place and a remedy; nothing else ever comes of them."""

from io import BytesIO

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.cohort.readers.sheets import read_sheets
from explorer.errors import CohortError
from tests.cohort.test_damage import SPLICES, damage
from tests.cohort.workbooks import ods, ods_row, packed, parts, xls, xlsx

ROWS = [["id", "score", "note"], ["P1", 7.5, "a"], ["P2", None, "b"], ["P3", 3, None]]


def text_of(separator):
    return "\n".join(separator.join("" if cell is None else str(cell) for cell in row) for row in ROWS)


def parquet():
    content = BytesIO()
    pd.DataFrame(ROWS[1:], columns=ROWS[0]).to_parquet(content)
    return content.getvalue()


def old_workbook():
    words = [(0, column, word) for column, word in enumerate(ROWS[0])]
    cells = [(0x204, bytes([row, 0, column, 0, 0, 0, len(word), 0, 0]) + word.encode()) for row, column, word in words]
    return xls(*cells, (0x203, bytes([1, 0, 0, 0, 0, 0]) + bytes(8)))


SOUND = {
    "comma.csv": text_of(",").encode(),
    "semicolon.csv": text_of(";").replace(".", ",").encode("utf-16"),
    "quoted.csv": b'id,note\nP1,"a, ""b"""\nP2,"c\nd"\n',
    "a.xlsx": xlsx(*ROWS),
    "a.xls": old_workbook(),
    "a.ods": ods("".join(ods_row(*(str(cell) for cell in row)) for row in ROWS)),
    "a.parquet": parquet(),
    "a.zip": packed({"a.csv": text_of(","), "a.xlsx": xlsx(*ROWS)}),
}
PACKED = ("a.xlsx", "a.ods")
quick = settings(deadline=10_000, max_examples=150)
places, lengths, splices = st.floats(0, 1), st.integers(0, 40), st.sampled_from(SPLICES) | st.binary(max_size=8)


def read_or_refused(content, name):
    try:
        frames = read_sheets(content, name).frames
    except CohortError as error:
        frames, problems = {}, error.problems
    else:
        problems = ()
    assert frames or problems
    assert all(problem.file.startswith(name) and problem.what and problem.remedy for problem in problems)
    for frame in frames.values():
        assert frame.columns.is_unique
        assert frame.index.is_unique
        assert all(isinstance(name, str) and name for name in frame.columns)
        assert (frame.index > 1).all()


@pytest.mark.parametrize("name", SOUND)
def test_what_is_damaged_below_is_sound_before(name):
    assert all(len(frame.columns) for frame in read_sheets(SOUND[name], name).frames.values())


@quick
@given(st.sampled_from(list(SOUND)), places, lengths, splices)
def test_damaged_files(name, at, length, splice):
    read_or_refused(damage(SOUND[name], at, length, splice), name)


@quick
@given(st.sampled_from(PACKED), st.data(), places, lengths, splices)
def test_damaged_parts_of_workbooks(name, data, at, length, splice):
    inside = parts(SOUND[name])
    part = data.draw(st.sampled_from(sorted(inside)))
    read_or_refused(packed(inside | {part: damage(inside[part], at, length, splice)}), name)


@quick
@given(st.text(alphabet='P12,;|."\n\r\t -=/é\0', max_size=60))
def test_arbitrary_text(content):
    read_or_refused(content.encode(), "any.csv")


cells = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8) | st.dates() | st.datetimes()


@settings(quick, max_examples=40)
@given(st.lists(st.lists(cells, max_size=5), max_size=6))
def test_arbitrary_cells(rows):
    text = [[str(cell) if isinstance(cell, str | float) else cell for cell in row] for row in rows]
    plain = [
        ["".join(filter(str.isprintable, cell)) if isinstance(cell, str) else cell for cell in row] for row in text
    ]
    storable = [[cell for cell in row if not hasattr(cell, "year") or cell.year > 1900] for row in plain]
    read_or_refused(xlsx(*storable, ["end"]), "any.xlsx")
