"""Makes ids: UUIDv7 (RFC 9562), in order even within a millisecond, never reused."""

from __future__ import annotations

import os
import time

_last = 0
_counter = 0
_random = ""


def _forget() -> None:
    global _random  # noqa: PLW0603
    _random = ""


os.register_at_fork(
    after_in_child=_forget
)  # two processes with the same store of chance would give the same ids


def new_id() -> str:
    """The next UUIDv7 as text."""
    global _last, _counter, _random  # noqa: PLW0603 - the order within one process needs one place to remember
    now = time.time_ns() // 1_000_000
    if now > _last:
        _last, _counter = now, int.from_bytes(os.urandom(2), "big") & 0x7FF
    else:
        _counter += 1
        if _counter > 0xFFF:
            _last, _counter = _last + 1, 0
    if len(_random) < 16:
        _random = os.urandom(4096).hex()
    tail, _random = _random[-16:], _random[:-16]
    variant = "89ab"[int(tail[0], 16) & 3]
    head = f"{_last:012x}"
    return f"{head[:8]}-{head[8:]}-7{_counter:03x}-{variant}{tail[1:4]}-{tail[4:16]}"
