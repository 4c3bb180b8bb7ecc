"""The charts of the response page: what they draw, say and list, and that each one compiles."""

import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.missing_bounds import missing_bounds
from explorer.analysis.rule_sets import rule_sets
from explorer.analysis.thresholds import sweep
from explorer.bundled import bundled_cohort
from explorer.charts import bounds, forest, thresholds
from explorer.charts.figure import Figure, TooFew
from explorer.charts.rule_sets import bars, combinations, rule_parts
from explorer.charts.theme import MOST_MARKS
from explorer.export.figures import svg
from explorer.study.presets import PRESETS
from tests.analysis.test_response import HELD
from tests.pages.cohorts import one_patient
from tests.studies import responding, study

PUBLISHED = PRESETS["as-published"].study
ANALYSIS = analyse(bundled_cohort(), PUBLISHED)
INVENTED = analyse(bundled_cohort(), PUBLISHED.replace(hypothetical=True, eligibility=()))
ONE = analyse(one_patient(), study(response={"rule": {"kind": "reported", "item": "fewer_flares"}}))


def all_figures(analysis, invented=False):
    sets, held = rule_sets(analysis), missing_bounds(analysis)
    return [
        forest.rate_strip(analysis),
        forest.report_strip(analysis.reports, invented),
        forest.forest(analysis.subgroups, analysis.response, invented),
        rule_parts(sets),
        combinations(sets),
        bounds.bounds_strip(held, invented),
        bounds.splits(held, 50, invented),
        *(
            thresholds.thresholds(sweep(analysis, code, measure))
            for code in analysis.cohort.instruments
            for measure in ("points", "percent", "score")
        ),
    ]


@pytest.mark.parametrize(
    ("analysis", "invented"), [(ANALYSIS, False), (INVENTED, True)], ids=["reconstructed", "with additions"]
)
def test_every_figure_compiles_and_carries_its_words(analysis, invented):
    for figure in all_figures(analysis, invented):
        assert isinstance(figure, Figure), figure
        assert svg(figure, analysis).startswith("<svg")
        assert len(figure.data) <= MOST_MARKS
        assert figure.alt.endswith(".")
        assert len(figure.table)


def test_below_five_patients_nothing_is_drawn():
    for figure in all_figures(ONE):
        assert isinstance(figure, TooFew), figure


def test_the_specification_is_the_same_object_whatever_the_data():
    other = analyse(bundled_cohort(), PUBLISHED.replace(confidence=0.9))
    for one, two in zip(all_figures(ANALYSIS), all_figures(other), strict=True):
        assert one.spec is two.spec


def test_the_rate_strip_says_the_rate():
    figure = forest.rate_strip(ANALYSIS)
    assert figure.alt == "24/47 (51 %) responded; 95 % interval 37 % to 65 %."
    assert figure.data["p"].tolist() == [24 / 47]


def test_small_subgroups_are_counts_without_a_mark():
    figure = forest.forest(ANALYSIS.subgroups, ANALYSIS.response, False)
    severe = figure.data[(figure.data["label"] == "severe") & (figure.data["kind"] == "few")]
    assert severe["said"].tolist() == ["3/3"]
    assert severe["p"].isna().all()
    assert figure.data[figure.data["kind"] == "header"]["label"].tolist()[:3] == [
        "why dupilumab was stopped",
        "days on dupilumab",
        "sex",
    ]


def test_the_forest_keeps_the_order_of_the_analysis_and_the_overall_rate_first():
    figure = forest.forest(ANALYSIS.subgroups, ANALYSIS.response, False)
    assert figure.data["row"].is_monotonic_increasing
    assert figure.table["Level"].tolist() == ["everybody", *(row.level for row in ANALYSIS.subgroups)]
    assert (figure.data["line"] == 24 / 47).all()


def test_the_forest_gives_no_verdict_on_a_subgroup():
    said = forest.forest(ANALYSIS.subgroups, ANALYSIS.response, False).alt
    assert "no difference between levels is tested" in said
    assert not {"significant", "p =", "better", "worse"} & set(said.split())


def test_invented_patients_have_a_hollow_row_of_their_own_and_nobody_an_interval():
    figure = forest.rate_strip(INVENTED)
    assert figure.title == "Patients who responded"
    assert figure.data["hollow"].tolist() == [False, True]
    assert figure.table["Patients"].tolist()[0] == "24/47 (51 %)"
    assert figure.table["Interval"].tolist() == ["withheld", "withheld"]
    assert figure.alt.startswith("24/47 reconstructed + ")
    assert figure.alt.endswith(" hypothetical responded; 95 % interval withheld.")


def test_figures_that_count_invented_patients_say_so():
    for figure in all_figures(INVENTED, True):
        assert "hypothetical" in figure.alt.lower(), figure.title
    for figure in all_figures(ANALYSIS):
        assert "hypothetical" not in figure.alt.lower(), figure.title


def test_parts_of_the_rule_are_hollow_where_patients_are_invented():
    figure = rule_parts(rule_sets(INVENTED))
    hollow = figure.data[figure.data["hollow"]]
    n_invented = INVENTED.response.n_among - 47
    assert (hollow.groupby("rule")["n"].sum() == n_invented).all()
    assert (figure.data.groupby("rule")["to"].max() == 1).all()
    assert figure.table["True"].iloc[0].startswith("17/47 + ")


def test_thresholds_mark_the_rule_in_force_and_the_conventional():
    figure = thresholds.thresholds(sweep(ANALYSIS, "PPNRS", "points"))
    marked = figure.data[figure.data["kind"] != "curve"]
    assert [tuple(row) for row in marked[["kind", "t", "said"]].to_numpy()] == [
        ("conventional cut-off", 3, "14/35 (40 %)"),
        ("conventional cut-off", 4, "9/35 (26 %)"),
        ("in force", 4, "9/35 (26 %)"),
    ]
    assert "In force, PPNRS improved by at least 4 points: 9/35 (26 %), 9 of all 47 counted" in figure.alt
    assert "12 of 47 without the scores for it are left out." in figure.alt
    assert figure.table["Of all 47 counted"].tolist()[3] == "9/47 (19 %)"


def test_ticks_stand_at_grades_that_exist():
    figure = thresholds.thresholds(sweep(ANALYSIS, "IGA", "score"))
    axes = [layer["encoding"]["x"]["axis"] for layer in figure.spec["layer"] if "axis" in layer["encoding"]["x"]]
    assert axes
    assert all(axis["values"] == [0, 1, 2, 3, 4] for axis in axes)


def test_every_responder_is_drawn_once_among_the_combinations():
    sets = rule_sets(ANALYSIS)
    figure = combinations(sets)
    assert figure.table["Responders"].sum() == 24
    assert figure.alt.startswith("One part alone in 1 of 24 (1 by D), several together in 23")
    assert figure.title == "The 24 known responders, by exactly which parts are true"
    assert (figure.data["mark"] == "bar").sum() == 13


def test_without_unknown_outcomes_responders_are_simply_responders():
    two = {"kind": "any_of", "rules": [RULES[2], {"kind": "reported", "item": "less_topical"}]}
    figure = combinations(rule_sets(analyse(bundled_cohort(), PUBLISHED.replace(response={"rule": two}))))
    assert "known" not in figure.title


def test_every_bar_is_named_and_can_be_clicked():
    sets = rule_sets(ANALYSIS)
    figure = combinations(sets)
    assert figure.select == "chosen"
    assert set(figure.data["set"]) == set(bars(sets))
    first, *_, last = bars(sets).items()
    assert first[0] == "D"
    assert last == ("3 rarer combinations", None)
    assert figure.data.groupby("set")["row"].nunique().max() == 1


def test_bars_keep_their_scale_and_the_drawing_its_height():
    fewer = analyse(bundled_cohort(), PUBLISHED.replace(eligibility=({"kind": "age", "from": 40},)))
    one, other = (combinations(rule_sets(each)) for each in (ANALYSIS, fewer))
    assert one.spec is other.spec
    a_patient = [
        {round((bar.x2 - bar.x) / int(bar.what.split(": ")[1].split()[0]), 6) for bar in found.itertuples()}
        for found in (figure.data[figure.data["mark"] == "bar"] for figure in (one, other))
    ]
    assert a_patient[0] == a_patient[1]
    assert len(a_patient[0]) == 1
    assert one.data["row"].nunique() == other.data["row"].nunique() == 13


def test_a_bar_longer_than_a_quarter_of_the_cohort_still_fits():
    alike = {"kind": "any_of", "rules": [{**RULES[0], "at_least": amount} for amount in (1, 2, 3)]}
    figure = combinations(rule_sets(analyse(bundled_cohort(), PUBLISHED.replace(response={"rule": alike}))))
    assert figure.data["x2"].max() <= 1


def test_an_unknown_part_is_a_ring_and_said():
    sets = rule_sets(analyse(HELD, responding({"kind": "any_of", "rules": [{**each} for each in RULES]})))
    figure = combinations(sets)
    assert (figure.data["mark"] == "unknown").sum() == 4
    assert "a ring marks a part that is unknown in some of them" in figure.alt


RULES = (
    {"kind": "percent_improvement", "instrument": "BSA", "at_least": 50},
    {"kind": "point_improvement", "instrument": "PPNRS", "at_least": 4},
    {"kind": "reported", "item": "fewer_flares"},
)


def test_parts_add_up_to_everybody_counted():
    figure = rule_parts(rule_sets(ANALYSIS))
    assert (figure.data.groupby("rule")["n"].sum() == 47).all()
    assert (figure.data.groupby("rule")["to"].max() == 1).all()


@pytest.mark.parametrize(
    ("preset", "line", "said"),
    [
        ("as-published", 50, "Even if none of the 15 unknown had responded, the rate would be 24/47 (51 %)"),
        ("bsa-50", 50, "At least 7/15 (47 %) of the unknown would have to have responded"),
        ("strict", 50, "Even if all 4 unknown had responded, the rate would be 7/47 (15 %)"),
    ],
)
def test_the_tipping_point_is_said_in_counts(preset, line, said):
    held = missing_bounds(analyse(bundled_cohort(), PRESETS[preset].study))
    assert bounds.splits(held, line, False).alt.startswith(said)


def test_where_no_outcome_is_known_no_share_of_the_known_is_said():
    in_a_far_year = PUBLISHED.follow_up.replace(from_day=5000, to_day=5001, target_day=5000)
    held = missing_bounds(analyse(bundled_cohort(), PUBLISHED.replace(follow_up=in_a_far_year, eligibility=())))
    assert held.n_known == 0
    assert bounds.tipping(held, 50).endswith("No outcome is known.")


def test_no_unknown_outcome_leaves_nothing_to_split():
    reported = PUBLISHED.replace(response={"rule": {"kind": "reported", "item": "fewer_flares"}})
    held = missing_bounds(analyse(bundled_cohort(), reported))
    assert held.n_unknown == 0
    assert isinstance(bounds.splits(held, 50, False), TooFew)
    assert bounds.tipping(held, 50) == "No outcome is unknown."
