"""The first thing that runs in the child: sets the limits, then imports one worker and lets it read.

Called as `python -I start.py WORKER MEMORY SECONDS PARAMS` with the file as standard input. Each line of
standard output is a JSON list: `["item", …]`, `["refused", code, params]`, or at the end `["done"]`.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

_STANDARD_STREAMS = 3


def limit(memory: int, seconds: int) -> None:
    """Bound memory and CPU, and forbid new files, processes and core dumps."""
    _lower(resource.RLIMIT_AS, memory)
    _lower(resource.RLIMIT_DATA, memory)
    _lower(resource.RLIMIT_CPU, seconds, grace=1)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NPROC, 0)


def seal(open_files: int) -> None:
    """Forbid opening anything beyond the standard streams and `open_files` more: no file, no socket."""
    _lower(resource.RLIMIT_NOFILE, _STANDARD_STREAMS + open_files)


def main(arguments: list[str]) -> int:
    """Run one worker; tell the parent how it ended."""
    worker, memory, seconds, params = arguments
    limit(int(memory), int(seconds))
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    ending: list[Any]
    try:
        module = importlib.import_module(f"allin_hub.workers.{worker}")
        data = sys.stdin.buffer.read()
        seal(getattr(module, "OPEN_FILES", 0))
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
