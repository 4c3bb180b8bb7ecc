import math

import numpy as np
import pytest

from explorer.analysis.exposure import Reason, by_group, exposure, reasons
from explorer.analysis.facts import CohortFacts
from tests.studies import study
from tests.tables import cohort

# Days on dupilumab: P1 100, P2 200 + 50, P3 10 (ongoing, ends on day 0), P4 480; P5 took none.
TREATED = """
    patient_id | drug      | start_day | end_day | stop_reason
    P1         | dupilumab | -150      | -50     | inadequate_response
    P2         | dupilumab | -400      | -200    | access
    P2         | dupilumab | -100      | -50     | loss_of_response
    P3         | dupilumab | -10       |         |
    P4         | dupilumab | -480      | 0       | adverse_event
    P6         | dupilumab | -480      | 0       |
"""
IDS = "patient_id\nP1\nP2\nP3\nP4\nP5\nP6"


@pytest.fixture
def facts():
    return CohortFacts(cohort(IDS, treatments=TREATED), study())


def who(*rows):
    return np.isin(np.arange(6), rows)


def test_days_are_summed_over_courses_and_summarised_over_those_who_took_the_drug(facts):
    found = exposure(facts, "dupilumab", who(0, 1, 2, 3, 4))
    assert (found.n, found.median) == (4, 175)
    assert (found.q1, found.q3) == (77.5, 307.5)


def test_bins_hold_everybody_and_those_of_the_whole_cohort_serve_any_part_of_it(facts):
    everyone, some = exposure(facts, "dupilumab", who(*range(6))), exposure(facts, "dupilumab", who(0))
    assert everyone.step == some.step == 20  # 480 days in at most 24 bins
    assert [(place * 20, k) for place, k in enumerate(everyone.counts) if k] == [(0, 1), (100, 1), (240, 1), (460, 2)]
    assert [(place * 20, k) for place, k in enumerate(some.counts) if k] == [(100, 1)]
    assert everyone.most == some.most == 2


def test_nobody_on_the_drug_has_no_median(facts):
    found = exposure(facts, "dupilumab", who(4))
    assert found.n == 0
    assert math.isnan(found.median)
    assert sum(found.counts) == 0


def test_reasons_are_those_of_the_last_course_in_their_groups(facts):
    rows = reasons(facts, "dupilumab", who(*range(6)))
    assert rows == (
        Reason("inadequate response", "inadequate response", 1),
        Reason("inadequate response", "loss of response", 1),
        Reason("intolerance", "adverse event", 1),
        Reason("not recorded", "not recorded", 1),
        Reason("ongoing", "ongoing", 1),
    )
    assert {group.group: group.n for group in by_group(rows)} == {
        "inadequate response": 2,
        "intolerance": 1,
        "other reason": 0,
        "not recorded": 1,
        "ongoing": 1,
    }


def test_hypothetical_additions_are_counted_apart():
    tiers = "patient_id | tier\nP1 |\nP2 | hypothetical\nP3 |\nP4 |\nP5 | hypothetical\nP6 | hypothetical"
    facts = CohortFacts(cohort(tiers, treatments=TREATED), study(hypothetical=True))
    found = exposure(facts, "dupilumab", who(*range(6)))
    assert (found.n, found.n_hypothetical) == (5, 2)
    assert [(place * 20, k) for place, k in enumerate(found.hypothetical) if k] == [(240, 1), (460, 1)]
    rows = reasons(facts, "dupilumab", who(*range(6)))
    assert [(row.reason, row.n, row.hypothetical) for row in rows] == [
        ("inadequate response", 1, 0),
        ("loss of response", 1, 1),
        ("adverse event", 1, 0),
        ("not recorded", 1, 1),
        ("ongoing", 1, 0),
    ]
    assert by_group(rows)[0] == Reason("inadequate response", "inadequate response", 2, 1)
