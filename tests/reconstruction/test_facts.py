from fractions import Fraction

import pytest
from pydantic import ValidationError

from explorer.reconstruction.facts import Fact, published


# Copied from the article, not from the facts file: claim, and everything printed for it.
@pytest.mark.parametrize(
    ("claim", "printed"),
    [
        ("C01", ["49"]),
        ("C02", ["2019-01", "2024-01"]),
        ("C03", ["96"]),
        ("C04", ["2"]),
        ("C05", ["51"]),
        ("C06", ["333"]),
        ("C07", ["20.5", "11.4", "significant"]),
        ("C08", ["6.2", "4.2", "significant"]),
        ("C09", ["2.60", "2.19", "not significant"]),
        ("C10", ["14"]),
        ("C11", ["one third"]),
        ("C12", ["nearly half"]),
        ("C13", ["a small number"]),
        ("C14", ["2"]),
        ("C15", ["a subset"]),
        ("C16", ["3"]),
    ],
)
def test_facts_are_as_the_article_prints_them(claim, printed):
    assert [fact.value for fact in published().facts if fact.claim == claim] == printed


def test_no_fact_lacks_a_claim_and_no_claim_lacks_a_fact():
    assert {fact.claim for fact in published().facts} == {f"C{number:02d}" for number in range(1, 17)}


def test_every_fact_names_its_source_and_says_itself_in_a_sentence():
    source = published().source
    assert source.url.startswith("https://www.emjreviews.com/")
    assert all(fact.source == source.id and fact.statement.endswith(".") for fact in published().facts)


def test_words_are_never_numbers():
    with pytest.raises(ValueError, match="printed as 'one third'"):
        _ = published().fact("less_topical").number


def test_a_printed_number_is_exact():
    assert published().fact("iga_baseline").number == Fraction(13, 5)


def test_decimals_must_be_those_printed():
    with pytest.raises(ValidationError, match="2.6 does not have 2 decimals"):
        Fact(id="x", claim="C09", source="s", statement="s", measure="m", value="2.6", decimals=2, unit="points")


def test_there_are_sixteen_constraints_and_those_read_from_words_say_so():
    constraints = {constraint.id: constraint for constraint in published().constraints}
    assert list(constraints) == [f"C{number}" for number in range(1, 17)]
    assert {name for name, each in constraints.items() if each.assumed} == {"C10", "C11", "C13", "C14"}
