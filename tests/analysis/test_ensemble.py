"""What the explorer says about "most reconstructions" is true of the 100 that are shipped."""

import pytest

from explorer.analysis.analyse import analyse
from explorer.cohort.tables import build
from explorer.reconstruction.ensemble import load_draw, load_manifest
from explorer.study.presets import PRESETS
from explorer.study.study import Study
from tests.tables import metadata

READINGS = {"mid": "as-published", "thr": "as-published-thresholds", "any": "as-published-any"}


@pytest.fixture(scope="module")
def draws():
    manifest = load_manifest()
    return {int(row.draw): (row, build(metadata(), load_draw(int(row.draw)))) for row in manifest.itertuples()}


def test_the_engine_gives_24_of_47_in_every_draw_s_own_reading(draws):
    for row, cohort in draws.values():
        response = analyse(cohort, PRESETS[READINGS[row.reading]].study).response
        assert (response.n_responders, response.n_evaluable) == (24, 47)


def test_a_baseline_severity_filter_makes_iga_significant_in_most_draws(draws):
    fields = PRESETS["as-published"].study.to_dict()
    severe = {"kind": "baseline_score", "instrument": "IGA", "at_least": 3}
    study = Study.from_dict(fields | {"eligibility": [*fields["eligibility"], severe]})
    p = [row.p_t for _, cohort in draws.values() for row in analyse(cohort, study).change if row.instrument == "IGA"]
    assert sum(value < 0.05 for value in p) > len(p) / 2
