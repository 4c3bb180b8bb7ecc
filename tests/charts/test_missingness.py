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


@pytest.fixture(scope="module")
def analysis():
    return analyse(bundled_cohort(), PRESETS["as-published"].study)


def some(n, n_scores=2):
    return np.column_stack([np.arange(n), *[np.arange(n) % 4] * n_scores])


def test_every_score_is_a_bar_of_four_parts_with_its_counts():
    figure = missingness(ROWS)
    bsa = figure.data[figure.data["row"].eq("Body surface area affected") & figure.data["part"].ne("")]
    assert bsa["high"].round(4).tolist() == [0.5, 0.75, 0.95, 1.0]
    assert figure.table.iloc[0].tolist() == ["Body surface area affected", 10, 5, 4, 1]
    assert figure.alt == "BSA: 10/20 (50 %) have it at both times; IGA: 20/20 (100 %) have it at both times."


def test_each_patient_has_a_tile_per_score():
    figure = tiles(CODES, [f"P{at}" for at in range(8)], some(8), np.zeros(8, bool))
    assert len(figure.data) == 16
    assert figure.data.iloc[0].tolist() == [0, "P0", "BSA", "both", False]
    assert figure.table.columns.tolist() == ["Patient", "BSA recorded at", "IGA recorded at"]
    assert figure.alt.startswith("2/8 (25 %) have every score at baseline and at follow-up.")


def test_hypothetical_additions_are_drawn_hollow():
    rows = tiles(CODES, [f"P{at}" for at in range(8)], some(8), np.arange(8) == 3).data
    assert set(rows.loc[rows["hollow"], "patient"]) == {"P3"}


@pytest.mark.parametrize("n", [0, 4, MOST_PATIENTS + 1])
def test_too_few_or_too_many_patients_have_no_tiles(n):
    assert isinstance(tiles(CODES, [f"P{at}" for at in range(n)], some(n), np.zeros(n, bool)), TooFew)


def test_no_more_tiles_are_drawn_than_a_browser_bears():
    codes = [f"S{at}" for at in range(MOST_MARKS // 100 + 1)]
    assert isinstance(tiles(codes, [f"P{at}" for at in range(100)], some(100, len(codes)), np.zeros(100, bool)), TooFew)


def test_few_patients_or_no_scores_are_said():
    assert missingness((Coverage("BSA", "Body surface", 4, (4, 0, 0, 0)),)).why.startswith("4 patients analysed")
    assert missingness(()).why == "This cohort has no scores."


def test_both_are_drawn_for_the_bundled_cohort(analysis):
    who = analysis.ledger.eligible
    ids = analysis.cohort.patients["patient_id"]
    assert "33 both, 5 baseline only, 7 follow-up only, 4 neither" in svg(
        missingness(coverage(analysis.facts, who)), analysis
    )
    drawn = tiles(list(analysis.cohort.instruments), ids, by_patient(analysis.facts, who), analysis.cohort.hypothetical)
    assert len(drawn.data) == 3 * 49
    assert "not patient data" in svg(drawn, analysis)
