"""Bring files, or take an example; what is in use, and the way back from it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from explorer.cohort.readers import limits
from explorer.cohort.readers.kinds import ENDINGS
from explorer.cohort.tables import Cohort
from explorer.export.people import people
from explorer.export.protected import band
from explorer.ui import show, small_counts, state, your_data
from explorer.ui.controls import held
from explorer.ui.show import plain

ARRIVED = "your-data-arrived"
MEGABYTES = limits.BYTES // 2**20
HEADINGS_NAMED = 5
LIMITS = (
    f"At most {MEGABYTES} MB, {limits.SHEETS} sheets, {limits.ROWS:,} rows, {limits.COLUMNS:,} columns. Workbooks with macros "
    "or links to other files are refused."
)
KEPT = (
    "Your files stay in this server's memory and are let go after your visit. They are never written to disk, and nobody "
    "else sees them."
)
FORMATS = "CSV, TSV, Excel, ODS, Parquet, SAS, SPSS, Stata; or a ZIP of these, or of the five-table folder."


def in_use() -> None:
    """Say which cohort every page is about, and offer the way back."""
    cohort, study = state.cohort(), state.study()
    if notice := state.notice():
        st.error(held.lines(notice))
    if state.awaited() is not None:
        st.button("Go on without it", on_click=your_data.forgo, key="your-data-forgo")
    show.synthetic_label(cohort)
    with st.container(border=True, gap="small"):
        st.markdown(
            f"In use on every page: **{plain(cohort.metadata.title)}**, {_patients(cohort)}  \n"
            f":small[{plain(study.name)} · definition {study.fingerprint}]"
        )
        if state.own() is not None:
            st.button("Back to the bundled cohort", on_click=state.unload_cohort, key="your-data-back")


def _patients(cohort: Cohort) -> str:
    """Say how many patients a cohort has, as a range while small counts are protected."""
    threshold = small_counts.threshold()
    if threshold is None:
        return people(cohort.n_patients, int(cohort.hypothetical.sum()), cohort)
    return f"{band(int((~cohort.hypothetical).sum()), threshold)} patients"


def bring() -> None:
    """Draw the place for files, with what is taken and what becomes of it, and the example."""
    files, example = st.columns([3, 2], gap="large")
    with files:
        _files()
    with example:
        st.markdown("**Nothing at hand?**")
        st.button("Try the example sheet", on_click=_example, key="your-data-example", icon=":material/table_chart:")
        st.caption("A clinic's spreadsheet of 24 invented patients, with the usual faults.")


def by_link(draft: your_data.Draft) -> None:
    """Say whether the files are read as a link says, or why not."""
    if draft.lacking:
        named = ", ".join(f"“{name}”" for name in draft.lacking[:HEADINGS_NAMED])
        more = f" and {len(draft.lacking) - HEADINGS_NAMED} more" if len(draft.lacking) > HEADINGS_NAMED else ""
        st.warning(
            plain(
                f"The link was made on another file: it reads columns that are not here ({named}{more}). What each column "
                "is was guessed instead."
            )
        )
    elif draft.giver == your_data.LINK and state.awaited() is not None:
        st.info("Read as the link says. “Go on without it” above reads these files as guessed.")


def _files() -> None:
    # A new key after each file: the uploader is empty again and the same file can be brought once more.
    key = f"{your_data.FILES}-{st.session_state.setdefault('data_read', 0)}"
    st.file_uploader(
        "Your files (several together are one cohort)",
        [ending.removeprefix(".") for ending in (*ENDINGS, ".zip", ".toml")],
        accept_multiple_files=True,
        key=key,
        on_change=_take,
        args=(key,),
        max_upload_size=MEGABYTES,
    )
    _read()
    held.told(your_data.FILES)
    st.caption(f"{FORMATS} {LIMITS}")
    st.caption(f":material/lock: {KEPT}")


def _take(key: str) -> None:
    files: Sequence[UploadedFile] = st.session_state[key]
    if files:
        st.session_state.data_read += 1
        st.session_state[ARRIVED] = {file.name: file.getvalue() for file in files}
        _drop(files)


def _read() -> None:
    """Read what has arrived, while the page says so."""
    if (content := st.session_state.pop(ARRIVED, None)) is not None:
        with st.spinner(f"Reading {plain(', '.join(content))}"):
            your_data.attempt(your_data.FILES, lambda: your_data.bring(content))


def _drop(files: Sequence[UploadedFile]) -> None:
    """Let go of what was sent; Streamlit would hold it until the visit ends."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file in files:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def _example() -> None:
    your_data.attempt(your_data.FILES, your_data.bring_example)
