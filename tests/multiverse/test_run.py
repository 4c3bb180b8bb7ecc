"""A run over many studies gives what `analyse` gives on each of them."""

from dataclasses import fields
from unittest import mock

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.multiverse import cells
from explorer.multiverse.alike import cells_of
from explorer.multiverse.decisions import CriteriaDecision, MissingDecision, RuleDecision, ThresholdDecision
from explorer.multiverse.grid import Grid
from explorer.multiverse.grids import GRIDS
from explorer.multiverse.listing import alone, listed
from explorer.multiverse.plan import planned
from explorer.multiverse.results import Changes
from explorer.multiverse.run import run
from explorer.study.missing import Missing
from explorer.study.presets import AS_PUBLISHED, PRESETS
from tests.multiverse.strategies import grids
from tests.studies import responding
from tests.tables import cohort

RESPONSE = ("n_among", "n_unknown", "n_evaluable", "n_responders", "rate", "ci_low", "ci_high")
CHANGE = [field.name for field in fields(Changes)]


def assert_as_analysed(multiverse, row):
    study = multiverse.listing.study(row)
    analysis = analyse(multiverse.cohort, study)
    response, found = analysis.response, multiverse.response
    assert found.n_eligible[row] == analysis.ledger.n
    got = [getattr(found, name)[row] for name in (*RESPONSE, "bound_low", "bound_high")]
    want = [*(getattr(response, name) for name in RESPONSE), *response.bounds]
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-9, err_msg=study.words())
    for change in analysis.change:
        got = [getattr(multiverse.change[change.instrument], name)[row] for name in CHANGE]
        want = [getattr(change, name) for name in CHANGE]
        np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-9, err_msg=study.words())
    assert multiverse.cautions[row].split() == sorted({caution.code for caution in analysis.cautions})
    left = [values[row] for name, values in multiverse.remaining.items() if not np.isnan(values[row])]
    assert sorted(left) == sorted(step.remaining for step in analysis.ledger.steps)


def grid_of_presets() -> Grid:
    options = [
        {
            "label": name,
            "rule": preset.study.response.rule,
            "among": tuple(each for each in preset.study.response.among if each.kind != "prior_treatment"),
        }
        for name, preset in PRESETS.items()
    ]
    return Grid(
        name="presets",
        base=AS_PUBLISHED,
        decisions=(
            RuleDecision(field="rule", name="Rule", options=options),
            ThresholdDecision(
                field="threshold",
                name="BSA",
                kind="percent_improvement",
                about="BSA",
                options=[{"label": f"{value} %", "at_least": value} for value in (50, 75, 90)],
            ),
            MissingDecision(
                field="missing",
                name="Missing",
                options=[
                    {"label": kind, "missing": kind} for kind in ("non_responder", "observed", "last_observation")
                ],
            ),
        ),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(grid=grids(), data=st.data())
def test_random_studies_of_random_grids_give_what_analyse_gives(grid, data):
    multiverse = run(bundled_cohort(), listed(grid), imputing=True)
    assert multiverse.listing.study(multiverse.in_force) == grid.base
    for row in {multiverse.in_force, *data.draw(st.lists(st.integers(0, len(multiverse) - 1), max_size=4))}:
        assert multiverse.problem[row] == ""
        assert_as_analysed(multiverse, row)


def test_every_preset_gives_what_analyse_gives():
    multiverse = run(bundled_cohort(), listed(grid_of_presets()))
    for row in range(len(multiverse)):
        assert_as_analysed(multiverse, row)


def test_five_hundred_definitions_of_the_medium_grid_give_what_analyse_gives():
    multiverse = run(bundled_cohort(), listed(GRIDS["medium"]))
    for row in np.random.default_rng(0).choice(len(multiverse), 500, replace=False).tolist():
        assert_as_analysed(multiverse, row)


def test_patients_who_are_alike_are_counted_as_one_without_any_number_changing(monkeypatch):
    listing = listed(grid_of_presets())
    each = run(bundled_cohort(), listing)
    monkeypatch.setattr(cells, "ALONE", 10)
    together = run(bundled_cohort(), listing)
    for field in fields(each.response):
        np.testing.assert_allclose(getattr(together.response, field.name), getattr(each.response, field.name))
    for code, change in each.change.items():
        for field in fields(change):
            np.testing.assert_allclose(getattr(together.change[code], field.name), getattr(change, field.name))
    assert together.cautions.tolist() == each.cautions.tolist()
    plan = planned(listing)
    blocks = list(cells_of(bundled_cohort(), plan, ()))
    assert len(blocks) == len(plan.windows)
    assert all(block.weight.sum() == bundled_cohort().n_patients for block in blocks)


@settings(max_examples=30, deadline=None)
@given(grid=grids())
def test_what_is_remembered_of_patients_who_are_alike_changes_no_number(grid):
    """All examples share one cohort and what it remembers of the examples before."""
    held = bundled_cohort()
    each = run(held, listed(grid).rows(np.arange(min(len(listed(grid)), 40))))
    with mock.patch.object(cells, "ALONE", 10):
        together = run(held, each.listing)
    for one, other in [
        (each.response, together.response),
        *((each.change[c], together.change[c]) for c in each.change),
    ]:
        for field in fields(one):
            np.testing.assert_allclose(getattr(other, field.name), getattr(one, field.name), rtol=1e-9, atol=1e-9)
    assert together.cautions.tolist() == each.cautions.tolist()


def test_cells_are_as_many_as_different_patients_and_not_as_patients(monkeypatch):
    monkeypatch.setattr(cells, "ALONE", 1)
    alike = "\n".join(f"p{number} | 40" for number in range(30))
    scores = "\n".join(f"p{number} | 0 | BSA | 20\n p{number} | 90 | BSA | {number % 2}" for number in range(30))
    held = cohort(f"patient_id | age\n{alike}", f"patient_id | day | instrument | score\n{scores}")
    study = responding({"kind": "percent_improvement", "instrument": "BSA", "at_least": 100})
    plan = planned(alone(study))
    (block,) = cells_of(held, plan, ("BSA",))
    assert sorted(block.weight[0]) == [15, 15]
    assert block.change["BSA"].n.sum() == 30


def test_changes_that_are_all_equal_have_no_test():
    scores = "\n".join(
        f"p{number} | 0 | BSA | {20 + number}\n p{number} | 90 | BSA | {17 + number}" for number in (1, 2, 3)
    )
    held = cohort("patient_id\n p1\n p2\n p3", f"patient_id | day | instrument | score\n{scores}")
    multiverse = run(held, alone(responding({"kind": "point_improvement", "instrument": "BSA", "at_least": 3})))
    change = multiverse.change["BSA"]
    assert (change.n_paired[0], change.mean_change[0], change.sd_change[0]) == (3, -3, 0)
    assert np.isnan([change.t[0], change.p_t[0], change.ci_low[0]]).all()


def test_a_study_that_asks_for_what_the_cohort_lacks_is_a_row_with_its_reason():
    held = cohort(
        "patient_id\n p1\n p2", "patient_id | day | instrument | score\n p1 | 0 | BSA | 9\n p1 | 90 | BSA | 2"
    )
    base = responding({"kind": "percent_improvement", "instrument": "BSA", "at_least": 50})
    rules = [
        {"label": "BSA", "rule": base.response.rule},
        {"label": "itch", "rule": {"kind": "point_improvement", "instrument": "PPNRS", "at_least": 4}},
    ]
    entry = [
        {"label": "everybody"},
        {"label": "two prescriptions", "criteria": [{"kind": "prescriptions", "drug": "tralokinumab", "at_least": 2}]},
    ]
    grid = Grid(
        name="lacking",
        base=base,
        decisions=(
            RuleDecision(field="rule", name="Rule", options=rules),
            CriteriaDecision(
                field="eligibility", name="Entry", kind="prescriptions", about="tralokinumab", options=entry
            ),
        ),
    )
    multiverse = run(held, listed(grid))
    problem = {
        multiverse.listing.labels(0)[a] + ", " + multiverse.listing.labels(1)[b]: multiverse.problem[row]
        for row, (a, b) in enumerate(multiverse.listing.choices)
    }
    assert problem["BSA, everybody"] == ""
    assert "scores of PPNRS" in problem["itch, everybody"]
    assert "treatments" in problem["BSA, two prescriptions"]
    assert problem["itch, two prescriptions"].count(";") > problem["itch, everybody"].count(";")
    assert multiverse.computed.tolist() == [not text for text in multiverse.problem]
    assert multiverse.response.n_responders[multiverse.computed].tolist() == [1]
    assert np.isnan(multiverse.change["BSA"].n_paired[~multiverse.computed]).all()


def test_imputation_runs_only_where_asked_for():
    imputing = AS_PUBLISHED.replace(missing=Missing(kind="multiple_imputation", imputations=3))
    left_out, asked = (run(bundled_cohort(), alone(imputing), imputing=asked) for asked in (False, True))
    assert "not asked for" in left_out.problem[0]
    assert np.isnan(left_out.response.rate[0])
    assert_as_analysed(asked, 0)


@pytest.mark.parametrize("hypothetical", [False, True])
def test_hypothetical_additions_count_only_where_the_study_says_so_and_bring_no_inference(hypothetical):
    open_to_all = AS_PUBLISHED.replace(eligibility=(), hypothetical=hypothetical)
    multiverse = run(bundled_cohort(), alone(open_to_all))
    assert_as_analysed(multiverse, 0)
    assert np.isnan(multiverse.response.ci_low[0]) == hypothetical
    assert np.isnan(multiverse.change["BSA"].p_t[0]) == hypothetical
