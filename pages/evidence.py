"""What others have published: study by study beside the loaded cohort, never pooled in silence."""

import streamlit as st

from explorer.ui import glossary, show
from explorer.ui.evidence import forest_section, in_short, other_figures
from explorer.ui.evidence_context import baseline_section, definitions_section, gaps_section
from explorer.ui.evidence_pooling import pooling_section
from explorer.ui.evidence_tables import STYLE
from explorer.ui.sequencing import sequencing_section

with show.mistakes():
    shown = show.page("Published evidence", "What have others found, and may it stand beside this cohort?")
    st.html(STYLE)
    st.markdown(show.plain(in_short()))
    outcome = forest_section(shown)
    pooling_section(shown, outcome)
    glossary.here("evidence")
    st.subheader("More from the same sources")
    other_figures()
    baseline_section(shown)
    definitions_section()
    sequencing_section()
    gaps_section()
