"""The evidence explorer: page setup, the study in the sidebar, and navigation. Run with `make run`."""

import streamlit as st

from explorer.ui import guard, learning, protected, reports, show, small_counts, start, state
from explorer.ui.controls import locking, sidebar

st.set_page_config(page_title="Evidence explorer", page_icon="🔎", layout="wide")
start.freeze_imports()
start.keep_uploads_in_memory()
carrier = reports.carrier()
with show.mistakes():
    state.begin()

PAGES = [
    st.Page("pages/overview.py", title="Overview", icon=":material/fact_check:", default=True),
    st.Page("pages/eligibility.py", title="Who is analysed", icon=":material/group:"),
    st.Page("pages/change.py", title="Score change", icon=":material/trending_down:"),
    st.Page("pages/response.py", title="Response", icon=":material/how_to_reg:"),
    st.Page("pages/multiverse.py", title="Multiverse", icon=":material/scatter_plot:"),
    st.Page("pages/left_open.py", title="What the paper leaves open", icon=":material/help_center:"),
    st.Page("pages/compare.py", title="Compare two definitions", icon=":material/compare_arrows:"),
    st.Page("pages/safety.py", title="Safety and sequencing", icon=":material/timeline:"),
    st.Page("pages/evidence.py", title="Published evidence", icon=":material/menu_book:"),
    st.Page("pages/learn.py", title="Learn", icon=":material/school:"),
    st.Page("pages/patients.py", title="Patients", icon=":material/person_search:"),
    st.Page("pages/report.py", title="Report", icon=":material/description:"),
    st.Page("pages/your_data.py", title="Your data", icon=":material/upload_file:"),
]
page = st.navigation(PAGES, expanded=True)
start.as_asked_for(PAGES)
if state.turned_to(page.url_path):
    # A page that one has turned to has lost its address, and can be left or reloaded before it is drawn.
    state.share()
with st.sidebar, show.mistakes():
    learning.quiet() if learning.asks_on(page.url_path) else sidebar.sidebar()
try:
    if guard.waiting() and page.url_path != small_counts.OWN_ROWS:
        locking.hidden(state.study())
    elif small_counts.replaces(page.url_path):
        protected.page(page.title, page.url_path)
    else:
        page.run()
finally:
    reports.end_run(carrier)
    # After a change last, also where a page stops: at another address a browser goes through all of a page once more.
    state.share()
