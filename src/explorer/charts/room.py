"""Rows without anything in them, so that a drawing keeps its height and its rows theirs, whoever is analysed."""

from __future__ import annotations

import pandas as pd

UNSEEN = "\u00a0"


def below(n: int) -> pd.DataFrame:
    """Return rows for so many patients who are not there: each `patient_id` is another number of blanks."""
    return pd.DataFrame({"patient_id": [UNSEEN * (place + 1) for place in range(max(0, n))]}, dtype="str")
