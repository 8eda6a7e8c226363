"""Fuzzes for as long as asked: `python -m tests.fuzz --minutes 60`, or `make fuzz`.

One process works, this one watches: a worker that dies, hangs or grows is ended, its last input is kept, and a
fresh one goes on. What fails is kept in the folder, as small as Hypothesis could make it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import subprocess
import sys
import time
from pathlib import Path

STALE = 240
"""Seconds of real time without a sign after which a worker counts as hanging."""
LOOK = 1.0
GREW = 77
"""How a worker ends that one input made too large."""


def main() -> int:
    """Watch workers until the time is over; 1 when anything failed."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    asked.add_argument("--minutes", type=float, default=60)
    asked.add_argument("--seed", type=int, default=None, help="the same seed makes the same inputs")
    asked.add_argument("--out", type=Path, default=Path(".fuzz"), help="where failing inputs are kept")
    asked.add_argument("--only", default="", help="fuzz only targets whose name holds this word")
    call = asked.parse_args()
    seed = secrets.randbits(32) if call.seed is None else call.seed
    call.out.mkdir(parents=True, exist_ok=True)
    print(f"seed {seed}, {call.minutes:g} minutes, failing inputs in {call.out}/", flush=True)
    end = time.monotonic() + call.minutes * 60
    seeds, workers = random.Random(seed), 0
    while (left := end - time.monotonic()) > 0:
        workers += 1
        fault = _watched(call.out, seeds.getrandbits(32), left, call.only)
        if fault:
            _keep_last(call.out, fault, workers)
    return _summary(call.out, workers)


def _watched(out: Path, seed: int, left: float, only: str) -> str | None:
    """Run one worker; how it failed, or None when it ended by itself."""
    command = [sys.executable, "-m", "tests.fuzz.worker", str(out), str(seed), str(left), only]
    sign = out / "last.json"
    sign.unlink(missing_ok=True)
    began = time.time()
    with subprocess.Popen(command) as worker:
        while worker.poll() is None:
            time.sleep(LOOK)
            seen = sign.stat().st_mtime if sign.exists() else began
            if time.time() - seen > STALE:
                worker.kill()
                worker.wait()
                return "hung"
        if worker.returncode == 0:
            return None
        return "grew" if worker.returncode == GREW else f"died with {worker.returncode}"


def _keep_last(out: Path, fault: str, number: int) -> None:
    sign = out / "last.json"
    if sign.exists():
        told = json.loads(sign.read_text(encoding="utf-8"))
        kept = out / f"{told['target']}-{fault.replace(' ', '-')}-{os.getpid()}-{number}.txt"
        kept.write_text(f"{fault}\nseed {told['seed']}\n{told['input']}\n", encoding="utf-8")
        print(f"FAILED {told['target']}: the worker {fault}; input in {kept}", flush=True)
    else:
        print(f"FAILED: the worker {fault} before its first input", flush=True)


def _summary(out: Path, workers: int) -> int:
    counts: dict[str, int] = {}
    for path in out.glob("counts-*.json"):
        for name, count in json.loads(path.read_text(encoding="utf-8")).items():
            counts[name] = counts.get(name, 0) + count
    failed = sorted(path.name for path in out.glob("*.txt"))
    for name in sorted(counts):
        print(f"{counts[name]:>10,} {name}")
    print(
        f"{sum(counts.values()):>10,} inputs in all, {workers} workers, {len(failed)} failing inputs",
        flush=True,
    )
    for name in failed:
        print(f"  {out / name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
