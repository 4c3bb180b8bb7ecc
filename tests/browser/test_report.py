"""An investigator leaves with a script and a report that agree with the screen, in a real browser."""

import json
import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from explorer.study.presets import PRESETS
from explorer.study.sharing import to_link
from tests.browser.test_axe import findings


@pytest.fixture
def page(browser, address):
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, accept_downloads=True)
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(f"{address}/report?study={to_link(PRESETS['itch-4pt'].study)}")
    yield page
    context.close()


def download(page, name):
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).click()
    return waiting.value


def test_the_script_prints_the_rate_on_the_screen(page, tmp_path):
    download(page, "Script (Python)").save_as(tmp_path / "analysis.py")
    download(page, "Cohort, for the script (ZIP)").save_as(tmp_path / "cohort.zip")
    command = [sys.executable, "-I", tmp_path / "analysis.py", tmp_path / "cohort.zip"]
    r = json.loads(subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout)["response"]
    page.get_by_role("link", name="Response", exact=True).click()
    expect(page.get_by_text(re.compile(rf"^{r['n_responders']}/{r['n_evaluable']} \(")).first).to_be_visible()


def test_a_report_holds_the_text_just_typed_and_fetches_nothing(page, tmp_path):
    page.get_by_role("button", name="Add text").click()
    page.get_by_role("textbox", name="Text").fill("For the <b>seminar</b>.")
    download(page, "Report to read and print (HTML)").save_as(tmp_path / "report.html")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"file://{tmp_path}/report.html")
    expect(page.get_by_text("For the <b>seminar</b>.")).to_be_visible()
    expect(page.get_by_text("Synthetic reconstruction, not patient data.").first).to_be_visible()
    assert asked == [page.url]
    assert findings(page) == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
