"""Grids: what they refuse, how they move with the study in force, how they are saved."""

import json

import pytest
from hypothesis import HealthCheck, given, settings

from explorer.errors import DefinitionError
from explorer.multiverse.decisions import (
    CriteriaDecision,
    MissingDecision,
    RuleDecision,
    ThresholdDecision,
    WindowDecision,
)
from explorer.multiverse.grid import Grid
from explorer.multiverse.listing import listed
from explorer.study.eligibility import AgeLimits, Prescriptions
from explorer.study.missing import Missing
from explorer.study.presets import AS_PUBLISHED, PRESETS
from explorer.study.windows import Window
from tests.multiverse.strategies import grids
from tests.multiverse.test_listing import BASELINES, HALVED, MISSING, RULES, grid


def test_a_grid_around_another_study_holds_its_choices_and_keeps_the_others():
    moved = AS_PUBLISHED.replace(baseline=Window(from_day=-45, to_day=0, pick="mean"))
    held = grid().around(moved)
    assert [len(each.options) for each in held.decisions] == [3, 2, 2, 3, 2]
    assert held.decisions[0].options[:2] == grid().decisions[0].options
    listing = listed(held)
    assert listing.study(listing.in_force) == moved
    assert len(listing) == 3 * 4 * 2


def test_a_threshold_of_the_study_in_force_joins_the_thresholds_and_its_rule_is_known():
    rule = AS_PUBLISHED.response.rule
    other = rule.replace(rules=(rule.rules[0].replace(at_least=40), *rule.rules[1:]))
    held = grid().around(AS_PUBLISHED.replace(response=AS_PUBLISHED.response.replace(rule=other)))
    assert [len(each.options) for each in held.decisions] == [2, 2, 2, 4, 2]
    assert held.decisions[3].options[-1].at_least == 40


def test_around_the_base_itself_nothing_changes():
    assert grid().around(AS_PUBLISHED) == grid()


def test_what_no_decision_sets_follows_the_study_in_force():
    strict = AS_PUBLISHED.replace(confidence=0.8, interval="jeffreys", eligibility=())
    listing = listed(grid().around(strict))
    assert all(
        (study.confidence, study.interval, study.eligibility) == (0.8, "jeffreys", ())
        for study in map(listing.study, range(len(listing)))
    )


def test_a_bound_in_force_stands_alone_among_the_policies():
    held = grid().around(AS_PUBLISHED.replace(missing=Missing(kind="best_case")))
    assert [option.missing.kind for option in held.decisions[-1].options] == ["best_case"]


def test_criteria_keep_their_place_in_the_order_of_attrition():
    decision = CriteriaDecision(
        field="eligibility",
        name="Entry",
        kind="prescriptions",
        about="tralokinumab",
        options=[
            {"label": "three", "criteria": [{"kind": "prescriptions", "drug": "tralokinumab", "at_least": 3}]},
            {"label": "any"},
        ],
    )
    held = grid(decisions=(decision,)).around(AS_PUBLISHED)
    kinds = [[each.kind for each in held.eligibility((choice,))] for choice in range(3)]
    published = [each.kind for each in AS_PUBLISHED.eligibility]
    assert kinds == [published, [kind for kind in published if kind != "prescriptions"], published]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(held=grids())
def test_a_grid_survives_being_saved(held):
    assert Grid.from_json(held.to_json()) == held


@pytest.mark.parametrize(
    ("decisions", "message"),
    [
        ([RuleDecision(field="rule", name="Rule", options=RULES)] * 2, "two decisions are called 'Rule'"),
        (
            [
                WindowDecision(field="baseline", name="One", options=BASELINES),
                WindowDecision(field="baseline", name="Other", options=BASELINES),
            ],
            "decide the same",
        ),
        ([], "0 entries are not allowed"),
    ],
)
def test_decisions_that_meet_are_refused(decisions, message):
    with pytest.raises(DefinitionError, match=message):
        grid(decisions=decisions)


def test_options_that_are_alike_are_refused():
    twice = [MISSING[0], MISSING[0] | {"label": "again"}]
    with pytest.raises(DefinitionError, match="the same choice: again"):
        MissingDecision(field="missing", name="Missing", options=twice)
    with pytest.raises(DefinitionError, match="the same label"):
        MissingDecision(
            field="missing", name="Missing", options=[MISSING[0], MISSING[1] | {"label": MISSING[0]["label"]}]
        )


def test_bounds_are_no_options():
    with pytest.raises(DefinitionError, match="worst_case is a bound"):
        MissingDecision(
            field="missing", name="Missing", options=[*MISSING, {"label": "worst", "missing": "worst_case"}]
        )


def test_criteria_that_are_the_options_own_already_stay_where_they_stand():
    twice = (
        Prescriptions(drug="tralokinumab", at_least=2),
        AgeLimits(from_=18),
        Prescriptions(drug="tralokinumab", at_most=9),
    )
    decision = CriteriaDecision(
        field="eligibility",
        name="Prescriptions",
        kind="prescriptions",
        about="tralokinumab",
        options=[{"label": "own", "criteria": (twice[0], twice[2])}],
    )
    assert decision.set(twice, decision.options[0]) == twice


def test_criteria_of_another_subject_are_refused():
    wrong = [{"label": "age", "criteria": [{"kind": "age", "from": 18}]}]
    with pytest.raises(DefinitionError, match="criteria of another kind"):
        CriteriaDecision(field="among", name="Prior", kind="prior_treatment", about="dupilumab", options=wrong)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON: line 1, column 2"),
        ("[]", "needed|not allowed|valid"),
        ('{"name": "x"}', "base"),
        ('{"schema": 2, "name": "x"}', "schema"),
        ("[" * 100_000, "nested too deeply"),
        (" " * 1_000_001, "at most 1000000"),
    ],
)
def test_a_text_that_is_no_grid_is_refused_in_words(text, message):
    with pytest.raises(DefinitionError, match=message):
        Grid.from_json(text)


def test_forbidding_what_there_is_not_is_refused():
    with pytest.raises(DefinitionError, match='no decision "Colour"'):
        grid(forbidden=[{"choices": {"Colour": ["red"]}, "reason": "x"}])
    with pytest.raises(DefinitionError, match="'Missing' has no option \"red\""):
        grid(forbidden=[{"choices": {"Missing": ["red"]}, "reason": "x"}])


def test_presets_in_force_keep_their_denominators():
    itch = PRESETS["itch-4pt"].study
    listing = listed(grid(base=itch).around(itch))
    assert listing.study(listing.in_force) == itch
    assert HALVED["about"] == "BSA"


def test_a_grid_around_a_bound_can_be_saved_though_its_constraints_named_other_policies():
    rule = {"choices": {"Missing": ["observed"], "Rule": ["iga-01-2pt"]}, "reason": "for the test"}
    held = grid(forbidden=[rule]).around(AS_PUBLISHED.replace(missing=Missing(kind="worst_case")))
    assert held.forbidden == ()
    assert Grid.from_json(held.to_json()) == held


@pytest.mark.parametrize(("kind", "value"), [("percent_improvement", 150), ("point_improvement", -1)])
def test_a_threshold_that_no_rule_may_have_is_refused(kind, value):
    with pytest.raises(DefinitionError, match=str(value)):
        ThresholdDecision(
            field="threshold", name="x", kind=kind, about="BSA", options=[{"label": "a", "at_least": value}]
        )


def test_a_study_with_as_many_criteria_as_are_allowed_can_be_in_force():
    among = tuple({"kind": "age", "from": age} for age in range(64))
    many = AS_PUBLISHED.replace(response=AS_PUBLISHED.response.replace(among=among))
    listing = listed(grid().around(many))
    assert listing.study(listing.in_force) == many


@pytest.mark.parametrize("depth", [9, 15, 300])
def test_a_rule_nested_deeper_than_a_study_allows_is_refused_in_a_short_sentence(depth):
    rule = {"kind": "reported", "item": "overall_benefit"}
    for _ in range(depth):
        rule = {"kind": "any_of", "rules": [rule]}
    decision = {"field": "rule", "name": "Rule", "options": [{"label": "deep", "rule": rule}]}
    text = json.dumps({"name": "deep", "base": AS_PUBLISHED.to_dict(), "decisions": [decision]})
    with pytest.raises(DefinitionError, match="nested") as refused:
        Grid.from_json(text)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("choices", [{}, {"Missing": []}])
def test_forbidding_nothing_in_particular_would_forbid_everything_and_is_refused(choices):
    with pytest.raises(DefinitionError, match="nothing is named"):
        grid(forbidden=[{"choices": choices, "reason": "x"}])
