"""A link to a page is honoured by a server that nobody has visited yet."""

from playwright.sync_api import expect

from explorer.study.presets import PRESETS
from explorer.study.sharing import to_link
from tests.browser.conftest import ROOT, served


def test_the_first_visitor_may_come_by_a_link_to_any_page(browser):
    study = PRESETS["bsa-50"].study
    with served() as address:
        opened = browser.new_page()
        opened.goto(f"{address}/eligibility?study={to_link(study)}")
        expect(opened.get_by_role("heading", name="Who is analysed", level=1)).to_be_visible(timeout=60_000)
        expect(opened.get_by_text(study.fingerprint).first).to_be_visible(timeout=30_000)
        expect(opened.get_by_test_id("stSidebarNavLink")).to_have_count(len(list((ROOT / "pages").glob("*.py"))))
        opened.close()
