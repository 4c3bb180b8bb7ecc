"""Results of the bundled cohort are shared among visitors, those of an own one are not."""

import re
from pathlib import Path

import streamlit as st

from explorer.bundled import bundled_cohort
from explorer.ui.caching import kept
from tests.pages.cohorts import scores_only

ROOT = Path(__file__).resolve().parents[2]
SHARED = {
    "src/explorer/ui/caching.py",  # what is tested here
    "src/explorer/ui/start.py",  # nothing of a cohort
    "src/explorer/ui/learning.py",  # sessions of a class, whose members mean to share
    "src/explorer/ui/multiverse.py",  # a number: how many definitions a grid has
}


def test_nothing_else_is_shared_among_visitors():
    files = [*(ROOT / "pages").glob("*.py"), *(ROOT / "src" / "explorer" / "ui").rglob("*.py"), ROOT / "app.py"]
    caching = {str(file.relative_to(ROOT)) for file in files if re.search(r"st\.cache_", file.read_text("utf-8"))}
    assert caching == SHARED


def test_a_result_of_an_own_cohort_asks_for_a_session_cache_and_one_of_the_bundled_does_not(monkeypatch):
    asked = []

    def cache(scope="global", **options):
        def decorate(compute):
            return lambda *args: asked.append((scope, args)) or compute(*args)

        return decorate

    monkeypatch.setattr(st, "cache_resource", cache)

    @kept(3)
    def size(cohort, fingerprint):
        return cohort.n_patients

    own = scores_only()
    assert size(own, "x") == 12
    assert size(bundled_cohort(), "y") == bundled_cohort().n_patients
    assert asked == [("session", (own, "x")), ("global", (bundled_cohort(), "y"))]
