"""Works through all targets, round after round, until its time is over; called by `python -m tests.fuzz`."""

from __future__ import annotations

import json
import os
import random
import resource
import sys
import time
import traceback
import warnings
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import HypothesisWarning
from tests.fuzz.everything import TARGETS
from tests.fuzz.target import MEGABYTES, Target

GREW = 77
warnings.simplefilter("ignore", HypothesisWarning)
ROUNDS_PER_WORKER = 40
"""A fresh worker now and then: memory that libraries keep must not hide what one input takes."""
EACH = 25
"""How many times its everyday number of inputs a target gets in one round."""


class Worker:
    """One process's share of the fuzzing."""

    def __init__(self, out: Path, number: int, left: float, only: str) -> None:
        self._out = out
        self._number = number
        self._end = time.monotonic() + left
        self._targets = [target for target in TARGETS if only in target.name]
        self._random = random.Random(number)
        self._counts: dict[str, int] = {}
        self._known: set[tuple[Any, ...]] = set()
        self._last: Any = None
        self._base = _megabytes(resource.RUSAGE_SELF)

    def work(self) -> None:
        """Fuzz until the time is over."""
        for _ in range(ROUNDS_PER_WORKER):
            for target in self._random.sample(self._targets, len(self._targets)):
                if time.monotonic() > self._end:
                    return
                self._fuzz(target, self._random.getrandbits(32))
                self._tell()

    def _fuzz(self, target: Target, number: int) -> None:
        @seeded(number)
        @settings(
            max_examples=target.short * EACH,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            print_blob=False,
        )
        @given(target.inputs)
        def holds(value: Any) -> None:
            self._begin(target, number, value)
            if time.monotonic() < self._end:
                target.run(value)
                self._refuse_growth()

        try:
            holds()
        except Exception as error:
            self._keep(target, number, error)

    def _begin(self, target: Target, number: int, value: Any) -> None:
        """Leave a note of what is tried: whoever finds this process dead can read it."""
        self._last = value
        self._counts[target.name] = self._counts.get(target.name, 0) + 1
        told = {"target": target.name, "seed": number, "input": repr(value)}
        (self._out / "last.json").write_text(json.dumps(told), encoding="utf-8")

    def _refuse_growth(self) -> None:
        own = _megabytes(resource.RUSAGE_SELF) - self._base
        if own > MEGABYTES or _megabytes(resource.RUSAGE_CHILDREN) > MEGABYTES:
            self._tell()
            os._exit(GREW)

    def _keep(self, target: Target, number: int, error: Exception) -> None:
        """Keep the smallest input that fails, one for each place in the code."""
        frames = traceback.extract_tb(error.__traceback__)
        place = (target.name, type(error).__name__, frames[-1].filename, frames[-1].lineno)
        if place in self._known:
            return
        self._known.add(place)
        text = f"seed {number}\n{self._last!r}\n\n{''.join(traceback.format_exception(error))}"
        kept = self._out / f"{target.name}-{number}.txt"
        kept.write_text(text, encoding="utf-8", errors="backslashreplace")
        print(f"FAILED {target.name}: {type(error).__name__}; input in {kept}", flush=True)

    def _tell(self) -> None:
        path = self._out / f"counts-{self._number}.json"
        path.write_text(json.dumps(self._counts), encoding="utf-8")


def _megabytes(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


if __name__ == "__main__":
    folder, given_seed, seconds, word = sys.argv[1:]
    Worker(Path(folder), int(given_seed), float(seconds), word).work()
