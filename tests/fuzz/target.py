"""What is fuzzed: how its inputs are made, what must hold for each, and what one may cost."""

from __future__ import annotations

import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from hypothesis.strategies import SearchStrategy

from allin_hub.base.errors import HubError
from allin_hub.base.problems import catalogue

SECONDS = 10.0
"""Of CPU time for one file, as SAFETY promises; a child may take a second more until it is ended."""
MEGABYTES = 500
"""Of each process, above what the fuzzer itself takes."""


class Overrun(AssertionError):
    """One input took more than its share."""


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that is fuzzed. `check` raises for what must not be; `short` inputs suffice for every day."""

    name: str
    inputs: SearchStrategy[Any]
    check: Callable[[Any], None]
    short: int
    seconds: float = SECONDS

    def __str__(self) -> str:
        return self.name

    def run(self, value: Any) -> None:
        """Check one input within its share of time."""
        with bounded(self.seconds):
            self.check(value)


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """End what takes more CPU time than this, in this process or its children; waiting costs nothing."""

    def end(*_: Any) -> None:
        raise Overrun(f"more than {seconds} s of CPU time")

    before, own = _of_children(), time.process_time()
    earlier = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds + 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, earlier)
    if time.process_time() - own > seconds or _of_children() - before > seconds + 2:
        raise Overrun(f"more than {seconds} s of CPU time")


def told(error: HubError) -> None:
    """A refusal says in both languages what is wrong and what to do next."""
    assert error.code in catalogue(), f"{type(error).__name__} without a code: {error}"
    for what in ("message", "hint"):
        for language in ("de", "en"):
            assert catalogue()[error.code][what][language]


def _of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
