"""Tiny tables drawn in tests, and the cohorts made of them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from explorer.cohort.instruments import Instrument
from explorer.cohort.tables import Cohort, Metadata, build

NO_ASSESSMENTS = "patient_id | day | instrument | score"


def table(text: str) -> pd.DataFrame:
    """Read a table drawn with bars: numbers become numbers, blank cells are missing."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    frame = pd.DataFrame(rows[1:], columns=rows[0], dtype="str")
    return frame.apply(_column)


def _column(cells: pd.Series) -> pd.Series:
    filled = cells.mask(cells == "")
    numbers = pd.to_numeric(filled, errors="coerce")
    return numbers if numbers.notna().equals(filled.notna()) and filled.notna().any() else filled


def cohort(
    patients: str,
    assessments: str = NO_ASSESSMENTS,
    treatments: str | None = None,
    reports: str | None = None,
    adverse_events: str | None = None,
    index_drug: str = "tralokinumab",
    prior_drug: str | None = "dupilumab",
    instruments: Mapping[str, Instrument] | None = None,
    synthetic: bool = True,
) -> Cohort:
    """Build a cohort from drawn tables; the index date is 2022-06-01 where it does not matter."""
    drawn = {
        "patients": patients,
        "assessments": assessments,
        "treatments": treatments,
        "reports": reports,
        "adverse_events": adverse_events,
    }
    frames = {name: table(text) for name, text in drawn.items() if text is not None}
    if "index_date" not in frames["patients"]:
        frames["patients"] = frames["patients"].assign(index_date="2022-06-01")
    return build(metadata(index_drug, prior_drug, synthetic), frames, instruments)


def metadata(
    index_drug: str = "tralokinumab", prior_drug: str | None = "dupilumab", synthetic: bool = True
) -> Metadata:
    """Describe a cohort made up for a test."""
    return Metadata(
        title="Drawn for a test",
        synthetic=synthetic,
        source="invented",
        licence="none needed",
        index_drug=index_drug,
        prior_drug=prior_drug,
        notes="",
    )
