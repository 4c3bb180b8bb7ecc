"""A click in a chart chooses patients on the page, leads to one of them, and moves nothing."""

import re

import pytest
from playwright.sync_api import expect

from explorer.analysis.analyse import analyse
from explorer.analysis.attrition import left_out_by, overlap
from explorer.analysis.missingness import by_patient
from explorer.analysis.rule_sets import patients_in, rule_sets
from explorer.bundled import bundled_cohort
from explorer.charts.rule_sets import bars
from explorer.study.presets import AS_PUBLISHED
from explorer.study.sharing import to_link

WAIT = 20_000
IDS = bundled_cohort().patients["patient_id"]


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    context.set_default_timeout(WAIT)
    yield context.new_page()
    context.close()


def shapes(page, chart):
    """The rectangles of a chart, those drawn first being first."""
    found = page.locator(f".st-key-chart-{chart} svg .mark-rect.role-mark path")
    expect(found.first).to_be_attached(timeout=WAIT)
    return found


def top(locator):
    return locator.evaluate(
        "e => e.getBoundingClientRect().top + document.querySelector('[data-testid=stMain]').scrollTop"
    )


def opens(page, patient):
    """Follow the link to the patient chosen."""
    page.get_by_role("link", name=f"Open patient {patient}").first.click()
    expect(page.get_by_role("heading", name="Patients", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile(f"^{patient}"), level=3)).to_be_visible()


def test_a_bar_of_the_rule_lists_its_patients_and_leads_to_one(page, address):
    analysis = analyse(bundled_cohort(), AS_PUBLISHED)
    name, combination = list(bars(rule_sets(analysis)).items())[1]
    ids = list(IDS[patients_in(analysis, rule_sets(analysis), combination)])
    page.goto(f"{address}/response")
    below = page.get_by_role("heading", name="How far it depends on where the line is drawn")
    shape = shapes(page, "response-combinations").nth(1)
    shape.scroll_into_view_if_needed()
    before = top(below)
    shape.click(force=True)
    expect(page.get_by_text(f"Exactly {name}: {len(ids)} patients")).to_be_visible()
    assert top(below) == pytest.approx(before, abs=1)
    page.get_by_role("radio", name=ids[1], exact=True).click()
    expect(page.get_by_role("link", name=f"Open patient {ids[1]}")).to_be_visible()
    assert top(below) == pytest.approx(before, abs=1)
    opens(page, ids[1])


def test_a_row_of_the_overlap_lists_who_is_left_out_for_it(page, address):
    older = AS_PUBLISHED.to_dict()
    older["eligibility"] = [*older["eligibility"], {"kind": "age", "from": 40}]
    study = AS_PUBLISHED.model_validate(older)
    analysis = analyse(bundled_cohort(), study)
    pattern = overlap(analysis.facts, analysis.ledger)[0]
    ids = list(IDS[left_out_by(analysis.facts, analysis.ledger, [pattern])])
    page.goto(f"{address}/eligibility?study={to_link(study)}")
    shapes(page, "overlap").first.click(force=True)
    expect(page.get_by_text(re.compile(f"Fails only 6.*: {len(ids)} patients"))).to_be_visible()
    page.get_by_role("radio", name=ids[0], exact=True).click()
    opens(page, ids[0])


def test_a_tile_of_the_missing_scores_chooses_its_patient(page, address):
    analysis = analyse(bundled_cohort(), AS_PUBLISHED)
    last = IDS[by_patient(analysis.facts, analysis.ledger.eligible)[-1, 0]]
    page.goto(f"{address}/eligibility")
    tiles = shapes(page, "missing-by-patient")
    expect(page.get_by_text("Click a tile to choose its patient")).to_be_visible()
    below = page.get_by_role("heading", name="Before: dupilumab")
    before = top(below)
    tiles.last.click(force=True)
    expect(page.get_by_role("link", name=f"Open patient {last}")).to_be_visible()
    assert top(below) == pytest.approx(before, abs=1)
    opens(page, last)
