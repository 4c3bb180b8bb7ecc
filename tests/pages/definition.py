"""The sidebar and the definition above the results, without any page: what is tested of them holds on all."""

from streamlit.testing.v1 import AppTest

from explorer.cohort.tables import Cohort
from explorer.study.sharing import to_link
from explorer.study.study import Study

SECTIONS = ("who", "when", "responder", "after-stop", "missing", "interval", "lock", "share")


def frame() -> None:
    """Do what app.py and every page do, and nothing more."""
    import streamlit as st

    from explorer.ui import show, state
    from explorer.ui.controls import sidebar

    state.begin()
    with st.sidebar, show.mistakes():
        sidebar.sidebar()
    state.share()
    show.definition(state.analysis())


def opened(
    *sections: str, cohort: Cohort | None = None, study: Study | None = None, link: str | None = None
) -> AppTest:
    """Run the frame, then open some sections."""
    app = AppTest.from_function(frame, default_timeout=60)
    if cohort is not None:
        app.session_state["cohort"] = cohort
    if study is not None or link is not None:
        app.query_params["study"] = link or to_link(study)
    app.run()
    app.session_state["unfolded"] = frozenset(f"section-{section}" for section in sections)
    return again(app)


def again(app: AppTest) -> AppTest:
    """Run once more; fail where anything raised."""
    app.run()
    assert not app.exception, [error.message for error in app.exception]
    return app


def unfold(app: AppTest, *parts: str) -> AppTest:
    """Open criteria or parts of the rule by the beginning of their keys."""
    app.session_state["unfolded"] |= {f"{part}-open" for part in parts}
    return again(app)


def type_into(app: AppTest, key: str, value: float | None) -> AppTest:
    app.number_input(key=key).set_value(value)
    return again(app)


def choose(app: AppTest, key: str, value: object) -> AppTest:
    app.selectbox(key=key).set_value(value)
    return again(app)


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click()
    return again(app)


def in_force(app: AppTest) -> Study:
    return app.session_state["study"]


def said(app: AppTest) -> str:
    """All text beside and above the widgets."""
    kinds = (app.markdown, app.caption, app.info, app.warning, app.error, app.code)
    return "\n".join(str(element.value) for kind in kinds for element in kind).replace("\\", "").replace("\u00a0", " ")
