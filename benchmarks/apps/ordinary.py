"""The app as it is without what it does for speed; stands in for the command `streamlit`.

Every page has the widgets, texts, charts, tables and analyses that it has, written the ordinary way: its Altair charts are
built on each run and handed to `st.altair_chart`, its tables to `st.table`, and nothing is taken from the garbage
collector. Whoever starts it leaves Streamlit's settings at their defaults.
"""

import importlib
import pkgutil
from collections.abc import Iterable
from typing import Any, get_type_hints

import altair as alt
import pandas as pd
import streamlit as st
from streamlit.web import cli

from explorer import charts
from explorer.charts.figure import Spec
from explorer.ui import show, start, tables

ADJUSTED = ("curve",)
"""Charts whose specification is adjusted after they are built: drawn from it, which costs Streamlit as much."""


def build_charts_anew() -> None:
    """Let every function that prepares a chart once build it each time it is called."""
    for each in pkgutil.iter_modules(charts.__path__):
        module = importlib.import_module(f"{charts.__name__}.{each.name}")
        for name, value in list(vars(module).items()):
            if hasattr(value, "cache_clear") and get_type_hints(value.__wrapped__).get("return") == Spec:
                setattr(module, name, value.__wrapped__)
        if hasattr(module, "prepared") and each.name not in ADJUSTED:
            module.prepared = built


def built(chart: alt.TopLevelMixin) -> dict[str, Any]:
    return {"chart": chart}


def draw(data: pd.DataFrame, spec: dict[str, Any], **how: Any) -> Any:
    if "chart" not in spec:
        return draw_specification(data, spec, **how)
    chart = spec["chart"]
    chart.data = data
    return st.altair_chart(chart, **how)


def small_table(rows: pd.DataFrame, alt: str) -> None:
    st.table(rows, hide_index=True, alt=alt)


def as_html(columns: Iterable[object], rows: Iterable[Iterable[object]], name: str) -> str:
    """Draw a table at once; nothing is left to be written into a text."""
    small_table(pd.DataFrame(rows, columns=list(columns)), name)
    return ""


build_charts_anew()
draw_specification, st.vega_lite_chart = st.vega_lite_chart, draw
show.small_table, tables.as_html = small_table, as_html
start.freeze_imports = lambda: None

if __name__ == "__main__":
    cli.main()
