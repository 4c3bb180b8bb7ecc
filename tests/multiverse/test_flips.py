"""The fewest changed choices that turn a conclusion: by hand on five patients, and by plain searches."""

from math import atan, pi

import numpy as np
import pytest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.errors import DefinitionError
from explorer.multiverse.flips import (
    IntervalIncludes,
    PCrosses,
    RateBelow,
    distances,
    exchanged,
    nearest_flip,
)
from explorer.multiverse.listing import listed
from explorer.multiverse.run import run
from explorer.study.presets import AS_PUBLISHED
from tests.multiverse.five import BASE, ENTRY, FIVE, MISSING, RULE, THRESHOLD, grid, real
from tests.multiverse.test_run import grid_of_presets

pytestmark = pytest.mark.usefixtures("of_any_size")

BSA_75 = BASE.replace(response={"rule": {"kind": "percent_improvement", "instrument": "BSA", "at_least": 75}})
BSA_LOW = BASE.replace(response={"rule": RULE["options"][1]["rule"]})
NOBODY = {"label": "BSA 90", "criteria": [{"kind": "baseline_score", "instrument": "BSA", "at_least": 90}]}
# Rates of (anybody, BSA 30): at 50 % 3/5 and 2/4, with the unknown left out 3/4 and 2/3; at 75 % 1/5, 1/4, 1/4, 1/3;
# of a score of 10 at most 2/5, 1/4, 2/4 and 1/3.


def searched(conclusion, *decisions, base=BASE, held=FIVE):
    return nearest_flip(run(held, listed(grid(*decisions, base=base))), conclusion)


# By hand


def test_one_changed_choice_is_found_with_what_it_gives_and_whom_it_costs():
    found = searched(RateBelow(0.55), ENTRY, MISSING)
    assert (found.holds, found.distance) == (False, 1)
    (flip,) = found.flips
    assert flip.changes == ("Severity: BSA 30 instead of anybody",)
    assert (flip.found.k, flip.found.n, flip.gained) == (2, 4, -1)
    assert str(flip) == (
        "Severity: BSA 30 instead of anybody: 2/4 (50 %; 95 % CI 15 % to 85 %), 1 patient fewer in the denominator"
    )


def test_the_answer_is_said_with_how_many_definitions_say_so():
    assert str(searched(RateBelow(0.55), ENTRY, MISSING)) == (
        "Under the definition in force the rate is 55 % or more: 3/5 (60 %; 95 % CI 23 % to 88 %). One changed choice "
        "is enough so that the rate is below 55 %: so say 50 % (1/2) of the definitions that differ by 1 choice "
        "and can be judged."
    )


def test_all_ties_are_listed_those_that_lose_fewest_patients_first():
    found = searched(RateBelow(0.55), ENTRY, MISSING, THRESHOLD)
    assert [(flip.changes, flip.gained) for flip in found.flips] == [
        (("BSA asked for: 75 % instead of 50 %",), 0),
        (("Severity: BSA 30 instead of anybody",), -1),
    ]


def test_two_changes_are_needed_where_neither_alone_turns_it():
    found = searched(RateBelow(0.3), ENTRY, MISSING, base=BSA_75)
    assert (found.holds, found.distance) == (True, 2)
    (flip,) = found.flips
    assert flip.changes == (
        "Severity: BSA 30 instead of anybody",
        "Unknown outcomes: left out instead of failures",
    )
    assert (flip.found.k, flip.found.n, flip.gained) == (1, 3, -2)
    assert [(each.distance, each.n_judged, each.n_flipped) for each in found.by_distance] == [
        (0, 1, 0),
        (1, 2, 0),
        (2, 1, 1),
    ]
    assert "It takes 2 changed choices" in str(found)


def test_where_none_turns_it_the_closest_is_named():
    found = searched(RateBelow(0.5), ENTRY, MISSING, base=BSA_75)
    assert found.distance is None
    assert found.flips == ()
    assert (found.closest.found.k, found.closest.found.n) == (1, 3)
    assert "No other definition listed says that the rate is 50 % or more, of 3 that can be judged" in str(found)
    assert "The closest: Severity: BSA 30" in str(found)


def test_where_the_one_in_force_is_the_closest_that_is_said():
    found = searched(RateBelow(0.1), ENTRY, MISSING, base=BSA_75)
    assert found.closest is None
    assert str(found).endswith("nor does any come closer to it.")


def test_a_threshold_that_a_new_rule_brings_along_is_no_further_change():
    found = searched(RateBelow(0.3), RULE, THRESHOLD, base=BSA_LOW)
    assert found.distance == 1
    (flip,) = found.flips
    assert flip.changes == ("Rule: BSA by percent instead of BSA low",)
    assert flip.brought == ("BSA asked for: 75 %",)
    assert "instead of BSA low (with BSA asked for: 75 %): 1/5" in str(flip)


def test_an_interval_includes_its_limits_and_what_lies_between():
    # Wilson's limits are 23 % and 88 % of 3/5, and 30 % and 95 % of 3/4.
    found = searched(IntervalIncludes(0.25), ENTRY, MISSING)
    assert found.holds
    assert [flip.changes for flip in found.flips] == [("Unknown outcomes: left out instead of failures",)]
    assert "the interval does not include 25 %" in str(found)
    low = searched(IntervalIncludes(0), MISSING).found.low
    assert searched(IntervalIncludes(low), MISSING).holds


def test_definitions_that_give_no_rate_are_not_judged():
    found = searched(RateBelow(0.55), ENTRY | {"options": [*ENTRY["options"], NOBODY]})
    assert found.distance == 1
    assert [(each.n, each.n_judged) for each in found.by_distance] == [(1, 1), (2, 1)]


def test_what_cannot_be_judged_in_force_cannot_turn():
    base = BASE.replace(eligibility=NOBODY["criteria"])
    assert searched(RateBelow(0.5), MISSING, base=base) is None


def test_only_the_definitions_asked_for_are_looked_at():
    multiverse = run(FIVE, listed(grid(ENTRY, MISSING, RULE, THRESHOLD)))
    same = multiverse.rule == multiverse.rule[multiverse.in_force]
    assert nearest_flip(multiverse, RateBelow(0.55)).by_distance[1].n == 4
    found = nearest_flip(multiverse, RateBelow(0.55), among=same)
    assert [flip.changes for flip in found.flips] == [("Severity: BSA 30 instead of anybody",)]
    assert sum(each.n for each in found.by_distance) == 4


# p values


@pytest.mark.parametrize("ask", [nearest_flip, lambda multiverse, p: p.holds(multiverse)])
def test_no_p_value_of_a_synthetic_cohort_flips(ask):
    multiverse = run(FIVE, listed(grid(ENTRY)))
    with pytest.raises(DefinitionError, match="synthetic reconstruction"):
        ask(multiverse, PCrosses("BSA"))


def test_p_crosses_in_a_cohort_of_patients():
    found = searched(PCrosses("BSA", 0.05), ENTRY, MISSING, held=real(FIVE))
    assert found.holds
    assert (found.found.n, found.found.mean) == (4, -17.5)
    # Changes of -30, -20, -10 and -10: squares about the mean sum to 275. The t distribution of 3 degrees is closed.
    t = 17.5 / (275 / 3 / 4) ** 0.5
    x = t / 3**0.5
    assert found.found.p == pytest.approx(1 - 2 / pi * (atan(x) + x / (1 + x * x)))
    (flip,) = found.flips
    # Without the last, t is the root of 12, and with 2 degrees p is 1 - t / sqrt(t * t + 2).
    assert flip.found.p == pytest.approx(1 - (12 / 14) ** 0.5)
    assert str(flip) == (
        "Severity: BSA 30 instead of anybody: BSA changed by -20.00 points in 3 patients (p = 0.074), "
        "1 patient fewer in the denominator"
    )
    assert "p of the change of BSA is below 0.05" in str(found)


# By plain searches


def choices_apart(one, other):
    return sum(a != b for a, b in zip(one, other, strict=True) if a and b)


def of_presets(base=AS_PUBLISHED):
    return run(real(bundled_cohort()), listed(grid_of_presets().around(base)))


CONCLUSIONS = [RateBelow(0.5), RateBelow(0.9), IntervalIncludes(0.4), IntervalIncludes(0.7), PCrosses("IGA", 0.001)]


@pytest.mark.parametrize("conclusion", CONCLUSIONS, ids=str)
def test_the_nearest_flip_is_the_one_a_plain_search_finds(conclusion):
    multiverse = of_presets()
    labels = [multiverse.listing.grid.labels(choice) for choice in multiverse.listing.choices.tolist()]
    now = multiverse.in_force
    apart = [choices_apart(labels[now], each) for each in labels]
    assert distances(multiverse.listing, now).tolist() == apart
    holds = [
        holding(conclusion, analyse(multiverse.cohort, multiverse.listing.study(row))) for row in range(len(labels))
    ]
    turned = [row for row in range(len(labels)) if holds[row] is not None and holds[row] != holds[now]]
    found = nearest_flip(multiverse, conclusion)
    nearest = min((apart[row] for row in turned), default=None)
    assert found.distance == nearest
    assert {flip.row for flip in found.flips} == {row for row in turned if apart[row] == nearest}
    n = conclusion.n(multiverse)
    assert [flip.gained for flip in found.flips] == [n[flip.row] - n[now] for flip in found.flips]


def holding(conclusion, analysis):
    if isinstance(conclusion, PCrosses):
        (change,) = (each for each in analysis.change if each.instrument == conclusion.instrument)
        return None if np.isnan(change.p_t) else change.p_t < conclusion.alpha
    r = analysis.response
    if np.isnan(r.rate):
        return None
    if isinstance(conclusion, RateBelow):
        return r.rate < conclusion.value
    return r.ci_low <= conclusion.value <= r.ci_high


# Who comes and goes


def test_who_leaves_the_denominator_is_named_by_row():
    multiverse = run(FIVE, listed(grid(ENTRY, MISSING)))
    (flip,) = nearest_flip(multiverse, RateBelow(0.55)).flips
    (change,) = exchanged(multiverse, RateBelow(0.55), [flip.row])
    assert (change.lost.tolist(), change.gained.tolist()) == ([4], [])


def test_patients_may_come_and_go_while_the_denominator_stays():
    at_most = {"kind": "baseline_score", "instrument": "BSA", "at_most": 30}
    mild = replace_options(ENTRY, [{"label": "mild", "criteria": [at_most]}, ENTRY["options"][1]])
    multiverse = run(FIVE, listed(grid(mild, MISSING, base=BASE.replace(eligibility=[at_most]))))
    (change,) = exchanged(multiverse, RateBelow(0.9), [3])
    assert multiverse.listing.grid.labels(multiverse.listing.choices[3].tolist()) == ("BSA 30", "left out")
    assert (change.lost.tolist(), change.gained.tolist()) == ([4], [0, 1, 2])


def replace_options(decision, options):
    return {**decision, "options": options}


@pytest.mark.parametrize("conclusion", [RateBelow(0.5), PCrosses("PPNRS")], ids=str)
def test_who_comes_and_goes_makes_the_difference_of_the_denominators(conclusion):
    multiverse = of_presets()
    n = conclusion.n(multiverse)
    rows = range(0, len(multiverse), 3)
    for row, change in zip(rows, exchanged(multiverse, conclusion, rows), strict=True):
        assert len(change.gained) - len(change.lost) == n[row] - n[multiverse.in_force]
