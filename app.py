"""The evidence explorer: page setup and navigation. Run with `make run`."""

import streamlit as st

from explorer.ui import start

st.set_page_config(page_title="Evidence explorer", page_icon="🔎", layout="wide")
start.freeze_imports()
st.navigation([st.Page("pages/overview.py", title="Overview", icon=":material/fact_check:", default=True)]).run()
