"""One run of one source: what every step of it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from allin_hub.hub import Hub

Progress = Callable[[str, int, int | None], None]
"""Told of progress: source, records so far, of how many."""


@dataclass(frozen=True, slots=True)
class SyncRun:
    """A run that holds the lease of a source; `fence` is the lease's number."""

    hub: Hub
    source: str
    id: str
    fence: int
    on_progress: Progress | None = None

    def progress(self, done: int, total: int | None = None) -> None:
        """Tell how far the run is."""
        if self.on_progress is not None:
            self.on_progress(self.source, done, total)

    @property
    def today(self) -> str:
        """The day in the office's zone, as ISO text: what arrives now is read as written on it."""
        return self.hub.clock().astimezone(ZoneInfo(self.hub.config.hub.zone)).date().isoformat()
