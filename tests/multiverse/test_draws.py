"""Many studies on every reconstruction at once give what `analyse` gives on each."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.analysis.analyse import analyse
from explorer.cohort.tables import build
from explorer.errors import DefinitionError
from explorer.multiverse.draws import ensemble, run_draws
from explorer.multiverse.listing import alone, listed
from explorer.reconstruction.ensemble import load_draw, load_manifest
from explorer.study.missing import Missing
from explorer.study.presets import AS_PUBLISHED
from tests.multiverse.strategies import grids


def test_the_draws_are_those_of_the_manifest_with_all_their_patients():
    draws = ensemble()
    assert draws.numbers.tolist() == load_manifest()["draw"].tolist()
    for draw in (0, 36, 99):
        assert draws.there[draw].sum() == len(load_draw(draw)["patients"])


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(grid=grids(), data=st.data())
def test_any_study_on_any_draw_gives_what_analyse_gives(grid, data):
    if grid.base.missing.kind == "multiple_imputation":
        grid = grid.around(grid.base.replace(missing=Missing(kind="observed")))
    listing = listed(grid)
    listing = listing.rows(np.flatnonzero([kind != "multiple_imputation" for kind in _policies(listing)]))
    results = run_draws(ensemble(), listing)
    row = data.draw(st.integers(0, len(listing) - 1))
    for draw in data.draw(st.lists(st.integers(0, 99), min_size=1, max_size=3, unique=True)):
        analysis = analyse(build(ensemble().cohort.metadata, load_draw(draw)), listing.study(row))
        names = ("n_among", "n_unknown", "n_evaluable", "n_responders", "rate", "ci_low", "ci_high")
        got = [getattr(results.response, name)[draw, row] for name in names]
        np.testing.assert_allclose(got, [getattr(analysis.response, name) for name in names], rtol=1e-9, atol=1e-9)
        for change in analysis.change:
            held = results.change[change.instrument]
            got = [getattr(held, name)[draw, row] for name in ("n_paired", "mean_change", "sd_change", "p_t")]
            want = [change.n_paired, change.mean_change, change.sd_change, change.p_t]
            np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-9)


def _policies(listing):
    return [listing.grid.missing(choice).kind for choice in listing.choices.tolist()]


def test_every_draw_gives_the_published_denominator():
    results = run_draws(ensemble(), alone(AS_PUBLISHED))
    assert set(results.response.n_evaluable[:, 0].tolist()) == {47}
    assert results.response.rate.shape == (100, 1)


def test_what_the_draws_cannot_tell_is_refused():
    imputing = AS_PUBLISHED.replace(missing=Missing(kind="multiple_imputation"))
    with pytest.raises(DefinitionError, match="multiple imputation"):
        run_draws(ensemble(), alone(imputing))
