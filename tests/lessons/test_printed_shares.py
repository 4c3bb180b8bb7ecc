"""Functions of lessons about counts and what they print."""

import pytest

from explorer.bundled import bundled_cohort
from explorer.lessons.expression import LessonError, value
from explorer.lessons.quantities import Results
from explorer.study.presets import AS_PUBLISHED, PRESETS

SEEN = Results(bundled_cohort(), AS_PUBLISHED, {name: preset.study for name, preset in PRESETS.items()})


# R 4.2.2: prop.test(x, n, correct = FALSE)$conf.int, as in tests/statistics/test_intervals.py
@pytest.mark.parametrize(
    ("k", "n", "low", "high"), [(16, 40, 0.263483256843, 0.554041063397), (0, 12, 0, 0.242494006655)]
)
def test_the_ends_of_an_interval_agree_with_r(k, n, low, high):
    assert value(f"interval_low({k}, {n})", SEEN) == pytest.approx(low, abs=1e-11)
    assert value(f"interval_high({k}, {n})", SEEN) == pytest.approx(high, abs=1e-11)


@pytest.mark.parametrize("counts", ["7, 6", "-1, 6", "0, 0"])
def test_no_interval_of_an_impossible_count(counts):
    with pytest.raises(LessonError, match="no count of patients"):
        value(f"interval_low({counts})", SEEN)


def test_fractions_are_counted_that_print_a_percentage():
    """14 % is anything from 13.5 up to 14.5, which no fraction of 49 or fewer patients hits exactly."""
    by_hand = sum(13.5 <= 100 * k / n <= 14.5 for n in range(1, 50) for k in range(n + 1))
    assert value("n_fractions('iga_0_1')", SEEN) == by_hand


def test_counts_are_counted_that_print_a_percentage():
    """Of 47: 23 is 48.9, 24 is 51.1 and 25 is 53.2 %. Of 400, from 50.5 to 51.5 % are 202 to 206."""
    assert value("n_counts('improved', 47)", SEEN) == 1
    assert value("n_counts('improved', 400)", SEEN) == 5


def test_only_published_percentages_have_counts():
    with pytest.raises(LessonError, match="no published percentage 'patients'"):
        value("n_fractions('patients')", SEEN)
