"""What lessons may ask for, against the engine itself and numbers worked out by hand."""

import numpy as np
import pytest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.lessons.draws import draws, in_its_reading, readings
from explorer.lessons.expression import AbsentError, LessonError, value
from explorer.lessons.quantities import Results, results, studies_of
from explorer.lessons.shelf import shelf
from explorer.lessons.wording import check, filled
from explorer.reconstruction.ensemble import load_draw
from explorer.study.presets import AS_PUBLISHED, PRESETS
from tests.pages.cohorts import HARD
from tests.tables import cohort

LESSON = shelf().lessons["which-denominator"]
SEEN = results(LESSON, bundled_cohort())
ON_BSA = AS_PUBLISHED.replace(eligibility=(), response=PRESETS["bsa-50"].study.response.replace(among=()))


def here(text):
    return value(text, SEEN)


def test_names_are_the_keys_of_the_command_line():
    found = analyse(bundled_cohort(), AS_PUBLISHED)
    assert here("response.rate") == found.response.rate
    assert here("change.IGA.p_t") == next(row.p_t for row in found.change if row.instrument == "IGA")
    assert here("response.by_rule[0].n_only") == found.response.by_rule[0].n_only
    assert (
        here("under('bsa-50').response.n_responders")
        == analyse(bundled_cohort(), PRESETS["bsa-50"].study).response.n_responders
    )
    row = found.subgroups[0]
    assert here(f'subgroups["{row.by}"]["{row.level}"].n_evaluable') == row.n_evaluable


def test_published_figures_are_as_printed():
    assert (here("published('improved')"), here("published('bsa_baseline')")) == (51, 20.5)
    with pytest.raises(LessonError, match="no published number"):
        here("published('bsa_significance')")


def test_percent_of_means_and_mean_of_percents_differ_as_by_hand():
    drawn = cohort(
        patients="patient_id | age\nP1 | 40\nP2 | 50",
        assessments="""
            patient_id | day | instrument | score
            P1         | 0   | BSA        | 10
            P1         | 90  | BSA        | 0
            P2         | 0   | BSA        | 90
            P2         | 90  | BSA        | 90
        """,
    )
    seen = Results(drawn, ON_BSA, {})
    # One of two patients is clear, the other unchanged: half of the percents, a tenth of the means.
    assert value("mean_of_percents('BSA')", seen) == 50
    assert value("percent_of_means('BSA')", seen) == 10
    assert value("median_of_percents('BSA')", seen) == 50


def test_the_change_expected_without_treatment_is_the_part_that_does_not_repeat():
    baseline = here("change.BSA.baseline_mean")
    assert here("regression('BSA', 10, 0.75)") == pytest.approx(0.25 * (10 - baseline))


def test_the_chance_of_any_of_twenty_tests_is_the_textbook_one():
    # 1 - 0.95^20 = 0.64: Bland and Altman, BMJ 1995;310:170.
    assert here("chance_of_any(20, 0.05)") == pytest.approx(0.6415, abs=1e-4)


def test_subgroups_have_at_least_so_many_patients():
    rows = [row for row in analyse(bundled_cohort(), AS_PUBLISHED).subgroups if row.n_evaluable >= 8]
    assert here("n_subgroups(8)") == len(rows)
    assert here("highest_subgroup(8).rate") == max(row.rate for row in rows)
    with pytest.raises(AbsentError):
        here("lowest_subgroup(1000).rate")


def test_the_ends_of_the_multiverse_enclose_the_definition_itself():
    assert here("lowest_rate('small').rate") <= here("response.rate") <= here("highest_rate('small').rate")
    assert here("n_definitions_below('small', 1.1)") == here("n_definitions('small')") > 1


def test_a_draw_cut_out_of_the_ensemble_is_the_draw_on_file():
    held, table = draws()[3], load_draw(3)
    assert held.n_patients == len(table["patients"])
    assert held.assessments["score"].sum() == table["assessments"]["score"].sum()
    bsa = held.scores("BSA")
    assert (
        np.bincount(bsa.patient, minlength=held.n_patients).sum() == (table["assessments"]["instrument"] == "BSA").sum()
    )


def test_every_reconstruction_gives_the_published_share_in_its_own_reading():
    assert set(readings()) == {"mid", "thr", "any"}
    assert here("draws_low('response.n_responders')") == here("draws_high('response.n_responders')") == 24
    assert here("every_draw('response.n_evaluable == 47')") is True
    assert here("some_draw('response.n_evaluable == 46')") is False


def test_the_range_over_draws_is_that_of_analyses_one_by_one():
    study = PRESETS["bsa-50"].study
    rates = [analyse(each, study).response.rate for each in draws()[:5]]
    assert here("draws_low('under(\"bsa-50\").response.rate')") <= min(rates)
    assert here("draws_high('under(\"bsa-50\").response')")["rate"] >= max(rates)
    assert in_its_reading(study, "any") == study


def test_the_reconstructions_say_nothing_of_another_cohort_and_do_not_nest():
    other = Results(HARD["one patient"](), ON_BSA, {})
    with pytest.raises(AbsentError, match="another cohort"):
        value("draws_low('response.rate')", other)
    with pytest.raises(LessonError, match="inside another"):
        here("draws_low('draws_low(\"response.rate\")')")


def test_a_study_that_the_cohort_lacks_something_for_is_absent():
    seen = Results(HARD["scores only"](), AS_PUBLISHED, {})
    with pytest.raises(AbsentError, match="cannot be computed here"):
        value("response.rate", seen)


def test_a_lesson_knows_presets_and_its_own_studies():
    assert {"as-published", "strict", "observed", "default"} <= set(studies_of(LESSON, bundled_cohort()))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{response:share} responded", "24/47 (51 %) responded"),
        ("{response.rate:percent}", "51 %"),
        ("{response.n_among} in all, {{so}}", "47 in all, {so}"),
        ("{change.BSA.baseline_mean:1}", "20.5"),
        ("{published('patients')} charts", "49 charts"),
        ("{chance_of_any(20, 0.05):2}", "0.64"),
        ("{baseline.prior_drug}", "dupilumab"),
        ("{cohort.n_eligible - baseline.prior_drug_n:words} of them", "two of them"),
    ],
)
def test_quantities_are_written_as_asked(text, said):
    assert filled(text, SEEN) == said


@pytest.mark.parametrize("text", ["{response.rate", "response}", "{response.rate:neat}", "{1 +}", "{}", "{a{b}}"])
def test_a_text_with_a_brace_or_a_quantity_amiss_is_refused(text):
    with pytest.raises(LessonError):
        check(text)


def test_only_what_has_a_count_and_a_denominator_is_a_share():
    with pytest.raises(LessonError, match="count, denominator"):
        filled("{change.BSA:share}", SEEN)
