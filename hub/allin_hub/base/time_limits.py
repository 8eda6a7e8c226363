"""Deadlines of plugins, and how much a source may bring.

Code cannot be ended from within its own process without cutting the hub's work too. So commands and flows call plugins
in a child process (operations/child_process.py). The child announces a deadline before it enters a plugin and lifts it
afterwards; its parent kills it when the deadline passes. The hub's own work has no deadline.
"""

from __future__ import annotations

import functools
import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any, ParamSpec, TypeVar

from allin_hub.base.errors import HubError, Refused, refused

T = TypeVar("T")
P = ParamSpec("P")

MAP_SECONDS = 120.0
"""How long a batch of records may be mapped; the database waits meanwhile."""


class Supervisor:
    """Hears how a run goes on. This one does nothing: a process without a parent keeps no deadline."""

    def began(self, name: str, run_id: str = "") -> None:
        """Hear that the work on a source or an output begins."""

    def ended(self, report: Any) -> None:
        """Hear how the work on it ended."""

    def allow(self, seconds: float, late: HubError) -> None:
        """Hear that plugin code begins, how long it may take, and the error that it ends with otherwise."""

    def lift(self) -> None:
        """Hear that plugin code has ended."""


_supervisor = Supervisor()


def supervisor() -> Supervisor:
    """Give the supervisor of this process."""
    return _supervisor


def supervised_by(one: Supervisor) -> None:
    """Let this process be supervised from now on."""
    global _supervisor  # noqa: PLW0603 - a process has one parent
    _supervisor = one


class Bounds:
    """How much, and for how long, one run of a source may bring."""

    def __init__(self, records: int, minutes: float) -> None:
        self._records = records
        self._minutes = minutes
        self._left = minutes * 60

    def call(self, asked: Callable[[], T]) -> T:
        """Call a plugin.

        Raises Refused when no time is left.
        """
        began = time.monotonic()
        try:
            late = Refused("", code="FEED_TOO_LONG", minutes=f"{self._minutes:g}")
            return limited(self._left, late, asked)
        finally:
            self._left -= time.monotonic() - began

    def take(self, stream: Iterator[T], page: list[T], most: int) -> None:
        """Move the next raws of a feed to a page.

        Raises Refused when the feed brings more than it may, or no time is left.
        """
        began = len(page)
        self.call(lambda: page.extend(itertools.islice(stream, most)))
        self.count(len(page) - began)

    def count(self, records: int) -> None:
        """Count records that a feed brought.

        Raises Refused when these are more than it may bring.
        """
        self._records -= records
        if self._records < 0:
            raise refused("FEED_ENDLESS")


def mapping() -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Set a deadline for mapping a batch of records: a decorator of the function that maps it."""

    def bounded(maps: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(maps)
        def call(*given: P.args, **named: P.kwargs) -> T:
            late = Refused("", code="MAP_TOO_LONG", seconds=f"{MAP_SECONDS:g}")
            return limited(MAP_SECONDS, late, lambda: maps(*given, **named))

        return call

    return bounded


def limited(seconds: float, late: HubError, asked: Callable[[], T]) -> T:
    """Call plugin code under a deadline; `late` is the error of one that takes longer, without texts where it has a code.

    Raises it when no time is left at all.
    """
    if seconds <= 0:
        raise with_texts(late)
    _supervisor.allow(seconds, late)
    try:
        return asked()
    finally:
        _supervisor.lift()


def with_texts(error: HubError) -> HubError:
    """Give an error with a code its texts. That loads the catalogue, which a run without errors does not need."""
    return refused(error.code, **error.params) if error.code else error
