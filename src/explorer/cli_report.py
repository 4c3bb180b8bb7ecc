"""The command `explorer report`: the report that the page downloads."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from explorer.analysis.analyse import Analysis
from explorer.errors import DefinitionError
from explorer.export.bundle import bundle
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
    made = WRITERS[out.suffix](report(analysis, datetime.now(UTC).date(), cards))
    try:
        out.write_bytes(made)
    except OSError as error:
        raise DefinitionError(f"--out: '{out}' cannot be written ({error.strerror}).") from error
    print(f"Wrote the report to {out}.")


def _check(out: Path) -> None:
    if out.suffix not in WRITERS:
        raise DefinitionError(f"--out: '{out}' ends in none of {', '.join(WRITERS)}.")
    if out.exists():
        raise DefinitionError(f"--out: '{out}' is there already. Choose another name, or move it away.")
    if not out.parent.is_dir():
        raise DefinitionError(f"--out: there is no folder '{out.parent}'.")
