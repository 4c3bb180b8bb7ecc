"""The teacher's side: a link for a class, its answers as they come in, notes, and a handout to print."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from explorer.charts.class_answers import LETTERS
from explorer.export.handout import handout
from explorer.export.report_docx import docx
from explorer.export.report_html import html
from explorer.lessons.classes import HOURS, ClassError, Opened
from explorer.lessons.key import key, said, suits
from explorer.lessons.lesson import Lesson
from explorer.lessons.shelf import shelf
from explorer.ui import learning, show, state
from explorer.ui.lesson import class_chart

ASKED = "teaching-lessons"
EVERY = 3
"""Seconds between two looks of a teacher at the answers of the class."""
MOST_OPENED = 10
"""Classes that one visit may open."""
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MIME = {"html": "text/html", "docx": WORD}


def teaching_section() -> None:
    """Draw the teacher's side."""
    held = {slug: lesson for slug, lesson in shelf().lessons.items() if suits(lesson, state.cohort())}
    if not held:
        st.info("None of the lessons can be done with this cohort: they ask about the published one.")
        learning.back_to_published("teaching-published")
        return
    if asked := _asked_as_learner():
        st.info(
            "You have joined a class as a learner. Its lessons are not offered here, because their keys stand here."
        )
        held = {slug: lesson for slug, lesson in held.items() if slug not in asked}
    if held:
        _offered(held)


def _offered(held: dict[str, Lesson]) -> None:
    st.markdown("Choose lessons: for a class, with notes, and as a handout.")
    chosen = st.multiselect(
        "Lessons, in this order",
        list(held),
        default=list(held)[:1],
        format_func=lambda slug: held[slug].title,
        key=ASKED,
        persist_state="session",
    )
    lessons = [held[slug] for slug in chosen]
    if not lessons:
        st.info("Choose at least one lesson.")
        return
    _class(lessons)
    _handout(lessons)
    _notes(lessons)


def _asked_as_learner() -> tuple[str, ...]:
    """Return the lessons of a class that this visit has joined and does not teach."""
    code, teaches = learning.held().class_code, _opened()
    return () if teaches is not None and teaches.code == code else learning.classes().lessons(code)


def _class(lessons: list[Lesson]) -> None:
    st.subheader("A class")
    st.markdown(
        f"Learners open the link and answer; you see how many chose what. No names, no log-in. Answers stay in this "
        f"server's memory for {HOURS} hours and are then gone."
    )
    opened = _opened()
    if opened is None:
        st.button("Open a class", key="teaching-open", on_click=_open, args=(lessons,))
        if why := st.session_state.pop("teaching-refused", None):
            st.error(show.plain(why))
        return
    slugs = learning.classes().lessons(opened.code)
    st.markdown("**Link for learners**")
    st.code(_address(slugs, opened.code), language=None, wrap_lines=True)
    with st.expander("Your own link, to come back to these answers", key="teaching-own"):
        st.markdown("Keep it to yourself: whoever has it sees the answers.")
        st.code(f"{_address((), opened.code)}&{learning.TEACHER}={opened.key}", language=None, wrap_lines=True)
    _answers([shelf().lessons[slug] for slug in slugs], opened.code)
    st.button("Close the class and forget its answers", key="teaching-close", on_click=_close, args=(opened,))


def _opened() -> Opened | None:
    """Return the class of this visit, or of the teacher's own link; None where it is not open."""
    if learning.OPENED not in st.session_state:
        code, own = (st.query_params.get(name, "") for name in (learning.CLASS, learning.TEACHER))
        st.session_state[learning.OPENED] = Opened(code, own) if code and own else None
    held: Opened | None = st.session_state[learning.OPENED]
    return held if held is not None and learning.classes().is_teacher(held.code, held.key) else None


def _open(lessons: list[Lesson]) -> None:
    asked = {lesson.slug: tuple(len(question.options) for question in lesson.questions) for lesson in lessons}
    so_far = st.session_state.get("teaching-opened", 0)
    try:
        if so_far >= MOST_OPENED:
            raise ClassError(f"You have opened {MOST_OPENED} classes in this visit, as many as one may.")
        st.session_state[learning.OPENED] = learning.classes().open(asked)
    except ClassError as error:
        st.session_state["teaching-refused"] = str(error)
    else:
        st.session_state["teaching-opened"] = so_far + 1


def _close(opened: Opened) -> None:
    learning.classes().close(opened.code, opened.key)
    st.session_state[learning.OPENED] = None


def _address(slugs: tuple[str, ...], code: str) -> str:
    asked = f"{learning.LESSON}={','.join(slugs)}&" if slugs else ""
    return f"{st.context.url or ''}?{asked}{learning.CLASS}={code}"


def _answers(lessons: list[Lesson], code: str) -> None:
    questions = [(lesson, place) for lesson in lessons for place in range(len(lesson.questions))]
    at = st.selectbox(
        "Question",
        list(range(len(questions))),
        format_func=lambda at: _called(*questions[at]),
        key="teaching-question",
    )
    marked = st.toggle("Mark the answer that holds", key=learning.MARKED, help="Leave it off while the class looks on.")
    _live(code, *questions[at], marked)


def _called(lesson: Lesson, place: int) -> str:
    return f"{lesson.title}, question {place + 1}" if len(lesson.questions) > 1 else lesson.title


@st.fragment(run_every=EVERY)
def _live(code: str, lesson: Lesson, place: int, marked: bool) -> None:
    seen, question = learning.seen(lesson), lesson.questions[place]
    options = [
        said(lesson, each.text, seen, "questions", place, "options", at) for at, each in enumerate(question.options)
    ]
    st.markdown("  \n".join(f"**{LETTERS[at]}.** {show.unbroken(text)}" for at, text in enumerate(options)))
    class_chart(code, lesson, place, options, key(lesson, place, seen) if marked else None)


def _handout(lessons: list[Lesson]) -> None:
    st.subheader("A handout to print")
    st.markdown("Questions first; the key, computed from the loaded data, begins on a page of its own.")
    analysis, today = state.analysis(), datetime.now(UTC).date()
    make = {
        "html": lambda: html(handout(lessons, analysis, today)).encode(),
        "docx": lambda: docx(handout(lessons, analysis, today)),
    }
    with st.container(horizontal=True):
        for kind, made in make.items():
            name = f"handout-{lessons[0].slug if len(lessons) == 1 else 'lessons'}.{kind}"
            st.download_button(
                f"Handout ({kind.upper()})", made, name, MIME[kind], key=f"teaching-{kind}", on_click="ignore"
            )


def _notes(lessons: list[Lesson]) -> None:
    st.subheader("Notes for the teacher")
    for lesson in lessons:
        with st.expander(show.plain(lesson.title), key=f"teaching-notes-{lesson.slug}"):
            seen = learning.seen(lesson)
            st.markdown(show.unbroken(said(lesson, lesson.notes, seen, "notes")))
            for place in range(len(lesson.questions)):
                holds = key(lesson, place, seen)
                text = said(lesson, lesson.questions[place].options[holds].text, seen)
                st.markdown(f"**Question {place + 1}:** {LETTERS[holds]}. {show.unbroken(text)}")
