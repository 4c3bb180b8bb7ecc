"""A report as DOCX: real tables, captions, figures at print resolution with alternative texts, the label on every page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, time

import pandas as pd
from docx import Document
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section as Pages
from docx.shared import Cm, Emu, Length, Pt, RGBColor
from docx.table import _Row
from docx.text.paragraph import Paragraph

from explorer.charts.figure import Figure, TooFew
from explorer.export.bundle_zip import members, zipped
from explorer.export.report import Report, Section
from explorer.export.report_blocks import Block, Table, Words, shown
from explorer.export.report_pictures import png

WIDTH, HEIGHT, MARGIN = Cm(21), Cm(29.7), Cm(2.2)
TEXT_WIDTH, MOST_HIGH = WIDTH - 2 * MARGIN, Cm(19)
SMALL, INK, SOFT, WARNING = Pt(9), RGBColor(0x1D, 0x28, 0x33), RGBColor(0x55, 0x61, 0x6D), RGBColor(0x8A, 0x5A, 0x00)
FONT = "Calibri"
LONGEST, SPARE = 40, 6
"""Letters of a cell beyond which its column grows no wider, and letters added to every one."""


def docx(report: Report) -> bytes:
    """Write a report as DOCX; the same report gives the same bytes."""
    document = Document()
    _set_up(document, report)
    document.add_heading(shown(report.title), level=0)
    for name, value in report.about:
        line = document.add_paragraph()
        line.add_run(f"{name}: ").bold = True
        line.add_run(shown(value))
    for section, blocks in report.numbered():
        _heading(document, section)
        for called, block in blocks:
            _block(document, block, called, report)
    written = io.BytesIO()
    document.save(written)
    # Saved anew, since the library stamps each part with the time of day.
    return zipped(members(written.getvalue()))


def _set_up(document: Docx, report: Report) -> None:
    """Set page, fonts, header, footer and properties; nothing in them says who or when, but the day in the report."""
    for name in ("Normal", "Title", "Heading 1", "Caption"):
        _style(document, name)
    document.styles["Normal"].font.size = Pt(10.5)
    pages = document.sections[0]
    pages.page_width, pages.page_height = WIDTH, HEIGHT
    pages.left_margin = pages.right_margin = pages.top_margin = pages.bottom_margin = MARGIN
    _header(pages, report.label)
    _footer(pages, f"Definition {report.analysis.study.fingerprint}, page ")
    about, day = document.core_properties, datetime.combine(report.made, time())
    about.title, about.author, about.comments = shown(report.title), "", report.label
    about.created = about.modified = day
    about.last_modified_by, about.revision = "", 1


def _style(document: Docx, name: str) -> None:
    style = document.styles[name]
    style.font.name, style.font.color.rgb = FONT, INK
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def _header(pages: Pages, label: str) -> None:
    if label:
        line = pages.header.paragraphs[0]
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = line.add_run(label)
        run.bold, run.font.size, run.font.color.rgb = True, SMALL, WARNING


def _footer(pages: Pages, text: str) -> None:
    line = pages.footer.paragraphs[0]
    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    line.add_run(text).font.size = SMALL
    number = OxmlElement("w:fldSimple")
    number.set(qn("w:instr"), "PAGE")
    line._p.append(number)


def _heading(document: Docx, section: Section) -> None:
    if section.title:
        heading = document.add_heading(shown(section.title), level=1)
        heading.paragraph_format.page_break_before = section.new_page or None
    if section.items:
        _small(document, f"Answers {section.items}").paragraph_format.keep_with_next = True


def _block(document: Docx, block: Block, called: str, report: Report) -> None:
    if isinstance(block, Words):
        run = document.add_paragraph().add_run(shown(block.text))
        run.italic = block.remark
    elif isinstance(block, TooFew):
        document.add_paragraph().add_run(f"{shown(block.title)}. {shown(block.why)}")
    elif isinstance(block, Table):
        _caption(document, called, block.title).paragraph_format.keep_with_next = True
        _table(document, block.printed)
        _small(document, block.said)
    else:
        _figure(document, block, called, report)


def _figure(document: Docx, figure: Figure, called: str, report: Report) -> None:
    line = document.add_paragraph()
    line.paragraph_format.keep_with_next = True
    drawn = line.add_run().add_picture(io.BytesIO(png(figure, report.analysis)), width=TEXT_WIDTH)
    if drawn.height > MOST_HIGH:
        drawn.width, drawn.height = Emu(drawn.width * MOST_HIGH // drawn.height), MOST_HIGH
    drawn._inline.docPr.set("descr", shown(figure.alt))
    _caption(document, called, f"{figure.title}. {figure.alt}")


def _caption(document: Docx, called: str, text: str) -> Paragraph:
    line = document.add_paragraph(style="Caption")
    line.add_run(f"{called}. ")
    line.add_run(shown(text)).bold = False
    return line


def _table(document: Docx, rows: pd.DataFrame) -> None:
    table = document.add_table(rows=1 + len(rows), cols=len(rows.columns), style="Light Shading")
    printed = [list(map(shown, cells)) for cells in (rows.columns.tolist(), *rows.to_numpy(object).tolist())]
    widths = _widths(printed)
    for row, cells in zip(table.rows, printed, strict=True):
        _fill(row, cells, widths)
    _mark(table.rows[0], "w:tblHeader")  # again at the top of every page; screen readers take it for the header
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width


def _widths(printed: Sequence[Sequence[str]]) -> list[Length]:
    """Share the width of the text among columns by their longest cells, none so narrow that words break."""
    longest = [min(max(map(len, column)), LONGEST) + SPARE for column in zip(*printed, strict=True)]
    return [Emu(TEXT_WIDTH * each // sum(longest)) for each in longest]


def _fill(row: _Row, cells: Sequence[str], widths: Sequence[Length]) -> None:
    for cell, text, width in zip(row.cells, cells, widths, strict=True):
        cell.width = width
        run = cell.paragraphs[0].add_run(text)
        run.font.size = SMALL
    _mark(row, "w:cantSplit")  # a row that breaks over pages cannot be read across


def _mark(row: _Row, what: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(what))


def _small(document: Docx, text: str) -> Paragraph:
    line = document.add_paragraph()
    run = line.add_run(shown(text))
    run.font.size, run.font.color.rgb = SMALL, SOFT
    return line
