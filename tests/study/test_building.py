"""Rules taken apart and put together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.bundled import bundled_cohort
from explorer.errors import DefinitionError
from explorer.study.availability import require
from explorer.study.building import (
    addable_criteria,
    addable_parts,
    added,
    combined,
    grouped,
    part_at,
    put,
    ungrouped,
    without,
)
from explorer.study.presets import AS_PUBLISHED
from explorer.study.response import AllOf, AnyOf, AtLeast, Combined, Reported, Response
from tests.study.strategies import rules

A, B, C = (Reported(item=item) for item in ("a", "b", "c"))
NESTED = AnyOf(rules=(A, AllOf(rules=(B, C))))


def paths(rule, here=()):
    yield here
    if isinstance(rule, Combined):
        for place, part in enumerate(rule.rules):
            yield from paths(part, (*here, place))


def test_a_part_is_found_and_replaced_by_its_path():
    assert part_at(NESTED, (1, 0)) == B
    assert put(NESTED, (1, 0), A) == AnyOf(rules=(A, AllOf(rules=(A, C))))
    assert put(NESTED, (), A) == A


@given(rules(), st.data())
def test_putting_a_part_back_changes_nothing_and_taking_it_in_and_out_of_a_group_neither(rule, data):
    path = data.draw(st.sampled_from(sorted(paths(rule))))
    assert put(rule, path, part_at(rule, path)) == rule
    assert ungrouped(grouped(rule, path), path) == rule


def test_a_removed_part_takes_an_emptied_group_with_it():
    alone = AnyOf(rules=(A, AllOf(rules=(B,))))
    assert without(alone, (1, 0)) == AnyOf(rules=(A,))


def test_removing_a_part_lowers_a_count_that_could_no_longer_be_met():
    assert without(AtLeast(count=2, rules=(A, B)), (0,)) == AtLeast(count=1, rules=(B,))


@pytest.mark.parametrize("rule", [A, AnyOf(rules=(A,))])
def test_the_last_part_of_a_rule_stays(rule):
    with pytest.raises(DefinitionError, match="needs a rule"):
        without(rule, () if rule is A else (0,))


@pytest.mark.parametrize("path", [(2,), (0, 0), (1, 5)])
def test_a_path_that_leads_nowhere_is_refused(path):
    with pytest.raises(DefinitionError, match="no longer there"):
        part_at(NESTED, path)


def test_what_is_added_to_a_simple_rule_makes_an_alternative_of_it():
    assert added(A, (), B) == AnyOf(rules=(A, B))
    assert added(NESTED, (1,), A) == AnyOf(rules=(A, AllOf(rules=(B, C, A))))


def test_parts_are_combined_by_any_all_and_a_count():
    assert combined("any_of", (A, B)) == AnyOf(rules=(A, B))
    assert combined("all_of", (A, B)) == AllOf(rules=(A, B))
    assert combined("at_least", (A, B), 3) == AtLeast(count=2, rules=(A, B))


def test_all_that_is_offered_can_be_asked_of_the_cohort():
    cohort = bundled_cohort()
    for part in addable_parts(cohort):
        require(AS_PUBLISHED.replace(response=Response(rule=part)), cohort)
    require(AS_PUBLISHED.replace(eligibility=tuple(addable_criteria(cohort).values())), cohort)
    assert {"Age", "Prescriptions of dupilumab", "Baseline IGA", "Column ad_years"} <= set(addable_criteria(cohort))
