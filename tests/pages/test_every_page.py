"""What every page must bear: any cohort, any definition."""

from pathlib import Path

import pytest

from tests.pages.app import ROOT, open_page, words
from tests.pages.cohorts import HARD
from tests.tables import cohort

PAGES = sorted(path.stem for path in Path(ROOT / "pages").glob("*.py"))


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("kind", HARD)
def test_every_page_bears_hard_cohorts(page, kind):
    app = open_page(page, cohort=HARD[kind]())
    assert app.title


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_the_definition_and_that_the_cohort_is_synthetic(page):
    said = words(open_page(page))
    assert "definition be52e17c880f" in said
    assert "not patient data" in said


def test_a_real_cohort_carries_no_synthetic_label():
    assert "not patient data" not in words(open_page("overview", cohort=HARD["scores only"]()))


@pytest.mark.parametrize("page", PAGES)
def test_a_cohort_with_nothing_to_judge_by_is_told_so(page):
    bare = cohort(patients="patient_id\nP1\nP2")
    said = words(open_page(page, cohort=bare))
    assert "neither scores nor reports" in said
