"""The gate: what an output may see of an entity. One function, and every output has only what passes it."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from allin_hub.privacy.roles import is_role, role_fields
from allin_schemas import ENTITIES, Internal, Kind, Private, RecordStatus, Visibility
from allin_schemas.marks import marked


def passes(
    kind: Kind,
    data: dict[str, Any],
    entity_id: str,
    consenting: Container[str],
    refusing: Container[str] = frozenset(),
) -> dict[str, Any] | None:
    """The fields that may be seen, or None when the entity may not be seen at all.

    A named person passes only when `consenting` holds its id: a live consent for the output's purpose and channel.
    A role passes with what a role is reached by; with less where `refusing` holds its id, since somebody said no there.
    Private fields of what is no person never pass, and neither do fields that steer the hub.
    """
    if data.get("record_status") != RecordStatus.PUBLISHED.value:
        return None
    entity = ENTITIES[kind]
    hidden = marked(entity, Internal)
    if kind is Kind.PERSON:
        if entity_id not in consenting:
            shown = role_fields(data, refused=entity_id in refusing) if is_role(data) else None
            if shown is None:
                return None
            data = shown
    elif data.get("visibility") != Visibility.PUBLIC.value:
        return None
    else:
        hidden |= marked(entity, Private)
    return {name: value for name, value in data.items() if name not in hidden}
