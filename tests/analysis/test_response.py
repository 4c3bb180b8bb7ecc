"""Missing inputs inside a composite, policies for unknown outcomes, and what each part contributes."""

import numpy as np
import pytest

from explorer.analysis.analyse import analyse
from explorer.study.truth import FALSE, TRUE, UNKNOWN
from tests.studies import BSA_50, responding
from tests.tables import cohort

ITCH_4 = {"kind": "point_improvement", "instrument": "PPNRS", "at_least": 4}
FLARES = {"kind": "reported", "item": "fewer_flares"}
ANY = {"kind": "any_of", "rules": [BSA_50, ITCH_4, FLARES]}

# Nine patients, each part true (t), false (f) or unknown (u): BSA halved, itch down by 4, fewer flares.
VERDICTS = {
    "ttt": TRUE,
    "tff": TRUE,
    "fff": FALSE,
    "ffu": UNKNOWN,
    "fuu": UNKNOWN,
    "uuu": UNKNOWN,
    "utu": TRUE,
    "fut": TRUE,
    "uft": TRUE,
}
AFTER = {"t": 10, "f": 40}
ITCH_AFTER = {"t": 2, "f": 7}


def rows(name, letter, before, after, code):
    lines = [f"{name} | -5 | {code} | {before}"]
    return lines if letter == "u" else [*lines, f"{name} | 90 | {code} | {after[letter]}"]


def composite_cohort():
    patients, assessments, reports = ["patient_id"], ["patient_id | day | instrument | score"], []
    reports.append("patient_id | day | item | answer")
    for number, letters in enumerate(VERDICTS):
        name = f"P{number}"
        patients.append(name)
        assessments += rows(name, letters[0], 40, AFTER, "BSA") + rows(name, letters[1], 8, ITCH_AFTER, "PPNRS")
        if letters[2] != "u":
            reports.append(f"{name} | 90 | fewer_flares | {'yes' if letters[2] == 't' else 'no'}")
    return cohort(patients="\n".join(patients), assessments="\n".join(assessments), reports="\n".join(reports))


HELD = composite_cohort()


def response(missing="observed", rule=ANY, held=HELD, **changes):
    return analyse(held, responding(rule, missing=missing, **changes)).response


def test_a_composite_is_true_as_soon_as_one_part_is_and_false_only_when_all_are():
    assert response().outcome.verdict.tolist() == list(VERDICTS.values())


def test_all_of_is_false_as_soon_as_one_part_is():
    verdict = response(rule={"kind": "all_of", "rules": [BSA_50, ITCH_4, FLARES]}).outcome.verdict
    expected = [min({"t": TRUE, "f": FALSE, "u": UNKNOWN}[letter] for letter in letters) for letters in VERDICTS]
    assert verdict.tolist() == expected


def test_at_least_two_of_three_waits_for_those_who_could_still_make_it():
    verdict = response(rule={"kind": "at_least", "count": 2, "rules": [BSA_50, ITCH_4, FLARES]}).outcome.verdict
    #                           ttt   tff    fff    ffu    fuu      uuu      utu      fut      uft
    assert verdict.tolist() == [TRUE, FALSE, FALSE, FALSE, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]


# Of nine: five true, one false, three unknown.
@pytest.mark.parametrize(
    ("missing", "k", "n"),
    [("observed", 5, 6), ("non_responder", 5, 9), ("worst_case", 5, 9), ("best_case", 8, 9)],
)
def test_each_policy_says_what_becomes_of_the_unknown(missing, k, n):
    result = response(missing)
    assert (result.n_responders, result.n_evaluable, result.n_unknown, result.n_among) == (k, n, 3, 9)
    assert result.rate == k / n


def test_bounds_are_all_unknown_failing_and_all_succeeding():
    assert response().bounds == (5 / 9, 8 / 9)


def test_the_last_observation_is_carried_forward_for_scores_but_not_for_reports():
    result = response("last_observation")
    # ffu and fuu: BSA false, itch false (baseline carried forward), report still unknown. uuu: likewise.
    assert (result.n_responders, result.n_evaluable, result.n_unknown) == (5, 6, 3)
    scores_only = response("last_observation", rule={"kind": "any_of", "rules": [BSA_50, ITCH_4]})
    assert (scores_only.n_responders, scores_only.n_evaluable) == (3, 9)


def test_a_score_between_baseline_and_window_is_carried_forward():
    held = cohort(
        patients="patient_id\nP1",
        assessments="patient_id|day|instrument|score\nP1|-5|BSA|40\nP1|20|BSA|10",
    )
    result = analyse(held, responding(BSA_50, missing="last_observation")).response
    assert (result.n_responders, result.n_evaluable) == (1, 1)
    assert analyse(held, responding(BSA_50, missing="observed")).response.n_evaluable == 0


def test_each_part_is_counted_and_what_it_alone_carries():
    parts = response().by_rule
    assert [(p.n_true, p.n_false, p.n_unknown, p.n_only) for p in parts] == [
        (2, 4, 3, 1),  # ttt, tff; alone in tff
        (2, 4, 3, 1),  # ttt, utu; alone in utu
        (3, 2, 4, 2),  # ttt, fut, uft; alone in the last two
    ]


def test_response_is_counted_among_those_whom_the_study_names():
    treatments = "patient_id|drug|start_day|end_day\nP0|dupilumab|-100|-5\nP2|dupilumab|-100|-5"
    held = cohort(
        patients="patient_id\nP0\nP1\nP2",
        assessments="patient_id|day|instrument|score\nP0|-5|BSA|40\nP0|90|BSA|10\nP1|-5|BSA|40\nP1|90|BSA|10",
        treatments=treatments,
    )
    among = ({"kind": "prior_treatment", "drug": "dupilumab"},)
    result = analyse(held, responding(BSA_50, among=among, missing="non_responder")).response
    assert (result.n_responders, result.n_among) == (1, 2)
    assert result.among_steps[0].not_met == 1


STOPPED = """
    patient_id | drug         | start_day | end_day
    P1         | tralokinumab | 0         | 80
    P2         | tralokinumab | 0         | 110
    P3         | tralokinumab | 0         | 50
    P4         | tralokinumab | 0         |
"""
HALVED = """
    patient_id | day | instrument | score
    P1         | -5  | BSA        | 40
    P1         | 90  | BSA        | 10
    P2         | -5  | BSA        | 40
    P2         | 90  | BSA        | 10
    P3         | -5  | BSA        | 40
    P4         | -5  | BSA        | 40
"""


@pytest.mark.parametrize(
    ("after_stop", "verdict"),
    [
        ("ignore", [TRUE, TRUE, UNKNOWN, UNKNOWN]),
        # P1 left before the follow-up score, P3 before any could be taken; P2 left after it.
        ("failure", [FALSE, TRUE, FALSE, UNKNOWN]),
        ("last_before_stop", [UNKNOWN, TRUE, UNKNOWN, UNKNOWN]),  # P1 has no score on the drug
    ],
)
def test_leaving_the_drug_early_is_ignored_or_failure_or_ends_the_follow_up(after_stop, verdict):
    held = cohort(patients="patient_id\nP1\nP2\nP3\nP4", assessments=HALVED, treatments=STOPPED)
    result = analyse(held, responding(BSA_50, after_stop=after_stop)).response
    assert result.outcome.verdict.tolist() == verdict


MI = {"kind": "multiple_imputation", "imputations": 5, "seed": 3}


def test_multiple_imputation_keeps_what_was_observed_and_says_how_many():
    rng = np.random.default_rng(0)
    lines = ["patient_id | day | instrument | score"]
    for i in range(40):
        lines.append(f"P{i:02d} | -5 | BSA | {rng.integers(10, 60)}")
        if i >= 10:
            lines.append(f"P{i:02d} | 90 | BSA | {rng.integers(0, 40)}")
    held = cohort(patients="\n".join(["patient_id", *(f"P{i:02d}" for i in range(40))]), assessments="\n".join(lines))
    observed = response("observed", BSA_50, held)
    imputed = response(MI, BSA_50, held)
    assert (imputed.n_evaluable, imputed.n_unknown, imputed.imputations, imputed.interval) == (40, 10, 5, "rubin")
    known = observed.outcome.verdict != UNKNOWN
    assert (imputed.outcome.responded[:, known] == (observed.outcome.verdict == TRUE)[known]).all()
    assert observed.n_responders <= imputed.n_responders <= observed.n_responders + 10
    assert response(MI, BSA_50, held).n_responders == imputed.n_responders  # seeded


def test_with_nobody_evaluable_there_is_no_rate_and_no_interval():
    held = cohort(patients="patient_id\nP1", assessments="patient_id|day|instrument|score\nP1|-5|BSA|40")
    for missing in ("observed", "last_observation", MI):
        result = response(missing, {"kind": "score_at_least", "instrument": "BSA", "score": 1}, held)
        if missing == "last_observation":
            assert (result.n_responders, result.n_evaluable) == (1, 1)
        else:
            assert result.n_evaluable == 0
            assert np.isnan([result.rate, result.ci_low, result.ci_high]).all()
