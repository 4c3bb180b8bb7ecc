import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.attrition import ANALYSED, COHORT, OUTCOME, Pattern, Stage, attrition, overlap
from explorer.bundled import bundled_cohort
from explorer.charts import attrition as charts
from explorer.charts.figure import TooFew
from explorer.charts.strips import LINE, ROW, WIDTH, Strip, row_height, strip_rows
from explorer.export.figures import svg
from explorer.study.presets import PRESETS

STAGES = (
    Stage(COHORT, None, "Everyone in the cohort", 20, 0, 0, 20, 4),
    Stage(ANALYSED, 1, "aged 18 or over", 20, 5, 3, 12, 2, 2),
    Stage(OUTCOME, None, "Outcomes: left out", 12, 0, 2, 10, 2),
)
PATTERNS = (Pattern((1,), (), 5), Pattern((), (1,), 2), Pattern((1,), (2,), 1), Pattern((1, 2), (), 1))
CRITERIA = ("aged 18 or over", "prior dupilumab")


@pytest.fixture(scope="module")
def analysis():
    return analyse(bundled_cohort(), PRESETS["as-published"].study)


def bars(figure, row, whole=20):
    rows = figure.data[figure.data["said"].ne("") & figure.data["row"].eq(row)]
    return {
        part: (round(low * whole), round(high * whole)) for part, low, high in rows[["said", "low", "high"]].to_numpy()
    }


def test_the_parts_of_a_bar_follow_one_another_and_are_shares_of_the_whole_cohort():
    figure = charts.attrition(STAGES)
    assert bars(figure, "1. aged 18 or over") == {
        "remain": (0, 10),
        "remain, hypothetical": (10, 12),
        "unknown": (12, 15),
        "do not meet it": (15, 18),
        "do not meet it, hypothetical": (18, 20),
    }


def test_hypothetical_additions_are_drawn_hollow_wherever_they_are():
    rows = charts.attrition(STAGES).data
    invented = rows["said"].str.endswith("hypothetical")
    assert set(rows.loc[invented, "kind"]) == {"hollow"}
    assert set(rows.loc[~invented & rows["said"].ne(""), "kind"]) == {"bar"}


def test_rows_are_higher_only_where_hypothetical_additions_have_a_line():
    assert row_height([Strip("a", "5", 5, {"remain": 5})]) == ROW
    assert row_height([Strip("a", "5", 7, {"remain": 7}, {"remain": 2}, "hypothetical: 2")]) == ROW + LINE


def test_counts_are_written_above_every_bar_and_in_the_table():
    figure = charts.attrition(STAGES)
    notes = figure.data.loc[figure.data["kind"] == "note", "text"].tolist()
    assert notes == [
        *("16", "hypothetical: 4"),
        *("10 of 16 remain, 3 not met, 3 unknown", "hypothetical: 2 of 4 remain, 2 not met, 0 unknown"),
        *("8 of 10 remain, 2 unknown", "hypothetical: 2 of 2 remain, 0 unknown"),
    ]
    assert figure.table["Remaining"].tolist() == [20, 12, 10]
    assert figure.table["Hypothetical remaining"].tolist() == [4, 2, 2]
    assert figure.table["Hypothetical not met"].tolist() == [0, 2, 0]


def test_the_sentence_says_where_patients_were_left_out():
    assert charts.attrition(STAGES).alt == (
        "Of 16 + 4 hypothetical patients, 8 + 2 hypothetical reach the end. Left out: 6 + 2 hypothetical at step 1 and "
        "2 with an unknown outcome. Hypothetical additions are drawn hollow and counted apart."
    )
    everyone = Stage(COHORT, None, "Everyone in the cohort", 20, 0, 0, 20)
    assert charts.attrition([everyone]).alt == "No step leaves anybody out: 20 patients of 20 to the end."


def test_a_cohort_without_additions_has_no_word_of_them():
    everyone = Stage(COHORT, None, "Everyone in the cohort", 20, 0, 0, 20)
    figure = charts.attrition([everyone, Stage(ANALYSED, 1, "aged 18 or over", 20, 5, 3, 12)])
    assert figure.alt == "Of 20 patients, 12 reach the end. Left out: 8 at step 1."
    assert not any("ypothetical" in column for column in figure.table)


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


def test_a_row_stands_for_its_combination_and_the_last_for_all_the_others():
    many = tuple(Pattern((number,), (), 30 - number) for number in range(1, 15))
    criteria = [f"criterion {number}" for number in range(1, 15)]
    figure = charts.overlap(many, criteria)
    assert figure.select == "chosen"
    rows = figure.data["row"].unique()
    assert charts.behind(rows[0], many, criteria) == [many[0]]
    assert charts.behind(rows[-1], many, criteria) == many[10:]
    assert charts.behind("a row of another definition", many, criteria) is None
    assert charts.behind(None, many, criteria) is None


def test_the_overlap_keeps_its_height_while_combinations_come_and_go():
    criteria = [f"criterion {number}" for number in range(1, 15)]
    few, more = (tuple(Pattern((number,), (), 5) for number in range(1, n)) for n in (2, 4))
    assert charts.overlap(few, criteria).spec is charts.overlap(more, criteria).spec


def test_hypothetical_additions_left_out_are_hollow_and_counted_apart():
    figure = charts.overlap((Pattern((1,), (), 5, 2), Pattern((2,), (), 4)), CRITERIA)
    assert bars(figure, "Fails only 1. aged 18 or over", 9) == {
        "left out": (0, 3),
        "left out, hypothetical": (3, 5),
    }
    assert figure.data.loc[figure.data["kind"] == "note", "text"].tolist()[:2] == [
        "3 of the 7 left out",
        "hypothetical: 2 of 2",
    ]
    assert figure.alt.startswith("Of 7 + 2 hypothetical left out, 7 + 2 hypothetical would enter")


def test_nobody_left_out_is_said():
    assert isinstance(charts.overlap((), ()), TooFew)


def test_long_labels_keep_two_lines_and_stay_whole_in_the_row():
    label = "a criterion of many words " * 8
    rows = strip_rows([Strip(label, "5", 5, {"remain": 5})])
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
