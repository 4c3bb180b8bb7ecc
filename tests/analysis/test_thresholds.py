"""Response against every threshold of a score: counts by hand, the scale's own steps, and the marks."""

import numpy as np
import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.thresholds import stride, sweep, usual_measure
from explorer.bundled import bundled_cohort
from explorer.cohort.instruments import HIGHER, from_cells
from explorer.study.cutoffs import cutoffs, known_cutoffs
from explorer.study.presets import PRESETS
from tests.studies import responding
from tests.tables import cohort


def held(code, pairs, **more):
    lines = ["patient_id | day | instrument | score"]
    for number, (before, after) in enumerate(pairs):
        lines += [f"P{number} | -5 | {code} | {before}"] if before is not None else []
        lines += [f"P{number} | 90 | {code} | {after}"] if after is not None else []
    patients = "\n".join(["patient_id", *(f"P{number}" for number in range(len(pairs)))])
    return cohort(patients=patients, assessments="\n".join(lines), **more)


# Itch falls by 5, 4, 4, 0 and rises by 1; one patient has no follow-up.
ITCH = held("PPNRS", [(9, 4), (8, 4), (5, 1), (6, 6), (3, 4), (7, None)])
FOUR = {"kind": "point_improvement", "instrument": "PPNRS", "at_least": 4}


def itch(rule=FOUR, measure="points", **changes):
    return sweep(analyse(ITCH, responding(rule, **changes)), "PPNRS", measure)


def counts(found):
    return {each.threshold: each.k for each in found.curve}


def test_points_are_counted_at_every_step_of_a_short_scale():
    assert counts(itch()) == {1: 3, 2: 3, 3: 3, 4: 3, 5: 1, 6: 0, 7: 0, 8: 0, 9: 0, 10: 0}


def test_who_lacks_a_score_is_left_out_and_counted():
    found = itch()
    assert {each.n for each in found.curve} == {5}
    assert found.n_among == 6


def test_percent_leaves_out_a_baseline_of_0():
    bsa = held("BSA", [(40, 20), (40, 10), (0, 0), (10, 10)])
    rule = {"kind": "percent_improvement", "instrument": "BSA", "at_least": 50}
    found = sweep(analyse(bsa, responding(rule)), "BSA", "percent")
    assert {each.n for each in found.curve} == {3}
    assert counts(found)[50] == 2
    assert counts(found)[75] == 1
    assert counts(found)[80] == 0


def test_score_counts_who_ended_at_most_so_high():
    found = itch(measure="score")
    assert counts(found) == {0: 0, 1: 1, 2: 1, 3: 1, 4: 4, 5: 4, 6: 5, 7: 5, 8: 5, 9: 5, 10: 5}


def test_score_counts_at_least_where_higher_is_better():
    steps = from_cells(
        {"code": "STEPS", "name": "Steps", "range_min": "0", "range_max": "4", "direction": HIGHER, "step": "1"}
    )
    walked = held("STEPS", [(1, 3), (0, 0), (2, 4)], instruments={"STEPS": steps})
    rule = {"kind": "score_at_least", "instrument": "STEPS", "score": 3}
    analysis = analyse(walked, responding(rule))
    assert counts(sweep(analysis, "STEPS", "score")) == {0: 3, 1: 2, 2: 2, 3: 2, 4: 1}
    assert counts(sweep(analysis, "STEPS", "points")) == {1: 2, 2: 2, 3: 0, 4: 0}
    assert usual_measure(analysis, "STEPS") == "score"


def test_the_rule_in_force_is_marked_where_it_lays_its_threshold():
    (words, each), *others = itch().in_force
    assert (words, each.threshold, each.k, each.n) == ("PPNRS improved by at least 4 points", 4, 3, 5)
    assert others == []
    assert itch(measure="percent").in_force == ()


def test_more_than_a_threshold_is_not_at_least_it():
    found = itch({"kind": "point_improvement", "instrument": "PPNRS", "more_than": 4})
    (_, each), *_ = found.in_force
    assert (each.k, each.suffices) == (1, False)
    assert counts(found)[4] == 3


def test_any_improvement_is_marked_at_0_and_not_drawn_as_a_threshold():
    found = itch({"kind": "point_improvement", "instrument": "PPNRS", "more_than": 0})
    (_, each), *_ = found.in_force
    assert (each.threshold, each.k) == (0, 3)
    assert 0 not in counts(found)


def test_a_threshold_between_the_steps_is_drawn_too():
    assert counts(itch({"kind": "point_improvement", "instrument": "PPNRS", "at_least": 4.5}))[4.5] == 1


def test_conventional_cut_offs_stand_on_the_curve():
    found = itch()
    assert [(cutoff.label, each.k) for cutoff, each in found.conventional] == [("3 points", 3), ("4 points", 3)]


def test_a_long_scale_is_swept_over_its_first_half_unless_the_rule_asks_for_more():
    bsa = held("BSA", [(40, 20), (90, 10)])

    def ends(points):
        rule = {"kind": "point_improvement", "instrument": "BSA", "at_least": points}
        return sweep(analyse(bsa, responding(rule)), "BSA", "points").ends

    assert ends(10) == (0, 50)
    assert ends(70) == (0, 100)


def test_intervals_are_withheld_when_invented_patients_count():
    study = PRESETS["as-published"].study.replace(hypothetical=True, eligibility=())
    found = sweep(analyse(bundled_cohort(), study), "PPNRS", "points")
    assert all(np.isnan(each.low) and np.isnan(each.high) for each in found.curve)
    assert np.isfinite(found.curve[0].rate)


@pytest.mark.parametrize("name", ["as-published", "itch-4pt", "bsa-50", "lenient"])
def test_the_marked_count_is_that_of_the_rule_part(name):
    analysis = analyse(bundled_cohort(), PRESETS[name].study)
    by_rule = {part.rule: part.n_true for part in analysis.response.by_rule}
    marked = {
        words: each.k
        for code in analysis.cohort.instruments
        for measure in ("points", "percent", "score")
        for words, each in sweep(analysis, code, measure).in_force
    }
    both = [words for words in marked if words in by_rule and "from a baseline" not in words]
    assert both
    assert {words: marked[words] for words in both} == {words: by_rule[words] for words in both}


@pytest.mark.parametrize(
    ("span", "step", "expected"),
    [(10, 1, 1), (100, 1, 2), (72, 0.1, 2), (50, None, 1), (103, None, 2), (4, 1, 1), (1, None, 0.02)],
)
def test_strides_are_round_and_give_at_most_60_thresholds(span, step, expected):
    assert stride(span, step) == pytest.approx(expected)


def test_every_cut_off_names_its_source_and_lies_on_its_scale():
    for each in known_cutoffs():
        assert each.url.startswith("https://")
        assert each.used_in
        assert 0 <= each.value <= 100
    assert [each.value for each in cutoffs("EASI", "percent")] == [50, 75, 90]
    assert cutoffs("UNHEARD_OF", "points") == ()
