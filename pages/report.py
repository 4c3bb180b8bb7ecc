"""The report: which cards, in which order, with which text between; and everything to take away."""

import time
from datetime import UTC, datetime
from uuid import uuid4

import streamlit as st

from explorer.cohort.writer import folder_files
from explorer.export.bundle import bundle
from explorer.export.bundle_zip import zipped
from explorer.export.report import FreeText, report
from explorer.export.report_cards import cards, usual
from explorer.export.report_docx import docx
from explorer.export.report_html import html
from explorer.export.script import script
from explorer.ui import guard, show, state

PARTS, TEXT = "report-parts", "text "
LONGEST = 20_000
SETTLED = 0.5
"""Seconds after which a text that was being typed has arrived."""
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


NO_WRAP = "<style>[class*='st-key-report-row'] { flex-wrap: nowrap; }</style>"
"""On a phone, what moves a card stays on its line."""


def parts(analysis, held):
    """Return the parts chosen: names of cards, and texts by their keys; the usual ones of another cohort."""
    cohort = analysis.cohort.fingerprint
    chosen_for, chosen = st.session_state.get(PARTS, (None, ()))
    if chosen_for != cohort:
        chosen = usual(analysis)
        keep(analysis, chosen)
    return tuple(part for part in chosen if part in held or part.startswith(TEXT))


def keep(analysis, chosen):
    st.session_state[PARTS] = (analysis.cohort.fingerprint, tuple(chosen))


def moved(chosen, place, by):
    """Return the parts with one moved up (-1) or down (1)."""
    rest = [*chosen[:place], *chosen[place + 1 :]]
    rest.insert(max(0, place + by), chosen[place])
    return rest


def arrange(analysis, held, chosen):
    """Show the parts in order, each to be moved or taken out."""
    for place, part in enumerate(chosen):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"report-row-{place}"):
            what = text_box(part) if part.startswith(TEXT) else card_line(held[part])
            button(
                ":material/arrow_upward:",
                f"Move up: {what}",
                "up",
                part,
                place == 0,
                analysis,
                moved(chosen, place, -1),
            )
            last = place == len(chosen) - 1
            button(
                ":material/arrow_downward:", f"Move down: {what}", "down", part, last, analysis, moved(chosen, place, 1)
            )
            without = [*chosen[:place], *chosen[place + 1 :]]
            button(":material/close:", f"Leave out: {what}", "out", part, False, analysis, without)


def button(label, help, does, part, disabled, analysis, then):
    st.button(
        label,
        help=show.plain(help),
        key=f"report-{does}-{part}",
        disabled=disabled,
        on_click=keep,
        args=(analysis, then),
    )


def card_line(card):
    st.markdown(f"**{show.plain(card.title)}**  \n:small[{show.plain(card.items)}]", width="stretch")
    return card.title


def text_box(part):
    st.text_area(
        "Text",
        key=f"report-{part}",
        persist_state="session",
        max_chars=LONGEST,
        placeholder="Plain text; an empty line begins a paragraph.",
        height=100,
    )
    return "text"


def add(analysis, held, chosen):
    """Offer the cards that are not in, and a text; both come last, to be moved from there."""
    left = [name for name in held if name not in chosen]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            "Add a card",
            left,
            index=None,
            key="report-add",
            placeholder="all cards are in" if not left else "choose one",
            disabled=not left,
            format_func=lambda name: held[name].title,
            on_change=added,
            args=(analysis, chosen),
        )
        key = f"{TEXT}{uuid4().hex[:8]}"
        st.button(
            "Add text", key="report-add-text", icon=":material/notes:", on_click=keep, args=(analysis, (*chosen, key))
        )
        st.button(
            "All cards",
            key="report-usual",
            help="The usual cards in their usual order, texts left out.",
            on_click=keep,
            args=(analysis, usual(analysis)),
        )


def added(analysis, chosen):
    if (name := st.session_state["report-add"]) is not None:
        keep(analysis, (*chosen, name))
        st.session_state["report-add"] = None


def texts(chosen):
    """Return the texts as they are now; the same dictionary in every run, so that a download finds the last ones."""
    held = st.session_state.setdefault("report-texts", {})
    held.update({part: st.session_state.get(f"report-{part}") or "" for part in chosen if part.startswith(TEXT)})
    return held


def written(chosen, held):
    """Return the parts as a report takes them."""
    if held:
        # A text is sent when its box is left, and a click on a download leaves it at the same moment.
        time.sleep(SETTLED)
    return tuple(FreeText(held[part]) if part.startswith(TEXT) else part for part in chosen)


def take_away(analysis, chosen):
    """Offer the files; none is made before it is asked for, and all of them on this definition."""
    trail, typed, today = tuple(guard.trail()), texts(chosen), datetime.now(UTC).date()
    mapping = "" if (held := state.mapping()) is None else held.to_json()

    def made():
        return report(analysis, today, written(chosen, typed), trail)

    files = (
        ("Report to read and print (HTML)", "report", "html", "text/html", lambda: html(made()).encode()),
        ("Report to edit (DOCX)", "report", "docx", WORD, lambda: docx(made())),
        ("Script (Python)", "analysis", "py", "text/x-python", lambda: script(analysis, trail).encode()),
        (
            "Cohort, for the script (ZIP)",
            "cohort",
            "zip",
            "application/zip",
            lambda: zipped(dict(folder_files(analysis.cohort))),
        ),
        ("All results (ZIP)", "results", "zip", "application/zip", lambda: bundle(made(), trail, mapping)),
    )
    for label, stem, kind, mime, make in files:
        of = analysis.cohort if stem == "cohort" else analysis.study
        name = f"{stem}-{of.fingerprint}.{kind}"
        st.download_button(label, make, name, mime, key=f"report-{stem}-{kind}", on_click="ignore", width="stretch")
    st.caption(
        "The script computes every number again from the saved cohort, where the explorer is installed: python analysis.py "
        "cohort.zip. All results hold study, numbers, tables, figures, script and versions, and no patients' records but "
        "those that a figure's table lists. Reports and results take some seconds to make."
    )


with show.mistakes():
    analysis = show.page("Report", "What goes into the report, in which order, and what else is there to take away?")
    held = cards(analysis)
    chosen = parts(analysis, held)
    order, files = st.columns([3, 2], gap="large")
    with order:
        st.html(NO_WRAP)
        st.subheader("Cards, in this order")
        arrange(analysis, held, chosen)
        add(analysis, held, chosen)
    with files:
        st.subheader("Take away")
        take_away(analysis, chosen)
        st.caption(
            "Below each card stand the items of STROBE (cohort studies) and RECORD (routinely collected data) that it "
            "answers, in full or in part. The report lists them at its end."
        )
