"""The gate: what an output may see of an entity. One function, and every output has only what passes it."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from allin_hub.privacy.roles import person_type
from allin_schemas import ENTITIES, Internal, Kind, PersonType, Private, RecordStatus, Visibility
from allin_schemas.marks import marked


def passes(
    kind: Kind, data: dict[str, Any], entity_id: str, consenting: Container[str]
) -> dict[str, Any] | None:
    """The fields that may be seen, or None when the entity may not be seen at all.

    A role passes, unless an address or a name beside it is a person's. A named person passes only when
    `consenting` holds its id: a live consent for the output's purpose and channel.
    Private fields of what is no person never pass, and neither do fields that steer the hub.
    """
    if data.get("record_status") != RecordStatus.PUBLISHED.value:
        return None
    entity = ENTITIES[kind]
    if kind is Kind.PERSON:
        role = data.get("type") == PersonType.ROLE.value == person_type({**data, "name": None})
        if not role and entity_id not in consenting:
            return None
        hidden = marked(entity, Internal)
    elif data.get("visibility") != Visibility.PUBLIC.value:
        return None
    else:
        hidden = marked(entity, Internal) | marked(entity, Private)
    return {name: value for name, value in data.items() if name not in hidden}
