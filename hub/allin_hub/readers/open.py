"""The door for files: decides by content what a file is, and reads it within limits.

Everything untrusted that is a file comes through here. XLSX, ODS and XLS are read in a confined child; CSV is
read in this process, by a reader whose time and memory are bounded by its input.
"""

from __future__ import annotations

import dataclasses
import io
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from allin_hub.base.errors import refused
from allin_hub.readers import sandbox
from allin_hub.readers.csv_reader import open_delimited
from allin_hub.readers.file_rules import FileRules, open_file
from allin_hub.readers.sheets import Cell, Limits, Row, Sheet, Workbook

if TYPE_CHECKING:
    from allin_hub.readers.ical_reader import Component as Component
    from allin_hub.readers.ical_reader import open_calendar as open_calendar

__all__ = ["Cell", "Component", "Limits", "Row", "Sheet", "open_calendar", "open_table"]

_START = 1024
_STANDARD = Limits()
_RULES = FileRules()
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_MAGIC = (
    (b"%PDF-", "PDF"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n", "PNG"),
    (b"GIF8", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"RIFF", "RIFF"),
    (b"\x1f\x8b", "GZIP"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "XZ"),
    (b"{\\rtf", "RTF"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"\x7fELF", "ELF"),
    (b"MZ\x90", "EXE"),
    (b"\x00\x05\x16\x07", "AppleDouble"),
)
_TEXTS = (
    (re.compile(rb"<(!doctype html|html|head|body|script|table|div|meta)\b", re.IGNORECASE), "HTML"),
    (re.compile(rb"<(\?xml|[a-z!])", re.IGNORECASE), "XML"),
    (re.compile(rb"""[\[{]\s*["\[{\]}]"""), "JSON"),
    (re.compile(rb"BEGIN:VCALENDAR", re.IGNORECASE), "iCalendar"),
    (re.compile(rb"BEGIN:VCARD", re.IGNORECASE), "vCard"),
)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def open_table(
    data: Path | bytes,
    name: str,
    *,
    limits: Limits = _STANDARD,
    rules: FileRules = _RULES,
    encoding: str | None = None,
) -> Iterator[Sheet]:
    """Yield the visible sheets of a CSV, XLSX, ODS or XLS file; what is none of them is refused by name.

    What it is, its first bytes say; `name` is only for messages. `encoding` is that of a CSV file, where hub.toml
    names it.

    A sheet's rows are streamed while the next sheet is not yet asked for; then they are kept in memory.
    """
    rules.refuse_large(data, name)
    with _stream(data) as stream:
        start = stream.read(_START)
        size = stream.seek(0, io.SEEK_END)
    if is_blank(start):
        raise refused("FILE_EMPTY")
    if start.startswith((*ZIP, OLE)):
        if size > limits.archive:
            raise refused("FILE_TOO_BIG")
        yield from _confined(data, limits, rules)
        return
    found = recognised_format(start)
    if found:
        raise refused("FILE_NOT_A_TABLE", found=found)
    if size > limits.text:
        raise refused("FILE_TOO_BIG")
    yield from open_delimited(partial(_stream, data), limits, encoding)


def is_blank(start: bytes) -> bool:
    """Tell whether the first bytes of a file hold nothing but blanks."""
    return not start.removeprefix(_BYTE_ORDER_MARK).strip()


def recognised_format(start: bytes) -> str | None:
    """Name the format of a file that is no table, by its first bytes; None where they show none."""
    for magic, name in _MAGIC:
        if start.startswith(magic):
            return name
    text = start.removeprefix(_BYTE_ORDER_MARK).lstrip()
    for pattern, name in _TEXTS:
        if pattern.match(text):
            return name
    return None


def __getattr__(name: str) -> Any:
    if name in ("Component", "open_calendar"):
        from allin_hub.readers import ical_reader

        return getattr(ical_reader, name)
    raise AttributeError(f"allin_hub.readers.open has no {name!r}")


def _confined(data: Path | bytes, limits: Limits, rules: FileRules) -> Iterator[Sheet]:
    messages = sandbox.run(
        "table",
        data,
        params=dataclasses.asdict(limits),
        seconds=limits.seconds,
        memory=limits.memory,
        jail_required=rules.jail_required,
    )
    yield from Workbook(messages).sheets()


def _stream(data: Path | bytes) -> BinaryIO:
    if isinstance(data, bytes):
        return io.BytesIO(data)
    try:
        return open_file(data)
    except OSError:
        raise refused("FILE_UNREADABLE") from None
