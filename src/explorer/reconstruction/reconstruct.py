"""One command from the published figures to the bundled cohort and its ensemble."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from explorer.errors import ExplorerError
from explorer.reconstruction.ensemble import TABLES, write_ensemble
from explorer.reconstruction.events import Tables, expand
from explorer.reconstruction.facts import published
from explorer.reconstruction.medoid import medoid
from explorer.reconstruction.sampler import sample
from explorer.reconstruction.verify import distinct, failures, verify


@dataclass(frozen=True)
class Summary:
    """What a reconstruction came to.

    Parameters
    ----------
    out : Path
        The folder that now holds `nyu` and `ensemble`.
    draws, seed : int
        As asked for.
    medoid : int
        The draw written as the bundled cohort.
    checks : DataFrame
        One row per check: `check`, `statement`, and of how many `draws` it `passed`.
    """

    out: Path
    draws: int
    seed: int
    medoid: int
    checks: pd.DataFrame

    def __str__(self) -> str:
        return (
            f"{self.draws} reconstructed cohorts (seed {self.seed}), each reproducing every published figure, "
            f"in {self.out / 'ensemble'}; draw {self.medoid}, nearest to the others, in {self.out / 'nyu'}."
        )


def reconstruct(out: Path, draws: int = 100, seed: int = 1, report: Callable[[str], object] = print) -> Summary:
    """Rebuild cohorts from the published figures, check them, and write them down.

    The same draws and seed give the same bytes on the same machine and versions of numpy, scipy and pyarrow.

    Parameters
    ----------
    out : Path
        Written here: `nyu`, a five-table folder, and `ensemble`.
    draws : int
        How many cohorts, at least 1.
    seed : int
        Not negative.
    report : callable
        Told, in sentences, how far it is.

    Returns
    -------
    Summary

    Raises
    ------
    ExplorerError
        When the numbers asked for make no sense, or a scenario finds no cohort.
    """
    if draws < 1 or seed < 0:
        raise ExplorerError(
            f"{draws} draws with seed {seed} cannot be made. Ask for 1 or more, with a seed of 0 or more."
        )
    _make_folder(out)
    expanded = [expand(core, seed, draw) for draw, core in enumerate(sample(draws, seed, report))]
    cohorts = {draw: tables for draw, (tables, _) in enumerate(expanded)}
    assumed = [row for _, row in expanded]
    report("Checking every published figure against the event tables")
    checks = _checked(cohorts, assumed)
    manifest = pd.DataFrame(assumed)
    chosen = medoid(cohorts, manifest)
    manifest["medoid"] = manifest["draw"] == chosen
    write_ensemble(out / "ensemble", cohorts, manifest)
    checks.to_csv(out / "ensemble" / "checks.csv", index=False, lineterminator="\n")
    _write_cohort(out / "nyu", cohorts[chosen], chosen, draws, seed)
    summary = Summary(out, draws, seed, chosen, checks)
    report(str(summary))
    return summary


def _make_folder(out: Path) -> None:
    """Make the folder, so that one that cannot be written to is known before the work begins."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExplorerError(f"{out} cannot be made ({error.strerror}). Name another folder with --out.") from None


def _checked(cohorts: dict[int, Tables], manifest: list[dict[str, Any]]) -> pd.DataFrame:
    """Count how many draws pass each check; a draw that fails one is a bug here, so it is not written."""
    results = {row["draw"]: verify(cohorts[row["draw"]], row) for row in manifest}
    wrong = {draw: failures(checks) for draw, checks in results.items() if failures(checks)}
    if wrong or not distinct(cohorts.values()):
        raise RuntimeError(f"a reconstruction fails its own checks, or two are the same: {wrong}")
    rows = [(check.name, check.expected) for check in results[0]]
    statements = {constraint.id: constraint.statement for constraint in published().constraints}
    return pd.DataFrame(
        [(name, statements.get(name, expected), len(results), len(results)) for name, expected in rows],
        columns=["check", "statement", "draws", "passed"],
    )


def _write_cohort(folder: Path, tables: Tables, draw: int, draws: int, seed: int) -> None:
    """Write one draw as a five-table folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        tables[name].to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    source = published().source
    facts: dict[str, str | bool] = {
        "title": "Tralokinumab after dupilumab (synthetic reconstruction)",
        "synthetic": True,
        "source": f"Rebuilt from the figures published in {source.citation}. {source.url}",
        "licence": "MIT, as the project",
        "index_drug": "tralokinumab",
        "prior_drug": "dupilumab",
        "notes": (
            "Synthetic reconstruction, not patient data: made so that the as-published study gives every published "
            f"figure at its printed rounding, and no more is claimed for it. Draw {draw} of {draws}, seed {seed}: the "
            "medoid of the draws with the mid reading of improvement and available-case IGA means. "
            "Patients of tier hypothetical are invented additions that looser rules would let in."
        ),
    }
    # A JSON string or truth value is written the same way in TOML.
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in facts.items()]
    (folder / "cohort.toml").write_text("".join(lines), encoding="utf-8", newline="\n")
