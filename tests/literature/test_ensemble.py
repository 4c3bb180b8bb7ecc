"""Results over the reconstructions, against one analysis after another."""

import numpy as np
import pytest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.cohort.tables import build
from explorer.literature.doubts import definitions, reporting
from explorer.literature.ensemble import NAMES, Result, Spread, Value, change_result, groups, rate_results, rate_value
from explorer.multiverse.grids import grids_for
from explorer.multiverse.listing import listed
from explorer.multiverse.run import run
from explorer.reconstruction.ensemble import load_draw, load_manifest
from explorer.reconstruction.readings import READINGS
from explorer.study.eligibility import BaselineScore
from explorer.study.presets import PRESETS
from explorer.study.response import Response
from tests.tables import metadata

PUBLISHED = PRESETS["as-published"].study
OBSERVED = PUBLISHED.replace(missing={"kind": "observed"}, follow_up=PUBLISHED.follow_up.replace(to_day=180))
STUDIES = {"as published": PUBLISHED, "observed, to day 180": OBSERVED}
CODES = {"reading": ("mid", "thr", "any"), "iga_mode": ("paired", "available")}


@pytest.fixture(scope="module")
def draws():
    """Each draw as a cohort of its own, read by itself."""
    return [(row, build(metadata(), load_draw(int(row.draw)))) for row in load_manifest().itertuples()]


def one_by_one(draws, study, value):
    return [(row, *value(analyse(cohort, study))) for row, cohort in draws]


def rate(analysis):
    return analysis.response.n_responders, analysis.response.n_evaluable


def change(code):
    return lambda analysis: next((row.mean_change, row.n_paired) for row in analysis.change if row.instrument == code)


def ends(held):
    return [(spread.label, spread.n, spread.low.number, spread.high.number) for spread in held.spreads]


@pytest.mark.parametrize("split", CODES)
@pytest.mark.parametrize("name", STUDIES)
def test_the_rule_in_force_over_the_draws_is_that_of_each_analysed_alone(draws, name, split):
    study = STUDIES[name]
    found = one_by_one(draws, study, rate)
    expected = []
    for code in CODES[split]:
        rates = [k / n for row, k, n in found if getattr(row, split) == code]
        expected.append((NAMES[split][code], len(rates), min(rates), max(rates)))
    assert ends(rate_results(analyse(bundled_cohort(), study), split)[1]) == expected


def test_the_composite_is_read_in_each_draw_as_the_draw_reads_it(draws):
    found = []
    for row, cohort in draws:
        own = OBSERVED.replace(response=Response(among=OBSERVED.response.among, rule=READINGS[row.reading]))
        found.append(analyse(cohort, own).response.rate)
    composite = rate_results(analyse(bundled_cohort(), OBSERVED), "reading")[0]
    assert ends(composite) == [("all", 100, min(found), max(found))]
    assert composite.outer is None


@pytest.mark.parametrize("code", ["BSA", "PPNRS", "IGA"])
def test_mean_changes_over_the_draws_are_those_of_each_analysed_alone(draws, code):
    found = one_by_one(draws, PUBLISHED, change(code))
    held = change_result(analyse(bundled_cohort(), PUBLISHED), code, "iga_mode")
    for mode, (_, n, low, high) in zip(CODES["iga_mode"], ends(held), strict=True):
        means = [mean for row, mean, _ in found if row.iga_mode == mode]
        assert (n, low, high) == (len(means), pytest.approx(min(means)), pytest.approx(max(means)))


def test_under_the_published_definition_the_composite_is_the_printed_count_in_all_draws():
    composite, in_force, *_ = rate_results(analyse(bundled_cohort(), PUBLISHED), "reading")
    assert composite.spreads[0].low == composite.spreads[0].high == rate_value(24, 47)
    assert composite.outer == (rate_value(24, 47), rate_value(24, 47))
    assert composite.identified
    # The same rule in draws that read the source otherwise: nothing bounds it.
    assert in_force.outer == (rate_value(0, 47), rate_value(47, 47))
    assert not in_force.identified


def test_the_sampling_interval_is_that_of_the_bundled_analysis():
    for preset in ("as-published", "bsa-50"):
        analysis = analyse(bundled_cohort(), PRESETS[preset].study)
        r, held = analysis.response, rate_results(analysis, "reading")[1]
        assert held.here == rate_value(r.n_responders, r.n_evaluable)
        assert held.sampling == (r.ci_low, r.ci_high)


def test_endpoints_come_among_whom_the_study_counts():
    everybody = PUBLISHED.replace(response=Response(rule=PUBLISHED.response.rule))
    results = {each.name: each for each in rate_results(analyse(bundled_cohort(), everybody), "reading")}
    itch = PRESETS["itch-4pt"].study.response
    severe = tuple(each for each in itch.among if isinstance(each, BaselineScore))
    alone = analyse(bundled_cohort(), everybody.replace(response=Response(among=severe, rule=itch.rule))).response
    assert results["Itch down by 4 points"].here == rate_value(alone.n_responders, alone.n_evaluable)


def test_a_rule_that_is_an_endpoint_stands_once():
    results = rate_results(analyse(bundled_cohort(), PRESETS["bsa-50"].study), "reading")
    assert [each.name for each in results] == [
        "Published composite, each in its own reading",
        "Rule in force",
        "Itch down by 4 points",
        "IGA 0 or 1, down by 2",
    ]


def test_paired_means_are_identified_where_the_definition_is_the_published_one():
    analysis = analyse(bundled_cohort(), PUBLISHED)
    held = {code: change_result(analysis, code, "reading") for code in ("BSA", "PPNRS", "IGA")}
    assert {code: each.identified for code, each in held.items()} == {"BSA": True, "PPNRS": True, "IGA": False}
    assert [end.number for end in held["BSA"].outer] == [-9.2, -9.0]
    later = change_result(analyse(bundled_cohort(), OBSERVED), "BSA", "reading")
    assert later.outer is None
    assert not later.identified


@pytest.mark.parametrize(("high", "identified"), [(0.6, True), (0.61, False)])
def test_identified_is_said_of_bounds_up_to_a_fifth_of_the_sampling_interval(high, identified):
    end = Value(0.5, "", ""), Value(high, "", "")
    assert Result("r", end[0], (0.25, 0.75), "", (), end).identified is identified


def test_what_has_no_sampling_interval_is_not_identified():
    end = Value(0.5, "", "")
    assert not Result("r", end, (np.nan, np.nan), "", (), (end, end)).identified


def test_every_draw_is_in_one_group_and_groups_stand_in_the_order_of_the_readings():
    assert list(NAMES["reading"]) == list(READINGS)
    for split in CODES:
        assert np.sum(list(groups(split).values()), axis=0).tolist() == [1] * 100


def test_draws_that_count_fewer_than_five_patients_have_no_rate():
    nobody = PUBLISHED.replace(follow_up=PUBLISHED.follow_up.replace(from_day=5000, to_day=5001, target_day=5000))
    results = rate_results(analyse(bundled_cohort(), nobody), "reading")
    assert all(not each.spreads for each in results)


def test_definition_doubt_is_the_range_over_the_grid_with_the_same_rule():
    listing = listed(grids_for(bundled_cohort())["small"].around(PUBLISHED))
    alike = [
        study for study in map(listing.study, range(len(listing))) if study.response.rule == PUBLISHED.response.rule
    ]
    responses = [analyse(bundled_cohort(), each).response for each in alike]
    counted = [r for r in responses if r.n_evaluable >= 10]
    rates, patients = [r.rate for r in counted], [r.n_evaluable for r in counted]
    found = definitions(run(bundled_cohort(), listing), "the small grid")
    assert (found.n, found.low.number, found.high.number) == (len(rates), min(rates), max(rates))
    assert found.patients == (min(patients), max(patients))
    assert found.n_few == sum(0 < r.n_evaluable < 10 for r in responses)


def test_reporting_doubt_puts_the_groups_together():
    low, middle, high = (Value(number, "", "") for number in (0.1, 0.5, 0.9))
    held = (Spread("a", 3, middle, high), Spread("b", 4, low, middle))
    assert reporting(Result("r", middle, (0, 1), "", held, None)) == Spread("all draws", 7, low, high)
