"""Plugins that take too long are interrupted, and nothing else is."""

from __future__ import annotations

import contextlib
import signal
import sys
from types import FrameType
from typing import Any

import pytest

from allin_hub.bounds import limited
from allin_hub.errors import HubError


class Closed:
    """Remembers who closed it."""

    by: FrameType | None = None

    def close(self) -> None:
        """Called from within contextlib."""
        self.by = sys._getframe(1)


def ring(frame: FrameType | None) -> None:
    """Let the alarm ring while this is being done."""
    handler: Any = signal.getsignal(signal.SIGALRM)
    handler(signal.SIGALRM, frame)


def test_an_alarm_while_the_bound_is_left_harms_nobody() -> None:
    """The plugin has ended in time: raised there, it would ring on in whatever comes next."""
    closed = Closed()
    with contextlib.closing(closed):
        pass
    with limited(60, lambda: HubError("late")):
        ring(closed.by)

    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_an_alarm_in_the_plugin_ends_it() -> None:
    """Wherever it is."""
    with pytest.raises(HubError, match="late"), limited(60, lambda: HubError("late")):
        ring(sys._getframe())

    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
