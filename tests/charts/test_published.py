"""The forest of published studies: what it draws, says and lists, and that it compiles for every outcome."""

import json

import pytest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.charts.figure import Figure, TooFew
from explorer.charts.published import forest, sentence
from explorer.charts.theme import MOST_MARKS
from explorer.export.figures import svg
from explorer.literature.rows import Chosen, chosen, line, own_line, pooled_lines
from explorer.literature.studies import literature
from explorer.literature.studies_outcomes import OUTCOMES
from explorer.statistics.meta_analysis import pooled_rate
from explorer.study.presets import PRESETS

PUBLISHED = PRESETS["as-published"].study
ANALYSIS = analyse(bundled_cohort(), PUBLISHED)
SHARES = sorted({row.outcome for row in literature() if row.counts.is_share})
COMPOSITE = "CLINICIAN_DEFINED_RESPONSE"


def lines(outcome, *own):
    return [*own, *(line(each) for each in chosen(literature(), outcome, Chosen()))]


def drawn(outcome, *own):
    held = lines(outcome, *own)
    return forest(held, "f", OUTCOMES[outcome].label, sentence(held), "c")


@pytest.mark.parametrize("outcome", SHARES)
def test_every_outcome_is_drawn_in_full(outcome):
    figure = drawn(outcome)
    assert isinstance(figure, Figure)
    rows = figure.data[figure.data["kind"] != "heading"]
    assert len(rows) == len(figure.table) == sum(row.outcome == outcome for row in literature())
    assert len(figure.data) <= MOST_MARKS
    # Nothing leaves the scale from nobody to everybody.
    assert rows[["p", "l", "h"]].stack().dropna().between(0, 1).all()
    assert figure.data["bottom"].is_monotonic_increasing


def test_the_forest_compiles():
    assert svg(drawn(COMPOSITE, own_line(ANALYSIS, "all")), ANALYSIS).startswith("<svg")


def test_the_specification_stays_while_the_loaded_cohort_moves():
    observed = analyse(bundled_cohort(), PUBLISHED.replace(missing="observed"))
    one, two = (drawn(COMPOSITE, own_line(each, "all")) for each in (ANALYSIS, observed))
    assert one.spec is two.spec
    assert one.data.loc[one.data["kind"] == "here", "p"].tolist() == [24 / 47]
    assert two.data.loc[two.data["kind"] == "here", "p"].tolist() == [24 / 32]
    assert one.data[one.data["kind"] != "here"].equals(two.data[two.data["kind"] != "here"])


def test_axes_go_from_nobody_to_everybody():
    text = json.dumps(drawn(COMPOSITE).spec)
    assert '"domain": [0, 1]' in text
    assert "Share of patients" in text


def test_the_sentence_says_what_can_be_seen():
    said = drawn(COMPOSITE, own_line(ANALYSIS, "all")).alt
    assert said.startswith(
        "4 published rows, from 50 %, no count (Erasmus 2023) to 5/5 (100 %) (Five cases · week 20)."
    )
    assert "2/4 print counts: filled" in said
    assert said.endswith("The loaded cohort: 24/47 (51 %).")
    assert "The loaded cohort" not in drawn(COMPOSITE).alt


def test_headings_stand_once_above_their_lines():
    figure = drawn(COMPOSITE, own_line(ANALYSIS, "all"))
    headings = figure.data[figure.data["kind"] == "heading"]["text"].tolist()
    assert headings == list(dict.fromkeys(figure.table["Group"]))
    assert headings[0] == "The loaded cohort, definition in force"


def test_without_a_row_nothing_is_drawn():
    assert isinstance(forest([], "f", "t", sentence([]), "c"), TooFew)


def test_a_pool_is_drawn_with_what_a_further_study_would_give():
    pool = pooled_rate([10, 20, 12, 9, 4], [40, 50, 24, 30, 30])
    average, further = pooled_lines(pool, "all", predicts=True)
    assert (average.low, average.high) == (pool.low, pool.high)
    assert (further.low, further.high) == (pool.predicted_low, pool.predicted_high)
    assert (average.rate, further.rate != further.rate) == (pool.rate, True)
    assert len(pooled_lines(pool, "all", predicts=False)) == 1
