"""Everything that is fuzzed."""

from __future__ import annotations

from tests.fuzz import doors, mapping, network, readers, settings, whole

TARGETS = tuple(
    target for part in (readers, doors, network, mapping, settings, whole) for target in part.targets()
)
