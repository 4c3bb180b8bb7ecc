"""Every page of results under a hundred random definitions: nothing raises, no percentage stands alone, numbers agree."""

import re

import pytest
from hypothesis import HealthCheck, given, settings

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.export.people import responders
from tests.pages.app import open_page, spaced, words
from tests.pages.test_every_page import PAGES
from tests.study.strategies import studies

OF_RESULTS = [page for page in PAGES if page not in ("your_data", "learn")]
ALONE = re.compile(r"(?<!\d/\d)(?<!\d/\d\d)\s\(\d+ %\)")


@pytest.mark.parametrize("page", OF_RESULTS)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(study=studies())
def test_every_page_of_results_bears_every_definition(page, study):
    app = open_page(page, study=study)
    said = words(app)
    assert f"definition {study.fingerprint}" in said
    # The source prints its percentage without a count: only there may one stand alone.
    alone = ALONE.search(re.sub(r"published( rate)? \(51 %\)", "", said))
    assert alone is None, said[max(0, alone.start() - 80) : alone.end()]
    if page in ("overview", "response"):
        shown = said + " ".join(spaced(str(metric.value)) for metric in app.metric)
        assert responders(analyse(bundled_cohort(), study)) in shown
