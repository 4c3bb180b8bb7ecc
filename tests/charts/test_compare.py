"""The figures of two definitions."""

from explorer.analysis.analyse import analyse
from explorer.analysis.compare import compare
from explorer.bundled import bundled_cohort
from explorer.charts.compare import agreement, rates
from explorer.charts.figure import TooFew
from explorer.export.figures import csv, svg
from explorer.study.presets import PRESETS
from tests.analysis.test_compare import SIX
from tests.analysis.test_compare import A as PLAIN
from tests.analysis.test_compare import B as OTHER

COHORT = bundled_cohort()
A, B = PRESETS["as-published"].study, PRESETS["bsa-50"].study
ONE, TWO = analyse(COHORT, A), analyse(COHORT, B)


def test_both_rates_stand_with_their_counts():
    figure = rates(ONE, TWO)
    assert list(figure.table["Responded"]) == ["24/47 (51 %)", "17/47 (36 %)"]
    assert "A: 24/47 (51 %), 95 % CI 37 % to 65 %" in figure.alt
    assert not figure.data["invented"].any()


def test_rates_with_hypothetical_additions_are_hollow_and_without_interval():
    invented = A.replace(eligibility=(), hypothetical=True)
    figure = rates(analyse(COHORT, invented), TWO)
    assert list(figure.data["invented"]) == [True, False]
    assert figure.table["Interval"][0] == "no interval"


def test_the_four_cells_add_up_to_the_patients_judged_under_both():
    figure = agreement(compare(COHORT, A, B), A, B)
    assert list(figure.data["patients"]) == [17, 7, 0, 23]
    assert "40/47 (85 %) of the patients judged under both get the same verdict" in figure.alt
    assert "7/47 (15 %) change verdict" in figure.alt


def test_an_empty_cell_is_not_coloured_as_a_change():
    cells = agreement(compare(COHORT, A, B), A, B).data
    assert list(cells["kind"])[1:3] == ["responder under A only", "same verdict, or nobody"]


def test_few_patients_are_counted_in_words_instead():
    few = agreement(compare(SIX, PLAIN, OTHER), PLAIN, OTHER)
    assert isinstance(few, TooFew)
    assert few.why.startswith("4 patients are judged under both")


def test_an_export_says_what_b_is_and_that_the_cohort_is_synthetic():
    figure = agreement(compare(COHORT, A, B), A, B)
    text = csv(figure, ONE)
    assert f"B is BSA halved, definition {B.fingerprint}" in text
    assert "not patient data" in text
    assert "not patient data" in svg(rates(ONE, TWO), ONE)
    assert svg(figure, ONE).count(">17<") == 1
