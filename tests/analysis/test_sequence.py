"""From the prior drug to the index drug, on patients few enough to count by hand."""

import pandas as pd
import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.carry_over import in_cohort, most_frequent, n_with_any, of_terms, patient_events
from explorer.analysis.courses import (
    DayShare,
    courses,
    events,
    in_order,
    last_day,
    longest_on_index,
    on_drug_by_day,
)
from explorer.analysis.safety import CarryOver
from explorer.analysis.sequence import Path, gaps, paths, stop_reasons
from explorer.bundled import bundled_cohort
from explorer.cohort.tables import Cohort
from explorer.study.presets import PRESETS
from tests.studies import study
from tests.tables import cohort

SEVEN = "patient_id\nP1\nP2\nP3\nP4\nP5\nP6\nP7"
TREATMENTS = """
    patient_id | drug         | start_day | end_day | stop_reason
    P1         | dupilumab    | -400      | -20     | inadequate_response
    P1         | tralokinumab | 0         | 100     | adverse_event
    P2         | dupilumab    | -200      | 0       | adverse_event
    P2         | tralokinumab | 0         |         |
    P3         | dupilumab    | -100      | 15      | loss_of_response
    P3         | tralokinumab | 10        | 50      | completed
    P4         | dupilumab    | -100      |         |
    P4         | tralokinumab | 0         |         |
    P5         | tralokinumab | 5         | 80      | access
    P6         | dupilumab    | -50       | -40     |
    P7         | dupilumab    | -300      | -250    | access
    P7         | dupilumab    | -200      | -100    | inadequate_response
    P7         | tralokinumab | 90        |         |
"""
SCORES = """
    patient_id | day | instrument | score
    P2         | 90  | BSA        | 10
    P4         | 60  | BSA        | 10
    P7         | 120 | BSA        | 10
"""
EVENTS = """
    patient_id | drug         | term           | start_day | end_day
    P1         | dupilumab    | conjunctivitis | -50       | -10
    P2         | dupilumab    | conjunctivitis | -50       |
    P3         | dupilumab    | conjunctivitis | -50       | -20
    P3         | tralokinumab | conjunctivitis | 40        |
    P4         | tralokinumab | conjunctivitis | 30        | 60
    P4         | tralokinumab | conjunctivitis | 80        | 90
    P4         | tralokinumab | headache       | 10        | 11
"""


def seven(**tables: str) -> Cohort:
    given = {"patients": SEVEN, "assessments": SCORES, "treatments": TREATMENTS, "adverse_events": EVENTS}
    return cohort(**{**given, **tables})


def analysed(**tables: str):
    return analyse(seven(**tables), study())


def test_the_last_course_says_why_the_prior_drug_was_stopped():
    reasons = stop_reasons(analysed())
    assert reasons.n == 6  # P5 never took it
    assert [(bar.label, bar.group, bar.n) for bar in reasons.bars] == [
        ("inadequate response", "inadequate response", 2),
        ("loss of response", "inadequate response", 1),
        ("adverse event", "intolerance", 1),
        ("not recorded", "not recorded", 1),
        ("ongoing", "ongoing", 1),
    ]
    assert reasons.in_group("inadequate response") == 3


def test_reasons_that_only_others_gave_stay_in_the_chart_so_that_nothing_jumps():
    ages = "patient_id | age\nP1 | 40\nP2 | 10\nP3 | 10\nP4 | 10\nP5 | 10\nP6 | 10\nP7 | 40"
    adults = study(eligibility=({"kind": "age", "from": 18},))
    reasons = stop_reasons(analyse(seven(patients=ages), adults))
    assert [(bar.label, bar.n) for bar in reasons.bars if bar.n] == [("inadequate response", 2)]
    assert len(reasons.bars) == 5
    assert reasons.most == 2


def test_days_between_the_drugs_fall_into_bands():
    between = gaps(analysed())
    assert between.n == 5
    assert {bar.label: bar.n for bar in between.bars if bar.n} == {
        "overlap of 1 to 28 days": 1,  # P3: 10 before 15
        "same day": 2,  # P2, and P4 who is still on it
        "15 to 28 days": 1,  # P1: 20
        "more than 182 days": 1,  # P7: 190
    }


@pytest.mark.parametrize(
    ("end", "band"),
    [
        (-29, "29 to 56 days"),
        (-28, "15 to 28 days"),
        (-1, "gap of 1 to 14 days"),
        (0, "same day"),
        (1, "overlap of 1 to 28 days"),
        (28, "overlap of 1 to 28 days"),
        (29, "overlap of more than 28 days"),
    ],
)
def test_a_band_holds_both_its_limits(end, band):
    courses = f"patient_id|drug|start_day|end_day\nP1|dupilumab|-300|{end}\nP1|tralokinumab|0|"
    between = gaps(analysed(treatments=courses))
    assert [bar.label for bar in between.bars if bar.n] == [band]


def test_every_patient_takes_one_way():
    found = paths(analysed())
    assert found == (
        Path("inadequate response", "after a gap", "still on it", False, 1),
        Path("inadequate response", "after a gap", "intolerance", False, 1),
        Path("inadequate response", "overlapping", "completed", False, 1),
        Path("intolerance", "same day", "still on it", False, 1),
        Path("not recorded", "no switch", "never started", False, 1),
        Path("ongoing", "same day", "still on it", False, 1),
        Path("never taken", "no switch", "other reason", False, 1),
    )


def test_the_switch_is_counted_as_in_the_description():
    analysis = analyse(bundled_cohort(), PRESETS["as-published"].study)
    switch, between, ways = analysis.description.switch, gaps(analysis), paths(analysis)
    counts = (switch.n_gap, switch.n_same_day, switch.n_overlap)
    names = ("after a gap", "same day", "overlapping")
    assert tuple(between.in_group(name) for name in names) == counts
    assert tuple(sum(way.n for way in ways if way.switch == name) for name in names) == counts
    assert sum(way.n for way in ways) == analysis.ledger.n


def test_a_cohort_without_reasons_or_ends_does_not_say_why_or_when():
    nothing = analysed(treatments="patient_id|drug|start_day\nP1|dupilumab|-30\nP1|tralokinumab|0")
    assert stop_reasons(nothing) is None
    assert gaps(nothing) is None


def test_patients_stand_by_time_on_the_index_drug():
    # 100, 90 (last seen), 90 (last event), 75, 40, 30 (last seen) days; P6 never began.
    assert in_order(analysed()) == ["P1", "P2", "P4", "P5", "P3", "P7", "P6"]


def test_axes_end_on_a_round_day_after_everybody():
    facts = analysed().facts
    assert longest_on_index(facts) == 120
    assert last_day(facts) == 120


def test_an_ongoing_course_reaches_to_the_last_day_on_record():
    rows = courses(analysed()).set_index(["patient_id", "drug", "from_day"])
    assert tuple(rows.loc[("P2", "tralokinumab", 0), ["to_day", "reason", "end"]]) == (90, "ongoing", "ongoing")
    assert tuple(rows.loc[("P3", "dupilumab", -100), ["to_day", "reason"]]) == (15, "loss of response")
    assert tuple(rows.loc[("P6", "dupilumab", -50), ["reason", "end"]]) == ("not recorded", "not recorded")
    assert len(rows) == 13


def test_events_keep_their_days():
    rows = events(analysed())
    assert len(rows) == 7
    assert rows["to_day"].isna().sum() == 2


def test_the_share_on_a_drug_is_of_those_still_observed():
    shares = on_drug_by_day(analysed(), (-150, 12, 110))
    assert shares == (
        DayShare("dupilumab", -150, 3, 7),
        DayShare("dupilumab", 12, 2, 6),  # P3 and P4; P6 was last seen on day -40
        DayShare("dupilumab", 110, 0, 1),
        DayShare("tralokinumab", -150, 0, 7),
        DayShare("tralokinumab", 12, 5, 6),
        DayShare("tralokinumab", 110, 1, 1),  # P7
    )


def test_a_patient_on_two_courses_of_a_drug_at_once_counts_once():
    twice = """
        patient_id | drug         | start_day | end_day
        P1         | dupilumab    | -100      | -50
        P1         | dupilumab    | -80       | -20
        P1         | dupilumab    | -70       | -60
        P2         | dupilumab    | -90       | -60
        P1         | tralokinumab | 0         | 30
    """
    shares = on_drug_by_day(analysed(treatments=twice), (-95, -75, -65, -55, -20, -19))
    assert [share.k for share in shares if share.drug == "dupilumab"] == [1, 2, 2, 1, 1, 0]


def test_each_event_of_each_patient_is_resolved_unresolved_recurred_or_new():
    rows = patient_events(analysed(), ("conjunctivitis", "headache"))
    assert list(rows[["patient_id", "term", "outcome", "prior", "index"]].itertuples(index=False, name=None)) == [
        ("P1", "conjunctivitis", "resolved", "day -50 to -10", "not recorded"),
        ("P2", "conjunctivitis", "unresolved", "day -50, no end recorded", "not recorded"),
        ("P3", "conjunctivitis", "recurred", "day -50 to -20", "day 40, no end recorded"),
        ("P4", "conjunctivitis", "new", "not recorded", "day 30 to 60; day 80 to 90"),
        ("P4", "headache", "new", "not recorded", "day 10 to 11"),
    ]


def test_patient_by_patient_adds_up_to_the_counts():
    analysis = analyse(bundled_cohort(), PRESETS["as-published"].study)
    terms = tuple(row.term for row in analysis.safety.carry_over)
    counted = pd.crosstab(*(patient_events(analysis, terms)[name] for name in ("term", "outcome")))
    for row in analysis.safety.carry_over:
        for outcome in counted:
            assert counted.loc[row.term, outcome] == getattr(row, outcome)


def test_the_most_frequent_events_come_first_and_by_name_where_equal():
    rows = (CarryOver("b", 1, 0, 0, 0), CarryOver("c", 1, 1, 1, 1), CarryOver("a", 0, 0, 0, 1))
    assert [row.term for row in most_frequent(rows, 2)] == ["c", "a"]


def test_which_events_are_shown_follows_the_cohort_and_not_the_definition():
    older = {"kind": "age", "from": 60}
    analysis = analyse(bundled_cohort(), PRESETS["as-published"].study)
    fewer = analyse(bundled_cohort(), PRESETS["as-published"].study.replace(eligibility=(older,)))
    assert in_cohort(fewer, 12) == in_cohort(analysis, 12) == ("conjunctivitis", "head and neck dermatitis")
    assert n_with_any(fewer, in_cohort(fewer, 12)) == n_with_any(analysis, in_cohort(analysis, 12))


def test_an_event_that_nobody_analysed_had_is_counted_as_none():
    rows = (CarryOver("b", 1, 0, 0, 0),)
    assert of_terms(rows, ("a", "b")) == (CarryOver("a", 0, 0, 0, 0), rows[0])


def test_patients_with_any_of_several_events_are_counted_once():
    # Of conjunctivitis P1 to P4, of headache P4 alone.
    assert n_with_any(analysed(), ("conjunctivitis", "headache")) == 4
    assert n_with_any(analysed(), ("headache",)) == 1
