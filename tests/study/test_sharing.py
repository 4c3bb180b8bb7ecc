"""A study as the text of a link."""

import base64
import json
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.errors import DefinitionError
from explorer.study.eligibility import Covariate
from explorer.study.presets import AS_PUBLISHED
from explorer.study.sharing import from_link, to_link
from tests.study.strategies import studies

LINK = to_link(AS_PUBLISHED)


def packed(text):
    return "1." + base64.urlsafe_b64encode(zlib.compress(text)).decode().rstrip("=")


@settings(max_examples=150, deadline=None)
@given(study=studies())
def test_a_study_survives_a_link_name_and_all(study):
    read = from_link(to_link(study))
    assert read == study
    assert read.name == study.name


def test_a_link_is_short_and_needs_no_escaping():
    assert len(LINK) < 900
    assert set(LINK) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "should begin with '1.'"),
        ("study", "should begin with '1.'"),
        (LINK.replace("1.", "2.", 1), "version 2; this program reads version 1"),
        ("1.", "letters that no study is written in, or nothing at all"),
        ("1.<script>", "letters that no study is written in"),
        (LINK[:-40], "cut short"),
        (LINK[:300], "cut short"),
        (LINK + "AAAA", "something follows its end"),
        (LINK[:100] + "AAAA" + LINK[104:], "damaged"),
        (packed(b"\xff"), "damaged"),
        (packed(b"not json"), "not JSON"),
        (packed(b"[1]"), "not a study"),
        (packed(b"{}"), "index_drug: needed, and missing"),
        (packed(json.dumps(AS_PUBLISHED.to_dict() | {"missing": "guess"}).encode()), 'missing: "guess" is not allowed'),
    ],
)
def test_a_link_that_cannot_be_honoured_says_why(text, says):
    with pytest.raises(DefinitionError) as refused:
        from_link(text)
    assert says in str(refused.value)


def test_a_few_letters_cannot_fill_the_memory():
    bomb = packed(b" " * 50_000_000)
    tracemalloc.start()
    with pytest.raises(DefinitionError, match="more than 65536 bytes"):
        from_link(bomb)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2_000_000


def test_a_study_too_long_to_be_read_again_gets_no_link():
    values = tuple(f"{number:0200}" for number in range(200))
    long = AS_PUBLISHED.replace(eligibility=(Covariate(column="site", in_=values),) * 2)
    with pytest.raises(DefinitionError, match="too long for a link"):
        to_link(long)


@settings(max_examples=300, deadline=None)
@given(text=st.text() | st.text("abcAB019-_").map("1.{}".format) | st.binary().map(packed))
def test_no_text_does_more_harm_than_being_refused(text):
    with pytest.raises(DefinitionError):
        from_link(text)


@settings(max_examples=200, deadline=None)
@given(place=st.integers(2, len(LINK) - 1), letter=st.sampled_from("Aa0_-Zz9"))
def test_a_changed_letter_is_noticed_or_harmless(place, letter):
    try:
        read = from_link(LINK[:place] + letter + LINK[place + 1 :])
    except DefinitionError:
        return
    assert read == AS_PUBLISHED
