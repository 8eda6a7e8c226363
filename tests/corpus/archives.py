"""Makes XLSX, ODS and OLE files byte by byte, also such as no honest program writes."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from itertools import pairwise

SHEET_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL_NS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_NS = "http://schemas.openxmlformats.org/package/2006"
ODF = "urn:oasis:names:tc:opendocument:xmlns"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
ZIP_TIME = (2026, 10, 5, 18, 0, 0)

Parts = Mapping[str, str | bytes]


def zipped(parts: Parts) -> bytes:
    """Make an archive, the same bytes each time."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            method = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, ZIP_TIME), content, method)
    return file.getvalue()


def xlsx_parts(rows: str) -> dict[str, str | bytes]:
    """Make the parts of a workbook from the XML of its rows."""
    tables = {"Vereine": rows}
    listed = "".join(
        f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(tables, 1)
    )
    related = "".join(
        f'<Relationship Id="rId{i}" Type="{REL_NS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i, _ in enumerate(tables, 1)
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE_NS}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE_NS}/relationships">'
        f'<Relationship Id="rId1" Type="{REL_NS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SHEET_NS}" xmlns:r="{REL_NS}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE_NS}/relationships">'
        f"{related}</Relationships>",
    }
    for i, table in enumerate(tables.values(), 1):
        parts[f"xl/worksheets/sheet{i}.xml"] = (
            f'<worksheet xmlns="{SHEET_NS}"><sheetData>{table}</sheetData></worksheet>'
        )
    return parts


def xlsx(rows: str, **more: str | bytes) -> bytes:
    """Make a workbook from the XML of its rows, and further parts (`__` in a name stands for `/`)."""
    return zipped(xlsx_parts(rows) | {name.replace("__", "/"): part for name, part in more.items()})


def cells(number: int, *values: str, start: str = "A") -> str:
    """Write one row of text cells."""
    written = "".join(
        f'<c r="{chr(ord(start) + i)}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
        for i, value in enumerate(values)
        if value
    )
    return f'<row r="{number}">{written}</row>'


def ods_parts(tables: str, styles: str = "") -> dict[str, str | bytes]:
    """Make the parts of an OpenDocument spreadsheet from the XML of its tables."""
    spaces = " ".join(f'xmlns:{name}="{ODF}:{name}:1.0"' for name in ("office", "table", "text", "style"))
    calc = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    return {
        "mimetype": ODS_TYPE,
        "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{ODF}:manifest:1.0"/>',
        "content.xml": f"<office:document-content {spaces} {calc}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet>"
        "</office:body></office:document-content>",
    }


def ods(*rows: str) -> bytes:
    """Make an OpenDocument spreadsheet of one table."""
    return zipped(ods_parts(ods_table("Vereine", *rows)))


def ods_table(name: str, *rows: str, style: str = "ta1") -> str:
    """Write a table."""
    return f'<table:table table:name="{name}" table:style-name="{style}">{"".join(rows)}</table:table>'


def ods_row(*values: str, attributes: str = "") -> str:
    """Write a row of text cells."""
    written = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        if value
        else "<table:table-cell/>"
        for value in values
    )
    return f"<table:table-row {attributes}>{written}</table:table-row>"


def spaces(megabytes: int) -> bytes:
    """Deflate this many megabytes of spaces without ever holding them."""
    packer = zlib.compressobj(9, wbits=-15)
    once = packer.compress(b" " * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)
    return once * megabytes + b"\x03\x00"


def lying_zip(parts: Parts, name: str, deflated: bytes, *, declared: int, copies: int = 1) -> bytes:
    """Make an archive whose last parts share one body, and declare any size that one likes."""
    honest = zipped(parts)
    with zipfile.ZipFile(io.BytesIO(honest)) as archive:
        start, count = archive.start_dir, len(archive.infolist())
    end = honest.rfind(b"PK\x05\x06")
    title = name.encode()
    facts = struct.pack("<HHHHHLLLHH", 20, 0, 8, 0, 0x5D45, 0, len(deflated), declared, len(title), 0)
    local = b"PK\x03\x04" + facts + title + deflated
    central = b"PK\x01\x02" + struct.pack("<H", 20) + facts + struct.pack("<HHHLL", 0, 0, 0, 0, start) + title
    directory = honest[start:end] + central * copies
    total = count + copies
    tail = struct.pack("<HHHHLLH", 0, 0, total, total, len(directory), start + len(local), 0)
    return honest[:start] + local + directory + b"PK\x05\x06" + tail


def ole(streams: Mapping[str, bytes]) -> bytes:
    """Make an OLE2 file, as old or encrypted Office files are; each stream fills at least 4 kB."""
    size, free, end, table = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    fat, body, entries = [table, end], b"", []
    for name, content in streams.items():
        padded = content.ljust(4096, b"\0")
        padded += bytes(-len(padded) % size)
        first = len(fat)
        fat += [*range(first + 1, first + len(padded) // size), end]
        entries.append(_entry(name, 2, first, len(padded)))
        body += padded
    root = _entry("Root Entry", 5, end, 0, child=1)
    chained = [
        _with_right(entry, number + 1) for number, (entry, _) in enumerate(pairwise([*entries, b""]), 1)
    ]
    if chained:
        chained[-1] = entries[-1]
    directory = b"".join([root, *chained]).ljust(size, b"\0")
    fat += [free] * (128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xLLLLLLLLLL", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0, 0)
    header += struct.pack("<108L", *[free] * 108)
    return header + struct.pack("<128L", *fat) + directory + body


def _entry(name: str, kind: int, first: int, length: int, child: int = 0xFFFFFFFF) -> bytes:
    title = name.encode("utf-16-le") + b"\0\0"
    none = 0xFFFFFFFF
    head = title.ljust(64, b"\0") + struct.pack("<HBBLLL", len(title), kind, 1, none, none, child)
    return head + bytes(36) + struct.pack("<LQ", first, length)


def _with_right(entry: bytes, right: int) -> bytes:
    return entry[:72] + struct.pack("<L", right) + entry[76:]


def biff(rows: list[tuple[str, ...]]) -> bytes:
    """Make the stream of an old .xls workbook with one sheet of text cells."""

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def begin(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHHLL", 0x600, kind, 0x0DBB, 0x07CC, 0, 6))

    title = "Vereine"
    bound = struct.pack("<BBBB", 0, 0, len(title), 0) + title.encode("latin-1")
    start = len(begin(5)) + 4 + 4 + len(bound) + 4
    workbook = begin(5) + record(0x85, struct.pack("<L", start) + bound) + record(0x0A, b"")
    sheet = begin(0x10)
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            content = struct.pack("<HHHHB", row, column, 0, len(value), 1) + value.encode("utf-16-le")
            sheet += record(0x204, content)
    return workbook + sheet + record(0x0A, b"")
