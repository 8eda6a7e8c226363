"""The stretches of files that hold what the hub knows: see `allin_hub.readers.chunks`."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select

from allin_hub.readers.chunks import Kept
from allin_hub.store.engine import insert_rows
from allin_hub.store.tables import stretch


def known(connection: Connection, source: str) -> dict[bytes, Kept]:
    """The stretches of a source's last read, by digest."""
    query = select(stretch.c.digest, stretch.c.first, stretch.c.raw_keys, stretch.c.cells)
    rows = connection.execute(query.where(stretch.c.source == source))
    return {bytes(digest): Kept(first, bytes(keys), cells) for digest, first, keys, cells in rows}


def replace(connection: Connection, source: str, found: Mapping[bytes, Kept]) -> None:
    """Remember these and no others."""
    before = known(connection, source)
    if before == found:
        return
    connection.execute(delete(stretch).where(stretch.c.source == source))
    rows = [(source, digest, *kept) for digest, kept in sorted(found.items())]
    insert_rows(connection, stretch, ("source", "digest", "first", "raw_keys", "cells"), rows)
