"""The command `explorer report`: the report that the page downloads."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from explorer.analysis.analyse import Analysis
from explorer.errors import DefinitionError
from explorer.export.bundle import bundle
from explorer.export.protected_cards import RESULTS, protected_report, protected_text
from explorer.export.report import Report, report
from explorer.export.report_docx import docx
from explorer.export.report_html import html

WRITERS: Mapping[str, Callable[[Report], bytes]] = {
    ".html": lambda made: html(made).encode(),
    ".docx": docx,
    ".zip": bundle,
}
"""What writes a file, by how its name ends."""


def write_report(options: argparse.Namespace, analysis: Analysis) -> None:
    """Write a report on an analysis to the file asked for; today's date stands in it."""
    out: Path = options.out
    _check(out)
    cards = None if options.cards is None else [name.strip() for name in options.cards.split(",")]
    made = WRITERS[out.suffix](_made(options, analysis, cards))
    try:
        out.write_bytes(made)
    except OSError as error:
        raise DefinitionError(f"--out: '{out}' cannot be written ({error.strerror}).") from error
    print(f"Wrote the report to {out}.")


def _made(options: argparse.Namespace, analysis: Analysis, cards: list[str] | None) -> Report:
    today = datetime.now(UTC).date()
    if options.small_counts is None:
        return report(analysis, today, cards)
    return protected_report(analysis, options.small_counts, today, cards)


def print_protected(options: argparse.Namespace, analysis: Analysis) -> None:
    """Print an analysis with small counts protected, as text or as JSON."""
    made = protected_report(analysis, options.small_counts, datetime.now(UTC).date(), (*RESULTS, "protection"))
    if options.format == "json":
        print(json.dumps(made.results, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        print(protected_text(made))


def _check(out: Path) -> None:
    if out.suffix not in WRITERS:
        raise DefinitionError(f"--out: '{out}' ends in none of {', '.join(WRITERS)}.")
    if out.exists():
        raise DefinitionError(f"--out: '{out}' is there already. Choose another name, or move it away.")
    if not out.parent.is_dir():
        raise DefinitionError(f"--out: there is no folder '{out.parent}'.")
