"""The change of a score in words: what is said when, and with which denominator."""

import math
from dataclasses import replace

import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.pairs import pairs
from explorer.analysis.regression_to_the_mean import Observed, Severity
from explorer.bundled import bundled_cohort
from explorer.export.change import (
    additions,
    amount,
    directions,
    estimates,
    expected_words,
    filtered,
    headline,
    made_so,
    p_values,
    percentages,
)
from explorer.study.presets import PRESETS
from tests.studies import responding
from tests.study.cohorts import WELL
from tests.tables import cohort

ROWS = {row.instrument: row for row in analyse(bundled_cohort(), PRESETS["as-published"].study).change}
SCORES = bundled_cohort().instruments
NAN = float("nan")


def test_a_scale_in_percent_is_not_read_as_a_percentage_change():
    assert amount(9.16, SCORES["BSA"]) == "9.2 percentage points of body surface"
    assert amount(0.333, SCORES["IGA"]) == "0.33 grades"


@pytest.mark.parametrize(
    ("change", "words"),
    [(-2.0, "fell by 2.00 points"), (1.5, "rose by 1.50 points"), (0.001, "did not change on average")],
)
def test_the_headline_says_which_way_the_score_moved(change, words):
    row = replace(ROWS["PPNRS"], mean_change=change)
    said = headline(row, SCORES["PPNRS"], 0.95, "37 patients")
    assert said.startswith(f"PPNRS {words} in 37 patients with both scores")


def test_the_headline_bears_nobody_and_one_patient():
    nobody = replace(ROWS["BSA"], n_paired=0, mean_change=NAN)
    assert headline(nobody, SCORES["BSA"], 0.95, "0 patients") == "Nobody has both a baseline and a follow-up BSA"
    one = replace(ROWS["BSA"], n_paired=1, mean_change=-5.0, ci_low=NAN, ci_high=NAN)
    said = headline(one, SCORES["BSA"], 0.95, "1 patient")
    assert said.endswith("in 1 patient with both scores (mean change -5.0, no interval)")


def test_the_directions_are_counted_with_percentages_and_additions_apart():
    two = cohort(
        patients="patient_id | tier\nH1 | hypothetical\nP1 |\nP2 |",
        assessments="patient_id|day|instrument|score\nH1|0|IGA|3\nH1|90|IGA|1\nP1|0|IGA|3\nP1|90|IGA|2\nP2|0|IGA|3\nP2|90|IGA|3",
    )
    alone, mixed = (analyse(two, responding(FALL, hypothetical=counted)) for counted in (False, True))
    assert directions(pairs(alone, "IGA"), "2 patients") == (
        "1/2 (50 %) improved, 1/2 (50 %) stayed the same, 0/2 (0 %) became worse."
    )
    assert directions(pairs(mixed, "IGA"), "2 patients + 1 hypothetical") == (
        "Of 2 patients + 1 hypothetical, 1 + 1 improved, 1 + 0 stayed the same, 0 + 0 became worse."
    )
    rows = estimates(mixed.change[0], two.instruments["IGA"], 0.95, additions(mixed, "IGA"))
    assert set(rows["Patients"]) == {"2 + 1 hypothetical"}
    assert not rows["Interval"].str.contains("CI").any()
    nobody = analyse(
        two, responding(FALL, eligibility=({"kind": "baseline_score", "instrument": "IGA", "at_least": 4},))
    )
    assert directions(pairs(nobody, "IGA"), "0 patients") == ""


FALL = {"kind": "point_improvement", "instrument": "IGA", "at_least": 1}


def test_estimates_say_which_patients_they_rest_on():
    rows = estimates(ROWS["IGA"], SCORES["IGA"], 0.95).set_index("Estimate")
    assert rows.loc["Mean of everyone with a baseline (grades)", ["Value", "Patients"]].tolist() == ["2.60", "42"]
    assert rows.loc["Mean of everyone with a follow-up (grades)", ["Value", "Patients"]].tolist() == ["2.19", "37"]
    assert rows.loc["Mean change (grades)", "Interval"] == "95 % CI -0.71 to 0.04"


def test_adjusted_p_values_stand_beside_the_plain_ones():
    rows = p_values(ROWS["BSA"], 3)
    assert rows["p"].tolist() == ["p = 0.006", "p < 0.001"]
    assert rows["p for 3 scores (Holm)"].tolist() == ["p = 0.011", "–"]
    assert p_values(ROWS["BSA"], 1).iloc[0, 3] == "–"


def test_percentages_of_the_mean_and_of_the_median_patient_stand_apart():
    (_, of_means, means), (_, median, who) = percentages(replace(ROWS["BSA"], n_percent=31), SCORES["BSA"])
    assert (of_means, means) == ("45 %", "from 20.5 to 11.4, n 33")
    assert (median, who) == ("60 %", "of their own baseline; n 31 with a baseline above 0, of 33")
    undefined = replace(ROWS["BSA"], improvement_of_means_percent=NAN, median_improvement_percent=NAN)
    assert [value for _, value, _ in percentages(undefined, SCORES["BSA"])] == ["–", "–"]


def test_a_filter_is_said_with_its_place_and_its_limits():
    assert filtered(Severity("eligibility", 3, None), SCORES["IGA"]) == (
        "Who is analysed is filtered by a baseline IGA of 3 or more."
    )
    among = filtered(Severity("among", None, 8), WELL)
    assert among.startswith("Response is counted only among patients with a baseline WELL of 8 or less.")
    assert "here it is that of the patients within the limit" in among
    assert "from 2 to 3" in filtered(Severity("rule", 2, 3), SCORES["IGA"])


def test_expected_and_observed_change_stand_side_by_side():
    said = expected_words(Observed(33, 20.5, -9.16, math.nan, math.nan), -2.6, SCORES["BSA"], 0.95, "33 patients")
    assert "-2.6 (% of body surface) would be expected" in said
    assert "observed: -9.2 (no interval) in 33 patients" in said


def test_p_values_of_invented_patients_confirm_nothing():
    assert "they confirm the rebuilding, not the treatment" in made_so(synthetic=True, rebuilt=True)
    assert made_so(synthetic=True, rebuilt=False) == "The cohort is synthetic: its p values say nothing about patients."
    assert made_so(synthetic=False, rebuilt=False) == ""
