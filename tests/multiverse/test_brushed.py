"""Which options are over-represented among selected definitions: counted by hand, and by a plain search."""

from itertools import product

import numpy as np
import pytest

from explorer.multiverse.brushed import brushed, over_represented
from explorer.multiverse.listing import listed
from tests.multiverse.five import ENTRY, MISSING, RULE, THRESHOLD, grid

ALL = listed(grid(ENTRY, MISSING, RULE, THRESHOLD))
"""Three rules with their thresholds, times two, times two: twelve definitions."""


def selecting(*labels):
    """Select the definitions that take all of some options."""
    return np.array([set(labels) <= set(ALL.grid.labels(choice)) for choice in ALL.choices.tolist()])


EVERY = np.ones(len(ALL), bool)


def found(selected, among=EVERY):
    return {presence.label: presence for presence in brushed(ALL, selected, among)}


def test_shares_of_the_selection_stand_beside_those_of_all():
    held = found(selecting("BSA 30", "75 %") | selecting("anybody", "75 %", "failures"))
    severe, strict, left_out = held["BSA 30"], held["75 %"], held["left out"]
    assert (severe.k_selected, severe.n_selected, severe.k_all, severe.n_all) == (2, 3, 6, 12)
    assert (left_out.k_selected, left_out.n_selected, left_out.k_all, left_out.n_all) == (1, 3, 6, 12)
    # Only the eight definitions whose rule has a threshold are counted.
    assert (strict.k_selected, strict.n_selected, strict.k_all, strict.n_all) == (3, 3, 4, 8)
    assert severe.excess == pytest.approx(2 / 3 - 1 / 2)


def test_the_most_over_represented_comes_first_and_is_said_with_its_counts():
    held = brushed(ALL, selecting("BSA 30", "75 %"), EVERY)
    assert [presence.excess for presence in held] == sorted((presence.excess for presence in held), reverse=True)
    assert over_represented(held, most=1) == ("Severity, BSA 30: 100 % (2/2) of the selection, 50 % (6/12) of all")


def test_of_everything_nothing_is_over_represented():
    assert over_represented(brushed(ALL, EVERY, EVERY)) == "No option is over-represented in the selection."


def test_a_decision_that_arises_in_none_of_the_selection_is_left_out():
    assert not {"50 %", "75 %"} & set(found(selecting("BSA low")))


def test_an_empty_selection_says_nothing():
    assert brushed(ALL, ~EVERY, EVERY) == ()


def test_what_lies_outside_is_counted_neither_here_nor_there():
    held = found(selecting("BSA 30"), among=selecting("50 %"))
    assert (held["BSA 30"].k_selected, held["BSA 30"].n_selected) == (2, 2)
    assert (held["BSA 30"].k_all, held["BSA 30"].n_all) == (2, 4)
    assert "BSA low" not in held
    assert "50 %" not in held


@pytest.mark.parametrize("seed", range(5))
def test_counts_agree_with_a_plain_search(seed):
    random = np.random.default_rng(seed)
    selected, among = random.random(len(ALL)) < 0.4, random.random(len(ALL)) < 0.8
    rows = [ALL.grid.labels(choice) for choice in ALL.choices.tolist()]
    held = found(selected, among)
    for place, option in product(range(4), range(2)):
        label = ALL.labels(place)[option]
        everywhere = [row[place] for row, there in zip(rows, among, strict=True) if there and row[place]]
        here = [row[place] for row, there in zip(rows, selected & among, strict=True) if there and row[place]]
        if here and len(set(everywhere)) > 1 and label in everywhere:
            presence = held.pop(label)
            assert (presence.k_selected, presence.n_selected) == (here.count(label), len(here))
            assert (presence.k_all, presence.n_all) == (everywhere.count(label), len(everywhere))
    assert not held
