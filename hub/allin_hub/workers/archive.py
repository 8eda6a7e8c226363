"""Looks into XLSX and ODS files before any reader does: both are ZIP archives of XML parts."""

from __future__ import annotations

import encodings.cp437  # noqa: F401 - names of parts may need it when no file can be opened any more
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from allin_hub.workers.refusal import Refusal

_CHUNK = 2**20
_RATIO_COUNTS_FROM = 10 * 2**20
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODING = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_READABLE = (b"utf-8", b"utf8", b"us-ascii", b"ascii")
_PATH = re.compile(r"^/|^[A-Za-z]:|\\|\x00|(?:^|/)\.\.(?:/|$)")
_LONGEST_TAG = 2**16
_SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"


class Limits(NamedTuple):
    """How much an archive may hold."""

    entries: int
    inflated: int
    ratio: int


def opened(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """Open an archive whose list of parts is sound."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        raise Refusal("FILE_BROKEN") from None
    parts = archive.infolist()
    if len(parts) > limits.entries:
        raise Refusal("FILE_TOO_BIG")
    if any(_PATH.search(part.filename) or _PATH.search(part.orig_filename) for part in parts):
        raise Refusal("FILE_UNSAFE")
    if len({part.filename.lower() for part in parts}) < len(parts):
        raise Refusal("FILE_UNSAFE")
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise Refusal("FILE_ENCRYPTED")
    if any(part.compress_type not in _METHODS for part in parts):
        raise Refusal("FILE_BROKEN")
    return archive


def kind(archive: zipfile.ZipFile) -> str:
    """Say what an archive is, by its parts: `xlsx` or `ods`; everything else is refused by name."""
    names = set(archive.namelist())
    if "mimetype" in names:
        mimetype = _small(archive, "mimetype").decode("ascii", "replace").strip()
        if mimetype in (_SPREADSHEET, f"{_SPREADSHEET}-template"):
            if b"encryption-data" in _small(archive, "META-INF/manifest.xml"):
                raise Refusal("FILE_ENCRYPTED")
            return "ods"
        if mimetype.startswith("application/vnd.oasis.opendocument"):
            raise Refusal("FILE_NOT_A_TABLE", found="OpenDocument")
    if "[Content_Types].xml" in names:
        for folder, found in (("word/", "Word (.docx)"), ("ppt/", "PowerPoint (.pptx)")):
            if any(name.startswith(folder) for name in names):
                raise Refusal("FILE_NOT_A_TABLE", found=found)
        if any(name.endswith("workbook.bin") for name in names):
            raise Refusal("FILE_NOT_A_TABLE", found="Excel (.xlsb)")
        if any(name.endswith("workbook.xml") for name in names):
            return "xlsx"
    raise Refusal("FILE_NOT_A_TABLE", found="ZIP")


def parts(archive: zipfile.ZipFile, size: int, limits: Limits) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Inflate every part, counting what really comes out, and refuse what no reader should meet.

    Yields each part's name and its bytes in pieces that never cut a tag; all of a part must be consumed.
    """
    total = 0

    def pieces(part: zipfile.ZipInfo) -> Iterator[bytes]:
        nonlocal total
        rest = b""
        for number, chunk in enumerate(_inflated(archive, part)):
            total += len(chunk)
            if total > limits.inflated or (total > _RATIO_COUNTS_FROM and total > limits.ratio * size):
                raise Refusal("FILE_TOO_BIG")
            if number == 0 and _is_xml(part.filename):
                _check_encoding(chunk)
            rest += chunk
            if _DOCTYPE.search(rest):
                raise Refusal("FILE_UNSAFE")
            cut = rest.rfind(b"<")
            if cut < 0 or len(rest) - cut > _LONGEST_TAG:
                cut = len(rest)
            yield rest[:cut]
            rest = rest[cut:]
        yield rest

    for part in archive.infolist():
        yield part.filename, pieces(part)


def _inflated(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        raise Refusal("FILE_BROKEN") from None


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as stream:
            content: Any = stream.read(_CHUNK)
    except KeyError:
        return b""
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError):
        raise Refusal("FILE_BROKEN") from None
    return bytes(content)


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".rdf"))


def _check_encoding(start: bytes) -> None:
    declared = _ENCODING.match(start.removeprefix(b"\xef\xbb\xbf"))
    foreign = declared is not None and declared[1].lower() not in _READABLE
    if foreign or b"\x00" in start[:4] or start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Refusal("FILE_BROKEN")
