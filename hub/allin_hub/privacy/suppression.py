"""Hides small groups of persons in tables, and as many more as it takes that no hidden figure follows from the others."""

from __future__ import annotations

from collections.abc import Mapping

LEAST_PERSONS = 5


def hide_small(counts: Mapping[str, int], least: int = LEAST_PERSONS) -> dict[str, int | None]:
    """Counts with every group below `least` hidden.

    When a group is hidden, the next smallest are hidden too until at least two are, and together hold twice
    the threshold: then the total does not give one away.
    """
    shown: dict[str, int | None] = dict(counts)
    ordered = sorted((count, label) for label, count in counts.items() if count)
    hidden = [(count, label) for count, label in ordered if count < least]
    rest = ordered[len(hidden) :]
    while hidden and rest and (len(hidden) < 2 or sum(count for count, _ in hidden) < 2 * least):
        hidden.append(rest.pop(0))
    for _, label in hidden:
        shown[label] = None
    return shown
