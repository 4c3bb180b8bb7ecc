"""The command `explorer multiverse`: list a grid, run it, and write a row per study."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from explorer.cohort.tables import Cohort
from explorer.errors import DefinitionError
from explorer.export.multiverse_files import WRITERS, about, join
from explorer.export.multiverse_text import around_text, grid_text, size_text, summary_text
from explorer.multiverse.chunks import CHUNK, Report, run_in_chunks
from explorer.multiverse.engines import BACKENDS, Engine
from explorer.multiverse.estimates import definitions
from explorer.multiverse.grid import Grid
from explorer.multiverse.grids import GRIDS, grids_for
from explorer.multiverse.listing import Listing, listed
from explorer.multiverse.lock import held
from explorer.multiverse.more import STATISTICS
from explorer.multiverse.run import run
from explorer.study.study import Study

FIRST = "small"
MOST_WITHOUT_FILE = 500_000
"""Studies that are run for a summary alone, which holds all of them in memory."""
INTERRUPTED = 130
"""The exit code of a command that was stopped by Ctrl-C."""


def add_options(command: argparse.ArgumentParser) -> None:
    """Add what `explorer multiverse` understands, besides the cohort."""
    command.add_argument(
        "--grid",
        default=FIRST,
        metavar="FILE-or-preset",
        help=f"a grid saved as JSON, or one of: {', '.join(GRIDS)} (default: {FIRST})",
    )
    command.add_argument(
        "--list",
        nargs="?",
        const="text",
        choices=("text", "json"),
        help="run nothing: print how many definitions there are, and every option with its reason and source; json "
        "prints the grid as a file that can be edited",
    )
    command.add_argument("--out", type=Path, metavar="FILE", help="write a row per definition, as .csv or .parquet")
    command.add_argument(
        "--study",
        metavar="FILE-or-preset",
        help="run the grid around this study, as `explorer analyse --study` reads it (default: the base of the grid)",
    )
    command.add_argument(
        "--ranks", action="store_true", help="add exact Wilcoxon p values and Hodges-Lehmann medians to the file (slow)"
    )
    command.add_argument(
        "--bootstrap", action="store_true", help="add bootstrap (BCa) limits of each mean change to the file (slow)"
    )
    command.add_argument("--impute", action="store_true", help="run definitions with multiple imputation too (slow)")
    command.add_argument(
        "--chunk", type=int, default=CHUNK, metavar="N", help=f"definitions per chunk of a file (default: {CHUNK:,})"
    )
    command.add_argument("--workers", type=int, default=1, metavar="N", help="chunks run at a time (default: 1)")
    command.add_argument(
        "--engine", choices=list(BACKENDS), default="processes", help="what runs several chunks (default: processes)"
    )
    command.add_argument(
        "--scheduler", default="", metavar="ADDRESS", help="address of a Dask scheduler, as tcp://127.0.0.1:8786"
    )


def multiverse(options: argparse.Namespace, cohort: Cohort, study: Study | None) -> None:
    """List a grid, print what it comes to, or write a file of all of it.

    Parameters
    ----------
    study : Study, optional
        Around which the grid is run; its own base if not given.
    """
    before = _grid(options.grid, cohort)
    grid = before.around(study or before.base)
    listing, around = listed(grid), around_text(before, grid, study is not None)
    if options.list is not None:
        print(grid.to_json() if options.list == "json" else grid_text(listing, around))
    elif options.out is not None:
        _write(options, cohort, listing, around)
    else:
        _summarise(options, cohort, listing, around)


def _grid(named: str, cohort: Cohort) -> Grid:
    presets: Mapping[str, Grid] = grids_for(cohort)
    if named in presets:
        return presets[named]
    try:
        return Grid.from_json(Path(named).read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(
            f"--grid: '{named}' is neither a preset nor a file in UTF-8 that can be read. Presets: {', '.join(presets)}."
        ) from error


def _summarise(options: argparse.Namespace, cohort: Cohort, listing: Listing, around: str) -> None:
    if len(listing) > MOST_WITHOUT_FILE:
        raise DefinitionError(f"{size_text(listing)} More than {MOST_WITHOUT_FILE:,} are run into a file: add --out.")
    if (options.workers, options.engine, options.scheduler) != (1, "processes", ""):
        raise DefinitionError("--workers, --engine and --scheduler run chunks of a file: add --out.")
    if _statistics(options):
        raise DefinitionError("--ranks and --bootstrap add columns to a file: add --out.")
    print(summary_text(run(cohort, listing, options.impute), about(cohort, listing), around))


def _statistics(options: argparse.Namespace) -> list[str]:
    return [name for name in STATISTICS if getattr(options, name)]


def _write(options: argparse.Namespace, cohort: Cohort, listing: Listing, around: str) -> None:
    out: Path = options.out
    _check(out, options.chunk)
    parts = out.with_name(f"{out.name}.parts")
    engine = Engine(options.engine, options.workers, options.scheduler)
    print(f"{size_text(listing)} {around}", file=sys.stderr)
    with held(parts):
        _free(out)  # another run may have written it since it was looked for
        try:
            _run(options, cohort, listing, parts, engine)
        except KeyboardInterrupt:
            print(
                f"\nInterrupted. What is done lies in '{parts}'; the same command goes on from there.", file=sys.stderr
            )
            raise SystemExit(INTERRUPTED) from None
        shutil.rmtree(parts)
    print(f"Wrote {definitions(len(listing))} to {out}.")


def _run(options: argparse.Namespace, cohort: Cohort, listing: Listing, parts: Path, engine: Engine) -> None:
    report, more = _progress(sys.stderr), _statistics(options)
    files = run_in_chunks(cohort, listing, parts, options.chunk, engine, options.impute, more, report)
    join(files, options.out, about(cohort, listing))


def _check(out: Path, chunk: int) -> None:
    if out.suffix.lower() not in WRITERS:
        raise DefinitionError(f"--out: '{out}' ends in neither {' nor '.join(WRITERS)}.")
    _free(out)
    if not out.parent.is_dir():
        raise DefinitionError(f"--out: there is no folder '{out.parent}'.")
    if chunk < 1:
        raise DefinitionError(f"--chunk: {chunk} definitions are no chunk: give 1 or more.")


def _free(out: Path) -> None:
    if out.exists():
        raise DefinitionError(f"--out: '{out}' is there already. Choose another name, or move it away.")


def _progress(stream: TextIO) -> Report:
    """Say how many studies are done: in place on a terminal, else line by line."""
    start, end = ("\r", "") if stream.isatty() else ("", "\n")

    def report(done: int, of: int) -> None:
        print(f"{start}{done:,} of {of:,} done", end=end if done < of else "\n", file=stream, flush=True)

    return report
