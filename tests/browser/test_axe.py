"""No serious accessibility finding that is ours, on any page, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.at_rest import at_rest

PAGES = [
    "",
    "eligibility",
    "change",
    "response",
    "multiverse",
    "left_open",
    "compare",
    "safety",
    "evidence",
    "learn",
    "patients",
    "report",
    "your_data",
]
# What Streamlit itself brings: the file uploader and the grid's canvas.
THEIRS = {"presentation-role-conflict", "empty-table-header"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_no_serious_finding(page, scheme, browser, address):
    context, opened = visit(browser, f"{address}/{page}", scheme)
    assert serious(opened) == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_finding_in_a_list_of_chosen_values(scheme, browser, address):
    context, opened = visit(browser, address, scheme)
    for part in ("section-who", "eligibility-3-open"):
        opened.locator(f".st-key-{part} summary").first.click()
        opened.wait_for_timeout(700)  # it unfolds gradually
    expect(opened.get_by_test_id("stMultiSelect").locator("[data-tag]")).to_have_count(3)
    assert serious(opened) == []
    context.close()


def visit(browser, url, scheme):
    context = browser.new_context(viewport={"width": 1440, "height": 1400}, color_scheme=scheme)
    opened = context.new_page()
    opened.goto(url)
    expect(opened.get_by_text("not patient data").first).to_be_visible(timeout=30_000)
    return context, opened


def serious(opened):
    """Findings of weight that are ours."""
    at_rest(opened)
    opened.wait_for_timeout(1000)
    return findings(opened)


def findings(opened):
    """Findings of weight on any page of HTML."""
    found = Axe().run(opened).response["violations"]
    return [
        (rule["id"], [node["target"] for node in rule["nodes"]][:3])
        for rule in found
        if rule["impact"] in ("serious", "critical") and rule["id"] not in THEIRS
    ]
