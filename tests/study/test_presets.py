"""Definitions with a name: where each comes from, and where it can be computed."""

import pytest

from explorer.errors import DefinitionError
from explorer.study.availability import require
from explorer.study.eligibility import BaselineScore, PriorTreatment
from explorer.study.presets import (
    AS_PUBLISHED,
    ERASMUS,
    PRESETS,
    default_for,
    offered,
    starting_point,
    title,
    treat_to_target,
)
from explorer.study.response import PercentImprovement, PointImprovement, Reported
from explorer.study.sharing import from_link, to_link
from explorer.study.study import Study
from explorer.study.windows import Window
from tests.study.cohorts import PASI, PSORIASIS, SWITCHED, WELL
from tests.tables import cohort

EVERY = [*PRESETS.values(), treat_to_target(frozenset()), ERASMUS]


def test_the_presets_stand_in_order_the_published_one_first():
    assert list(PRESETS) == [
        "as-published",
        "as-published-thresholds",
        "as-published-any",
        "iga-01-2pt",
        "itch-4pt",
        "bsa-50",
        "lenient",
        "strict",
    ]


@pytest.mark.parametrize("preset", EVERY, ids=lambda preset: preset.name)
def test_a_preset_says_where_it_comes_from_and_survives_json_and_a_link(preset):
    assert preset.title
    assert preset.source
    assert preset.note
    assert Study.from_json(preset.study.to_json()) == preset.study
    assert from_link(to_link(preset.study)) == preset.study


@pytest.mark.parametrize("preset", EVERY, ids=lambda preset: preset.name)
def test_only_a_rule_taken_from_a_source_cites_it(preset):
    assert bool(preset.url) == bool(preset.definition) == (preset.kind in ("published", "reading"))


@pytest.mark.parametrize("preset", EVERY, ids=lambda preset: preset.name)
def test_presets_differ_from_the_published_study_in_response_alone(preset):
    assert preset.study.replace(name=AS_PUBLISHED.name, response=AS_PUBLISHED.response) == AS_PUBLISHED


def test_every_preset_is_another_definition():
    assert len({preset.study.fingerprint for preset in EVERY}) == len(EVERY)


def rule(name):
    return str(PRESETS[name].study.response.rule)


def test_the_rules_in_words():
    reports = "fewer flares reported, less topical reported or overall benefit reported"
    almost_clear = "(a follow-up IGA of 1 or less and IGA improved by at least 1 point)"
    thresholds = f"any of BSA improved by at least 50 %, PPNRS improved by at least 4 points, {almost_clear}"
    assert rule("as-published") == f"{thresholds}, {reports}"
    assert rule("as-published-thresholds") == f"{thresholds} or overall benefit reported"
    assert rule("as-published-any") == (
        f"any of any improvement of BSA, any improvement of PPNRS, any improvement of IGA, {reports}"
    )
    assert rule("iga-01-2pt") == "a follow-up IGA of 1 or less and IGA improved by at least 2 points"
    assert rule("itch-4pt") == "PPNRS improved by at least 4 points"
    assert rule("bsa-50") == "BSA improved by at least 50 %"
    assert rule("strict") == (
        "(a follow-up IGA of 1 or less and IGA improved by at least 2 points) and PPNRS improved by at least 4 points"
    )


def test_itch_leaves_those_who_could_not_respond_out_of_the_denominator():
    assert PRESETS["itch-4pt"].study.response.among == (
        PriorTreatment(drug="dupilumab"),
        BaselineScore(instrument="PPNRS", at_least=4),
    )


# What is offered


def test_treat_to_target_and_erasmus_are_listed_with_what_is_missing():
    offers = {offer.preset.name: offer for offer in offered(SWITCHED)}
    assert [name for name, offer in offers.items() if offer.computable] == list(PRESETS)
    assert offers["treat-to-target"].lacking == ("needs a patient global assessment (PGIS)",)
    assert offers["erasmus"].lacking == ("needs the patient's wish to continue (report item wants_to_continue)",)


def test_a_cohort_that_has_what_they_need_can_compute_them():
    complete = cohort(
        patients="patient_id | age\nP1 | 40",
        assessments="""
            patient_id | day | instrument | score
            P1         | 0   | PGIS       | 3
            P1         | 0   | BSA        | 3
            P1         | 0   | PPNRS      | 3
            P1         | 0   | IGA        | 3
        """,
        treatments="""
            patient_id | drug         | start_day | prescriptions
            P1         | dupilumab    | -90       | 1
            P1         | tralokinumab | 0         | 2
        """,
        reports="patient_id | day | item | answer\nP1 | 90 | wants_to_continue | yes",
        instruments={"PGIS": type(PASI)("PGIS", "Patient global", 0, 4, lower_is_better=True, step=1)},
    )
    offers = {offer.preset.name: offer for offer in offered(complete)}
    assert offers["treat-to-target"].computable
    assert offers["erasmus"].computable
    # Of its domains, those that the cohort has scores of.
    assert offers["treat-to-target"].preset.study.response.rule.instruments() == ("PGIS", "PPNRS", "BSA")


# Where to start


def test_the_published_study_is_the_default_where_it_can_be_computed():
    assert default_for(SWITCHED) == AS_PUBLISHED


def test_another_cohort_starts_with_all_its_patients_and_half_of_its_first_score():
    study = default_for(PSORIASIS)
    assert study == starting_point(PSORIASIS)
    assert study.name == "Starting point"
    assert (study.index_drug, study.prior_drug, study.eligibility) == ("secukinumab", None, ())
    assert study.response.rule == PercentImprovement(instrument="PASI", at_least=50)
    # No score of the 60 days before the start, nor around day 90: the windows are as wide as the scores.
    assert study.baseline == Window(from_day=-90, to_day=0, pick="last")
    assert study.follow_up == Window(from_day=1, to_day=365, pick="last")
    assert study.missing.kind == "observed"
    require(study, PSORIASIS)


def scored(*days, code="PASI"):
    rows = "\n".join(f"P1 | {day} | {code} | 10" for day in days)
    return cohort(
        patients="patient_id\nP1",
        assessments=f"patient_id | day | instrument | score\n{rows}",
        instruments={"PASI": PASI, "WELL": WELL},
    )


@pytest.mark.parametrize(
    ("days", "baseline", "follow_up"),
    [
        ((-10, 80), AS_PUBLISHED.baseline, AS_PUBLISHED.follow_up),
        ((0, 20), AS_PUBLISHED.baseline, Window(from_day=1, to_day=20, pick="last")),
        ((7, 20), Window(from_day=7, to_day=7, pick="last"), Window(from_day=8, to_day=20, pick="last")),
        ((45, 100), Window(from_day=45, to_day=45, pick="last"), Window(from_day=46, to_day=100, pick="last")),
        ((-10,), AS_PUBLISHED.baseline, Window(from_day=1, to_day=1, pick="last")),
    ],
)
def test_the_windows_start_where_the_scores_are(days, baseline, follow_up):
    study = starting_point(scored(*days))
    assert (study.baseline, study.follow_up) == (baseline, follow_up)


def test_where_higher_is_better_the_smallest_change_that_matters_counts():
    assert starting_point(scored(0, 90, code="WELL")).response.rule == PointImprovement(instrument="WELL", at_least=3)


def test_a_cohort_of_reports_alone_starts_with_its_first_report():
    only = cohort(patients="patient_id\nP1", reports="patient_id | day | item | answer\nP1 | 60 | better | yes")
    study = starting_point(only)
    assert study.response.rule == Reported(item="better")
    assert study.follow_up == AS_PUBLISHED.follow_up
    require(study, only)


def test_a_cohort_without_any_outcome_has_no_starting_point():
    with pytest.raises(DefinitionError, match="neither scores nor reports"):
        starting_point(cohort(patients="patient_id\nP1"))


# A name that cannot lie

STRICT = PRESETS["strict"].study


@pytest.mark.parametrize(
    ("study", "says"),
    [
        (AS_PUBLISHED, "As published"),
        (AS_PUBLISHED.replace(missing="observed"), "As published (changed)"),
        (AS_PUBLISHED.replace(name="As published (changed)"), "As published"),
        (AS_PUBLISHED.replace(name="as published", missing="observed"), "As published (changed)"),
        (STRICT.replace(name="As published"), "As published (changed)"),
        # By its identifier or by what the list of presets calls it.
        (AS_PUBLISHED.replace(name="strict"), "Strict (changed)"),
        (AS_PUBLISHED.replace(name=PRESETS["bsa-50"].title), "BSA halved (changed)"),
        (ERASMUS.study.replace(confidence=0.9), "Erasmus (changed)"),
        (AS_PUBLISHED.replace(name="Mine", missing="observed"), "Mine"),
        (AS_PUBLISHED.replace(name="Mine (changed)"), "Mine (changed)"),
    ],
)
def test_no_changed_study_goes_by_the_name_of_a_preset(study, says):
    assert title(study, SWITCHED) == says


def test_the_starting_point_of_a_cohort_is_a_name_too():
    start = starting_point(PSORIASIS)
    assert title(start, PSORIASIS) == "Starting point"
    assert title(start.replace(confidence=0.9), PSORIASIS) == "Starting point (changed)"
