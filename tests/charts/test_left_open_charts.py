"""The charts of what is left open: what they draw, say and list, and that each one compiles."""

import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.left_out import LeftOut
from explorer.bundled import bundled_cohort
from explorer.charts import ensemble, printed
from explorer.charts.figure import Figure, TooFew
from explorer.charts.left_out import RECORDED, among_recorded, left_out
from explorer.charts.theme import MOST_MARKS
from explorer.export.figures import svg
from explorer.literature.doubts import definitions
from explorer.literature.ensemble import change_result, rate_results
from explorer.multiverse.grids import grids_for
from explorer.multiverse.listing import listed
from explorer.multiverse.run import run
from explorer.reconstruction.facts import published
from explorer.reconstruction.iga import not_significant, sizes
from explorer.reconstruction.printed import shares_printing
from explorer.study.presets import PRESETS
from tests.pages.cohorts import one_patient
from tests.studies import study

PUBLISHED = PRESETS["as-published"].study
ANALYSIS = analyse(bundled_cohort(), PUBLISHED)
LATER = analyse(
    bundled_cohort(), PUBLISHED.replace(missing={"kind": "observed"}, follow_up=PUBLISHED.follow_up.replace(to_day=180))
)
NOBODY = analyse(
    bundled_cohort(),
    PUBLISHED.replace(follow_up=PUBLISHED.follow_up.replace(from_day=5000, to_day=5001, target_day=5000)),
)
NONE_LEFT_OUT = LeftOut((), (), 0, 0, 0, 0)
FACTS = [published().fact(name) for name in ("iga_baseline", "iga_follow_up", "iga_0_1")]


def varied(analysis):
    """The definitions of the small grid around the study of an analysis."""
    listing = listed(grids_for(analysis.cohort)["small"].around(analysis.study))
    return definitions(run(analysis.cohort, listing), "the small grid")


def over_the_draws(analysis):
    results = rate_results(analysis, "reading")
    return [
        ensemble.rates(results),
        ensemble.doubts(results[1], varied(analysis)),
        *(
            ensemble.change(change_result(analysis, code, "iga_mode"), instrument)
            for code, instrument in analysis.cohort.instruments.items()
        ),
    ]


def of_printed_figures(items=1):
    held = sizes(items)
    return [
        printed.possible_sizes(held, *FACTS),
        printed.spread_needed([not_significant(each, items) for each in held if each.paired], 49),
        *(printed.counts_printing(fact, shares_printing(fact.value, 49)) for fact in FACTS[2:]),
    ]


@pytest.mark.parametrize("analysis", [ANALYSIS, LATER], ids=["as published", "to day 180"])
def test_every_figure_compiles_and_carries_its_words(analysis):
    figures = [*over_the_draws(analysis), *of_printed_figures(), *of_printed_figures(2)]
    for figure in (*figures, left_out(analysis, NONE_LEFT_OUT, 50)):
        assert isinstance(figure, Figure), figure
        assert svg(figure, analysis).startswith("<svg")
        assert len(figure.data) <= MOST_MARKS
        assert figure.alt.endswith(".")
        assert len(figure.table)


def test_with_nobody_counted_nothing_is_drawn():
    for figure in (*over_the_draws(NOBODY), left_out(NOBODY, NONE_LEFT_OUT, 50)):
        assert isinstance(figure, TooFew) or figure.name.startswith("open-left-out"), figure
    one = analyse(one_patient(), study())
    assert isinstance(left_out(one, NONE_LEFT_OUT, 50), TooFew)


def test_axes_stay_put_while_the_definition_changes():
    for one, two in zip(over_the_draws(ANALYSIS), over_the_draws(LATER), strict=True):
        assert one.spec is two.spec
    assert of_printed_figures()[0].spec is of_printed_figures(2)[0].spec


def test_a_range_of_one_value_is_drawn_and_said_once():
    figure = ensemble.rates(rate_results(ANALYSIS, "reading"))
    assert "each in its own reading: 24/47 (51 %) in all 100 reconstructions" in figure.alt
    composite = figure.data[figure.data["kind"] == "reporting"].iloc[0]
    assert composite["l"] == composite["h"] == 24 / 47
    assert figure.alt.endswith("Identified by the printed figures: published composite, each in its own reading.")


def test_what_identifies_a_mean_change_is_said_with_its_condition():
    figure = ensemble.change(change_result(ANALYSIS, "BSA", "reading"), bundled_cohort().instruments["BSA"])
    condition = "if both means are of the same patients"
    assert figure.alt.endswith(f"Identified by the printed figures: mean change of BSA, {condition}.")
    assert f", {condition}; identified" in figure.data.loc[figure.data["kind"] == "outer", "said"].item()


def test_without_bounds_nothing_is_called_identified():
    figure = ensemble.rates(rate_results(LATER, "reading"))
    assert figure.alt.endswith("The printed figures identify none of this.")
    outer = figure.data[figure.data["kind"] == "outer"]
    assert set(outer["said"]) == {"not bounded by the printed figures"}
    assert outer[["l", "h"]].isna().all(axis=None)


def test_no_word_of_probability_is_said_of_draws():
    said = " ".join(
        figure.alt + " ".join(figure.table.astype(str).to_numpy().ravel()) for figure in over_the_draws(LATER)
    )
    assert not {"posterior", "probability", "likely", "mean of", "average", "median", "p ="} & set(said.lower().split())


def test_three_doubts_stand_in_three_rows_and_the_bounds_in_a_fourth():
    figure = ensemble.doubts(rate_results(ANALYSIS, "reading")[1], varied(ANALYSIS))
    assert figure.data["kind"].tolist() == ["sampling", "definition", "reporting", "outer"]
    assert (figure.data["line"] == 24 / 47).all()
    assert figure.data["said"].iloc[0] == "24/47 (51 %), 95 % CI 37 % to 65 %"
    assert "definitions of the small grid with the same responder rule" in figure.alt
    assert "so part of that is sampling" in figure.alt


def test_the_iga_finding_is_drawn_and_said():
    figure = of_printed_figures()[0]
    assert "Both means, the same patients: 42, 43, 47 or 48." in figure.alt
    assert "All three, the same patients: 42 or 43." in figure.alt
    tiles = figure.data[figure.data["kind"] == "tile"]
    assert len(tiles) == 5 * 49
    # 13 and 12 numbers fit one mean each, 13 the percentage (section 2 of the reconstruction notes).
    assert tiles.groupby("text", sort=False)["fits"].sum().tolist() == [13, 12, 4, 13, 2]


def test_the_spread_is_marked_where_both_means_fit():
    figure = of_printed_figures()[1]
    marked = figure.data[figure.data["kind"] != "curve"]
    assert marked["n"].tolist() == [42, 43, 47, 48]
    assert "With 42 pairs the change must have an SD of 1.30 grades or more: at least 6 of the 42" in figure.alt
    assert figure.table["Worsened, at least"].tolist() == ["6/42", "7/43", "8/47", "9/48"]


def test_counts_that_print_a_percentage_are_listed_from_the_largest_denominator():
    figure = of_printed_figures()[2]
    assert figure.table["Count"].tolist()[0] == "7/49 (14 %)"
    assert figure.table["Count"].tolist()[-1] == "1/7 (14 %)"
    assert "1/7 has an interval from 3 % to 51 %" in figure.alt


@pytest.mark.parametrize(
    ("preset", "said"),
    [
        ("as-published", "2 patients more, of whom none had responded, would take the rate from 24/47 (51 %) to 24/49"),
        ("bsa-50", "13 patients more, of whom all had responded, would take the rate from 17/47 (36 %) to 30/60"),
    ],
)
def test_how_many_left_out_would_take_the_rate_across_the_line(preset, said):
    assert left_out(analyse(bundled_cohort(), PRESETS[preset].study), NONE_LEFT_OUT, 50).alt.startswith(said)


def test_those_recorded_as_left_out_are_marked_and_counted_by_what_is_known_of_them():
    held = LeftOut(("a report",), (6,), 6, 1, 2, 3)
    figure = left_out(ANALYSIS, held, 50)
    marked = figure.data[figure.data["kind"] == RECORDED]
    assert marked[["x", "low", "high"]].to_numpy().tolist() == [[6, 25 / 53, 28 / 53]]
    assert among_recorded(ANALYSIS, held) == (
        "6 patients recorded here are left out so: 1 would count as responders, 2 would not, and of 3 it is unknown. "
        "Counted with the others, the rate could be anything from 25/53 (47 %) to 28/53 (53 %)."
    )
