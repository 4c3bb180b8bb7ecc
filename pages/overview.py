"""The question, the answer at a glance, and every published figure beside what this cohort gives."""

import pandas as pd
import streamlit as st

from explorer.charts.headline import headline as answer_chart
from explorer.export.plain_words import answer, in_plain_words
from explorer.literature.claims import claims
from explorer.literature.headline import headline, published_rate
from explorer.literature.standing import grouped, in_words, standing, tally
from explorer.reconstruction.facts import is_rebuilt_from_publication, published
from explorer.ui import glossary, multiverse, show, state, tour


def title(cohort):
    """Ask the published question of its own cohort; any other is called by its name."""
    about = cohort.metadata
    if is_rebuilt_from_publication(cohort) and about.prior_drug:
        return f"After {about.prior_drug} fails, does {about.index_drug} help?"
    return about.title


def lead(cohort):
    """Say what was asked, and answer in one sentence before anything else."""
    said = show.plain(answer(state.analysis()))
    if is_rebuilt_from_publication(cohort):
        patients, improved = (published().fact(name).value for name in ("patients", "improved"))
        return (
            f"A chart review of {patients} people at one centre answered: **{improved} % improved**. This explorer "
            f"rebuilds that answer from its definitions, so that you can see what it rests on.\n\n**{said}**"
        )
    about = cohort.metadata
    after = f" after {about.prior_drug}" if about.prior_drug else ""
    return f"{show.plain(f'Do patients improve on {about.index_drug}{after}?')}\n\n**{said}**"


def published_beside_here(rows):
    """Show the claims of the source by what they are about, so that a screen holds one group."""
    st.subheader("What was published, and what this cohort gives")
    st.markdown(show.plain(tally(rows)))
    groups = grouped(rows)
    for tab, (name, held) in zip(st.tabs(list(groups), key="overview-claims"), groups.items(), strict=True):
        shown = [(claim.fact.statement, in_words(claim), str(standing(claim))) for claim in held]
        columns = ["Published", "This cohort", "Can it say so?"]
        with tab:
            show.small_table(pd.DataFrame(shown, columns=columns), alt=f"Published figures: {name}")
    st.caption(
        "“Fixed by the figures”: the cohort was made to give the printed figure under the published definition, so that "
        "agreement confirms the rebuilding, not the treatment; p values included. “Assumption”: the source has only "
        "words, and the count is a reading of them."
    )
    st.caption(show.plain(f"Source: {published().source.citation}; {published().source.read}."))
    with st.expander("What the source does not state", key="overview-unsaid"):
        st.markdown("\n".join(f"- {item}" for item in published().source.not_stated))


with show.mistakes():
    cohort = state.cohort()
    analysis = show.page(show.plain(title(cohort)), lead(cohort))
    show.figure(answer_chart(analysis, published_rate(analysis)), analysis)
    multiverse.mark()
    show.figures_in_words([(show.plain(each.label), each.value, each.doubt) for each in headline(analysis)])
    with st.container(horizontal=True, gap="medium"):
        glossary.here("overview")
        tour.offer()
    st.subheader("In plain words")
    st.markdown(show.plain(show.unbroken(in_plain_words(analysis))))
    if rows := claims(analysis):
        published_beside_here(rows)
    elif is_rebuilt_from_publication(cohort):
        st.info("Hypothetical additions are counted in, so nothing is compared with the published figures.")
    else:
        st.caption(show.plain(f"Source of this cohort: {cohort.metadata.source or 'not stated'}."))
