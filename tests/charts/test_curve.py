"""The charts of the multiverse: what they draw, say and list, and that each one compiles."""

from unittest import mock

import numpy as np
import pytest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.charts import brushed as stretch
from explorer.charts.curve import BOUNDS, ESTIMATE, HOLLOW, IN_FORCE, INTERVAL, TOP, curve
from explorer.charts.figure import Figure, TooFew
from explorer.charts.influence import RATE, graph, of_change, shares, spans
from explorer.charts.rules import HERE, name, rules
from explorer.charts.theme import MOST_MARKS
from explorer.export.figures import svg
from explorer.export.numbers import share
from explorer.export.people import responders
from explorer.multiverse import floor
from explorer.multiverse.brushed import brushed
from explorer.multiverse.curve import by_rule, change_curve, response_curve
from explorer.multiverse.grids import GRIDS, grids_for
from explorer.multiverse.influence import influence
from explorer.multiverse.listing import listed
from explorer.multiverse.run import run
from explorer.study.presets import AS_PUBLISHED, default_for
from tests.multiverse.five import ENTRY, FIVE, MISSING, grid
from tests.pages.cohorts import one_patient

ANALYSIS = analyse(bundled_cohort(), AS_PUBLISHED)


def multiverse(size="small", study=AS_PUBLISHED, cohort=None):
    held = cohort or bundled_cohort()
    return run(held, listed(grids_for(held)[size].around(study)))


SMALL, LARGE = multiverse(), multiverse("large")
with mock.patch.object(floor, "FEWEST", 1):  # so that a handful can be counted by hand
    HANDFUL = response_curve(run(FIVE, listed(grid(ENTRY, MISSING))))


def influences(m, about=None):
    unit = RATE if about is None else of_change(m.cohort.instruments[about])
    values, n = m.estimates(about)
    found = influence(m.listing, values, m.rule == m.rule[m.in_force], n)
    return [shares(found, unit), graph(found, m.listing, unit), spans(found, m.listing, unit)]


def options(drawn, first, last):
    everywhere, selected = (np.zeros(len(drawn.multiverse), bool) for _ in range(2))
    everywhere[drawn.rows], selected[drawn.rows[first:last]] = True, True
    listing = drawn.multiverse.listing
    return stretch.options(brushed(listing, selected, everywhere), listing, last - first, len(drawn))


@pytest.mark.parametrize("m", [SMALL, LARGE], ids=["small", "large"])
def test_every_figure_compiles_carries_its_words_and_can_be_drawn_at_once(m):
    figures = [
        *(curve(drawn, "now", (0.2, 0.4)) for drawn in (response_curve(m), change_curve(m, "BSA"))),
        rules(by_rule(m), "now"),
        options(response_curve(m), 3, 20),
        *influences(m),
        *influences(m, "PPNRS"),
    ]
    for figure in figures:
        assert isinstance(figure, Figure), figure
        assert svg(figure, ANALYSIS).startswith("<svg")
        assert len(figure.data) <= MOST_MARKS
        assert figure.alt.endswith(".")
        assert len(figure.table)


def rows(figure, kind):
    return figure.data[figure.data["kind"] == kind].reset_index(drop=True)


def test_estimates_intervals_and_bounds_stand_at_their_values():
    figure = curve(HANDFUL, "now")
    heights = {kind: 1 - rows(figure, kind)[["y", "y2"]].to_numpy(float) / TOP for kind in (ESTIMATE, INTERVAL, BOUNDS)}
    assert heights[ESTIMATE][:, 0].tolist() == pytest.approx([2 / 4, 3 / 5, 2 / 3, 3 / 4])
    assert heights[BOUNDS].tolist() == pytest.approx(np.array([[3 / 4, 2 / 4], [4 / 5, 3 / 5]] * 2))
    # R 4.2.2: prop.test(3, 5, correct = FALSE)$conf.int
    assert heights[INTERVAL][1].tolist() == pytest.approx([0.882379, 0.230724], abs=1e-5)


def test_each_definition_stands_once_with_the_option_it_takes_in_each_decision():
    figure = curve(HANDFUL, "now")
    cells = rows(figure, "cell")
    assert (cells["share"] == 1).all()
    assert sorted(zip(cells["x"], cells["y"], strict=True)) == sorted(
        (place / 4, rows(figure, "label").set_index("text")["y"][label] - 17 / 2 + 2)
        for place, labels in enumerate(
            [("BSA 30", "failures"), ("anybody", "failures"), ("BSA 30", "left out"), ("anybody", "left out")]
        )
        for label in labels
    )


def test_the_definition_in_force_is_marked_with_its_count_and_moves_with_the_study():
    figure = curve(HANDFUL, "now")
    assert rows(figure, IN_FORCE)["x"].tolist() == [1.5 / 4]
    assert rows(figure, "said")["text"].tolist() == ["3/5 (60 %)"]
    assert rows(figure, "label").query("chosen == True")["text"].tolist() == ["anybody", "failures"]
    before, after = (
        curve(response_curve(m), "now") for m in (SMALL, multiverse(study=AS_PUBLISHED.replace(missing="observed")))
    )
    assert rows(before, IN_FORCE)["x"][0] < rows(after, IN_FORCE)["x"][0]
    assert rows(after, "said")["text"].tolist() == ["24/32 (75 %)"]
    assert before.spec == after.spec


def test_a_click_says_which_definition_and_of_which_drawing():
    figure = curve(HANDFUL, "now")
    assert rows(figure, "hit")["pick"].tolist() == [f"{row} now" for row in HANDFUL.rows]


def test_the_sentence_says_the_ends_and_the_definition_in_force():
    said = curve(HANDFUL, "now").alt
    assert said.startswith(
        "From 2/4 (50 %) to 3/4 (75 %), the middle one 3/5 (60 %); in force (orange): 3/5 (60 %), 95 % CI"
    )
    assert "if every unknown outcome were a failure" in said


def test_the_table_has_a_row_for_each_definition():
    table = curve(HANDFUL, "now").table
    assert table["Gives"].tolist() == ["2/4 (50 %)", "3/5 (60 %)", "2/3 (67 %)", "3/4 (75 %)"]
    assert table.iloc[:, -1].tolist() == [
        "Severity: BSA 30",
        "the definition in force",
        "Severity: BSA 30; Unknown outcomes: left out",
        "Unknown outcomes: left out",
    ]


def test_a_long_curve_is_drawn_in_steps_whose_shares_add_up():
    drawn = response_curve(LARGE)
    figure = curve(drawn, "now")
    n = len(rows(figure, "hit"))
    assert n < len(drawn)
    assert rows(figure, "hit")["x2"].iloc[-1] == 1
    cells = rows(figure, "cell")
    assert cells["share"].sum() == pytest.approx(n * len(drawn.varied))
    assert f"drawn in {n} steps of" in figure.alt


def test_a_change_has_no_bounds_and_an_axis_in_its_unit_that_holds_the_mean():
    drawn = change_curve(SMALL, "BSA")
    figure = curve(drawn, "now")
    assert rows(figure, BOUNDS).empty
    assert "% of body surface" in str(figure.spec)
    y = rows(figure, ESTIMATE)["y"]
    assert (y.diff().dropna() <= 0).all()
    assert y.between(0, TOP, inclusive="neither").all()


def test_with_hypothetical_additions_no_interval_is_drawn():
    study = AS_PUBLISHED.replace(hypothetical=True, eligibility=())
    drawn = response_curve(multiverse(study=study))
    figure = curve(drawn, "now")
    assert len(rows(figure, INTERVAL)) == int(np.isfinite(drawn.low).sum())
    assert len(rows(figure, INTERVAL)) < len(rows(figure, ESTIMATE))
    assert "no interval" in figure.alt


def test_of_one_patient_nothing_is_drawn():
    held = one_patient()
    m = multiverse(study=default_for(held), cohort=held)
    said = curve(response_curve(m), "now")
    assert isinstance(said, TooFew)
    assert said.why.startswith("1 definition can be compared; a curve is drawn from 2 on.")
    assert said.why.endswith("definitions with fewer than 10 evaluable patients are left out.")
    assert isinstance(rules(by_rule(m), "now"), TooFew)
    assert all(isinstance(each, TooFew) for each in influences(m))


def test_the_stretch_looked_at_is_shaded():
    assert rows(curve(HANDFUL, "now"), "part").empty
    assert rows(curve(HANDFUL, "now", (0.25, 0.5)), "part")[["x", "x2"]].to_numpy().tolist() == [[0.25, 0.5]]


def test_options_of_a_stretch_are_counted_beside_those_of_the_whole_curve():
    figure = options(HANDFUL, 2, 4)
    table = figure.table.set_index("Option")
    # The two highest leave the unknown out, and one of them asks for BSA 30.
    assert table.loc["left out"].tolist()[1:] == ["100 % (2/2)", "50 % (2/4)"]
    assert table.loc["failures"].tolist()[1:] == ["0 % (0/2)", "50 % (2/4)"]
    assert table.loc["BSA 30"].tolist()[1:] == ["50 % (1/2)", "50 % (2/4)"]
    assert figure.alt.startswith("Most over-represented: Unknown outcomes, left out: 100 % (2/2) of the selection")


def test_an_empty_stretch_is_said():
    assert isinstance(options(HANDFUL, 2, 2), TooFew)


def test_each_rule_has_a_row_of_its_own_and_none_is_ranked():
    curves = by_rule(SMALL)
    figure = rules(curves, "now")
    labels = [option.label for option in next(d for d in GRIDS["small"].decisions if d.field == "rule").options]
    assert figure.table["Rule"].tolist() == [name(each) for each in curves] == labels
    assert rows(figure, "own")["text"].tolist() == [labels[0]]
    assert "not ranked" in figure.alt


def test_the_dot_of_a_rule_is_the_definition_that_is_as_now_but_for_the_rule():
    figure = rules(by_rule(SMALL), "now")
    for (_, row), pick in zip(figure.table.iterrows(), rows(figure, "hit")["pick"], strict=True):
        study = SMALL.listing.study(int(pick.split()[0]))
        assert study.replace(response=AS_PUBLISHED.response, name=AS_PUBLISHED.name) == AS_PUBLISHED
        r = analyse(bundled_cohort(), study).response
        assert row["Most like the one in force"] == share(r.n_responders, r.n_evaluable, r.rate)


def test_what_each_option_does_is_the_difference_to_the_definition_in_force():
    table = influences(SMALL)[2].table.set_index(["Decision", "Instead"])
    here = table.columns[0]
    # 24/47 with the unknown as failures, 24/32 with them left out: 23.9 percentage points.
    assert table.loc[("Missing outcomes", "left out"), here] == "+24"
    now, then = (
        analyse(bundled_cohort(), study).response.rate
        for study in (AS_PUBLISHED, AS_PUBLISHED.replace(after_stop="failure"))
    )
    assert table.loc[
        ("After leaving tralokinumab", "leaving is failure"), here
    ] == f"{100 * (then - now):+.0f}".replace("-", "−")


def test_the_graph_has_a_dot_for_each_option_and_one_way_through_those_in_force():
    m = SMALL
    figure = influences(m)[1]
    drawn = response_curve(m)
    assert len(rows(figure, "node")) == sum(drawn.n_options(at) for at in drawn.varied)
    edges = rows(figure, "edge")
    assert int(edges["path"].sum()) == len(drawn.varied) - 1
    assert rows(figure, "box")["shade"].max() == 1


def test_dots_of_the_graph_say_their_mean_and_of_how_many_definitions_in_lines_that_a_phone_has_room_for():
    figure = influences(SMALL)[1]
    nodes = rows(figure, "node")
    for _, node in nodes.iterrows():
        *label, mean = node["lines"].split("\n")
        assert " ".join(label) == node["text"]
        assert mean == f"{node['mean']} (n {node['n']:.0f})"
    assert nodes.loc[nodes["wide"] == 3, "lines"].str.split("\n").explode().str.len().max() <= 16


@pytest.mark.parametrize("m", [SMALL, LARGE], ids=["small", "large"])
def test_nothing_is_called_dark_that_is_light_on_a_dark_page(m):
    figures = [curve(response_curve(m), "now"), rules(by_rule(m), "now"), *influences(m)]
    assert all("dark" not in f"{figure.title} {figure.alt}" for figure in figures)


def test_without_a_place_on_the_curve_nothing_orange_is_promised():
    m = multiverse(study=AS_PUBLISHED.replace(missing={"kind": "multiple_imputation", "imputations": 2}))
    drawn, (_, _, each_option) = curve(response_curve(m), "now"), influences(m)
    assert "orange" not in drawn.alt
    assert "orange" not in each_option.alt
    assert "name in bold" not in rules(by_rule(m), "now").alt
    # The options that it shares with others are still its own.
    bold = rows(drawn, "label")
    assert "IGA 3 or more" not in bold.loc[bold["chosen"].astype(bool), "text"].tolist()
    assert "any severity" in bold.loc[bold["chosen"].astype(bool), "text"].tolist()


def test_where_additions_are_counted_in_the_mark_is_hollow_and_counts_stand_apart():
    study = AS_PUBLISHED.replace(hypothetical=True, eligibility=())
    m = multiverse(study=study)
    drawn, each_rule = curve(response_curve(m), "now"), rules(by_rule(m), "now")
    apart = responders(analyse(bundled_cohort(), study))
    assert rows(drawn, IN_FORCE).empty
    assert len(rows(drawn, HOLLOW)) == 1
    assert rows(drawn, "said")["text"].item() == apart
    assert drawn.counts.endswith(f"in force: {apart}")
    assert rows(each_rule, HERE)["hollow"].all()
    assert "dots are hollow" in each_rule.alt
    assert apart in each_rule.table["Most like the one in force"].tolist()
    assert not rows(rules(by_rule(SMALL), "now"), HERE)["hollow"].any()


def test_shares_are_said_with_what_they_are_shares_of():
    figure = influences(SMALL)[0]
    assert figure.alt.startswith(f"The {len(response_curve(SMALL))} definitions spread by")
    bars = figure.data
    assert bars["to"].between(0, 1).all()
    assert (bars["to"] >= bars["from"]).all()
