"""The page Learn: nothing is shown before an answer, the sidebar is live afterwards, and classes stay apart."""

import pytest
from streamlit.testing.v1 import AppTest

from explorer.bundled import bundled_cohort
from explorer.lessons.classes import Answer
from explorer.lessons.key import key, said
from explorer.lessons.quantities import results
from explorer.lessons.shelf import Shelf, shelf
from explorer.study.presets import AS_PUBLISHED, PRESETS
from explorer.study.sharing import from_link, to_link
from explorer.ui import learning, lesson_list, teaching
from tests.pages.app import ROOT, open_page, spaced, words
from tests.pages.cohorts import HARD

LESSON = shelf().lessons["which-denominator"]
SLUGS = list(shelf().lessons)
SEEN = results(LESSON, bundled_cohort())
RIGHT = [key(LESSON, place, SEEN) for place in range(len(LESSON.questions))]


BACK = "Back to the published cohort"


def by_address(study=None, cohort=None, **asked) -> AppTest:
    """Come by a link to the page."""
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    for name, value in asked.items():
        app.query_params[name] = value
    if study is not None:
        app.query_params["study"] = to_link(study)
    if cohort is not None:
        app.session_state["cohort"] = cohort
    app.run()
    app = app.switch_page("pages/learn.py").run()
    assert not app.exception, [error.message for error in app.exception]
    return app


def answer(app, place, option, sure="fairly", lesson=LESSON):
    app.radio(key=f"learn-option-{lesson.slug}-{place}").set_value(option)
    app.radio(key=f"learn-sure-{lesson.slug}-{place}").set_value(sure)
    button(app, "Answer").click().run()
    assert not app.exception, [error.message for error in app.exception]
    return app


def button(app, label):
    return next(each for each in app.button if each.label == label)


def shown(app):
    """What can be read, without the marks that keep text from being markup."""
    return words(app).replace("\\", "")


def done(app):
    for place in range(len(LESSON.questions)):
        app = answer(app, place, RIGHT[place])
    return app


@pytest.mark.parametrize("slug", SLUGS)
def test_nothing_is_revealed_before_an_answer(slug):
    lesson = shelf().lessons[slug]
    seen = results(lesson, bundled_cohort())
    app = by_address(lesson=slug)
    assert not any((app.get("vega_lite_chart"), app.dataframe, app.success, app.error, app.metric))
    for question in lesson.questions:
        for text in (question.reveal.text, *(option.feedback for option in question.options)):
            assert said(lesson, text, seen)[:50] not in words(app)


def test_a_later_question_stays_closed_until_the_first_is_answered():
    app = by_address(lesson=LESSON.slug)
    second = said(LESSON, LESSON.questions[1].ask, SEEN)
    assert second not in words(app)
    app = answer(app, 0, RIGHT[0])
    assert second in words(app)
    assert said(LESSON, LESSON.questions[1].reveal.text, SEEN)[:40] not in words(app)


@pytest.mark.parametrize("option", range(len(LESSON.questions[0].options)))
def test_every_answer_has_the_feedback_that_belongs_to_it(option):
    app = answer(by_address(lesson=LESSON.slug), 0, option)
    feedback = [said(LESSON, each.feedback, SEEN)[:50] for each in LESSON.questions[0].options]
    boxes, others = (app.success, app.error) if option == RIGHT[0] else (app.error, app.success)
    assert [text in spaced(boxes[0].value) for text in feedback] == [place == option for place in range(len(feedback))]
    assert not others


def test_an_answer_needs_both_an_option_and_how_sure():
    app = by_address(lesson=LESSON.slug)
    app.radio(key=f"learn-option-{LESSON.slug}-0").set_value(0)
    button(app, "Answer").click().run()
    assert "Choose an answer first" in words(app)
    assert not app.error


def test_the_lesson_sets_the_app_and_gives_the_readers_definition_back():
    mine = PRESETS["strict"].study
    app = done(by_address(lesson=LESSON.slug, study=mine))
    assert app.session_state["study"] == LESSON.studies["observed"]
    assert f"The app is now set to **{LESSON.studies['observed'].name}**" in words(app)
    button(app, "Back to my definition").click().run()
    assert app.session_state["study"] == mine
    assert "Back to my definition" not in [each.label for each in app.button]


def test_the_goal_follows_the_sidebar():
    app = done(by_address(lesson=LESSON.slug))
    assert "Not yet." in words(app)
    app.session_state["study"] = PRESETS["bsa-50"].study
    app.run()
    assert "Reached." in app.success[-1].value


@pytest.mark.parametrize(
    "study", [AS_PUBLISHED.replace(missing="multiple_imputation"), AS_PUBLISHED.replace(hypothetical=True)]
)
@pytest.mark.parametrize("slug", SLUGS)
def test_a_goal_bears_definitions_under_which_little_can_be_computed(slug, study):
    lesson = shelf().lessons[slug]
    app = by_address(lesson=slug)
    for place in range(len(lesson.questions)):
        app = answer(app, place, 0, lesson=lesson)
    app.session_state["study"] = study
    app.run()
    assert not app.exception
    assert button(app, "Do it again")


def test_how_sure_one_was_is_held_against_what_held():
    app = answer(by_address(lesson=LESSON.slug), 0, (RIGHT[0] + 1) % 3, "sure")
    app = answer(app, 1, RIGHT[1], "guess")
    assert "1 of 2 right. Of the 1 you were sure of, 0 held." in words(app).replace("**", "")


def test_a_sequence_goes_on_and_the_address_follows():
    first, second, *_ = SLUGS
    app = done(by_address(lesson=f"{first},{second}"))
    assert "1 of 2" in words(app)
    button(app, f"Next: {shelf().lessons[second].title}").click().run()
    assert app.header[0].value == shelf().lessons[second].title
    assert app.query_params["lesson"] == [second] or app.query_params["lesson"] == second


def test_done_again_a_lesson_asks_again():
    app = done(by_address(lesson=LESSON.slug))
    button(app, "Do it again").click().run()
    assert len(app.get("vega_lite_chart")) == 0
    assert button(app, "Answer")


def test_the_list_opens_a_lesson_and_takes_it_back():
    app = open_page("learn")
    app.button(key=f"learn-start-{SLUGS[1]}").click().run()
    assert app.header[0].value == shelf().lessons[SLUGS[1]].title
    button(app, "All lessons").click().run()
    assert app.button(key=f"learn-start-{SLUGS[0]}")


def test_an_address_of_no_lesson_and_of_a_class_that_is_over_says_so():
    assert "There is no lesson “nothing”" in words(by_address(lesson="nothing"))
    assert "not open any more" in words(by_address(lesson=LESSON.slug, **{"class": "over"}))


def test_lessons_on_the_published_cohort_are_not_offered_for_another():
    app = by_address(cohort=HARD["scores only"]())
    assert f"learn-start-{LESSON.slug}" not in [each.key for each in app.button]
    assert button(app, BACK)
    app = by_address(cohort=HARD["scores only"](), lesson=LESSON.slug)
    assert "cannot be done here" in words(app)
    button(app, BACK).click().run()
    assert button(app, "Answer")
    assert BACK not in [each.label for each in app.button]


def test_where_no_lesson_can_be_done_every_part_says_so_and_offers_the_way_back(monkeypatch):
    about_the_paper = Shelf({LESSON.slug: LESSON}, ())
    monkeypatch.setattr(lesson_list, "shelf", lambda: about_the_paper)
    monkeypatch.setattr(teaching, "shelf", lambda: about_the_paper)
    app = by_address(cohort=HARD["scores only"]())
    assert "None of the lessons can be done with the loaded cohort: they ask about the published one." in words(app)
    app.segmented_control(key="learn-part").set_value("For teachers").run()
    assert "None of the lessons can be done" in words(app)
    button(app, BACK).click().run()
    assert button(app, "Open a class")


# A class, from a learner's side


def asked(app, name):
    """What a question of the address says; nothing where it does not stand there."""
    held = app.query_params.get(name, "")
    return held[0] if isinstance(held, list) else held


def again_by(app):
    """Load the page again by the address that it has now."""
    return by_address(**{name: asked(app, name) for name in app.query_params})


def test_a_page_loaded_again_keeps_its_answers_and_counts_once():
    code = learning.classes().open({LESSON.slug: (4, 3)}).code
    app = by_address(lesson=LESSON.slug, **{"class": code})
    assert not asked(app, "me")
    wrong = (RIGHT[0] + 1) % 4
    app = again_by(answer(app, 0, wrong, "sure"))
    assert f"You answered **{chr(65 + wrong)}." in words(app)
    app = answer(app, 1, RIGHT[1])
    assert [learning.classes().tally(code, LESSON.slug, place).n for place in (0, 1)] == [1, 1]
    button(app, "All lessons").click().run()
    assert {asked(app, "class"), asked(app, "lesson")} == {code, ""}
    app = again_by(app)
    app.button(key=f"learn-start-{LESSON.slug}").click().run()
    assert "1 of 2 right" in words(app)


def test_a_mark_that_the_class_does_not_know_is_nobodys():
    one, other = (learning.classes().open({LESSON.slug: (4, 3)}).code for _ in range(2))
    mark = asked(answer(by_address(lesson=LESSON.slug, **{"class": one}), 0, 0), "me")
    assert len(mark) >= 12
    app = by_address(lesson=LESSON.slug, me=mark, **{"class": other})
    assert "You answered" not in words(app)
    assert not asked(app, "me")
    assert asked(answer(app, 0, 0), "me") not in ("", mark)


def test_without_a_class_an_address_marks_nobody():
    assert not asked(done(by_address(lesson=LESSON.slug)), "me")


def test_who_joined_a_class_is_not_offered_the_keys_of_its_lessons():
    opened = learning.classes().open({LESSON.slug: (4, 3)})
    app = by_address(lesson=LESSON.slug, **{"class": opened.code})
    button(app, "All lessons").click().run()
    app.segmented_control(key="learn-part").set_value("For teachers").run()
    assert "You have joined a class as a learner" in words(app)
    (choice,) = app.multiselect
    assert LESSON.title not in choice.options
    assert len(choice.options) == len(SLUGS) - 1
    assert "24 of 47" not in words(app)
    own = teachers_side(**{"class": opened.code, "teacher": opened.key})
    assert LESSON.title in own.multiselect[0].options
    false = teachers_side(**{"class": opened.code, "teacher": "guessed"})
    assert LESSON.title not in false.multiselect[0].options


def test_a_class_on_every_lesson_leaves_its_learners_nothing_to_teach():
    counts = {slug: tuple(len(each.options) for each in held.questions) for slug, held in shelf().lessons.items()}
    app = by_address(**{"class": learning.classes().open(counts).code})
    app.segmented_control(key="learn-part").set_value("For teachers").run()
    assert "You have joined a class as a learner" in words(app)
    assert not app.multiselect
    assert "Open a class" not in [each.label for each in app.button]


# The teacher's side


def teachers_side(**asked):
    app = by_address(**asked)
    if not asked:
        app.segmented_control(key="learn-part").set_value("For teachers").run()
    return app


def test_a_class_is_opened_and_its_answers_come_in_unmarked():
    app = teachers_side()
    button(app, "Open a class").click().run()
    link, own = (each.value for each in app.code)
    code = link.rpartition("class=")[2]
    learners = [by_address(lesson=LESSON.slug, **{"class": code}) for _ in range(2)]
    for learner, option in zip(learners, (0, RIGHT[0]), strict=True):
        assert "How the class answered" not in words(learner)
        assert "How the class answered" in words(answer(learner, 0, option))
    app.run()
    assert "2 learners answered. A: 1/2 (50 %); B: 1/2 (50 %)" in shown(app)
    assert "B holds" not in shown(app)
    app.toggle(key="teaching-marked").set_value(True).run()
    assert "B holds" in shown(app)
    again = teachers_side(**{"class": code, "teacher": own.rpartition("teacher=")[2]})
    assert "2 learners answered" in words(again)
    assert {"class", "teacher"} <= set(again.query_params)


def test_the_key_of_another_class_shows_nothing():
    one, other = (learning.classes().open({LESSON.slug: (4, 3)}) for _ in range(2))
    for learner in "ab":
        learning.classes().answer(one.code, learner, LESSON.slug, 0, Answer(0, "sure"))
    app = teachers_side(**{"class": one.code, "teacher": other.key})
    assert "learners answered" not in words(app)
    assert button(app, "Open a class")


def test_a_visit_opens_so_many_classes_and_closes_them():
    app = teachers_side()
    app.session_state["teaching-opened"] = 10
    button(app, "Open a class").click().run()
    assert "as many as one may" in words(app)
    app.session_state["teaching-opened"] = 0
    button(app, "Open a class").click().run()
    code = app.code[0].value.rpartition("class=")[2]
    assert learning.classes().is_open(code)
    button(app, "Close the class and forget its answers").click().run()
    assert not learning.classes().is_open(code)
    assert button(app, "Open a class")


def test_notes_and_keys_stand_on_the_teachers_side():
    said_there = words(teachers_side())
    assert f"{chr(65 + RIGHT[0])}. 24 of 47" in said_there


@pytest.mark.parametrize("part", ["Verdict", "Reader's guide", "Glossary"])
def test_every_part_of_the_page_draws(part):
    app = open_page("learn")
    app.segmented_control(key="learn-part").set_value(part).run()
    assert not app.exception
    assert app.subheader


# The tour


def test_the_tour_goes_on_and_back_and_is_skipped():
    app = open_page()
    button(app, "New here? Take the tour").click().run()
    assert "1 of 5" in words(app)
    button(app, "Next").click().run()
    assert "2 of 5" in words(app)
    button(app, "Back").click().run()
    button(app, "Skip").click().run()
    assert "of 5" not in words(app)


def test_the_address_of_a_study_stays_with_a_lesson():
    study = PRESETS["bsa-50"].study
    app = by_address(lesson=LESSON.slug, study=study)
    held = app.query_params["study"]
    assert from_link(held[0] if isinstance(held, list) else held) == study
