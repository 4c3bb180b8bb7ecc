"""The glossary: terms are short, plain, sourced where others coined them, and found by any of their names."""

import re

import pytest

from explorer.lessons.entries import EntryError
from explorer.lessons.glossary import FILE, PAGES, find, glossary, load, used_on
from tests.lessons.reading_age import grade
from tests.pages.app import ROOT

TERMS = list(glossary().values())
ASKED_FOR = [
    "responder",
    "IGA",
    "BSA",
    "PP-NRS",
    "MCID",
    "Wilson interval",
    "estimand",
    "multiverse",
    "nearest flip",
    "regression to the mean",
    "non-responder imputation",
    "immortal time",
    "Hodges-Lehmann",
    "kappa",
    "McNemar test",
    "prediction interval",
    "tau",
    "I2",
]


@pytest.mark.parametrize("name", ASKED_FOR)
def test_terms_of_the_app_are_explained(name):
    assert find(name) is not None


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_a_term_is_plain_and_short(term):
    assert 5 <= len(term.meaning.split()) <= 60
    assert grade(term.meaning) <= 12


def test_the_glossary_as_a_whole_reads_like_a_newspaper():
    assert grade(" ".join(term.meaning for term in TERMS)) <= 9


def test_most_terms_name_their_source_and_every_statistic_does():
    named = [term for term in TERMS if term.source]
    assert len(named) > len(TERMS) / 2
    statistics = ("interval", "test", "estimate", "curve", "Kappa", "Tau", "Hedges", "effects")
    own = ("Confidence interval",)
    assert [t.name for t in TERMS if any(s in t.name for s in statistics) and not t.source and t.name not in own] == []


def test_no_name_stands_for_two_terms():
    names = [name.casefold() for term in TERMS for name in (term.name, *term.also)]
    assert len(set(names)) == len(names)


def test_no_term_advises_anybody():
    for term in TERMS:
        assert not re.search(r"\b(you should|patients should|we recommend)\b", term.meaning, re.IGNORECASE), term.name


@pytest.mark.parametrize("page", PAGES)
def test_pages_that_terms_point_to_are_there(page):
    assert (ROOT / "pages" / f"{page}.py").exists()


def test_a_page_lists_the_terms_that_point_to_it():
    assert "McNemar test" in [term.name for term in used_on("compare")]
    assert "McNemar test" not in [term.name for term in used_on("safety")]


def test_a_search_finds_names_and_meanings():
    said = [term.name for term in TERMS if term.says("itch")]
    assert "PP-NRS" in said
    assert "Tau" not in said


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("See: Adverse event", "See: Adverse evnt", "there is no 'Adverse evnt' to point to"),
        ("Pages: overview, change, response", "Pages: overveiw", "there is no 'overveiw' to point to"),
        ("not how badly.", "not how badly. One. Two. Three.", "has more than 3 sentences"),
    ],
)
def test_a_broken_term_says_line_and_why(tmp_path, old, new, says):
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "glossary.md"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EntryError, match=rf"glossary\.md, line \d+: .*{says}"):
        load(broken)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_that_can_list_terms_has_some_and_offers_them(page):
    assert used_on(page)
    assert f'glossary.here("{page}")' in (ROOT / "pages" / f"{page}.py").read_text(encoding="utf-8")
