"""Tries from within the jail what no reader may do, so that `doctor` and tests can say what holds on this machine.

Messages: `["tried", name, error]` for each try, the error empty where it succeeded.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_SECONDS = 1


def read(data: bytes, params: dict[str, Any]) -> Iterator[list[str]]:  # noqa: ARG001 - nothing is read
    """Try each thing against a victim: `folder` holds the files `read`, `remove`, `rename` and `mode`; `host`, `port`, `pid`.

    Closes standard error first: under a limit of descriptors alone, that makes room for a file or a socket.
    """
    folder, address = Path(params["folder"]), (params["host"], params["port"])
    os.close(2)
    tries: dict[str, Callable[[], object]] = {
        "open": lambda: os.close(os.open(folder / "read", os.O_RDONLY)),
        "tcp": lambda: _connect(socket.SOCK_STREAM, address),
        "udp": lambda: _connect(socket.SOCK_DGRAM, address),
        "remove": (folder / "remove").unlink,
        "rename": lambda: (folder / "rename").rename(folder / "renamed"),
        "mode": lambda: (folder / "mode").chmod(0o777),
        "signal": lambda: os.kill(params["pid"], signal.SIGCONT),
    }
    for name, attempt in tries.items():
        yield ["tried", name, _error(attempt)]


def _connect(kind: int, address: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET, kind) as one:
        one.settimeout(_SECONDS)
        one.connect(address)
        one.send(b"x")


def _error(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, "an unknown error")
    return ""
