"""The question, the headline figures, and every published figure beside what this cohort gives."""

import streamlit as st

from explorer.literature.claims import claims
from explorer.reconstruction.facts import published
from explorer.ui import show, state

with show.mistakes():
    analysis = state.analysis()

    st.title("After dupilumab fails, does tralokinumab help?")
    st.markdown(
        "A chart review of 49 people at one centre answered: **51 % improved**. "
        "This explorer rebuilds that answer from its definitions, so that you can see what it rests on."
    )
    show.synthetic_label(analysis.cohort)
    show.headline(analysis)
    st.subheader("What was published, and what this cohort gives")
    show.claims(claims(analysis))
    st.caption(f"Published figures: {published().source.citation}; {published().source.read}.")
    st.caption(
        "The p values lie where the source says because the cohort was made that way: they confirm the rebuilding, "
        "not the treatment. Counts beside words such as “one third” are assumptions of the reconstruction."
    )
    with st.expander("What the source does not state"):
        st.markdown("\n".join(f"- {item}" for item in published().source.not_stated))
    st.subheader("The definition in force")
    st.markdown(analysis.study.words())
    show.cautions(analysis)
