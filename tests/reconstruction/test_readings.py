"""What follows from a reading of "improved" by logic alone, checked on patients."""

import numpy as np
import pytest
from hypothesis import given, settings

from explorer.analysis.facts import CohortFacts
from explorer.bundled import bundled_cohort
from explorer.multiverse.draws import ensemble, run_draws
from explorer.multiverse.listing import alone
from explorer.reconstruction.readings import (
    READINGS,
    figures_bind_means,
    figures_bind_response,
    implies,
    is_a_reading,
    outer_counts,
)
from explorer.study.presets import AS_PUBLISHED, PRESETS
from explorer.study.response import (
    AllOf,
    AnyOf,
    AtLeast,
    PercentImprovement,
    PointImprovement,
    Reported,
    Response,
    ScoreAtLeast,
    ScoreAtMost,
)
from explorer.study.truth import TRUE
from tests.study.strategies import rules

HALVED = PercentImprovement(instrument="BSA", at_least=50)
QUARTERED = PercentImprovement(instrument="BSA", at_least=75)
TENTH = PercentImprovement(instrument="BSA", at_least=90)
ANY_FALL = PointImprovement(instrument="BSA", more_than=0)
FOUR = PointImprovement(instrument="PPNRS", at_least=4)
THREE = PointImprovement(instrument="PPNRS", at_least=3)
CLEAR, ALMOST = (ScoreAtMost(instrument="IGA", score=score) for score in (0, 1))
FLARES = Reported(item="fewer_flares")
FROM_4 = PointImprovement(instrument="PPNRS", at_least=4, baseline_at_least=4)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (QUARTERED, HALVED),
        (HALVED, ANY_FALL),
        (FOUR, THREE),
        (CLEAR, ALMOST),
        (ScoreAtLeast(instrument="IGA", score=3), ScoreAtLeast(instrument="IGA", score=2)),
        (PointImprovement(instrument="PPNRS", more_than=3), THREE),
        (FROM_4, FOUR),
        (HALVED, AnyOf(rules=(FLARES, HALVED))),
        (AllOf(rules=(HALVED, FLARES)), FLARES),
        (AnyOf(rules=(QUARTERED, HALVED)), ANY_FALL),
        (AllOf(rules=(HALVED, FOUR)), AtLeast(count=2, rules=(HALVED, FOUR, FLARES))),
        (AtLeast(count=1, rules=(QUARTERED, TENTH)), HALVED),
        (READINGS["thr"], READINGS["mid"]),
        (READINGS["mid"], READINGS["any"]),
    ],
)
def test_a_stricter_rule_implies_a_looser_one_and_not_the_other_way(one, other):
    assert implies(one, other)
    assert not implies(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (FOUR, HALVED),
        (THREE, PointImprovement(instrument="PPNRS", more_than=3)),
        (ALMOST, PointImprovement(instrument="IGA", at_least=1)),
        (FLARES, Reported(item="less_topical")),
        (FOUR, FROM_4),
        (PercentImprovement(instrument="BSA", at_least=0), ANY_FALL),
        (ANY_FALL, PercentImprovement(instrument="BSA", more_than=0)),
    ],
)
def test_what_does_not_follow_is_not_said_to(one, other):
    assert not implies(one, other)


@settings(max_examples=300, deadline=None)
@given(rules(), rules())
def test_whoever_meets_a_rule_meets_what_it_implies(one, other):
    facts = CohortFacts(ensemble().cohort, AS_PUBLISHED)
    if implies(one, other):
        met = one.met_by(facts) == TRUE
        assert (other.met_by(facts)[met] == TRUE).all()


@settings(max_examples=100, deadline=None)
@given(rules())
def test_every_draw_lies_within_the_outer_bounds(rule):
    study = AS_PUBLISHED.replace(response=Response(among=AS_PUBLISHED.response.among, rule=rule))
    k = run_draws(ensemble(), alone(study)).response.n_responders
    low, high = outer_counts(rule)
    assert low <= k.min()
    assert k.max() <= high


# By hand: BSA-50, itch by 4 and clear by two grades each improve in every reading; at most 7 have an IGA of 1 or less.
@pytest.mark.parametrize(
    ("rule", "bounds"),
    [
        (HALVED, (0, 24)),
        (FOUR, (0, 24)),
        (THREE, (0, 47)),
        (PRESETS["iga-01-2pt"].study.response.rule, (0, 7)),
        (ALMOST, (0, 7)),
        (READINGS["mid"], (0, 47)),
        (AnyOf(rules=(READINGS["any"], READINGS["mid"], FOUR)), (24, 47)),
        (FLARES, (0, 47)),
    ],
)
def test_the_outer_bounds_of_some_rules(rule, bounds):
    assert outer_counts(rule) == bounds


def test_the_readings_are_those_of_the_published_presets():
    named = ("as-published", "as-published-thresholds", "as-published-any")
    assert all(is_a_reading(PRESETS[name].study.response.rule) for name in named)
    assert not is_a_reading(HALVED)


@pytest.mark.parametrize(
    ("changes", "response", "means"),
    [
        ({}, True, True),
        ({"name": "other", "interval": "jeffreys", "confidence": 0.9}, True, True),
        ({"missing": "worst_case"}, True, True),
        ({"missing": "observed"}, False, True),
        ({"after_stop": "failure"}, False, True),
        ({"after_stop": "last_before_stop"}, False, False),
        ({"eligibility": []}, False, False),
        ({"index": "first_dose"}, False, False),
        ({"hypothetical": True}, False, False),
    ],
)
def test_the_printed_figures_bind_only_what_they_are_about(changes, response, means):
    study = AS_PUBLISHED.from_dict(AS_PUBLISHED.to_dict() | changes)
    assert (figures_bind_response(study), figures_bind_means(study)) == (response, means)


def test_among_others_the_printed_share_says_nothing():
    everyone = AS_PUBLISHED.replace(response=Response(rule=HALVED))
    assert not figures_bind_response(everyone)
    assert figures_bind_means(everyone)


def test_the_bundled_reconstruction_meets_its_reading_in_24_of_the_prior_users():
    facts = CohortFacts(bundled_cohort(), AS_PUBLISHED)
    usual = ~bundled_cohort().hypothetical & facts.took("dupilumab")
    assert np.sum((READINGS["mid"].met_by(facts) == TRUE) & usual) == 24
