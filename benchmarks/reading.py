"""Measure how fast a wide sheet of many patients is understood and ready to be analysed: `make bench`."""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from explorer.cohort.intake import take_in
from explorer.cohort.mapping.apply import apply

PATIENTS, SECONDS = 100_000, 5.0
SCORES = {"EASI": (72, 1), "PP-NRS": (10, 0), "DLQI": (30, 0)}
WEEKS = (0, 4, 16)


def wide(patients: int) -> bytes:
    """Write one row per patient as CSV: identifier, start, drug, age, sex, site and three scores at three visits."""
    r = np.random.default_rng(7)
    columns = {
        "patient id": np.char.add("P", np.arange(patients).astype(str)),
        "start date": (np.datetime64("2020-01-01") + r.integers(0, 1000, patients)).astype(str),
        "drug": np.full(patients, "tralokinumab"),
        "age": r.integers(18, 90, patients).astype(str),
        "sex": r.choice(["f", "m"], patients),
        "site": r.choice([f"site {at}" for at in range(20)], patients),
    }
    for name, (most, decimals) in SCORES.items():
        for week in WEEKS:
            score = np.round(r.uniform(0, most, patients), decimals).astype(str)
            columns[f"{name} week {week}"] = np.where(r.random(patients) < 0.1, "", score)
    lines = (",".join(row) for row in zip(*columns.values(), strict=True))
    return "\n".join([",".join(columns), *lines]).encode()


def main() -> int:
    """Read, guess and map the sheet once, and say whether the promise was kept."""
    content = wide(PATIENTS)
    began = time.perf_counter()
    brought = take_in({"wide.csv": content})
    read = time.perf_counter() - began
    cohort = apply(brought.mapping, brought.sheets).cohort
    ready = time.perf_counter() - began
    about = f"wide CSV, {cohort.n_patients:,} patients, {len(content) / 2**20:.0f} MB"
    print(f"{f'{about}: read and guessed':78} {read:>10.1f} s")
    print(f"{f'{about}: mapped and ready':78} {ready:>10.1f} s   under {SECONDS:g} s")
    print(f"{'most memory used':78} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:>10,.0f} MB")
    return 0 if ready < SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
