"""What only the one who brings the data can say: drugs, dates, days of visits, scores that nobody knows."""

from __future__ import annotations

import streamlit as st

from explorer.cohort.instruments import HIGHER, LOWER
from explorer.cohort.mapping import editing
from explorer.cohort.mapping.columns import ORDER_NOT_SAID
from explorer.cohort.mapping.model import NOT_SAID, Mapping, Scale, Sheet
from explorer.study.words import counted
from explorer.ui import your_data
from explorer.ui import your_data_widgets as widgets
from explorer.ui.controls import held
from explorer.ui.show import plain
from explorer.ui.your_data import Draft

ORDERS = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}
DIRECTIONS = {LOWER: "a lower score is better", HIGHER: "a higher score is better"}
SCORES_AT_ONCE = 4
TO_SAY = ":orange-badge[to say]"


def questions(draft: Draft) -> None:
    """Draw what has to be said, and above it what is still open."""
    st.subheader("Only you can say")
    waiting = open_questions(draft)
    if waiting:
        st.warning(plain(f"Still open: {'; '.join(waiting)}."), icon=":material/help:")
    else:
        st.success("Nothing is open. Correct what is wrong below.", icon=":material/check:")
    _drugs(draft.mapping)
    _dates(draft)
    _visits(draft)
    _scales(draft.mapping)
    _new_score()
    _others(draft)


def open_questions(draft: Draft) -> list[str]:
    """Name what nobody has said yet."""
    mapping = draft.mapping
    unsaid = ["the index drug"] if mapping.about.index_drug == NOT_SAID else []
    unsaid += ["the index date"] if _index_date_open(mapping) else []
    unsaid += ["in which order dates are written"] if _order_open(draft) else []
    days = [visit for visit in editing.visits_named(mapping, draft.sheets) if editing.day_of(mapping, visit) is None]
    unsaid += [f"the day of {counted(len(days), 'visit')}"] if days else []
    scores = editing.undescribed(mapping)
    if len(scores) > SCORES_AT_ONCE:
        return [*unsaid, f"which way {len(scores)} scores are better"]
    return unsaid + [f"which way {code} is better" for code in scores]


def _order_open(draft: Draft) -> bool:
    """Say whether dates wait for somebody to say which number is the month."""
    return draft.mapping.dates is None and any(ORDER_NOT_SAID in problem.what for problem in draft.seen.problems)


def _index_date_open(mapping: Mapping) -> bool:
    return mapping.about.index_date is None and not _having(mapping, "index_date") and not _having(mapping, "start")


def _having(mapping: Mapping, role: str) -> list[tuple[str, str]]:
    return [
        (name, column)
        for name, sheet in mapping.sheets.items()
        for column, held in sheet.columns.items()
        if held.role == role
    ]


def _drugs(mapping: Mapping) -> None:
    about = mapping.about
    index, prior, title = st.columns(3)
    with index:
        widgets.text(
            "Index drug",
            "about-index-drug",
            "" if about.index_drug == NOT_SAID else about.index_drug,
            lambda mapping, text: editing.with_about(mapping, index_drug=text.strip() or NOT_SAID),
            "The drug whose first prescription is day 0.",
            "to say",
        )
    with prior:
        widgets.text(
            "Drug before it (may be empty)",
            "about-prior-drug",
            about.prior_drug or "",
            lambda mapping, text: editing.with_about(mapping, prior_drug=text.strip() or None),
            "Where the cohort is about two drugs in sequence.",
            "none",
        )
    with title:
        widgets.text(
            "Name of the cohort",
            "about-title",
            about.title,
            lambda mapping, text: editing.with_about(mapping, title=text.strip()),
            "Stands on every page and in every file.",
        )
    widgets.switch(
        "These are invented data, not patients'",
        "about-synthetic",
        about.synthetic,
        lambda mapping, said: editing.with_about(mapping, synthetic=said),
        "Every page and file then says so.",
    )


def _dates(draft: Draft) -> None:
    """Ask for an index date where no column holds it, and for the order in which dates are written."""
    mapping, guessed = draft.mapping, draft.brought.guess
    places = iter(st.columns(2))
    if not _having(mapping, "index_date"):
        with next(places):
            widgets.day(
                "One index date for all, where only days count",
                "about-index-date",
                mapping.about.index_date,
                lambda mapping, day: editing.with_about(mapping, index_date=None if day is None else day.isoformat()),
                "Needed where no column holds the start of the index drug. Or choose such a column below.",
            )
    asked = guessed is not None and any(ask.field == "dates" for ask in guessed.unclear)
    if mapping.dates is not None or asked or _order_open(draft):
        with next(places):
            widgets.choice(
                "Dates are written as",
                "mapping-dates",
                mapping.dates,
                list(ORDERS),
                lambda mapping, order: mapping.replace(dates=order),
                ORDERS,
                "Where 03/04 could be March or April.",
                clears=True,
            )


def _visits(draft: Draft) -> None:
    """Ask on which day each visit was that a heading or a cell names."""
    named = editing.visits_named(draft.mapping, draft.sheets)
    if not named:
        return
    st.markdown("**Days of the visits**, from the index date")
    for at, (visit, place) in enumerate(zip(named, _in_rows(len(named)), strict=True)):
        with place:
            widgets.number(
                plain(visit),
                f"visit-{at}-day",
                editing.day_of(draft.mapping, visit),
                _day_of(visit),
                whole=True,
                help="0 is the index date; a day before it is negative.",
                empty="to say",
            )


def _day_of(visit: str) -> widgets.Apply:
    return lambda mapping, day: editing.with_day(mapping, visit, day)


def _in_rows(n: int, across: int = 4) -> list[st.delta_generator.DeltaGenerator]:
    return [column for _ in range(0, n, across) for column in st.columns(across)][:n]


def _scales(mapping: Mapping) -> None:
    """Ask about the scores that the catalogue lacks, of many about one at a time; or leave them out."""
    shown, waiting = mapping.instruments, editing.undescribed(mapping)
    if len(shown) > SCORES_AT_ONCE:
        codes = [*waiting, *(scale.code for scale in shown if scale.code not in waiting)]
        if st.session_state.get("scale-chosen") not in codes:
            st.session_state["scale-chosen"] = codes[0]
        chosen = st.selectbox(f"{len(codes)} scores that the catalogue lacks", codes, key="scale-chosen")
        shown = tuple(scale for scale in shown if scale.code == chosen)
    for scale in shown:
        _scale(scale)
    if waiting:
        st.button(f"Leave out {counted(len(waiting), 'undescribed score')}", key="scales-out", on_click=_leave_out)


def _leave_out() -> None:
    found = your_data.draft()
    if found is not None:
        your_data.attempt("scales-out", lambda: your_data.put(editing.without_undescribed(found.mapping)))


def _scale(scale: Scale) -> None:
    """Ask for the range and direction of a score that the catalogue lacks."""
    code = scale.code
    badge = f" {TO_SAY}" if scale.direction == NOT_SAID else ""
    st.markdown(f"**The score {plain(code)}**{badge}")
    places = iter(_in_rows(6, 3))
    with next(places):
        widgets.text(
            "Name",
            f"scale-{code}-name",
            scale.name,
            lambda mapping, text: editing.with_scale(mapping, code, name=text.strip()),
        )
    for field, label, help in (
        ("range_min", "Lowest possible score", "Of the scale, not of these patients."),
        ("range_max", "Highest possible score", "Of the scale, not of these patients."),
    ):
        with next(places):
            _scale_number(scale, field, label, help)
    with next(places):
        widgets.choice(
            "Which way is better",
            f"scale-{code}-direction",
            None if scale.direction == NOT_SAID else scale.direction,
            list(DIRECTIONS),
            lambda mapping, way: editing.with_scale(mapping, code, direction=way or NOT_SAID),
            DIRECTIONS,
        )
    for field, label, help in (
        ("mcid", "Smallest change that matters (MCID)", "Empty where no source gives one."),
        ("step", "Step between possible scores", "Empty where the scale is continuous."),
    ):
        with next(places):
            _scale_number(scale, field, label, help)


def _scale_number(scale: Scale, field: str, label: str, help: str) -> None:
    widgets.number(
        label,
        f"scale-{scale.code}-{field}",
        getattr(scale, field),
        lambda mapping, value: editing.with_scale(mapping, scale.code, **{field: value}),
        help=help,
    )


def _new_score() -> None:
    """Offer to describe a score that is not there yet."""
    part = st.expander("Describe a new score", key="new-score", on_change="rerun")
    if not part.open:
        return
    with part, st.form("new-score-form", clear_on_submit=True, border=False):
        st.caption("It can then be chosen for any column, and works on every page like those of the catalogue.")
        code, name = st.columns(2)
        code.text_input("Short code", key="new-score-code", max_chars=40, placeholder="HADS")
        name.text_input("Name", key="new-score-name", max_chars=100)
        low, high = st.columns(2)
        low.number_input("Lowest possible score", value=0.0, key="new-score-low", format="%g")
        high.number_input("Highest possible score", value=None, key="new-score-high", format="%g")
        st.selectbox(
            "Which way is better", list(DIRECTIONS), None, key="new-score-way", format_func=lambda way: DIRECTIONS[way]
        )
        mcid, step = st.columns(2)
        mcid.number_input("Smallest change that matters (MCID)", value=None, key="new-score-mcid", format="%g")
        step.number_input("Step between possible scores", value=None, key="new-score-step", format="%g")
        st.form_submit_button("Add the score", on_click=_add_score)
    held.told("new-score-form")


def _add_score() -> None:
    found = your_data.draft()
    said = {
        part: st.session_state[f"new-score-{part}"] for part in ("code", "name", "low", "high", "way", "mcid", "step")
    }
    if found is not None:
        your_data.attempt("new-score-form", lambda: your_data.put(_described(found.mapping, said)))


def _described(mapping: Mapping, said: dict[str, str | float | None]) -> Mapping:
    fields = {
        "range_min": "low",
        "range_max": "high",
        "direction": "way",
        "mcid": "mcid",
        "step": "step",
        "name": "name",
    }
    code = str(said["code"]).strip()
    return editing.with_scale(mapping, code, **{field: said[part] for field, part in fields.items()})


def _others(draft: Draft) -> None:
    """Ask what belongs to a sheet as a whole, and list all that was asked when the files were read."""
    for at, (name, sheet) in enumerate(draft.mapping.sheets.items()):
        if sheet.first("patient_id") is None:
            _rows_are_patients(f"sheet-{at}-rows", name, sheet)
    if draft.brought.guess is not None and (asked := draft.brought.guess.unclear):
        part = st.expander(f"All that was unclear when the files were read ({len(asked)})", key="all-unclear")
        part.caption("\n".join(f"- {plain(str(ask))}" for ask in asked))


def _rows_are_patients(key: str, name: str, sheet: Sheet) -> None:
    widgets.switch(
        f"In “{plain(name)}” each row is a patient",
        key,
        sheet.row_is_patient,
        lambda mapping, each: editing.with_rows_as_patients(mapping, name, each),
        "No column names the patient. Choose one below, or say that there is none.",
    )
