"""What a visit holds of its lessons: which one is open, what was answered, which class it belongs to."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace

import streamlit as st

from explorer.cohort.tables import Cohort
from explorer.lessons.classes import Answer, ClassError, Classes
from explorer.lessons.key import unfit
from explorer.lessons.lesson import Lesson
from explorer.lessons.quantities import Results, results
from explorer.lessons.shelf import shelf
from explorer.study.study import Study
from explorer.ui import guard, small_counts, state
from explorer.ui.caching import kept

PAGE = "learn"
"""The address of the page."""
HELD = "learning"
LESSON, CLASS, TEACHER, ME = "lesson", "class", "teacher", "me"
"""The questions of an address: which lessons, which class, the key of its teacher, and the mark of a learner."""

PART, TEACHERS = "learn-part", "For teachers"
"""The part of the page that is chosen, and what that of teachers is called."""
OPENED, MARKED = "teaching-class", "teaching-marked"
"""The class that a teacher has opened, and whether the right answers are marked."""

Asked = tuple[str, int]
"""A question: the address of its lesson, and its place in it."""


@dataclass(frozen=True)
class Learning:
    """The lessons of a visit.

    Attributes
    ----------
    sequence : tuple of str
        The lessons that are to be done one after another, by their addresses; none while the list is open.
    at : int
        The place of the open one.
    answers : mapping of Asked to Answer
    class_code : str
        The class that the answers are counted in; empty for none.
    learner : str
        A random mark by which the class counts a learner once; no name. It stands in the learner's own address from the
        first counted answer on, so that a page that is loaded again is still theirs.
    before : Study, optional
        The definition that was in force before a lesson set another.
    notice : str
        What could not be done with the address.
    """

    sequence: tuple[str, ...] = ()
    at: int = 0
    answers: dict[Asked, Answer] = field(default_factory=dict)
    class_code: str = ""
    learner: str = ""
    before: Study | None = None
    notice: str = ""


@st.cache_resource
def classes() -> Classes:
    """Return the classes of this server."""
    return Classes()


def held() -> Learning:
    """Return the lessons of this visit; on its first run, those of the address it came by."""
    if HELD not in st.session_state:
        st.session_state[HELD] = _of_address()
    found: Learning = st.session_state[HELD]
    return found


def _of_address() -> Learning:
    asked, code = st.query_params.get(LESSON, ""), st.query_params.get(CLASS, "")
    new = Learning(learner=secrets.token_urlsafe(12))
    if code and not classes().is_open(code):
        new = replace(new, notice="This class is not open any more. You can do its lessons, but nothing is counted.")
    elif code:
        new = _joined(replace(new, class_code=code), st.query_params.get(ME, ""))
    found = tuple(lesson.slug for lesson in shelf().named(asked))
    missing = [slug for slug in asked.split(",") if slug and slug.strip() not in found]
    if missing:
        new = replace(new, notice=f"There is no lesson “{missing[0].strip()[:60]}”.")
    return replace(new, sequence=found)


def _joined(new: Learning, mark: str) -> Learning:
    """Take up the answers of a learner who comes back; a mark that the class does not know is no learner's."""
    given = classes().answers_of(new.class_code, mark)
    return replace(new, learner=mark, answers=dict(given)) if given else new


def _keep(new: Learning) -> None:
    st.session_state[HELD] = new


def opened() -> Lesson | None:
    """Return the lesson that is open; None while the list is."""
    visit = held()
    return shelf().lessons[visit.sequence[visit.at]] if visit.at < len(visit.sequence) else None


def following() -> Lesson | None:
    """Return the lesson after the open one: of the sequence, else of the list; None after the last."""
    visit, slugs = held(), list(shelf().lessons)
    if len(visit.sequence) > 1:
        after = visit.sequence[visit.at + 1 :]
    else:
        after = tuple(slugs[slugs.index(visit.sequence[visit.at]) + 1 :])
    return shelf().lessons[after[0]] if after else None


def start(*slugs: str) -> None:
    """Open a lesson, or the first of several."""
    _keep(replace(held(), sequence=slugs, at=0, notice=""))


def go_on() -> None:
    """Open the lesson after this one."""
    visit, after = held(), following()
    if len(visit.sequence) > 1:
        _keep(replace(held(), at=visit.at + 1))
    elif after is not None:
        start(after.slug)


def leave() -> None:
    """Close the lesson and go back to the list."""
    _keep(replace(held(), sequence=(), at=0))


def again(lesson: Lesson) -> None:
    """Forget the answers to a lesson; what a class has counted stays."""
    _keep(
        replace(held(), answers={asked: answer for asked, answer in held().answers.items() if asked[0] != lesson.slug})
    )


def answered(lesson: Lesson, question: int) -> Answer | None:
    """Return the answer to a question, if it was given."""
    return held().answers.get((lesson.slug, question))


def waiting_for(lesson: Lesson) -> int | None:
    """Return the place of the first question without an answer; None where all have one."""
    places = range(len(lesson.questions))
    return next((place for place in places if answered(lesson, place) is None), None)


def answer(lesson: Lesson, question: int, given: Answer, shown: Study) -> None:
    """Take an answer: count it in the class, and put the lesson's definition in force."""
    visit = held()
    notice = _count(visit, lesson, question, given)
    before = visit.before or (state.study() if state.study() != shown else None)
    _keep(replace(held(), answers={**visit.answers, (lesson.slug, question): given}, before=before, notice=notice))
    state.change(shown)


def _count(visit: Learning, lesson: Lesson, question: int, given: Answer) -> str:
    if not visit.class_code:
        return ""
    try:
        classes().answer(visit.class_code, visit.learner, lesson.slug, question, given)
    except ClassError as error:
        return str(error)
    return ""


def back_to_own() -> None:
    """Put the definition in force that was before the lesson."""
    before = held().before
    if before is not None:
        state.change(before)
        _keep(replace(held(), before=None))


def asking() -> bool:
    """Say whether a question stands open whose answer must not be seen yet."""
    lesson = opened()
    return lesson is not None and not why_not(lesson) and waiting_for(lesson) is not None


def why_not(lesson: Lesson) -> str:
    """Say why a lesson cannot be done with the cohort that is loaded; empty where it can."""
    held = state.cohort()
    return _why_not(held, held.fingerprint, lesson.slug)


@kept(60)
def _why_not(_cohort: Cohort, fingerprint: str, slug: str) -> str:
    return unfit(shelf().lessons[slug], _cohort)


def seen(lesson: Lesson) -> Results:
    """Return what a lesson looks at in the cohort that is loaded."""
    held = state.cohort()
    return _seen(held, held.fingerprint, lesson.slug)


@kept(60)
def _seen(_cohort: Cohort, fingerprint: str, slug: str) -> Results:
    return results(shelf().lessons[slug], _cohort)


def asks_on(page: str) -> bool:
    """Say whether that page, by its address, must not show results in the sidebar now."""
    if page != PAGE or guard.waiting() or small_counts.on():
        return False
    return asking() or class_looks_on()


def class_looks_on() -> bool:
    """Say whether a teacher has a class open and has not asked for the key: the screen may be on the wall."""
    kept = st.session_state
    on_screen = opened() is None and kept.get(PART) == TEACHERS and kept.get(OPENED) is not None
    return on_screen and not kept.get(MARKED, False)


def back_to_published(key: str) -> None:
    """Offer the cohort that the lessons ask about, to who has loaded another."""
    if state.own() is not None:
        st.button(
            "Back to the published cohort",
            key=key,
            help="This visit then forgets your own data; they can be loaded again on the page Your data.",
            icon=":material/undo:",
            on_click=state.unload_cohort,
        )


def share() -> None:
    """Keep the address in step with the open lessons, so that copying it shares them."""
    visit = held()
    if TEACHER in st.query_params:
        # The teacher's own link leads back to the class when the page is loaded again.
        return
    counted = classes().answers_of(visit.class_code, visit.learner)
    wanted = {
        LESSON: ",".join(visit.sequence[visit.at :]),
        CLASS: visit.class_code,
        ME: visit.learner if counted else "",
    }
    for name, value in wanted.items():
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)


def quiet() -> None:
    """Stand in the sidebar while a question is open: everything there is a result."""
    st.markdown("**Definition in force**")
    if asking():
        st.caption("Hidden while a question is open: the sidebar shows results. It comes back with your last answer.")
    else:
        st.caption("Hidden while a class may look on. It comes back when the answers that hold are marked.")
