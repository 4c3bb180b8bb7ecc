"""Which rule parts are true together: three parts in nine patients, counted by hand."""

import numpy as np

from explorer.analysis.analyse import analyse
from explorer.analysis.rule_sets import MOST_PARTS, Segment, patients_in, rule_sets, shown_parts, unwrapped
from explorer.bundled import bundled_cohort
from explorer.study.presets import PRESETS
from explorer.study.response import AllOf, AnyOf, AtLeast, PointImprovement
from explorer.study.truth import TRUE
from tests.analysis.test_response import ANY, BSA_50, FLARES, HELD, ITCH_4
from tests.studies import responding

# Of the nine (BSA, itch, flares; u unknown): responders are ttt, tff, utu, fut and uft.


def sets(rule=ANY, held=HELD, **changes):
    return rule_sets(analyse(held, responding(rule, **changes)))


def held_by(found):
    return {each.true: (each.n, each.n_unknown) for each in found.combinations}


def test_responders_are_counted_by_the_exact_parts_that_are_true():
    found = sets()
    assert (found.how, found.n, found.n_responders, found.n_among) == ("any of", 5, 5, 9)
    assert held_by(found) == {
        (True, False, False): (1, (0, 0, 0)),
        (False, True, False): (1, (1, 0, 1)),
        (False, False, True): (2, (1, 1, 0)),
        (True, True, True): (1, (0, 0, 0)),
    }


def test_single_parts_come_first_in_the_order_of_the_rule():
    assert [each.true for each in sets().combinations] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
        (True, True, True),
    ]


def test_each_part_is_counted_among_all_patients():
    assert [(part.n_true, part.n_false, part.n_unknown) for part in sets().parts] == [(2, 4, 3), (2, 4, 3), (3, 2, 4)]


def test_of_a_rule_that_needs_all_parts_everybody_with_a_part_is_shown_by_verdict():
    found = sets({"kind": "all_of", "rules": [BSA_50, ITCH_4]})
    assert found.how == "all of"
    assert [(each.true, each.segments) for each in found.combinations] == [
        ((True, False), (Segment("no response", False, 1),)),
        ((False, True), (Segment("unknown", False, 1),)),
        ((True, True), (Segment("responder", False, 1),)),
    ]


def test_a_rule_without_parts_has_one():
    found = sets(FLARES)
    assert (found.how, len(found.parts), found.n) == ("one", 1, 3)


def test_a_combination_of_one_part_is_that_part():
    assert str(unwrapped(AnyOf(rules=(AllOf(rules=(PointImprovement(instrument="IGA", at_least=1),)),)))) == (
        "IGA improved by at least 1 point"
    )


def test_parts_beyond_the_ninth_are_taken_together():
    leaves = tuple(PointImprovement(instrument="BSA", at_least=number) for number in range(1, 14))
    for kind in (AnyOf, AllOf):
        shown = shown_parts(kind(rules=leaves))
        assert len(shown) == MOST_PARTS
        assert shown[-1] == kind(rules=leaves[9:])
    assert shown_parts(AtLeast(count=2, rules=leaves))[-1] == AnyOf(rules=leaves[9:])


def test_rarer_combinations_are_added_up_and_nobody_is_lost():
    found = rule_sets(analyse(bundled_cohort(), PRESETS["as-published"].study))
    assert len(found.combinations) == 12
    assert sum(each.n for each in found.combinations) + found.n_rest == found.n == 24
    assert found.n_rest >= found.n_rest_combinations == 3


def test_responders_by_one_part_alone_are_those_the_analysis_counts():
    for name in ("as-published", "as-published-any", "lenient"):
        analysis = analyse(bundled_cohort(), PRESETS[name].study)
        assert rule_sets(analysis).n_alone == sum(part.n_only for part in analysis.response.by_rule)


def test_the_patients_of_each_combination_are_found_again():
    analysis = analyse(HELD, responding(ANY))
    found = rule_sets(analysis)
    ids = HELD.patients["patient_id"].to_numpy()
    assert {each.true: list(ids[patients_in(analysis, found, each)]) for each in found.combinations} == {
        (True, False, False): ["P1"],
        (False, True, False): ["P6"],
        (False, False, True): ["P7", "P8"],
        (True, True, True): ["P0"],
    }


def test_everybody_shown_is_in_a_named_combination_or_among_the_rarer_ones():
    analysis = analyse(bundled_cohort(), PRESETS["as-published"].study)
    found = rule_sets(analysis)
    held = [patients_in(analysis, found, each) for each in (*found.combinations, None)]
    assert [int(who.sum()) for who in held] == [*(each.n for each in found.combinations), found.n_rest]
    assert (np.sum(held, axis=0) == (analysis.response.among & (analysis.response.outcome.verdict == TRUE))).all()


def test_invented_patients_are_a_segment_of_their_own():
    found = rule_sets(
        analyse(bundled_cohort(), PRESETS["as-published"].study.replace(hypothetical=True, eligibility=()))
    )
    segments = [segment for each in found.combinations for segment in each.segments] + list(found.rest)
    invented = sum(segment.n for segment in segments if segment.hypothetical)
    assert 0 < invented == found.n_hypothetical < found.n
    assert found.n_alone_hypothetical <= found.n_alone
    one = found.hypothetical[0]
    assert one.n_true + one.n_false + one.n_unknown == found.n_among - 47
