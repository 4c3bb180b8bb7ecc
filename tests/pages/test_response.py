"""The response page: its numbers are those of the analysis, and its controls change what is drawn."""

import re

import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.thresholds import sweep
from explorer.bundled import bundled_cohort
from explorer.charts.thresholds import thresholds
from explorer.export.numbers import count, percent
from explorer.study.presets import PRESETS, default_for
from explorer.ui.show import plain
from tests.pages.app import open_page, words
from tests.pages.cohorts import scores_only


def test_the_rate_stands_first_with_count_and_interval():
    said = words(open_page("response"))
    assert "24/47 (51 %) responded, 95 % CI 37 % to 65 %" in said
    assert "Counted among 47 of 49 eligible patients. In 15 of them the outcome is unknown" in said


def test_another_definition_changes_every_section():
    said = words(open_page("response", study=PRESETS["bsa-50"].study))
    assert "17/47 (36 %) responded" in said
    assert "At least 7/15 (47 %) of the unknown would have to have responded" in said
    assert "The 15 unknown outcomes leave anything from 17/47 (36 %) to 32/47 (68 %)" in said
    assert "The rule has a single part" in said


def test_choosing_a_score_and_a_measure_draws_its_thresholds():
    app = open_page("response")
    app.button_group(key="response-score").set_value("PPNRS").run()
    analysis = analyse(bundled_cohort(), PRESETS["as-published"].study)
    assert plain(thresholds(sweep(analysis, "PPNRS", "points")).alt) in words(app)
    app.button_group(key="response-measure-PPNRS").set_value("percent").run()
    assert plain(thresholds(sweep(analysis, "PPNRS", "percent")).alt) in words(app)


def test_the_line_to_hold_the_rate_against_moves_the_tipping_point():
    app = open_page("response")
    app.number_input(key="response-line").set_value(60).run()
    assert "At least 5/15 (33 %) of the unknown would have to have responded for a rate of 60 % or more" in words(app)


def test_subgroups_and_reports_are_those_of_the_analysis():
    said = words(open_page("response"))
    assert plain("fewer flares: yes in 23/49 (47 %)") in said
    assert "24 levels of 5 patients or more are drawn" in said


def test_a_cohort_without_reports_says_what_it_would_need():
    said = words(open_page("response", cohort=scores_only()))
    assert "the cohort holds none" in said
    assert "PASI-75" in said


def test_additions_are_named_and_no_interval_is_given():
    looser = PRESETS["as-published"].study.replace(hypothetical=True, eligibility=())
    said = words(open_page("response", study=looser))
    assert "hypothetical additions, drawn hollow" in said
    assert re.search(r"^### 24/47 reconstructed \+ \d+/\d+ hypothetical responded$", said, re.MULTILINE)


@pytest.mark.parametrize("missing", ["best_case", "worst_case", "multiple_imputation"])
def test_parts_are_counted_among_the_known_responders_whatever_is_made_of_the_unknown(missing):
    said = words(open_page("response", study=PRESETS["as-published"].study.replace(missing=missing)))
    assert "1/24 (4 %) of the known responders respond by one part alone" in said
    assert "The 24 known responders, by exactly which parts are true" in said


def test_combinations_too_few_to_draw_have_no_list_to_click_for():
    rule = {"kind": "any_of", "rules": [{"kind": "score_at_most", "instrument": "IGA", "score": 0}] * 2}
    said = words(open_page("response", study=PRESETS["as-published"].study.replace(response={"rule": rule})))
    assert "combinations are drawn from 5 on" in said
    assert "Click a bar" not in said
    assert "Click a bar to list the patients it stands for." in words(open_page("response"))


def test_a_mean_over_imputations_is_called_one():
    imputed = PRESETS["as-published"].study.replace(missing="multiple_imputation")
    said = words(open_page("response", study=imputed))
    r = analyse(bundled_cohort(), imputed).response
    assert f"{count(r.n_responders)}/47 ({percent(r.rate)}) responded, the mean over 20 imputations" in said


def test_no_title_speaks_of_an_interval_that_is_withheld():
    looser = PRESETS["as-published"].study.replace(hypothetical=True, eligibility=())
    withheld, given = (words(open_page("response", study=each)) for each in (looser, PRESETS["as-published"].study))
    assert "##### Patients who responded, with the interval of the rate" in given
    assert "##### Patients who responded\n" in withheld
    assert "with the interval" not in withheld
    assert "with their intervals" not in withheld


def test_a_chosen_score_that_another_cohort_lacks_gives_way():
    app = open_page("response")
    app.button_group(key="response-score").set_value("IGA").run()
    app.session_state["cohort"] = scores_only()
    app.session_state["study"] = default_for(scores_only())
    app.run()
    assert not app.exception
    assert "Psoriasis Area and Severity Index" in words(app)
