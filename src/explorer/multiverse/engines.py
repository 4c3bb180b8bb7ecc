"""Where the chunks of a multiverse are computed: here one after the other, side by side, or on a Dask cluster."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from explorer.cohort.tables import Cohort
from explorer.errors import DefinitionError, ExplorerError
from explorer.multiverse.grid import Choices, Grid
from explorer.multiverse.listing import Listing
from explorer.multiverse.run import run
from explorer.multiverse.table import table

Kind = Literal["processes", "threads", "dask"]
BACKENDS: dict[Kind, str] = {"processes": "loky", "threads": "threading", "dask": "dask"}
"""What joblib calls the engines."""
PATIENCE = "10s"
"""How long a scheduler may take to answer."""


class EngineError(ExplorerError):
    """An engine that is not installed or does not answer."""


@dataclass(frozen=True)
class Engine:
    """How many chunks are computed at a time, and by what; a cluster knows its own number of workers."""

    kind: Kind = "processes"
    workers: int = 1
    scheduler: str = ""

    def __post_init__(self) -> None:
        """Refuse an engine that nothing could run on."""
        if self.workers < 1:
            raise DefinitionError(f"{self.workers} workers cannot work: give 1 or more.")
        if (self.kind == "dask") != bool(self.scheduler):
            raise DefinitionError("Dask, and nothing else, needs the address of a scheduler, as tcp://127.0.0.1:8786.")


@dataclass(frozen=True, eq=False)
class Task:
    """What every chunk needs, in a form that can travel: a cohort as it was built, and the grid."""

    cohort: dict[str, Any]
    grid: Grid
    imputing: bool
    statistics: tuple[str, ...]


def task(cohort: Cohort, grid: Grid, imputing: bool = False, statistics: Sequence[str] = ()) -> Task:
    """Make a task of running studies of a grid on a cohort."""
    # What a cohort has derived stays here: it can be derived anew, and its lock cannot travel.
    held = {each.name: getattr(cohort, each.name) for each in fields(cohort) if each.init}
    plain = {name: dict(value) if isinstance(value, MappingProxyType) else value for name, value in held.items()}
    return Task(plain, grid, imputing, tuple(statistics))


def answer(work: Task, number: int, choices: Choices) -> tuple[int, pd.DataFrame]:
    """Run a chunk of studies; return its number and its table."""
    return number, table(run(_cohort(work), Listing(work.grid, choices), work.imputing), work.statistics)


def _cohort(work: Task) -> Cohort:
    held: dict[str, Any] = {
        name: MappingProxyType(value) if isinstance(value, dict) else value for name, value in work.cohort.items()
    }
    return Cohort(**held)


def answers(engine: Engine, work: Task, chunks: Iterable[tuple[int, Choices]]) -> Iterator[tuple[int, pd.DataFrame]]:
    """Run chunks of studies, and give the table of each as soon as it is there.

    Raises
    ------
    EngineError
        Where the engine is not installed, or its scheduler does not answer.
    """
    if engine == Engine():
        return (answer(work, number, choices) for number, choices in chunks)
    return _side_by_side(engine, work, chunks)


def _side_by_side(
    engine: Engine, work: Task, chunks: Iterable[tuple[int, Choices]]
) -> Iterator[tuple[int, pd.DataFrame]]:
    # Imported where it is needed: most runs are over before it is loaded.
    from joblib import Parallel, delayed, parallel_config

    with (
        _cluster(engine),
        warnings.catch_warnings(),
        parallel_config(backend=BACKENDS[engine.kind], n_jobs=engine.workers),
    ):
        # Stopped by Ctrl-C, joblib advises on tasks that were not used; the command says itself what is kept.
        warnings.filterwarnings("ignore", message=".* tasks have been successfully executed")
        # One chunk per call, so that each is kept as soon as it is computed.
        parallel = Parallel(return_as="generator_unordered", batch_size=1)
        yield from parallel(delayed(answer)(work, number, choices) for number, choices in chunks)


@contextmanager
def _cluster(engine: Engine) -> Iterator[None]:
    """Connect to the scheduler, where there is one."""
    if engine.kind != "dask":
        yield
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise EngineError("Dask is not installed; add it with: pip install 'evidence-explorer[dask]'") from error
    try:
        client = Client(engine.scheduler, timeout=PATIENCE)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise EngineError(f"No Dask scheduler answers at '{engine.scheduler}': {error}") from error
    with client:
        yield
