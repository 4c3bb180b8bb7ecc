"""Fixtures: the shipped ensemble, its manifest, and fresh copies of the bundled draw to damage."""

from __future__ import annotations

import pandas as pd
import pytest

from explorer.reconstruction.as_published import eligible_patients
from explorer.reconstruction.ensemble import load_ensemble, load_manifest


@pytest.fixture(scope="session")
def manifest() -> pd.DataFrame:
    return load_manifest()


@pytest.fixture(scope="session")
def cohorts() -> dict[int, dict[str, pd.DataFrame]]:
    tables = {name: dict(list(table.groupby("draw"))) for name, table in load_ensemble().items()}
    return {draw: {name: tables[name][draw].drop(columns="draw") for name in tables} for draw in tables["patients"]}


@pytest.fixture(scope="session")
def eligible(cohorts) -> dict[int, pd.DataFrame]:
    return {draw: eligible_patients(tables) for draw, tables in cohorts.items()}


@pytest.fixture
def bundled(cohorts, manifest) -> tuple[dict[str, pd.DataFrame], dict[str, object]]:
    row = manifest[manifest["medoid"]].iloc[0].to_dict()
    return {name: table.reset_index(drop=True) for name, table in cohorts[row["draw"]].items()}, row
