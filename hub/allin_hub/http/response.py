"""An answer that is whole: every length and checksum in it was verified while it was read."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from allin_hub.base.errors import refused
from allin_hub.readers.json_reader import read_json
from allin_hub.workers.json_document import parsed

_GZIP = zlib.MAX_WBITS | 16
_AUTO = zlib.MAX_WBITS | 32
_MOST_AT_ONCE = 2**20
_ETAG = re.compile(r'(?:W/)?"[\x20\x21\x23-\x7e]{1,200}"|[\x21\x23-\x2b\x2d-\x7e]{1,200}')
"""One mark, as it should be spelled, or bare as some servers write it; two of them are none."""
_DATE = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT", re.ASCII)
_PARSED_HERE = 2**20
"""Up to this size an answer costs no more than its bytes allow; a larger one is parsed in a confined child."""


class Cut(Exception):
    """The answer ended too early, or is damaged."""


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered; `unchanged` when it had nothing newer than was asked for."""

    url: str
    """The address that answered, without user, query and keys."""
    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    unchanged: bool = False
    redirected: bool = False
    """Whether another address answered than the one that was asked."""

    @property
    def etag(self) -> str | None:
        """The server's mark of this state, to be given back with the next request."""
        found = self.headers.get("etag", "").strip()
        return found if _ETAG.fullmatch(found) else None

    @property
    def last_modified(self) -> str | None:
        """When the server says that this changed, to be given back with the next request."""
        found = self.headers.get("last-modified", "").strip()
        return found if _DATE.fullmatch(found) else None

    @property
    def text(self) -> str:
        """The content as text: UTF-8 if it is that, else what the server says, else Western European."""
        for encoding in ("utf-8-sig", self._charset(), "cp1252"):
            try:
                return self.content.decode(encoding)
            except (UnicodeError, LookupError):
                continue
        raise refused("FEED_NOT_TEXT", url=self.url)

    def json(self) -> Any:
        """Read the content as strict JSON.

        Raises Refused for what is ambiguous or hostile: double keys, NaN, huge numbers, deep nesting.
        """
        if len(self.content) > _PARSED_HERE:
            return read_json(self.content, self.url)
        try:
            return parsed(self.content)
        except ValueError:
            raise refused("FEED_NOT_JSON", url=self.url) from None

    def _charset(self) -> str:
        declared = httpx.Headers({"content-type": self.headers.get("content-type", "")})
        return httpx.Response(200, headers=declared).charset_encoding or "utf-8"


def body(
    answer: httpx.Response, chunks: Iterator[bytes], url: str, *, compressed: int, inflated: int
) -> bytes:
    """Read a body to its end, counting what comes and what it inflates to.

    Raises Cut where a length or a checksum does not hold, and Refused beyond a limit or packed in a way that the
    hub did not ask for.
    """
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise refused("FEED_PACKED", url=url)
    inflater = None if encoding in ("identity", "") else _Inflater(encoding == "deflate", inflated, url)
    content, received = bytearray(), 0
    for chunk in chunks:
        received += len(chunk)
        if received > compressed:
            raise refused("FEED_TOO_BIG", url=url)
        for piece in inflater.pieces(chunk) if inflater else (chunk,):
            content += piece
    declared = answer.headers.get("content-length")
    if declared is not None and declared.isdecimal() and int(declared) != received:
        raise Cut
    if inflater is not None and not inflater.complete:
        raise Cut
    return bytes(content)


class _Inflater:
    """Inflates piece by piece; `complete` only after the checksum at the end of the data."""

    def __init__(self, is_deflate: bool, most: int, url: str) -> None:
        self._bits = _AUTO if is_deflate else _GZIP
        self._left = most
        self._url = url
        self._stream = zlib.decompressobj(self._bits)
        self._begun = False

    @property
    def complete(self) -> bool:
        return self._stream.eof or not self._begun

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            if self._stream.eof:
                if not chunk.strip(b"\x00"):
                    return
                self._stream = zlib.decompressobj(self._bits)
            self._begun = True
            try:
                piece = self._stream.decompress(chunk, _MOST_AT_ONCE)
            except zlib.error:
                raise Cut from None
            chunk = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
            self._left -= len(piece)
            if self._left < 0:
                raise refused("FEED_TOO_BIG", url=self._url)
            yield piece
