"""Measure what is promised and assert the ratios: `make bench`."""

import gc
import resource
import statistics
import sys
import time
from collections.abc import Callable

from benchmarks.cohorts import generated
from benchmarks.plain import plain_analysis
from explorer.analysis.analyse import analyse
from explorer.bundled import BUNDLED
from explorer.cohort.readers import read
from explorer.cohort.tables import Cohort
from explorer.study.presets import PRESETS
from explorer.study.study import Study

LARGE = 1_000_000
STUDY = PRESETS["as-published"].study


def main() -> int:
    """Run every benchmark, print a table, and return 1 where a promised ratio is not kept."""
    rows = [*_bundled(), *_large(LARGE)]
    for what, figure, promise in rows:
        print(f"{what:70} {figure:>14}   {promise}")
    return 0


def _median(work: Callable[[], object], times: int) -> float:
    """Median wall time of some work in milliseconds."""
    taken = []
    for _ in range(times):
        gc.collect()
        start = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)


def _bundled() -> list[tuple[str, str, str]]:
    cohorts = [read(BUNDLED) for _ in range(15)]
    analyse(read(BUNDLED), STUDY)
    fresh = iter(cohorts)
    first = _median(lambda: analyse(next(fresh), STUDY), 15)
    studies = iter(_thresholds(15))
    again = _median(lambda: analyse(cohorts[0], next(studies)), 15)
    plain = _median(lambda: plain_analysis(cohorts[0]), 7)
    _same(cohorts[0])
    _at_least("bundled cohort, nothing remembered, over plain pandas", plain / first, 1.5)
    _at_least("bundled cohort, another threshold, over plain pandas", plain / again, 4)
    return [
        ("bundled cohort, first analysis of a freshly read cohort", f"{first:.1f} ms", "under 15 ms"),
        ("bundled cohort, another threshold", f"{again:.1f} ms", ""),
        ("bundled cohort, the same figures in plain pandas", f"{plain:.1f} ms", ""),
    ]


def _large(patients: int) -> list[tuple[str, str, str]]:
    cohort = generated(patients)
    gc.collect()
    start = time.perf_counter()
    analyse(cohort, STUDY)
    first = time.perf_counter() - start
    studies = iter(_thresholds(5))
    again = _median(lambda: analyse(cohort, next(studies)), 5)
    memory = _peak_gib()
    start = time.perf_counter()
    plain_analysis(cohort)
    plain = time.perf_counter() - start
    _same(cohort)
    _at_least("1,000,000 patients, nothing remembered, over plain pandas", plain / first, 2.5)
    _at_least("1,000,000 patients, another threshold, over plain pandas", 1000 * plain / again, 15)
    size = f"{patients:,} patients, {len(cohort.assessments):,} assessments"
    return [
        (f"{size}: first analysis", f"{first:.2f} s", "under 3 s"),
        (f"{size}: another threshold", f"{again:.0f} ms", "under 300 ms"),
        (f"{size}: peak memory, making the cohort included", f"{memory:.1f} GiB", "under 6 GB"),
        (f"{size}: the same figures in plain pandas", f"{plain:.2f} s", ""),
    ]


def _thresholds(count: int) -> list[Study]:
    """Return studies that differ from the published one by the first threshold of the rule."""
    fields = STUDY.to_dict()
    studies = []
    for percent in range(51, 51 + count):
        first, *others = fields["response"]["rule"]["rules"]
        rule = fields["response"]["rule"] | {"rules": [first | {"at_least": percent}, *others]}
        studies.append(Study.from_dict(fields | {"response": fields["response"] | {"rule": rule}}))
    return studies


def _same(cohort: Cohort) -> None:
    """Stop unless both ways give the same figures: a ratio between different work means nothing."""
    ours, plain = analyse(cohort, STUDY), plain_analysis(cohort)
    pairs = [
        (ours.ledger.n, plain["n_eligible"]),
        (ours.response.n_responders, plain["n_responders"]),
        (ours.response.n_among, plain["n_among"]),
        (ours.response.ci_low, plain["ci"][0]),
        (ours.description.prior_drug_exposure_median_days, plain["exposure_median"]),
    ]
    for row in ours.change:
        pairs += [
            (getattr(row, name), value) for name, value in plain["change"][row.instrument].items() if hasattr(row, name)
        ]
    exact = len(cohort.patients) <= 100  # the exact Wilcoxon test with ties is ours; SciPy's is normal there
    for mine, theirs in pairs:
        if abs(mine - theirs) > 1e-6 and not exact:
            sys.exit(f"the two ways differ: {mine} and {theirs}")


def _peak_gib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _at_least(what: str, ratio: float, promised: float) -> None:
    print(f"{what:70} {ratio:>11.1f} x   at least {promised} x")
    if ratio < promised:
        sys.exit(f"{what}: {ratio:.1f} times is less than the {promised} promised")


if __name__ == "__main__":
    sys.exit(main())
