"""What each column is: the guess with its reason, to be corrected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from explorer.cohort.findings import shown
from explorer.cohort.instruments import catalogue
from explorer.cohort.mapping import editing
from explorer.cohort.mapping.columns import as_text
from explorer.cohort.mapping.model import OWN_FIELDS, Column, Mapping
from explorer.study.words import counted
from explorer.ui import your_data_widgets as widgets
from explorer.ui import your_data_words as words
from explorer.ui.show import plain
from explorer.ui.your_data import Draft

AT_ONCE = 25
EXAMPLES = 3
BY_ROW, BY_DAY, BY_VISIT, BY_COLUMN = "row", "day", "visit", "on:"
TIMES = {BY_ROW: "as its row says", BY_DAY: "on a fixed day", BY_VISIT: "at a named visit"}


def columns(draft: Draft) -> None:
    """Draw the columns of one sheet, at most twenty-five at a time."""
    st.subheader("What each column is")
    _identifiers(draft)
    name = _sheet(draft)
    if not _used(draft, name):
        return
    names = _names(draft, name)
    for at in _shown_of(names):
        _column(draft, name, names[at], f"column-{_place(draft, name)}-{at}")


def _identifiers(draft: Draft) -> None:
    """Name the columns that look as if they identify patients, and what becomes of each."""
    out: list[str] = []
    kept: dict[str, list[str]] = {}
    given: list[str] = []
    for (sheet, name), what in draft.identifiers.items():
        column = draft.mapping.sheets[sheet].columns.get(name) if sheet in draft.mapping.sheets else None
        if column is None or not editing.keeps(column):
            (given if column is not None and column.why == editing.KEPT_BY_LINK else out).append(f"{name} ({what})")
        else:
            by = f"as {draft.giver} says" if draft.said_by_giver(sheet, name) else "by your choice"
            kept.setdefault(by, []).append(f"{name} ({what})")
    if out:
        st.info(
            plain(f"Not kept, because they look as if they identify patients: {', '.join(out)}."),
            icon=":material/visibility_off:",
        )
    if given:
        st.warning(
            plain(
                f"Kept by the link, though they look as if they identify patients: {', '.join(given)}. They are left out "
                "until you say below what they are."
            )
        )
    for by, names in kept.items():
        st.warning(plain(f"Kept {by}, though they may identify patients: {', '.join(names)}."))


def _sheet(draft: Draft) -> str:
    """Let the reader choose the sheet to look at."""
    sheets = list(draft.sheets.frames)
    if len(sheets) == 1:
        return sheets[0]
    if st.session_state.get("your-data-sheet") not in sheets:
        st.session_state["your-data-sheet"] = sheets[0]
    chosen: str = st.selectbox("Sheet", sheets, key="your-data-sheet")
    return chosen


def _place(draft: Draft, name: str) -> int:
    return list(draft.sheets.frames).index(name)


def _used(draft: Draft, name: str) -> bool:
    """Offer to leave a sheet out as a whole, or to take it in; say whether it is in."""
    used = name in draft.mapping.sheets
    if len(draft.sheets.frames) > 1:
        widgets.switch(
            "Use this sheet",
            f"sheet-{_place(draft, name)}-used",
            used,
            lambda mapping, used: editing.with_sheet(mapping, draft.sheets, name, used),
            "A sheet that names no patient is left out at first.",
        )
    return used


def _names(draft: Draft, name: str) -> list[str]:
    """Return the sheet's columns, then those that the mapping makes of others."""
    own = list(map(str, draft.sheets.frames[name]))
    made = [column for column in draft.mapping.sheets[name].columns if column not in own]
    return own + made


def _shown_of(names: Sequence[str]) -> range:
    """Let the reader leaf through many columns."""
    if len(names) <= AT_ONCE:
        return range(len(names))
    parts = [range(at, min(at + AT_ONCE, len(names))) for at in range(0, len(names), AT_ONCE)]
    chosen: range = st.selectbox(
        f"{counted(len(names), 'column')}, {AT_ONCE} at a time",
        parts,
        key="your-data-part",
        format_func=lambda part: f"{part.start + 1} to {part.stop}: {names[part.start]} to {names[part.stop - 1]}",
    )
    return chosen


def _column(draft: Draft, sheet: str, name: str, key: str) -> None:
    column = draft.mapping.sheets[sheet].columns.get(name, Column(role="ignore"))
    with st.container(border=True, gap="small", key=f"{key}-card"):
        said, choice, more = st.columns([5, 4, 2], vertical_alignment="center")
        said.markdown(f"**{plain(name)}**  \n:small[{plain(_examples(draft, sheet, name))}]")
        told = words.details(column)
        said.caption(plain(f"{_why(draft, sheet, name, column)}{f' Read as {told}.' if told else ''}"))
        with choice:
            widgets.choice(
                f"What {plain(name)} is",
                f"{key}-role",
                column.role,
                list(words.ROLES),
                lambda mapping, role: editing.with_role(mapping, sheet, name, role),
                words.ROLES,
                hidden=True,
            )
        if column.role != "ignore":
            details = more.popover("Details", key=f"{key}-details", on_change="rerun", width="stretch")
            if details.open:
                with details:
                    _details(draft, sheet, name, column, key)


def _examples(draft: Draft, sheet: str, name: str) -> str:
    frame = draft.sheets.frames[sheet]
    if (sheet, name) in draft.private:
        return words.NOT_SHOWN
    if name not in frame:
        return "made of other columns"
    cells = frame[name].dropna()
    some = [shown(as_text(cell)).strip("'") for cell in cells.head(200).drop_duplicates().head(EXAMPLES)]
    return f"{', '.join(some) or 'empty'} · {len(cells):,}/{len(frame):,} filled"


def _why(draft: Draft, sheet: str, name: str, column: Column) -> str:
    guessed = draft.brought.guess
    first = guessed.mapping.sheets[sheet].columns.get(name) if guessed and sheet in guessed.mapping.sheets else None
    if guessed is None or first is None or first.role != column.role:
        return column.why or (f"As {draft.giver} says." if draft.said_by_giver(sheet, name) else "As you said.")
    return f"Guessed: {guessed.reasons.get((sheet, name), 'no reason given')}."


# Details


def _details(draft: Draft, sheet: str, name: str, column: Column, key: str) -> None:
    """Draw what can be said of a column besides its role."""

    def put(mapping: Mapping, **fields: Any) -> Mapping:
        return editing.with_fields(mapping, sheet, name, **fields)

    fields = OWN_FIELDS.get(column.role, frozenset())
    if column.role == "score":
        _score(draft, sheet, column, key, put)
    if "name" in fields:
        label = "Question" if column.role == "report" else "Called"
        widgets.text(label, f"{key}-name", column.name or "", lambda m, text: put(m, name=text.strip() or None))
    if "day" in fields:
        _when(draft, sheet, column, key, put)
    if "drug" in fields:
        help = "Empty: the index drug, or the one that the row names."
        widgets.text("Drug", f"{key}-drug", column.drug or "", lambda m, text: put(m, drug=text.strip() or None), help)
    _switches(column, key, put)
    _cells(column, key, put)


def _score(draft: Draft, sheet: str, column: Column, key: str, put: Any) -> None:
    codes = [*(scale.code for scale in draft.mapping.instruments), *catalogue()]
    by_row = draft.mapping.sheets[sheet].first("instrument") is not None
    widgets.choice(
        "Which score",
        f"{key}-instrument",
        column.instrument,
        list(dict.fromkeys(codes)),
        lambda m, code: put(m, instrument=code),
        {code: words.score(code, draft.mapping) for code in codes},
        "One that is not in the list can be described above.",
        empty="named by its row" if by_row else "Choose",
        clears=by_row,
    )
    widgets.number(
        "Multiply by",
        f"{key}-times",
        column.times,
        lambda m, times: put(m, times=times),
        help="To bring it to the score's own unit.",
        empty="1",
    )


def _when(draft: Draft, sheet: str, column: Column, key: str, put: Any) -> None:
    """Draw when the score or answer was recorded."""
    dated = draft.mapping.sheets[sheet].having("day", "date", "visit")
    said = TIMES | {f"{BY_COLUMN}{name}": f"dated by “{name}”" for name in dated}
    widgets.choice("When", f"{key}-when", _now(column), list(said), lambda m, way: put(m, **_placed(way)), said)
    if column.day is not None:
        widgets.number(
            "Day", f"{key}-day", column.day, lambda m, day: put(m, day=day), whole=True, help="0: index date."
        )
    if column.visit is not None:
        widgets.text("Visit", f"{key}-visit", column.visit, lambda m, text: put(m, visit=text.strip() or None))


def _now(column: Column) -> str:
    if column.day is not None:
        return BY_DAY
    if column.visit is not None:
        return BY_VISIT
    return f"{BY_COLUMN}{column.on}" if column.on else BY_ROW


def _placed(way: str) -> dict[str, Any]:
    """Return the fields that say when, the others taken back."""
    return {
        "day": 0 if way == BY_DAY else None,
        "visit": "visit 1" if way == BY_VISIT else None,
        "on": way.removeprefix(BY_COLUMN) if way.startswith(BY_COLUMN) else None,
    }


def _switches(column: Column, key: str, put: Any) -> None:
    said = {
        "pseudonym": ("Replace by P1, P2, ...", "In the order of the file; the numbers of the file are then not kept."),
        "from_one": ("The index date is day 1", "As in trials that have no day 0."),
        "last_dose": ("It is the day of the last dose", "The drug then ends on the day after."),
    }
    fields = OWN_FIELDS.get(column.role, frozenset())
    for field, (label, help) in said.items():
        if field in fields:
            widgets.switch(label, f"{key}-{field}", getattr(column, field), _switched(put, field), help)
    if "unit" in fields:
        units = ["days", "weeks", "months", "years"]
        widgets.choice("Counted in", f"{key}-unit", column.unit, units, lambda m, unit: put(m, unit=unit))


def _switched(put: Any, field: str) -> widgets.Apply:
    return lambda mapping, on: put(mapping, **{field: on})


def _cells(column: Column, key: str, put: Any) -> None:
    """Draw how single cells are read."""
    widgets.text(
        "Codes for missing",
        f"{key}-missing",
        ", ".join(column.missing),
        lambda m, text: put(m, missing=_listed(text)),
        "As -99 or n.d., with commas between; empty cells are missing anyway.",
        "none",
    )
    widgets.text(
        "Units to take out of the cells",
        f"{key}-remove",
        ", ".join(column.remove),
        lambda m, text: put(m, remove=_listed(text)),
        "As kg or pts, with commas between.",
        "none",
    )
    allowed = words.MEANINGS.get(column.role, "any words; nothing is a missing value")
    widgets.lines(
        "What cells stand for, a line each: 1 = male",
        f"{key}-words",
        "\n".join(f"{cell} = {meaning}" for cell, meaning in column.words.items()),
        lambda m, text: put(m, words=_read_words(text)),
        f"Allowed after the sign: {allowed}.",
    )


def _listed(text: str) -> list[str] | None:
    return [part.strip() for part in text.split(",") if part.strip()] or None


def _read_words(text: str) -> dict[str, str] | None:
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {cell.strip(): meaning.strip() for cell, _, meaning in pairs} or None
