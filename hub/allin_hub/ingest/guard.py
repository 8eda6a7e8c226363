"""Compares a sync with its limits: one that loses, changes or adds too much is held, so that no source can wipe the hub."""

from __future__ import annotations

from dataclasses import dataclass

from allin_hub.base.types import Reason
from allin_hub.config.settings import GuardLimits

HALVED = 2
"""From how many lost records on a source can have lost half of itself: one of two is news."""
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a sync would do. `before` counts the records that are there now."""

    before: int
    fetched: int
    lost: int
    changed: int
    new: int


def reasons(extent: Extent, limits: GuardLimits, *, empty_is_news: bool) -> list[Reason]:
    """Say why a sync has to wait for a person; an empty list lets it go on.

    A count is a reason when it exceeds both its limit and its share of the records known before:
    `count > max(limit, share * before)`. Of a small source that would let half of it go, so `lost` is also a reason when
    it is at least HALVED records and half of all; an office that lets half of a source go says so with its `lost_share`.
    Until a first complete read is accepted nothing is asked here; `reasons_to_hold` in `ingest/hold.py` decides that.
    """
    found = []
    if extent.before and not extent.fetched and empty_is_news:
        found.append(Reason("empty", 0, extent.before))
    checks = (
        ("lost", extent.lost, limits.lost, limits.lost_share),
        ("changed", extent.changed, limits.changed, limits.changed_share),
        ("new", extent.new, limits.new, limits.new_share),
    )
    is_halved = extent.lost >= HALVED and extent.lost * 2 >= extent.before and limits.lost_share < HALF
    for code, count, limit, share in checks:
        if count > max(limit, share * extent.before) or (code == "lost" and is_halved):
            found.append(Reason(code, count, extent.before))
    return found
