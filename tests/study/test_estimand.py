"""Estimand cards, locks, and the record of definitions looked at."""

import json
from datetime import UTC, datetime

from explorer.study.estimand import Lock, Viewed, estimand
from explorer.study.presets import AS_PUBLISHED, PRESETS
from explorer.study.study import Study

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def test_every_choice_of_a_study_stands_in_its_card():
    card = estimand(AS_PUBLISHED.replace(after_stop="failure", missing="observed"))
    assert "tralokinumab" in card.population
    assert "prior dupilumab" in card.population
    assert "BSA improved by at least 50 %" in card.variable
    assert "days 30 to 120" in card.variable
    assert "composite strategy" in card.stopping
    assert "left out of the denominator" in card.missing
    assert "95 % Wilson" in card.summary


def test_two_presets_differ_in_what_their_rules_say():
    one, other = (estimand(PRESETS[name].study) for name in ("as-published", "strict"))
    assert one.variable != other.variable
    assert (one.population, one.stopping, one.missing) == (other.population, other.stopping, other.missing)


def test_a_lock_says_when_and_after_how_many_looks():
    assert Lock(AS_PUBLISHED, AT, 0).words.endswith("2026-03-01 09:30:00 UTC, before any result was shown")
    assert Lock(AS_PUBLISHED, AT, 1).words.endswith("after 1 look at results")
    assert Lock(AS_PUBLISHED, AT, 2, 288).words.endswith("after 2 looks at results and a multiverse of 288 definitions")
    assert AS_PUBLISHED.fingerprint in Lock(AS_PUBLISHED, AT, 3).words


def test_a_lock_can_be_saved_and_its_study_read_again():
    card = json.loads(Lock(AS_PUBLISHED, AT, 2).to_json())
    assert card["locked_at"] == "2026-03-01T09:30:00+00:00"
    assert card["definitions_viewed_before"] == 2
    assert Study.from_dict(card["study"]) == AS_PUBLISHED
    assert set(card["estimand"]) == {"population", "variable", "stopping", "missing", "summary"}


def test_definitions_viewed_are_counted_once_and_only_those_before():
    record = Viewed().and_then("a", "First").and_then("b", "Second").and_then("a", "First").and_then("c", "Third")
    assert [number for number, _ in record.definitions] == ["a", "b", "c"]
    assert record.words("c") == "2 definitions viewed before this one: First (a); Second (b)."
    assert record.words("b") == "1 definition viewed before this one: First (a)."
    assert record.words("a").startswith("No other definition")
    assert len(record.before("unseen")) == 3


def test_a_multiverse_counts_as_what_it_shows():
    record = Viewed().and_then("a", "First").and_many(288).and_many(48)
    assert record.words("a").endswith("A multiverse of 288 definitions was shown in this visit.")
    assert "multiverse" not in Viewed().and_then("a", "First").words("a")
