"""A reader who is quicker than the page: nobody's definition may become another than what was asked for."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from explorer.study.presets import AS_PUBLISHED
from explorer.study.sharing import from_link
from tests.browser.at_rest import at_rest

THRESHOLD = "part-0-percent_improvement-BSA-amount"


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def opened(page, url):
    """Open the part of the sidebar that holds the first threshold."""
    page.goto(url)
    for section in ("section-responder", "part-0-open"):
        page.locator(f".st-key-{section} summary").first.click()
    typed = page.locator(f".st-key-{THRESHOLD} input")
    expect(typed).to_be_visible()
    return typed


def with_threshold(value):
    rule = AS_PUBLISHED.response.rule
    first = rule.rules[0].model_copy(update={"at_least": float(value)})
    return rule.model_copy(update={"rules": (first, *rule.rules[1:])})


def in_the_address(page):
    at_rest(page)
    return from_link(parse_qs(urlsplit(page.url).query)["study"][0])


@pytest.mark.parametrize("gap", [0, 30, 120])
@pytest.mark.parametrize("where", ["response", "multiverse"])
def test_keys_pressed_while_the_page_is_drawn_all_count_and_change_nothing_else(page, address, where, gap):
    typed = opened(page, f"{address}/{where}")
    at_rest(page)
    typed.focus()
    for _ in range(6):
        page.keyboard.press("ArrowUp")
        page.wait_for_timeout(gap)
    expect(page.get_by_test_id("stMain").get_by_text(re.compile("BSA improved by at least 56 %")).first).to_be_visible()
    page.wait_for_timeout(1000)
    study = in_the_address(page)
    assert study.response.rule == with_threshold(56)
    assert study.differences(AS_PUBLISHED) == AS_PUBLISHED.replace(response=study.response).differences(AS_PUBLISHED)
    expect(typed).to_have_value("56")
    expect(page.locator(f".st-key-{THRESHOLD}-slider").get_by_role("slider")).to_have_value("56")


def test_a_chart_moves_its_marks_and_is_not_built_anew(page, address):
    """Building one takes a browser some 20 ms, each time; the threshold on Response changes the words below most of them."""
    typed = opened(page, f"{address}/response")
    at_rest(page)
    drawn = page.locator("[data-testid=stVegaLiteChart] svg.marks")
    expect(drawn).to_have_count(8)
    typed.press("ArrowUp")
    expect(page.get_by_text(re.compile("BSA improved by at least 51 %")).first).to_be_visible()
    page.wait_for_timeout(1000)
    page.evaluate("document.querySelectorAll('[data-testid=stVegaLiteChart] svg.marks').forEach(svg => svg.old = true)")
    below = page.get_by_test_id("stMain").inner_text()
    for _ in range(9):
        typed.press("ArrowUp")
        page.wait_for_timeout(300)
    expect(page.get_by_text(re.compile("BSA improved by at least 60 %")).first).to_be_visible()
    page.wait_for_timeout(1000)
    assert page.get_by_test_id("stMain").inner_text() != below
    assert (
        page.evaluate("[...document.querySelectorAll('[data-testid=stVegaLiteChart] svg.marks')].map(svg => svg.old)")
        == [True] * 8
    )


def test_a_number_that_a_browser_makes_late_holds_what_is_in_force(page, address):
    """The code of number inputs arrives after another run has followed the one that drew the page."""
    late = []
    page.route("**/NumberInput.*.js", lambda route: late.append(route))
    page.goto(f"{address}/multiverse")
    page.locator(".st-key-section-missing summary").first.click()
    expect(page.locator(".st-key-missing")).to_be_visible()
    at_rest(page)
    assert len(late) == 1
    late[0].continue_()
    rank = page.locator(".st-key-multiverse-rank input")
    expect(rank).to_be_visible()
    before = rank.input_value()
    page.locator(".st-key-section-interval summary").first.click()
    expect(page.locator(".st-key-interval")).to_be_visible()
    at_rest(page)
    assert before != "1"
    expect(rank).to_have_value(before)
    assert "study" not in parse_qs(urlsplit(page.url).query)
