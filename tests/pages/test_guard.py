"""Against picking the best: results can wait for a lock, and what was looked at is said in every file."""

import pandas as pd
from streamlit.testing.v1 import AppTest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.charts.figure import Figure
from explorer.export.figures import csv, svg
from explorer.export.patients import patients_csv
from explorer.study.presets import AS_PUBLISHED, PRESETS
from tests.pages.app import words


def frame():
    """Do what app.py does, with a page of one result."""
    import streamlit as st

    from explorer.ui import guard, show, state
    from explorer.ui.controls import locking, sidebar

    state.begin()
    with st.sidebar:
        sidebar.sidebar()
    if guard.waiting():
        locking.hidden(state.study())
    else:
        show.page("A page", "What is shown?")
        st.metric("Responders", show.responders(state.analysis()))


def opened(waiting=False):
    app = AppTest.from_function(frame, default_timeout=60)
    app.session_state["waiting"] = waiting
    app.run()
    sections = ("lock", "responder", "missing", "interval")
    app.session_state["unfolded"] = frozenset(f"section-{name}" for name in sections)
    return seen(app.run())


def seen(app):
    assert not app.exception, [error.message for error in app.exception]
    return app


def press(app, key):
    return seen(next(button for button in app.button if button.key == key).click().run())


def choose(app, name):
    return seen(next(box for box in app.selectbox if box.key == "preset-chosen").set_value(name).run())


def test_results_wait_until_a_definition_is_locked():
    app = opened(waiting=True)
    assert app.title[0].value == "Results are hidden"
    assert not app.metric
    for result in ("24/47", "51 %", "24 true", " true, "):
        assert result not in words(app)
    assert "prior dupilumab" in words(app)
    assert "viewed" not in app.session_state
    press(app, "lock-and-show")
    assert "24/47" in app.metric[0].value
    assert f"Definition {AS_PUBLISHED.fingerprint} was locked" in words(app)
    assert "before any result was shown\\: this one" in words(app)


def test_results_can_be_shown_without_a_lock():
    app = press(opened(waiting=True), "show-anyway")
    assert "24/47" in app.metric[0].value
    assert "was locked" not in words(app)


def test_a_switch_hides_results_again():
    app = opened()
    next(toggle for toggle in app.toggle if toggle.key == "waiting-toggle").set_value(True).run()
    assert app.title[0].value == "Results are hidden"


def test_a_lock_counts_the_looks_before_it_and_says_how_another_definition_differs():
    app = press(opened(), "lock")
    assert "after 1 look at results\\: this one" in words(app)
    choose(app, PRESETS["bsa-50"].study.name)
    assert "This one differs\\: response" in words(app)
    press(app, "release")
    assert "was locked" not in words(app)


def test_definitions_viewed_are_listed_in_order():
    app = choose(opened(), PRESETS["strict"].study.name)
    looked_at = app.session_state["viewed"].definitions
    assert [number for number, _ in looked_at] == [AS_PUBLISHED.fingerprint, PRESETS["strict"].study.fingerprint]
    assert f"1. As published ({AS_PUBLISHED.fingerprint})" in words(app)


def test_every_kind_of_file_says_what_was_viewed_before():
    said = "2 definitions viewed before this one: A (1); B (2)."
    rows = pd.DataFrame({"x": [1]})
    spec = {"mark": {"type": "point"}, "encoding": {"x": {"field": "x", "type": "quantitative"}}}
    figure, analysis = Figure("f", "Title", "Seen.", spec, rows, lambda: rows), analyse(bundled_cohort(), AS_PUBLISHED)
    assert f"# {said}" in csv(figure, analysis, [said])
    assert said in svg(figure, analysis, [said])
    assert f"# {said}" in patients_csv(rows, analysis, [said])


def test_a_link_can_begin_with_results_hidden():
    app = AppTest.from_function(frame, default_timeout=60)
    app.query_params["results"] = "hidden"
    seen(app.run())
    assert app.title[0].value == "Results are hidden"
    press(app, "lock-and-show")
    assert "before any result was shown" in words(app)
