"""Runs a reader of untrusted files in a child process that is locked in, with limits on memory, CPU and time.

The best readers can end the whole process or run for ever; so they never run in this one. The child gets an
empty environment and the file as its standard input; nothing of a person's data is written to a disk. Before it looks
at the file it locks itself in (`workers.jail`) and says which locks hold.
"""

from __future__ import annotations

import json
import math
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from io import BufferedReader
from pathlib import Path
from typing import Any

import orjson

from allin_hub.base.errors import Refused, refused
from allin_hub.readers.file_rules import open_file
from allin_hub.workers.held import Held

_START = Path(__file__).parents[1] / "workers" / "start.py"
_CHUNK = 2**16
_LONGEST_MESSAGE = 16 * 2**20
_PATIENCE = 3
_NOTHING: Mapping[str, Any] = {}


def run(
    worker: str,
    data: Path | bytes,
    *,
    params: Mapping[str, Any] = _NOTHING,
    seconds: float = 10,
    memory: int = 500 * 2**20,
    jail_required: bool = False,
    told: Callable[[Held], None] | None = None,
) -> Iterator[Any]:
    """Yield the messages of `allin_hub.workers.<worker>` about a file; every bad end becomes `Refused`.

    `seconds` bounds the child's CPU time. Waiting for it may take longer on a machine that is busy, but not
    without end. `told` hears which locks hold; with `jail_required`, a file is refused where it does not hold.
    """
    with ExitStack() as stack:
        source = stack.enter_context(_opened(data)) if isinstance(data, Path) else subprocess.PIPE
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and our own file
            [
                sys.executable,
                "-I",
                str(_START),
                worker,
                str(memory),
                str(math.ceil(seconds)),
                json.dumps(dict(params)),
            ],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            bufsize=0,
        )
        stack.callback(_end, child)
        lines = _lines(child, data if isinstance(data, bytes) else b"", seconds)
        is_trusted = not jail_required
        for line in lines:
            kind, *rest = _message(line)
            if kind == "held" and len(rest) == 2:
                held = Held(str(rest[0]), str(rest[1]))
                if jail_required and not held.is_locked:
                    raise refused("FILE_NOT_JAILED", landlock=held.landlock, seccomp=held.seccomp)
                if told is not None:
                    told(held)
                is_trusted = True
            elif not is_trusted:
                raise refused("FILE_BROKEN")
            elif kind == "item" and len(rest) == 1:
                yield rest[0]
            elif kind == "done":
                return
            elif kind == "refused" and len(rest) == 2:
                raise _told(*rest)
            else:
                raise refused("FILE_BROKEN")
        raise _ended(_status(child), seconds)


def _opened(path: Path) -> BufferedReader:
    try:
        return open_file(path)
    except OSError:
        raise refused("FILE_UNREADABLE") from None


def _lines(child: subprocess.Popen[bytes], data: bytes, seconds: float) -> Iterator[bytes]:
    """Yield the child's lines while its input is written; only time spent waiting for it counts."""
    assert child.stdout is not None  # noqa: S101 - Popen was given a pipe
    left, rest, buffer = seconds * _PATIENCE, memoryview(data), bytearray()
    with selectors.DefaultSelector() as selector:
        os.set_blocking(child.stdout.fileno(), False)
        selector.register(child.stdout, selectors.EVENT_READ)
        if child.stdin is not None:
            os.set_blocking(child.stdin.fileno(), False)
            selector.register(child.stdin, selectors.EVENT_WRITE)
        while True:
            began = time.monotonic()
            ready = selector.select(left) if left > 0 else []
            left -= time.monotonic() - began
            if not ready:
                raise refused("FILE_TOO_SLOW", seconds=math.ceil(seconds))
            for key, _ in ready:
                if child.stdin is not None and key.fileobj is child.stdin:
                    rest = _fed(child.stdin.fileno(), rest)
                    if not rest:
                        selector.unregister(child.stdin)
                        child.stdin.close()
                    continue
                chunk = os.read(child.stdout.fileno(), _CHUNK)
                if not chunk:
                    return
                searched = len(buffer)
                buffer += chunk
                if b"\n" in chunk:
                    *whole, tail = bytes(buffer).split(b"\n")
                    buffer = bytearray(tail)
                    yield from whole
                elif searched > _LONGEST_MESSAGE:
                    raise refused("FILE_TOO_BIG")


def _fed(pipe: int, rest: memoryview) -> memoryview:
    try:
        return rest[os.write(pipe, rest[:_CHUNK]) :]
    except BrokenPipeError:
        return rest[:0]


def _message(line: bytes) -> list[Any]:
    try:
        message = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise refused("FILE_BROKEN") from None
    if not isinstance(message, list) or not message:
        raise refused("FILE_BROKEN")
    return message


def _told(code: Any, params: Any) -> Refused:
    try:
        return refused(code, **params)
    except (KeyError, TypeError):
        return refused("FILE_BROKEN")


def _status(child: subprocess.Popen[bytes]) -> int:
    """Say how a child that closed its output ended; one that goes on all the same is ended."""
    try:
        return child.wait(timeout=1)
    except subprocess.TimeoutExpired:
        child.kill()
        return 1


def _ended(status: int, seconds: float) -> Refused:
    """Why a child ended without a word: a reader that gets no memory aborts the process."""
    if status == -signal.SIGXCPU:
        return refused("FILE_TOO_SLOW", seconds=math.ceil(seconds))
    if status in (-signal.SIGABRT, -signal.SIGKILL):
        return refused("FILE_TOO_BIG")
    return refused("FILE_BROKEN")


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.kill()
    child.wait()
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            stream.close()
