"""Verdicts of every part of a rule."""

from hypothesis import given

from explorer.analysis.facts import CohortFacts
from explorer.analysis.verdicts import judged
from explorer.bundled import bundled_cohort
from explorer.study.presets import AS_PUBLISHED
from tests.studies import responding
from tests.study.strategies import rules
from tests.tables import cohort as drawn

COHORT = drawn(
    patients="patient_id\nP1\nP2\nP3",
    assessments="""
        patient_id | day | instrument | score
        P1         | 0   | BSA        | 40
        P1         | 90  | BSA        | 10
        P2         | 0   | BSA        | 40
        P2         | 90  | BSA        | 30
        P3         | 0   | BSA        | 40
    """,
)
HALVED = {"kind": "percent_improvement", "instrument": "BSA", "at_least": 50}
LOW = {"kind": "score_at_most", "instrument": "BSA", "score": 30}


def test_each_part_is_true_false_or_unknown_and_counted_among_those_asked_about():
    study = responding({"kind": "all_of", "rules": [HALVED, LOW]})
    top = judged(study.response.rule, CohortFacts(COHORT, study), COHORT.patients["patient_id"].to_numpy() != "P2")
    assert (top.n_true, top.n_false, top.n_unknown) == (1, 0, 1)
    halved, low = top.parts
    assert [halved.of(row) for row in range(3)] == ["true", "false", "unknown"]
    assert [low.of(row) for row in range(3)] == ["true", "true", "unknown"]
    assert [top.of(row) for row in range(3)] == ["true", "false", "unknown"]


@given(rules())
def test_parts_put_together_give_what_the_rule_gives(rule):
    facts = CohortFacts(bundled_cohort(), AS_PUBLISHED)
    top = judged(rule, facts, ~bundled_cohort().hypothetical)
    assert (top.truth == rule.met_by(facts)).all()
    assert top.n_true + top.n_false + top.n_unknown == 49
