"""Charts of change draw what the analysis says, and say when there is too little to draw."""

import xml.etree.ElementTree as ET

import pytest

from explorer.analysis import pairs as paired
from explorer.analysis.analyse import analyse
from explorer.analysis.regression_to_the_mean import grid, observed
from explorer.bundled import bundled_cohort
from explorer.charts import change
from explorer.charts.figure import TooFew
from explorer.charts.grades import grade_by_grade
from explorer.charts.regression_to_the_mean import SHARES, regression
from explorer.charts.theme import MOST_MARKS
from explorer.export.figures import svg
from explorer.study.eligibility import AgeLimits
from explorer.study.presets import AS_PUBLISHED, PRESETS
from tests.pages.cohorts import one_patient
from tests.studies import study
from tests.tables import cohort

BUNDLED = analyse(bundled_cohort(), PRESETS["as-published"].study)
CODES = ("BSA", "PPNRS", "IGA")


class Drawn:
    """All charts of one score of an analysis."""

    def __init__(self, analysis, code, chosen=None, few_marks=True):
        self.instrument = analysis.cohort.instruments[code]
        self.row = next(row for row in analysis.change if row.instrument == code)
        self.both = paired.pairs(analysis, code)
        scores = paired.near_windows(analysis, code) if few_marks else None
        at = paired.at_both_times(analysis, code, self.both)
        self.paths = change.paths(analysis, self.instrument, self.both, scores, at, chosen)
        self.waterfall = change.waterfall(analysis, self.instrument, self.both, chosen)
        mean = (self.row.mean_change, self.row.ci_low, self.row.ci_high)
        self.distribution = change.distribution(analysis, self.instrument, self.both, mean)
        seen = observed(analysis, code)
        low, high = self.instrument.range_min, self.instrument.range_max
        self.regression = regression(self.instrument, seen, grid(seen, low, high), None)


def made_of(n, later=1):
    """Patients who all have a baseline and a follow-up IGA."""
    ids = [f"P{place:04d}" for place in range(n)]
    rows = [f"{name}|0|IGA|{place % 4 + 1}\n{name}|90|IGA|{place % 3 + later}" for place, name in enumerate(ids)]
    drawn = cohort(
        patients="\n".join(["patient_id", *ids]),
        assessments="\n".join(["patient_id|day|instrument|score", *rows]),
    )
    rule = {"kind": "point_improvement", "instrument": "IGA", "at_least": 1}
    return analyse(drawn, study(response={"rule": rule}))


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("chart", ["paths", "waterfall", "distribution", "regression"])
def test_every_chart_compiles_within_the_most_marks_and_keeps_its_specification(code, chart):
    figure, again = (getattr(Drawn(BUNDLED, code), chart) for _ in range(2))
    assert figure.spec is again.spec
    assert len(figure.data) <= MOST_MARKS
    ET.fromstring(svg(figure, BUNDLED))


def test_the_waterfall_has_a_bar_for_each_patient_best_first():
    drawn = Drawn(BUNDLED, "BSA")
    bars = drawn.waterfall.data.query("kind == 'patient'")
    assert list(bars["change"]) == sorted(drawn.both.change)
    assert (bars["direction"] == "improved").sum() == drawn.row.n_improved == 26
    assert "26/33 (79 %) improved" in drawn.waterfall.alt
    assert list(drawn.waterfall.table["Patient"]) == list(bars["patient_id"])


def test_a_chart_says_when_no_mcid_was_sourced_and_draws_the_line_where_one_was():
    without, with_one = Drawn(BUNDLED, "BSA").waterfall, Drawn(BUNDLED, "PPNRS").waterfall
    assert "was found in a source" in without.alt
    assert "mcid" not in set(without.data["kind"])
    line = with_one.data.query("kind == 'mcid'")
    assert list(line["change"]) == [-3]
    assert "15/37 (41 %) improved by at least the smallest important change (MCID) of 3 points" in with_one.alt


def test_the_chosen_patient_is_brought_out_and_the_others_fade():
    drawn = Drawn(BUNDLED, "BSA", chosen="R29")
    points = drawn.paths.data.dropna(subset=["weight"])
    assert (
        points.loc[points["patient_id"] == "R29", "weight"].min()
        > points.loc[points["patient_id"] != "R29", "weight"].max()
    )
    assert drawn.waterfall.data.query("chosen == True")["patient_id"].tolist() == ["R29"]
    assert drawn.paths.alt.endswith("Patient R29 is brought out.")
    assert Drawn(BUNDLED, "BSA").paths.alt.endswith("No patient is brought out.")


def test_paths_draw_the_scores_used_and_those_passed_over():
    figure, row = Drawn(BUNDLED, "BSA").paths, Drawn(BUNDLED, "BSA").row
    kinds = figure.data["kind"].value_counts()
    assert kinds["line"] == row.n_paired
    assert kinds["used"] == 2 * row.n_paired
    assert kinds["unpaired"] == row.n_baseline + row.n_followup - 2 * row.n_paired
    passed = row.n_baseline_passed_over + row.n_followup_passed_over
    assert (figure.data["use"] == "passed over").sum() == passed
    assert f"{passed} others in a window were passed over" in figure.alt
    assert len(figure.table) == row.n_paired


def test_too_many_scores_are_drawn_as_quartiles():
    drawn = Drawn(made_of(40), "IGA", few_marks=False)
    assert "line" not in set(drawn.paths.data["kind"])
    assert (drawn.paths.data["kind"] == "box").sum() == 2
    assert "Too many for a line each" in drawn.paths.alt
    assert list(drawn.paths.table["Patients"]) == [40, 40]


def test_the_distribution_counts_every_patient_once():
    drawn = Drawn(BUNDLED, "PPNRS")
    assert drawn.distribution.data["k"].sum() == 37
    assert drawn.distribution.table[["Improved", "Same", "Worse"]].sum().tolist() == [26, 2, 9]


# H1 improves by 1 as P1 and P2 do; P3 and P4 become worse.
IGA_ROWS = [f"{name}|0|IGA|3\n{name}|90|IGA|{2 if name < 'P3' else 4}" for name in ("H1", "P1", "P2", "P3", "P4")]
MIXED = cohort(
    patients="patient_id | tier\nH1 | hypothetical\nP1 |\nP2 |\nP3 |\nP4 |",
    assessments="\n".join(["patient_id|day|instrument|score", *IGA_ROWS]),
)
ANY_FALL = {"kind": "point_improvement", "instrument": "IGA", "at_least": 1}


@pytest.fixture(scope="module")
def mixed():
    analysis = analyse(MIXED, study(response={"rule": ANY_FALL}, hypothetical=True))
    return analysis, Drawn(analysis, "IGA")


def hollow(figure, analysis):
    marks = [mark for mark in ET.fromstring(svg(figure, analysis)).iter() if mark.get("fill-opacity") == "0"]
    assert all(mark.get("stroke") for mark in marks)
    return marks


def test_hypothetical_additions_are_hollow(mixed):
    analysis, charts = mixed
    assert charts.waterfall.data.query("hypothetical == True")["patient_id"].tolist() == ["H1"]
    assert hollow(charts.waterfall, analysis)
    assert charts.paths.data.query("kind == 'hollow line'")["patient_id"].tolist() == ["H1"]
    assert set(charts.paths.data.query("patient_id == 'H1'")["kind"]) == {"hollow line", "passed over"}
    stacked = charts.distribution.data.query("kind == 'bin'")
    top = stacked[stacked["hypothetical"].astype(bool)]
    assert top[["from", "under", "over", "k"]].to_numpy().tolist() == [[-1.5, 2, 3, 1]]
    assert stacked["k"].sum() == 5
    assert hollow(charts.distribution, analysis)


def test_hypothetical_additions_are_counted_apart_in_words_tables_and_exports(mixed):
    _, charts = mixed
    for figure in (charts.paths, charts.waterfall, charts.distribution):
        assert figure.counts == "4 patients + 1 hypothetical with both scores"
    assert charts.waterfall.alt.startswith("Of 4 patients + 1 hypothetical, 2 + 1 improved, 0 + 0 same, 2 + 0 worse. ")
    assert "lies around -1, in 2 + 1 hypothetical. Hypothetical additions are hollow." in charts.distribution.alt
    for figure in (charts.paths, charts.waterfall):
        assert figure.table.set_index("Patient")["Hypothetical"].to_dict() == {
            "H1": "yes",
            **dict.fromkeys(("P1", "P2", "P3", "P4"), "no"),
        }
    table = charts.distribution.table.set_index("Change around (grades)")
    assert table["Of these hypothetical"].to_dict() == {-1.0: 1, 1.0: 0}
    assert not {"Hypothetical", "Of these hypothetical"} & {
        column
        for name in ("paths", "waterfall", "distribution")
        for column in getattr(Drawn(BUNDLED, "BSA"), name).table
    }


def test_no_caption_speaks_of_an_interval_that_is_withheld(mixed):
    _, charts = mixed
    assert "(no interval)" in charts.paths.alt
    assert charts.distribution.alt.endswith("The line is the mean change; its interval is withheld.")
    assert Drawn(BUNDLED, "BSA").distribution.alt.endswith("The line is the mean change, the band its interval.")


@pytest.mark.parametrize(
    ("needed", "most", "end"),
    [
        (30, 49, 49),
        (25, 49, 49),
        (24, 49, 24.5),
        (8.96, 49, 12.25),
        (1, 64, 1),
        (0, 4, 1),
        (60, 49, 60),
    ],
)
def test_an_axis_of_counts_ends_at_the_size_of_the_cohort_halved_as_often_as_all_still_fits(needed, most, end):
    assert change.headroom(needed, most) == end


@pytest.mark.parametrize("chart", ["paths", "waterfall", "distribution"])
def test_axes_stay_put_while_the_patients_analysed_are_some_fewer(chart):
    fewer = AS_PUBLISHED.replace(eligibility=(*AS_PUBLISHED.eligibility, AgeLimits(from_=30)))
    before, after = (Drawn(analyse(bundled_cohort(), each), "BSA") for each in (AS_PUBLISHED, fewer))
    assert after.both.n < before.both.n
    assert getattr(before, chart).spec is getattr(after, chart).spec


@pytest.mark.parametrize("code", CODES)
def test_every_axis_has_ends_of_its_own(code):
    """Nothing drawn moves an axis: each position that is data lies on a scale with a domain."""
    drawn = Drawn(BUNDLED, code)
    for figure in (drawn.paths, drawn.waterfall, drawn.distribution):
        scales = {axis: set() for axis in ("x", "y")}
        for layer in figure.spec["layer"]:
            for axis, found in scales.items():
                domain = layer["encoding"].get(axis, {}).get("scale", {}).get("domain")
                found |= {tuple(domain)} if domain else set()
        assert all(len(found) == 1 for found in scales.values()), figure.name
    ends = {name: drawn.paths.spec["layer"][0]["encoding"][name]["scale"]["domain"] for name in ("x", "y")}
    assert ends["x"] == [-90, 150]


def test_few_patients_are_not_drawn_but_counted():
    drawn = Drawn(analyse(one_patient(), study()), "BSA")
    for figure in (drawn.paths, drawn.waterfall, drawn.distribution, drawn.regression):
        assert isinstance(figure, TooFew)
        assert figure.why.startswith("1 patient has both scores")


def test_grades_are_counted_from_each_to_each():
    row = next(row for row in BUNDLED.change if row.instrument == "IGA")
    figure = grade_by_grade(BUNDLED.cohort.instruments["IGA"], row.grades)
    ET.fromstring(svg(figure, BUNDLED))
    cells = {(cell.before, cell.after): (cell.k, cell.direction) for cell in figure.data.itertuples()}
    assert cells["3 moderate", "2 mild"] == (6, "improved")
    assert cells["2 mild", "2 mild"] == (7, "same")
    assert cells["1 almost clear", "2 mild"] == (4, "worse")
    assert figure.table["All"].sum() == 33
    assert figure.alt.startswith("6/33 (18 %) improved by two steps of the scale or more, 7/33 (21 %) by one, 12/33")


def test_shares_of_the_observed_change_are_sorted_into_their_classes():
    drawn = Drawn(BUNDLED, "IGA")  # observed -0.33 from 2.48
    cells = drawn.regression.data.query("kind == 'cell'")
    assert set(cells["share"]) <= set(SHARES)
    assert set(cells.loc[cells["expected"] > 1e-9, "share"]) == {"away from it"}
    assert cells.loc[cells["expected"] <= drawn.row.mean_change, "share"].unique().tolist() == ["as much or more"]
    assert set(cells.loc[cells["expected"].abs() < 1e-9, "share"]) == {"under 25 %"}


def test_the_grid_shows_what_the_reader_assumes_and_where_the_break_even_line_runs():
    instrument, seen = BUNDLED.cohort.instruments["BSA"], observed(BUNDLED, "BSA")
    figure = regression(instrument, seen, grid(seen, 0, 100), (14, 0.6, -2.6))
    assert figure.data.query("kind == 'point'")["mean"].tolist() == [14]
    assert "at an untreated mean of 0.0 that takes a repeatability of 0.55" in figure.alt
    assert figure.alt.endswith("-2.6 expected.")
    assert len(figure.table) == 11


def test_an_assumption_beyond_the_means_drawn_is_said_to_be_there():
    instrument, seen = BUNDLED.cohort.instruments["BSA"], observed(BUNDLED, "BSA")
    figure = regression(instrument, seen, grid(seen, 20, 60), (14, 0.6, -2.6))
    assert figure.alt.endswith(" What you assume lies beyond the means drawn: -2.6 expected.")


def test_where_no_assumption_gives_the_observed_change_the_words_say_so():
    risen = Drawn(made_of(24, later=2), "IGA")
    seen = observed(made_of(24, later=2), "IGA")
    assert seen.change > 0
    figure = regression(risen.instrument, seen, grid(seen, 0, 1), None)
    assert "Nowhere on this grid" in figure.alt
    assert figure.data.query("line == 'break-even'").empty


def luminance(colour):
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_numbers_of_the_grid_stand_above_its_lines_on_an_edge_they_can_be_read_on():
    marks = [layer["mark"] for layer in Drawn(BUNDLED, "PPNRS").regression.spec["layer"]]
    kinds = [mark["type"] for mark in marks]
    lines = [place for place, kind in enumerate(kinds) if kind in ("line", "rule")]
    edge, number = (place for place, kind in enumerate(kinds) if kind == "text")
    assert max(lines) < edge < number
    assert marks[edge]["strokeWidth"] >= 3
    assert (luminance(marks[edge]["stroke"]) + 0.05) / (luminance(marks[number]["color"]) + 0.05) >= 7
