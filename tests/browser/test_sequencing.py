"""Sequencing, terms, guide and verdict as a reader meets them, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_axe import findings


@pytest.fixture
def phone(browser):
    context = browser.new_context(viewport={"width": 390, "height": 800})
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(browser):
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, accept_downloads=True)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def test_on_a_phone_a_reason_is_chosen_by_keyboard_and_the_rows_of_a_drug_fold_out(phone, address):
    phone.goto(f"{address}/evidence")
    eye = phone.get_by_role("radio", name="Eye reaction")
    eye.focus()
    phone.keyboard.press("Space")
    expect(phone.get_by_text("Do eye and face reactions settle on tralokinumab?")).to_be_visible()
    folded = phone.get_by_text(re.compile("^tralokinumab: IL-13"))
    folded.focus()
    folded.click()
    source = phone.locator(".st-key-sequencing-tralokinumab").get_by_role("link").first
    expect(source).to_be_visible()
    assert source.get_attribute("href").startswith("https://")
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    assert findings(phone) == []


def test_a_point_of_the_guide_opens_its_page_with_its_study_and_terms_explain_it(desk, address):
    desk.goto(f"{address}/learn")
    desk.get_by_text("Reader's guide", exact=True).click()
    expect(desk.get_by_text("14. Ask what the paper does not say")).to_be_visible()
    assert findings(desk) == []
    with desk.context.expect_page() as opened:
        desk.get_by_role("link", name="Only patients whose outcome is known").click()
    page = opened.value
    expect(page.get_by_role("heading", name=re.compile("24.32 .75"))).to_be_visible()
    page.get_by_role("button", name="Terms on this page").click()
    expect(page.get_by_text("The interval that the app puts around a percentage")).to_be_visible()
    assert findings(page) == []


def test_the_verdict_prints_on_one_sheet_and_fetches_nothing(desk, address, tmp_path):
    desk.goto(f"{address}/learn")
    desk.get_by_text("Verdict", exact=True).click()
    expect(desk.get_by_text("What it cannot say")).to_be_visible()
    assert findings(desk) == []
    with desk.expect_download() as waiting:
        desk.get_by_role("button", name="To print (HTML)").click()
    waiting.value.save_as(tmp_path / "verdict.html")
    asked = []
    desk.on("request", lambda request: asked.append(request.url))
    desk.goto(f"file://{tmp_path}/verdict.html")
    expect(desk.get_by_text("Synthetic reconstruction, not patient data.").first).to_be_visible()
    assert asked == [desk.url]
    assert findings(desk) == []
    printed = desk.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1
