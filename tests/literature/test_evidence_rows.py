"""Published rows as lines: filled where counts are printed, hollow without an interval where they are not."""

import math

import pytest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.literature.rows import Chosen, chosen, line, own_line
from explorer.literature.studies import literature
from explorer.study.presets import PRESETS, default_for
from tests.literature.evidence import finding
from tests.pages.cohorts import scores_only

BY_ID = {row.row_id: row for row in literature()}


def test_a_printed_count_is_filled_and_has_its_interval():
    erasmus = line(BY_ID["L030"])
    assert (erasmus.mark, erasmus.said) == ("counted", "22/37 (59 %)")
    # Wilson (1927), written out.
    z2 = 1.959963984540054**2
    middle, half = (22 + z2 / 2) / (37 + z2), math.sqrt(z2 * (22 * 15 / 37 + z2 / 4)) / (37 + z2)
    assert (erasmus.low, erasmus.high) == pytest.approx((middle - half, middle + half), abs=1e-12)


def test_a_printed_percentage_alone_is_hollow_and_has_none():
    # 67.2 % of 58 would be 39, but 39 is not printed.
    spain = line(BY_ID["L036"])
    assert (spain.mark, spain.said, spain.rate) == ("percent", "67.2 %, no count", pytest.approx(0.672))
    assert math.isnan(spain.low)
    assert spain.interval == "none: no count printed"


def test_an_interval_of_the_arm_is_the_sources_own_and_one_of_a_difference_is_not_drawn():
    biodays, eczema = line(BY_ID["L046"]), line(BY_ID["L006"])
    assert (biodays.low, biodays.high, biodays.as_printed) == (pytest.approx(0.569), pytest.approx(0.882), True)
    assert biodays.interval == "95 % 57 % to 88 % as printed"
    assert BY_ID["L006"].low == 4.1
    assert math.isnan(eczema.low)
    assert not eczema.as_printed


def test_fewer_than_five_patients_are_counted_and_not_drawn():
    cases = line(BY_ID["L063"])
    assert (cases.mark, cases.said, cases.interval) == ("few", "3/3", "fewer than 5 patients")
    assert math.isnan(cases.rate)


def test_a_count_without_a_percentage_gets_its_own():
    assert line(BY_ID["L108"]).said == "14/221 (6 %)"


def test_a_vague_value_says_so_and_a_row_says_whom_it_is_of():
    level_up = line(BY_ID["L072"])
    assert level_up.said == "about 80 %, no count"
    assert level_up.title == "Level Up, period 2 · week 16"
    assert level_up.detail.startswith("dupilumab week-16 non-responders · upadacitinib")
    assert "time not stated" in line(BY_ID["L030"]).detail


def test_the_loaded_cohort_moves_with_its_definition_and_is_labelled():
    published, looser = (
        own_line(analyse(bundled_cohort(), PRESETS["as-published"].study.replace(missing=missing)), "all")
        for missing in ("non_responder", "observed")
    )
    assert (published.said, looser.said) == ("24/47 (51 %)", "24/32 (75 %)")
    assert published.low < looser.low
    assert published.detail == "tralokinumab · synthetic reconstruction, not patient data"
    cohort = scores_only()
    assert own_line(analyse(cohort, default_for(cohort)), "unknown").detail == "secukinumab · Drawn for a test"


def test_rows_stand_by_design_then_by_prior_treatment():
    rows = [
        finding("trial", 1, 9, design="RCT", prior="all"),
        finding("unknown", 1, 9, prior="unknown"),
        finding("none", 1, 9, prior="none"),
        finding("chart review", 1, 9, design="retrospective cohort", prior="none"),
        finding("other", 1, 9, outcome="EASI_75"),
    ]
    assert [row.row_id for row in chosen(rows, "IGA_0_1", Chosen())] == ["chart review", "none", "unknown", "trial"]


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        (Chosen(designs=("RCT",)), {"RCT"}),
        (Chosen(designs=("RCT", "case series")), {"RCT", "case"}),
        (Chosen(agents=("dupilumab",)), {"dupi"}),
        (Chosen(priors=("none",)), {"dupi"}),
        (Chosen(sources=("press",)), {"case"}),
        (Chosen(designs=("RCT",), sources=("press",)), set()),
    ],
)
def test_filters_narrow_and_none_means_all(wanted, left):
    rows = [
        finding("RCT", 1, 9, design="RCT"),
        finding("case", 1, 9, design="case series", read_from="press"),
        finding("dupi", 1, 9, agent="dupilumab", prior="none"),
    ]
    assert {row.row_id for row in chosen(rows, "IGA_0_1", wanted)} == left
    assert len(chosen(rows, "IGA_0_1", Chosen())) == 3
