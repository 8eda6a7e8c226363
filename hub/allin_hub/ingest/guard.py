"""Holds a sync that would lose, change or re-key too much, so that a person decides: no source can wipe the hub."""

from __future__ import annotations

from dataclasses import dataclass

from allin_hub.base.types import Reason
from allin_hub.config.settings import GuardLimits


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a sync would do. `before` counts the records that are there now."""

    before: int
    fetched: int
    lost: int
    changed: int
    new: int


def reasons(extent: Extent, limits: GuardLimits, *, empty_is_news: bool) -> list[Reason]:
    """Why this sync has to wait for a person; none: it may go on. The first sync never waits."""
    found = []
    if extent.before and not extent.fetched and empty_is_news:
        found.append(Reason("empty", 0, extent.before))
    checks = (
        ("lost", extent.lost, limits.lost, limits.lost_share),
        ("changed", extent.changed, limits.changed, limits.changed_share),
        ("new", extent.new, limits.new, limits.new_share),
    )
    for code, count, least, share in checks:
        if count > max(least, share * extent.before):
            found.append(Reason(code, count, extent.before))
    return found
