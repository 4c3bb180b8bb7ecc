"""As many Altair charts as a page has and nothing else: one widget, built anew on each run, default settings."""

import os

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

ROWS = 49


@st.cache_data
def scores() -> pd.DataFrame:
    baseline = np.random.default_rng(0).normal(60, 10, ROWS).round(2)
    # Improvements lie so close together that every step of the threshold moves somebody: the charts do change.
    improvement = np.linspace(45, 90, ROWS)
    followup = (baseline * (1 - improvement / 100)).round(2)
    return pd.DataFrame({"id": np.arange(ROWS), "baseline": baseline, "followup": followup})


def chart(rows: pd.DataFrame) -> alt.Chart:
    x = alt.X("baseline", title="Baseline", scale=alt.Scale(domain=[20, 100]))
    y = alt.Y("followup", title="Follow-up", scale=alt.Scale(domain=[0, 100]))
    drawn = alt.Chart(rows).mark_circle(size=60)
    return drawn.encode(x=x, y=y, color="responder", tooltip=["id", "baseline", "followup"]).properties(height=240)


st.set_page_config(page_title="Charts only", layout="wide")
threshold = st.sidebar.number_input("Threshold", 0.0, 100.0, 50.0, step=1.0, key=os.environ["INPUT"])
rows = scores()
improvement = 100 * (rows["baseline"] - rows["followup"]) / rows["baseline"]
rows = rows.assign(responder=np.where(improvement >= threshold, "yes", "no"))
st.write(f"{(improvement >= threshold).sum()} of {ROWS} improved by at least {threshold:g} %")
for place in range(int(st.query_params["charts"])):
    st.altair_chart(chart(rows), key=f"chart-{place}")
