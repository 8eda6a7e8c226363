"""Keeps how a source stood when it was last read: taken out of hub.toml by hand, it counts as before until it is removed."""

from __future__ import annotations

from dataclasses import replace

import orjson
from sqlalchemy import Connection

from allin_hub.config.settings import SourceSettings
from allin_hub.hub import Hub
from allin_hub.store import status

KEPT = ("name", "plugin", "kind", "defaults", "owner", "trust", "licence", "language")


def kept(settings: SourceSettings) -> str:
    """What decides how a source's claims are merged, as it is kept."""
    return orjson.dumps(settings.model_dump(mode="json", include=set(KEPT))).decode()


def with_left(connection: Connection, hub: Hub) -> Hub:
    """The hub with the sources, too, that hub.toml no longer names; for merging, never for reading."""
    left = {
        name: SourceSettings.model_validate({**orjson.loads(row["standing"]), "name": name})
        for name, row in status.sources(connection).items()
        if name not in hub.config.sources and row["standing"]
    }
    if not left:
        return hub
    return replace(hub, config=hub.config.model_copy(update={"sources": {**hub.config.sources, **left}}))
