"""Classes: apart from each other, without names, for a time, and never more than a server bears."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from explorer.charts.class_answers import class_answers
from explorer.charts.figure import Figure, TooFew
from explorer.lessons import classes as module
from explorer.lessons.classes import HOURS, Answer, ClassError, Classes, Tally

ASKED = {"one": (3, 2), "two": (4,)}


class Clock:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def held(clock):
    return Classes(clock)


def counts(tally):
    return [sum(each.values()) for each in tally.counts]


def test_answers_are_counted_by_option_and_by_how_sure(held):
    code = held.open(ASKED).code
    for learner, option, sure in (("a", 0, "sure"), ("b", 0, "guess"), ("c", 2, "sure")):
        held.answer(code, learner, "one", 0, Answer(option, sure))
    found = held.tally(code, "one", 0)
    assert counts(found) == [2, 0, 1]
    assert found.counts[0] == {"guess": 1, "fairly": 0, "sure": 1}
    assert counts(held.tally(code, "one", 1)) == [0, 0]


def test_a_learner_counts_once_and_the_first_answer_stays(held):
    code = held.open(ASKED).code
    held.answer(code, "a", "one", 0, Answer(1, "guess"))
    held.answer(code, "a", "one", 0, Answer(2, "sure"))
    assert counts(held.tally(code, "one", 0)) == [0, 1, 0]


def test_a_learner_who_comes_back_finds_the_answers_that_were_counted(held, clock):
    one, other = held.open(ASKED), held.open(ASKED)
    held.answer(one.code, "a", "one", 0, Answer(1, "guess"))
    held.answer(one.code, "a", "one", 0, Answer(2, "sure"))
    held.answer(one.code, "a", "two", 0, Answer(3, "fairly"))
    held.answer(one.code, "b", "one", 1, Answer(0, "sure"))
    assert held.answers_of(one.code, "a") == {("one", 0): Answer(1, "guess"), ("two", 0): Answer(3, "fairly")}
    assert held.answers_of(other.code, "a") == held.answers_of(one.code, "") == held.answers_of("gone", "a") == {}
    clock.now = 3600 * HOURS
    assert held.answers_of(one.code, "a") == {}


def test_classes_do_not_see_each_other(held):
    one, other = held.open(ASKED), held.open(ASKED)
    held.answer(one.code, "a", "two", 0, Answer(3, "sure"))
    assert counts(held.tally(other.code, "two", 0)) == [0, 0, 0, 0]
    assert not held.is_teacher(other.code, one.key)
    held.close(other.code, one.key)
    assert held.is_open(other.code)


def test_codes_and_keys_cannot_be_guessed_from_one_another(held):
    opened = [held.open(ASKED) for _ in range(50)]
    assert len({each.code for each in opened} | {each.key for each in opened}) == 100
    assert all(len(each.code) >= 12 and len(each.key) >= 32 for each in opened)


def test_a_class_is_gone_after_its_hours(held, clock):
    opened = held.open(ASKED)
    clock.now = 3600 * HOURS - 1
    assert held.is_open(opened.code)
    clock.now += 1
    assert held.tally(opened.code, "one", 0) is None
    assert not held.is_teacher(opened.code, opened.key)
    with pytest.raises(ClassError, match="not open any more"):
        held.answer(opened.code, "a", "one", 0, Answer(0, "sure"))


def test_only_the_teacher_closes_a_class(held):
    opened = held.open(ASKED)
    held.close(opened.code, "no key, é")
    assert held.is_open(opened.code)
    held.close(opened.code, opened.key)
    assert not held.is_open(opened.code)


@pytest.mark.parametrize(
    ("lesson", "question", "answer"),
    [
        ("three", 0, Answer(0, "sure")),
        ("one", 2, Answer(0, "sure")),
        ("one", -1, Answer(0, "sure")),
        ("one", 0, Answer(3, "sure")),
        ("one", 0, Answer(-1, "sure")),
        ("one", 0, Answer(0, "very")),
    ],
)
def test_what_was_not_asked_is_not_counted(held, lesson, question, answer):
    code = held.open(ASKED).code
    with pytest.raises(ClassError, match="not asked"):
        held.answer(code, "a", lesson, question, answer)


def test_a_server_holds_so_many_classes_and_a_class_so_many_learners(held, clock, monkeypatch):
    monkeypatch.setattr(module, "MOST_CLASSES", 2)
    monkeypatch.setattr(module, "MOST_LEARNERS", 2)
    code = held.open(ASKED).code
    held.open(ASKED)
    with pytest.raises(ClassError, match="Try again later"):
        held.open(ASKED)
    for learner in "ab":
        held.answer(code, learner, "one", 0, Answer(0, "sure"))
    with pytest.raises(ClassError, match="full"):
        held.answer(code, "c", "one", 0, Answer(0, "sure"))
    held.answer(code, "a", "two", 0, Answer(0, "sure"))
    clock.now = 3600 * HOURS
    assert held.open(ASKED).code


def test_many_answers_at_once_are_all_counted(held):
    code = held.open(ASKED).code
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda who: held.answer(code, str(who), "two", 0, Answer(who % 4, "guess")), range(400)))
    assert counts(held.tally(code, "two", 0)) == [100, 100, 100, 100]


# The chart


def tally(*counts):
    return Tally(tuple({"guess": guess, "fairly": fairly, "sure": sure} for guess, fairly, sure in counts))


def test_a_single_answer_is_not_drawn_because_it_would_say_whose_it_is():
    drawn = class_answers(tally((1, 0, 0), (0, 0, 0)), ["yes", "no"], None)
    assert isinstance(drawn, TooFew)
    assert drawn.why == "1 answer has come in; the answers are drawn from 2 on."


def test_the_chart_says_counts_and_marks_the_answer_that_holds_only_when_asked():
    found = tally((1, 0, 2), (0, 1, 0))
    hidden, marked = (class_answers(found, ["yes", "no"], right) for right in (None, 0))
    assert isinstance(hidden, Figure)
    assert hidden.alt == "4 learners answered. A: 3/4 (75 %); B: 1/4 (25 %)."
    assert marked.alt == f"{hidden.alt} A holds."
    assert "Holds" not in hidden.table
    assert list(marked.table["Holds"]) == ["yes", ""]
    assert set(hidden.data["right"]) == {""}
    assert list(hidden.table["Sure (learners)"]) == [2, 0]
    assert marked.spec is hidden.spec


def test_axes_stay_put_while_a_few_more_answers_come_in():
    few, more = (class_answers(tally((n, 0, 0), (0, 1, 0)), ["yes", "no"], None) for n in (1, 4))
    assert few.spec is more.spec
