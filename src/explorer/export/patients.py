"""The table behind a cohort as CSV: what it was made from in comments, and nothing a spreadsheet runs."""

from __future__ import annotations

import io

import pandas as pd

from explorer.analysis.analyse import Analysis
from explorer.export.figures import harmless
from explorer.export.text import SYNTHETIC


def patients_csv(rows: pd.DataFrame, analysis: Analysis) -> str:
    """Write rows of patients as CSV, led by comment lines with label, cohort, definition and number of patients.

    Texts that a spreadsheet would read as a formula, names of columns included, get an apostrophe in front.
    """
    study, text = analysis.study, io.StringIO()
    lines = [SYNTHETIC] if analysis.cohort.metadata.synthetic else []
    lines += [f"{len(rows)} patients of {analysis.cohort.metadata.title}"]
    lines += [f"{study.name}, definition {study.fingerprint}", study.words()]
    for line in lines:
        text.write(f"# {' '.join(line.split())}\n")
    written = rows.astype(object).map(harmless)
    written.columns = [harmless(name) for name in rows.columns]
    written.to_csv(text, index=False, date_format="%Y-%m-%d")
    return text.getvalue()
