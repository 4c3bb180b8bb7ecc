"""With small counts protected, no page sends the browser anything that depends on an exact count."""

import re

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explorer.analysis.analyse import analyse
from explorer.export.protected import protected
from explorer.study.presets import default_for
from explorer.ui import protected_open
from explorer.ui.protected import CARDS
from explorer.ui.small_counts import SHARED
from tests.export.protection import twins
from tests.pages.app import open_page, words
from tests.pages.cohorts import HARD
from tests.pages.test_every_page import PAGES

RESULTS = [page for page in PAGES if page not in ("your_data", "learn")]
UNFOLDED = (
    *("who", "when", "responder", "after-stop", "missing", "interval", "lock", "small-counts", "share"),
    *(f"eligibility-{place}-open" for place in range(6)),
    *("among-0-open", "part-top-open", "part-0-open", "part-1-open"),
)
FIRST, SECOND = twins()


def frame():
    """Do what app.py does with small counts protected: tests cannot open another page by way of it."""
    import streamlit as st

    from explorer.ui import guard, protected, small_counts, state
    from explorer.ui.controls import locking, sidebar

    state.begin()
    with st.sidebar:
        sidebar.sidebar()
    if guard.waiting():
        locking.hidden(state.study())
    elif small_counts.replaces(st.session_state.address):
        protected.page("A page", st.session_state.address)
    else:
        st.title("Exact")


def opened(cohort=None, address="", threshold=None, **held):
    app = AppTest.from_function(frame, default_timeout=60)
    app.session_state["address"] = address
    if cohort is not None:
        app.session_state["cohort"] = cohort
    if threshold is not None:
        app.session_state["small-counts"] = {cohort.fingerprint: threshold}
    for key, value in held.items():
        app.session_state[key] = value
    return seen(app.run())


def seen(app):
    assert not app.exception, [error.message for error in app.exception]
    return app


def unfolded(app):
    """Open all parts of the sidebar."""
    app.session_state["unfolded"] = frozenset(f"section-{part}" for part in UNFOLDED) | frozenset(UNFOLDED)
    return seen(app.run())


def sent(app, cohort):
    """Everything that was sent to the browser: texts, tables, specifications and data of charts, widgets.

    But for the numbers that tell downloads apart, which are random, and that of the cohort in a link to it.
    """
    said = (str(each.proto).replace(cohort.fingerprint, "") for each in elements(app.main, app.sidebar))
    return [re.sub('deferred_file_id: "[0-9a-f]+"', "", each) for each in said]


def elements(*blocks):
    for block in blocks:
        for child in block.children.values():
            if hasattr(child, "children"):
                yield child
                yield from elements(child)
            else:
                yield child


def test_the_twins_differ_where_it_counts():
    first, second = (analyse(each, default_for(each)) for each in (FIRST, SECOND))
    assert protected(first, 5) == protected(second, 5)
    for of in (lambda a: a.ledger.n, lambda a: a.response.n_responders, lambda a: a.reports[0].n_yes):
        assert of(first) == of(second) + 1
    assert first.safety.events[0].n_patients == second.safety.events[0].n_patients + 1
    assert first.change[0].followup_mean != second.change[0].followup_mean


@pytest.mark.parametrize("address", [*CARDS, *protected_open.PAGES, "patients"])
def test_what_is_sent_does_not_depend_on_what_is_hidden(address):
    first, second = (sent(unfolded(opened(each, address, 5)), each) for each in (FIRST, SECOND))
    assert len(first) > 40
    assert first == second


def test_without_protection_the_same_two_cohorts_are_told_apart():
    first, second = (sent(unfolded(opened(each)), each) for each in (FIRST, SECOND))
    assert first != second


def test_results_are_ranges_and_say_so():
    said = words(opened(FIRST, "", 5))
    assert "15–19 of 30–34 (about 53 %) responded" in said  # 17 of 32
    assert "Counts under 5 are hidden" in said


@pytest.mark.parametrize("address", ["multiverse", "compare", "patients", "left_open", "a-page-to-come"])
def test_pages_that_protected_results_cannot_fill_say_how_to_get_them_back(address):
    app = opened(FIRST, address, 5)
    assert "switch **Small counts** off" in app.info[0].value
    assert not app.get("vega_lite_chart")


def test_published_rows_are_shown_without_the_loaded_cohort():
    app = opened(FIRST, "evidence", 5)
    said = words(app)
    assert said.count("the loaded cohort is not drawn beside them") == 1
    assert "119 published rows" in said
    assert "In the loaded cohort" not in said
    assert "as eligible now" not in said
    assert len(app.get("vega_lite_chart")) == 2


def test_what_is_unfolded_among_published_rows_does_not_depend_on_what_is_hidden_and_gives_no_files():
    held = {"evidence-pool": True, "evidence-press": True, "evidence-unstated": True}
    apps = [opened(each, "evidence", 5, **held) for each in (FIRST, SECOND)]
    for app in apps:
        folds = [each for each in app.expander if each.label == "Table"]
        assert len(folds) >= 2
        assert not [each for each in app.expander if "downloads" in each.label]
    first, second = (sent(app, each) for app, each in zip(apps, (FIRST, SECOND), strict=True))
    assert first == second


def test_glossary_and_guide_stay_and_lessons_say_why_not():
    app = opened(FIRST, "learn", 5)
    assert "Lessons, classes and the verdict are about exact counts" in words(app)
    assert "MCID" in words(app)
    assert "How to read a before-and-after cohort" not in words(app)


def test_the_guide_does_not_depend_on_what_is_hidden(monkeypatch):
    # Tests know no menu to link to.
    monkeypatch.setattr(st, "page_link", lambda page, label, icon: st.caption(label))
    held = {"learn-part-protected": "Reader's guide"}
    apps = [opened(each, "learn", 5, **held) for each in (FIRST, SECOND)]
    assert "How to read a before-and-after cohort" in words(apps[0])
    first, second = (sent(app, each) for app, each in zip(apps, (FIRST, SECOND), strict=True))
    assert first == second


@pytest.mark.parametrize("kind", HARD)
@pytest.mark.parametrize("address", [*CARDS, *protected_open.PAGES])
def test_protected_pages_bear_hard_cohorts(kind, address):
    assert opened(HARD[kind](), address, 5).title


@pytest.mark.parametrize("page", RESULTS)
def test_a_page_that_is_run_past_the_app_shows_nothing(page, monkeypatch):
    monkeypatch.setenv(SHARED, "1")
    app = open_page("report", cohort=FIRST)
    app.switch_page(f"pages/{page}.py").run()
    assert [each.value for each in app.error] == ["Small counts are protected, and this page holds exact ones."]
    assert len(app.main.markdown) == 0


# When it is on


def test_a_visitors_own_cohort_is_protected_from_the_start_where_a_server_is_shared(monkeypatch):
    monkeypatch.setenv(SHARED, "1")
    assert opened(FIRST).title[0].value == "A page"
    assert opened().title[0].value == "Exact"


def test_the_app_puts_protected_results_in_place_of_its_pages(monkeypatch):
    monkeypatch.setenv(SHARED, "1")
    said = words(open_page(cohort=FIRST))
    assert "15–19 of 30–34 (about 53 %) responded" in said
    assert "17/33" not in said


def test_elsewhere_nothing_is_protected_until_it_is_asked_for():
    app = unfolded(opened(FIRST))
    assert app.title[0].value == "Exact"
    switched = seen(app.toggle(key="small-counts-on").set_value(True).run())
    assert "Counts under 5 are hidden" in words(switched)
    assert seen(switched.toggle(key="small-counts-on").set_value(False).run()).title[0].value == "Exact"


def test_a_choice_holds_for_its_cohort_alone(monkeypatch):
    monkeypatch.setenv(SHARED, "1")
    app = unfolded(opened(FIRST))
    assert seen(app.toggle(key="small-counts-on").set_value(False).run()).title[0].value == "Exact"
    app.session_state["cohort"] = SECOND
    assert seen(app.run()).title[0].value == "A page"


@pytest.mark.parametrize("shared", ["0", "1"])
def test_what_is_switched_on_stays_on_for_a_corrected_file(shared, monkeypatch):
    monkeypatch.setenv(SHARED, shared)
    app = opened(FIRST, "", 20)
    app.session_state["cohort"] = SECOND
    assert "Counts under 20 are hidden" in words(seen(app.run()))


def test_each_cohort_keeps_its_own_choice():
    app = unfolded(opened(FIRST, "", 20))
    app.session_state["cohort"] = SECOND
    app = seen(app.run())
    assert seen(app.toggle(key="small-counts-on").set_value(False).run()).title[0].value == "Exact"
    app.session_state["cohort"] = FIRST
    assert "Counts under 20 are hidden" in words(seen(app.run()))


@pytest.mark.parametrize(("threshold", "said"), [(5, "30–34 patients"), (20, "20–39 patients"), (None, "33 patients")])
def test_the_cohort_in_use_is_counted_as_a_range(threshold, said):
    app = open_page("your_data", cohort=FIRST)
    app.session_state["small-counts"] = {FIRST.fingerprint: threshold}
    line = next(each.value for each in seen(app.run()).markdown if each.value.startswith("In use on every page"))
    assert said in line


def test_the_threshold_can_be_raised():
    app = unfolded(opened(FIRST, "", 5))
    choice = next(each for each in app.get("button_group") if each.key == "small-counts-threshold")
    assert "Counts under 10 are hidden" in words(seen(choice.set_value(10).run()))


def test_ones_own_rows_are_shown_while_they_are_brought():
    assert opened(FIRST, "your_data", 5).title[0].value == "Exact"


def test_results_that_wait_for_a_lock_stay_hidden():
    assert opened(FIRST, "", 5, waiting=True).title[0].value == "Results are hidden"
