"""Runs a plugin once more in a fresh process whose sets are in another order, and prints what came out."""

from __future__ import annotations

import importlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson

SEEDS = ("1", "2")
_SECONDS = 120


class Unreachable(Exception):
    """The plugin's class cannot be imported by its name, so no other process can run it."""


def place_of(plugin: type) -> dict[str, str]:
    """Where another process finds a class."""
    if "<locals>" in plugin.__qualname__:
        raise Unreachable
    file = str(sys.modules[plugin.__module__].__file__)
    return {"module": plugin.__module__, "file": file, "name": plugin.__qualname__}


def again(job: str, plugin: type, given: Mapping[str, Any]) -> list[Any]:
    """What a job gives in fresh processes, one for each seed of the order of sets."""
    asked = orjson.dumps(
        {"job": job, "path": sys.path, "plugin": place_of(plugin), "given": given}, default=str
    )
    children = [_begun(seed) for seed in SEEDS]
    with ThreadPoolExecutor(len(children)) as pool:
        ended = list(pool.map(lambda child: (child, *child.communicate(asked, timeout=_SECONDS)), children))
    found = []
    for child, out, trouble in ended:
        if child.returncode == UNREACHED:
            raise Unreachable
        found.append(orjson.loads(out) if child.returncode == 0 else _last_line(trouble))
    return found


def _begun(seed: str) -> subprocess.Popen[bytes]:
    path = os.pathsep.join(filter(None, sys.path))
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "allin_hub.testing.fresh_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
    )


def _last_line(trouble: bytes) -> str:
    return (trouble.decode("utf-8", "replace").strip().splitlines() or ["no word"])[-1]


UNREACHED = 3


def _class_of(place: Mapping[str, str]) -> Any:
    try:
        module = importlib.import_module(place["module"])
    except ImportError:
        spec = importlib.util.spec_from_file_location(place["module"], place["file"])
        if spec is None or spec.loader is None:
            raise Unreachable from None
        module = importlib.util.module_from_spec(spec)
        sys.modules[place["module"]] = module
        spec.loader.exec_module(module)
    found: Any = module
    for part in place["name"].split("."):
        found = getattr(found, part)
    return found


def drafts(made: Any, given: Mapping[str, Any]) -> list[str]:
    """The drafts that a source makes of raws."""
    from allin_hub.testing.draft_compare import draft_text, raw_of, source_in

    source = source_in(Path(given["folder"]), made, given["headers"])
    return [draft_text(source.map(raw_of(raw))) for raw in given["raws"]]


def pages(made: Any, given: Mapping[str, Any]) -> dict[str, str]:
    """The digests of what an output makes of a view."""
    from allin_hub.testing.sample_outputs import published_digests

    return published_digests(made, given)


def main(arguments: Sequence[bytes]) -> int:
    """Do the job that stands on standard input."""
    asked = orjson.loads(arguments[0])
    sys.path[:] = asked["path"]
    try:
        made = _class_of(asked["plugin"])
    except (Unreachable, ImportError, AttributeError, OSError):
        return UNREACHED
    jobs = {"drafts": drafts, "pages": pages}
    sys.stdout.buffer.write(orjson.dumps(jobs[asked["job"]](made, asked["given"])))
    return 0


if __name__ == "__main__":
    sys.exit(main([sys.stdin.buffer.read()]))
