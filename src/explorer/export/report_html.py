"""A report as one HTML file: nothing is fetched, text is never markup, and it prints as it should."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

import pandas as pd

from explorer.charts.figure import Figure, TooFew
from explorer.export.report import Report, Section
from explorer.export.report_blocks import Block, Table, Words, shown
from explorer.export.report_pictures import svg

MOST_ROWS = 60
"""Rows up to which the table of a figure folds out below it; longer ones are in the results bundle."""

ON_ONE_PAGE = 15
"""Rows up to which a table is not broken over pages."""

STYLE = """
:root { --ink: #1d2833; --soft: #55616d; --line: #d5dce3; --mark: #2f7fc1; --warn: #fdf3d8; --warn-ink: #5c4300; }
* { box-sizing: border-box; }
html { color-scheme: light; }
body { margin: 0; background: #fff; color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, Helvetica, Arial,
  sans-serif; -webkit-text-size-adjust: 100%; }
.pages, .pages > tbody, .pages > tbody > tr, .pages > tbody > tr > td, .pages > thead, .pages > thead > tr,
.pages > thead > tr > td { display: block; padding: 0; }
.pages > thead { position: sticky; top: 0; z-index: 1; background: var(--warn); color: var(--warn-ink); font-weight: 600;
  font-size: .875rem; text-align: center; }
.pages > thead > tr > td { padding: .4rem 1rem; }
main { max-width: 50rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.35rem; line-height: 1.25; margin: 3rem 0 .25rem; padding-top: 1rem; border-top: 1px solid var(--line);
  scroll-margin-top: 2.5rem; }
.items { color: var(--soft); font-size: .8125rem; margin: 0 0 1rem; }
p { margin: .75rem 0; overflow-wrap: anywhere; }
.remark { border-left: 3px solid var(--mark); padding-left: .75rem; color: var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0 0 1.5rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
nav ol { columns: 2; padding-left: 1.25rem; margin: 0; } nav a { color: inherit; }
figure { margin: 1.5rem 0 2rem; } figcaption { margin-top: .5rem; font-size: .875rem; }
.picture { overflow-x: auto; } .picture svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
.table { overflow-x: auto; margin: 1.25rem 0 .25rem; }
.table table { border-collapse: collapse; width: 100%; font-size: .875rem; line-height: 1.4; }
caption { text-align: left; padding-bottom: .4rem; font-size: .875rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line);
  overflow-wrap: break-word; }
thead th { border-bottom: 2px solid var(--ink); } tbody th { font-weight: normal; }
.pages > tbody > tr > td, .pages > thead > tr > td { border: 0; }
.note { color: var(--soft); font-size: .8125rem; margin-top: .25rem; }
details { margin-top: .5rem; font-size: .875rem; } summary { cursor: pointer; }
@media screen and (max-width: 40rem) { nav ol { columns: 1; } .picture svg { min-width: 36rem; } h1 { font-size: 1.5rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } }
@page { size: A4; margin: 16mm 16mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font-size: 9pt; } }
@media print {
  body { font-size: 10pt; } main { max-width: none; padding: 0; } nav, details { display: none; }
  .pages { display: table; width: 100%; table-layout: fixed; border-collapse: collapse; }
  .pages > thead { display: table-header-group; position: static; background: none; }
  .pages > tbody { display: table-row-group; } .pages > thead > tr, .pages > tbody > tr { display: table-row; }
  .pages > thead > tr > td, .pages > tbody > tr > td { display: table-cell; }
  .pages > thead > tr > td { padding: 0 0 4mm; }
  h2 { break-after: avoid; margin-top: 8mm; } .new-page { break-before: page; margin-top: 0; } .items, caption { break-after: avoid; }
  figure, tr, .short { break-inside: avoid; } .pages > tbody > tr { break-inside: auto; }
  .picture svg { max-height: 200mm; } .picture, .table { overflow: visible; }
}
"""

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What the file may load: nothing but its own style. Whatever a text might smuggle in, a browser runs and fetches none of it."""


def html(report: Report) -> str:
    """Write a report as HTML: one file, with its figures in it and their alternative texts."""
    label = f"<thead><tr><td>{_text(report.label)}</td></tr></thead>" if report.label else ""
    parts = "\n".join(_parts(report))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(report.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<table class="pages" role="presentation">{label}<tbody><tr><td>\n<main>\n{parts}\n</main>\n'
        "</td></tr></tbody></table>\n</body>\n</html>\n"
    )


def _parts(report: Report) -> Iterator[str]:
    yield f"<h1>{_text(report.title)}</h1>"
    yield f"<dl>{''.join(f'<dt>{_text(name)}</dt><dd>{_text(value)}</dd>' for name, value in report.about)}</dl>"
    yield _contents(report.sections)
    for place, (section, blocks) in enumerate(report.numbered()):
        yield from _heading(section, place)
        for called, block in blocks:
            yield _block(block, called, report)


def _contents(sections: Iterable[Section]) -> str:
    titled = ((place, section.title) for place, section in enumerate(sections) if section.title)
    links = "".join(f'<li><a href="#part-{place}">{_text(title)}</a></li>' for place, title in titled)
    return f'<nav aria-label="Contents"><ol>{links}</ol></nav>'


def _heading(section: Section, place: int) -> Iterator[str]:
    if section.title:
        begins = ' class="new-page"' if section.new_page else ""
        yield f'<h2 id="part-{place}"{begins}>{_text(section.title)}</h2>'
    if section.items:
        yield f'<p class="items">Answers {_text(section.items)}</p>'


def _block(block: Block, called: str, report: Report) -> str:
    if isinstance(block, Words):
        return f"<p{' class=remark' if block.remark else ''}>{_text(block.text)}</p>"
    if isinstance(block, TooFew):
        return f"<p><strong>{_text(block.title)}.</strong> {_text(block.why)}</p>"
    if isinstance(block, Table):
        note = f'<p class="note">{_text(block.said)}</p>' if block.said else ""
        return f"{_table(block.printed, f'<strong>{called}.</strong> {_text(block.title)}')}{note}"
    return _figure(block, called, report)


def _figure(figure: Figure, called: str, report: Report) -> str:
    picture = svg(figure, report.analysis).replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
    return (
        f'<figure><div class="picture" role="img" tabindex="0" aria-label="{_text(figure.alt)}">{picture}</div>'
        f"<figcaption><strong>{called}.</strong> {_text(figure.title)}. {_text(figure.alt)}</figcaption>"
        f"{_twin(figure)}</figure>"
    )


def _twin(figure: Figure) -> str:
    if len(figure.table) > MOST_ROWS:
        return ""
    return f"<details><summary>Numbers of this figure</summary>{_table(figure.table, _text(figure.title))}</details>"


def _table(rows: pd.DataFrame, caption: str) -> str:
    head = "".join(f'<th scope="col">{_text(name)}</th>' for name in rows.columns)
    body = "".join(_row(row) for row in rows.itertuples(index=False))
    kept = " short" if len(rows) <= ON_ONE_PAGE else ""
    return (
        f'<div class="table{kept}" tabindex="0"><table><caption>{caption}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _row(cells: Iterable[object]) -> str:
    first, *others = (_text(cell) for cell in cells)
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'


def _text(value: object) -> str:
    # A number stays on the line of its percent sign.
    return escape(shown(value)).replace("\n", "<br>").replace(" %", "&nbsp;%")
