"""Reads XLSX, ODS and XLS with calamine, after looking for what would harm it.

Messages: `["sheet", name, how many there are, merged cells]`, then `["rows", number of the first, rows]` for each
batch of its rows.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import python_calamine as calamine

from allin_hub.workers import archive
from allin_hub.workers.refusal import Refusal

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WORKBOOKS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_CELLS_IN_BATCH = 5_000
_LONGEST_SPACES = 10_000
_INTEGRAL = 1e15
_LAST_MOMENT = dt.datetime.max.replace(microsecond=0)  # noqa: DTZ901 - cells know no time zone

# The column after ALL is the 1,001st. Cells without content are no matter: calamine passes them over.
_MAYBE_FAR = re.compile(rb' r="(?:A[L-Z][A-Z]|[B-Z][A-Z]{2}|[A-Z]{4,})[0-9]')
_FAR_CELL = re.compile(
    rb'<c\s[^<>]*?r="(?:AL[M-Z]|A[M-Z][A-Z]|[B-Z][A-Z]{2}|[A-Z]{4,})[0-9]+"[^<>]*(?<!/)>(?!</c>)'
)
_FAR_REPEAT = re.compile(rb'<table:table-cell\s[^<>]*?number-columns-repeated="[0-9]{4,}"[^<>]*(?<!/)>')
_SPACES = re.compile(rb"""text:c\s*=\s*["']\s*\+?([0-9]+)""")
_XLSX_ERROR = re.compile(rb'(<c\s[^<>]*?\bt=")e(")')
_ODS_ERROR = re.compile(rb'<table:table-cell\s[^<>]*calcext:value-type="error"[^<>]*>')
_ODS_TEXT = re.compile(rb'\soffice:string-value="[^"]*"')

# What a program wrote that does not calculate. Where the result is no text, t="str" says that it is one.
_UNCOMPUTED = b"#FORMULA?"
_XLSX_UNCOMPUTED = re.compile(
    rb'<c(\s(?![^<>]*\bt="str")[^<>]*)>\s*<f\b(?:[^<>]*/>|[^<>]*>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>'
)
_XLSX_TYPE = re.compile(rb'\st="[^"]*"')
_ODS_UNCOMPUTED = re.compile(
    rb"<table:table-cell(\s(?=[^<>]*\btable:formula=)(?![^<>]*\boffice:value-type=)[^<>]*?)"
    rb"(?:/>|>\s*(?:<text:p\s*/>|<text:p>\s*</text:p>)?\s*</table:table-cell>)"
)
_LONGEST_CELL = 200_000
_MOST_MERGED = 100_000

# The tags of an ODS file that say where a cell stands; cells that others cover count, too.
_ODS_TAG = re.compile(rb"<(/?)table:(table|table-row|table-cell|covered-table-cell)((?:\s[^<>]*)?)>")
_ODS_COUNT = re.compile(rb'\btable:number-(columns|rows)-(repeated|spanned)="([0-9]{1,7})"')

Merged = list[int]
"""Cells that were merged into one: first row, first column, last row, last column; rows count from 1, columns from 0."""

Plain = str | int | float | bool | None


def read(data: bytes, params: dict[str, int]) -> Iterator[list[Any]]:
    """Yield the visible sheets of a workbook, and their rows from row 1 to the last one with content."""
    merged: list[list[Merged]] = []
    workbook = _workbook(data if data.startswith(_OLE) else _harmless(data, params, merged))
    order = [sheet.name for sheet in workbook.sheets_metadata]
    visible = calamine.SheetVisibleEnum.Visible
    tables = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == visible and sheet.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    cells = 0
    for name in tables:
        sheet = workbook.get_sheet_by_name(name)
        cells += sheet.height * sheet.width
        if cells > params["cells"] or (sheet.end or (0, 0))[1] >= params["columns"]:
            raise Refusal("FILE_TOO_BIG")
        found = _merged(sheet, merged[order.index(name)] if len(merged) == len(order) else [])
        yield ["sheet", name, len(tables), found]
        yield from _batches(sheet)


def _workbook(data: bytes) -> calamine.CalamineWorkbook:
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise Refusal("FILE_ENCRYPTED")
        if not any(stream in data for stream in _WORKBOOKS):
            raise Refusal("FILE_NOT_A_TABLE", found="Microsoft Office (.doc, .ppt, .msg)")
    try:
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError:
        raise Refusal("FILE_ENCRYPTED") from None


def _merged(sheet: calamine.CalamineSheet, found: list[Merged]) -> list[Merged]:
    """List the merged cells of a sheet; those of an ODS file were found before."""
    ranges = sheet.merged_cell_ranges
    if ranges is not None:
        found = [[first[0] + 1, first[1], last[0] + 1, last[1]] for first, last in ranges]
    if len(found) > _MOST_MERGED:
        raise Refusal("FILE_TOO_BIG")
    return found


def _harmless(data: bytes, params: dict[str, int], merged: list[list[Merged]]) -> bytes:
    """Check every part of an XLSX or ODS file; where it holds errors or formulas without a result, make them text.

    The merged cells of each table of an ODS file are added to `merged`.
    """
    limits = archive.Limits(params["entries"], params["inflated"], params["ratio"])
    zipped = archive.opened(data, limits)
    is_xlsx = archive.kind(zipped) == "xlsx"
    cells, has_gaps, has_merged = 0, False, False
    for name, pieces in archive.parts(zipped, len(data), limits):
        is_sheet = name.startswith("xl/worksheets/") if is_xlsx else name == "content.xml"
        for piece in _whole_cells(pieces, is_xlsx) if is_sheet else pieces:
            if not is_sheet:
                continue
            if is_xlsx:
                cells += piece.count(b"<c ")
                far = _MAYBE_FAR.search(piece) and _FAR_CELL.search(piece)
                has_gaps = has_gaps or b' t="e"' in piece or _holds(_XLSX_UNCOMPUTED, b"<f", piece)
            else:
                cells += piece.count(b"<table:table-cell")
                far = _FAR_REPEAT.search(piece)
                has_gaps = (
                    has_gaps
                    or b'calcext:value-type="error"' in piece
                    or _holds(_ODS_UNCOMPUTED, b"table:formula=", piece)
                )
                has_merged = has_merged or b"-spanned=" in piece
                if any(int(count) > _LONGEST_SPACES for count in _SPACES.findall(piece)):
                    raise Refusal("FILE_TOO_BIG")
            if far or cells > params["cells"]:
                raise Refusal("FILE_TOO_BIG")
    if has_merged:
        merged.extend(_merged_of_ods(zipped, len(data), limits))
    return _rewritten(zipped, len(data), limits, is_xlsx) if has_gaps else data


def _merged_of_ods(zipped: zipfile.ZipFile, size: int, limits: archive.Limits) -> list[list[Merged]]:
    """List the merged cells of each table of an ODS file, in the order of the file."""
    tables: list[list[Merged]] = []
    row = column = repeated = 0
    for name, pieces in archive.parts(zipped, size, limits):
        for piece in pieces:
            if name != "content.xml":
                continue
            for ends, tag, attributes in _ODS_TAG.findall(piece):
                if tag == b"table":
                    row = 0
                    if not ends:
                        tables.append([])
                elif ends or not tables:
                    continue
                else:
                    counts = {found[:2]: int(found[2]) for found in _ODS_COUNT.findall(attributes)}
                    if tag == b"table-row":
                        row += repeated if row else 1
                        repeated, column = counts.get((b"rows", b"repeated"), 1), 0
                        continue
                    wide, high = counts.get((b"columns", b"spanned"), 1), counts.get((b"rows", b"spanned"), 1)
                    if (wide > 1 or high > 1) and sum(map(len, tables)) <= _MOST_MERGED:
                        tables[-1].append([row, column, row + high - 1, column + wide - 1])
                    column += counts.get((b"columns", b"repeated"), 1)
    return tables


def _holds(pattern: re.Pattern[bytes], sign: bytes, piece: bytes) -> bool:
    """Whether something is there; its sign is looked for first, for that is quick."""
    return sign in piece and pattern.search(piece) is not None


def _whole_cells(pieces: Iterator[bytes], is_xlsx: bool) -> Iterator[bytes]:
    """The same bytes, cut where a cell begins."""
    begin, rest = b"<c " if is_xlsx else b"<table:table-cell", b""
    for piece in pieces:
        rest += piece
        cut = rest.rfind(begin)
        if cut < 0 or len(rest) - cut > _LONGEST_CELL:
            cut = len(rest)
        yield rest[:cut]
        rest = rest[cut:]
    yield rest


def _rewritten(zipped: zipfile.ZipFile, size: int, limits: archive.Limits, is_xlsx: bool) -> bytes:
    """Copy the XML parts of an archive, their cells changed."""
    change: Callable[[bytes], bytes] = _told_xlsx if is_xlsx else _told_ods
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for name, pieces in archive.parts(zipped, size, limits):
            keep = name.lower().endswith((".xml", ".rels")) or name == "mimetype"
            with target.open(name, "w", force_zip64=True) if keep else io.BytesIO() as stream:
                for piece in _whole_cells(pieces, is_xlsx) if keep else pieces:
                    if keep:
                        stream.write(change(piece))
    return copy.getvalue()


def _told_xlsx(xml: bytes) -> bytes:
    """Errors, and formulas without a result, as text."""
    if b"<f" in xml:
        xml = _XLSX_UNCOMPUTED.sub(
            lambda cell: b'<c%b t="str"><v>%b</v></c>' % (_XLSX_TYPE.sub(b"", cell[1]), _UNCOMPUTED), xml
        )
    return _XLSX_ERROR.sub(rb"\1str\2", xml)


def _told_ods(xml: bytes) -> bytes:
    """Errors, and formulas without a result, as text."""
    if b"table:formula=" in xml:
        xml = _ODS_UNCOMPUTED.sub(
            rb'<table:table-cell\1 office:value-type="string"><text:p>%b</text:p></table:table-cell>'
            % _UNCOMPUTED,
            xml,
        )
    return _ODS_ERROR.sub(lambda tag: _ODS_TEXT.sub(b"", tag[0]), xml)


def _batches(sheet: calamine.CalamineSheet) -> Iterator[list[Any]]:
    if sheet.start is None:
        return
    shift: list[Plain] = [None] * sheet.start[1]
    most = max(1, _CELLS_IN_BATCH // (len(shift) + sheet.width))
    batch: list[list[Plain]] = []
    first = 1
    blank = [""] * sheet.width
    for row in sheet.iter_rows():
        batch.append(_row(shift, row) if row != blank else [])
        if len(batch) == most:
            yield ["rows", first, batch]
            first += most
            batch = []
    if batch:
        yield ["rows", first, batch]


def _row(shift: list[Plain], row: list[Any]) -> list[Plain]:
    """Make a row of plain values, from column A to the last one with content."""
    cells = [(cell or None) if cell.__class__ is str else _plain(cell) for cell in row]
    if shift:
        cells = [*shift, *cells]
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def _plain(cell: Any) -> Plain:
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and -_INTEGRAL < cell < _INTEGRAL else cell
    if isinstance(cell, bool | int):
        return cell
    if isinstance(cell, dt.datetime):
        moment = _to_the_second(cell)
        return moment.date().isoformat() if moment.time() == dt.time() else moment.isoformat()
    if isinstance(cell, dt.time):
        return _to_the_second(dt.datetime.combine(dt.date.min, cell)).time().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, dt.timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return None


def _to_the_second(moment: dt.datetime) -> dt.datetime:
    """Dates are kept as fractions of days, so 18:00 may come as 17:59:59.991."""
    if moment > _LAST_MOMENT:
        return _LAST_MOMENT
    return (moment + dt.timedelta(milliseconds=500)).replace(microsecond=0)
