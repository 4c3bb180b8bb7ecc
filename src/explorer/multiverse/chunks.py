"""Run a long list of studies chunk by chunk, so that an interrupted run goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from explorer.cohort.tables import Cohort
from explorer.errors import ExplorerError
from explorer.multiverse.engines import Engine, answers, task
from explorer.multiverse.grid import Choices
from explorer.multiverse.listing import Listing
from explorer.multiverse.lock import LOCK

CHUNK = 10_000
"""Studies per chunk, unless told otherwise: about a second's work."""
MANIFEST, UNFINISHED = "manifest.json", ".unfinished"

Report = Callable[[int, int], None]
"""Told how many studies are done, and how many there are."""


class ChunksError(ExplorerError):
    """Chunks of another run lie where this one would put its own."""


@dataclass(frozen=True)
class Manifest:
    """What chunks were computed from: those of another manifest belong to another run."""

    grid: str
    cohort: str
    studies: int
    chunk: int
    imputing: bool
    statistics: str
    explorer: str


def run_in_chunks(
    cohort: Cohort,
    listing: Listing,
    folder: Path,
    chunk: int = CHUNK,
    engine: Engine | None = None,
    imputing: bool = False,
    statistics: Sequence[str] = (),
    report: Report = lambda done, of: None,
) -> list[Path]:
    """Run a listing on a cohort, and leave the table of every chunk in a folder.

    Parameters
    ----------
    folder : Path
        Made where it is not there. Chunks that an interrupted run of the same studies left there are not run again.
    chunk : int
        Studies per chunk.
    imputing : bool
        Whether to run studies that impute missing outcomes, one by one.
    statistics : sequence of str
        Further columns, as `explorer.multiverse.more` has them.
    report : callable
        Told how many studies are done and how many there are, at the start and after each chunk.

    Returns
    -------
    list of Path
        Parquet files in the order of the listing, as `explorer.multiverse.table.table` has them; a file lacks the
        columns about eligibility criteria that none of its studies has.

    Raises
    ------
    ChunksError
        Where the folder holds chunks of another run.
    EngineError
        Where the engine is not installed or does not answer.
    """
    _claim(folder, _manifest(cohort, listing, chunk, imputing, statistics))
    files = [folder / f"{number:06d}.parquet" for number in range(-(-len(listing) // chunk))]
    done = sum(_size(listing, number, chunk) for number, file in enumerate(files) if file.exists())
    report(done, len(listing))
    left = _chunks(listing, [number for number, file in enumerate(files) if not file.exists()], chunk)
    for number, rows in answers(engine or Engine(), task(cohort, listing.grid, imputing, statistics), left):
        _keep(rows, files[number])
        done += len(rows)
        report(done, len(listing))
    return files


def _chunks(listing: Listing, numbers: list[int], chunk: int) -> Iterator[tuple[int, Choices]]:
    for number in numbers:
        yield number, listing.choices[number * chunk : (number + 1) * chunk]


def _size(listing: Listing, number: int, chunk: int) -> int:
    return min(chunk, len(listing) - number * chunk)


def _manifest(cohort: Cohort, listing: Listing, chunk: int, imputing: bool, statistics: Sequence[str]) -> Manifest:
    return Manifest(
        grid=hashlib.sha256(listing.grid.to_json().encode()).hexdigest(),
        cohort=cohort.fingerprint,
        studies=len(listing),
        chunk=chunk,
        imputing=imputing,
        statistics=" ".join(statistics),
        explorer=version("evidence-explorer"),
    )


def _claim(folder: Path, mine: Manifest) -> None:
    """Make the folder this run's own, or find that it is already."""
    folder.mkdir(exist_ok=True)
    file = folder / MANIFEST
    if any(folder.glob("*.parquet")) and file.exists():
        _compare(folder, json.loads(file.read_text("utf-8")), asdict(mine))
    elif any(each not in (file, folder / LOCK) and each.suffix != UNFINISHED for each in folder.iterdir()):
        raise ChunksError(f"'{folder}' holds other files. Choose another --out, or move them away.")
    else:
        # A run that left no chunk, as when its scheduler did not answer, is nothing to go on from.
        _write(file, lambda path: path.write_text(json.dumps(asdict(mine), indent=2), "utf-8"))


def _compare(folder: Path, theirs: dict[str, object], mine: dict[str, object]) -> None:
    differing = [name for name, value in mine.items() if theirs.get(name) != value]
    if differing:
        raise ChunksError(
            f"'{folder}' holds chunks of another run (another {' and '.join(differing)}). "
            "Remove the folder to begin anew, or choose another --out."
        )


def _keep(rows: pd.DataFrame, file: Path) -> None:
    _write(file, lambda path: rows.to_parquet(path, index=False))


def _write(file: Path, write: Callable[[Path], object]) -> None:
    """Write a file whole or not at all, so that what is there is complete."""
    unfinished = file.with_suffix(UNFINISHED)
    write(unfinished)
    os.replace(unfinished, file)
