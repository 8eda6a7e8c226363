"""Ends a plugin under test that does not end, so that its author reads which check failed.

The alarm rings in the main thread, wherever the plugin is: enough for a test, whose folder is thrown away. A hub ends
the process instead (operations/child_process.py).
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any, TypeVar

from allin_hub.base.errors import HubError

T = TypeVar("T")
_AGAIN = 1.0
"""Seconds until it rings again: some plugins catch everything."""


class _TimeUp(BaseException):
    """Passes what plugins catch, on its way out of them."""


def limited(seconds: float, late: Callable[[], HubError], asked: Callable[[], T]) -> T:
    """Call a plugin from the main thread; raise the error that `late` makes when it takes longer."""

    def ring(*_: Any) -> None:
        raise _TimeUp

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        return asked()
    except _TimeUp:
        raise late() from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
