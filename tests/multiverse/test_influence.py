"""Which decision matters: shares of hand-computed designs, and plain searches where options are not crossed."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from explorer.multiverse import design
from explorer.multiverse.influence import influence, strongest
from explorer.multiverse.listing import Listing, listed
from tests.multiverse.five import BASE, ENTRY, MISSING, RULE, THRESHOLD, grid

STOP = {
    "field": "after_stop",
    "name": "Leavers",
    "options": [{"label": name, "after_stop": name} for name in ("ignore", "failure", "last_before_stop")],
}
ITCH = {
    "field": "threshold",
    "name": "Itch asked for",
    "kind": "point_improvement",
    "about": "PPNRS",
    "options": [{"label": "3 points", "at_least": 3}, {"label": "4 points", "at_least": 4}],
}
BSA, ITCHING = ({key: each[key] for key in ("kind", "about")} for each in (THRESHOLD, ITCH))
BY_BSA = {"kind": "percent_improvement", "instrument": "BSA", "at_least": 50}
BY_ITCH = {"kind": "point_improvement", "instrument": "PPNRS", "at_least": 4}
RULES = {
    "field": "rule",
    "name": "Rule",
    "options": [
        {"label": "BSA", "rule": BY_BSA},
        {"label": "itch", "rule": BY_ITCH},
        {"label": "either", "rule": {"kind": "any_of", "rules": [BY_BSA, BY_ITCH]}},
        {"label": "clear", "rule": {"kind": "score_at_most", "instrument": "IGA", "score": 0}},
    ],
}


def valued(listing, values):
    """Give each definition the value of its labels."""
    return np.array([values[listing.grid.labels(choice)] for choice in listing.choices.tolist()], float)


def by_name(found):
    return {each.name: each for each in found.decisions}


# Balanced designs by hand

TWO_BY_THREE = {
    ("failures", "ignore"): 0.10,
    ("failures", "failure"): 0.20,
    ("failures", "last_before_stop"): 0.30,
    ("left out", "ignore"): 0.20,
    ("left out", "failure"): 0.40,
    ("left out", "last_before_stop"): 0.30,
}
"""Rows have means 20 and 30 %, columns 15, 30 and 30 %; the grand mean is 25 %."""


def two_by_three():
    listing = listed(grid(MISSING, STOP))
    return influence(listing, valued(listing, TWO_BY_THREE))


def test_a_two_by_three_design_divides_as_by_hand():
    found = two_by_three()
    held = by_name(found)
    # In squared points: all 550/6; rows 25; columns (100 + 25 + 25)/3 = 50; the rest 100/6.
    assert found.variance == pytest.approx(550 / 6 / 10_000)
    assert held["Unknown outcomes"].alone == pytest.approx(3 / 11)
    assert held["Leavers"].alone == pytest.approx(6 / 11)
    assert [pair.share for pair in found.pairs] == [pytest.approx(2 / 11)]
    assert found.remainder == pytest.approx(0, abs=1e-12)
    assert found.crossed


def test_total_shares_are_those_left_when_all_else_is_held():
    held = by_name(two_by_three())
    # Within columns 10, 20 and 0 points apart: (25 + 100 + 0)/3. Within rows: 200/3 and 200/3.
    assert held["Unknown outcomes"].total == pytest.approx((125 / 3) / (550 / 6))
    assert held["Unknown outcomes"].moves == pytest.approx((125 / 3) ** 0.5 / 100)
    assert held["Leavers"].total == pytest.approx((200 / 3) / (550 / 6))


def test_options_carry_their_mean_and_range():
    ignore, failure, _ = by_name(two_by_three())["Leavers"].options
    assert (ignore.label, ignore.n) == ("ignore", 2)
    assert (ignore.mean, ignore.low, ignore.high) == pytest.approx((0.15, 0.10, 0.20))
    assert (failure.mean, failure.low, failure.high) == pytest.approx((0.30, 0.20, 0.40))


def test_an_option_is_compared_with_that_in_force_everywhere_and_from_where_we_are():
    ignore, failure, last = by_name(two_by_three())["Leavers"].options
    assert ignore.everywhere is ignore.here is None
    assert (failure.everywhere.n, failure.here.n) == (2, 1)
    assert (failure.everywhere.low, failure.everywhere.median, failure.everywhere.high) == pytest.approx(
        (0.10, 0.15, 0.20)
    )
    # The definition in force counts the unknown as failures and ignores leavers: 10 %.
    assert failure.here.median == pytest.approx(0.10)
    assert last.here.median == pytest.approx(0.20)
    assert (last.everywhere.low, last.everywhere.high) == pytest.approx((0.10, 0.20))


def test_what_three_decisions_make_together_is_the_remainder():
    listing = listed(grid(ENTRY, MISSING, {**STOP, "options": STOP["options"][:2]}))
    parity = listing.choices.sum(axis=1) % 2
    found = influence(listing, parity.astype(float))
    assert [each.alone for each in found.decisions] == pytest.approx([0, 0, 0])
    assert [pair.share for pair in found.pairs] == pytest.approx([0, 0, 0])
    assert [each.total for each in found.decisions] == pytest.approx([1, 1, 1])
    assert found.remainder == pytest.approx(1)


def test_a_threshold_is_nested_in_its_rule():
    listing = listed(grid(MISSING, RULE, THRESHOLD))
    values = {"": 0.10, "50 %": 0.20, "75 %": 0.40}
    rates = np.array([values[listing.grid.labels(choice)[2]] for choice in listing.choices.tolist()])
    found = influence(listing, rates)
    held = by_name(found)
    # Rule means 10 (2 definitions) and 30 (4): about 70/3 that is 800/9. Within the second 10 points either way: 200/3.
    assert found.variance == pytest.approx((800 / 9 + 200 / 3) / 10_000)
    assert held["Rule"].alone == pytest.approx(4 / 7)
    assert [held["BSA asked for"].alone, held["BSA asked for"].total] == pytest.approx([3 / 7, 3 / 7])
    assert held["Rule"].total == pytest.approx(1)
    assert held["Unknown outcomes"].total == pytest.approx(0, abs=1e-12)
    assert found.crossed
    assert found.remainder == pytest.approx(0, abs=1e-12)
    assert ("Rule", "BSA asked for") not in [pair.names for pair in found.pairs]


@pytest.mark.parametrize("seed", range(3))
def test_shares_of_a_crossed_design_are_those_of_an_analysis_of_variance(seed):
    listing = listed(grid(ENTRY, MISSING, STOP))
    values = np.random.default_rng(seed).normal(size=len(listing))
    found = influence(listing, values)
    frame = pd.DataFrame(listing.choices, columns=["a", "b", "c"]).assign(y=values)
    squares = (
        anova_lm(ols("y ~ C(a) * C(b) * C(c)", frame).fit(), test=None)["sum_sq"]
        / ((values - values.mean()) ** 2).sum()
    )
    assert [each.alone for each in found.decisions] == pytest.approx(squares[["C(a)", "C(b)", "C(c)"]].tolist())
    pairs = {(pair.first, pair.second): pair.share for pair in found.pairs}
    wanted = squares[["C(a):C(b)", "C(a):C(c)", "C(b):C(c)"]].tolist()
    assert [pairs[0, 1], pairs[0, 2], pairs[1, 2]] == pytest.approx(wanted)
    assert found.remainder == pytest.approx(squares["C(a):C(b):C(c)"])


@pytest.mark.parametrize("seed", range(5))
def test_all_parts_of_a_nested_and_crossed_design_add_up(seed):
    listing = listed(grid(MISSING, STOP, RULES, THRESHOLD, ITCH))
    found = influence(listing, np.random.default_rng(seed).random(len(listing)))
    assert found.crossed
    parts = sum(each.alone for each in found.decisions) + sum(pair.share for pair in found.pairs)
    assert 0 < parts < 1
    assert parts + found.remainder == pytest.approx(1)
    for each in found.decisions:
        assert 0 <= each.alone <= each.total <= 1


# Sets that are not crossed, by plain searches

FORBIDDEN = [{"choices": {"Leavers": ["failure"], "Unknown outcomes": ["left out"]}, "reason": "for the test"}]


def uneven(seed):
    listing = listed(grid(ENTRY, MISSING, STOP, RULES, THRESHOLD, ITCH, forbidden=FORBIDDEN))
    random = np.random.default_rng(seed)
    values = random.random(len(listing)).round(2)
    values[random.random(len(listing)) < 0.2] = np.nan
    values[listing.in_force] = 0.5
    return listing, values


def frame_of(listing, values):
    labels = [listing.grid.labels(choice) for choice in listing.choices.tolist()]
    frame = pd.DataFrame(labels, columns=[each.name for each in listing.grid.decisions])
    return frame.assign(y=values).dropna(subset="y")


def within(frame, names):
    """Mean variance within groups."""
    groups = frame.groupby(names)["y"]
    return float((groups.var(ddof=0) * groups.size()).sum() / len(frame))


@pytest.mark.parametrize("seed", range(4))
def test_shares_agree_with_variances_within_groups(seed):
    listing, values = uneven(seed)
    found, frame = influence(listing, values), frame_of(listing, values)
    variance = frame["y"].var(ddof=0)
    names = list(frame.columns[:-1])
    thresholds = ["BSA asked for", "Itch asked for"]
    assert found.n == len(frame)
    for each in found.decisions:
        nested = thresholds if each.name == "Rule" else []
        above = ["Rule"] if each.name in thresholds else []
        spread = within(frame, above) if above else variance
        assert each.alone == pytest.approx((spread - within(frame, [*above, each.name])) / variance)
        others = [name for name in names if name != each.name and name not in nested]
        assert each.total == pytest.approx(within(frame, others) / variance)
        assert each.moves == pytest.approx(within(frame, others) ** 0.5)


@pytest.mark.filterwarnings("ignore:The design matrix is rank-deficient")  # thresholds do not arise with every rule
@pytest.mark.parametrize("seed", range(2))
def test_a_pair_adds_what_a_model_with_both_adds_to_their_sum(seed):
    listing, values = uneven(seed)
    found, frame = influence(listing, values), frame_of(listing, values)
    coded = frame.rename(columns=lambda name: name.replace(" ", "_"))
    total = ((coded["y"] - coded["y"].mean()) ** 2).sum()
    for pair in found.pairs:
        first, second = (f"C({name.replace(' ', '_')})" for name in pair.names)
        above = "C(Rule) * " if "asked" in first + second and "Rule" not in pair.names else ""
        apart = ols(f"y ~ {above}{first} + {above}{second}", coded).fit().ssr
        together = ols(f"y ~ {above}{first} * {second}", coded).fit().ssr
        assert pair.share == pytest.approx((apart - together) / total, abs=1e-9)


def test_shares_that_overlap_are_not_said_to_add_up():
    found = influence(*uneven(0))
    assert not found.crossed
    assert np.isnan(found.remainder)
    for share in [*(each.alone for each in found.decisions), *(pair.share for pair in found.pairs)]:
        assert 0 <= share <= 1


def apart(listing, one, other):
    """The decisions in which two definitions differ; thresholds that only one of them has do not count."""
    return [
        place
        for place, (a, b) in enumerate(zip(listing.choices[one], listing.choices[other], strict=True))
        if a != b and min(a, b) >= 0
    ]


@pytest.mark.parametrize("seed", range(2))
def test_spans_agree_with_a_plain_search_through_all_pairs(seed):
    listing, values = uneven(seed)
    rows = np.flatnonzero(~np.isnan(values)).tolist()
    moves: dict[tuple[int, int], list[tuple[bool, float]]] = {}
    found = influence(listing, values)
    reference = {each.decision: each.reference for each in found.decisions}
    for one, other in (pair for pair in combinations(rows, 2)):
        differing = apart(listing, one, other)
        if len(differing) != 1:
            continue
        (place,) = differing
        for old, new in ((one, other), (other, one)):
            if listing.choices[old, place] == reference[place]:
                key = (place, int(listing.choices[new, place]))
                moves.setdefault(key, []).append((old == listing.in_force, values[new] - values[old]))
    for each in found.decisions:
        for option in each.options:
            held = moves.get((each.decision, option.option), [])
            for span, differences in (
                (option.everywhere, [move for _, move in held]),
                (option.here, [move for mine, move in held if mine]),
            ):
                if not differences:
                    assert span is None
                    continue
                wanted = (min(differences), np.median(differences), max(differences))
                assert span.n == len(differences)
                assert (span.low, span.median, span.high) == pytest.approx(wanted)


# What is looked at


def test_within_one_rule_its_decisions_do_not_vary():
    listing, values = uneven(1)
    same = (listing.choices[:, 3:] == listing.choices[listing.in_force, 3:]).all(axis=1)
    found = influence(listing, values, among=same)
    assert {each.name for each in found.decisions} == {"Severity", "Unknown outcomes", "Leavers"}
    assert found.n == (same & ~np.isnan(values)).sum()


def test_a_threshold_that_does_not_arise_in_force_is_compared_with_its_first_option():
    base = BASE.replace(response={"rule": {"kind": "score_at_most", "instrument": "BSA", "score": 10}})
    listing = listed(grid(MISSING, RULE, THRESHOLD, base=base))
    found = by_name(influence(listing, np.arange(float(len(listing)))))["BSA asked for"]
    assert found.reference == 0
    assert [option.everywhere is None for option in found.options] == [True, False]


def test_the_strongest_decision_comes_first():
    assert [each.name for each in strongest(two_by_three())] == ["Leavers", "Unknown outcomes"]


@pytest.mark.parametrize("values", [[np.nan] * 6, [0.3] * 6])
def test_where_nothing_varies_nothing_matters(values):
    found = influence(listed(grid(MISSING, STOP)), np.array(values))
    assert found.variance == 0
    assert all(each.alone == each.total == each.moves == 0 for each in found.decisions)
    assert np.isnan(found.remainder)


@pytest.mark.parametrize("every", [7, 37])
def test_numbers_that_would_run_too_high_are_given_out_anew(monkeypatch, every):
    listing, values = uneven(2)
    few = np.flatnonzero(~np.isnan(values))[::every]
    sparse = Listing(listing.grid, listing.choices[few])
    monkeypatch.setattr(design, "ROOM", 1_000)
    wanted = influence(sparse, values[few])
    monkeypatch.setattr(design, "ROOM", 1)
    found = influence(sparse, values[few])
    for each, other in zip(found.decisions, wanted.decisions, strict=True):
        assert (each.alone, each.total) == pytest.approx((other.alone, other.total))
        assert each.options == other.options


def test_what_a_decision_does_in_all_is_never_said_to_be_less_than_what_it_does_by_itself():
    whole = listed(grid(MISSING, STOP))
    # Two choices that always go together: either explains all by itself, and nothing once the other is held.
    together = whole.rows(np.flatnonzero(whole.choices[:, 0] == whole.choices[:, 1]))
    found = influence(together, np.arange(float(len(together))))
    assert not found.crossed
    for each in found.decisions:
        assert (each.alone, each.total, each.in_all) == pytest.approx((1, 0, 1))
