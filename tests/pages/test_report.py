"""The page where a report is put together."""

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.export.report_cards import cards, usual
from explorer.study.presets import AS_PUBLISHED
from tests.pages.app import open_page
from tests.pages.cohorts import scores_only

HELD = cards(analyse(bundled_cohort(), AS_PUBLISHED))


def order(app):
    """The parts in the order in which the page shows them, texts as such."""
    rows = [button.key.removeprefix("report-out-") for button in app.main.button if "report-out-" in (button.key or "")]
    return ["text" if row.startswith("text ") else row for row in rows]


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception
    return app


def test_all_cards_stand_in_their_usual_order_with_the_items_they_answer():
    app = open_page("report")
    assert order(app) == list(usual(analyse(bundled_cohort(), AS_PUBLISHED)))
    lines = [block.value for block in app.main.markdown]
    assert all(any(card.items in line for line in lines) for card in HELD.values())


def test_cards_are_moved_left_out_and_added():
    app = open_page("report")
    press(app, "report-down-question")
    assert order(app)[:2] == ["methods", "question"]
    press(app, "report-up-ledger")
    assert order(app)[:3] == ["methods", "ledger", "question"]
    press(app, "report-out-methods")
    assert order(app)[:2] == ["ledger", "question"]
    app.selectbox(key="report-add").set_value("methods").run()
    assert order(app)[-1] == "methods"
    assert app.selectbox(key="report-add").value is None
    press(app, "report-usual")
    assert order(app)[0] == "question"


def test_the_first_cannot_be_moved_up_nor_the_last_down():
    app = open_page("report")
    assert app.button(key="report-up-question").disabled
    assert app.button(key="report-down-source").disabled
    assert not app.button(key="report-down-question").disabled


def test_a_text_keeps_its_words_wherever_it_is_moved_and_after_a_look_at_another_page():
    app = press(open_page("report"), "report-add-text")
    assert order(app)[-1] == "text"
    app.text_area[0].input("Why we ask.").run()
    key = app.text_area[0].key.removeprefix("report-")
    press(app, f"report-up-{key}")
    assert order(app)[-2:] == ["text", "source"]
    app.switch_page("pages/response.py").run()
    app.switch_page("pages/report.py").run()
    assert order(app)[-2:] == ["text", "source"]
    assert app.text_area[0].value == "Why we ask."


def test_another_cohort_has_cards_of_its_own():
    app = press(open_page("report"), "report-out-question")
    app.session_state["cohort"] = scores_only()
    del app.session_state["study"]
    app.run()
    app.switch_page("pages/report.py").run()
    assert "change-PASI" in order(app)
    assert "change-BSA" not in order(app)
    assert "question" in order(app)


def test_five_kinds_of_files_are_offered():
    app = open_page("report")
    names = [each.proto.label for each in app.main.get("download_button")]
    assert names == [
        "Report to read and print (HTML)",
        "Report to edit (DOCX)",
        "Script (Python)",
        "Cohort, for the script (ZIP)",
        "All results (ZIP)",
    ]
