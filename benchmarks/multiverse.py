"""Measure the multiverse and assert its ratios: `make bench`."""

from __future__ import annotations

import dataclasses
import gc
import json
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import numpy as np

from benchmarks.cohorts import generated
from benchmarks.plain_studies import PlainStudies
from benchmarks.run import _at_least, _median, _peak_gib
from explorer.bundled import BUNDLED
from explorer.cohort.readers import read
from explorer.cohort.tables import Cohort
from explorer.multiverse.alike import cells_of
from explorer.multiverse.draws import ensemble, run_draws
from explorer.multiverse.grids import GRIDS
from explorer.multiverse.listing import Listing, listed
from explorer.multiverse.plan import planned
from explorer.multiverse.run import Multiverse, run

LARGE = 1_000_000
PEER = "specification_curve==0.3.9"
Row = tuple[str, str, str]


def main() -> int:
    """Run every benchmark of the multiverse, print a table, and stop where a promised ratio is not kept."""
    cohort = read(BUNDLED)
    rows = [*_bundled(cohort), *_draws(), *_growth(), *_large()]
    rows += [*_over_pandas(cohort), *_over_the_package(cohort)]
    for what, figure, promise in rows:
        print(f"{what:78} {figure:>12}   {promise}")
    return 0


def fresh(cohort: Cohort) -> Cohort:
    """Return the same cohort with nothing remembered."""
    return dataclasses.replace(cohort)


def _bundled(cohort: Cohort) -> list[Row]:
    rows = []
    for name, promise in (("small", ""), ("medium", "under 30 ms"), ("large", "under 250 ms")):
        n = len(listed(GRIDS[name]))
        first = _median(lambda name=name: run(fresh(cohort), listed(GRIDS[name])), 9)
        again = _median(lambda name=name: run(cohort, listed(GRIDS[name])), 9)
        rows.append((f"bundled cohort, {n:,} studies, listing and masks included", f"{first:.0f} ms", promise))
        rows.append((f"bundled cohort, {n:,} studies, picked scores remembered", f"{again:.0f} ms", ""))
    return rows


def _draws() -> list[Row]:
    draws, listing = ensemble(), listed(GRIDS["medium"])
    taken = []
    for _ in range(3):
        forgetful = dataclasses.replace(draws, cohort=fresh(draws.cohort))
        start = time.perf_counter()
        run_draws(forgetful, listing)
        taken.append(time.perf_counter() - start)
    return [(f"{len(listing):,} studies on each of 100 reconstructions", f"{min(taken):.2f} s", "under 1.5 s")]


def _growth() -> list[Row]:
    """Show what cost grows with: cells, masks and rules, not their product times patients."""
    rows = []
    for patients in (100, 1_000, 10_000, 100_000):
        cohort = generated(patients)
        for name in ("small", "medium"):
            listing = listed(GRIDS[name])
            plan = planned(listing)
            cells = max(block.weight.shape[1] for block in cells_of(cohort, plan, ()))
            took = _median(lambda cohort=cohort, listing=listing: run(fresh(cohort), listing), 3)
            parts = f"{len(plan.windows)} windows, {len(plan.paths.parent)} masks, {len(plan.rules)} rules"
            rows.append(
                (f"{patients:,} patients, {len(listing):,} studies: {parts}, {cells:,} cells", f"{took:.0f} ms", "")
            )
    return rows


def _large() -> list[Row]:
    cohort, listing = generated(LARGE), listed(GRIDS["medium"])
    gc.collect()
    start = time.perf_counter()
    run(cohort, listing)
    first, memory = time.perf_counter() - start, _peak_gib()
    start = time.perf_counter()
    run(cohort, _another_threshold(listing))
    again = time.perf_counter() - start
    size = f"{LARGE:,} patients, {len(listing):,} studies"
    return [
        (f"{size}, masks included", f"{first:.2f} s", "under 10 s"),
        (f"{size}, one threshold changed", f"{again:.2f} s", "under 1 s"),
        (f"{size}, peak memory, making the cohort included", f"{memory:.1f} GiB", "under 8 GB"),
    ]


def _another_threshold(listing: Listing) -> Listing:
    """Return the studies of the same grid around a study that asks for another fall of BSA."""
    base = listing.grid.base
    first, *others = base.response.rule.rules
    rule = base.response.rule.replace(rules=(first.replace(at_least=first.at_least + 3), *others))
    moved = listed(listing.grid.around(base.replace(response=base.response.replace(rule=rule))))
    return moved.rows(np.linspace(0, len(moved) - 1, len(listing)).astype(int))


def _over_pandas(cohort: Cohort) -> list[Row]:
    listing = listed(GRIDS["medium"])
    plain = PlainStudies(cohort)
    sample = [row for row in _spread(len(listing), 400) if _plain_can(listing, row)][:200]
    studies = [listing.study(row) for row in sample]
    multiverse = run(cohort, listing)
    for row, study in zip(sample, studies, strict=True):
        _same(multiverse, row, plain.run(study))
    slow = _median(lambda: [plain.run(study) for study in studies], 3) / len(studies)
    fast = _median(lambda: run(fresh(cohort), listed(GRIDS["medium"])), 9) / len(listing)
    _at_least("a study of the medium grid, over a loop of plain pandas, scipy and statsmodels", slow / fast, 500)
    return [("one study in the pandas loop, its wide tables made before", f"{slow:.2f} ms", "")]


def _spread(n: int, count: int) -> list[int]:
    return np.random.default_rng(0).permutation(n)[:count].tolist()


def _plain_can(listing: Listing, row: int) -> bool:
    study = listing.study(row)
    return (study.after_stop, study.index) == ("ignore", "first_prescription")


def _same(multiverse: Multiverse, row: int, plain: dict[str, object]) -> None:
    """Stop unless both ways give the same figures: a ratio between different work means nothing."""
    pairs = [(getattr(multiverse.response, name)[row], plain[name]) for name in plain if name != "change"]
    for code, change in plain["change"].items():
        pairs += [(getattr(multiverse.change[code], name)[row], value) for name, value in change.items()]
    for mine, theirs in pairs:
        if not np.isclose(mine, theirs, rtol=1e-9, atol=1e-9, equal_nan=True):
            sys.exit(f"study {row}: the two ways differ, {mine} and {theirs}")


def _over_the_package(cohort: Cohort) -> list[Row]:
    """Compare with a package on the same number of studies; it varies outcomes and controls of a regression."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        try:
            subprocess.run([python, "-m", "pip", "install", "-q", PEER], check=True, capture_output=True)
        except subprocess.CalledProcessError as error:
            return [(f"{PEER}", "not measured", error.stderr.decode().strip().splitlines()[-1][:80])]
        script = Path(__file__).with_name("peer.py")
        done = subprocess.run([python, script], check=True, capture_output=True, text=True)
    peer = json.loads(done.stdout.strip().splitlines()[-1])
    listing = listed(GRIDS["medium"]).rows(np.arange(peer["studies"]))
    ours = _median(lambda: run(fresh(cohort), listing), 9)
    _at_least(f"{peer['studies']} studies, over {PEER} in its own environment", peer["ms"] / ours, 500)
    return [
        (f"{peer['studies']} specifications by {PEER}", f"{peer['ms']:.0f} ms", ""),
        (f"{peer['studies']} studies of the medium grid", f"{ours:.1f} ms", ""),
    ]


if __name__ == "__main__":
    sys.exit(main())
