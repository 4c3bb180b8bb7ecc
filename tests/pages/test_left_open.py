"""The page on what is left open: its figures follow the definition, and other cohorts are spared the published ones."""

from html import escape

import pytest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.charts import ensemble
from explorer.literature.doubts import definitions
from explorer.literature.ensemble import change_result, rate_results
from explorer.literature.reconciliation import reconciled
from explorer.multiverse.grids import GRIDS
from explorer.multiverse.listing import listed
from explorer.multiverse.run import run
from explorer.study.presets import PRESETS
from explorer.ui.show import plain
from tests.pages.app import open_page, words
from tests.pages.cohorts import scores_only

PUBLISHED = PRESETS["as-published"].study


def changed(**changes):
    return PUBLISHED.from_dict(PUBLISHED.to_dict() | changes)


def varied(study, size):
    """The definition doubt over a grid of this size around a study."""
    return definitions(run(bundled_cohort(), listed(GRIDS[size].around(study))), f"the {size} grid")


@pytest.mark.parametrize("study", [PUBLISHED, PRESETS["bsa-50"].study, changed(missing="observed")], ids=str)
def test_the_doubts_and_the_ranges_are_those_of_the_definition_in_force(study):
    analysis = analyse(bundled_cohort(), study)
    said = words(open_page("left_open", study=study))
    results = rate_results(analysis, "reading")
    assert plain(ensemble.doubts(results[1], varied(study, "small")).alt) in said
    assert plain(ensemble.rates(results).alt) in said


def test_the_definition_doubt_follows_the_grid_in_use_and_says_which_it_is():
    app = open_page("multiverse")
    app.segmented_control(key="multiverse-size").set_value("medium").run()
    said = words(app.switch_page("pages/left_open.py").run())
    assert "here the medium grid of the Multiverse page" in said
    results = rate_results(analyse(bundled_cohort(), PUBLISHED), "reading")
    assert plain(ensemble.doubts(results[1], varied(PUBLISHED, "medium")).alt) in said


def test_every_printed_figure_is_reconciled_in_view():
    said = words(open_page("left_open"))
    for row in reconciled():
        for text in (row.printed, row.gives_and_interval, row.known):
            assert escape(text) in said


def test_the_iga_finding_is_worked_out_in_view_for_whole_and_half_grades():
    app = open_page("left_open")
    assert "The IGA means are of 42, 43, 47 or 48 patients, or not of the same ones" in words(app)
    assert plain("Both means, the same patients: 42, 43, 47 or 48.") in words(app)
    app.button_group(key="open-grades").set_value(2).run()
    assert plain("Both means, the same patients: 17 of 49 numbers.") in words(app)


def test_the_draws_can_be_grouped_by_whose_iga_means_and_changes_shown_by_score():
    app = open_page("left_open")
    app.button_group(key="open-split").set_value("iga_mode").run()
    app.button_group(key="open-score").set_value("IGA").run()
    analysis = analyse(bundled_cohort(), PUBLISHED)
    held = change_result(analysis, "IGA", "iga_mode")
    assert plain(ensemble.change(held, bundled_cohort().instruments["IGA"]).alt) in words(app)


def test_another_percentage_can_be_looked_at():
    app = open_page("left_open")
    app.button_group(key="open-percentage").set_value("improved").run()
    assert "8 counts of up to 49 patients print 51 %" in words(app)


def test_the_line_moves_every_claim():
    app = open_page("left_open")
    said = words(app)
    assert "1 responder fewer: 23/47 (49 %)" in said
    assert "2 patients more, of whom none had responded" in said
    app.number_input(key="open-line").set_value(60).run()
    said = words(app)
    assert "At least 5/15 (33 %) of the unknown would have to have responded for a rate of 60 % or more" in said
    assert "11 patients more, of whom all had responded" in said


def test_the_published_count_in_every_reading_is_said_only_where_the_rule_is_a_reading():
    said = "Every reconstruction gives the printed 24/47 (51 %) by its own reading"
    assert said in words(open_page("left_open"))
    assert said not in words(open_page("left_open", study=PRESETS["bsa-50"].study))


def test_with_imputed_outcomes_the_reconstructions_are_not_run():
    imputed = changed(missing={"kind": "multiple_imputation", "imputations": 2, "seed": 0})
    said = words(open_page("left_open", study=imputed))
    assert "Multiple imputation is not run on every reconstruction" in said
    assert "Response rates in 100 reconstructions" not in said


def test_with_additions_nothing_is_compared_or_claimed():
    said = words(open_page("left_open", study=changed(hypothetical=True, eligibility=[])))
    assert "Hypothetical additions are counted in" in said
    assert "reconstructions, beside" not in said
    assert "hangs on" not in said


def test_another_cohort_keeps_what_holds_for_every_cohort():
    app = open_page("left_open", cohort=scores_only())
    said = words(app)
    assert app.title[0].value == "What is left open"
    assert "are of another cohort" in said
    assert "How many outcomes the answer hangs on" in said
    assert "IGA" not in said.replace("PASI", "")
