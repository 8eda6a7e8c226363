"""Ends plugins that do not end by themselves: a feed without end, a loop, a publication that never stops.

A plugin runs in the hub's own process, so it is interrupted where it is. In the main thread that also ends a call
that sleeps or waits; in another thread it ends with the plugin's next step.

An interruption must never reach the hub's own work after the plugin. So a bound is a call, not a `with`: one frame
sets it and lifts it, in single steps that nothing can interrupt, and whatever rings in between is caught in that frame.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import itertools
import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import ParamSpec, TypeVar

from allin_hub.base.errors import HubError, refused

T = TypeVar("T")
P = ParamSpec("P")

MAP_SECONDS = 120.0
"""How long a batch of records may be mapped; the database waits meanwhile."""
_AGAIN = 1.0
_WHOLE: set[CodeType] = set()


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
            return limited(self._left, self._too_long, asked)
        finally:
            self._left -= time.monotonic() - began

    def take(self, stream: Iterator[T], page: list[T], most: int) -> None:
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


def mapping() -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Bound the time in which a batch of records is mapped: a decorator of what maps it."""

    def bounded(maps: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(maps)
        def call(*given: P.args, **named: P.kwargs) -> T:
            return limited(MAP_SECONDS, _map_too_long, lambda: maps(*given, **named))

        return call

    return bounded


def _map_too_long() -> HubError:
    return refused("MAP_TOO_LONG", seconds=f"{MAP_SECONDS:g}")


def limited(seconds: float, late: Callable[[], HubError], asked: Callable[[], T]) -> T:
    """Call something, and interrupt it after this time with the error that `late` makes."""
    if seconds <= 0:
        raise late()
    in_main = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    try:
        return _with_alarm(seconds, asked) if in_main else _with_watchdog(seconds, asked)
    except _TimeUp:
        raise late() from None


def _with_alarm(seconds: float, asked: Callable[[], T]) -> T:
    """Interrupt the main thread by a signal, again and again should the plugin catch it."""
    is_on = False

    def ring(_number: int, frame: FrameType | None) -> None:
        if is_on and not _is_entering_or_leaving(frame):
            raise _TimeUp

    before = signal.signal(signal.SIGALRM, ring)
    left, again = signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    began = time.monotonic()
    try:
        is_on = True
        return asked()
    finally:
        is_on = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(0.001, left - (time.monotonic() - began)), again)


def _with_watchdog(seconds: float, asked: Callable[[], T]) -> T:
    """Interrupt this thread from another one, which is not the one that can be signalled.

    What is raised so is raised at the thread's next step, wherever that is. Once there is no aim, nothing new can be
    on its way, for the interpreter reads the aim and raises in one step; at most one is, and it is awaited.
    """
    here, nobody = ctypes.c_ulong(threading.get_ident()), 0
    aim = ctypes.c_ulong(nobody)
    interrupt = ctypes.pythonapi.PyThreadState_SetAsyncExc
    ended, is_over = threading.Event(), False

    def watch() -> None:
        wait = seconds
        while not ended.wait(wait) and not is_over:
            interrupt(aim, ctypes.py_object(_TimeUp))
            wait = _AGAIN

    threading.Thread(target=watch, name="allin-watchdog", daemon=True).start()
    try:
        aim.value = here.value
        return asked()
    finally:
        aim.value = nobody
        is_over = True
        try:  # noqa: SIM105 - what stands in a `with` could be interrupted between its steps
            interrupt(here, None)
        except _TimeUp:
            pass  # this was the one on its way: the plugin had ended before
        ended.set()


def whole(function: Callable[P, T]) -> Callable[P, T]:
    """Let the alarm not ring within a function's own steps: what it opens, it closes."""
    _WHOLE.add(function.__code__)
    return function


def _is_entering_or_leaving(frame: FrameType | None) -> bool:
    """Whether something is just being opened or closed, which nobody would close any more; it rings again soon."""
    return frame is not None and (frame.f_code.co_filename == contextlib.__file__ or frame.f_code in _WHOLE)
