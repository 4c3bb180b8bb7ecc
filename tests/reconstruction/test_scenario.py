from collections import Counter

import numpy as np
import pytest

from explorer.reconstruction.scenario import PRINTED_MEANS, allocate, draw_recorded, draw_scenario, improvement
from explorer.statistics.grim import counts_printing, grim


def test_a_hundred_draws_are_shared_out_as_intended():
    chosen = allocate(100)
    assert Counter(family for family, _, _ in chosen) == {
        "paired": 20,
        "paired49": 10,
        "available": 45,
        "available49": 25,
    }
    assert Counter(reading for _, reading, _ in chosen) == pytest.approx({"mid": 50, "thr": 30, "any": 20}, abs=2)
    assert Counter(additions for *_, additions in chosen) == pytest.approx({"usual": 50, "half": 25, "more": 25}, abs=4)


@pytest.mark.parametrize("draws", [1, 2, 7])
def test_the_first_draw_can_be_the_bundled_one(draws):
    assert allocate(draws)[0] == ("available", "mid", "usual")


@pytest.mark.parametrize("family", ["paired", "paired49", "available", "available49"])
def test_every_scenario_is_arithmetically_possible(family):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        scenario = draw_scenario(rng, family, "mid", "usual")
        bsa, itch, iga = scenario.scores
        sizes = [bsa.paired, bsa.paired, itch.paired, itch.paired, iga.baseline, iga.follow_up]
        if scenario.iga_mode == "paired":
            sizes[4:] = [iga.paired, iga.paired]
        assert all(grim(mean, n, strictly=True).possible_sums for mean, n in zip(PRINTED_MEANS, sizes, strict=True))
        assert scenario.clear in counts_printing("14", scenario.clear_of)


def test_recorded_scores_have_the_scenarios_numbers_and_everyone_has_a_follow_up():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        scenario = draw_scenario(rng, "available", "mid", "usual")
        recorded = draw_recorded(rng, scenario)
        for at, sizes in enumerate(scenario.scores):
            before, after = recorded[:, 2 * at], recorded[:, 2 * at + 1]
            assert (before.sum(), after.sum(), (before & after).sum()) == sizes
        assert recorded[:, 1::2].any(axis=1).all()


# BSA, itch and IGA before and after; the three reports; who improved by thr, mid and any.
@pytest.mark.parametrize(
    ("scores", "yes", "expected"),
    [
        ([20, 10, 5, 5, 3, 3], [0, 0, 0], [True, True, True]),  # halved
        ([20, 11, 5, 5, 3, 3], [0, 0, 0], [False, False, True]),  # down, but not halved
        ([20, 20, 6, 2, 3, 3], [0, 0, 0], [True, True, True]),  # itch down 4
        ([20, 20, 5, 5, 2, 1], [0, 0, 0], [True, True, True]),  # IGA down to 1
        ([20, 20, 5, 5, 1, 1], [0, 0, 0], [False, False, False]),  # at 1 all along
        ([20, 20, 5, 5, 3, 3], [1, 0, 0], [False, True, True]),  # fewer flares only
        ([20, 20, 5, 5, 3, 3], [0, 0, 1], [True, True, True]),  # overall benefit only
        ([20, 30, 5, 9, 3, 4], [0, 0, 0], [False, False, False]),  # worse
    ],
)
def test_the_three_readings_of_improvement(scores, yes, expected):
    everyone = np.ones(3, bool)
    readings = np.array(["thr", "mid", "any"])
    judged = [improvement(np.array(scores), np.array(yes, bool), everyone, reading) for reading in readings]
    assert judged == expected


def test_a_change_with_one_score_missing_is_no_improvement():
    scores, no = np.array([20, 1, 9, 1, 4, 0]), np.zeros(3, bool)
    assert not improvement(scores, no, np.zeros(3, bool), np.array("any"))
