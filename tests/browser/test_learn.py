"""Lessons in a real browser: one from start to end by keyboard on a phone, and a class of two with its teacher."""

import re

import pytest
from playwright.sync_api import expect

from explorer.bundled import bundled_cohort
from explorer.lessons.key import key, said
from explorer.lessons.quantities import results
from explorer.lessons.shelf import shelf

LESSON = shelf().lessons["which-denominator"]
SEEN = results(LESSON, bundled_cohort())
SLOW = 30_000
"""Milliseconds: the first visitor waits for the imports, the first answer for the reconstructions."""


def visit(browser, url, width=1440):
    context = browser.new_context(viewport={"width": width, "height": 844})
    context.set_default_timeout(30_000)
    opened = context.new_page()
    opened.goto(url)
    return opened


@pytest.fixture
def visits(browser):
    """Open addresses, each in a browser of its own."""
    opened = []

    def new(url, width=1440):
        opened.append(visit(browser, url, width))
        return opened[-1]

    yield new
    for page in opened:
        page.context.close()


def test_a_lesson_is_done_from_start_to_end_by_keyboard_on_a_phone(visits, address):
    page = visits(f"{address}/learn?lesson={LESSON.slug}", width=390)
    for place, question in enumerate(LESSON.questions):
        right = key(LESSON, place, SEEN)
        expect(page.get_by_role("button", name="Answer", exact=True)).to_be_visible(timeout=SLOW)
        expect(page.get_by_text(re.compile("^Hidden while a question is open"))).to_be_attached(timeout=SLOW)
        unseen = said(LESSON, question.options[right].feedback, SEEN)[:40]
        assert unseen not in page.content()
        by_keyboard(page, right)
        expect(page.get_by_text("Right.").nth(place)).to_be_visible(timeout=SLOW)
        expect(page.get_by_text(unseen)).to_be_visible(timeout=SLOW)
        expect(page.locator(f".st-key-learn-feedback-{LESSON.slug}-{place}")).to_be_focused(timeout=SLOW)
    expect(page.get_by_text(f"{len(LESSON.questions)} of {len(LESSON.questions)} right.")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("Not yet.")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name=re.compile("^Next: ")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=LESSON.title)).to_have_count(0, timeout=SLOW)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


def by_keyboard(page, option):
    """Choose an option, say that it is a guess, and answer, without a mouse."""
    to(page, "input[type=radio]")
    page.keyboard.press("Space")
    for _ in range(option):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    to(page, "[data-testid=stFormSubmitButton] button")
    page.keyboard.press("Enter")


def to(page, element):
    """Press Tab until an element has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("chosen => document.activeElement.matches(chosen)", element):
            return
    pytest.fail(f"Tab does not reach {element}")


def test_two_learners_answers_appear_in_the_class_chart(visits, address):
    teacher = visits(f"{address}/learn")
    teacher.get_by_role("radio", name="For teachers").click()
    teacher.get_by_role("button", name="Open a class").click()
    link = teacher.get_by_test_id("stCode").first
    expect(link).to_contain_text("class=", timeout=SLOW)
    for option in ("A", "B"):
        learner = visits(link.inner_text().strip(), width=390)
        learner.get_by_text(re.compile(rf"^{option}\. ")).click()
        learner.get_by_text("Fairly sure").click()
        expect(learner.get_by_text("How the class answered")).to_have_count(0)
        learner.get_by_role("button", name="Answer", exact=True).click()
        expect(learner.get_by_text("How the class answered").first).to_be_visible(timeout=SLOW)
    expect(teacher.get_by_text("2 learners answered. A: 1/2 (50 %); B: 1/2 (50 %)").first).to_be_visible(timeout=SLOW)
    beside = teacher.get_by_test_id("stSidebar")
    expect(beside.get_by_text("Hidden while a class may look on")).to_be_visible(timeout=SLOW)
    expect(beside.get_by_text("24/47")).to_have_count(0)
    teacher.get_by_text("Mark the answer that holds").click()
    expect(beside.get_by_text("24/47").first).to_be_visible(timeout=SLOW)
    own = visits(own_link(teacher))
    expect(own.get_by_text("2 learners answered").first).to_be_visible(timeout=SLOW)


def own_link(teacher):
    teacher.get_by_text("Your own link").click()
    return teacher.get_by_test_id("stCode").nth(1).inner_text().strip()
