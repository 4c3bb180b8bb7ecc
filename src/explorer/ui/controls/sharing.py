"""Take a study away and bring one back: link, file, name."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from explorer.errors import DefinitionError
from explorer.study.study import Study
from explorer.ui import state
from explorer.ui.controls import held


def sharing(study: Study) -> None:
    """Draw the name, the download, the upload and the link."""
    _name(study)
    st.download_button(
        "Save as JSON",
        study.to_json(),
        f"study-{study.fingerprint}.json",
        "application/json",
        key="save-study",
        on_click="ignore",
    )
    _upload()
    st.markdown("**Link to this page under this definition**")
    # Shown whole: a box that scrolls cannot be reached by keyboard.
    st.code(address(), language=None, wrap_lines=True)


def address() -> str:
    """Return the address of the present page, holding the whole study, and the mapping of a visitor's own cohort."""
    page = st.context.url or ""
    # The first page's address comes without the slash that separates host and question.
    return f"{page if page.count('/') > 2 else page + '/'}?{urlencode(state.address(whole=True))}"


def _name(study: Study) -> None:
    held.text(
        "Name of this definition",
        "study-name",
        study.name,
        lambda study, name: study.replace(name=name.strip()),
        "Stands above the results and in the file. The definition's number does not depend on it.",
    )


def _upload() -> None:
    # A new key after each file: the uploader is empty again and the same file can be brought once more.
    key = f"load-study-{st.session_state.setdefault('files_read', 0)}"
    st.file_uploader(
        "Load a study (JSON)",
        "json",
        key=key,
        help="A file saved here or written for the command line. What cannot be honoured is said, and nothing changes.",
        on_change=_read,
        args=(key,),
        max_upload_size=1,
    )
    held.told("load-study")


def _read(key: str) -> None:
    file = st.session_state[key]
    if file is None:
        return
    st.session_state.files_read += 1
    try:
        state.load(Study.from_json(file.getvalue().decode("utf-8-sig")))
    except UnicodeDecodeError:
        state.refuse("load-study", f"{file.name} is not text in UTF-8, as JSON is. Save it as UTF-8.")
    except DefinitionError as error:
        state.refuse("load-study", f"{file.name}: {error}")
