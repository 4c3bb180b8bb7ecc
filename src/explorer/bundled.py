"""Where the data that come with the explorer lie, and the cohort that opens when no other is named."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from explorer.cohort.readers import read
from explorer.cohort.tables import Cohort

DATA = Path(__file__).resolve().parents[2] / "data"
BUNDLED = DATA / "nyu"


@cache
def bundled_cohort() -> Cohort:
    """Read the bundled synthetic reconstruction, once per process."""
    return read(BUNDLED)
