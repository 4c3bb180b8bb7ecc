"""Where the definition in force stands: counted by hand, and in words with its counts."""

import pytest

from explorer.bundled import bundled_cohort
from explorer.multiverse.curve import change_curve, response_curve
from explorer.multiverse.estimates import percent, share_of
from explorer.multiverse.listing import listed
from explorer.multiverse.run import run
from explorer.multiverse.standing import standing
from explorer.study.presets import AS_PUBLISHED
from tests.multiverse.five import BASE, ENTRY, FIVE, MISSING, RULE, THRESHOLD, grid, real
from tests.multiverse.test_run import grid_of_presets

pytestmark = pytest.mark.usefixtures("of_any_size")


def ranked(*decisions, base=BASE, held=FIVE):
    return standing(response_curve(run(held, listed(grid(*decisions, base=base)))))


def test_lower_same_and_higher_are_counted_and_the_range_is_given():
    found = ranked(ENTRY, MISSING)
    # 3/5 among 1/2, 3/5, 2/3 and 3/4.
    assert (found.n_lower, found.n_same, found.n_higher, found.n) == (1, 1, 2, 4)
    assert (found.lowest_value, found.highest_value) == (0.5, 0.75)
    assert found.counts == ((3, 5), (2, 4), (3, 4))


def test_ties_are_counted_apart_and_the_definition_in_force_is_one_of_them():
    carried = MISSING | {"options": [*MISSING["options"], {"label": "carried", "missing": "last_observation"}]}
    found = ranked(ENTRY, carried)
    # P4's baseline carried forward is no improvement: 3/5 and 2/4 once more.
    assert (found.n_lower, found.n_same, found.n_higher) == (2, 2, 2)


def test_only_definitions_with_the_same_rule_and_threshold_are_compared():
    assert ranked(ENTRY, MISSING, RULE, THRESHOLD).n == 4
    assert ranked(RULE, THRESHOLD).n == 1


def test_the_sentence_carries_every_count():
    assert str(ranked(ENTRY, MISSING)) == (
        "3/5 (60 %): higher than 25 % (1/4) of the 4 definitions with this responder rule, the same as 25 % (1/4), "
        "itself included, and lower than 50 % (2/4). They run from 2/4 (50 %) to 3/4 (75 %)."
    )
    assert str(ranked(RULE)) == "3/5 (60 %): the only definition with this responder rule that gives a figure."


def test_the_words_beside_it_say_that_a_rank_is_no_probability():
    assert "same responder rule" in ranked(ENTRY, MISSING).caution
    assert "no probability" in ranked(ENTRY, MISSING).caution


def test_definitions_that_give_no_rate_are_counted_apart():
    nobody = {"label": "BSA 90", "criteria": [{"kind": "baseline_score", "instrument": "BSA", "at_least": 90}]}
    found = ranked(ENTRY | {"options": [*ENTRY["options"], nobody]}, MISSING)
    assert (found.n, found.n_without) == (4, 2)
    assert str(found).endswith("2 more with this rule give no rate.")


def test_a_definition_without_a_rate_has_no_standing():
    base = BASE.replace(eligibility=({"kind": "baseline_score", "instrument": "BSA", "at_least": 90},))
    assert ranked(MISSING, base=base) is None


def test_a_better_change_is_a_lower_one_where_lower_is_better():
    curve = change_curve(run(real(FIVE), listed(grid(ENTRY, MISSING))), "BSA")
    found = standing(curve)
    # -30, -20, -10 and -10 of anybody; without P5 the mean is -20.
    assert (found.value, found.lowest_value, found.highest_value) == (-17.5, -20, -17.5)
    assert "a better change than 0 % (0/2)" in str(found)
    assert "a worse one than 50 % (1/2)" in str(found)
    assert "responder rule" not in found.caution


def test_every_count_agrees_with_a_plain_search_through_the_presets():
    multiverse = run(bundled_cohort(), listed(grid_of_presets().around(AS_PUBLISHED)))
    found = standing(response_curve(multiverse))
    asked = [multiverse.listing.study(row).response for row in range(len(multiverse))]
    rates = [
        rate
        for response, rate in zip(asked, multiverse.response.rate.tolist(), strict=True)
        if response == AS_PUBLISHED.response
    ]
    mine = multiverse.response.rate[multiverse.in_force]
    lower, higher = sum(rate < mine for rate in rates), sum(rate > mine for rate in rates)
    assert len(rates) == 3
    assert (found.n_lower, found.n_same, found.n_higher) == (lower, rates.count(mine), higher)
    assert (found.lowest_value, found.highest_value) == (min(rates), max(rates))


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0 %"), (1, "100 %"), (0.832, "83 %"), (431 / 432, "99.8 %"), (1 / 48_600, "0.002 %")]
)
def test_what_is_not_quite_nothing_or_all_is_not_printed_as_it(share, text):
    assert percent(share) == text


def test_a_share_carries_its_count():
    assert share_of(359, 432) == "83 % (359/432)"
