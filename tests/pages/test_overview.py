"""The first page, without a browser."""

import pytest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.export.plain_words import in_plain_words
from explorer.literature.claims import claims
from explorer.literature.standing import GROUPS, grouped
from explorer.study.presets import PRESETS
from explorer.ui.show import plain
from tests.pages.app import open_page, spaced, tables, words
from tests.pages.cohorts import scores_only

PUBLISHED = PRESETS["as-published"].study


def test_the_page_asks_the_question_and_answers_it_with_count_denominator_and_interval():
    app = open_page()
    assert app.title[0].value == "After dupilumab fails, does tralokinumab help?"
    assert "**Under the definition in force, 24/47 (51 %) responded (95 % CI 37 % to 65 %).**" in words(app)
    assert spaced(app.metric[0].value) == "24/47 (51 %)"


def test_four_headline_figures_stand_side_by_side():
    assert [spaced(metric.value) for metric in open_page().metric] == [
        "24/47 (51 %)",
        "20.5 → 11.4",
        "6.22 → 4.24",
        "2.60 → 2.19",
    ]


@pytest.mark.parametrize("name", ["as-published", "iga-01-2pt", "strict"])
def test_answer_figures_and_paragraph_are_those_of_the_definition_in_force(name):
    study = PRESETS[name].study
    analysis = analyse(bundled_cohort(), study)
    r = analysis.response
    app = open_page(study=study)
    assert app.metric[0].value.startswith(f"{r.n_responders}/{r.n_evaluable} (")
    assert plain(in_plain_words(analysis)) in words(app)


def test_another_definition_says_how_far_it_is_from_the_published_one():
    study = PUBLISHED.model_validate(PUBLISHED.to_dict() | {"missing": "observed"})
    assert "24 percentage points above the published 51 %" in words(open_page(study=study))


def test_every_published_figure_stands_beside_what_the_cohort_gives_in_its_group():
    groups = grouped(claims(analyse(bundled_cohort(), PUBLISHED)))
    app = open_page()
    assert [tab.label for tab in app.tabs] == list(GROUPS)
    for tab, rows in zip(app.tabs, groups.values(), strict=True):
        shown = tables(tab)[0]
        assert list(shown["Published"]) == [row.fact.statement for row in rows]
        for cell, row in zip(shown["This cohort"], rows, strict=True):
            assert cell.startswith(row.here.text)
        assert all(mark.startswith(("fixed by the figures", "assumption")) for mark in shown["Can it say so?"])


def test_the_page_says_that_the_cohort_is_synthetic():
    assert any("not patient data" in warning.value for warning in open_page().warning)


def test_the_definition_in_force_is_printed_in_words():
    assert plain(PUBLISHED.words()) in words(open_page())


def test_a_cohort_of_its_own_is_called_by_its_name_and_compared_with_nothing():
    app = open_page(cohort=scores_only())
    assert app.title[0].value == "Drawn for a test"
    said = words(app)
    assert "Do patients improve on secukinumab?" in said
    assert "9/12 (75 %) responded" in said
    assert not app.tabs
    assert "published" not in "\n".join(caption.value for caption in app.main.caption).lower().replace(
        "as published", ""
    )
    assert "dupilumab" not in "\n".join(block.value for block in app.main.markdown)
