"""What happens once, when the server starts."""

import gc

import streamlit as st


@st.cache_resource
def freeze_imports() -> None:
    """Take what the imports left behind out of the garbage collector's sight.

    A full collection walks every object of pandas, SciPy and Altair: tens of milliseconds in the midst of
    somebody's rerun. Frozen objects are skipped; what sessions leave behind is still collected.
    """
    gc.collect()
    gc.freeze()
