"""What the fetch of a source brought, in numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from allin_hub.base.errors import HubError
from allin_hub.base.problems import Problem


@dataclass(slots=True)
class Fetched:
    """What a fetch brought. `complete` is False when it was cut: then nothing is withdrawn and no cursor moves."""

    fetched: int = 0
    unchanged: int = 0
    new: int = 0
    changed: int = 0
    renamed: int = 0
    gone: int = 0
    counts_all: bool = True
    """Whether what the source holds is all that the hub has of it."""
    waiting: int = 0
    """How many of the unchanged ones are in quarantine, those that are mapped again not counted."""
    before: int = 0
    complete: bool = True
    derived_keys: bool = False
    error: HubError | None = None
    skipped: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    mark: str | None = None
    cursor: str | None = None
    headers: list[str] = field(default_factory=list)
    renewed: bool = False
    """Whether the unchanged ones were taken in whole again, because old raws lack cells that the map needs now."""

    def pending(self) -> dict[str, Any]:
        """What a held run must remember until a person decides."""
        return {
            "fetched": self.fetched,
            "unchanged": self.unchanged,
            "waiting": self.waiting,
            "skipped": self.skipped,
            "mark": self.mark,
            "cursor": self.cursor,
            "headers": self.headers,
            "derived_keys": self.derived_keys,
            "complete": self.complete,
            "counts_all": self.complete and self.counts_all,
            "renewed": self.renewed,
        }
