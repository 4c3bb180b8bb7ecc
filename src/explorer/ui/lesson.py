"""A lesson on the page: vignette, question, answer, and only then what it shows; then a goal to try."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from explorer.charts.class_answers import LETTERS, class_answers
from explorer.errors import ExplorerError
from explorer.lessons.citations import citation
from explorer.lessons.classes import SURE, Answer
from explorer.lessons.key import key, reached, said
from explorer.lessons.lesson import Goal, Lesson, Question
from explorer.lessons.quantities import Results, known
from explorer.study.study import Study
from explorer.ui import learning, show, state
from explorer.ui.lesson_figures import drawn
from explorer.ui.links import link

HOW_SURE = {"guess": "It is a guess", "fairly": "Fairly sure", "sure": "Sure"}
EVERY = 6
"""Seconds between two looks of a learner at the answers of the class: they are many, and a question each."""
CHOOSE = "Choose an answer first, and say how sure you are."


STYLE = """<style>
[data-testid="stMain"] button[kind^="primary"] { background-color: #2b6f9f; border-color: #2b6f9f; color: #fff; }
</style>"""
"""Streamlit writes white on the accent colour, which on a dark page is too light for it."""


JUST_ANSWERED = "learn-just-answered"
FOCUS = """<script>
{{
  const feedback = document.querySelector(".st-key-learn-feedback-{}");
  if (feedback) {{ feedback.tabIndex = -1; feedback.focus(); }}
}}
</script>"""
"""The button that was pressed goes with its form, and with it the place of who goes by keyboard: it becomes the feedback."""


def lesson_section(lesson: Lesson) -> None:
    """Draw the open lesson.

    The definition in force stands below, where it is to be changed: above, it would show results before the answer,
    and push away what is being read.
    """
    st.html(show.STYLE + STYLE)
    _heading(lesson)
    if why_not := learning.why_not(lesson):
        st.info(show.plain(f"This lesson cannot be done here. {why_not}"))
        learning.back_to_published("learn-published")
        return
    seen = learning.seen(lesson)
    st.markdown(show.unbroken(said(lesson, lesson.vignette, seen, "vignette")))
    for place in range(len(lesson.questions)):
        _question(lesson, place, seen)
        if learning.answered(lesson, place) is None:
            return
    _tally(lesson, seen)
    _goal(lesson, seen)
    _further(lesson)


def _heading(lesson: Lesson) -> None:
    visit = learning.held()
    st.title("Learn")
    if notice := state.notice():
        st.error(show.plain(notice))
    show.synthetic_label(state.cohort())
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "All lessons", key="learn-leave", icon=":material/arrow_back:", type="tertiary", on_click=learning.leave
        )
        if len(visit.sequence) > 1:
            st.markdown(f":small[{visit.at + 1} of {len(visit.sequence)}]", width="content")
    st.header(show.plain(lesson.title))
    joined = " · your answers are counted in the class, without a name" if visit.class_code else ""
    st.caption(f"{lesson.minutes} minutes · answer before you see{joined}")
    if visit.notice:
        st.warning(show.plain(visit.notice))


def _question(lesson: Lesson, place: int, seen: Results) -> None:
    question, given = lesson.questions[place], learning.answered(lesson, place)
    asked = said(lesson, question.ask, seen, "questions", place, "ask")
    options = [
        said(lesson, each.text, seen, "questions", place, "options", at) for at, each in enumerate(question.options)
    ]
    of = f"Question {place + 1} of {len(lesson.questions)}" if len(lesson.questions) > 1 else "Question"
    st.subheader(of)
    st.markdown(show.unbroken(asked))
    if given is None:
        _form(lesson, place, asked, options)
    else:
        _reveal(lesson, place, seen, options, given)


def _form(lesson: Lesson, place: int, asked: str, options: list[str]) -> None:
    name = f"{lesson.slug}-{place}"
    with st.form(f"learn-form-{name}", enter_to_submit=False):
        # The question is the group's name for who does not see it standing above.
        st.radio(
            asked,
            list(range(len(options))),
            index=None,
            label_visibility="collapsed",
            format_func=lambda at: f"{LETTERS[at]}. {show.unbroken(options[at])}",
            key=f"learn-option-{name}",
        )
        st.radio(
            "How sure are you?",
            list(SURE),
            index=None,
            format_func=HOW_SURE.__getitem__,
            horizontal=True,
            key=f"learn-sure-{name}",
        )
        st.form_submit_button(
            "Answer", type="primary", key=f"learn-answer-{name}", on_click=_taken, args=(lesson, place)
        )
    if st.session_state.get(f"learn-incomplete-{name}"):
        st.warning(CHOOSE)


def _taken(lesson: Lesson, place: int) -> None:
    name = f"{lesson.slug}-{place}"
    option, sure = (st.session_state[f"learn-{what}-{name}"] for what in ("option", "sure"))
    complete = option is not None and sure is not None
    st.session_state[f"learn-incomplete-{name}"] = not complete
    if complete:
        st.session_state[JUST_ANSWERED] = name
        learning.answer(lesson, place, Answer(option, sure), _shown(lesson, lesson.questions[place]))


def _shown(lesson: Lesson, question: Question) -> Study:
    """Return the definition that the app is set to after an answer."""
    seen = learning.seen(lesson)
    return seen.study if question.reveal.study is None else known(seen.studies, question.reveal.study)


def _reveal(lesson: Lesson, place: int, seen: Results, options: list[str], given: Answer) -> None:
    question, right = lesson.questions[place], key(lesson, place, seen)
    feedback = said(lesson, question.options[given.option].feedback, seen, "questions", place, "options", given.option)
    name = f"{lesson.slug}-{place}"
    with st.container(key=f"learn-feedback-{name}"):
        st.markdown(
            f"You answered **{LETTERS[given.option]}. {show.unbroken(options[given.option])}** ({HOW_SURE[given.sure].lower()})."
        )
        _judged(show.unbroken(feedback), None if given.option == right else f"{LETTERS[right]}. {options[right]}")
    if st.session_state.get(JUST_ANSWERED) == name:
        del st.session_state[JUST_ANSWERED]
        st.html(FOCUS.format(name), unsafe_allow_javascript=True)
    with st.spinner("Computing what the data show"):
        # The first look at every reconstruction takes some seconds.
        shown = said(lesson, question.reveal.text, seen, "questions", place, "reveal", "text")
    st.markdown(show.unbroken(shown))
    if lesson.rests(question) == "draws":
        st.caption("The published figures do not settle this: invented data decide it here, so the range matters.")
    _figures(lesson, place)
    if learning.held().class_code:
        _class(lesson, place, options, right)


def _judged(feedback: str, holds: str | None) -> None:
    """Say whether the answer was right, and why; of another one what holds."""
    if holds is None:
        st.success(f"**Right.** {feedback}", icon=":material/check_circle:")
    else:
        held = f"What holds: **{show.unbroken(holds)}**"
        st.error(f"**Not so.** {feedback}\n\n{held}", icon=":material/cancel:")


def _figures(lesson: Lesson, place: int) -> None:
    question = lesson.questions[place]
    analysis = state.analysis(_shown(lesson, question))
    for name in question.reveal.figures:
        with lesson.at("questions", place, "reveal", "figures"):
            figure = drawn(name, analysis)
        show.figure(figure, analysis, f"lesson-{lesson.slug}-{place}-{name.replace(':', '-').lower()}")


@st.fragment(run_every=EVERY)
def _class(lesson: Lesson, place: int, options: list[str], right: int) -> None:
    class_chart(learning.held().class_code, lesson, place, options, right)


def class_chart(code: str, lesson: Lesson, place: int, options: list[str], right: int | None) -> None:
    """Draw how the class has answered a question so far."""
    tally = learning.classes().tally(code, lesson.slug, place)
    if tally is None:
        st.caption("The class is not open any more.")
        return
    show.figure(class_answers(tally, options, right), state.analysis(), f"class-{lesson.slug}-{place}")


def _tally(lesson: Lesson, seen: Results) -> None:
    """Say how many answers were right, and of those given with certainty."""
    given = [(learning.answered(lesson, place), key(lesson, place, seen)) for place in range(len(lesson.questions))]
    right = [answer is not None and answer.option == holds for answer, holds in given]
    sure = [ok for (answer, _), ok in zip(given, right, strict=True) if answer is not None and answer.sure == "sure"]
    certain = f" Of the {len(sure)} you were sure of, {sum(sure)} held." if sure else ""
    st.markdown(f"**{sum(right)} of {len(right)} right.**{certain}")


def _in_force() -> None:
    """Say which definition is in force now that the lesson has set it, and offer the ways back."""
    before, analysis = learning.held().before, state.analysis()
    with st.container(key="definition", border=True, gap="small"):
        name, digits = show.plain(analysis.study.name), analysis.study.fingerprint
        st.markdown(f":small[The app is now set to **{name}** · definition {digits}]")
        show.chips(analysis)
        if before is not None:
            st.button(
                "Back to my definition",
                key="learn-back",
                help=show.plain(f"Puts “{before.name}” in force again, as before the lesson."),
                type="tertiary",
                icon=":material/undo:",
                on_click=learning.back_to_own,
            )


def _goal(lesson: Lesson, seen: Results) -> None:
    goal = lesson.goal
    if goal is None:
        _in_force()
        return
    st.subheader("Try it")
    st.markdown(show.unbroken(said(lesson, goal.text, seen, "goal", "text")))
    st.caption(
        "The sidebar is live: change anything, and this follows. Undo takes a change back. On a phone, the arrows at the "
        "top left open it."
    )
    _in_force()
    analysis = state.analysis()
    here = replace(seen, study=analysis.study)
    try:
        _checked(lesson, goal, here)
        with lesson.at("goal", "figure"):
            figure = drawn(goal.figure, analysis)
    except ExplorerError as error:
        st.info(show.plain(f"Under this definition not all can be computed. {error}"))
        return
    show.figure(figure, analysis, f"lesson-{lesson.slug}-goal")


def _checked(lesson: Lesson, goal: Goal, here: Results) -> None:
    """Say whether the definition in force reaches the goal; else what it gives, with a hint for who wants one."""
    now = show.unbroken(said(lesson, goal.now, here, "goal", "now"))
    if reached(lesson, here):
        st.success(f"**Reached.** {now} {show.unbroken(said(lesson, goal.reached, here, 'goal', 'reached'))}")
        return
    st.info(f"**Not yet.** {now}", icon=":material/flag:")
    if goal.hint:
        with st.expander("A hint", key=f"learn-hint-{lesson.slug}"):
            st.markdown(said(lesson, goal.hint, here, "goal", "hint"))


def _further(lesson: Lesson) -> None:
    after = learning.following()
    with st.container(horizontal=True, gap="small"):
        if after is not None:
            st.button(f"Next: {show.plain(after.title)}", key="learn-next", type="primary", on_click=learning.go_on)
        st.button("Do it again", key="learn-again", on_click=learning.again, args=(lesson,))
    st.markdown("**Sources**")
    st.markdown("\n".join(f"- {link(citation(address), address)}" for address in lesson.sources))
