"""The rule builder, without a browser: parts are changed, added, removed and put into groups."""

import pytest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.export.numbers import share
from explorer.study.presets import AS_PUBLISHED, PRESETS
from explorer.study.response import AllOf, AnyOf, AtLeast, PercentImprovement, PointImprovement, Reported, ScoreAtMost
from explorer.study.truth import TRUE
from tests.pages.cohorts import HARD
from tests.pages.definition import again, choose, in_force, opened, press, said, type_into, unfold
from tests.studies import responding

PARTS = AS_PUBLISHED.response.rule.rules


def rule(app):
    return in_force(app).response.rule


def test_a_threshold_is_typed_and_the_rate_follows():
    app = unfold(opened("responder", study=PRESETS["bsa-50"].study), "part-top")
    app = type_into(app, "part-top-percent_improvement-BSA-amount", 90)
    assert rule(app) == PercentImprovement(instrument="BSA", at_least=90)
    before, after = (analyse(bundled_cohort(), study).response for study in (PRESETS["bsa-50"].study, in_force(app)))
    assert after.n_responders < before.n_responders
    assert share(after.n_responders, after.n_evaluable, after.rate) in said(app)


def test_the_slider_and_the_box_beside_it_hold_the_same_threshold():
    app = unfold(opened("responder"), "part-1")
    app.slider(key="part-1-point_improvement-PPNRS-amount-slider").set_value(6.0)
    app = again(app)
    assert app.number_input(key="part-1-point_improvement-PPNRS-amount").value == 6
    assert rule(app).rules[1] == PointImprovement(instrument="PPNRS", at_least=6)


def test_more_than_and_a_restriction_on_baseline_are_set():
    app = unfold(opened("responder"), "part-1")
    app = choose(app, "part-1-point_improvement-PPNRS-side", "more_than")
    app = type_into(app, "part-1-point_improvement-PPNRS-baseline", 4)
    assert rule(app).rules[1] == PointImprovement(instrument="PPNRS", more_than=4, baseline_at_least=4)
    assert rule(type_into(app, "part-1-point_improvement-PPNRS-baseline", None)).rules[1].baseline_at_least is None


def test_a_part_becomes_another_question_and_stays_open():
    app = unfold(opened("responder"), "part-0")
    app = choose(app, "part-0-what", ("score_at_most", "IGA"))
    assert rule(app).rules[0] == ScoreAtMost(instrument="IGA", score=0)
    app = type_into(app, "part-0-score_at_most-IGA-score", 2)
    assert rule(app).rules[0] == ScoreAtMost(instrument="IGA", score=2)


def test_a_nested_rule_is_built_from_one_part():
    app = unfold(opened("responder", study=PRESETS["bsa-50"].study), "part-top")
    app = choose(app, "part-top-add", "Reported: fewer flares")
    bsa, flares = PercentImprovement(instrument="BSA", at_least=50), Reported(item="fewer_flares")
    assert rule(app) == AnyOf(rules=(bsa, flares))
    app = press(app, "part-1-group")
    app = choose(unfold(app, "part-1"), "part-1-add", "IGA: improvement in grades")
    app = choose(app, "part-1-add", "Reported: less topical")
    app = choose(app, "part-1-combine", "at_least")
    app = type_into(app, "part-1-count", 2)
    grade, topical = PointImprovement(instrument="IGA", at_least=1), Reported(item="less_topical")
    assert rule(app) == AnyOf(rules=(bsa, AtLeast(count=2, rules=(flares, grade, topical))))
    app = choose(unfold(app, "part-top"), "part-top-combine", "all_of")
    assert rule(app) == AllOf(rules=(bsa, AtLeast(count=2, rules=(flares, grade, topical))))


def test_parts_are_removed_and_a_group_left_with_one_can_be_dissolved():
    app = press(unfold(opened("responder"), "part-2.0"), "part-2.0-remove")
    assert rule(app).rules[2] == AllOf(rules=(PARTS[2].rules[1],))
    app = press(unfold(app, "part-2"), "part-2-ungroup")
    assert rule(app).rules[2] == PARTS[2].rules[1]
    app = press(unfold(app, "part-2"), "part-2-remove")
    assert rule(app) == AnyOf(rules=(*PARTS[:2], *PARTS[3:]))


def test_every_part_says_true_false_and_unknown_among_those_counted():
    app = opened("responder")
    by_rule = analyse(bundled_cohort(), AS_PUBLISHED).response.by_rule
    for part in (by_rule[0], by_rule[1], *by_rule[3:]):
        assert f"{part.rule}: {part.n_true} true, {part.n_false} false, {part.n_unknown} unknown" in said(app)
    assert "any of 6 parts: 24 true" in said(app)


def test_one_patient_is_chosen_and_every_part_says_how_it_came_out():
    analysis = analyse(bundled_cohort(), AS_PUBLISHED)
    met = [part.met_by(analysis.facts) for part in PARTS]
    row = next(row for row in range(75) if analysis.response.among[row] and met[0][row] == TRUE and met[1][row] != TRUE)
    name = bundled_cohort().patients["patient_id"].iloc[row]
    app = choose(opened("responder"), "rule-patient", name)
    lines = said(app).splitlines()
    verdicts = ["false", "unknown", "true"]
    for part, truth in zip(PARTS, met, strict=True):
        asked = str(part) if not isinstance(part, AllOf) else "all of 2 parts"
        line = next(line for line in lines if line.startswith(f"{asked}: "))
        assert line.endswith(f"This patient: {verdicts[truth[row]]}")
    assert f"{name}: responder" in lines


def test_what_becomes_of_an_unknown_patient_is_said():
    analysis = analyse(bundled_cohort(), AS_PUBLISHED)
    row = next(row for row in range(75) if analysis.response.among[row] and analysis.response.outcome.verdict[row] == 1)
    name = bundled_cohort().patients["patient_id"].iloc[row]
    app = choose(opened("responder", "missing"), "rule-patient", name)
    assert f"{name}: unknown, counted as no response" in said(app)
    assert f"{name}: unknown, left out of the denominator" in said(choose(app, "missing", "observed"))
    assert f"{name}: unknown, counted as a response" in said(choose(app, "missing", "best_case"))


def test_only_scores_and_reports_of_the_cohort_are_offered():
    app = unfold(opened("responder", cohort=HARD["scores only"]()), "part-top")
    assert app.selectbox(key="part-top-add").options == [
        "PASI: improvement in % of baseline",
        "PASI: improvement in points",
        "PASI: at follow-up, at most",
    ]


def test_rules_deeper_than_can_be_built_by_hand_are_shown_and_edited():
    leaf = {"kind": "percent_improvement", "instrument": "BSA", "at_least": 50}
    deep = leaf
    for _ in range(6):
        deep = {"kind": "all_of", "rules": [deep, leaf]}
    at = ".".join("0" * 6)
    app = unfold(opened("responder", study=responding(deep)), f"part-{at}")
    app = type_into(app, f"part-{at}-percent_improvement-BSA-amount", 75)
    assert "at least 75 %" in str(rule(app))
    assert f"part-{at}-group" not in {button.key for button in app.button}


def test_a_part_that_a_link_brought_from_outside_the_offers_is_shown():
    odd = {"kind": "score_at_least", "instrument": "BSA", "score": 30}
    app = unfold(opened("responder", study=responding(odd)), "part-top")
    assert app.selectbox(key="part-top-what").value == ("score_at_least", "BSA")
    assert "BSA: at follow-up, at least" in app.selectbox(key="part-top-what").options


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_can_be_unfolded_whole(preset):
    study = PRESETS[preset].study
    app = opened("responder", study=study)
    keys = [expander.label for expander in app.sidebar.expander]
    app = unfold(app, "part-top", *(f"part-{place}" for place in range(6)), "part-2.0", "part-2.1", "among-0")
    assert len(app.sidebar.expander) == len(keys)
    assert in_force(app) == study
