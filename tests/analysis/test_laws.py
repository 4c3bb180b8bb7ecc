"""What must hold under every definition: random studies of the bundled cohort."""

from dataclasses import replace
from itertools import pairwise, permutations

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.study.study import Study
from explorer.study.truth import UNKNOWN
from tests.studies import responding
from tests.study.strategies import studies

often = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
SINGLE = ("observed", "non_responder", "last_observation", "best_case", "worst_case")


def with_missing(study: Study, policy: object) -> Study:
    return Study.from_dict(study.to_dict() | {"missing": policy})


@often
@given(study=studies())
def test_counts_never_rise_down_the_ledger_and_always_add_up(study):
    analysis = analyse(bundled_cohort(), with_missing(study, "observed"))
    for steps, left in (
        (analysis.ledger.steps, analysis.ledger.n),
        (analysis.response.among_steps, analysis.response.n_among),
    ):
        for step in steps:
            assert step.entered == step.not_met + step.unknown + step.remaining
        for above, below in pairwise(steps):
            assert above.remaining == below.entered
        if steps:
            assert steps[-1].remaining == left
    response = analysis.response
    assert response.n_responders <= response.n_evaluable <= response.n_among <= analysis.ledger.n
    for part in response.by_rule:
        assert part.n_true + part.n_false + part.n_unknown == response.n_among


@often
@given(study=studies())
def test_the_order_of_criteria_changes_the_steps_but_not_the_eligible(study):
    assume(len(study.eligibility) > 1)
    expected = analyse(bundled_cohort(), study).ledger.eligible
    for order in list(permutations(study.eligibility))[:6]:
        shuffled = study.model_copy(update={"eligibility": order})
        assert np.array_equal(analyse(bundled_cohort(), shuffled).ledger.eligible, expected)


@often
@given(study=studies())
def test_the_bounds_contain_every_missing_data_policy(study):
    held = bundled_cohort()
    results = {policy: analyse(held, with_missing(study, policy)).response for policy in SINGLE}
    assume(results["observed"].n_among > 0)
    low, high = results["observed"].bounds
    assert results["worst_case"].rate == low
    assert results["best_case"].rate == high
    for policy in ("observed", "non_responder", "last_observation"):
        if results[policy].n_evaluable:
            assert low - 1e-12 <= results[policy].rate <= high + 1e-12


@settings(max_examples=10, deadline=None)
@given(study=studies())
def test_the_bounds_contain_multiple_imputation_where_everybody_can_be_judged(study):
    held = bundled_cohort()
    imputed = analyse(held, with_missing(study, {"kind": "multiple_imputation", "imputations": 3, "seed": 1})).response
    assume(imputed.n_evaluable == imputed.n_among > 0)
    low, high = imputed.bounds
    assert low - 1e-12 <= imputed.rate <= high + 1e-12


TIGHTER = st.tuples(st.integers(0, 99), st.integers(1, 60))


@often
@given(
    limits=TIGHTER, policy=st.sampled_from(SINGLE), kind=st.sampled_from(["percent_improvement", "point_improvement"])
)
def test_a_tighter_threshold_never_gains_responders(limits, policy, kind):
    threshold, further = limits
    instrument, scale = ("BSA", 100)
    counts = []
    for at_least in (threshold, min(threshold + further, scale)):
        rule = {"kind": kind, "instrument": instrument, "at_least": at_least}
        counts.append(analyse(bundled_cohort(), responding(rule, missing=policy)).response.n_responders)
    assert counts[1] <= counts[0]


@often
@given(
    study=studies(),
    patient=st.integers(0, 48),
    instrument=st.sampled_from(["BSA", "PPNRS", "IGA"]),
    time=st.sampled_from(["baseline", "follow_up"]),
)
def test_deleting_a_score_may_turn_a_verdict_to_unknown_but_never_to_its_opposite(study, patient, instrument, time):
    facts = analyse(bundled_cohort(), study).facts
    scores = getattr(facts, time)(instrument).copy()
    scores[patient] = np.nan
    before = study.response.rule.met_by(facts)[patient]
    after = study.response.rule.met_by(replace(facts, filled={(time, instrument): scores}))[patient]
    # An unknown verdict stays unknown: taking away what is known can decide nothing.
    assert after in {before, UNKNOWN}
