"""Statistics on ranks and resamples are those of single analyses, and computed once per different sample."""

from dataclasses import fields

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.analysis.analyse import analyse
from explorer.analysis.resampling import resample
from explorer.bundled import bundled_cohort
from explorer.multiverse import ranks as module
from explorer.multiverse.change_sets import change_sets
from explorer.multiverse.listing import listed
from explorer.multiverse.ranks import Ranks, bootstrapped, ranks
from explorer.multiverse.run import run
from explorer.study.presets import AS_PUBLISHED
from tests.multiverse.five import ENTRY, FIVE, MISSING, RULE, THRESHOLD, grid
from tests.multiverse.strategies import grids
from tests.multiverse.test_run import grid_of_presets
from tests.tables import cohort

NAMES = [field.name for field in fields(Ranks)]


def assert_as_analysed(multiverse, code, row):
    analysis = analyse(multiverse.cohort, multiverse.listing.study(row))
    (change,) = (each for each in analysis.change if each.instrument == code)
    got, want = ([getattr(held, name) for name in NAMES] for held in (ranks(multiverse, code), change))
    np.testing.assert_array_equal([column[row] for column in got], want)
    differences = analysis.facts.follow_up(code) - analysis.facts.baseline(code)
    sets = change_sets(multiverse, code)
    wanted = np.where(analysis.ledger.eligible, differences, np.nan)
    np.testing.assert_array_equal(sets.changes[sets.which[row]], wanted)
    np.testing.assert_array_equal(sets.sample(sets.which[row]), wanted[~np.isnan(wanted)])


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(grid=grids(), data=st.data())
def test_random_studies_of_random_grids_have_the_ranks_of_their_analysis(grid, data):
    multiverse = run(bundled_cohort(), listed(grid))
    code = data.draw(st.sampled_from(["BSA", "PPNRS", "IGA"]))
    row = data.draw(st.integers(0, len(multiverse) - 1))
    if multiverse.problem[row]:
        assert np.isnan(ranks(multiverse, code).hodges_lehmann[row])
    else:
        assert_as_analysed(multiverse, code, row)


def test_no_two_samples_are_alike_and_none_is_computed_twice(monkeypatch):
    multiverse = run(bundled_cohort(), listed(grid_of_presets().around(AS_PUBLISHED)))
    wilcoxon, asked = module.wilcoxon, []
    monkeypatch.setattr(module, "wilcoxon", lambda sample: asked.append(1) or wilcoxon(sample))
    sets = change_sets(multiverse, "BSA")
    # Rules, thresholds and unknown outcomes leave the change of a score alone.
    assert len(sets) == 1 < len(multiverse)
    ranks(multiverse, "BSA")
    assert len(asked) == 1


def test_criteria_that_come_to_the_same_patients_make_one_sample():
    twice = ENTRY["options"][1] | {"label": "BSA 31"}
    twice["criteria"] = [twice["criteria"][0] | {"at_least": 31}]
    sets = change_sets(run(FIVE, listed(grid({**ENTRY, "options": [*ENTRY["options"], twice]}, MISSING))), "BSA")
    np.testing.assert_array_equal(sets.changes, [[-30, -20, -10, np.nan, -10], [-30, -20, -10, np.nan, np.nan]])
    assert sets.which.tolist() == [0, 0, 1, 1, 1, 1]


def test_a_study_that_cannot_be_computed_has_no_ranks():
    stopping = {
        "field": "after_stop",
        "name": "Leavers",
        "options": [{"label": name, "after_stop": name} for name in ("ignore", "failure")],
    }
    multiverse = run(FIVE, listed(grid(stopping)))
    assert multiverse.problem[1]
    assert change_sets(multiverse, "BSA").which.tolist() == [0, -1]
    assert np.isnan(ranks(multiverse, "BSA").hodges_lehmann).tolist() == [False, True]


def test_where_no_study_can_be_computed_there_is_no_sample():
    base = AS_PUBLISHED.replace(eligibility=())
    multiverse = run(FIVE, listed(grid(MISSING, base=base)))
    assert multiverse.problem.all()
    assert len(change_sets(multiverse, "BSA")) == 0
    assert np.isnan(ranks(multiverse, "BSA").p_wilcoxon).all()
    (last,) = bootstrapped(multiverse, "BSA")
    assert np.isnan(last.bca_low).all()


INVENTED = cohort(
    patients="""
        patient_id | tier
        P1         |
        P2         |
        P3         | hypothetical
    """,
    assessments="""
        patient_id | day | instrument | score
        P1         | -5  | BSA        | 40
        P1         | 90  | BSA        | 10
        P2         | -5  | BSA        | 40
        P2         | 90  | BSA        | 20
        P3         | -5  | BSA        | 40
        P3         | 90  | BSA        | 30
    """,
)


def test_with_invented_patients_counted_in_nothing_is_tested():
    base = counting_invented(True)
    multiverse = run(INVENTED, listed(grid(MISSING, base=base)))
    found = ranks(multiverse, "BSA")
    assert found.hodges_lehmann.tolist() == [-20, -20]
    assert np.isnan([found.p_wilcoxon, found.hodges_lehmann_low]).all()
    *_, last = bootstrapped(multiverse, "BSA", resamples=99)
    assert np.isnan(last.bca_low).all()
    assert_as_analysed(multiverse, "BSA", 0)
    left_out = run(INVENTED, listed(grid(MISSING, base=counting_invented(False))))
    assert not np.isnan(ranks(left_out, "BSA").p_wilcoxon).any()


def counting_invented(counted):
    return grid(MISSING).base.replace(hypothetical=counted)


def test_bootstrap_intervals_are_those_of_resampling_each_analysis():
    multiverse = run(bundled_cohort(), listed(grid_of_presets().around(AS_PUBLISHED)))
    *_, last = bootstrapped(multiverse, "PPNRS", seed=3)
    for row in (0, len(multiverse) // 2, len(multiverse) - 1):
        found = resample(analyse(multiverse.cohort, multiverse.listing.study(row)), seed=3)
        (wanted,) = (each for each in found if each.instrument == "PPNRS")
        assert (last.bca_low[row], last.bca_high[row]) == (wanted.bca_low, wanted.bca_high)


def test_resampling_tells_how_far_it_has_come():
    parts = list(bootstrapped(run(FIVE, listed(grid(ENTRY, MISSING, RULE, THRESHOLD))), "BSA", resamples=99))
    assert [(part.done, part.of) for part in parts] == [(1, 2), (2, 2)]
    assert np.isnan(parts[0].bca_low).sum() == 6
    assert not np.isnan(parts[1].bca_low).any()
