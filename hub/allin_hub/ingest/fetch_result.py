"""What a read or a replay of a source came to, besides the rows that it staged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from allin_hub.base.errors import HubError
from allin_hub.base.problems import Problem

_NOT_KEPT = frozenset({"error", "problems"})


@dataclass(slots=True)
class FetchResult:
    """Counts are counts of records. A held run keeps this beside its rows, until a person decides."""

    read: bool = True
    """False for a replay: the source itself was not asked."""
    complete: bool = True
    """False when the read was cut: then nothing is withdrawn and no cursor moves."""
    counts_all: bool = True
    """Whether what the source holds is all that the hub has of it."""
    before: int = 0
    """How many records were there that this read could have brought again."""
    fetched: int = 0
    unchanged: int = 0
    waiting: int = 0
    """How many of the unchanged ones are in quarantine, those that are mapped again not counted."""
    new: int = 0
    changed: int = 0
    renamed: int = 0
    rekeyed: int = 0
    """How many of the renamed ones have another key because the office named another key column, or none before."""
    gone: int = 0
    reread: int = 0
    """How many unchanged records say something else under the map of today."""
    differing: int = 0
    """How many known records would be stored otherwise, or are refused now: what the guard counts as changed."""
    skipped: dict[str, int] = field(default_factory=dict)
    derived_keys: bool = False
    renewed: bool = False
    """Whether the unchanged ones were taken in whole again, because old raws lack cells that the map needs now."""
    mark: str | None = None
    file: dict[str, Any] | None = None
    """The one file that it read, as a `ReadFile`; None where it is not to be remembered."""
    cursor: str | None = None
    headers: list[str] = field(default_factory=list)
    learned: dict[str, str] | None = None
    """Columns -> paths, as `maps/<source>.toml` keeps them; None where no header was read."""
    orders: dict[str, str] = field(default_factory=dict)
    """Columns -> what comes first in their dates, as `maps/<source>.toml` keeps it."""
    unused: int = 0
    """How many columns lead nowhere."""
    fingerprint: str = ""
    """The mark of the map by which the staged claims were made."""
    method: str = "import"
    """How consents were asked for: by a `form` of the office, or in what a partner sent."""
    language: str | None = None
    error: HubError | None = None
    """What cut the read."""
    problems: list[Problem] = field(default_factory=list)
    """What was found about the file as a whole; staged with the rest, and not kept here."""

    def to_json(self) -> dict[str, Any]:
        """All that a held run must remember."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name not in _NOT_KEPT}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> FetchResult:
        """The result again; names that this release does not know are passed over."""
        known = {one.name for one in fields(cls)} - _NOT_KEPT
        return cls(**{name: value for name, value in kept.items() if name in known})
