"""The ensemble on disk: five tables with a leading `draw` column, and a manifest with one row per draw."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from explorer.errors import ExplorerError
from explorer.reconstruction.facts import DATA

TABLES = ("patients", "treatments", "assessments", "reports", "adverse_events")
FOLDER = DATA / "ensemble"


def load_manifest(folder: Path = FOLDER) -> pd.DataFrame:
    """Return what each draw assumes, one row per draw; see `data/README.md` for the columns."""
    try:
        return pd.read_csv(folder / "manifest.csv")
    except FileNotFoundError:
        raise ExplorerError(
            f"{folder} holds no ensemble. Make one with: explorer reconstruct --out {folder.parent}"
        ) from None


def load_ensemble(folder: Path = FOLDER) -> dict[str, pd.DataFrame]:
    """Return the five tables of all draws.

    Parameters
    ----------
    folder : Path
        Where the parquet files lie.

    Returns
    -------
    dict of str to DataFrame
        The five tables by name, each with a leading column `draw`.
    """
    return {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}


def load_draw(draw: int, folder: Path = FOLDER) -> dict[str, pd.DataFrame]:
    """Return the five tables of one draw.

    Parameters
    ----------
    draw : int
        A draw of the manifest.
    folder : Path
        Where the parquet files lie.

    Returns
    -------
    dict of str to DataFrame
        The five tables by name, without the column `draw`.

    Raises
    ------
    ExplorerError
        When the ensemble has no such draw.
    """
    draws = load_manifest(folder)["draw"]
    if draw not in set(draws):
        raise ExplorerError(f"There is no draw {draw}. The ensemble has draws {draws.min()} to {draws.max()}.")
    wanted = [("draw", "==", draw)]
    tables = {name: pd.read_parquet(folder / f"{name}.parquet", filters=wanted) for name in TABLES}
    return {name: table.drop(columns="draw").reset_index(drop=True) for name, table in tables.items()}


def write_ensemble(folder: Path, draws: dict[int, dict[str, pd.DataFrame]], manifest: pd.DataFrame) -> None:
    """Write the tables of all draws and the manifest, the same bytes for the same draws."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        table = pd.concat({draw: tables[name] for draw, tables in draws.items()}, names=["draw"])
        table.reset_index("draw").to_parquet(folder / f"{name}.parquet", compression="zstd", index=False)
    manifest.to_csv(folder / "manifest.csv", index=False, lineterminator="\n")
