"""Plugins that take too long are interrupted, and nothing else is."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from allin_hub.base import time_limits
from allin_hub.base.errors import HubError
from allin_hub.base.time_limits import limited, whole
from allin_hub.publish import place

ROUNDS = 3000


def late() -> HubError:
    """What a bound says."""
    return HubError("late")


def ring(frame: FrameType | None) -> None:
    """Let the alarm ring while this is being done."""
    handler: Any = signal.getsignal(signal.SIGALRM)
    handler(signal.SIGALRM, frame)


class Closed:
    """Rings while it is being closed."""

    def close(self) -> None:
        """Called from within contextlib."""
        ring(sys._getframe(1))


def in_main(work: Callable[[], None]) -> None:
    """Do it here."""
    work()


def in_another(work: Callable[[], None]) -> None:
    """Do it in a thread that no signal reaches."""
    faults: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:
            faults.append(error)

    thread = threading.Thread(target=guarded)
    thread.start()
    thread.join()
    if faults:
        raise faults[0]


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ring again at once, and let threads take turns as often as can be."""
    monkeypatch.setattr(time_limits, "_AGAIN", 0.0003)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_an_alarm_while_something_is_closed_waits_a_moment() -> None:
    """What contextlib is about to leave would not be left any more."""

    def asked() -> str:
        with contextlib.closing(Closed()):
            pass
        return "done"

    assert limited(60, late, asked) == "done"
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_an_alarm_while_the_hub_writes_a_file_waits_a_moment() -> None:
    """A page's file that was opened and not yet held by its `with` would stay open."""

    @whole
    def write() -> str:
        ring(sys._getframe())
        return "done"

    assert limited(60, late, write) == "done"
    assert place._write.__code__ in time_limits._WHOLE


def test_an_alarm_in_the_plugin_ends_it() -> None:
    """Wherever it is."""
    with pytest.raises(HubError, match="late"):
        limited(60, late, lambda: ring(sys._getframe()))

    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.mark.parametrize("where", [in_main, in_another])
def test_a_plugin_that_ends_in_time_keeps_its_answer(where: Callable[[Callable[[], None]], None]) -> None:
    """And what it raises itself is its own."""

    def work() -> None:
        assert limited(60, late, lambda: "answer") == "answer"
        with pytest.raises(ZeroDivisionError):
            limited(60, late, lambda: 1 // 0)

    where(work)


@pytest.mark.parametrize("where", [in_main, in_another])
@pytest.mark.usefixtures("hurried")
def test_a_plugin_that_catches_everything_is_interrupted_again(
    where: Callable[[Callable[[], None]], None],
) -> None:
    """Until it gives up."""

    def stubborn() -> None:
        for _ in range(5):
            with contextlib.suppress(BaseException):
                while True:
                    time.sleep(0)
        while True:
            time.sleep(0)

    def work() -> None:
        with pytest.raises(HubError, match="late"):
            limited(0.001, late, stubborn)

    where(work)


@pytest.mark.parametrize("where", [in_main, in_another])
@pytest.mark.usefixtures("hurried")
def test_no_interruption_reaches_what_comes_after_the_plugin(
    where: Callable[[Callable[[], None]], None],
) -> None:
    """Thousands of plugins that end in the very moment of their bound, which rings on and on; none rings later."""
    ended = {"in time": 0, "late": 0}

    def plugin(steps: int) -> int:
        return sum(range(steps)) + len([step for step in range(steps) if step % 3])

    def work() -> None:
        began = time.perf_counter()
        for _ in range(50):
            plugin(300)
        takes = (time.perf_counter() - began) / 50
        for number in range(ROUNDS):
            try:
                limited(takes * (0.2 + number % 40 / 10), late, lambda: plugin(300))
                ended["in time"] += 1
            except HubError:
                ended["late"] += 1
            for step in range(200):  # the hub's own work
                str(step)

    where(work)

    assert sum(ended.values()) == ROUNDS
    assert min(ended.values()) > 0


@pytest.mark.usefixtures("hurried")
def test_watchdogs_end_with_what_they_watch() -> None:
    """A thread left behind for each batch would be thousands in a night."""

    def work() -> None:
        for _ in range(50):
            with contextlib.suppress(HubError):
                limited(0.0005, late, lambda: time.sleep(0.001))

    in_another(work)
    for _ in range(100):
        left = [thread for thread in threading.enumerate() if thread.name == "allin-watchdog"]
        if not left:
            break
        time.sleep(0.01)

    assert left == []
