"""The app with a generated cohort of PATIENTS patients in place of the bundled one; stands in for `streamlit`."""

import os

from streamlit.web import cli

from benchmarks.cohorts import generated
from explorer.ui import state

COHORT = generated(int(os.environ["PATIENTS"]))
state.bundled_cohort = lambda: COHORT

if __name__ == "__main__":
    cli.main()
