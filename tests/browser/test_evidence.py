"""Published evidence in a real browser: readable on a phone, live with the definition, never pooled in silence."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.at_rest import choose


@pytest.fixture
def phone(browser):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def test_on_a_phone_labels_stand_inside_the_forest_and_rows_link_to_their_source(phone, address):
    phone.goto(f"{address}/evidence")
    chart = phone.get_by_test_id("stVegaLiteChart").first
    result = chart.get_by_text("22/37 (59 %)")
    expect(result).to_be_visible(timeout=30_000)
    for label in ("As published", "dupilumab failures · tralokinumab · time not stated · abstract", "22/37 (59 %)"):
        box = chart.get_by_text(label, exact=True).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    row = phone.get_by_role("region", name="Rows and in what they differ")
    assert row.evaluate("part => part.scrollWidth <= part.clientWidth")
    link = row.get_by_role("link", name="DOI").first
    assert link.get_attribute("href") == "https://doi.org/10.1093/ced/llad038"


def test_the_loaded_cohort_moves_with_the_definition_and_pooling_is_refused_in_words(phone, address):
    phone.set_viewport_size({"width": 1440, "height": 1000})
    phone.goto(f"{address}/evidence")
    expect(phone.get_by_text("The loaded cohort: 24/47")).to_be_visible(timeout=30_000)
    box = phone.get_by_role("combobox", name=re.compile("^Outcome|Selected.*Outcome"))
    choose(phone, box, re.compile("IGA 0 or 1"))
    phone.get_by_role("button", name=re.compile("^Put .*2 grades.* in force")).click()
    expect(phone.get_by_text(re.compile(r"The loaded cohort: \d+/\d+"))).to_be_visible()
    expect(phone.get_by_text("The loaded cohort: 24/47")).to_have_count(0)
    phone.get_by_text("Pool “Clear or almost clear (IGA 0 or 1)”").click()
    expect(phone.get_by_text("Refused: no row may enter a pool")).to_be_visible()
