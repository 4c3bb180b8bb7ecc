"""An investigator brings a messy workbook and leaves with numbers that agree, in a real browser; nobody else sees a row."""

import json
import re
import subprocess
import sys
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser import at_rest
from tests.cohort.workbooks import xlsx

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(clinic, n=20):
    """A list as clinics keep them: a title above, units in cells, words for missing, a column of phone numbers."""
    rows = [[f"{clinic}, printed in March"], [], ["Nr", "Since", "Sex", "Weight", "EASI base", "EASI wk 12", "Tel"]]
    for at in range(n):
        after = "n.d." if at == 3 else round(24 - at, 1) / (2 + at % 3)
        start = date(2023, 1, 9) + timedelta(days=11 * at)
        rows.append([f"{clinic}-{at}", start, "wm"[at % 2], f"{60 + at} kg", 20 + at / 2, after, f"000 000-{at:02d}"])
    return {"name": f"{clinic}.xlsx", "mimeType": EXCEL, "buffer": xlsx(*rows)}


@pytest.fixture
def visitor(browser, address):
    contexts = []

    def new(path="your_data"):
        context = browser.new_context(viewport={"width": 1440, "height": 1000}, accept_downloads=True)
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(REMEMBER_SOCKETS)
        page.goto(f"{address}/{path}")
        return page

    yield new
    for context in contexts:
        context.close()


REMEMBER_SOCKETS = """
    const Real = window.WebSocket;
    window.sockets = [];
    window.WebSocket = class extends Real { constructor(...args) { super(...args); window.sockets.push(this); } };
"""


def bring(page, file):
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(file)
    expect(page.get_by_role("heading", name=file["name"])).to_be_visible()


def say(page, label, text):
    page.get_by_label(label, exact=True).fill(text)
    page.get_by_label(label, exact=True).press("Enter")


def choose(page, column, role):
    at_rest.choose(page, page.get_by_role("combobox", name=f"What {column} is"), role)


def correct(page):
    """Say the drug, and put two columns right."""
    say(page, "Index drug", "tralokinumab")
    expect(page.get_by_text("Still open: the index date.")).to_be_visible()
    choose(page, "Since", "Index date (start of the drug)")
    expect(page.get_by_text("Nothing is open")).to_be_visible()
    choose(page, "Weight", "Left out")
    expect(page.get_by_test_id("stMarkdown").filter(has_text="patients: 20; scores: 39")).to_be_visible()
    page.get_by_role("button", name="Use this cohort").click()


def in_use(page, clinic):
    expect(page.get_by_text(f"In use on every page: {clinic}, 20 patients")).to_be_visible()


def download(page, name, to):
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).click()
    waiting.value.save_as(to)
    return to


def test_a_messy_workbook_is_corrected_analysed_and_taken_away_with_the_same_numbers(visitor, tmp_path):
    page = visitor()
    bring(page, workbook("North"))
    correct(page)
    in_use(page, "North")
    page.get_by_role("link", name="Response", exact=True).click()
    expect(page.get_by_text("your cohort North")).to_be_visible()
    shown = page.get_by_text(re.compile(r"^\d+/\d+ \(.* responded")).first.inner_text()
    page.get_by_role("link", name="Report", exact=True).click()
    report = download(page, "Report to read and print (HTML)", tmp_path / "report.html").read_text("utf-8")
    script = download(page, "Script (Python)", tmp_path / "analysis.py")
    cohort = download(page, "Cohort, for the script (ZIP)", tmp_path / "cohort.zip")
    ran = subprocess.run([sys.executable, "-I", script, cohort], capture_output=True, text=True, timeout=60, check=True)
    r = json.loads(ran.stdout)["response"]
    k_of_n = f"{r['n_responders']}/{r['n_evaluable']} ("
    assert shown.startswith(k_of_n)
    assert k_of_n in report
    assert ran.stderr == ""
    assert "000 000-" not in report


def test_two_visitors_at_once_see_their_own_rows_alone(visitor):
    north, south = visitor(), visitor()
    for page, clinic in ((north, "North"), (south, "South")):
        bring(page, workbook(clinic))
    for page in (north, south):
        correct(page)
    for page, clinic, other in ((north, "North", "South"), (south, "South", "North")):
        in_use(page, clinic)
        for link in ("Patients", "Multiverse", "Your data"):
            page.get_by_role("link", name=link, exact=True).click()
            expect(page.get_by_role("heading", name=link, level=1)).to_be_visible()
            at_rest.at_rest(page)
            assert other not in page.get_by_test_id("stMain").inner_text()
    new = visitor("patients")
    expect(new.get_by_text("not patient data").first).to_be_visible()
    assert not any(clinic in new.get_by_test_id("stMain").inner_text() for clinic in ("North", "South"))


def test_a_cohort_outlives_a_dropped_connection_and_a_reload_says_that_it_is_gone(visitor):
    page = visitor()
    bring(page, workbook("North"))
    correct(page)
    in_use(page, "North")
    before = page.evaluate("window.sockets.length")
    page.evaluate("window.sockets.forEach(socket => socket.close())")
    page.wait_for_function(f"window.sockets.length > {before}")
    page.get_by_role("link", name="Patients", exact=True).click()
    expect(page.get_by_text("your cohort North")).to_be_visible()
    page.wait_for_url(re.compile("/patients.*cohort="))
    page.reload()
    expect(page.get_by_text("load its file again on the page Your data")).to_be_visible()
    expect(page.get_by_text("not patient data").first).to_be_visible()
    page.get_by_role("link", name="Your data", exact=True).click()
    bring(page, workbook("North"))
    page.get_by_role("button", name="Use this cohort").click()
    in_use(page, "North")
    expect(page.get_by_text("load its file again")).to_have_count(0)
