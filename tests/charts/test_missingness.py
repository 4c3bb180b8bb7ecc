import numpy as np
import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.missingness import Coverage, by_patient, coverage
from explorer.bundled import bundled_cohort
from explorer.charts.figure import TooFew
from explorer.charts.missingness import MOST_PATIENTS, missingness, tiles
from explorer.charts.theme import MOST_MARKS
from explorer.export.figures import svg
from explorer.study.presets import PRESETS

ROWS = (Coverage("BSA", "Body surface area affected", 20, (10, 5, 4, 1)), Coverage("IGA", "Global", 20, (20, 0, 0, 0)))
CODES = ["BSA", "IGA"]
IDS = [f"P{at}" for at in range(MOST_PATIENTS + 1)]


@pytest.fixture(scope="module")
def analysis():
    return analyse(bundled_cohort(), PRESETS["as-published"].study)


def some(n, n_scores=2):
    return np.column_stack([np.arange(n), *[np.arange(n) % 4] * n_scores])


def drawn(n, invented=None, n_entering=MOST_PATIENTS):
    return tiles(CODES, IDS, some(n), np.zeros(n, bool) if invented is None else invented, n_entering)


def test_every_score_is_a_bar_of_four_parts_with_its_counts():
    figure = missingness(ROWS)
    bsa = figure.data[figure.data["row"].eq("Body surface area affected") & figure.data["part"].ne("")]
    assert bsa["high"].round(4).tolist() == [0.5, 0.75, 0.95, 1.0]
    assert figure.table.iloc[0].tolist() == ["Body surface area affected", 10, 5, 4, 1]
    assert figure.alt == "BSA: 10/20 (50 %) have it at both times; IGA: 20/20 (100 %) have it at both times."


def test_each_patient_has_a_tile_per_score():
    figure = drawn(12)
    assert len(figure.data) == 24
    assert figure.data.iloc[0].tolist() == [0, "P0", "BSA", "both", False]
    assert figure.table.columns.tolist() == ["Patient", "BSA recorded at", "IGA recorded at"]
    assert figure.alt.startswith("3/12 (25 %) have every score at baseline and at follow-up.")
    assert figure.select == "chosen"


def test_hypothetical_additions_are_drawn_hollow():
    figure = drawn(8, np.arange(8) == 4)
    assert set(figure.data.loc[figure.data["hollow"], "patient_id"]) == {"P4"}
    assert figure.table.loc[figure.table["Kind"] == "hypothetical", "Patient"].tolist() == ["P4"]
    assert figure.alt.startswith("1/7 + 1/1 hypothetical have every score")


def test_a_tile_keeps_its_width_when_fewer_patients_are_analysed():
    assert drawn(8, n_entering=20).spec is drawn(15, n_entering=20).spec
    assert drawn(8, n_entering=20).spec["encoding"]["x"]["scale"]["domain"] == list(range(20))


def test_one_score_alone_has_room_for_its_tiles_below_the_legend():
    height = [tiles(CODES[:n], IDS, some(8, n), np.zeros(8, bool), 8).spec["height"] for n in (1, 2)]
    assert height[0] - (height[1] - height[0]) >= 120


def test_coverage_of_hypothetical_additions_is_hollow_and_counted_apart():
    figure = missingness((Coverage("BSA", "Body surface", 20, (10, 5, 4, 1), (3, 0, 0, 1)),))
    hollow = figure.data[figure.data["kind"] == "hollow"]
    assert hollow[["part", "low", "high"]].round(4).to_numpy().tolist() == [["both", 0.35, 0.5], ["neither", 0.95, 1.0]]
    assert figure.data.loc[figure.data["kind"] == "note", "text"].tolist() == [
        "7 both, 5 baseline only, 4 follow-up only, 0 neither",
        "hypothetical: 3 both, 0 baseline only, 0 follow-up only, 1 neither",
    ]
    assert figure.alt.startswith("BSA: 7/16 (44 %) + 3/4 hypothetical have it at both times.")


@pytest.mark.parametrize("n", [0, 4, MOST_PATIENTS + 1])
def test_too_few_or_too_many_patients_have_no_tiles(n):
    assert isinstance(drawn(n), TooFew)


def test_no_more_tiles_are_drawn_than_a_browser_bears():
    codes = [f"S{at}" for at in range(MOST_MARKS // 100 + 1)]
    assert isinstance(tiles(codes, IDS, some(100, len(codes)), np.zeros(100, bool), 100), TooFew)


def test_few_patients_or_no_scores_are_said():
    assert missingness((Coverage("BSA", "Body surface", 4, (4, 0, 0, 0)),)).why.startswith("4 patients analysed")
    assert missingness(()).why == "This cohort has no scores."


def test_both_are_drawn_for_the_bundled_cohort(analysis):
    who = analysis.ledger.eligible
    ids = analysis.cohort.patients["patient_id"]
    assert "33 both, 5 baseline only, 7 follow-up only, 4 neither" in svg(
        missingness(coverage(analysis.facts, who)), analysis
    )
    table, invented = by_patient(analysis.facts, who), analysis.cohort.hypothetical
    figure = tiles(list(analysis.cohort.instruments), ids, table, invented, 49)
    assert len(figure.data) == 3 * 49
    assert "not patient data" in svg(figure, analysis)
