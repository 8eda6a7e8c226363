"""Stretches of a file that stand there as at the last read: their records are known and not read again.

A text is parted after lines that their own content chooses, so that a line put in moves no border but the nearest.
Only stretches of plain records count: each line one record with a key of its own, and nothing to say about it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple
from zlib import crc32

KEY_BYTES = 16
READING = 1
"""Raised when the hub would make other records of the same lines."""
_LINES = 64
"""A stretch has about so many lines."""


class Again(NamedTuple):
    """Records that are those of the last read, in place of the records themselves: their hashed keys."""

    keys: tuple[bytes, ...]
    cells: int = 0
    """How many cells their rows have, those that are blank too."""


class Kept(NamedTuple):
    """What is remembered of a stretch: the row in which it began, its records' keys one after the other, and its cells."""

    first: int
    keys: bytes
    cells: int


class Stretches:
    """The stretches of one file, those of the last read and those of this one."""

    def __init__(
        self,
        known: Mapping[bytes, Kept],
        hashed: Callable[[bytes], bytes],
        troubled: Collection[bytes] = (),
    ) -> None:
        self._known = dict(known)
        self._hashed = hashed
        self._troubled = frozenset(troubled)
        self._about = b""
        self._read: list[tuple[bytes, int, int, int]] = []
        self._keys: dict[int, bytes] = {}
        self.found: dict[bytes, Kept] = {}
        """The stretches of this read, to be remembered."""

    def begin(self, *about: object) -> None:
        """Say what decides, beside the lines, which records they make: the header above all."""
        self._about = self._hashed(repr((READING, *about)).encode("utf-8", "surrogatepass"))

    def digest(self, text: bytes) -> bytes:
        """The mark of a stretch; empty before it is clear what its lines mean."""
        return self._hashed(self._about + text) if self._about else b""

    def again(self, digest: bytes, first: int) -> Again | None:
        """The records of a stretch that begins in this row, where the last read had the very same.

        Where something was said of one of them, it must stand in the same row: people look it up there.
        """
        kept = self._known.get(digest)
        if kept is None or digest in self.found:
            return None
        keys = tuple(kept.keys[start : start + KEY_BYTES] for start in range(0, len(kept.keys), KEY_BYTES))
        if kept.first != first and not self._troubled.isdisjoint(keys):
            return None
        return Again(keys, kept.cells)

    def met(self, digest: bytes, first: int, again: Again) -> None:
        """Take note that a stretch stands in the file again."""
        self.found[digest] = Kept(first, b"".join(again.keys), again.cells)

    def read(self, digest: bytes, first: int, rows: int, cells: int) -> None:
        """Take note that a stretch was read: rows from the first on, one to a line."""
        if digest and rows:
            self._read.append((digest, first, rows, cells))

    def arrived(self, plain: Iterable[tuple[int, bytes]]) -> None:
        """Learn the keys of plain records, by row; a stretch with any other is not remembered."""
        self._keys.update(plain)
        waiting = []
        last = max(self._keys, default=0)
        for digest, first, rows, cells in self._read:
            if first + rows - 1 > last:
                waiting.append((digest, first, rows, cells))
                continue
            keys = [self._keys.pop(row, b"") for row in range(first, first + rows)]
            if all(keys) and digest not in self.found:
                self.found[digest] = Kept(first, b"".join(keys), cells)
        self._read = waiting
        if not waiting:
            self._keys.clear()


def parted(text: bytes) -> list[bytes]:
    """A text cut after the lines that end a stretch; what follows the last of them comes last, maybe empty."""
    lines = text.split(b"\n")
    ends = [end for end, line in enumerate(lines[:-1], 1) if not crc32(line) % _LINES]
    parts = []
    start = 0
    for end in ends:
        parts.append(b"\n".join(lines[start:end]) + b"\n")
        start = end
    parts.append(b"\n".join(lines[start:]))
    return parts
