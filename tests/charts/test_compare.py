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
from tests.tables import cohort

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
    figure = agreement(compare(ONE, TWO), ONE, TWO)
    assert list(figure.data["count"].dropna()) == ["17", "7", "0", "23"]
    assert "40/47 (85 %) of the patients judged under both get the same verdict" in figure.alt
    assert "7/47 (15 %) change verdict" in figure.alt


def test_an_empty_cell_is_not_coloured_as_a_change():
    cells = agreement(compare(ONE, TWO), ONE, TWO).data.query("part == 'cell'")
    assert list(cells["kind"])[1:3] == ["responder under A only", "same verdict"]


def test_few_patients_are_counted_in_words_instead():
    one, two = (analyse(SIX, study) for study in (PLAIN, OTHER))
    few = agreement(compare(one, two), one, two)
    assert isinstance(few, TooFew)
    assert few.why.startswith("4 patients are judged under both")


def test_an_export_says_what_b_is_and_that_the_cohort_is_synthetic():
    figure = agreement(compare(ONE, TWO), ONE, TWO)
    text = csv(figure, ONE)
    assert f"B is BSA halved, definition {B.fingerprint}" in text
    assert "not patient data" in text
    assert "not patient data" in svg(rates(ONE, TWO), ONE)
    assert svg(figure, ONE).count(">17<") == 1


def dots(figure):
    return figure.data.query("part == 'dot'").set_index("patient_id")


def test_each_patient_judged_under_both_is_a_dot_that_can_be_chosen():
    figure = agreement(compare(ONE, TWO), ONE, TWO)
    shown = dots(figure)
    assert shown.groupby(["a", "b"]).size().to_dict() == {
        ("no response", "no response"): 23,
        ("responder", "no response"): 7,
        ("responder", "responder"): 17,
    }
    assert figure.select in str(figure.spec["params"])


def test_a_dot_keeps_its_place_within_its_cell_when_the_patient_changes_verdict():
    same, other = dots(agreement(compare(ONE, ONE), ONE, ONE)), dots(agreement(compare(ONE, TWO), ONE, TWO))
    moved = other["x"] - same["x"]
    assert sorted(set(moved.round(9))) == [0, 1]
    assert (moved.round(9) == 1).sum() == 7
    assert (same["y"] == other["y"]).all()


def test_invented_patients_are_hollow_and_counted_apart():
    one, two = (analyse(COHORT, study.replace(eligibility=(), hypothetical=True)) for study in (A, B))
    figure = agreement(compare(one, two), one, two)
    invented = set(COHORT.patients["patient_id"][COHORT.hypothetical])
    shown = dots(figure)
    assert set(shown.index[shown["hollow"].astype(bool)]) <= invented
    assert shown["hollow"].sum() > 0
    assert f"+ {shown['hollow'].sum()} hypothetical" not in figure.alt
    assert f"/{shown['hollow'].sum()} hypothetical of the patients judged under both" in figure.alt
    for a, b, said in figure.table.itertuples(index=False):
        here = shown[(shown["a"] == a) & (shown["b"] == b)]
        assert said.endswith(f"+ {int(here['hollow'].sum())}/{int(shown['hollow'].sum())} hypothetical")


def test_a_cohort_of_many_patients_is_counted_without_dots():
    rows = range(120)
    many = cohort(
        patients="\n".join(["patient_id", *(f"P{row}" for row in rows)]),
        assessments="\n".join(
            ["patient_id|day|instrument|score", *(f"P{row}|-5|BSA|40\nP{row}|90|BSA|{row % 40}" for row in rows)]
        ),
    )
    one, two = analyse(many, PLAIN), analyse(many, OTHER)
    figure = agreement(compare(one, two), one, two)
    assert dots(figure).empty
    assert figure.select is None
