"""The first thing that runs in the child: sets the limits, then imports one worker and lets it read.

Called as `python -I start.py WORKER MEMORY SECONDS PARAMS` with the file as standard input. Each line of
standard output is a JSON list: first `["held", landlock, seccomp]`, then `["item", …]`, and at the end `["done"]` or
`["refused", code, params]`.

The order matters. Limits come first, so that importing and reading are bounded too. The lock comes last, after everything
was imported and the file was taken in, and before a byte of it is looked at.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from allin_hub.workers import jail

_STANDARD_STREAMS = 3


def limit(memory: int, seconds: int) -> None:
    """Bound memory and CPU, and forbid new files, processes and core dumps."""
    _lower(resource.RLIMIT_AS, memory)
    _lower(resource.RLIMIT_DATA, memory)
    _lower(resource.RLIMIT_CPU, seconds, grace=1)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NPROC, 0)


def forbid_opening() -> None:
    """Forbid opening anything beyond the standard streams: no file, no socket. A stream that is closed makes room for one."""
    _lower(resource.RLIMIT_NOFILE, _STANDARD_STREAMS)


def main(arguments: list[str]) -> int:
    """Run one worker; tell the parent how it ended."""
    worker, memory, seconds, params = arguments
    limit(int(memory), int(seconds))
    ending: list[Any]
    try:
        module = importlib.import_module(f"allin_hub.workers.{worker}")
        data = sys.stdin.buffer.read()
        _say(["held", *jail.lock(forbid_opening)])
        for message in module.read(data, json.loads(params)):
            _say(["item", message])
        ending = ["done"]
    except MemoryError:
        ending = ["refused", "FILE_TOO_BIG", {}]
    except BrokenPipeError:
        return 1
    except BaseException as error:
        # A reader may raise anything, also outside Exception.
        code = getattr(error, "code", None)
        known = type(error).__name__ == "Refusal" and isinstance(code, str)
        ending = ["refused", code, error.params] if known else ["refused", "FILE_BROKEN", {}]  # type: ignore[attr-defined]
    _say(ending)
    return 0


def _say(message: list[Any]) -> None:
    line = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


def _lower(which: int, value: int, grace: int = 0) -> None:
    hard = resource.getrlimit(which)[1]
    most = value + grace if hard == resource.RLIM_INFINITY else min(value + grace, hard)
    resource.setrlimit(which, (min(value, most), most))


if __name__ == "__main__":
    # Without the interpreter's own clean-up, which may need memory that is no longer there.
    os._exit(main(sys.argv[1:]))
