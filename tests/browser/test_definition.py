"""The definition in force as a reader changes, shares and takes it back, in a real browser."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.export.numbers import share
from explorer.study.presets import AS_PUBLISHED, PRESETS
from explorer.study.response import AllOf, AnyOf, PercentImprovement, Reported, Response
from explorer.study.sharing import from_link, to_link
from tests.browser import at_rest

WAIT = 20_000
BSA_50 = PRESETS["bsa-50"].study


@pytest.fixture
def visit(browser, address):
    """Open the app in a browser of its own."""
    contexts = []

    def opened(path="/", width=1440, **query):
        context = browser.new_context(viewport={"width": width, "height": 1000})
        context.set_default_timeout(WAIT)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{address}{path}?{'&'.join(f'{name}={value}' for name, value in query.items())}")
        expect(page.locator(".st-key-definition")).to_be_visible(timeout=WAIT)
        return page

    yield opened
    for context in contexts:
        context.close()


def fold_out(page, key):
    """Open a part of the sidebar by its key."""
    page.locator(f".st-key-{key} summary").first.click()
    page.wait_for_timeout(700)  # it unfolds gradually


def type_into(page, key, value):
    box = page.locator(f".st-key-{key} input")
    box.fill(str(value))
    box.press("Enter")


def choose(page, key, option):
    at_rest.choose(page, page.locator(f".st-key-{key} input"), option)


def in_force(page, study):
    """Wait until the page says the number of a study, and its rate in the sidebar."""
    expect(page.locator(".st-key-definition")).to_contain_text(f"definition {study.fingerprint}", timeout=WAIT)
    r = analyse(bundled_cohort(), study).response
    rate = share(r.n_responders, r.n_evaluable, r.rate).replace(" ", r"\s")
    expect(page.get_by_test_id("stSidebar")).to_contain_text(re.compile(rate.replace("(", r"\(").replace(")", r"\)")))


def with_rule(study, rule):
    return study.replace(response=study.response.replace(rule=rule))


def test_a_threshold_is_changed_and_the_rate_follows(visit):
    page = visit(study=to_link(BSA_50))
    in_force(page, BSA_50)
    fold_out(page, "section-responder")
    fold_out(page, "part-top-open")
    type_into(page, "part-top-percent_improvement-BSA-amount", 90)
    in_force(page, with_rule(BSA_50, PercentImprovement(instrument="BSA", at_least=90)))
    slider = page.locator(".st-key-part-top-percent_improvement-BSA-amount-slider").get_by_role("slider")
    slider.press("ArrowLeft")
    in_force(page, with_rule(BSA_50, PercentImprovement(instrument="BSA", at_least=89)))
    expect(slider).to_be_focused()


def test_a_nested_rule_is_built(visit):
    page = visit(study=to_link(BSA_50))
    in_force(page, BSA_50)
    fold_out(page, "section-responder")
    fold_out(page, "part-top-open")
    choose(page, "part-top-add", "Reported: fewer flares")
    bsa, flares, topical = (
        PercentImprovement(instrument="BSA", at_least=50),
        Reported(item="fewer_flares"),
        Reported(item="less_topical"),
    )
    in_force(page, with_rule(BSA_50, AnyOf(rules=(bsa, flares))))
    page.locator(".st-key-part-1-group").get_by_role("button").click()
    in_force(page, with_rule(BSA_50, AnyOf(rules=(bsa, AllOf(rules=(flares,))))))
    fold_out(page, "part-1-open")
    choose(page, "part-1-add", "Reported: less topical")
    in_force(page, with_rule(BSA_50, AnyOf(rules=(bsa, AllOf(rules=(flares, topical))))))
    counted = bundled_cohort().patients["patient_id"][analyse(bundled_cohort(), BSA_50).response.among]
    choose(page, "rule-patient", counted.iloc[0])
    expect(page.get_by_text(re.compile("This patient: (true|false|unknown)"))).to_have_count(5)


def test_a_link_restores_its_study_on_any_page_in_a_new_browser(visit):
    page = visit("/response")
    fold_out(page, "section-missing")
    choose(page, "missing", "leave out")
    study = AS_PUBLISHED.replace(missing="observed")
    in_force(page, study)
    fold_out(page, "section-share")
    link = page.locator(".st-key-section-share code, .st-key-section-share pre").first.inner_text().replace("\n", "")
    assert from_link(link.partition("?study=")[2]) == study.replace(name="As published (changed)")
    expect(page).to_have_url(link, timeout=WAIT)
    elsewhere = visit("/response", study=link.partition("?study=")[2])
    in_force(elsewhere, study)
    expect(elsewhere.get_by_role("heading", name="Response", exact=True)).to_be_visible()


def test_the_study_stays_when_the_page_changes_and_the_address_carries_it(visit):
    study = AS_PUBLISHED.replace(interval="mid_p")
    page = visit(study=to_link(study))
    in_force(page, study)
    page.get_by_role("link", name="Patients").click()
    expect(page.get_by_role("heading", name="Patients", exact=True)).to_be_visible()
    in_force(page, study)
    expect(page).to_have_url(re.compile(r"/patients\?study=1\."))
    page.reload()
    in_force(page, study)


def test_a_link_that_cannot_be_honoured_says_so(visit):
    page = visit(study="1.nonsense")
    expect(page.get_by_text("The link could not be honoured, so “As published” is used instead.")).to_be_visible()
    in_force(page, AS_PUBLISHED)


def test_a_change_is_undone_and_a_chip_goes_back_to_the_preset(visit):
    page = visit()
    fold_out(page, "section-interval")
    choose(page, "interval", "Jeffreys")
    in_force(page, AS_PUBLISHED.replace(interval="jeffreys"))
    page.get_by_role("button", name="Undo").click()
    in_force(page, AS_PUBLISHED)
    choose(page, "interval", "mid-P")
    page.locator(".st-key-chips").get_by_role("button").click()
    in_force(page, AS_PUBLISHED)
    expect(page.locator(".st-key-chips")).to_have_count(0)


def test_three_changes_are_taken_back_one_by_one_each_state_exactly_as_it_was(visit):
    page = visit()
    states = [AS_PUBLISHED]
    for section in ("interval", "missing", "when"):
        fold_out(page, f"section-{section}")
    choose(page, "interval", "Jeffreys")
    states.append(states[-1].replace(interval="jeffreys"))
    in_force(page, states[-1])
    choose(page, "missing", "leave out")
    states.append(states[-1].replace(missing="observed"))
    in_force(page, states[-1])
    type_into(page, "follow_up-to_day", 150)
    states.append(states[-1].replace(follow_up=AS_PUBLISHED.follow_up.replace(to_day=150)))
    in_force(page, states[-1])
    for study in reversed(states[:-1]):
        page.get_by_role("button", name="Undo").click()
        in_force(page, study)
        expect(page.locator(".st-key-interval input")).to_have_value(
            "Wilson" if study.interval == "wilson" else "Jeffreys"
        )
        expect(page.locator(".st-key-missing input")).to_have_value(
            "leave out" if study.missing.kind == "observed" else "count as no response"
        )
        expect(page.locator(".st-key-follow_up-to_day input")).to_have_value("120")
        assert linked(page) == named(study)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def named(study):
    """The study as it is named beside its preset."""
    return study if study == AS_PUBLISHED else study.replace(name="As published (changed)")


def linked(page):
    """The study that the address carries; the one a visit begins with is not written out."""
    link = parse_qs(urlsplit(page.url).query).get("study")
    return from_link(link[0]) if link else AS_PUBLISHED


def test_a_refused_entry_says_why_beside_the_control_and_keeps_the_study(visit):
    page = visit()
    fold_out(page, "section-when")
    type_into(page, "follow_up-from_day", 500)
    expect(page.get_by_test_id("stSidebar").get_by_text("Not changed. no day lies from 500 to 120")).to_be_visible()
    in_force(page, AS_PUBLISHED)
    expect(page.locator(".st-key-follow_up-from_day input")).to_have_value("30")


@pytest.mark.parametrize("name", ["</details><img src=x>", "&lt;img src=x&gt;", "**x** [y](http://evil) <b>z</b>"])
def test_text_from_a_link_is_shown_as_it_stands(visit, name):
    page = visit(study=to_link(AS_PUBLISHED.replace(name=name, interval="mid_p")))
    shown = page.locator(".st-key-definition")
    expect(shown).to_contain_text(name)
    expect(shown.get_by_text("We analysed all patients")).to_be_visible()
    for kind in ("img", "a", "b", "script"):
        expect(shown.locator(kind)).to_have_count(0)


def test_a_saved_study_is_loaded_again(visit, tmp_path):
    study = PRESETS["strict"].study.replace(name="Mine", confidence=0.9)
    page = visit(study=to_link(study))
    in_force(page, study)
    fold_out(page, "section-share")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as JSON").click()
    saved.value.save_as(tmp_path / "mine.json")
    again = visit()
    fold_out(again, "section-share")
    again.locator("input[type=file]").set_input_files(tmp_path / "mine.json")
    in_force(again, study)


def test_hypothetical_additions_are_counted_apart(visit):
    without = [criterion for criterion in AS_PUBLISHED.eligibility if criterion.kind != "prescriptions"]
    page = visit(study=to_link(AS_PUBLISHED.replace(eligibility=tuple(without))))
    expect(page.get_by_text("hypothetical analysed")).to_have_count(0)
    page.locator(".st-key-hypothetical label").first.click()
    expect(page.get_by_text("49 reconstructed + 8 hypothetical analysed: no p values")).to_be_visible()


def test_on_a_phone_the_sidebar_opens_works_and_nothing_is_cut(visit):
    rule = AllOf(rules=(PercentImprovement(instrument="BSA", at_least=50), Reported(item="fewer_flares")))
    study = AS_PUBLISHED.replace(response=Response(among=AS_PUBLISHED.response.among, rule=rule))
    page = visit(width=390, study=to_link(study))
    expect(page.locator(".st-key-definition")).to_contain_text(study.fingerprint)
    words = page.locator(".st-key-definition").get_by_text("We analysed all patients")
    expect(words).to_be_hidden()
    page.locator(".st-key-definition summary").click()
    expect(words).to_be_visible()
    chip = page.locator(".st-key-chip-rule").get_by_role("button", name="response")
    box = chip.bounding_box()
    assert box["x"] + box["width"] <= 390
    assert chip.evaluate("e => e.scrollWidth <= e.clientWidth + 1 && e.scrollHeight <= e.clientHeight + 1")
    page.get_by_test_id("stExpandSidebarButton").click()
    fold_out(page, "section-interval")
    choose(page, "interval", "Jeffreys")
    expect(page.get_by_test_id("stSidebar").get_by_text("95 % Jeffreys")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


def test_the_keyboard_alone_changes_the_definition(visit):
    page = visit()
    page.locator(".st-key-section-interval summary").first.focus()
    page.keyboard.press("Enter")
    box = page.locator(".st-key-confidence input")
    expect(box).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        if box.evaluate("e => e === document.activeElement"):
            break
    expect(box).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    in_force(page, AS_PUBLISHED.replace(confidence=0.94))
    expect(box).to_be_focused()
