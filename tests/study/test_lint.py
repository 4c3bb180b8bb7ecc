"""What a reader is told to mind."""

import numpy as np
import pytest
from hypothesis import given, settings

from explorer.bundled import bundled_cohort
from explorer.cohort.instruments import Instrument
from explorer.study.availability import lacking
from explorer.study.lint import lint
from explorer.study.presets import AS_PUBLISHED, PRESETS
from tests.studies import responding, study
from tests.study.cohorts import PASI, PSORIASIS, SWITCHED, WELL
from tests.study.strategies import studies
from tests.study.stub import Known
from tests.tables import cohort

WELLBEING = cohort(
    patients="patient_id\nP1",
    assessments="patient_id | day | instrument | score\nP1 | 0 | WELL | 5\nP1 | 0 | PASI | 5\nP1 | 0 | SHARE | 1",
    instruments={"WELL": WELL, "PASI": PASI, "SHARE": Instrument("SHARE", "Clear skin", 0, 1, lower_is_better=False)},
)


def codes(study, held=SWITCHED, **found):
    return [caution.code for caution in lint(study, held, **found)]


def texts(study, held=SWITCHED, **found):
    return {caution.code: caution.text for caution in lint(study, held, **found)}


def drop(points, code="IGA", word="at_least", **more):
    return {"kind": "point_improvement", "instrument": code, word: points, **more}


def percent(threshold, code="BSA", word="at_least"):
    return {"kind": "percent_improvement", "instrument": code, word: threshold}


def began(code="IGA", **limits):
    return ({"kind": "baseline_score", "instrument": code, **limits},)


def test_a_plain_study_needs_no_caution():
    assert codes(study()) == []
    assert codes(study(), n_evaluable=10) == []


def test_the_published_study_is_told_that_it_chose_those_who_stayed():
    chosen = (
        "Who must have several prescriptions of tralokinumab was chosen by what happened after the start: early "
        "stoppers are left out, which raises the response rate."
    )
    assert texts(AS_PUBLISHED, n_evaluable=47) == {"selection_after_start": chosen}
    # What the reconstruction assumes is said of the reconstruction alone: the other cohort is synthetic too.
    rebuilt = texts(AS_PUBLISHED, bundled_cohort(), n_evaluable=47)["selection_after_start"]
    assert rebuilt == f"{chosen} In this synthetic cohort that link is an assumption."
    assert codes(study(eligibility=[{"kind": "prescriptions", "drug": "tralokinumab", "at_least": 1}])) == []
    assert codes(study(eligibility=[{"kind": "prescriptions", "drug": "dupilumab", "at_least": 2}])) == []


# Out of reach


@pytest.mark.parametrize(
    "rule",
    [
        drop(4, word="more_than"),
        percent(100, word="more_than"),
        drop(10, code="PPNRS", word="more_than"),
        {"kind": "any_of", "rules": [drop(1), drop(4, word="more_than")]},
    ],
)
def test_a_threshold_no_patient_can_reach(rule):
    assert codes(responding(rule)) == ["unreachable"]


@pytest.mark.parametrize("rule", [drop(4), percent(100), drop(10, code="PPNRS"), drop(4, word="more_than", code="BSA")])
def test_a_threshold_somebody_can_reach(rule):
    assert codes(responding(rule)) == []


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (drop(20, code="WELL"), []),
        (drop(20, code="WELL", word="more_than"), ["unreachable"]),
        (percent(100, code="WELL"), []),
        (percent(100, code="PASI"), []),
        (percent(50, code="SHARE"), []),
    ],
)
def test_where_higher_is_better_the_room_is_above(rule, expected):
    assert codes(responding(rule), WELLBEING) == expected


def test_the_reason_names_rule_and_scale():
    assert texts(responding(drop(4, word="more_than"))) == {
        "unreachable": "No patient can meet 'IGA improved by more than 4 points': IGA runs from 0 to 4, and lower is better."
    }


@pytest.mark.parametrize(
    ("among", "rule", "expected"),
    [
        (began(at_most=1), drop(2), ["impossible_after_restriction"]),
        (began(at_most=2), drop(2), []),
        (began(at_most=2), drop(1, baseline_at_least=3), ["impossible_after_restriction", "regression_to_the_mean"]),
        (began(at_most=1), {"kind": "score_at_most", "instrument": "IGA", "score": 1}, ["met_at_baseline"]),
        (began(at_most=2), {"kind": "score_at_most", "instrument": "IGA", "score": 1}, []),
    ],
)
def test_a_restriction_on_baseline_that_settles_the_response(among, rule, expected):
    assert codes(responding(rule, among)) == expected


def test_a_restriction_where_higher_is_better():
    assert codes(responding(drop(3, code="WELL"), began("WELL", at_least=18)), WELLBEING) == [
        "impossible_after_restriction"
    ]


def test_baselines_that_are_too_good_for_the_rule_are_found_in_the_data():
    facts = Known(before={"PPNRS": (3, 2, 9, None)})
    four = responding(drop(4, code="PPNRS"))
    here = np.array([True, True, False, True])
    assert texts(four, facts=facts, eligible=here) == {
        "unreachable_here": "No eligible patient began with a score from which 'PPNRS improved by at least 4 points' could "
        "be met: their PPNRS began between 2 and 3."
    }
    assert codes(four, facts=facts, eligible=np.ones(4, bool)) == []
    assert codes(four, facts=facts, eligible=np.array([False, False, False, True])) == ["no_baseline"]


# Windows


def between(first, last):
    return {"from_day": first, "to_day": last, "pick": "last"}


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ({"follow_up": between(-30, 0)}, ["follow_up_before_start"]),
        ({"follow_up": between(-90, -61)}, ["follow_up_before_start"]),
        ({"follow_up": between(0, 90)}, ["follow_up_opens_early"]),
        ({"follow_up": between(-30, 120), "baseline": between(-60, -40)}, ["follow_up_opens_early"]),
        ({"follow_up": between(1, 90)}, []),
        ({"baseline": between(-60, 7)}, ["baseline_after_start"]),
        ({"baseline": between(-60, 30)}, ["windows_overlap", "baseline_after_start"]),
    ],
)
def test_windows_out_of_place(windows, expected):
    assert codes(study(**windows)) == expected


@pytest.mark.parametrize(
    ("window", "pick", "code", "word"),
    [
        ("follow_up", "best", "best_follow_up", "overstates"),
        ("follow_up", "worst", "worst_follow_up", "understates"),
        ("baseline", "worst", "worst_baseline", "overstates"),
        ("baseline", "best", "best_baseline", "understates"),
    ],
)
def test_picking_by_the_score_is_biased(window, pick, code, word):
    days = between(-60, 0) if window == "baseline" else between(30, 120)
    found = texts(study(**{window: days | {"pick": pick}}))
    assert list(found) == [code]
    assert word in found[code]


# Who is counted, and the rest


@pytest.mark.parametrize("n", [0, 1, 9])
def test_fewer_than_ten_are_too_few(n):
    assert codes(study(), n_evaluable=n) == ["few_evaluable"]


def test_one_patient_is_counted_in_the_singular():
    assert "Only 1 patient can" in texts(study(), n_evaluable=1)["few_evaluable"]


@pytest.mark.parametrize(
    ("asked", "held", "expected"),
    [
        (study(eligibility=began(at_least=3)), SWITCHED, True),
        (PRESETS["itch-4pt"].study, SWITCHED, True),
        (responding(drop(1, baseline_at_least=3)), SWITCHED, True),
        (study(eligibility=began(at_most=3)), SWITCHED, False),
        (responding(drop(3, code="WELL"), began("WELL", at_most=10)), WELLBEING, True),
        (responding(drop(3, code="WELL"), began("WELL", at_least=10)), WELLBEING, False),
    ],
)
def test_choosing_the_severe_brings_regression_to_the_mean(asked, held, expected):
    assert ("regression_to_the_mean" in codes(asked, held)) is expected


def test_only_the_reconstruction_is_told_about_reconstructions():
    severe = study(eligibility=began(at_least=3))
    assert "In most of the shipped reconstructions" in texts(severe, bundled_cohort())["regression_to_the_mean"]
    assert "econstruction" not in texts(severe, SWITCHED)["regression_to_the_mean"]
    severe = responding(percent(50, "PASI"), began("PASI", at_least=10))
    assert "econstruction" not in texts(severe, PSORIASIS)["regression_to_the_mean"]


def test_a_value_nobody_has_is_named():
    asked = study(eligibility=[{"kind": "covariate", "column": "sex", "in": ["female", "other"]}])
    assert texts(asked) == {"no_such_value": "No patient has other in the column sex."}
    assert codes(study(eligibility=[{"kind": "covariate", "column": "asthma", "in": ["yes", "no"]}])) == []


@pytest.mark.parametrize("policy", ["best_case", "worst_case", "multiple_imputation"])
def test_bounds_and_imputations_are_named_for_what_they_are(policy):
    assert codes(study(missing=policy)) == [policy]


def test_hypothetical_additions_are_named():
    assert codes(study(hypothetical=True)) == ["hypothetical"]


FACTS = Known(before={"BSA": (20, None), "PPNRS": (3, 2), "IGA": (3, 2)})


@settings(max_examples=200, deadline=None)
@given(study=studies())
def test_every_study_that_can_be_computed_can_be_linted_and_every_caution_is_a_sentence(study):
    assert lacking(study, SWITCHED) == []
    for caution in lint(study, SWITCHED, FACTS, np.ones(2, bool), 2):
        assert caution.text[0].isupper()
        assert caution.text.endswith(".")
        assert "None" not in caution.text
