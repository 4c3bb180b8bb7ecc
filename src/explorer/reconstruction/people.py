"""Who the patients are: dates, ages and disease duration are all assumptions."""

from __future__ import annotations

import numpy as np
import pandas as pd

# The drug reached pharmacies in February 2022, so on-label courses cannot be older.
FIRST_INDEX_DATE = pd.Timestamp("2022-02-15")
INDEX_DAYS = 593


def draw_people(rng: np.random.Generator, n: int, letter: str) -> pd.DataFrame:
    """Draw n adults.

    Returns
    -------
    DataFrame
        The patients table: `patient_id` (the letter and a number), `index_date` (ISO), `age`, `sex`,
        `tier` (empty) and `ad_years`, the duration of the disease in years.
    """
    age = np.clip(np.rint(rng.normal(44, 16, n)), 18, 84).astype(np.int64)
    dates = FIRST_INDEX_DATE + pd.to_timedelta(rng.integers(0, INDEX_DAYS, n), unit="D")
    return pd.DataFrame(
        {
            "patient_id": [f"{letter}{number:02d}" for number in range(1, n + 1)],
            "index_date": dates.strftime("%Y-%m-%d"),
            "age": age,
            "sex": rng.choice(["female", "male"], n),
            "tier": pd.array([pd.NA] * n, dtype="str"),
            "ad_years": np.clip(np.rint(2 + rng.exponential(18, n)), 2, age).astype(np.int64),
        }
    )
