"""The page Learn while no lesson is open: lessons, the teacher's side, and what helps to read the evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import streamlit as st

from explorer.lessons.key import suits
from explorer.lessons.lesson import Lesson
from explorer.lessons.shelf import shelf
from explorer.ui import learning, show, state, teaching, tour
from explorer.ui.glossary import ASKED, glossary_section
from explorer.ui.guide import guide_section
from explorer.ui.verdict import verdict_section

LESSONS, GLOSSARY = "Lessons", "Glossary"


def lessons() -> None:
    """List the lessons, with what is done of each."""
    cohort = state.cohort()
    fits = {slug: suits(lesson, cohort) for slug, lesson in shelf().lessons.items()}
    if not all(fits.values()):
        which, others = ("Some", "the others") if any(fits.values()) else ("None", "they")
        st.info(f"{which} of the lessons can be done with the loaded cohort: {others} ask about the published one.")
        learning.back_to_published("lessons-published")
    for slug, lesson in shelf().lessons.items():
        if fits[slug]:
            _row(lesson)
    for problem in shelf().broken:
        st.error(show.plain(problem))
    tour.offer("Take the tour of the app")


def _row(lesson: Lesson) -> None:
    with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"learn-row-{lesson.slug}"):
        done = learning.waiting_for(lesson) is None
        mark = " · :material/check_circle: done" if done else ""
        st.markdown(
            f"**{show.plain(lesson.title)}** :small[· {lesson.minutes} minutes{mark}]  \n{show.plain(lesson.about)}",
            width="stretch",
        )
        st.button(
            "Look again" if done else "Start",
            key=f"learn-start-{lesson.slug}",
            help=show.plain(f"Lesson: {lesson.title}"),
            on_click=learning.start,
            args=(lesson.slug,),
        )


PARTS: Mapping[str, Callable[[], None]] = MappingProxyType(
    {
        LESSONS: lessons,
        learning.TEACHERS: teaching.teaching_section,
        "Verdict": verdict_section,
        "Reader's guide": guide_section,
        GLOSSARY: glossary_section,
    }
)


def parts() -> None:
    """Draw the part of the page that is chosen."""
    if notice := learning.held().notice:
        st.warning(show.plain(notice))
    chosen = st.segmented_control(
        "Part of this page",
        list(PARTS),
        default=_first(),
        required=True,
        key=learning.PART,
        persist_state="session",
        label_visibility="collapsed",
    )
    PARTS[chosen or LESSONS]()


def _first() -> str:
    """Begin with what the address asks for."""
    asked = {learning.TEACHER: learning.TEACHERS, ASKED: GLOSSARY}
    return next((part for name, part in asked.items() if name in st.query_params), LESSONS)
