"""The table behind a cohort as CSV: what it was made from in comments, and nothing a spreadsheet runs."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from explorer.analysis.analyse import Analysis
from explorer.export.provenance import provenance
from explorer.export.spreadsheet import commented_csv
from explorer.study.words import counted


def patients_csv(rows: pd.DataFrame, analysis: Analysis, trail: Sequence[str] = ()) -> str:
    """Write rows of patients as CSV, led by comment lines with label, cohort, definition and number of patients."""
    return commented_csv(provenance(analysis, [f"{counted(len(rows), 'patient')} listed"], trail), rows)
