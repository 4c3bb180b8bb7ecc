"""The first page, without a browser."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.literature.claims import claims
from explorer.study.presets import PRESETS

ROOT = Path(__file__).resolve().parents[2]


def page() -> AppTest:
    app = AppTest.from_file(ROOT / "app.py", default_timeout=30).run()
    assert not app.exception
    return app


def test_the_page_answers_the_question_with_count_and_denominator():
    app = page()
    assert "tralokinumab" in app.title[0].value
    assert app.metric[0].value == "24/47 (51 %)"


def test_the_page_says_that_the_cohort_is_synthetic():
    assert any("not patient data" in warning.value for warning in page().warning)


def test_every_published_figure_stands_beside_what_the_cohort_gives():
    rows = claims(analyse(bundled_cohort(), PRESETS["as-published"].study))
    shown = page().table[0].value
    assert list(shown["Published"]) == [row.fact.statement for row in rows]
    assert list(shown["This cohort"]) == [row.here.text for row in rows]


def test_the_definition_in_force_is_printed_in_words():
    words = PRESETS["as-published"].study.words()
    assert any(words in block.value for block in page().markdown)
