"""Whether a widget was moved by its reader: a browser that lags behind, and one that is up to date."""

from collections import deque
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from explorer.ui import reports
from explorer.ui.reports import Known

SHOWN = {"typed": lambda study: study, "slider": lambda study: study, "rank": lambda study: -study}
"""Three widgets over one number, one of which shows something computed from it."""


def test_what_a_browser_holds_depends_on_the_run_it_has_seen():
    known = Known(((3, 50), (5, 51), (6, 54)))
    assert [known.at(seen) for seen in (2, 3, 4, 5, 6, 9)] == [50, 50, 50, 51, 54, 54]


def test_a_report_of_what_was_set_or_is_about_to_be_is_no_move():
    known = Known(((3, 50), (5, 51), (6, 54)))
    assert [value for value in (49, 50, 51, 52, 54) if not known.may_be(value, seen=5)] == [49, 50, 52]
    assert [value for value in (49, 50, 51, 52, 54) if not known.may_be(value, seen=3)] == [49, 52]


def test_what_the_reader_has_moved_is_not_set():
    assert Known(((3, 50),)).then(51, reported=51, run=4, seen=3) == (Known(((3, 51),)), False)


def test_what_the_server_moves_is_set_again_until_the_browser_has_seen_it():
    set_once, needed = Known(((3, 50),)).then(51, reported=50, run=4, seen=3)
    again, still = set_once.then(51, reported=51, run=5, seen=3)
    assert needed
    assert still
    assert again.then(51, reported=51, run=6, seen=5) == (Known(((5, 51),)), False)


def test_what_is_refused_is_set_back():
    known, needed = Known(((3, 50),)).then(50, reported=400, run=4, seen=3)
    assert needed
    assert known.may_be(400, seen=3)
    assert known.may_be(50, seen=4)


def test_a_run_that_the_browser_did_not_ask_for_is_no_report():
    known, _ = Known(((3, 50), (4, 51))).then(51, reported=51, run=5, seen=3)
    assert known.may_be(50, seen=3)


class Visit:
    """A server and a browser that draws what it is sent whenever it comes to it."""

    def __init__(self, session):
        self.session, self.study, self.run = session, 0, 0
        self.wanted: list[int] = []
        self.holds, self.sent = {}, deque()
        self.asked = {}
        self.serve()
        self.draw(len(self.sent))

    def move(self, widget, value):
        """The reader moves a widget: the browser reports all; what waits to be served is overtaken."""
        self.holds[widget] = SHOWN[widget](value)
        self.asked = dict(self.holds)
        self.wanted.append(value)

    def serve(self):
        """The server takes the last report, tells what it finds moved, and sends every widget, set or not."""
        before = dict(self.session)
        self.session.update(self.asked)
        called = [widget for widget in SHOWN if widget in before and self.session[widget] != before[widget]]
        self.asked = {}
        for widget in called:
            if reports.moved(widget):
                self.study = SHOWN[widget](self.session[widget])
                assert self.study in self.wanted, "a definition that nobody asked for"
        for widget, shows in SHOWN.items():
            held = self.session.get(widget)
            told = Told(self.session)
            with told:
                reports.put(widget, shows(self.study))
            self.sent.append((widget, shows(self.study) if held is None or told.set else None))
        self.run += 1
        self.session[reports.RUN] = self.session[reports.SEEN] = self.run
        self.sent.append((reports.SEEN, self.run))

    def draw(self, pieces):
        """The browser draws some of what was sent at once: of one widget only the last is looked at."""
        drawn = dict(self.sent.popleft() for _ in range(min(pieces, len(self.sent))))
        self.holds.update({widget: value for widget, value in drawn.items() if value is not None})

    def rest(self):
        while self.asked or self.sent:
            if self.asked:
                self.serve()
            self.draw(len(self.sent))


class Told(dict):
    """Whether a session was written to meanwhile."""

    def __init__(self, session):
        self.session, self.set = session, False

    def __enter__(self):
        self.session.listener = self

    def __exit__(self, *_):
        self.session.listener = None


class Session(dict):
    listener = None

    def __setitem__(self, key, value):
        if self.listener is not None and key in SHOWN:
            self.listener.set = True
        super().__setitem__(key, value)


@pytest.fixture
def visit(monkeypatch):
    def new():
        session = Session()
        monkeypatch.setattr(reports, "st", SimpleNamespace(session_state=session))
        return Visit(session)

    return new


MOVES = st.sampled_from(list(SHOWN)).map(lambda widget: ("move", widget))
STEPS = st.lists(MOVES | st.just(("serve", None)) | st.integers(1, 9).map(lambda pieces: ("draw", pieces)), max_size=40)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@example(steps=[("move", "typed"), ("serve", None), ("move", "typed"), ("serve", None)])
@example(steps=[("move", "typed"), ("serve", None), ("draw", 2), ("move", "typed"), ("serve", None)])
def test_however_late_a_browser_is_the_last_move_counts_and_every_widget_shows_it(visit, steps):
    held, last = visit(), [0]
    for place, (what, which) in enumerate(steps, start=1):
        if what == "move":
            # Moves that were not served yet are one report: any of them may count last.
            last = [*(last if held.asked else []), place]
            held.move(which, place)
        elif what == "draw":
            held.draw(which)
        elif held.asked:
            held.serve()
    held.rest()
    assert held.study in last
    assert {widget: held.holds[widget] for widget in SHOWN} == {
        name: shows(held.study) for name, shows in SHOWN.items()
    }
