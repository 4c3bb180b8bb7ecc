"""Measure a report of twelve cards, as HTML, as DOCX and with everything behind it: `make bench`."""

from __future__ import annotations

import sys
import time
from datetime import date

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.cli_report import WRITERS
from explorer.export.report import report
from explorer.export.report_cards import usual
from explorer.study.presets import AS_PUBLISHED

CARDS, SECONDS = 12, 10


def main() -> int:
    """Write each kind of report once, each anew, and say whether the promise was kept."""
    kept = True
    for kind in WRITERS:
        taken = _seconds(kind)
        promise = f"under {SECONDS} s" if kind != ".zip" else ""
        print(f"{f'report of {CARDS} cards on the bundled cohort, {kind}':78} {taken:>10.1f} s   {promise}")
        kept &= not promise or taken < SECONDS
    return 0 if kept else 1


def _seconds(kind: str) -> float:
    began = time.perf_counter()
    analysis = analyse(bundled_cohort(), AS_PUBLISHED)
    WRITERS[kind](report(analysis, date(2026, 1, 1), usual(analysis)[:CARDS]))
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
