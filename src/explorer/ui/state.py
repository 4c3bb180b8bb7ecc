"""What a page works on: the cohort that is loaded and the analysis of the definition in force."""

import streamlit as st

from explorer.analysis.analyse import Analysis, analyse
from explorer.bundled import bundled_cohort
from explorer.cohort.tables import Cohort
from explorer.study.presets import PRESETS
from explorer.study.study import Study


def analysis() -> Analysis:
    """Return the analysis of the bundled cohort as published."""
    cohort = bundled_cohort()
    return _analysis(cohort.fingerprint, cohort, PRESETS["as-published"].study.to_json())


@st.cache_resource(max_entries=500)
def _analysis(fingerprint: str, _cohort: Cohort, study: str) -> Analysis:
    # Keyed by the cohort's content and the study's JSON: both say all that the result depends on.
    return analyse(_cohort, Study.from_json(study))
