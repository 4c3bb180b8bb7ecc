"""The page on score change: its numbers are the analysis's, and its widgets move what they say."""

import pytest

from explorer.analysis import regression_to_the_mean as rtm
from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.export.numbers import p_value
from explorer.study.presets import PRESETS
from tests.pages.app import open_page, tables, words
from tests.pages.cohorts import HARD
from tests.studies import responding, study
from tests.tables import cohort

AS_PUBLISHED = PRESETS["as-published"].study
SEVERE = AS_PUBLISHED.model_validate(
    AS_PUBLISHED.to_dict()
    | {
        "eligibility": [
            *AS_PUBLISHED.to_dict()["eligibility"],
            {"kind": "baseline_score", "instrument": "IGA", "at_least": 3},
        ]
    }
)


def table(app, place):
    return tables(app)[place]


def test_the_first_score_is_shown_and_its_finding_is_the_heading():
    said = words(open_page("change"))
    assert (
        "BSA fell by 9.2 percentage points of body surface in 33 patients with both scores "
        r"(mean change -9.2, 95 % CI -15.4 to -2.9)" in said
    )
    assert "26/33 (79 %) improved, 1/33 (3 %) stayed the same, 6/33 (18 %) became worse." in said


@pytest.mark.parametrize("code", ["PPNRS", "IGA"])
def test_choosing_a_score_changes_every_figure(code):
    row = next(row for row in analyse(bundled_cohort(), AS_PUBLISHED).change if row.instrument == code)
    app = open_page("change")
    app.segmented_control(key="change-score").set_value(code).run()
    shown = table(app, 0).set_index("Estimate")
    change = shown.loc[next(name for name in shown.index if name.startswith("Mean change"))]
    assert change["Value"] == f"{row.mean_change:.2f}"
    assert change["Interval"] == f"95 % CI {row.ci_low:.2f} to {row.ci_high:.2f}"
    assert change["Patients"] == str(row.n_paired)
    assert table(app, 1)["p"][1].replace("\\", "") == p_value(row.p_wilcoxon)


def test_a_patient_chosen_here_is_the_chosen_one_elsewhere_and_the_other_way_round():
    app = open_page("change")
    app.selectbox(key="change-patient").set_value("R07").run()
    assert app.session_state["patient"] == "R07"
    assert "Patient R07 is brought out" in words(app)
    app.session_state["patient"] = "R11"
    assert app.run().selectbox(key="change-patient").value == "R11"


def test_resampling_waits_for_its_button_and_goes_with_the_definition():
    app = open_page("change")
    assert "BCa" not in words(app)
    app.button(key="change-resample").click().run()
    assert "By resampling 33 patients 9999 times" in words(app)
    app.session_state["study"] = SEVERE
    assert "BCa" not in words(app.run())


def test_nothing_is_assumed_before_the_reader_does():
    app = open_page("change")
    assert [box.value for box in app.number_input if box.key.startswith("change-")] == [None, None]
    assert "Give both numbers" in words(app)


def test_the_expected_change_follows_from_the_readers_assumptions():
    app = open_page("change")
    app.number_input(key="change-mean-BSA-0-100").set_value(14.0)
    app.number_input(key="change-repeatability-BSA").set_value(0.6).run()
    # (1 - 0.6) x (14 - 20.545) = -2.6
    assert "a mean change of -2.6 (% of body surface) would be expected without any treatment" in words(app)
    assert r"observed\: -9.2 (95 % CI -15.4 to -2.9) in 33 patients" in words(app)


def test_a_filter_on_severity_brings_the_truncated_form():
    app = open_page("change", study=SEVERE)
    app.segmented_control(key="change-score").set_value("IGA").run()
    assert "Who is analysed is filtered by a baseline IGA of 3 or more" in words(app)
    app.number_input(key="change-mean-IGA-0-4").set_value(2.4)
    app.number_input(key="change-repeatability-IGA").set_value(0.5)
    app.number_input(key="change-sd-IGA-0-4").set_value(0.9).run()
    expected = float(rtm.expected_change(rtm.pull_of_selection(2.4, 0.9, 3, None), 0.5))
    assert words(app).count(f"a mean change of {expected:.2f} (grades) would be expected") == 1
    assert r"change expected without treatment, in patients with a baseline IGA of 3 or more" in words(app)


def test_a_filter_on_response_alone_compares_the_patients_within_it():
    rule = {"kind": "percent_improvement", "instrument": "PASI", "at_least": 50, "baseline_at_least": 14}
    defined = responding(rule, index_drug="secukinumab", prior_drug=None, follow_up=WEEK_12)
    app = open_page("change", cohort=HARD["scores only"](), study=defined)
    app.number_input(key="change-mean-PASI-0-72").set_value(12.0)
    app.number_input(key="change-repeatability-PASI").set_value(0.5)
    app.number_input(key="change-sd-PASI-0-72").set_value(4.0).run()
    assert "The response rule can only be met from a baseline PASI of 14 or more" in words(app)
    assert "in 12 patients" in words(app)  # everybody analysed: 12 to 17.5
    assert "in 8 patients" in words(app)  # from 14 on


WEEK_12 = {"from_day": 30, "to_day": 120, "target_day": 84, "pick": "closest"}


def test_the_range_drawn_can_be_narrowed_to_a_point_without_harm():
    app = open_page("change")
    app.slider(key="change-range-BSA-0-100").set_value((20.0, 20.0)).run()
    assert not app.exception


def test_hypothetical_additions_withhold_intervals_and_p_values():
    rows = [f"{name}|0|IGA|3\n{name}|90|IGA|2" for name in ("H1", "P1", "P2", "P3", "P4")]
    added = cohort(
        patients="patient_id | tier\nH1 | hypothetical\nP1 |\nP2 |\nP3 |\nP4 |",
        assessments="\n".join(["patient_id|day|instrument|score", *rows]),
    )
    rule = {"kind": "point_improvement", "instrument": "IGA", "at_least": 1}
    app = open_page("change", cohort=added, study=study(response={"rule": rule}, hypothetical=True))
    assert "withheld" in words(app)
    assert "p =" not in words(app)
    assert "95 % CI" not in "".join(table(app, 0)["Interval"])
    assert len(tables(app)) == 1
    assert (
        "IGA fell by 1.00 grades in 4 patients + 1 hypothetical with both scores (mean change -1.00, no interval)"
        in (words(app).replace("\\", ""))
    )


def test_the_way_to_the_patient_is_always_there_so_that_nothing_moves():
    app = open_page("change")
    before = [element.type for element in app.main]
    assert app.get("page_link")[0].proto.label == "Open the patients' page"
    app.selectbox(key="change-patient").set_value("R07").run()
    assert app.get("page_link")[0].proto.label == "Open patient R07"
    assert [element.type for element in app.main] == before


def test_a_cohort_without_scores_says_what_the_page_needs():
    reports = "patient_id|day|item|answer\nP1|90|fewer_flares|yes\nP2|90|fewer_flares|no"
    app = open_page("change", cohort=cohort(patients="patient_id | age\nP1 | 40\nP2 | 50", reports=reports))
    assert "This cohort has no scores" in words(app)


def test_few_patients_get_words_instead_of_charts():
    said = words(open_page("change", cohort=HARD["one patient"]()))
    assert "1 patient has both scores" in said
    assert "in 1 patient with both scores" in said
