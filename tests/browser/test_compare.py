"""Two definitions compared in a real browser: a definition from a file, a patient chosen by a click."""

import re

import pytest
from playwright.sync_api import expect

from explorer.analysis.analyse import analyse
from explorer.analysis.compare import compare
from explorer.bundled import bundled_cohort
from explorer.export.people import responders
from explorer.study.presets import AS_PUBLISHED, PRESETS
from tests.browser.at_rest import choose, settled

MINE = PRESETS["strict"].study.replace(name="From the ward", missing="observed")
ANALYSES = [analyse(bundled_cohort(), study) for study in (AS_PUBLISHED, MINE)]


@pytest.fixture
def page(browser, address):
    context = browser.new_context(viewport={"width": 1440, "height": 1400})
    context.set_default_timeout(20_000)
    opened = context.new_page()
    opened.goto(f"{address}/compare")
    expect(opened.get_by_role("heading", name=re.compile("under A"), level=3)).to_be_visible(timeout=20_000)
    yield opened
    context.close()


def uploader(page):
    page.locator(".st-key-compare-more summary").click()
    return page.locator(".st-key-compare-more input[type=file]")


def top(page, heading):
    """How far a heading stands below the title of the page, in pixels, however far the page is scrolled."""
    title, below = (page.get_by_role("heading", name=name, exact=True) for name in ("Compare two definitions", heading))
    return below.bounding_box()["y"] - title.bounding_box()["y"]


def test_b_is_taken_from_a_file_and_a_broken_file_changes_nothing(page, tmp_path):
    saved, broken = tmp_path / "mine.json", tmp_path / "broken.json"
    saved.write_text(MINE.to_json(), "utf-8")
    broken.write_text(MINE.to_json()[:-9], "utf-8")
    files = uploader(page)
    files.set_input_files(saved)
    a, b = map(responders, ANALYSES)
    heading = page.get_by_role("heading", name=f"{a} under A, {b} under B")
    expect(heading).to_be_visible()
    expect(page.get_by_role("cell", name=MINE.name, exact=True)).to_be_visible()
    page.get_by_role("button", name=re.compile("Remove|Delete")).click()
    files.set_input_files(broken)
    expect(page.get_by_text("This is not JSON")).to_be_visible()
    expect(heading).to_be_visible()


def test_a_click_on_a_dot_chooses_its_patient_and_moves_nothing(page):
    choose(page, page.get_by_role("combobox", name=re.compile("B, to compare with")), "BSA halved")
    one, other = (analyse(bundled_cohort(), PRESETS[name].study) for name in ("as-published", "bsa-50"))
    found = compare(one, other)
    # A slash would end the pattern where Playwright reads it.
    turned = re.compile(f"^{found.n_turned}.{found.table.n} .* change verdict$")
    expect(page.get_by_role("heading", name=turned)).to_be_visible()
    dots = page.locator(".st-key-chart-compare-agreement svg .mark-symbol.role-mark path")
    expect(dots).to_have_count(found.table.n)
    before = settled(page, lambda: top(page, "What differs, and whom it changes"))
    dots.first.click(force=True)
    link = page.get_by_role("link", name=re.compile("Open patient"))
    expect(link).to_be_visible()
    assert settled(page, lambda: top(page, "What differs, and whom it changes")) == pytest.approx(before, abs=1)
    chosen = link.inner_text().split()[-1]
    assert chosen in set(bundled_cohort().patients["patient_id"])
    link.click()
    expect(page.get_by_role("heading", name=re.compile(f"^{chosen}: "), level=3)).to_be_visible()
