"""Reads JSON strictly: nothing that two readers would understand differently, nothing that costs more than its size.

Messages: `["text", piece]`, the pieces of the same document, written anew. Whatever was ambiguous or hostile is refused.
A tolerant reader takes single values that cannot be read for BROKEN, so that the record waits in which they stand.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from allin_hub.workers.refusal import Refusal

BROKEN = "\x00"
"""What stands in a document that was read tolerantly in place of a value that cannot be read; no other text holds this sign."""

_MOST_VALUES = 2_000_000
"""How many values a document may hold: with more, reading it would take more memory than a file may cost."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LONGEST_NUMBER = 25
_DEEPEST = 200
_TAKEN_APART = 3
"""How deep a document is taken apart to be written piece by piece."""
_PIECE = 2**18
_HALF_ESCAPED = re.compile(rb"\\u[dD][89a-fA-F]")
_ZERO = re.compile("\x00")
_ZERO_OR_BYTE = re.compile("[\x00\udc80-\udcff]")
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")
_HALF = re.compile("[\ud800-\udfff]")
"""Half of a character, as programs leave it that cut texts by their length; no database and no page can hold it."""


def read(data: bytes, params: dict[str, Any]) -> Iterator[list[str]]:
    """Yield the document as JSON text that any reader understands alike."""
    if data.count(b",") + data.count(b"[") + data.count(b"{") > _MOST_VALUES:
        raise Refusal("FILE_TOO_BIG")
    try:
        document = _tolerantly(data) if params.get("tolerant") else parsed(data)
    except ValueError:
        raise Refusal("FEED_NOT_JSON") from None
    waiting: list[str] = []
    size = 0
    for piece in _written(document, _TAKEN_APART):
        waiting.append(piece)
        size += len(piece)
        if size > _PIECE:
            yield from _cut("".join(waiting))
            waiting, size = [], 0
    yield from _cut("".join(waiting))


def _cut(text: str) -> Iterator[list[str]]:
    for begin in range(0, len(text), _PIECE):
        yield ["text", text[begin : begin + _PIECE]]


def parsed(data: bytes) -> Any:
    """Parse strict JSON.

    Raises ValueError for what is ambiguous or hostile: double keys, NaN, huge numbers, deep nesting.
    """
    try:
        found = json.loads(
            data.removeprefix(_BYTE_ORDER_MARK).decode("utf-8"),  # the codec utf-8-sig would be imported now
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_number,
        )
    except RecursionError:
        raise ValueError("deep nesting") from None
    if _is_deep(found):
        raise ValueError("deep nesting")
    return _in_unicode(found) if _HALF_ESCAPED.search(data) else found


def _tolerantly(data: bytes) -> Any:
    """Parse JSON in which single values may be broken: bytes that are no text, zero characters, numbers that are none.

    Raises ValueError for what is no JSON, or nested too deeply.
    """
    data = data.removeprefix(_BYTE_ORDER_MARK)
    try:
        text, is_text = data.decode("utf-8"), True
    except UnicodeDecodeError:
        text, is_text = data.decode("utf-8", "surrogateescape"), False
    try:
        found = json.loads(
            text,
            strict=False,
            object_pairs_hook=_object_or_broken,
            parse_constant=lambda _: BROKEN,
            parse_int=lambda digits: BROKEN if len(digits) > _LONGEST_NUMBER else int(digits),
            parse_float=lambda digits: BROKEN if math.isinf(number := float(digits)) else number,
        )
    except RecursionError:
        raise ValueError("deep nesting") from None
    if _is_deep(found):
        raise ValueError("deep nesting")
    if is_text and b"\x00" not in data and b"\\u0000" not in data and not _HALF_ESCAPED.search(data):
        return found
    return _in_unicode(found, _ZERO if is_text else _ZERO_OR_BYTE)


def _object_or_broken(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object; a name that stands in it twice has no value."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                found[name] = BROKEN
            seen.add(name)
    return found


def _written(value: Any, levels: int) -> Iterator[str]:
    if levels and isinstance(value, dict):
        sign = "{"
        for name, inner in value.items():
            yield f"{sign}{json.dumps(name, ensure_ascii=False)}:"
            yield from _written(inner, levels - 1)
            sign = ","
        yield "{}" if sign == "{" else "}"
    elif levels and isinstance(value, list):
        sign = "["
        for inner in value:
            yield sign
            yield from _written(inner, levels - 1)
            sign = ","
        yield "[]" if sign == "[" else "]"
    else:
        yield json.dumps(value, ensure_ascii=False, separators=(",", ":"))


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


def _in_unicode(value: Any, broken: re.Pattern[str] | None = None) -> Any:
    """Put a replacement character where half of one was left over, and BROKEN where a text holds what is `broken`."""
    if isinstance(value, str):
        if broken is not None and broken.search(value):
            return BROKEN
        return _HALF.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, list):
        return [_in_unicode(inner, broken) for inner in value]
    if isinstance(value, dict):
        if broken is None:
            return {_in_unicode(name): _in_unicode(inner) for name, inner in value.items()}
        return {
            _UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", name): BROKEN
            if broken.search(name)
            else _in_unicode(inner, broken)
            for name, inner in value.items()
        }
    return value
