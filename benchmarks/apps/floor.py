"""Draw a recorded page again with the same elements and no computation: the least that Streamlit itself costs."""

import gc
import json
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import streamlit as st

RECORDED = Path(os.environ["RECORDED"])


@st.cache_resource
def tune() -> None:
    gc.collect()
    gc.freeze()


@st.cache_resource
def page(name: str) -> dict[str, Any]:
    """Load the menu and both states of a page, tables and chart data as frames."""
    recorded = json.loads((RECORDED / name / "page.json").read_text())
    for state in recorded["states"]:
        for node in every(state["sidebar"] + state["main"]):
            if "rows" in node:
                node["rows"] = pa.ipc.open_stream((RECORDED / name / node["rows"]).read_bytes()).read_pandas()
    return recorded


def every(nodes):
    for node in nodes:
        yield node
        yield from every(node.get("inside", ()))


def draw(nodes, where: str) -> None:
    for place, node in enumerate(nodes):
        at = f"{where}-{place}"
        if "inside" in node:
            inside(node, at)
        else:
            element(node, at)


def inside(node, at: str) -> None:
    kind, nodes = node["kind"], node["inside"]
    if nodes and all(child["kind"] == "column" for child in nodes):
        side_by_side(st.columns([child["weight"] for child in nodes]), nodes, at)
    elif kind == "tab_container":
        side_by_side(st.tabs([child["label"] for child in nodes]), nodes, at)
    elif kind == "expander":
        with st.expander(node["label"], key=at, on_change="rerun", expanded=node["open"]):
            draw(nodes, at)
    else:
        with st.container():
            draw(nodes, at)


def side_by_side(holders, nodes, at: str) -> None:
    for place, (holder, child) in enumerate(zip(holders, nodes, strict=True)):
        with holder:
            draw(child["inside"], f"{at}-{place}")


def element(node, at: str) -> None:
    kind, label = node["kind"], node.get("label") or "label"
    options = node.get("options") or ["one"]
    if kind == "live":
        return
    if kind in ("markdown", "caption"):
        getattr(st, kind)(node["text"], unsafe_allow_html=node["html"])
    elif kind in ("title", "header", "subheader", "info", "warning", "error", "success"):
        getattr(st, kind)(node["text"])
    elif kind == "vega_lite_chart":
        st.vega_lite_chart(node["rows"], node["spec"], key=at, alt=node["alt"], width="stretch")
    elif kind == "table":
        st.table(node["rows"], hide_index=True)
    elif kind == "dataframe":
        st.dataframe(node["rows"], hide_index=True, key=at)
    elif kind == "metric":
        st.metric(label, node["text"])
    elif kind in ("selectbox", "multiselect", "radio"):
        getattr(st, kind)(label, options, key=at, help=node["help"])
    elif kind == "button_group":
        st.segmented_control(label, options, key=at, help=node["help"])
    elif kind in ("number_input", "slider", "text_input", "date_input", "toggle", "checkbox", "button"):
        getattr(st, kind)(label, key=at, help=node["help"])
    elif kind == "download_button":
        st.download_button(label, b"", key=at, help=node["help"])
    elif kind == "file_uploader":
        st.file_uploader(label, key=at, help=node["help"])
    elif kind == "page_link":
        st.page_link("http://localhost", label=label)
    elif kind == "html":
        st.html(node["text"])
    else:
        st.caption(kind)


def main() -> None:
    draw(state["main"], "main")


st.set_page_config(page_title="Floor", layout="wide")
tune()
recorded = page(st.query_params["page"])
menu = [
    st.Page(main, title=each["title"], icon=each["icon"] or None, url_path=f"page-{at}", default=at == 0)
    for at, each in enumerate(recorded["menu"])
]
chosen = st.navigation(menu, expanded=True)
with st.sidebar:
    threshold = st.number_input("Threshold", 0.0, 100.0, 50.0, step=1.0, key=os.environ["INPUT"])
    state = recorded["states"][int(threshold) % 2]
    draw(state["sidebar"], "side")
chosen.run()
