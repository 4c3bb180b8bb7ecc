"""A mapping as the text of a link: it reads the same file the same way, and tells nothing of patients."""

import json
import zlib
from base64 import urlsafe_b64decode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.bundled import DATA
from explorer.cohort.intake import take_in
from explorer.cohort.mapping import editing
from explorer.cohort.mapping.apply import apply
from explorer.cohort.mapping.guess import guess
from explorer.cohort.mapping.sharing import LETTERS, from_link, to_link
from explorer.errors import DefinitionError
from explorer.links import pack
from tests.drawn_sheets import mapping, sheets

CLINIC = """
    MRN  | Start date | E-mail  | Sex | Bad flag | EASI base | EASI wk 16
    4711 | 2022-01-05 | a@b.org | F   | OUT      | 22        | 3
    0815 | 2022-01-19 | c@d.org | M   |          | 31        | 12
"""


def read(link):
    payload = link.removeprefix("1.")
    return zlib.decompress(urlsafe_b64decode(payload + "=" * (-len(payload) % 4))).decode()


def clinic():
    drawn = sheets(Data=CLINIC)
    found = guess(drawn)
    return drawn, editing.with_about(found.mapping, index_drug="x"), found.identifiers


def test_the_mapping_of_a_link_makes_the_same_cohort():
    drawn, held, identifiers = clinic()
    again = from_link(to_link(held, identifiers))
    assert apply(again, drawn).cohort.fingerprint == apply(held, drawn).cohort.fingerprint


def test_the_link_of_the_example_fits_an_address():
    brought = take_in({"clinic.csv": (DATA / "examples" / "clinic.csv").read_bytes()})
    assert len(to_link(brought.mapping, brought.guess.identifiers)) < LETTERS / 2


def test_no_cell_of_a_column_that_identifies_patients_is_in_a_link():
    _, held, identifiers = clinic()
    assert ("Data", "E-mail") in identifiers
    told = editing.with_fields(held, "Data", "E-mail", why="such as a@b.org", words={"a@b.org": "me"})
    said = read(to_link(told, identifiers))
    assert "E-mail" in said
    assert all(cell not in said for cell in ("a@b.org", "c@d.org", "4711", "0815"))


@pytest.mark.parametrize(
    "quotes",
    [
        {"columns": {"MRN": {"role": "patient_id", "words": {"4711": "P1"}}}},
        {"columns": {"E-mail": {"role": "covariate", "missing": ["a@b.org"]}}},
        {"columns": {"Born": {"role": "birth_date", "words": {"1.1.70": "1970-01-01"}}}},
        {"columns": {"MRN": {"role": "patient_id"}}, "leave_out": {"MRN": ["4711"]}},
        {"columns": {}, "imputed": {"E-mail": ["a@b.org"]}},
    ],
)
def test_a_mapping_that_quotes_such_cells_gets_no_link(quotes):
    assert to_link(mapping(**quotes), [("Data", "E-mail")]) is None


def test_a_mapping_that_quotes_other_cells_does():
    held = mapping({"Sex": {"role": "sex", "words": {"1": "male"}}}, leave_out={"Bad flag": ["OUT"]})
    assert from_link(to_link(held, [("Data", "E-mail")])) == held


def test_a_mapping_too_long_for_an_address_gets_no_link():
    noise = {f"{place * 7919 % 10007} {place * 104729 % 1000003}": {"role": "covariate"} for place in range(900)}
    assert to_link(mapping(noise), ()) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "The link holds no mapping"),
        ("2.abc", "version 2"),
        (pack("[1]"), "the mapping of the link"),
        (pack(json.dumps({"about": {}, "sheets": {}})), "about.title"),
        (pack(" " * 100_000), "more than 65536 bytes"),
    ],
)
def test_a_link_that_cannot_be_honoured_says_why(text, says):
    with pytest.raises(DefinitionError, match=says):
        from_link(text)


@settings(max_examples=100)
@given(st.text() | st.text().map(pack))
def test_no_text_does_more_harm_than_being_refused(text):
    with pytest.raises(DefinitionError):
        from_link(text)
