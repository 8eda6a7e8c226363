"""How often, and how long, one fetch may try: as the server asks for it, as far as people can wait."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from allin_hub.base.errors import Unavailable
from allin_hub.base.types import MEGABYTE
from allin_hub.http.transport import Clock

_HOPELESS = frozenset({"FEED_CERTIFICATE"})
_SLOW = "FEED_TIMEOUT"
_MOST_WHEN_SLOW = 2
"""A server that used up all its time once will hardly be quick in a second."""
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How long and how much; times in seconds, sizes in bytes."""

    connect: float = 10
    read: float = 30
    total: float = 120
    compressed: int = 50 * MEGABYTE
    inflated: int = 200 * MEGABYTE
    redirects: int = 5
    attempts: int = 5
    requests: int = 6
    """Of one fetch: its attempts, and the redirects in each."""
    patience: float = 600
    """How long a fetch may take, all attempts and all the waiting together, before the last attempt begins."""


class Patience:
    """Counts the requests and the time of one fetch."""

    def __init__(self, limits: FetchLimits, sleep: Callable[[float], None], clock: Clock) -> None:
        self._limits = limits
        self._sleep = sleep
        self._clock = clock
        self._attempt = 1
        self._requests = 0
        self._of_attempt = 0
        self._slept = 0.0
        self._began = clock()

    def may_ask(self) -> bool:
        """Count one more request, where there may be one more."""
        self._requests += 1
        self._of_attempt += 1
        return self._requests <= self._limits.requests

    def wait(self, failure: Unavailable) -> None:
        """Wait for the next attempt; raise the failure when there shall be none."""
        limits = self._limits
        most = min(_MOST_WHEN_SLOW, limits.attempts) if failure.code == _SLOW else limits.attempts
        wait = failure.retry_after
        if wait is None:
            # Not all hubs should come back in the same second.
            wait = 2 ** (self._attempt - 1) * random.uniform(0.75, 1.25)  # noqa: S311
        if (
            self._attempt >= most
            or failure.code in _HOPELESS
            or self._requests + self._of_attempt > limits.requests
            or self._slept + self._clock() - self._began + wait > limits.patience
        ):
            raise failure
        before = self._clock()
        self._sleep(wait)
        # Where the clock goes on while the hub sleeps, the time must not count twice.
        self._slept += max(0.0, wait - (self._clock() - before))
        self._attempt += 1
        self._of_attempt = 0


def retry_after(value: str | None, now: float) -> float | None:
    """Read how long a server wants to be left alone: seconds or a date, at most a day."""
    if not value:
        return None
    if value.isascii() and value.strip().isdigit():
        return min(float(value), _DAY)
    try:
        return min(max(0.0, parsedate_to_datetime(value).timestamp() - now), _DAY)
    except (ValueError, OverflowError):
        return None
