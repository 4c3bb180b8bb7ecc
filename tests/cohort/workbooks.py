"""Files made for tests: workbooks by their parts, and the old compound format byte by byte."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO

import openpyxl

SECTOR = 512
FREE, END = 0xFFFFFFFF, 0xFFFFFFFE


def packed(files: dict[str, bytes | str]) -> bytes:
    """Return an archive of files."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in files.items():
            archive.writestr(name, file)
    return content.getvalue()


def parts(content: bytes) -> dict[str, bytes]:
    """Return the files of an archive."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def saved(book: openpyxl.Workbook) -> bytes:
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def xlsx(*rows: list[object], **sheets: list[list[object]]) -> bytes:
    """Return an Excel workbook: rows of the sheet "Data", or of sheets by their names."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, content in ({"Data": list(rows)} if rows else sheets).items():
        sheet = book.create_sheet(name)
        for row in content:
            sheet.append(row)
    return saved(book)


def ods(rows: str, before: str = "", **more: bytes) -> bytes:
    """Return an OpenDocument spreadsheet with the sheet "Data", from the XML of its rows."""
    names = "urn:oasis:names:tc:opendocument:xmlns"
    kinds = {"office": "office:1.0", "table": "table:1.0", "text": "text:1.0"}
    spaces = " ".join(f'xmlns:{short}="{names}:{name}"' for short, name in kinds.items())
    content = f"""<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content {spaces} office:version="1.2">
<office:body><office:spreadsheet><table:table table:name="Data">{rows}</table:table></office:spreadsheet></office:body>
</office:document-content>"""
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = f"""<manifest:manifest xmlns:manifest="{names}:manifest:1.0">
<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>"""
    return packed({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest} | more)


def ods_row(*cells: str, times: int = 1) -> str:
    inside = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in cells
    )
    return f'<table:table-row table:number-rows-repeated="{times}">{inside}</table:table-row>'


def xls(*records: tuple[int, bytes], streams: tuple[str, ...] = ("Workbook",)) -> bytes:
    """Return a compound file whose first stream holds BIFF8 records between a workbook's beginning and end."""
    begin = (0x809, struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 0x600))
    place = sum(4 + len(content) for _, content in [begin]) + 4 + 8 + len(b"Data") + 4
    sheet = (0x85, struct.pack("<IHBB", place, 0, 4, 0) + b"Data")
    first_sheet = (0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 1997, 0, 0x600))
    book = b"".join(
        struct.pack("<HH", kind, len(content)) + content
        for kind, content in (begin, sheet, (0x0A, b""), first_sheet, *records, (0x0A, b""))
    )
    return compound(book.ljust(4096, b"\0"), streams)


def compound(stream: bytes, names: tuple[str, ...]) -> bytes:
    """Return an OLE compound file of streams with the same content ([MS-CFB]): header, table, directory, content."""
    n_sectors = -(-len(stream) // SECTOR)
    table = [0xFFFFFFFD, END, *range(3, 2 + n_sectors), END]
    table += [FREE] * (SECTOR // 4 - len(table))
    header = (
        bytes.fromhex("d0cf11e0a1b11ae1")
        + bytes(16)
        + struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0)
    )
    header += struct.pack("<I", 0) + b"\xff" * (SECTOR - len(header) - 4)
    entries = [_entry("Root Entry", 5, END, 0, FREE, 1)]
    for at, name in enumerate(names, start=2):
        entries.append(_entry(name, 2, 2, len(stream), at if at <= len(names) else FREE, FREE))
    directory = b"".join(entries).ljust(SECTOR, b"\0")
    return header + struct.pack(f"<{SECTOR // 4}I", *table) + directory + stream.ljust(n_sectors * SECTOR, b"\0")


def _entry(name: str, kind: int, start: int, size: int, sibling: int, child: int) -> bytes:
    text = name.encode("utf-16-le").ljust(64, b"\0")
    links = struct.pack("<HBBIII", 2 * len(name) + 2, kind, 1, FREE, sibling, child)
    return text + links + bytes(36) + struct.pack("<IQ", start, size)
