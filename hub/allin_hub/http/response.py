"""An answer that is whole: every length and checksum in it was verified while it was read."""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from allin_hub.base.errors import refused

_GZIP = zlib.MAX_WBITS | 16
_AUTO = zlib.MAX_WBITS | 32
_LONGEST_NUMBER = 25
_DEEPEST = 200
_MOST_AT_ONCE = 2**20
_ETAG = re.compile(r'(?:W/)?"[\x20\x21\x23-\x7e]{1,200}"|[\x21\x23-\x2b\x2d-\x7e]{1,200}')
"""One mark, as it should be spelled, or bare as some servers write it; two of them are none."""
_DATE = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT", re.ASCII)
_HALF_ESCAPED = re.compile(rb"\\u[dD][89a-fA-F]")
_HALF = re.compile("[\ud800-\udfff]")
"""Half of a character, as programs leave it that cut texts by their length; no database and no page can hold it."""


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
        try:
            found = json.loads(
                self.content.decode("utf-8-sig"),
                object_pairs_hook=_object,
                parse_constant=_constant,
                parse_int=_integer,
                parse_float=_number,
            )
        except (ValueError, RecursionError):
            raise refused("FEED_NOT_JSON", url=self.url) from None
        if _is_deep(found):
            raise refused("FEED_NOT_JSON", url=self.url)
        return _in_unicode(found) if _HALF_ESCAPED.search(self.content) else found

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


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("double key")
    return found


def _integer(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError("huge number")
    return int(text)


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("huge number")
    return number


def _constant(text: str) -> None:
    raise ValueError(f"{text} is no number")


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


def _in_unicode(value: Any) -> Any:
    """Put a replacement character where half of one was left over."""
    if isinstance(value, str):
        return _HALF.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, list):
        return [_in_unicode(inner) for inner in value]
    if isinstance(value, dict):
        return {_in_unicode(name): _in_unicode(inner) for name, inner in value.items()}
    return value
