"""Open a page of the app without a browser, on a cohort and under a study of the test's choice."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from explorer.cohort.tables import Cohort
from explorer.study.sharing import to_link
from explorer.study.study import Study

ROOT = Path(__file__).resolve().parents[2]


def open_page(page: str = "overview", cohort: Cohort | None = None, study: Study | None = None) -> AppTest:
    """Run the app, then the page; fails where anything on it raised."""
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    if cohort is not None:
        app.session_state["cohort"] = cohort
    if study is not None:
        app.query_params["study"] = to_link(study)
    app.run()
    if page != "overview":
        app.switch_page(f"pages/{page}.py").run()
    assert not app.exception, [error.message for error in app.exception]
    return app


def words(app: AppTest) -> str:
    """All text of a page, main part and sidebar."""
    kinds = (app.title, app.header, app.subheader, app.markdown, app.caption, app.info, app.warning, app.error)
    return "\n".join(str(element.value) for kind in kinds for element in kind)
