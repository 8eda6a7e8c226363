"""Makes ids and slugs. Ids are UUIDv7 (RFC 9562): in order even within a millisecond, never reused."""

from __future__ import annotations

import os
import re
import time
import unicodedata

LONGEST_SLUG = 60
_GERMAN = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i", "ø": "o", "ł": "l", "đ": "d"}
_OTHER = re.compile(r"[^a-z0-9]+")

_last = 0
_counter = 0
_random = ""
_head = ""


def _forget() -> None:
    global _random  # noqa: PLW0603
    _random = ""


os.register_at_fork(
    after_in_child=_forget
)  # two processes with the same store of chance would give the same ids


_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def new_id() -> str:
    """The next UUIDv7 as text."""
    global _last, _counter, _random, _head  # noqa: PLW0603 - the order within one process needs one place to remember
    now = time.time_ns() // 1_000_000
    if now > _last:
        _last, _counter = now, int.from_bytes(os.urandom(2), "big") & 0x7FF
        _head = _begun(now)
    else:
        _counter += 1
        if _counter > 0xFFF:
            _last, _counter = _last + 1, 0
            _head = _begun(_last)
    if len(_random) < 16:
        _random = os.urandom(4096).hex()
    tail, _random = _random[-16:], _random[:-16]
    return f"{_head}{_counter:03x}-{_VARIANT[tail[0]]}{tail[1:4]}-{tail[4:]}"


def _begun(milliseconds: int) -> str:
    head = f"{milliseconds:012x}"
    return f"{head[:8]}-{head[8:]}-7"


def slug(title: str, entity_id: str) -> str:
    """Make a name for files and addresses from a title and the end of the entity's id: `kulturverein-bruecke-3f9a1c2b`.

    It has a-z, 0-9 and hyphens only. A title without Latin letters gives the id's end alone.
    """
    plain = title.casefold()
    if not plain.isascii():
        for letter, written in _GERMAN.items():
            plain = plain.replace(letter, written)
        if not plain.isascii():
            plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    words = _OTHER.sub("-", plain).strip("-")[:LONGEST_SLUG].strip("-")
    end = entity_id[-10:]
    return f"{words}-{end}" if words else end
