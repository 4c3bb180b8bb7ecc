"""The paragraph in plain words follows the result, whatever the definition."""

import re

import pytest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.export.plain_words import answer, in_plain_words
from explorer.study.presets import PRESETS, default_for
from tests.pages.cohorts import all_missing, one_patient, scores_only

PUBLISHED = PRESETS["as-published"].study


def said(**changes):
    return in_plain_words(analyse(bundled_cohort(), PUBLISHED.model_validate(PUBLISHED.to_dict() | changes)))


def of(cohort):
    return in_plain_words(analyse(cohort, default_for(cohort)))


def test_the_answer_gives_count_denominator_percentage_and_interval():
    assert answer(analyse(bundled_cohort(), PUBLISHED)) == (
        "Under the definition in force, 24/47 (51 %) responded (95 % CI 37 % to 65 %)."
    )


def test_the_published_definition_in_plain_words():
    assert said() == (
        "Of 49 synthetic patients given tralokinumab, all meet the criteria for analysis; response is counted in the 47 "
        "with prior dupilumab. By the rule in force, 24 of 47 responded (51 %, about half). With only 47 patients, true "
        "rates from 37 % to 65 % would fit these data (95 % interval). The outcome of 15 of the 47 is unknown; they were "
        "counted as not responding. Had none or all of them responded, the rate would be 24/47 (51 %) or 39/47 (83 %). Mean scores: "
        "Body surface area affected improved from 20.5 to 11.4 in the 33 with both scores; Peak pruritus numerical "
        "rating scale improved from 6.22 to 4.24 in the 37 with both scores; Investigator Global Assessment improved "
        "from 2.48 to 2.15 in the 33 with both scores. What to mind most: the patients are synthetic. The figures show "
        "what follows from the definitions, not what tralokinumab does; and without a comparison group nobody could "
        "tell its effect from improvement that comes by itself."
    )


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ("observed", "24 of 32 responded (75 %, about three in four)"),
        ("observed", "they were left out of the count"),
        ("best_case", "39 of 47 responded (83 %, about four in five)"),
        ("best_case", "they were all counted as responding"),
        ("worst_case", "24 of 47 responded (51 %, about half)"),
        ("last_observation", "judged by their last earlier score where there was one, and left out otherwise"),
        ({"kind": "multiple_imputation", "imputations": 5, "seed": 0}, "were filled in many times over"),
    ],
)
def test_unknown_outcomes_are_counted_and_what_was_done_with_them_is_said(missing, expected):
    text = said(missing=missing)
    assert "The outcome of 15 of the 47 is unknown" in text
    assert expected in text


def test_under_multiple_imputation_responders_are_an_average():
    assert "on average" in said(missing={"kind": "multiple_imputation", "imputations": 7, "seed": 0})


def test_the_level_of_the_interval_is_the_study_s():
    assert "(90 % interval)" in said(confidence=0.9)


def test_everyone_is_counted_where_response_is_not_restricted():
    text = said(response={"rule": PUBLISHED.to_dict()["response"]["rule"]})
    assert "all meet the criteria for analysis. By the rule in force" in text
    assert " of 49 responded" in text


def test_hypothetical_additions_are_the_largest_caveat_and_take_the_interval_away():
    text = said(hypothetical=True, eligibility=())
    assert "26 of them hypothetical additions" in text
    assert re.search(r"By the rule in force, 24/47 reconstructed \+ \d+/\d+ hypothetical responded\.", text)
    assert re.search(r"Body surface area affected improved .* in the 33 reconstructed \+ \d+ hypothetical with", text)
    assert "no interval is given" in text
    assert "What to mind most: some of the patients are invented additions" in text
    assert "would fit these data" not in text


def test_an_answer_with_hypothetical_additions_says_that_it_is_invented():
    study = PUBLISHED.model_copy(update={"hypothetical": True, "eligibility": ()})
    assert re.fullmatch(
        r"Under the definition in force, 24/47 reconstructed \+ \d+/\d+ hypothetical responded; hypothetical additions are "
        r"invented, so no interval is given\.",
        answer(analyse(bundled_cohort(), study)),
    )


def test_one_patient_is_spoken_of_in_the_singular():
    text = of(one_patient())
    assert text.startswith("Of 1 synthetic patient given tralokinumab, 1 meets the criteria for analysis.")
    assert "1 of 1 responded (100 %, all). With only 1 patient," in text
    assert "Everybody's outcome is known." in text


def test_nobody_with_an_outcome_gives_no_rate():
    text = of(all_missing())
    assert "Nobody's response can be counted, so there is no rate." in text
    assert "Nobody has a score both at baseline and at follow-up." in text
    assert answer(analyse(all_missing(), default_for(all_missing()))).endswith("nobody's response can be counted.")


def test_a_real_cohort_of_another_disease_is_spoken_of_in_its_own_words():
    text = of(scores_only())
    assert "Of 12 patients given secukinumab" in text
    assert "Psoriasis Area and Severity Index improved from 14.8 to 5.5" in text
    assert "What to mind most: the analysis has no comparison group" in text
    assert "synthetic" not in text
    assert "dupilumab" not in text
