"""What a browser says about our drawings: nothing."""

import pytest
from playwright.sync_api import expect

from explorer.study.presets import AS_PUBLISHED
from explorer.study.sharing import to_link
from tests.browser.at_rest import at_rest
from tests.browser.conftest import ROOT

WITHOUT = ("learn", "overview", "report", "your_data")
PAGES = ["", *sorted(path.stem for path in (ROOT / "pages").glob("*.py") if path.stem not in WITHOUT)]
"""The pages with charts; the report draws its own, in its files, and a lesson only after an answer."""
STUDIES = {"published": AS_PUBLISHED, "with additions": AS_PUBLISHED.replace(hypothetical=True, eligibility=())}


@pytest.mark.parametrize("name", STUDIES)
@pytest.mark.parametrize("page", PAGES)
def test_vega_has_nothing_to_warn_of(page, name, browser, address):
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    opened, said = context.new_page(), []
    opened.on("console", lambda message: said.append(message.text) if "WARN" in message.text else None)
    opened.goto(f"{address}/{page}?study={to_link(STUDIES[name])}")
    expect(opened.locator(".st-key-definition")).to_be_visible(timeout=30_000)
    expect(opened.locator("[data-testid=stVegaLiteChart] svg").first).to_be_visible(timeout=30_000)
    at_rest(opened)
    opened.wait_for_timeout(1500)  # charts are drawn one after another, after the script has ended
    context.close()
    assert said == []
