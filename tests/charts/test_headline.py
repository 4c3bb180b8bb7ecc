import pytest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.charts.figure import TooFew
from explorer.charts.headline import headline
from explorer.export.figures import svg
from explorer.study.presets import PRESETS, default_for
from tests.pages.cohorts import one_patient

PUBLISHED = PRESETS["as-published"].study


def under(**changes):
    return analyse(bundled_cohort(), PUBLISHED.model_validate(PUBLISHED.to_dict() | changes))


def test_the_rate_stands_with_its_interval_beside_the_published_one():
    figure = headline(under(), 0.51)
    here, there = figure.data.to_dict("records")
    assert here["rate"] == pytest.approx(24 / 47)
    assert (round(here["low"], 2), round(here["high"], 2)) == (0.37, 0.65)
    assert (there["what"], there["rate"]) == ("published", 0.51)
    assert figure.alt == "24/47 (51 %) responded, 95 % CI 37 % to 65 %; published: 51 %."
    assert "published 51 %" in svg(figure, under())


def test_without_a_published_figure_only_the_rate_is_drawn():
    figure = headline(under(), None)
    assert len(figure.data) == len(figure.table) == 1
    assert "published" not in figure.alt


def test_hypothetical_additions_make_the_mark_hollow_and_take_the_interval_away():
    figure = headline(under(hypothetical=True, eligibility=()), 0.51)
    here = figure.data.iloc[0]
    assert here["hypothetical"]
    assert here[["low", "high"]].isna().all()
    assert "no interval" in figure.alt
    for said in (figure.alt, figure.counts, figure.table["Responded"][0]):
        assert said.startswith("24/47 reconstructed + ")
    assert "%" not in here["text"]


def test_a_rate_of_few_patients_is_said_and_not_drawn():
    cohort = one_patient()
    said = headline(analyse(cohort, default_for(cohort)), None)
    assert isinstance(said, TooFew)
    assert "The response of 1 patient can be counted (1 responded)" in said.why


def test_another_definition_is_drawn_on_the_same_axes():
    assert headline(under(missing="observed"), 0.51).spec is headline(under(), None).spec
