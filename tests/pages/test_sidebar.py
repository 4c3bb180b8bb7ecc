"""The definition in force, without a browser: every control puts a study in force and follows the one in force."""

import json
import time

import pytest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.study.building import addable_criteria
from explorer.study.eligibility import Prescriptions
from explorer.study.missing import Missing
from explorer.study.presets import AS_PUBLISHED, PRESETS
from explorer.study.sharing import from_link, to_link
from explorer.study.windows import Window
from tests.pages.cohorts import HARD
from tests.pages.definition import (
    SECTIONS,
    again,
    choose,
    in_force,
    opened,
    press,
    said,
    type_into,
    unfold,
)
from tests.tables import cohort as drawn


def test_closed_sections_say_the_present_choice_and_whom_it_keeps():
    app = opened()
    assert [expander.label for expander in app.sidebar.expander] == [
        "Who is analysed",
        "When scores are taken",
        "Who is a responder",
        "Who left the drug early",
        "Missing outcomes",
        "Interval",
        "Lock, and what was viewed",
        "Small counts",
        "Save, load, copy link",
        "Not computable here (2)",
    ]
    for line in (
        "49 of 49 patients",
        "Day −60 to 0, then 30 to 120 · 33 to 37 of 49 with both scores",
        "24/47 (51 %)",
        "2 of 47: their score counts all the same",
        "15 of 47 unknown: count as no response",
        "95 % Wilson",
    ):
        assert line in said(app).splitlines()


def test_the_published_ledger_excludes_nobody_and_says_why():
    assert "no screening count" in said(opened("who"))


@pytest.mark.parametrize("kind", HARD)
def test_the_sidebar_bears_hard_cohorts_with_everything_open(kind):
    app = unfold(opened(*SECTIONS, cohort=HARD[kind]()), "part-top", "part-0")
    assert len(app.sidebar.expander) > len(SECTIONS)
    assert not app.error


def test_everything_can_be_open_at_once():
    parts = [f"eligibility-{place}" for place in range(5)] + ["among-0", "part-top"]
    app = unfold(opened(*SECTIONS), *parts, *(f"part-{at}" for at in ("0", "1", "2", "2.0", "2.1", "3", "4", "5")))
    assert in_force(app) == AS_PUBLISHED


def test_a_criterion_is_changed_and_says_how_many_it_removes():
    app = unfold(opened("who"), "eligibility-2")
    app = type_into(app, "eligibility-2-prescriptions-at_least", 5)
    study = in_force(app)
    assert study.eligibility[2] == Prescriptions(drug="tralokinumab", at_least=5)
    step = analyse(bundled_cohort(), study).ledger.steps[2]
    assert 0 < step.remaining < 49
    assert f"keeps {step.remaining} of 49: {step.not_met} not met, {step.unknown} unknown" in said(app)


def test_criteria_are_removed_and_added_one_by_one():
    app = unfold(opened("who"), "eligibility-0")
    app = press(app, "eligibility-0-index_date-remove")
    assert in_force(app).eligibility == AS_PUBLISHED.eligibility[1:]
    app = choose(app, "eligibility-add", "Column ad_years")
    assert [criterion.kind for criterion in in_force(app).eligibility] == [
        "age",
        "prescriptions",
        "follow_up_scores",
        "patient_report",
        "covariate",
    ]
    assert app.selectbox(key="eligibility-add").value is None


def test_every_criterion_offered_can_be_added_to_its_cohort_and_edited():
    for cohort in (bundled_cohort(), *(make() for make in HARD.values())):
        offered = addable_criteria(cohort)
        app = opened("who", cohort=cohort)
        before = len(in_force(app).eligibility)
        for name in offered:
            app = choose(app, "eligibility-add", name)
        assert in_force(app).eligibility[before:] == tuple(offered.values())
        assert not app.error


def test_only_what_the_cohort_has_is_offered():
    assert list(addable_criteria(HARD["scores only"]())) == [
        "Index date",
        "Age",
        "Baseline PASI",
        "Scores at follow-up",
    ]
    app = opened("when", "after-stop", cohort=HARD["scores only"]())
    assert "index" not in {box.key for box in app.selectbox}
    assert "after-stop" not in {box.key for box in app.selectbox}
    assert "does not record when secukinumab ended" in said(app)


def test_words_and_truth_values_of_a_column_are_offered_as_they_are_written():
    cohort = drawn(
        patients="patient_id | sex | atopic | site\nP1 | female | yes | North\nP2 | male | no | South",
        assessments="patient_id|day|instrument|score\nP1|0|BSA|10\nP1|90|BSA|1\nP2|0|BSA|10\nP2|90|BSA|9",
    )
    app = opened("who", cohort=cohort)
    for name in ("Column atopic", "Column sex", "Column site"):
        app = choose(app, "eligibility-add", name)
    assert [criterion.in_ for criterion in in_force(app).eligibility] == [
        ("no", "yes"),
        ("female", "male"),
        ("North", "South"),
    ]
    app = unfold(app, "eligibility-2")
    app.multiselect(key="eligibility-2-covariate-in_").set_value(["North"])
    app = again(app)
    assert "1 of 2 patients" in said(app)


def test_what_a_definition_cannot_be_is_said_beside_its_widget_and_changes_nothing():
    app = type_into(opened("when"), "follow_up-from_day", 200)
    assert in_force(app) == AS_PUBLISHED
    assert "Not changed. no day lies from 200 to 120: swap" in said(app)
    assert app.number_input(key="follow_up-from_day").value == 30
    app = type_into(app, "follow_up-to_day", 150)
    assert not app.error


def test_a_window_is_typed_and_its_target_day_stays_inside():
    app = type_into(opened("when"), "follow_up-to_day", 60)
    assert in_force(app).follow_up == Window(from_day=30, to_day=60, target_day=60, pick="closest")
    app = choose(app, "follow_up-usual", "Last in half a year")
    assert in_force(app).follow_up == Window(from_day=1, to_day=183, pick="last")
    app = choose(app, "follow_up-pick", "closest")
    assert in_force(app).follow_up == Window(from_day=1, to_day=183, target_day=92, pick="closest")


def test_the_other_choices_are_put_in_force():
    app = opened("when", "after-stop", "missing", "interval")
    app = choose(app, "index", "first_dose")
    app = choose(app, "after-stop", "failure")
    app = choose(app, "missing", "multiple_imputation")
    app = type_into(app, "imputations", 5)
    app = type_into(app, "seed", 7)
    app = choose(app, "interval", "jeffreys")
    app = type_into(app, "confidence", 99.9)
    study = in_force(app)
    assert (study.index, study.after_stop, study.interval, study.confidence) == (
        "first_dose",
        "failure",
        "jeffreys",
        0.999,
    )
    assert (study.missing.kind, study.missing.imputations, study.missing.seed) == ("multiple_imputation", 5, 7)


def test_presets_are_chosen_and_those_that_cannot_be_computed_say_what_is_missing():
    app = choose(opened(), "preset-chosen", "Strict")
    assert in_force(app) == PRESETS["strict"].study
    assert "Our own" in said(app)
    assert "needs a patient global assessment (PGIS)" not in said(app)
    app.session_state["not-computable"] = True
    assert "Treat-to-target at 3 months: needs a patient global assessment (PGIS)." in said(again(app))
    assert not {"Treat-to-target at 3 months", "Erasmus"} & set(app.selectbox(key="preset-chosen").options)


def test_a_chip_takes_one_difference_back_and_leaves_the_others():
    app = choose(opened("missing", "interval"), "missing", "best_case")
    app = choose(app, "interval", "jeffreys")
    assert [button.label.replace("\\", "") for button in app.main.button] == [
        f"missing outcomes: {Missing(kind='best_case')} instead of {Missing(kind='non_responder')}",
        "interval: jeffreys instead of wilson",
    ]
    app = press(app, "chip-missing")
    assert in_force(app).missing == AS_PUBLISHED.missing
    assert [button.key for button in app.main.button] == ["chip-interval"]
    assert app.selectbox(key="missing").value == "non_responder"
    assert press(app, "chip-interval").session_state["study"] == AS_PUBLISHED


def test_a_changed_study_does_not_keep_the_name_of_its_preset():
    app = choose(opened("missing"), "missing", "observed")
    assert in_force(app).name == "As published (changed)"
    assert in_force(choose(app, "missing", "non_responder")).name == "As published"


def test_undo_takes_back_one_change_at_a_time_and_reset_all():
    app = choose(opened("missing"), "missing", "observed")
    app = choose(app, "preset-chosen", "Strict")
    app = press(app, "undo")
    assert (in_force(app).missing.kind, app.session_state["preset"]) == ("observed", "As published")
    app = press(app, "undo")
    assert in_force(app) == AS_PUBLISHED
    assert app.button(key="undo").disabled
    app = choose(app, "missing", "best_case")
    app = press(app, "reset")
    assert in_force(app) == AS_PUBLISHED
    assert in_force(press(app, "undo")).missing.kind == "best_case"


def test_a_link_restores_exactly_its_study():
    study = PRESETS["lenient"].study.replace(name="Mine", confidence=0.9, after_stop="failure")
    app = opened("share", study=study)
    assert in_force(app) == study
    address = app.code[0].value
    assert from_link(address.partition("?study=")[2]) == study


@pytest.mark.parametrize(
    ("link", "wrong"),
    [
        ("1.abc", "damaged"),
        ("7.abc", "version 7"),
        (to_link(AS_PUBLISHED.replace(index_drug="secukinumab")), "needs days counted from secukinumab"),
    ],
)
def test_a_link_that_cannot_be_honoured_says_what_was_wrong_and_what_was_used(link, wrong):
    app = opened(link=link)
    assert wrong in app.error[0].value
    assert "“As published” is used instead" in app.error[0].value
    assert in_force(app) == AS_PUBLISHED
    assert not choose(app, "preset-chosen", "Strict").error


def upload(app, name, content):
    app.file_uploader[0].set_value((name, content, "application/json"))
    return again(app)


def test_a_study_is_saved_and_loaded():
    study = PRESETS["strict"].study.replace(name="Mine", interval="mid_p")
    app = upload(opened("share"), "mine.json", study.to_json().encode())
    assert in_force(app) == study
    assert app.session_state["preset"] == "Strict"
    app = press(app, "undo")
    assert in_force(again(app)) == AS_PUBLISHED  # the file is not read again


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"{", "This is not JSON"),
        (b"\xff\xfe", "not text in UTF-8"),
        (json.dumps(AS_PUBLISHED.to_dict() | {"interval": "wald"}).encode(), "interval"),
        (AS_PUBLISHED.replace(index_drug="secukinumab").to_json().encode(), "secukinumab"),
    ],
)
def test_a_file_that_cannot_be_honoured_changes_nothing_and_says_why(content, wrong):
    app = choose(opened("share", "missing"), "missing", "observed")
    held = in_force(app)
    app = upload(app, "bad.json", content)
    assert in_force(app) == held
    assert wrong in app.error[0].value.replace("\\", "")


def test_hypothetical_additions_are_off_and_counted_apart_when_on():
    app = unfold(opened("who"), "eligibility-2")
    assert not app.toggle(key="hypothetical").value
    app.toggle(key="hypothetical").set_value(True)
    app = again(app)
    assert "49 reconstructed + 0 hypothetical** analysed" in said(app)
    app = press(app, "eligibility-2-prescriptions-remove")
    assert "49 reconstructed + 8 hypothetical" in said(app)
    assert "no p values and no intervals" in said(app)


def test_a_cohort_without_hypothetical_additions_has_no_switch():
    assert not opened(cohort=HARD["one patient"]()).toggle


def test_text_from_a_link_is_never_markup():
    app = opened(study=AS_PUBLISHED.replace(name="<b>[x](http://evil)</b>", interval="mid_p"))
    assert any(r"\<b\>\[x\](http\://evil)" in block.value for block in app.markdown)


def test_what_another_disease_lacks_is_folded_into_one_part_with_a_count():
    app = opened(cohort=HARD["scores only"]())
    assert app.sidebar.expander[-1].label == "Not computable here (10)"
    assert "needs" not in said(app)


POSING = PRESETS["strict"].study.replace(name="As published")


def test_a_study_posing_as_a_preset_is_said_to_be_changed_when_it_comes_by_link():
    app = opened(study=POSING)
    assert in_force(app) == POSING.replace(name="As published (changed)")
    assert f"**As published (changed)** · definition {POSING.fingerprint}" in said(app)


def test_a_study_posing_as_a_preset_is_said_to_be_changed_when_it_comes_by_file():
    app = upload(opened("share"), "posing.json", POSING.to_json().encode())
    assert in_force(app) == POSING.replace(name="As published (changed)")


def test_the_screenings_of_the_source_are_spoken_of_in_its_reconstruction_alone():
    assert "no screening count" not in said(opened("who", cohort=HARD["one patient"]()))


def test_another_synthetic_cohort_is_no_reconstruction():
    assert "Synthetic data, not patients." in said(opened(cohort=HARD["one patient"]()))
    assert "econstruction" not in said(opened(cohort=HARD["one patient"]()))


def test_the_closed_sidebar_costs_little():
    app = opened()
    times = []
    for _ in range(9):
        began = time.process_time()
        app.run()
        times.append(time.process_time() - began)
    assert sorted(times)[4] < 0.1  # the whole test harness included; the sidebar itself takes 2 ms
