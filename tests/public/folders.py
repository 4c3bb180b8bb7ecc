"""Write a cohort folder from tables that were brought to the five-table form."""

import json
from pathlib import Path

import pandas as pd

NO_DATES = "2020-01-01"
"""Index date of cohorts that are published without dates, which every cohort folder must have."""


def write(out: Path, about: dict[str, str | bool], **tables: pd.DataFrame) -> Path:
    """Write `cohort.toml` and one CSV file per table; the folder must not be there yet."""
    out.mkdir(parents=True)
    lines = [f"{key} = {json.dumps(value)}\n" for key, value in about.items()]
    (out / "cohort.toml").write_text("".join(lines), encoding="utf-8")
    for name, table in tables.items():
        table.to_csv(out / f"{name}.csv", index=False)
    return out
