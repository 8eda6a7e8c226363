"""Hides small groups of persons in tables, and as many more as it takes that no hidden figure follows from the others.

Figures that are published are rounded, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from allin_schemas import Record

LEAST_PERSONS = 5
LEAST_ORGANISATIONS = 3
"""Of fewer organisations no figure of their people is shown: each knows her own."""
ROUNDED_TO = 5


def protected(counts: Mapping[str, int], organisations: Mapping[str, int]) -> dict[str, int | None]:
    """Counts of persons as they may be published: small groups are hidden, the others are rounded to 5.

    `organisations` says of how many organisations the persons of a group are; one that is not named is of many.
    """
    few = {label for label, number in organisations.items() if number < LEAST_ORGANISATIONS}
    shown = hide_small(counts, also=few)
    return {label: None if count is None else rounded(count) for label, count in shown.items()}


def rounded(count: int) -> int:
    """A count to the nearest 5."""
    return (count + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO


def hide_small(
    counts: Mapping[str, int], least: int = LEAST_PERSONS, also: Collection[str] = ()
) -> dict[str, int | None]:
    """Counts with every group below `least` hidden, and those named in `also`.

    When a group is hidden, the next smallest are hidden too until at least two are, and together hold twice
    the threshold: then the total does not give one away.
    """
    shown: dict[str, int | None] = dict(counts)
    ordered = sorted((count, label) for label, count in counts.items() if count)
    hidden = [(count, label) for count, label in ordered if count < least or label in also]
    rest = [pair for pair in ordered if pair not in hidden]
    while hidden and rest and (len(hidden) < 2 or sum(count for count, _ in hidden) < 2 * least):
        hidden.append(rest.pop(0))
    for _, label in hidden:
        shown[label] = None
    return shown


def homes(labelled: Iterable[tuple[str, Record]]) -> dict[str, int]:
    """Of how many organisations the persons of each group are; one without an organisation stands for herself."""
    found: dict[str, set[UUID]] = {}
    for label, person in labelled:
        found.setdefault(label, set()).add(getattr(person, "org_id", None) or person.id)
    return {label: len(organisations) for label, organisations in found.items()}
