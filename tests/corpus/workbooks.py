"""Broken and hostile XLSX, ODS and XLS files."""

from __future__ import annotations

import datetime as dt
import io
import struct
from collections.abc import Callable
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from tests.corpus.archives import (
    REL_NS,
    biff,
    cells,
    lying_zip,
    ole,
    spaces,
    xlsx,
    xlsx_parts,
    zipped,
)
from tests.corpus.case import Case
from tests.corpus.texts import HEADER, NAMES, THREE, organisation

CANARY = "Geheim-Kanarienvogel"
ROWS = "".join(cells(number, *row) for number, row in enumerate(THREE, 1))
ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
LAUGHS = "<!DOCTYPE x [" + '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9)
) + "]>"  # fmt: skip


def book(fill: Callable[[openpyxl.Workbook, Any], None]) -> Callable[[], bytes]:
    """Make a builder of a workbook that a spreadsheet library writes."""

    def build() -> bytes:
        workbook = openpyxl.Workbook()
        sheet = workbook.active
        for row in THREE:
            sheet.append(row)
        fill(workbook, sheet)
        file = io.BytesIO()
        workbook.save(file)
        return file.getvalue()

    return build


def _hidden(workbook: openpyxl.Workbook, _: Any) -> None:
    for state in ("hidden", "veryHidden"):
        sheet = workbook.create_sheet(state)
        sheet.append([CANARY])
        sheet.sheet_state = state


def _comment(_: openpyxl.Workbook, sheet: Any) -> None:
    sheet["A2"].comment = Comment(CANARY, CANARY)


def _merged(_: openpyxl.Workbook, sheet: Any) -> None:
    sheet.insert_rows(1, 2)
    sheet["A1"] = "Vereine in Kassel"
    sheet.merge_cells("A1:D2")


def _two_sheets(workbook: openpyxl.Workbook, _: Any) -> None:
    more = workbook.create_sheet("Weitere")
    more.append(HEADER)
    more.append(organisation(3))


def _dates(_: openpyxl.Workbook, sheet: Any) -> None:
    sheet.append([dt.datetime(2026, 10, 5, 18, 0), dt.date(2026, 10, 5), dt.time(18, 30), 34117.0])  # noqa: DTZ001
    sheet.append([dt.datetime(2026, 10, 5, 17, 59, 59, 991000), dt.timedelta(hours=30), 0.5, True])  # noqa: DTZ001


def _dates_1904(workbook: openpyxl.Workbook, sheet: Any) -> None:
    workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet.append([dt.datetime(2026, 10, 5, 18, 0)])  # noqa: DTZ001


def _formulas(_: openpyxl.Workbook, sheet: Any) -> None:
    sheet.append(["=A2", "=1/0", "=HYPERLINK(A1)", "34117"])


def _formulas_of_programs() -> bytes:
    """Without a result in four ways, and with one: a number, a text, an empty text, a shared formula."""
    without = (
        '<c r="A5"><f>A2</f><v></v></c>'
        '<c r="B5" t="n"><f>A2</f></c>'
        '<c r="C5" s="0"><f t="shared" si="0"/><v/></c>'
        '<c r="D5"><f>A2</f> <v> </v> </c>'
    )
    told = (
        '<c r="A6"><f>3*7</f><v>21</v></c>'
        '<c r="B6" t="str"><f>A2</f><v>Saz</v></c>'
        '<c r="C6" t="str"><f>""</f><v></v></c>'
        '<c r="D6"><f t="shared" si="0"/><v>22</v></c>'
    )
    return xlsx(f'{ROWS}<row r="5">{without}</row><row r="6">{told}</row>')


def _errors() -> bytes:
    return xlsx(ROWS + '<row r="5"><c r="A5" t="e"><v>#REF!</v></c><c r="B5" t="e"><v>#N/A</v></c></row>')


def _chart_sheet(workbook: openpyxl.Workbook, _: Any) -> None:
    workbook.create_chartsheet("Bild")


def _styled_to_the_end(_: openpyxl.Workbook, sheet: Any) -> None:
    for number in (5, 1_000_000, 1_048_576):
        sheet.cell(number, 1).font = openpyxl.styles.Font(bold=True)
    sheet.cell(1, 16_384).font = openpyxl.styles.Font(bold=True)


def _far(reference: str, row: int, value: str = "<v>1</v>") -> Callable[[], bytes]:
    wide = "".join(f'<c r="{chr(65 + i)}5"><v>1</v></c>' for i in range(20))
    return lambda: xlsx(f'{ROWS}<row r="5">{wide}</row><row r="{row}"><c r="{reference}">{value}</c></row>')


def _many_cells() -> bytes:
    row = "".join(f'<c r="{chr(65 + i)}1"><v>{i}</v></c>' for i in range(26))
    return xlsx(f'<row r="1">{row}</row>' * 230_000)


def _amplified() -> bytes:
    text = "lang" * 8_000
    shared = f"<sst><si><t>{text}</t></si></sst>"
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 60_000))
    relation = f'<Relationship Id="rId9" Type="{REL_NS}/sharedStrings" Target="sharedStrings.xml"/>'
    relation += "</Relationships>"
    parts = xlsx_parts(rows)
    related = str(parts["xl/_rels/workbook.xml.rels"]).replace("</Relationships>", relation)
    return zipped(parts | {"xl/sharedStrings.xml": shared, "xl/_rels/workbook.xml.rels": related})


def _part(name: str, before: str) -> Callable[[], bytes]:
    def build() -> bytes:
        parts = xlsx_parts(ROWS)
        return zipped(parts | {name: before + str(parts.get(name, "<x/>"))})

    return build


def _utf16_part() -> bytes:
    parts = xlsx_parts(ROWS)
    sheet = LAUGHS + str(parts["xl/worksheets/sheet1.xml"])
    return zipped(parts | {"xl/worksheets/sheet1.xml": sheet.encode("utf-16")})


def _flagged_encrypted() -> bytes:
    data = bytearray(xlsx(ROWS))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark) + offset
        data[at : at + 2] = struct.pack("<H", 1)
    return bytes(data)


def _bad_checksum() -> bytes:
    data = bytearray(xlsx(ROWS))
    at = data.rfind(b"PK\x01\x02") + 16
    data[at] ^= 0xFF
    return bytes(data)


def _bomb(name: str, **more: Any) -> Callable[[], bytes]:
    parts = {part: content for part, content in xlsx_parts(ROWS).items() if part != name}
    return lambda: lying_zip(
        parts, name, spaces(more.get("megabytes", 2048)), **{"declared": 2**31, **more.get("lie", {})}
    )


def _deep() -> bytes:
    return xlsx("<row>" * 200_000)


CASES = [
    Case("xlsx-plain", "a.xlsx", lambda: xlsx(ROWS), live=3, rows=(4,), holds=NAMES),
    Case("xlsx-named-csv", "a.csv", lambda: xlsx(ROWS), live=3, rows=(4,), holds=NAMES),
    Case("xlsx-by-a-library", "a.xlsx", book(lambda *_: None), live=3, rows=(4,), holds=NAMES),
    Case(
        "xlsx-header-in-row-7",
        "a.xlsx",
        lambda: xlsx(
            cells(1, "Vereine in Kassel") + "".join(cells(n, *row) for n, row in enumerate(THREE, 7))
        ),
        live=3,
        rows=(10,),
    ),
    Case(
        "xlsx-starts-at-c4",
        "a.xlsx",
        lambda: xlsx("".join(cells(n, *row, start="C") for n, row in enumerate(THREE, 4))),
        live=3,
        rows=(7,),
    ),
    Case(
        "xlsx-blank-rows-between",
        "a.xlsx",
        lambda: xlsx(ROWS + cells(9, *organisation(3))),
        live=4,
        skipped=4,
        rows=(9,),
    ),
    Case("xlsx-hidden-sheets", "a.xlsx", book(_hidden), live=3, rows=(4,), lacks=(CANARY,)),
    Case("xlsx-comments", "a.xlsx", book(_comment), live=3, rows=(4,), lacks=(CANARY,)),
    Case("xlsx-merged-title", "a.xlsx", book(_merged), live=3, rows=(6,), holds=NAMES),
    Case("xlsx-two-sheets", "a.xlsx", book(_two_sheets), live=4, rows=(4, 2), holds=(organisation(3)[0],)),
    Case("xlsx-chart-sheet", "a.xlsx", book(_chart_sheet), live=3, rows=(4,)),
    Case(
        "xlsx-dates",
        "a.xlsx",
        book(_dates),
        rows=(6,),
        holds=("2026-10-05T18:00:00", "2026-10-05", "18:30:00", "34117", "30:00:00", "True"),
    ),
    Case("xlsx-dates-of-1904", "a.xlsx", book(_dates_1904), rows=(5,), holds=("2026-10-05T18:00:00",)),
    Case(
        "xlsx-formulas-without-values",
        "a.xlsx",
        book(_formulas),
        rows=(5,),
        holds=("#FORMULA?",),
        lacks=("=A2", "=1/0"),
    ),
    Case(
        "xlsx-formulas-of-programs",
        "a.xlsx",
        _formulas_of_programs,
        rows=(6,),
        holds=("#FORMULA?", "21", "Saz", "22"),
    ),
    Case("xlsx-error-cells", "a.xlsx", _errors, rows=(5,), holds=("#REF!", "#N/A", *NAMES)),
    Case(
        "xlsx-macros",
        "a.xlsm",
        lambda: xlsx(ROWS, xl__vbaProject=b"\xd0\xcf\x11\xe0" + bytes(2000)),
        live=3,
        rows=(4,),
    ),
    Case("xlsx-styled-to-the-end", "a.xlsx", book(_styled_to_the_end), live=3, rows=(4,)),
    Case("xlsx-blank-cell-xfd1048576", "a.xlsx", _far("XFD1048576", 1048576, ""), rows=(5,)),
    Case("xlsx-value-in-xfd1048576", "a.xlsx", _far("XFD1048576", 1048576), "FILE_TOO_BIG"),
    Case("xlsx-value-in-a1048576", "a.xlsx", _far("A1048576", 1048576), "FILE_TOO_BIG"),
    Case("xlsx-value-in-column-1001", "a.xlsx", _far("ALM6", 6), "FILE_TOO_BIG"),
    Case(
        "xlsx-million-empty-rows",
        "a.xlsx",
        lambda: xlsx(ROWS + cells(1_048_576, *organisation(3))),
        rows=(1_048_576,),
        holds=(organisation(3)[0],),
    ),
    Case("xlsx-row-number-too-high", "a.xlsx", _far("A99999999999", 99999999999), "FILE_TOO_BIG"),
    Case("xlsx-six-million-cells", "a.xlsx", _many_cells, "FILE_TOO_BIG"),
    Case("xlsx-long-shared-string-60000-times", "a.xlsx", _amplified, "FILE_TOO_BIG"),
    Case(
        "xlsx-shared-string-missing",
        "a.xlsx",
        lambda: xlsx('<row r="1"><c r="A1" t="s"><v>7</v></c></row>'),
        "FILE_BROKEN",
    ),
    Case("xlsx-deep-nesting", "a.xlsx", _deep, rows=(0,)),
    Case(
        "xlsx-sheet-cut",
        "a.xlsx",
        lambda: zipped(
            xlsx_parts(ROWS)
            | {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row r='1'><c r='A1'><v>1"}
        ),
        "FILE_BROKEN",
    ),
    Case(
        "xlsx-sheet-missing",
        "a.xlsx",
        lambda: zipped({k: v for k, v in xlsx_parts(ROWS).items() if "sheet1" not in k}),
        "FILE_BROKEN",
    ),
    Case("xlsx-external-entity", "a.xlsx", _part("xl/worksheets/sheet1.xml", ENTITY), "FILE_UNSAFE"),
    Case("xlsx-entity-in-workbook", "a.xlsx", _part("xl/workbook.xml", ENTITY), "FILE_UNSAFE"),
    Case("xlsx-entity-in-relations", "a.xlsx", _part("xl/_rels/workbook.xml.rels", ENTITY), "FILE_UNSAFE"),
    Case(
        "xlsx-external-dtd",
        "a.xlsx",
        _part("xl/styles.xml", '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'),
        "FILE_UNSAFE",
    ),
    Case(
        "xlsx-parameter-entity",
        "a.xlsx",
        _part("[Content_Types].xml", '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/">%p;]>'),
        "FILE_UNSAFE",
    ),
    Case(
        "xlsx-doctype-after-a-megabyte",
        "a.xlsx",
        _part("docProps/app.xml", "<!--" + "x" * 1_048_560 + "-->" + ENTITY),
        "FILE_UNSAFE",
    ),
    Case("xlsx-billion-laughs", "a.xlsx", _part("xl/worksheets/sheet1.xml", LAUGHS), "FILE_UNSAFE"),
    Case("xlsx-billion-laughs-in-utf16", "a.xlsx", _utf16_part, "FILE_BROKEN"),
    Case(
        "xlsx-utf7-part",
        "a.xlsx",
        _part("xl/worksheets/sheet1.xml", '<?xml version="1.0" encoding="UTF-7"?>'),
        "FILE_BROKEN",
    ),
    Case(
        "xlsx-path-upwards",
        "a.xlsx",
        lambda: zipped(xlsx_parts(ROWS) | {"../../evil.xml": "x"}),
        "FILE_UNSAFE",
    ),
    Case(
        "xlsx-path-absolute",
        "a.xlsx",
        lambda: zipped(xlsx_parts(ROWS) | {"/etc/evil.xml": "x"}),
        "FILE_UNSAFE",
    ),
    Case(
        "xlsx-path-of-windows",
        "a.xlsx",
        lambda: zipped(xlsx_parts(ROWS) | {"C:\\evil.xml": "x"}),
        "FILE_UNSAFE",
    ),
    Case(
        "xlsx-part-twice",
        "a.xlsx",
        lambda: zipped(xlsx_parts(ROWS) | {"XL/WORKBOOK.XML": "x"}),
        "FILE_UNSAFE",
    ),
    Case(
        "xlsx-3000-parts",
        "a.xlsx",
        lambda: zipped(xlsx_parts(ROWS) | {f"x{n}.xml": "" for n in range(3_000)}),
        "FILE_TOO_BIG",
    ),
    Case("xlsx-bomb-of-2-gb", "a.xlsx", _bomb("xl/worksheets/sheet1.xml"), "FILE_TOO_BIG"),
    Case("xlsx-bomb-in-a-picture", "a.xlsx", _bomb("xl/media/image1.png"), "FILE_TOO_BIG"),
    Case(
        "xlsx-bomb-that-lies",
        "a.xlsx",
        _bomb("xl/worksheets/sheet1.xml", lie={"declared": 100}),
        "FILE_BROKEN",
    ),
    Case(
        "xlsx-bomb-with-shared-body",
        "a.xlsx",
        _bomb("x.xml", megabytes=8, lie={"declared": 2**23, "copies": 500}),
        "FILE_UNSAFE",
    ),
    Case("xlsx-in-a-zip", "a.xlsx", lambda: zipped({"inner.xlsx": xlsx(ROWS)}), "FILE_NOT_A_TABLE"),
    Case("zip-of-nothing", "a.xlsx", lambda: zipped({}), "FILE_NOT_A_TABLE"),
    Case(
        "docx-as-xlsx",
        "a.xlsx",
        lambda: zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}),
        "FILE_NOT_A_TABLE",
    ),
    Case(
        "xlsb-as-xlsx",
        "a.xlsx",
        lambda: zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": "x"}),
        "FILE_NOT_A_TABLE",
    ),
    Case("xlsx-cut-in-half", "a.xlsx", lambda: xlsx(ROWS)[:900], "FILE_BROKEN"),
    Case("xlsx-without-its-end", "a.xlsx", lambda: xlsx(ROWS)[:-30], "FILE_BROKEN"),
    Case("xlsx-without-its-start", "a.xlsx", lambda: b"PK\x03\x04" + xlsx(ROWS)[200:], "FILE_BROKEN"),
    Case("xlsx-bad-checksum", "a.xlsx", _bad_checksum, "FILE_BROKEN"),
    Case(
        "xlsx-encrypted",
        "a.xlsx",
        lambda: ole({"EncryptedPackage": bytes(5000), "EncryptionInfo": b"\x04\0\x04\0"}),
        "FILE_ENCRYPTED",
    ),
    Case("xlsx-encrypted-parts", "a.xlsx", _flagged_encrypted, "FILE_ENCRYPTED"),
    Case("xls-plain", "a.xls", lambda: ole({"Workbook": biff(list(THREE))}), live=3, rows=(4,), holds=NAMES),
    Case("xls-noise", "a.xls", lambda: ole({"Workbook": bytes(range(256)) * 20}), "FILE_BROKEN"),
    Case("doc-as-xls", "a.xls", lambda: ole({"WordDocument": bytes(5000)}), "FILE_NOT_A_TABLE"),
    Case("ole-header-alone", "a.xls", lambda: ole({"Workbook": b""})[:512], "FILE_NOT_A_TABLE"),
]
