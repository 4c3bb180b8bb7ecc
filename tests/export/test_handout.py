"""The handout: questions without answers first, the key on a page of its own, and what the cohort is on every page."""

import io
import re
from datetime import date

import pytest
from docx import Document

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.export.handout import handout
from explorer.export.report_docx import docx
from explorer.export.report_html import html
from explorer.lessons.key import key, said
from explorer.lessons.quantities import results
from explorer.lessons.shelf import shelf
from explorer.study.presets import AS_PUBLISHED
from tests.pages.app import spaced

LESSONS = list(shelf().lessons.values())[:2]
DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def made():
    return handout(LESSONS, analyse(bundled_cohort(), AS_PUBLISHED), DAY)


def plain(text):
    return spaced(" ".join(re.sub(r"<[^>]+>", " ", text).replace("&nbsp;", " ").split()))


def parts_of_html(made):
    """What is read before the key, and the key."""
    body = html(made).partition("<main>")[2]
    before, _, after = body.partition('class="new-page"')
    return plain(before), plain(after)


def parts_of_docx(made):
    lines = Document(io.BytesIO(docx(made))).paragraphs
    at = next(place for place, line in enumerate(lines) if line.paragraph_format.page_break_before)
    assert lines[at].text == "Key"
    return tuple(plain(" ".join(line.text for line in part)) for part in (lines[:at], lines[at:]))


@pytest.mark.parametrize("parts", [parts_of_html, parts_of_docx])
def test_questions_come_first_and_feedback_only_after_the_page_break(made, parts):
    before, after = parts(made)
    for lesson in LESSONS:
        seen = results(lesson, bundled_cohort())
        for place, question in enumerate(lesson.questions):
            assert start(said(lesson, question.ask, seen)) in before
            assert f"{place + 1}. {'ABCDEF'[key(lesson, place, seen)]} holds." in after
            for option in question.options:
                assert start(said(lesson, option.feedback, seen)) in after
                assert start(said(lesson, option.feedback, seen)) not in before
    assert "holds." not in before


def start(text):
    """The first words, up to marks that files write otherwise."""
    return plain(re.split(r"[*_&<'\"]", text)[0])[:60]


def test_the_label_stands_on_it_and_nothing_is_fetched(made):
    page = html(made)
    assert "Synthetic reconstruction, not patient data." in page
    assert "default-src 'none'" in page
    header = Document(io.BytesIO(docx(made))).sections[0].header
    assert "not patient data" in header.paragraphs[0].text


def test_the_same_day_gives_the_same_bytes(made):
    again = handout(LESSONS, analyse(bundled_cohort(), AS_PUBLISHED), DAY)
    assert docx(again) == docx(made)
    assert html(again) == html(made)


def test_one_lesson_lends_its_title():
    alone = handout(LESSONS[:1], analyse(bundled_cohort(), AS_PUBLISHED), DAY)
    assert alone.title == LESSONS[0].title
