"""What unknown outcomes could do to a rate, counted by hand: 10 patients, 4 responders, 3 failures, 3 unknown."""

import numpy as np
import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.missing_bounds import missing_bounds
from explorer.bundled import bundled_cohort
from explorer.study.presets import PRESETS
from tests.studies import study
from tests.tables import cohort


def ten(n_yes=4, n_no=3, n_unknown=3):
    after = [10] * n_yes + [40] * n_no + [None] * n_unknown
    lines = ["patient_id | day | instrument | score"]
    for number, score in enumerate(after):
        lines.append(f"P{number:02d} | -5 | BSA | 40")
        lines += [f"P{number:02d} | 90 | BSA | {score}"] if score is not None else []
    patients = "\n".join(["patient_id", *(f"P{number:02d}" for number in range(len(after)))])
    return cohort(patients=patients, assessments="\n".join(lines))


def bounds(missing="observed", held=None):
    return missing_bounds(analyse(held or ten(), study(missing=missing)))


def test_the_bounds_count_every_unknown_as_failure_and_as_response():
    found = bounds()
    assert [(each.k, each.n) for each in (found.worst, found.observed, found.best)] == [(4, 10), (4, 7), (7, 10)]


@pytest.mark.parametrize(
    ("missing", "k", "n"),
    [("observed", 4, 7), ("non_responder", 4, 10), ("best_case", 7, 10), ("last_observation", 4, 10)],
)
def test_the_policy_in_force_stands_between_them(missing, k, n):
    found = bounds(missing)
    assert (found.in_force.k, found.in_force.n) == (k, n)
    assert (found.worst.k, found.best.k) == (4, 7)


def test_every_split_of_the_unknown_is_listed():
    assert [(each.n_unknown_responders, each.k, each.n) for each in bounds().splits] == [
        (0, 4, 10),
        (1, 5, 10),
        (2, 6, 10),
        (3, 7, 10),
    ]


@pytest.mark.parametrize(("line", "needed"), [(40, 0), (41, 1), (50, 1), (51, 2), (60, 2), (70, 3), (71, None)])
def test_how_few_of_the_unknown_must_have_responded(line, needed):
    assert bounds().needed(line) == needed


def test_the_bounds_are_those_of_the_analysis():
    analysis = analyse(bundled_cohort(), PRESETS["as-published"].study)
    found = missing_bounds(analysis)
    assert (found.worst.rate, found.best.rate) == analysis.response.bounds
    assert (found.worst.low, found.worst.high) == (analysis.response.ci_low, analysis.response.ci_high)


def test_very_many_unknown_are_thinned_evenly_and_keep_both_ends():
    splits = bounds(held=ten(2, 2, 500)).splits
    assert len(splits) == 61
    assert (splits[0].n_unknown_responders, splits[-1].n_unknown_responders) == (0, 500)


def test_intervals_are_withheld_when_invented_patients_count():
    found = missing_bounds(
        analyse(bundled_cohort(), PRESETS["as-published"].study.replace(hypothetical=True, eligibility=()))
    )
    assert all(np.isnan(each.low) for each in (found.worst, found.observed, found.in_force, found.best, *found.splits))


def test_nobody_counted_has_no_rate_and_no_split_but_the_empty_one():
    held = cohort(patients="patient_id | age\nP1 | 20", assessments="patient_id|day|instrument|score\nP1|-5|BSA|40")
    analysis = analyse(held, study(eligibility=({"kind": "age", "from": 30},)))
    found = missing_bounds(analysis)
    assert (found.n_known, found.n_unknown, found.worst.n) == (0, 0, 0)
    assert np.isnan(found.best.rate)
