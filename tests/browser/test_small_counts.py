"""Small counts are protected with one switch, on every page and in the files, in a real browser."""

import json
import re
import zipfile
from contextlib import contextmanager

from playwright.sync_api import expect

from tests.browser.test_axe import serious


@contextmanager
def protected(browser, address, width, scheme):
    """Open the app and switch protection on."""
    context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=scheme, accept_downloads=True)
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(address)
    expect(page.get_by_text("24/47 (51 %)").first).to_be_visible(timeout=60_000)
    sidebar(page)
    page.locator(".st-key-section-small-counts summary").click()
    page.get_by_text("Protect small counts").click()
    expect(page.get_by_test_id("stMain").get_by_text("20–24 of 45–49 (about 47 %) responded")).to_be_attached()
    yield page
    context.close()


def sidebar(page):
    """Bring the sidebar out, which a phone folds away."""
    if page.get_by_test_id("stExpandSidebarButton").is_visible():
        page.get_by_test_id("stExpandSidebarButton").click()


def go_to(page, name):
    sidebar(page)
    link = page.get_by_role("link", name=name, exact=True)
    more = page.get_by_role("button", name=re.compile(r"View \d+ more"))
    if not link.count() and more.count():
        more.click()
    link.click()
    expect(page.get_by_role("heading", name=name, exact=True).first).to_be_attached()
    expect(page.get_by_text("Counts under 5 are hidden").first).to_be_attached()


def test_pages_of_patients_show_none_and_the_files_hold_ranges(browser, address, tmp_path):
    with protected(browser, address, 1440, "light") as page:
        for name in ("Multiverse", "Patients"):
            go_to(page, name)
            expect(page.get_by_text("This page shows single patients")).to_be_visible()
            assert page.get_by_test_id("stVegaLiteChart").count() == 0
        go_to(page, "Report")
        with page.expect_download() as waiting:
            page.get_by_role("button", name="All results (ZIP)").click()
        waiting.value.save_as(tmp_path / "results.zip")
    with zipfile.ZipFile(tmp_path / "results.zip") as held:
        assert json.loads(held.read("results.json"))["response"]["n_responders"] == [20, 24]


def test_protected_pages_fit_a_phone_and_can_be_read_by_everybody(browser, address):
    with protected(browser, address, 390, "dark") as page:
        for name in ("Who is analysed", "Response"):
            go_to(page, name)
            assert "/47" not in page.locator("body").inner_text()
            assert serious(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
