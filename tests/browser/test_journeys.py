"""What readers come for, in a real browser: take a figure away, compare two definitions."""

import csv
import re

import pytest
from playwright.sync_api import expect

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.export.numbers import share
from explorer.study.presets import PRESETS
from tests.browser.at_rest import choose


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, accept_downloads=True)
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("kind", ["SVG", "CSV"])
def test_a_downloaded_figure_says_what_it_is(page, address, kind):
    page.goto(f"{address}/response")
    page.get_by_text("Table and downloads").first.click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=kind, exact=True).first.click()
    content = waiting.value.path().read_text("utf-8")
    study = PRESETS["as-published"].study
    # Vega breaks the lines of a title into elements of their own.
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content))
    for said in ("Synthetic reconstruction, not patient data", study.fingerprint, "We analysed all patients given"):
        assert said in words
    if kind == "CSV":
        rows = list(csv.reader(line for line in content.splitlines() if not line.startswith("#")))
        assert len(rows) > 1


def test_two_definitions_are_compared_in_place(page, address):
    page.goto(f"{address}/compare")
    b = page.get_by_role("combobox", name=re.compile("B, to compare with"))
    choose(page, b, PRESETS["bsa-50"].study.name)
    rates = [analyse(bundled_cohort(), PRESETS[name].study).response for name in ("as-published", "bsa-50")]
    a, b = (share(r.n_responders, r.n_evaluable, r.rate) for r in rates)
    expect(page.get_by_role("heading", name=f"{a} under A, {b} under B")).to_be_visible()
