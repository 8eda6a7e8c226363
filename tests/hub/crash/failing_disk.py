"""Disks that fail when they are asked to let something last: the n-th fsync of a process is answered with an error."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

from tests.hub.crash.running import Order, call


def _answering(tell: Path | None, hit: int, number: int) -> None:
    """Count each fsync of this process into a file; answer one of them with an error."""
    asked, really = 0, os.fsync

    def fsync(handle: int) -> None:
        nonlocal asked
        asked += 1
        if tell is not None:
            tell.write_text(str(asked))
        if asked == hit:
            raise OSError(number, os.strerror(number))
        really(handle)

    os.fsync = fsync  # type: ignore[assignment]  # no disk fails when it is asked to


def failing(order: Order, hit: int, number: int) -> Order:
    """The same order on a disk that answers the n-th fsync with this error number."""
    return replace(order, before=partial(_answering, None, hit, number))


def fsyncs(order: Order, *words: str) -> int:
    """How often a command asks the disk to let something last, when all goes well."""
    tell = order.report("fsyncs")
    tell.write_text("0")
    code, out, err = call(replace(order, before=partial(_answering, tell, 0, 0)), *words)
    assert code == 0, out + err
    asked = int(tell.read_text())
    tell.unlink()
    return asked
