import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.attrition import ANALYSED, COHORT, OUTCOME, Pattern, Stage, attrition, overlap
from explorer.bundled import bundled_cohort
from explorer.charts import attrition as charts
from explorer.charts.figure import TooFew
from explorer.charts.strips import WIDTH, Strip, strip_rows
from explorer.export.figures import svg
from explorer.study.presets import PRESETS

STAGES = (
    Stage(COHORT, None, "Everyone in the cohort", 20, 0, 0, 20, 4),
    Stage(ANALYSED, 1, "aged 18 or over", 20, 5, 3, 12, 2),
    Stage(OUTCOME, None, "Outcomes: left out", 12, 0, 2, 10, 2),
)
PATTERNS = (Pattern((1,), (), 5), Pattern((), (1,), 2), Pattern((1,), (2,), 1), Pattern((1, 2), (), 1))
CRITERIA = ("aged 18 or over", "prior dupilumab")


@pytest.fixture(scope="module")
def analysis():
    return analyse(bundled_cohort(), PRESETS["as-published"].study)


def bars(figure, row):
    rows = figure.data[figure.data["part"].ne("") & figure.data["row"].eq(row)]
    return {part: (round(low * 20), round(high * 20)) for part, low, high in rows[["part", "low", "high"]].to_numpy()}


def test_the_parts_of_a_bar_follow_one_another_and_are_shares_of_the_whole_cohort():
    figure = charts.attrition(STAGES)
    assert bars(figure, "1. aged 18 or over") == {
        "remain": (0, 10),
        "hypothetical": (10, 12),
        "unknown": (12, 15),
        "do not meet it": (15, 20),
    }


def test_hypothetical_additions_are_drawn_hollow():
    rows = charts.attrition(STAGES).data
    assert set(rows.loc[rows["part"] == "hypothetical", "kind"]) == {"hollow"}
    assert set(rows.loc[rows["part"] == "remain", "kind"]) == {"bar"}


def test_counts_are_written_above_every_bar_and_in_the_table():
    figure = charts.attrition(STAGES)
    notes = figure.data.loc[figure.data["kind"] == "note", "text"].tolist()
    assert notes[1:] == [
        "10 + 2 hypothetical of 20 remain, 5 not met, 3 unknown",
        "8 + 2 hypothetical of 12 remain, 2 unknown",
    ]
    assert figure.table["Remaining"].tolist() == [20, 12, 10]
    assert figure.table["of these hypothetical"].tolist() == [4, 2, 2]


def test_the_sentence_says_where_patients_were_left_out():
    assert charts.attrition(STAGES).alt == (
        "Of 20 patients, 10 reach the end. Left out: 8 at step 1 and 2 with an unknown outcome."
    )
    assert charts.attrition(STAGES[:1]).alt == "No step leaves anybody out: 20 patients of 20 to the end."


def test_combinations_are_named_by_number_and_a_single_criterion_in_full():
    assert charts.overlap(PATTERNS, CRITERIA).table.to_numpy().tolist() == [
        ["Fails only 1. aged 18 or over", 5],
        ["Unknown only 1. aged 18 or over", 2],
        ["Fails 1; 2 unknown", 1],
        ["Fails 1 and 2", 1],
    ]


def test_the_sentence_says_whom_one_criterion_alone_keeps_out():
    assert charts.overlap(PATTERNS, CRITERIA).alt == (
        "Of 9 left out, 7 would enter if one criterion were dropped; 2 fail none, but something about them is unknown."
    )


def test_rare_combinations_are_drawn_as_one_row_and_all_stand_in_the_table():
    many = tuple(Pattern((number,), (), 30 - number) for number in range(1, 15))
    figure = charts.overlap(many, [f"criterion {number}" for number in range(1, 15)])
    assert figure.data["row"].nunique() == 11
    assert figure.data["row"].iloc[-1] == "4 other combinations"
    assert len(figure.table) == 14


def test_nobody_left_out_is_said():
    assert isinstance(charts.overlap((), ()), TooFew)


def test_long_labels_keep_two_lines_and_stay_whole_in_the_row():
    label = "a criterion of many words " * 8
    rows = strip_rows([Strip(label, "5", {"remain": 1.0})])
    lines = rows.loc[rows["kind"] == "label", "text"].tolist()
    assert len(lines) == 2
    assert max(map(len, lines)) <= WIDTH
    assert lines[1].endswith("…")
    assert set(rows["row"]) == {label}


def test_the_drawing_is_prepared_once_and_serves_other_numbers():
    other = tuple(Stage(s.part, s.number, s.label, s.entered, 0, 0, s.entered, 1) for s in STAGES)
    assert charts.attrition(STAGES).spec is charts.attrition(other).spec


def test_the_bundled_cohort_is_drawn_with_its_counts(analysis):
    figure = charts.attrition(attrition(analysis.facts, analysis.ledger, analysis.response))
    drawn = svg(figure, analysis)
    assert "47 of 49 remain, 2 not met, 0 unknown" in drawn
    assert "not patient data" in drawn
    assert overlap(analysis.facts, analysis.ledger) == ()
