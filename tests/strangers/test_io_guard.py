"""Checks that the suites blame a plugin for its own calls alone."""

from __future__ import annotations

import gc
import time
from pathlib import Path
from typing import Any

import pytest

from allin_hub.testing.io_guard import Watch, watching


@pytest.fixture
def callback() -> Any:
    """A callback of the garbage collector that reads the clock, as Hypothesis has one."""

    def clock(_phase: str, _info: dict[str, int]) -> None:
        time.perf_counter()

    gc.callbacks.append(clock)
    yield clock
    gc.callbacks.remove(clock)


def test_a_callback_of_the_garbage_collector_is_not_the_plugins(callback: Any) -> None:
    """The collector runs in the midst of any code; the callback is there again afterwards."""
    with watching(Watch(Path(__file__)), clock=True) as watch:
        gc.collect()

    assert watch.seen == []
    assert callback in gc.callbacks


def test_a_plugins_own_look_at_the_clock_is_seen() -> None:
    """A page that shows the time is a new one at each publish."""
    with watching(Watch(Path(__file__)), clock=True) as watch:
        time.perf_counter()

    assert watch.seen == ["called time.perf_counter()"]
