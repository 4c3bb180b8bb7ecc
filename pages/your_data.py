"""A cohort of the visitor's own: brought, understood or told what is wrong, checked, and put in force."""

import streamlit as st

from explorer.study.words import counted
from explorer.ui import (
    show,
    start,
    your_data,
    your_data_bring,
    your_data_columns,
    your_data_omop,
    your_data_preview,
    your_data_questions,
)

QUESTION = (
    "Analyse a cohort of your own: bring its spreadsheet as it is, say what each column is, see what becomes of it, and "
    "use it on every page."
)


def understand(draft):
    """Show what has to be said, what each column was taken for, and what follows at once."""
    st.header(show.plain(draft.sheets.file))
    rows = sum(len(frame) for frame in draft.sheets.frames.values())
    st.caption(show.plain(f"{draft.sheets.kind}; {rows:,} rows in {counted(len(draft.sheets.frames), 'sheet')}"))
    if (ready := draft.brought.ready) is not None:
        st.info(show.plain(f"This looks like {ready.name}: {ready.why}."), icon=":material/recommend:")
        st.caption("\n".join(f"- {show.plain(each)}" for each in ready.left_out))
    if your_data_omop.is_omop(draft):
        your_data_omop.choose(draft)
        return
    if not draft.mapped:
        st.markdown("The five tables of a cohort: there is nothing to be mapped.")
        your_data_omop.taken(draft)
        return
    your_data_bring.by_link(draft)
    your_data_questions.questions(draft)
    your_data_columns.columns(draft)
    your_data_preview.load_mapping()


def becomes(draft):
    """Show the tables, what is lost and what looks odd, and offer to use the cohort."""
    st.subheader("What becomes of it")
    your_data_preview.problems(draft)
    your_data_preview.tables(draft)
    your_data_preview.lost(draft)
    if (cohort := draft.seen.cohort) is not None:
        your_data_preview.findings(draft, cohort)
    your_data_preview.use(draft)


with show.mistakes():
    start.by_way_of_app()
    st.html(show.STYLE)
    st.title("Your data")
    st.markdown(QUESTION)
    your_data_bring.in_use()
    your_data_bring.bring()
    your_data_omop.from_database()
    draft = your_data.draft()
    if draft is not None:
        understand(draft)
        if not your_data_omop.is_omop(draft):
            becomes(draft)
