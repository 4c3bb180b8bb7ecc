"""Who is left out by what happened after the start, and what that could do to the rate."""

from itertools import product

import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.left_out import left_out_after_start, needed_to_cross, reach, reaches_by
from explorer.bundled import bundled_cohort
from explorer.study.presets import PRESETS
from explorer.study.response import Response
from tests.studies import responding, study
from tests.tables import cohort

PUBLISHED = PRESETS["as-published"].study
TWICE = {"kind": "prescriptions", "drug": "tralokinumab", "at_least": 2}
SCORED = {"kind": "follow_up_scores", "instruments": ["BSA"], "at_least": 1}
ADULT = {"kind": "age", "from": 18}
PRIOR = {"kind": "prior_treatment", "drug": "dupilumab"}
FEWER = {"kind": "reported", "item": "fewer_flares"}

# P1 is counted. P2 to P4 lack only a second prescription or a score; P5 is also a child, P6 had no dupilumab.
HELD = cohort(
    patients="patient_id | age\nP1 | 40\nP2 | 40\nP3 | 40\nP4 | 40\nP5 | 12\nP6 | 40",
    assessments="""
        patient_id | day | instrument | score
        P1 | 90 | BSA | 10
        P2 | 90 | BSA | 10
        P4 | 90 | BSA | 10
        P5 | 90 | BSA | 10
        P6 | 90 | BSA | 10
    """,
    treatments="""
        patient_id | drug | start_day | end_day | prescriptions | stop_reason
        P1 | dupilumab | -300 | -20 | 4 | other
        P2 | dupilumab | -300 | -20 | 4 | other
        P3 | dupilumab | -300 | -20 | 4 | other
        P4 | dupilumab | -300 | -20 | 4 | other
        P5 | dupilumab | -300 | -20 | 4 | other
        P1 | tralokinumab | 0 | | 3 |
        P2 | tralokinumab | 0 | | 1 |
        P3 | tralokinumab | 0 | | 1 |
        P4 | tralokinumab | 0 | | 1 |
        P5 | tralokinumab | 0 | | 1 |
        P6 | tralokinumab | 0 | | 1 |
    """,
    reports="patient_id | day | item | answer\nP1 | 90 | fewer_flares | yes\nP2 | 90 | fewer_flares | yes\n"
    "P3 | 90 | fewer_flares | no",
)


def found(*eligibility):
    return left_out_after_start(analyse(HELD, responding(FEWER, among=(PRIOR,), eligibility=eligibility)))


def test_only_who_fails_nothing_else_is_counted_and_judged_by_the_rule():
    held = found(ADULT, TWICE, SCORED)
    assert (held.n, held.n_true, held.n_false, held.n_unknown) == (3, 1, 1, 1)
    assert held.rules == ("at least 2 tralokinumab prescriptions", "a follow-up score of BSA")


def test_who_fails_several_rules_stands_under_each():
    assert found(ADULT, TWICE, SCORED).by_rule == (3, 1)


def test_without_the_age_limit_the_child_counts_too():
    assert found(TWICE, SCORED).n == 4


def test_rules_on_the_time_before_leave_nobody_out_so():
    held = found(ADULT, {"kind": "prescriptions", "drug": "dupilumab", "at_least": 9})
    assert (held.rules, held.n) == ((), 0)


def test_one_prescription_is_the_start_itself():
    assert found({**TWICE, "at_least": 1}).rules == ()


def test_nobody_is_recorded_as_left_out_of_the_bundled_reconstruction_but_additions_are():
    assert left_out_after_start(analyse(bundled_cohort(), PUBLISHED)).n == 0
    # data/README.md and the manifest of draw 36: 8 lack a prescription, 9 a score in time, 3 others a report.
    everyone = PUBLISHED.replace(hypothetical=True, response=Response(rule=PUBLISHED.response.rule))
    added = left_out_after_start(analyse(bundled_cohort(), everyone))
    assert (added.n, added.by_rule[:2]) == (8 + 9 + 3, (8, 9))


@pytest.mark.parametrize(("n_true", "n_false", "n_unknown"), [(0, 0, 4), (1, 2, 3), (2, 0, 0), (0, 3, 1)])
def test_the_reach_is_that_of_every_possible_outcome(n_true, n_false, n_unknown):
    k, n = 5, 9
    rates = {
        (k + n_true + sum(split)) / (n + n_true + n_false + n_unknown) for split in product((0, 1), repeat=n_unknown)
    }
    held = reach(k, n, n_true + n_false + n_unknown, (n_true, n_false))
    assert (held.lowest, held.highest) == (min(rates), max(rates))


@pytest.mark.parametrize("percent", [1, 33, 50, 51, 99])
@pytest.mark.parametrize(("k", "n"), [(24, 47), (0, 5), (5, 5), (1, 2), (33, 100), (17, 47)])
def test_the_fewest_who_take_a_rate_across_a_line_are_found_by_adding_one_after_another(k, n, percent):
    above = 100 * k >= percent * n
    more = 1
    while (100 * (k if above else k + more) >= percent * (n + more)) == above:
        more += 1
    assert needed_to_cross(k, n, percent) == more


def test_a_step_for_every_patient_and_never_more_than_a_chart_bears():
    assert [each.n_more for each in reaches_by(2, 5, 4)] == [0, 1, 2, 3, 4]
    many = list(reaches_by(2, 5, 1000))
    assert (many[0].n_more, many[-1].n_more, len(many)) == (0, 1000, 61)


def test_a_study_without_such_rules_has_nobody_to_bring_back():
    assert left_out_after_start(analyse(HELD, study())).rules == ()
