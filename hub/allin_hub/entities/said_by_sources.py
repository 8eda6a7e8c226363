"""What the sources say of an entry, the office left aside: what an edit is compared with."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from allin_hub.base.types import OFFICE
from allin_hub.entities.link import sourced, standing_of
from allin_hub.entities.merge import merge
from allin_hub.entities.source_snapshot import with_left
from allin_hub.hub import Hub
from allin_hub.store import claims
from allin_schemas import Kind


def said_by_sources(connection: Connection, hub: Hub, kind: Kind, entity: str) -> dict[str, Any]:
    """The fields of an entry as they would stand there if the office said nothing; none where no source speaks of it."""
    config = with_left(connection, hub).config
    live = claims.of_entities(connection, [entity]).get(entity, [])
    said = [
        sourced(one, hub.sealer, *standing_of(config, one.source, kind))
        for one in live
        if one.source != OFFICE
    ]
    return merge(kind, said)[0] if said else {}
