"""Says what a file is by its content; names of files are not believed."""

from __future__ import annotations

import re

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


def is_blank(start: bytes) -> bool:
    """Whether a file begins with nothing at all."""
    return not start.removeprefix(_BYTE_ORDER_MARK).strip()


def foreign(start: bytes) -> str | None:
    """Name what a file is when it is no table, by its first bytes."""
    for magic, name in _MAGIC:
        if start.startswith(magic):
            return name
    text = start.removeprefix(_BYTE_ORDER_MARK).lstrip()
    for pattern, name in _TEXTS:
        if pattern.match(text):
            return name
    return None
