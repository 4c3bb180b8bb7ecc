"""One patient under one study: what was asked, what was seen, and how the verdict followed."""

import numpy as np
import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.patient import find, timeline, verdict
from explorer.analysis.standing import STANDINGS, standing
from explorer.bundled import bundled_cohort
from explorer.study.missing import Missing
from explorer.study.presets import PRESETS
from explorer.study.windows import Window
from tests.studies import BSA_50, responding, study
from tests.tables import cohort

THREE = cohort(
    patients="""
        patient_id | age | sex    | tier
        P1         | 40  | female |
        P2         |     | male   |
        P3         | 50  |        | hypothetical
    """,
    assessments="""
        patient_id | day | instrument | score
        P1         | -50 | BSA        | 44
        P1         | -5  | BSA        | 40
        P1         | 90  | BSA        | 10
        P1         | 200 | BSA        | 12
        P2         | 90  | BSA        | 20
    """,
    treatments="""
        patient_id | drug         | start_day | end_day | prescriptions | stop_reason
        P1         | dupilumab    | -300      | -20     | 4             | adverse_event
        P1         | tralokinumab | 10        | 60      | 3             | access
        P2         | tralokinumab | 0         |         | 1             |
    """,
    reports="""
        patient_id | day | item         | answer
        P1         | 85  | fewer_flares | yes
        P1         | 200 | fewer_flares | no
    """,
    adverse_events="""
        patient_id | drug      | term           | start_day | end_day
        P1         | dupilumab | conjunctivitis | -100      | -30
        P1         | dupilumab | rash           | -90       |
    """,
)
PRIOR = {"kind": "prior_treatment", "drug": "dupilumab", "stop_reasons": ["adverse_event"], "max_gap_days": 40}
CRITERIA = [
    {"kind": "age", "from": 18},
    {"kind": "prescriptions", "drug": "tralokinumab", "at_least": 2},
    {"kind": "baseline_score", "instrument": "BSA", "at_least": 10},
    {"kind": "follow_up_scores", "instruments": ["BSA"], "at_least": 1},
    {"kind": "patient_report", "at_least": 1},
    {"kind": "covariate", "column": "sex", "in": ["female"]},
    {"kind": "index_date", "from": "2019-01-01"},
    PRIOR,
]
NESTED = {
    "kind": "any_of",
    "rules": [
        BSA_50,
        {
            "kind": "all_of",
            "rules": [
                {"kind": "score_at_most", "instrument": "BSA", "score": 5},
                {"kind": "reported", "item": "fewer_flares"},
            ],
        },
    ],
}


def judged(name, **changes):
    analysis = analyse(THREE, study(**changes))
    return verdict(analysis, find(analysis, name))


def test_each_criterion_is_judged_and_says_by_what():
    seen = [(each.truth, each.seen) for each in judged("P1", eligibility=CRITERIA).eligibility]
    assert seen == [
        (2, "40 years"),
        (2, "3 prescriptions"),
        (2, "BSA 40 (day -5)"),
        (2, "BSA 10 (day 90)"),
        (2, "1 answered"),
        (2, "female"),
        (2, "1 June 2022"),
        (2, "taken for 280 days, stopped for adverse event, ended 30 days before the index drug"),
    ]


def test_what_is_not_recorded_is_unknown_and_said_so():
    came_out = judged("P2", eligibility=CRITERIA)
    assert [(each.truth, each.seen) for each in came_out.eligibility][:4] == [
        (1, "not recorded"),
        (0, "1 prescription"),
        (1, "BSA no score in the window"),
        (2, "BSA 20 (day 90)"),
    ]
    assert came_out.standing == "not eligible"
    assert "“aged 18 or over” cannot be known; “at least 2 tralokinumab prescriptions” is not met" in came_out.reason


def test_a_nested_rule_is_laid_out_part_by_part():
    found = judged("P1", response={"rule": NESTED}).rule
    assert [(each.depth, each.statement, each.truth, each.seen) for each in found] == [
        (0, "any of", 2, ""),
        (1, "BSA improved by at least 50 %", 2, "40 (day -5), then 10 (day 90): better by 30 points, 75 %"),
        (1, "all of", 0, ""),
        (2, "a follow-up BSA of 5 or less", 0, "10 (day 90)"),
        (2, "fewer flares reported", 2, "yes (day 85)"),
    ]


def test_the_mean_of_several_scores_is_called_so():
    baseline = {"from_day": -60, "to_day": 0, "pick": "mean"}
    assert judged("P1", baseline=baseline).rule[0].seen.startswith("42 (mean of 2), then 10 (day 90)")


@pytest.mark.parametrize(
    ("changes", "standing", "reason"),
    [
        ({}, "unknown", "left out of the denominator"),
        ({"missing": "non_responder"}, "no response", "under the missing-outcome policy this counts as no response"),
        ({"missing": "best_case"}, "responder", "under the missing-outcome policy this counts as a response"),
        ({"response": {"among": [PRIOR], "rule": BSA_50}}, "not counted", "response is not counted in this patient"),
    ],
)
def test_an_undecided_rule_is_followed_to_what_the_policy_makes_of_it(changes, standing, reason):
    came_out = judged("P2", **changes)
    assert came_out.standing == standing
    assert reason in came_out.reason


def test_leaving_the_index_drug_early_is_said_where_the_study_makes_something_of_it():
    assert judged("P1").reason == "The rule holds."
    either = judged("P1", response={"rule": NESTED})
    assert either.reason == "The rule holds, by 1 part of 2: BSA improved by at least 50 %."
    failed = judged("P1", after_stop="failure")
    assert (failed.standing, failed.rule[0].truth) == ("no response", 2)
    assert failed.reason.startswith("tralokinumab was left on day 60, before the follow-up: this counts as no response")
    assert "the last score on the drug stands in" in judged("P1", after_stop="last_before_stop").reason


def test_a_hypothetical_addition_is_found_only_where_it_is_counted():
    assert find(analyse(THREE, study()), "P3") is None
    counted = analyse(THREE, study(hypothetical=True))
    assert verdict(counted, find(counted, "P3")).hypothetical
    assert find(counted, "nobody") is None


def test_the_timeline_holds_all_that_is_recorded_and_what_was_used():
    analysis = analyse(THREE, study())
    seen = timeline(analysis, find(analysis, "P1"))
    assert [(visit.day, visit.score, visit.use) for visit in seen.visits] == [
        (-50, 44, "passed over"),
        (-5, 40, "baseline"),
        (90, 10, "follow-up"),
        (200, 12, "outside"),
    ]
    assert [(each.drug, each.start, each.end, each.stop_reason) for each in seen.courses] == [
        ("dupilumab", -300, -20, "adverse_event"),
        ("tralokinumab", 10, 60, "access"),
    ]
    assert [(each.term, each.start) for each in seen.events] == [("conjunctivitis", -100), ("rash", -90)]
    assert np.isnan(seen.events[1].end)
    assert [(each.day, each.yes, each.used) for each in seen.answers] == [(85, True, True), (200, False, False)]


def test_days_are_counted_from_the_first_dose_where_the_study_does():
    analysis = analyse(THREE, study(index="first_dose"))
    seen = timeline(analysis, find(analysis, "P1"))
    assert [visit.day for visit in seen.visits] == [-60, -15, 80, 190]
    assert seen.courses[1].start == 0
    assert seen.answers[0].used


STUDIES = {
    "published": {},
    "means": {"baseline": Window(from_day=-60, to_day=0, pick="mean")},
    "first dose": {"index": "first_dose"},
    "last before stop": {"after_stop": "last_before_stop"},
    "imputed": {"missing": Missing(kind="multiple_imputation")},
}


@pytest.mark.parametrize("kind", STUDIES)
def test_every_patient_agrees_with_the_analysis_of_all(kind):
    analysis = analyse(bundled_cohort(), PRESETS["as-published"].study.replace(**STUDIES[kind]))
    ids, standings = analysis.cohort.patients["patient_id"], standing(analysis)
    visits = {code: analysis.visits(code) for code in analysis.cohort.instruments}
    for row in range(0, analysis.cohort.n_patients, 3):
        assert verdict(analysis, row).standing == STANDINGS[standings[row]]
        seen = timeline(analysis, row)
        for code, every in visits.items():
            mine = every[every["patient_id"] == ids.iloc[row]]
            expected = list(zip(mine["day"], mine["score"], mine["use"], strict=True))
            assert [(v.day, v.score, v.use) for v in seen.visits if v.instrument == code] == expected


def test_the_rule_is_judged_as_the_analysis_judges_it():
    analysis = analyse(THREE, responding(NESTED))
    assert [verdict(analysis, row).rule[0].truth for row in range(3)] == analysis.response.outcome.verdict.tolist()
