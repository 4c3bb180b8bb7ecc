"""The joint test: exact on a tiny cohort, calibrated by simulation, and refused where it would mean nothing."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from explorer.bundled import bundled_cohort
from explorer.cohort.tables import build
from explorer.errors import DefinitionError
from explorer.multiverse.change_sets import change_sets
from explorer.multiverse.curve import change_curve
from explorer.multiverse.joint import joint_test, under_flips
from explorer.multiverse.listing import listed
from explorer.multiverse.run import run
from explorer.statistics.paired import sign_flip
from explorer.study.presets import AS_PUBLISHED
from tests.multiverse.five import AGED, ENTRY, MISSING, grid, real
from tests.multiverse.test_ranks import INVENTED, counting_invented
from tests.multiverse.test_run import grid_of_presets
from tests.tables import metadata

NAN = np.nan
TINY = np.array(
    [
        [-3.0, -2.0, 1.0, -4.0, -1.5, -2.5, 0.0],
        [-2.0, -2.0, 2.5, -4.0, NAN, -1.0, 0.0],
        [NAN, -1.0, 1.0, NAN, -1.5, 0.5, 0.0],
    ]
)

pytestmark = pytest.mark.usefixtures("of_any_size")
ONCE = np.array([1, 1, 1])


def last(parts):
    *_, end = parts
    return end


def tried(changes, weight=None, **more):
    return last(under_flips(np.asarray(changes), np.ones(len(changes), int) if weight is None else weight, **more))


def ps(found):
    return [found.median.p, found.significant.p, found.mean_z.p]


# One by one


def figures(changes):
    """The three figures by scipy, definition by definition."""
    samples = [row[~np.isnan(row)] for row in changes]
    tests = [stats.ttest_1samp(sample, 0) for sample in samples]
    significant = [np.sign(test.statistic) for test in tests if test.pvalue < 0.05]
    return (
        np.median([sample.mean() for sample in samples]),
        max(significant.count(1), significant.count(-1)),
        np.mean([np.sign(test.statistic) * stats.norm.isf(test.pvalue / 2) for test in tests]),
    )


def test_every_pattern_of_signs_is_looked_at_where_there_are_few():
    observed = figures(TINY)
    flipped = [figures(TINY * np.array([*signs, 1])) for signs in product((1, -1), repeat=6)]
    found = tried(TINY)
    assert (found.exact, found.of, found.done, found.n_patients) == (True, 64, 64, 6)
    assert (found.median.observed, found.n_significant, found.mean_z.observed) == pytest.approx(observed)
    assert found.significant.observed == pytest.approx(observed[1] / 3)
    wanted = [np.mean([abs(each[place]) >= abs(observed[place]) - 1e-9 for each in flipped]) for place in range(3)]
    assert ps(found) == pytest.approx(wanted)


def test_drawn_signs_come_near_to_all():
    changes = np.random.default_rng(5).normal(-0.5, 1, (4, 12))
    exact, drawn = tried(changes, flips=4_096), tried(changes, flips=3_999)
    assert (exact.exact, drawn.exact) == (True, False)
    for p, near in zip(ps(exact), ps(drawn), strict=True):
        assert near == pytest.approx(p, abs=4 * (p * (1 - p) / 3_999) ** 0.5 + 1 / 4_000)


def test_of_one_definition_the_median_is_tested_as_its_mean_alone():
    changes = np.random.default_rng(2).normal(-0.6, 1, 11).round(1)
    assert tried([changes], flips=2**11).median.p == pytest.approx(sign_flip(changes).p)


def test_a_definition_given_twice_counts_twice_and_keeps_the_same_signs():
    twice, weighted = tried(TINY[[0, 0, 1, 2]]), tried(TINY, np.array([2, 1, 1]))
    assert twice == weighted
    assert weighted.n == 4
    # Were signs drawn for each definition anew, copies would average themselves out and p would fall.
    assert ps(tried(TINY[[0, 0, 0]])) == ps(tried(TINY[:1]))


def test_equal_changes_are_the_strongest_evidence_their_number_allows():
    found = tried([[-2.0] * 8])
    assert found.n_significant == 1
    assert found.mean_z.observed < -8
    # Seven against one, t = 3.24, is significant too: sixteen more patterns.
    assert ps(found) == [2 / 256, 18 / 256, 2 / 256]


# Calibration


def simulated(seed, shift=0.0):
    """Six definitions of twenty patients: what a patient has in all of them, and in each; some left out."""
    random = np.random.default_rng(seed)
    changes = random.normal(size=20) + 0.5 * random.normal(size=(6, 20)) + shift
    return np.where(random.random((6, 20)) < 0.2, np.nan, changes)


def test_p_is_uniform_where_nothing_changes():
    p = np.array([ps(tried(simulated(seed), flips=19, seed=seed)) for seed in range(1_000)])
    for place in (0, 2):
        # Of nineteen flips p is one of twenty values, each as likely.
        counts = np.bincount((p[:, place] * 20).round().astype(int) - 1, minlength=20)
        assert stats.chisquare(counts).pvalue > 0.01
    # The share that is significant takes few values, and ties count against it: it may only be too careful.
    for level in (0.05, 0.1, 0.25, 0.5):
        assert np.mean(p[:, 1] <= level) <= level + 3 * (level * (1 - level) / 1_000) ** 0.5


def test_a_change_in_everybody_is_found():
    found = [ps(tried(simulated(seed, shift=-1.2), flips=199, seed=seed)) for seed in range(20)]
    assert np.max(found) < 0.05


# Seeds and progress


def test_the_same_seed_gives_the_same_answer_and_another_another():
    changes = simulated(1, shift=-0.3)
    assert tried(changes, flips=299, seed=4) == tried(changes, flips=299, seed=4)
    assert ps(tried(changes, flips=299, seed=4)) != ps(tried(changes, flips=299, seed=5))


def test_progress_is_told_part_by_part():
    parts = list(under_flips(simulated(1), np.ones(6, int), flips=1_999))
    done = [part.done for part in parts]
    assert done == sorted(set(done))
    assert len(parts) >= 20
    assert (done[-1], parts[-1].of) == (1_999, 1_999)


# On a cohort


def of_presets(held):
    return run(held, listed(grid_of_presets().around(AS_PUBLISHED)))


AGE = {
    "field": "eligibility",
    "name": "Age",
    "kind": "age",
    "options": [{"label": "any"}, {"label": "to 60", "criteria": [{"kind": "age", "to": 60}]}],
}


def test_the_curve_that_is_drawn_is_the_one_that_is_tested():
    multiverse = run(real(AGED), listed(grid(AGE, MISSING)))
    found = last(joint_test(multiverse, "BSA"))
    # Two samples: falls of 30, 20, 10 and 10, and without the last; what becomes of the unknown changes no score.
    assert (found.n, found.n_patients, found.exact, found.of) == (2, 4, True, 16)
    assert found.median.observed == -18.75
    assert found.n_significant == 1
    # No pattern but all signs turned comes as far.
    assert found.median.p == 2 / 16
    assert str(found).startswith("Over 2 definitions the median change of BSA is -18.75 points (p = 0.125); 50 % (1/2)")


@pytest.mark.parametrize("code", ["BSA", "PPNRS", "IGA"])
def test_its_figures_are_those_of_the_curve(code):
    multiverse = of_presets(real(bundled_cohort()))
    found, curve = last(joint_test(multiverse, code, flips=19)), change_curve(multiverse, code)
    p = multiverse.change[code].p_t[curve.rows]
    assert found.n == len(curve)
    assert found.median.observed == pytest.approx(np.median(curve.value))
    assert found.n_significant == max(((p < 0.05) & (curve.value < 0)).sum(), ((p < 0.05) & (curve.value > 0)).sum())
    assert found.mean_z.observed == pytest.approx(np.mean(np.sign(curve.value) * stats.norm.isf(p / 2)))


def test_a_synthetic_cohort_is_refused_at_once():
    with pytest.raises(DefinitionError, match="synthetic reconstruction"):
        joint_test(of_presets(bundled_cohort()), "IGA")


def test_invented_patients_are_refused_at_once():
    multiverse = run(real(INVENTED), listed(grid(MISSING, base=counting_invented(True))))
    with pytest.raises(DefinitionError, match="invented"):
        joint_test(multiverse, "BSA")


def test_a_cohort_without_two_pairs_is_refused_at_once():
    nobody = [{"kind": "age", "from": 60}]
    multiverse = run(real(AGED), listed(grid(MISSING, base=grid(MISSING).base.replace(eligibility=nobody))))
    with pytest.raises(DefinitionError, match="No definition has two patients"):
        joint_test(multiverse, "BSA")


# Selection by score


PICKED = [
    {"label": pick, "window": {"from_day": -60, "to_day": 0, "pick": pick}}
    for pick in ("last", "mean", "worst", "best")
]
FOLLOWED = [
    {"label": pick, "window": {"from_day": 30, "to_day": 120, "pick": pick}} for pick in ("first", "last", "best")
]
BASELINE = {"field": "baseline", "name": "Baseline", "options": PICKED}
FOLLOW_UP = {"field": "follow_up", "name": "Follow-up", "options": FOLLOWED}


def unchanged(seed):
    """Forty patients with a usual score each, about which four scores lie by chance: nothing happens to them."""
    random = np.random.default_rng(seed)
    usual = np.repeat(random.normal(30, 8, 40), 4)
    rows = pd.DataFrame(
        {
            "patient_id": np.repeat([f"P{number:02d}" for number in range(40)], 4),
            "day": np.tile([-30, -5, 60, 90], 40),
            "instrument": "BSA",
            "score": np.clip(np.round(usual + random.normal(0, 8, 160)), 0, 100),
        }
    )
    patients = pd.DataFrame({"patient_id": rows["patient_id"].unique(), "index_date": "2022-06-01"})
    return build(metadata(synthetic=False), {"patients": patients, "assessments": rows}, None)


def of_all(multiverse):
    """The test of every definition, those that choose by score among them."""
    sets = change_sets(multiverse, "BSA")
    return under_flips(sets.changes, np.bincount(sets.which, minlength=len(sets)), flips=19)


def test_a_grid_that_chooses_by_score_keeps_the_level_where_nothing_changes():
    listing = listed(grid(ENTRY, BASELINE, FOLLOW_UP))
    runs = [run(unchanged(seed), listing) for seed in range(80)]
    p = np.array([ps(last(joint_test(each, "BSA", flips=19, seed=seed))) for seed, each in enumerate(runs)])
    # At 10 %, give or take three standard errors; each figure is one of twenty values.
    within = 0.1 + 3 * (0.1 * 0.9 / len(runs)) ** 0.5
    assert np.mean(p <= 0.1, axis=0).max() <= within
    # The same curves with the definitions that were left out find a change that is none, far too often.
    whole = np.array([ps(last(of_all(each))) for each in runs[:40]])
    assert np.mean(whole <= 0.1, axis=0).min() > within


def test_only_what_does_not_choose_by_score_is_tested_and_the_rest_is_counted():
    multiverse = run(unchanged(1), listed(grid(ENTRY, BASELINE, FOLLOW_UP)))
    found = last(joint_test(multiverse, "BSA", flips=19))
    # Of anybody, from the last or the mean baseline score to the first or last one after: four of 2 x 4 x 3.
    assert (found.n, found.n_by_score) == (4, 20)
    assert "20 more definitions are left out: they choose patients by a baseline score" in str(found)
    alone = last(joint_test(run(unchanged(1), listed(grid(BASELINE))), "BSA", flips=19))
    assert (alone.n, alone.n_by_score) == (2, 2)


def test_a_criterion_of_the_study_itself_counts_as_one_of_the_grid():
    severe = grid(MISSING).base.replace(eligibility=ENTRY["options"][1]["criteria"])
    with pytest.raises(DefinitionError, match="Nothing is left to test, of 4 definitions: they choose patients"):
        joint_test(run(unchanged(1), listed(grid(BASELINE, base=severe))), "BSA")
