"""Ends plugins that do not end by themselves: a feed without end, a loop, a publication that never stops.

A plugin runs in the hub's own process, so it is interrupted where it is. In the main thread that also ends a call
that sleeps or waits; in another thread it ends with the plugin's next step.
"""

from __future__ import annotations

import contextlib
import ctypes
import inspect
import itertools
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from allin_hub.contract import Raw
from allin_hub.errors import HubError
from allin_hub.refusals import refused

T = TypeVar("T")

MAP_SECONDS = 120.0
"""How long a batch of records may be mapped; the database waits meanwhile."""
_AGAIN = 1.0


class _TimeUp(BaseException):
    """Passes what plugins catch, on its way out of them."""


class Bounds:
    """How much, and for how long, one run of a source may bring."""

    def __init__(self, records: int, minutes: float) -> None:
        self._records = records
        self._minutes = minutes
        self._left = minutes * 60

    def call(self, asked: Callable[[], T]) -> T:
        """Call a plugin.

        Raises Refused when it takes longer than is left.
        """
        began = time.monotonic()
        try:
            with limited(self._left, self._too_long):
                return asked()
        finally:
            self._left -= time.monotonic() - began

    def take(self, stream: Iterator[Raw], page: list[Raw], most: int) -> None:
        """Move the next raws of a feed to a page.

        Raises Refused when the feed brings more than it may, or takes too long.
        """
        began = len(page)
        self.call(lambda: page.extend(itertools.islice(stream, most)))
        self._records -= len(page) - began
        if self._records < 0:
            raise refused("FEED_ENDLESS")

    def _too_long(self) -> HubError:
        return refused("FEED_TOO_LONG", minutes=f"{self._minutes:g}")


@contextmanager
def mapping() -> Iterator[None]:
    """Bound the time in which a batch of records is mapped."""
    with limited(MAP_SECONDS, lambda: refused("MAP_TOO_LONG", seconds=f"{MAP_SECONDS:g}")):
        yield


@contextmanager
def limited(seconds: float, late: Callable[[], HubError]) -> Iterator[None]:
    """Interrupt what runs inside after this time, with the error that `late` makes."""
    if seconds <= 0:
        raise late()
    in_main = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    try:
        with _alarm(seconds) if in_main else _watchdog(seconds):
            yield
    except _TimeUp:
        raise late() from None


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Interrupt the main thread by a signal, again and again should the plugin catch it."""
    armed = True

    def ring(_number: int, frame: FrameType | None) -> None:
        if armed and not _is_leaving(frame):
            raise _TimeUp

    before = signal.signal(signal.SIGALRM, ring)
    left, again = signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    began = time.monotonic()
    try:
        yield
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(0.001, left - (time.monotonic() - began)), again)


@contextmanager
def _watchdog(seconds: float) -> Iterator[None]:
    """Interrupt this thread from another one, which is not the one that can be signalled."""
    thread = ctypes.c_ulong(threading.get_ident())
    raising = ctypes.pythonapi.PyThreadState_SetAsyncExc
    ended, lock = threading.Event(), threading.Lock()

    def watch() -> None:
        wait = seconds
        while not ended.wait(wait):
            with lock:
                if not ended.is_set():
                    raising(thread, ctypes.py_object(_TimeUp))
            wait = _AGAIN

    threading.Thread(target=watch, name="allin-watchdog", daemon=True).start()
    try:
        yield
    finally:
        with lock:
            ended.set()
            raising(thread, None)


def _is_leaving(frame: FrameType | None) -> bool:
    """Whether the plugin has ended in this very moment: an interruption of what clears up would never be caught."""
    return frame is not None and (frame.f_code in _OWN or frame.f_code.co_filename == contextlib.__file__)


_OWN = frozenset(inspect.unwrap(one).__code__ for one in (limited, _alarm))
