"""What the mapping makes of the files: the tables, what is lost or repaired, what looks odd; then the cohort itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.cohort.mapping import editing
from explorer.cohort.mapping.drawing import place
from explorer.cohort.mapping.model import covariate_name
from explorer.cohort.mapping.quality import Finding
from explorer.cohort.mapping.report import Entry
from explorer.cohort.tables import Cohort
from explorer.cohort.writer import folder_files
from explorer.errors import Problem
from explorer.export.bundle_zip import zipped
from explorer.study.words import counted
from explorer.ui import show, state, your_data
from explorer.ui import your_data_words as words
from explorer.ui.controls import held
from explorer.ui.show import plain
from explorer.ui.your_data import Draft
from explorer.ui.your_data_questions import open_questions

FIRST_ROWS = 8
MOST_SHOWN, ROWS_NAMED = 20, 5
MOST_JUDGED_LIVE = 20_000
"""Patients up to whom oddities are looked for with every correction."""
QUOTED = re.compile(r"'.*'")
LOST: dict[str, str] = {
    "dropped": "Left out",
    "repaired": "Repaired",
    "left alone": "Left as it is",
}


def tables(draft: Draft) -> None:
    """Draw the five tables as they would be: how many rows, and the first of them."""
    seen, unshown = draft.seen, _unshown(draft)
    held_tables = {name: seen.tables[name] for name in words.TABLES if name in seen.tables}
    counts = "; ".join(f"{words.TABLES[name].lower()}: {len(frame):,}" for name, frame in held_tables.items())
    st.markdown(f"**{plain(counts)}**")
    for tab, (name, frame) in zip(
        st.tabs([words.TABLES[name] for name in held_tables]), held_tables.items(), strict=True
    ):
        with tab:
            first = _readable(frame.head(FIRST_ROWS))
            first = first.assign(**{column: words.NOT_SHOWN for column in unshown if column in first})
            show.small_table(first, alt=f"First rows of {words.TABLES[name].lower()}")
            st.caption(f"{counted(len(first), 'row')} of {len(frame):,}.")


def _unshown(draft: Draft) -> set[str]:
    """Name the columns of the tables that hold cells which are kept as they stand and identify patients."""
    names = set()
    for sheet, name in draft.private:
        column = draft.mapping.sheets[sheet].columns.get(name) if sheet in draft.mapping.sheets else None
        if column is not None and editing.keeps(column):
            names.add(covariate_name(name, column) if column.role == "covariate" else column.role)
    return names


def _readable(frame: pd.DataFrame) -> pd.DataFrame:
    """Write cells as text: dates without a time of day, whole numbers without decimals, nothing where empty."""
    return frame.map(_cell)


def _cell(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return f"{value:g}" if isinstance(value, float) else str(value)


def problems(draft: Draft) -> None:
    """List what stands between the files and a cohort, each with its place; folded while questions are open."""
    rows = _by_what([_unquoted(one, draft) for one in draft.seen.problems])
    if not rows:
        return
    found = counted(len(rows), "problem")
    part: DeltaGenerator
    if open_questions(draft):
        part = st.expander(f"{found}; your answers above will settle some", key="problems")
    else:
        st.error(f"**{found}** to settle before this can be used.", icon=":material/error:")
        part = st.container()
    with part:
        show.small_table(pd.DataFrame(rows[:MOST_SHOWN], columns=["Where", "What, and how to mend it"]), alt="Problems")
        if len(rows) > MOST_SHOWN:
            st.caption(f"{len(rows) - MOST_SHOWN:,} more.")


def _unquoted(problem: Problem, draft: Draft) -> Problem:
    """Leave the cell out of what is said of it, where its column identifies patients."""
    hidden = {(place(draft.sheets, sheet), column) for sheet, column in draft.private}
    return replace(problem, what=_hidden(problem.what)) if (problem.file, problem.column) in hidden else problem


def _hidden(text: str) -> str:
    # From the first quotation mark to the last: a cell may hold some itself.
    return QUOTED.sub("a cell that is not shown here", text)


def _told(note: str, draft: Draft) -> str:
    """Leave the cell out of a note that quotes one of a column that identifies patients."""
    for _, name in draft.private:
        before, column, quoted = note.partition(f"column '{name}': ")
        if column:
            return f"{before}{column}{_hidden(quoted)}"
    return note


def _by_what(problems: Sequence[Problem]) -> list[tuple[str, str]]:
    """Say where and what, the rows of one fault together."""
    rows: dict[tuple[str, str | None, str], list[int]] = {}
    for one in problems:
        rows.setdefault((one.file, one.column, f"{one.what}. {one.remedy}"), []).extend([one.row] if one.row else [])
    return [(_place(file, column, at), what) for (file, column, what), at in rows.items()]


def _place(file: str, column: str | None, rows: list[int]) -> str:
    more = f", ... ({len(rows)})" if len(rows) > ROWS_NAMED else ""
    at = f"row{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows[:ROWS_NAMED]))}{more}" if rows else ""
    return ", ".join(filter(None, (file, at, f"column {column}" if column else "")))


def lost(draft: Draft) -> None:
    """Say what was left out, repaired and left alone, with counts and rows."""
    entries, sheets = draft.seen.report, draft.sheets
    for kind, label in LOST.items():
        own = [entry for entry in entries if entry.kind == kind]
        if own:
            part = st.expander(f"{label} ({len(own)})", key=f"lost-{kind}", on_change="rerun")
            if part.open:
                with part:
                    show.table(pd.DataFrame([_row(entry, draft) for entry in own]), alt=label)
    if sheets.notes:
        part = st.expander(f"Seen while reading ({len(sheets.notes)})", key="lost-notes")
        part.caption("\n".join(f"- {plain(_told(note, draft))}" for note in sheets.notes[:MOST_SHOWN]))


def _row(entry: Entry, draft: Draft) -> dict[str, object]:
    more = ", ..." if entry.count > len(entry.rows) else ""
    rows = f"{', '.join(map(str, entry.rows))}{more}" if entry.rows else ""
    return {
        "Sheet": entry.sheet,
        "Column": entry.column or "",
        "What": _hidden(entry.what) if (entry.sheet, entry.column) in draft.private else entry.what,
        "How many": entry.count,
        "Rows": rows,
    }


def findings(draft: Draft, cohort: Cohort) -> None:
    """Say what looks odd before anything is analysed, and in which cells."""
    st.subheader("Before you analyse")
    for warning in [said for said in cohort.warnings if said not in draft.sheets.notes][:MOST_SHOWN]:
        st.caption(f":material/info: {plain(_told(warning, draft))}")
    if not (cohort.n_patients <= MOST_JUDGED_LIVE or draft.judged or _asked_for()):
        return
    if not draft.findings:
        st.markdown("Nothing odd was found. That does not say that the data are right.")
    for at, finding in enumerate(draft.findings):
        _finding(finding, draft, f"finding-{at}")


def _asked_for() -> bool:
    return st.button("Look for what is odd", key="look", help="Takes some seconds for so many patients.")


def _finding(finding: Finding, draft: Draft, key: str) -> None:
    st.markdown(f":material/report: **{plain(finding.kind.capitalize())}.** {plain(finding.what)}.")
    if not finding.cells:
        return
    part = st.expander(
        f"Cells ({min(finding.count, len(finding.cells))} of {finding.count:,})", key=key, on_change="rerun"
    )
    if part.open:
        rows = [(c.sheet, c.row, c.column or "", _value(draft, c.sheet, c.row, c.column)) for c in finding.cells]
        with part:
            show.table(pd.DataFrame(rows, columns=["Sheet", "Row", "Column", "In the file"]), alt=finding.what)


def _value(draft: Draft, sheet: str, row: int, column: str | None) -> str:
    if (sheet, column) in draft.private:
        return words.NOT_SHOWN
    frame = draft.sheets.frames[sheet]
    return _cell(frame.at[row, column]) if column in frame and row in frame.index else ""


def use(draft: Draft) -> None:
    """Offer to put the cohort in force, and to take mapping and cohort away."""
    cohort = draft.seen.cohort
    st.button(
        "Use this cohort",
        type="primary",
        key=your_data.USE,
        disabled=cohort is None,
        on_click=your_data.use,
        args=(draft, cohort),
        help="On every page, for this visit only. The definition begins anew.",
    )
    held.told(your_data.USE)
    if cohort is not None and cohort is state.own():
        _in_use(draft)
    with st.container(horizontal=True, gap="small"):
        if draft.mapped:
            _download_mapping(draft)
        if cohort is not None:
            _download_cohort(cohort)
        st.button("Put these files away", key="your-data-discard", on_click=your_data.discard)


def _in_use(draft: Draft) -> None:
    """Say that the cohort is in force, where to go from here, and what an address of the app holds from now on."""
    st.success("In use on every page.", icon=":material/check:")
    st.page_link("pages/overview.py", label="Go to its results", icon=":material/fact_check:")
    if not draft.mapped:
        return
    st.caption(IN_ADDRESS if draft.link else NOT_IN_ADDRESS)


IN_ADDRESS = (
    "Reloading the page loses your data: bring the file again, and the definition and what you said of its columns are still "
    "in the address. It holds headings and words of your file, and no cell of a column that identifies patients."
)
NOT_IN_ADDRESS = (
    "Reloading the page loses your data and what you said of its columns, which is too long for an address or quotes cells "
    "that identify patients: save the mapping."
)


def _download_mapping(draft: Draft) -> None:
    st.download_button(
        "Save the mapping (JSON)",
        draft.mapping.to_json(),
        "mapping.json",
        "application/json",
        key="save-mapping",
        on_click="ignore",
        help="Headings and words of your file, no patients. `explorer convert FILE OUT --mapping mapping.json` replays it.",
    )


def _download_cohort(cohort: Cohort) -> None:
    st.download_button(
        "Save the cohort (ZIP)",
        lambda: zipped(dict(folder_files(cohort))),
        f"cohort-{cohort.fingerprint}.zip",
        "application/zip",
        key="save-cohort",
        on_click="ignore",
        help="The five tables; they can be brought again without a mapping.",
    )


def load_mapping() -> None:
    """Take a mapping from a file."""
    key = f"{your_data.MAPPING}-{st.session_state.setdefault('mappings_read', 0)}"
    st.file_uploader(
        "Use a saved mapping (JSON)",
        "json",
        key=key,
        on_change=_read_mapping,
        args=(key,),
        max_upload_size=1,
        help="One saved here or by `explorer convert --save-mapping`. It replaces the guess below.",
    )
    held.told(your_data.MAPPING)


def _read_mapping(key: str) -> None:
    file = st.session_state[key]
    if file is not None:
        st.session_state.mappings_read += 1
        your_data.attempt(your_data.MAPPING, lambda: your_data.put_file(file.getvalue(), file.name))
