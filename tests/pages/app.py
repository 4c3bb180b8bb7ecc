"""Open a page of the app without a browser, on a cohort and under a study of the test's choice."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

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
    return spaced("\n".join(str(element.value) for kind in kinds for element in kind))


def tables(part: AppTest | Block) -> list[pd.DataFrame]:
    """Read every small table of a page, or of a part of it, as it can be read on screen."""
    said = [element.value for element in part.markdown]
    return [_cells(table) for text in said for table in re.findall(r"<table.*?</table>", spaced(text))]


def _cells(table: str) -> pd.DataFrame:
    head, *rows = [["".join(cell.itertext()) for cell in row] for row in ElementTree.fromstring(table).iter("tr")]
    return pd.DataFrame(rows, columns=head)


def spaced(text: str) -> str:
    """Text as it is written in files: on screen, a number stays on the line of its percent sign."""
    return text.replace("\u00a0", " ")
