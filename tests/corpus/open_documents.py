"""Broken and hostile OpenDocument spreadsheets."""

from __future__ import annotations

from collections.abc import Callable

from tests.corpus.archives import ODF, ods, ods_parts, ods_row, ods_table, zipped
from tests.corpus.case import Case
from tests.corpus.texts import NAMES, THREE
from tests.corpus.workbooks import CANARY, LAUGHS

ODS_ROWS = [ods_row(*row) for row in THREE]


def _cell(content: str, attributes: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {attributes}>{content}</table:table-cell>'


def _repeated(columns: int, rows: int, value: str = "x") -> Callable[[], bytes]:
    cell = _cell(f"<text:p>{value}</text:p>", f'table:number-columns-repeated="{columns}"')
    row = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    return lambda: ods(*ODS_ROWS, row)


def _ods_styled_to_the_end() -> bytes:
    cell = '<table:table-cell table:style-name="c" table:number-columns-repeated="16384"/>'
    return ods(*ODS_ROWS, f'<table:table-row table:number-rows-repeated="1048572">{cell}</table:table-row>')


def _ods_hidden() -> bytes:
    off = '<style:table-properties table:display="false"/>'
    style = f'<style:style style:name="off" style:family="table">{off}</style:style>'
    tables = ods_table("Vereine", *ODS_ROWS) + ods_table("Geheim", ods_row(CANARY), style="off")
    return zipped(ods_parts(tables, style))


def _ods_annotation() -> bytes:
    note = f"<office:annotation><text:p>{CANARY}</text:p></office:annotation>"
    return ods(*ODS_ROWS, f"<table:table-row>{_cell(f'{note}<text:p>Verein</text:p>')}</table:table-row>")


def _ods_values() -> bytes:
    values = (
        ('date" office:date-value="2026-10-05T18:00:00', "x"),
        ('date" office:date-value="2026-10-05', "x"),
        ('float" office:value="34117', "34117"),
        ('string" office:string-value="" calcext:value-type="error', "#REF!"),
    )
    row = "".join(
        f'<table:table-cell office:value-type="{v}"><text:p>{t}</text:p></table:table-cell>'
        for v, t in values
    )
    return ods(*ODS_ROWS, f"<table:table-row>{row}</table:table-row>")


def _ods_formulas() -> bytes:
    """Without a result in three ways, and with one."""
    cells = (
        '<table:table-cell table:formula="of:=[.A2]"/>',
        '<table:table-cell table:formula="of:=[.A2]"><text:p/></table:table-cell>',
        '<table:table-cell table:formula="of:=[.A2]" table:number-columns-repeated="2"></table:table-cell>',
        '<table:table-cell table:formula="of:=3*7" office:value-type="float" office:value="21"><text:p>21</text:p>'
        "</table:table-cell>",
    )
    return ods(*ODS_ROWS, f"<table:table-row>{''.join(cells)}</table:table-row>")


def _ods_encrypted() -> bytes:
    parts = ods_parts("")
    entry = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    manifest = f'<manifest:manifest xmlns:manifest="{ODF}:manifest:1.0">{entry}</manifest:manifest>'
    return zipped(parts | {"META-INF/manifest.xml": manifest, "content.xml": bytes(range(256)) * 9})


def _ods_doctype() -> bytes:
    parts = ods_parts(ods_table("A", *ODS_ROWS))
    return zipped(parts | {"content.xml": LAUGHS + str(parts["content.xml"])})


CASES = [
    Case("ods-plain", "a.ods", lambda: ods(*ODS_ROWS), live=3, rows=(4,), holds=NAMES),
    Case(
        "ods-values",
        "a.ods",
        _ods_values,
        rows=(5,),
        holds=("2026-10-05T18:00:00", "2026-10-05", "34117", "#REF!"),
    ),
    Case("ods-formulas", "a.ods", _ods_formulas, rows=(5,), holds=("#FORMULA?", "21")),
    Case("ods-hidden-sheet", "a.ods", _ods_hidden, live=3, rows=(4,), lacks=(CANARY,)),
    Case("ods-annotation", "a.ods", _ods_annotation, rows=(5,), lacks=(CANARY,)),
    Case("ods-styled-to-the-end", "a.ods", _ods_styled_to_the_end, live=3, rows=(4,)),
    Case("ods-repeated-rows", "a.ods", _repeated(1, 3), rows=(7,)),
    Case("ods-20-million-repeated-cells", "a.ods", _repeated(20, 1_000_000), "FILE_TOO_BIG"),
    Case("ods-17-billion-repeated-cells", "a.ods", _repeated(16_384, 1_048_576), "FILE_TOO_BIG"),
    Case("ods-16384-repeated-columns", "a.ods", _repeated(16_384, 1), "FILE_TOO_BIG"),
    Case("ods-two-billion-spaces", "a.ods", _repeated(1, 1, '<text:s text:c="2000000000"/>'), "FILE_TOO_BIG"),
    Case(
        "ods-spaces-in-single-quotes",
        "a.ods",
        _repeated(1, 1, "<text:s text:c = '+2000000000'/>"),
        "FILE_TOO_BIG",
    ),
    Case("ods-encrypted", "a.ods", _ods_encrypted, "FILE_ENCRYPTED"),
    Case("ods-billion-laughs", "a.ods", _ods_doctype, "FILE_UNSAFE"),
    Case(
        "ods-without-content",
        "a.ods",
        lambda: zipped({"mimetype": str(ods_parts("")["mimetype"])}),
        "FILE_BROKEN",
    ),
    Case(
        "odt-as-ods",
        "a.ods",
        lambda: zipped({"mimetype": "application/vnd.oasis.opendocument.text"}),
        "FILE_NOT_A_TABLE",
    ),
]
