"""Everything an analysis gives, as one zip: study, results, tables, figures, script, reports and what made them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from explorer.charts.figure import Figure
from explorer.export import figures
from explorer.export.bundle_zip import zipped
from explorer.export.provenance import provenance
from explorer.export.report import Report
from explorer.export.report_blocks import Table
from explorer.export.report_html import html
from explorer.export.report_versions import versions
from explorer.export.script import script
from explorer.export.spreadsheet import commented_csv

NOT_IN_NAMES = re.compile("[^A-Za-z0-9-]+")

ABOUT = """\
study.json       the definition in force; explorer analyse --study study.json
results.json     every number, as explorer analyse --format json prints it
analysis.py      computes results.json again from the cohort, which is not in here
report.html      the report, to read and to print
tables/          the tables of the report, and the numbers of its figures
figures/         the figures, as SVG to edit and PNG to paste
versions.txt     what all of this was made with
mapping.json     how the files of the cohort were read, where a mapping was used
"""
"""What the parts of a bundle are; of mapping and script, only where they are there."""


def bundle(report: Report, trail: Sequence[str] = (), mapping: str = "") -> bytes:
    """Pack a report and all that stands behind it; patients' records are left out, but for those a figure's table lists.

    Parameters
    ----------
    trail : sequence of str
        What was looked at before, and what was fixed beforehand; goes into every table and figure.
    mapping : str, optional
        The JSON by which the cohort's files were read, where there is one.
    """
    files = {name: text.encode() for name, text in _texts(report, trail, mapping)}
    for stem, block in _named(report):
        files |= _table(stem, block, report, trail) if isinstance(block, Table) else _figure(stem, block, report, trail)
    return zipped(files)


def _texts(report: Report, trail: Sequence[str], mapping: str) -> Iterator[tuple[str, str]]:
    analysis = report.analysis
    yield "README.txt", _about(report, trail, mapping)
    yield "study.json", analysis.study.to_json()
    yield "results.json", json.dumps(report.results, indent=2, ensure_ascii=False, allow_nan=False)
    if report.replayable:
        yield "analysis.py", script(analysis, trail)
    yield "report.html", html(report)
    yield "versions.txt", "".join(f"{name} {version}\n" for name, version in versions())
    if mapping:
        yield "mapping.json", mapping


def _named(report: Report) -> Iterator[tuple[str, Table | Figure]]:
    """Name tables and figures by their number in the report; whatever an instrument is called, a name is no path."""
    for _, blocks in report.numbered():
        for called, block in blocks:
            if isinstance(block, (Table, Figure)):
                kind, number = called.lower().split()
                yield f"{kind}-{int(number):02}-{NOT_IN_NAMES.sub('-', block.name)}", block


def _table(stem: str, table: Table, report: Report, trail: Sequence[str]) -> dict[str, bytes]:
    said = provenance(report.analysis, filter(None, [table.note]), trail)
    return {f"tables/{stem}.csv": commented_csv([table.title, *said], table.rows).encode()}


def _figure(stem: str, figure: Figure, report: Report, trail: Sequence[str]) -> dict[str, bytes]:
    analysis = report.analysis
    return {
        f"tables/{stem}.csv": figures.csv(figure, analysis, trail).encode(),
        f"figures/{stem}.svg": figures.svg(figure, analysis, trail).encode(),
        f"figures/{stem}.png": figures.png(figure, analysis, trail),
    }


def _about(report: Report, trail: Sequence[str], mapping: str) -> str:
    absent = tuple(name for name, held in (("mapping", mapping), ("analysis", report.replayable)) if not held)
    parts = [line for line in ABOUT.splitlines() if not line.startswith(absent)]
    said = [report.title, "", *provenance(report.analysis, trail=trail), "", *parts]
    return "\n".join(said) + "\n"
